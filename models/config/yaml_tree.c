#include "models/config/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

hy_status hy_yaml_fail_at(struct hy_yaml *y, int line)
{
    char *place = hy_format("%s:%d", y->path, line);
    hy_status status = hy_fail_in(HY_BAD_INPUT, place);
    free(place);
    return status;
}

hy_status hy_yaml_fail_node(struct hy_yaml *y, const yaml_node_t *node)
{
    return hy_yaml_fail_at(y, (int)node->start_mark.line + 1);
}

static hy_status syntax_error(struct hy_yaml *y, const yaml_parser_t *parser)
{
    bool characters = parser->error == YAML_READER_ERROR; /* those know an offset, no line */
    if (parser->error == YAML_MEMORY_ERROR)
        return hy_fail(HY_RUN_FAILED, "cannot read '%s': out of memory", y->path);
    if (characters)
        return hy_fail(HY_BAD_INPUT, "%s: %s at byte %zu", y->path, parser->problem, parser->problem_offset);
    hy_fail(HY_BAD_INPUT, "not valid YAML: %s", parser->problem ? parser->problem : "unknown problem");
    return hy_yaml_fail_at(y, (int)parser->problem_mark.line + 1);
}

/* An alias would let a small file stand for a huge one, and a value lose its line. */
static hy_status refuse_aliases(struct hy_yaml *y, const char *text, size_t bytes)
{
    yaml_parser_t parser;
    hy_status status = HY_OK;
    if (!yaml_parser_initialize(&parser))
        return hy_fail(HY_RUN_FAILED, "cannot read '%s': out of memory", y->path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
    for (bool end = false; !end && !status;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            status = syntax_error(y, &parser);
            break;
        }
        if (event.type == YAML_ALIAS_EVENT) {
            hy_fail(HY_BAD_INPUT, "aliases (*%s) are not understood here; write the value out",
                    (const char *)event.data.alias.anchor);
            status = hy_yaml_fail_at(y, (int)event.start_mark.line + 1);
        }
        end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return status;
}

hy_status hy_yaml_parse(struct hy_yaml *y, const char *path, const char *text, size_t bytes)
{
    *y = (struct hy_yaml){.path = path};
    yaml_parser_t parser;
    yaml_document_t second;
    hy_status status = refuse_aliases(y, text, bytes);
    if (status)
        return status;
    if (!yaml_parser_initialize(&parser))
        return hy_fail(HY_RUN_FAILED, "cannot read '%s': out of memory", path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
    if (!yaml_parser_load(&parser, &y->document)) {
        status = syntax_error(y, &parser);
        goto out;
    }
    y->loaded = true;
    if (!yaml_document_get_root_node(&y->document)) {
        status = hy_fail(HY_BAD_INPUT, "%s:1: the file is empty", path);
        goto out;
    }
    if (!yaml_parser_load(&parser, &second)) {
        status = syntax_error(y, &parser);
        goto out;
    }
    yaml_node_t *more = yaml_document_get_root_node(&second);
    if (more) {
        hy_fail(HY_BAD_INPUT, "a second document begins here; a study is one document");
        status = hy_yaml_fail_at(y, (int)more->start_mark.line + 1);
    }
    yaml_document_delete(&second);
out:
    yaml_parser_delete(&parser);
    if (status)
        hy_yaml_fini(y);
    return status;
}

void hy_yaml_fini(struct hy_yaml *y)
{
    if (!y || !y->loaded)
        return;
    yaml_document_delete(&y->document);
    y->loaded = false;
}

yaml_node_t *hy_yaml_entry(struct hy_yaml *y, const yaml_node_t *sequence, int i)
{
    if (!sequence || sequence->type != YAML_SEQUENCE_NODE || i < 0)
        return NULL;
    const yaml_node_item_t *first = sequence->data.sequence.items.start;
    if (i >= (int)(sequence->data.sequence.items.top - first))
        return NULL;
    return yaml_document_get_node(&y->document, first[i]);
}

/* The key node called `name` (of `length` bytes) in a mapping, and its value. */
static yaml_node_t *find_key(struct hy_yaml *y, const yaml_node_t *mapping, const char *name, size_t length,
                             yaml_node_t **value)
{
    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < mapping->data.mapping.pairs.top; p++) {
        yaml_node_t *key = yaml_document_get_node(&y->document, p->key);
        if (key->type == YAML_SCALAR_NODE && key->data.scalar.length == length &&
            memcmp(key->data.scalar.value, name, length) == 0) {
            *value = yaml_document_get_node(&y->document, p->value);
            return key;
        }
    }
    return NULL;
}

/* Goes down `place` as far as it goes; `marked` becomes the last key or entry
 * on the way. NULL when the way ends early. */
static yaml_node_t *descend(struct hy_yaml *y, const char *place, yaml_node_t **marked)
{
    yaml_node_t *node = yaml_document_get_root_node(&y->document);
    *marked = node;
    while (*place) {
        size_t length = strcspn(place, "/");
        yaml_node_t *value = NULL;
        yaml_node_t *mark = find_key(y, node, place, length, &value);
        if (!mark)
            mark = value = hy_yaml_entry(y, node, atoi(place));
        if (!mark)
            return NULL;
        *marked = mark;
        node = value;
        place += length + (place[length] == '/');
    }
    return node;
}

yaml_node_t *hy_yaml_at(struct hy_yaml *y, const char *place)
{
    yaml_node_t *marked;
    return descend(y, place, &marked);
}

int hy_yaml_line(struct hy_yaml *y, const char *place)
{
    yaml_node_t *marked;
    descend(y, place, &marked);
    return (int)marked->start_mark.line + 1;
}

int hy_yaml_next_key(struct hy_yaml *y, int line, int column, const char *key)
{
    const yaml_mark_t *nearest = NULL;
    yaml_node_t *node;
    for (int id = 1; (node = yaml_document_get_node(&y->document, id)); id++) {
        if (node->type != YAML_MAPPING_NODE)
            continue;
        for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
            const yaml_node_t *k = yaml_document_get_node(&y->document, p->key);
            const yaml_mark_t *at = &k->start_mark;
            bool behind = (int)at->line + 1 > line || ((int)at->line + 1 == line && (int)at->column + 1 > column);
            if (k->type == YAML_SCALAR_NODE && behind && strcmp((const char *)k->data.scalar.value, key) == 0 &&
                (!nearest || at->index < nearest->index))
                nearest = at;
        }
    }
    return nearest ? (int)nearest->line + 1 : line;
}
