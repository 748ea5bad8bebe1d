/* Words that several commands offer as choices: the library's own names, in the order of its
 * enums, ended by NULL. Static storage. */
#ifndef CHOICES_H
#define CHOICES_H

#include <loss/loss.h>

enum { CHOICE_BOTH = LOSS_SPLIT_TEST + 1 };

const char *const *choices_split(void);
/** The splits, and "both", whose index is CHOICE_BOTH. */
const char *const *choices_splits(void);
const char *const *choices_ignore(void);
const char *const *choices_norm(void);
const char *const *choices_bn(void);
const char *const *choices_level_scale(void);
const char *const *choices_schedule(void);

/** Endings of files of weights. */
const char *const *choices_weights(void);

/** What --colours is: the library's maps, and the one that is taken without it. Static storage. */
const char *choices_colours_help(void);

#endif
