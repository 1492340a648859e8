/* A YAML file as a tree of nodes that know their lines: what libcyaml, which
 * reads a file into structs, has forgotten when a value turns out impossible. */
#ifndef HY_MODELS_CONFIG_YAML_TREE_H
#define HY_MODELS_CONFIG_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "kernels/base/status.h"

struct hy_yaml {
    const char *path; /* kept; for messages */
    yaml_document_t document;
    bool loaded;
};

/* Parses `text`; HY_BAD_INPUT "path:line: reason" for what is no YAML, is empty,
 * has aliases, or goes on after its first document. */
hy_status hy_yaml_parse(struct hy_yaml *y, const char *path, const char *text, size_t bytes);
void hy_yaml_fini(struct hy_yaml *y); /* NULL is fine */

/* The node at a place such as "variants/3/model": keys of mappings and indices of
 * sequences, "" for the root; NULL where there is none. */
yaml_node_t *hy_yaml_at(struct hy_yaml *y, const char *place);

/* The i-th entry of a sequence, NULL past its end (or of anything else). */
yaml_node_t *hy_yaml_entry(struct hy_yaml *y, const yaml_node_t *sequence, int i);

/* The line, from 1, of the key or entry at `place`; of its nearest ancestor that exists, where it does not. */
int hy_yaml_line(struct hy_yaml *y, const char *place);

/* The line of the first key called `key` behind the place `line`, `column` (from 1); `line` where there is none. */
int hy_yaml_next_key(struct hy_yaml *y, int line, int column, const char *key);

/* Puts "path:line: " in front of the sentence that hy_fail() kept; HY_BAD_INPUT. */
hy_status hy_yaml_fail_at(struct hy_yaml *y, int line);
hy_status hy_yaml_fail_node(struct hy_yaml *y, const yaml_node_t *node); /* the node's line */

#endif
