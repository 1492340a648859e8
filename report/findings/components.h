/* What the variants of a study differ in, in words: names of components, and sentences about a difference of two
 * variants and how sure it is. All texts in the language of the moment (doc/say.h). */
#ifndef HY_REPORT_FINDINGS_COMPONENTS_H
#define HY_REPORT_FINDINGS_COMPONENTS_H

#include "report/findings/audit.h"
#include "report/findings/effects.h"
#include "report/table/data.h"

/* The name of the component that the field of variants.csv stands for: "meta tokens" for meta_tokens; of a field that
 * is not known here the field itself. */
const char *hy_component_name(const char *field);

/* What was measured between the two, malloc'd. Of a pair that differs in what it claims and nothing else it names the
 * component; of a confounded one it is a difference, and the component is not named as its cause. */
char *hy_difference_words(const struct hy_run_data *d, const struct hy_effect *e);

/* How sure that is, malloc'd: the interval over seeds in pairs and the noise of the evaluation, or why there is none.
 */
char *hy_sureness_words(const struct hy_effect *e);

/* What else differs between the two, malloc'd; "" where nothing does, or nothing is known. */
char *hy_confounding_words(const struct hy_audit_pair *p);

/* Both sentences with a blank between, malloc'd; frees both, either may be "". */
char *hy_join_words(char *first, char *second);

#endif
