/* Names of tensors: the ways in which the same module is called in different programs. */
#ifndef LOSSI_NAMES_H
#define LOSSI_NAMES_H

#include "base/base.h"

/** The name without what wrappers put in front of it, such as "module.". Points into the name. */
const char *lossi_name_unwrapped(const char *name);

/** The name in the one spelling of the table in names.c, in which names of a file and of a
 * network are held against each other; NULL when memory is out. Free with free(). */
char *lossi_name_canonical(const char *name);

/** True for what is no part of a network: counters of batches and averages, a criterion's tensors,
 * and the mean and standard deviation of a layer that normalises images. */
bool lossi_name_is_extra(const char *name);

#endif
