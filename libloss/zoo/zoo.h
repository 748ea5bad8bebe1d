/* Networks by name or from a .net file, before they are finished, and the table of families. */
#ifndef LOSSI_ZOO_H
#define LOSSI_ZOO_H

#include "zoo/model_name.h"

/** A network under construction that only has to be finished. */
typedef struct lossi_built {
    loss_builder *builder; /* owned until loss_builder_finish() */
    loss_node logits;
    char *model; /* canonical name, owned */
} lossi_built;

/** Builds a model of the zoo. Errors of the builder come out when it is finished.
 *  @return LOSS_OK, or what lossi_model_parse() and loss_builder_create() return; nothing is
 * owned then */
loss_status lossi_zoo_build(const char *model, loss_shape shape, lossi_built *built);

/** What a .net file has at most. */
enum { LOSSI_NET_MOST_WORDS = 64, LOSSI_NET_MOST_LAYERS = 1 << 14 };

/** True if a model's name is that of a .net file. */
bool lossi_net_file_is(const char *model);
/** Builds the network of a .net file (docs/net-format.md), named after the file without its
 * folder.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, or an error of the builder: the message gives
 * the line. Nothing is owned then. */
loss_status lossi_net_file_build(const char *path, loss_shape shape, lossi_built *built);
/** The same from the file's bytes; path names it in messages. */
loss_status lossi_net_file_parse(const char *text, size_t size, const char *path, loss_shape shape,
                                 lossi_built *built);

/** All families of the zoo. Static storage. */
const lossi_family *const *lossi_zoo_families(size_t *n);

#endif
