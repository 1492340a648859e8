#include "datasets/synthetic.h"

#include <stdint.h>
#include <stdio.h>

#include "datasets/base/memory.h"

enum { NOUNS = 1400, VERBS = 600, ADJECTIVES = 500, SPEAKERS = 24, LEMMAS = NOUNS + VERBS + ADJECTIVES };
enum { FAVOURITES = 12 }; /* nouns a speaker returns to */

struct writer {
    char *text;
    size_t used, bytes;
    uint64_t state;              /* splitmix64 */
    char lemmas[LEMMAS][16];     /* nouns, verbs, adjectives */
    uint64_t cumulative[LEMMAS]; /* of the weights 1/rank, scaled; over the longest list */
};

/* ---- numbers ----------------------------------------------------------------- */

static uint64_t draw(struct writer *w)
{
    uint64_t z = w->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int below(struct writer *w, int n)
{
    return (int)((draw(w) >> 32) * (uint64_t)n >> 32);
}

/* A rank in [0, n), rank r with probability in proportion to 1 / (r + 2). */
static int zipf(struct writer *w, int n)
{
    uint64_t at = (draw(w) >> 16) % w->cumulative[n - 1];
    int low = 0, high = n - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (at < w->cumulative[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- words --------------------------------------------------------------------- */

/* Two syllables; every syllable begins with consonants that no other one's ending can be taken for a
 * part of, so different numbers never spell the same word. None ends in s: that is kept for agreement. */
static void spell(int number, char out[16])
{
    static const char *const onsets[] = {"b", "d", "f", "g", "h",  "k", "l", "m",
                                         "p", "s", "t", "v", "st", "w", "j", "gl"};
    static const char *const vowels[] = {"a", "e", "i", "o", "u"};
    static const char *const codas[] = {"", "n", "r"};
    enum { ONSETS = 16, VOWELS = 5, CODAS = 3, SYLLABLES = ONSETS * VOWELS * CODAS };
    /* multiplying by a number without common factors spreads the letters over common and rare words */
    unsigned x = (unsigned)number * 7919u % (SYLLABLES * SYLLABLES);
    size_t used = 0;
    for (int i = 0; i < 2; i++, x /= SYLLABLES) {
        unsigned s = x % SYLLABLES;
        const char *const parts[] = {onsets[s % ONSETS], vowels[s / ONSETS % VOWELS], codas[s / (ONSETS * VOWELS)]};
        for (int k = 0; k < 3; k++)
            for (const char *c = parts[k]; *c; c++)
                out[used++] = *c;
    }
    out[used] = '\0';
}

static void add(struct writer *w, const char *words)
{
    for (; *words && w->used < w->bytes; words++)
        w->text[w->used++] = *words;
}

static const char *pick(struct writer *w, const char *const *list, int n)
{
    return list[below(w, n)];
}

static const char *adjective(struct writer *w)
{
    return w->lemmas[NOUNS + VERBS + zipf(w, ADJECTIVES)];
}

/* ---- sentences ------------------------------------------------------------------- */

/* Half the time one of the speaker's own nouns. */
static const char *noun(struct writer *w, int speaker)
{
    int rank = below(w, 2) ? zipf(w, NOUNS) : 20 + speaker * FAVOURITES + zipf(w, FAVOURITES);
    return w->lemmas[rank];
}

static void noun_phrase(struct writer *w, int speaker, int plural)
{
    static const char *const one[] = {"the ", "a ", "this ", "my ", "your ", "every "};
    static const char *const many[] = {"the ", "some ", "these ", "my ", "your ", "all "};
    add(w, plural ? pick(w, many, 6) : pick(w, one, 6));
    if (below(w, 3) == 0) {
        add(w, adjective(w));
        add(w, " ");
    }
    add(w, noun(w, speaker));
    add(w, plural ? "s" : "");
}

static void clause(struct writer *w, int speaker)
{
    static const char *const how[] = {" today", " again", " by night", " without fear", " in the end", " for ever"};
    static const char *const where[] = {" near ", " with ", " under ", " before ", " beyond ", " like "};
    int plural = below(w, 5) < 2;
    noun_phrase(w, speaker, plural);
    if (below(w, 6) == 0) { /* the verb agrees with the noun further back */
        add(w, pick(w, where, 6));
        noun_phrase(w, speaker, below(w, 2));
    }
    if (below(w, 8) == 0) {
        add(w, plural ? " are " : " is ");
        add(w, adjective(w));
        return;
    }
    add(w, below(w, 7) == 0 ? " never " : " ");
    add(w, w->lemmas[NOUNS + zipf(w, VERBS)]);
    add(w, plural ? " " : "s ");
    noun_phrase(w, speaker, below(w, 3) == 0);
    if (below(w, 4) == 0)
        add(w, pick(w, how, 6));
}

static void sentence(struct writer *w, int speaker)
{
    static const char *const joints[] = {", and ", ", but ", "; for ", ", when ", ", so "};
    size_t start = w->used;
    if (below(w, 9) == 0)
        add(w, pick(w, (const char *const[]){"I say, ", "you know ", "they'll say ", "we've heard ", "don't forget, "},
                    5));
    clause(w, speaker);
    if (below(w, 4) == 0) {
        add(w, pick(w, joints, 5));
        clause(w, speaker);
    }
    add(w, pick(w, (const char *const[]){".", ".", ".", ".", "!", "?"}, 6));
    if (start < w->bytes && w->text[start] >= 'a' && w->text[start] <= 'z')
        w->text[start] = (char)(w->text[start] - 'a' + 'A');
}

static void turn(struct writer *w, int speaker)
{
    static const char *const names[SPEAKERS] = {
        "ALDRIC", "BERENGAR", "CALLISTA",     "DORIAN",   "ELOWEN",  "First Guard", "GARETH", "HESPER",
        "ISOLDE", "JORAH",    "KESTREL",      "LYSANDER", "MIRABEL", "NERISSA",     "ODRAN",  "PERDIX",
        "QUILL",  "ROWENA",   "Second Guard", "TAMSIN",   "ULRIC",   "VESPER",      "WILLA",  "YSOLT"};
    add(w, names[speaker]);
    add(w, ":\n");
    for (int left = 1 + below(w, 4); left > 0; left--) {
        sentence(w, speaker);
        add(w, left == 1 || below(w, 2) ? "\n" : " ");
    }
    add(w, "\n");
}

char *hy_synthetic_text(size_t bytes)
{
    struct writer *w = hy_new(1, sizeof *w);
    w->text = hy_new(bytes + 1, 1);
    w->bytes = bytes;
    w->state = 20241120;
    for (int i = 0; i < LEMMAS; i++) {
        spell(i, w->lemmas[i]);
        w->cumulative[i] = (i ? w->cumulative[i - 1] : 0) + (UINT64_C(1) << 32) / ((uint64_t)i + 2);
    }
    /* a scene: a few speakers answer one another */
    while (w->used < bytes) {
        int first = below(w, SPEAKERS), second = (first + 1 + below(w, 3)) % SPEAKERS;
        for (int left = 4 + below(w, 12); left > 0 && w->used < bytes; left--)
            turn(w, left % 2 ? first : below(w, 4) ? second : below(w, SPEAKERS));
    }
    char *text = w->text;
    free(w);
    return text;
}
