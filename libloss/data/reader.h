/* A kind of data set is a file with a lossi_data_reader in it, and a row in readers.c. */
#ifndef LOSSI_DATA_READER_H
#define LOSSI_DATA_READER_H

#include "data/images.h"

/** A path that was given as data: a folder, or a regular file that is not empty. */
typedef struct lossi_data_place {
    const char *path;
    bool is_folder;
    uint8_t head[512]; /* the first bytes of a file */
    size_t n_head;
} lossi_data_place;

typedef struct lossi_data_reader {
    const char *name;    /* what loss_dataset_format() says */
    const char *summary; /* for help texts: what --data takes */
    const char *folder;  /* what its folder holds, for "expected ..."; NULL: it reads none */
    const char *file;    /* what its file is; NULL: it reads none */

    /** Whether the place is of this kind, by what is in it: whichever split it has.
     *  @return LOSS_OK; LOSS_ERR_IO or LOSS_ERR_NOMEM where that could not be found out */
    loss_status (*recognise)(const lossi_data_place *place, bool *is_ours);

    /** Reads opt->split. *out is empty before, and whatever is in it on failure is freed by the
     * caller.
     *  @return LOSS_OK; LOSS_ERR_NAME if there is no such split; LOSS_ERR_IO, LOSS_ERR_FORMAT or
     * LOSS_ERR_NOMEM if it is there and cannot be read */
    loss_status (*read)(const lossi_data_place *place, const loss_dataset_options *opt,
                        lossi_images *out);
} lossi_data_reader;

extern const lossi_data_reader lossi_arrays_reader, lossi_cifar10_reader, lossi_cifar100_reader,
    lossi_idx_reader, lossi_image_folder_reader;

/** Finds the reader of a path, or of a known name, and reads with it.
 *  @param path    replaced by where a known name is
 *  @param format  name of the reader. Static.
 *  @return as loss_dataset_open() */
loss_status lossi_read_images(const char **path, const loss_dataset_options *opt,
                              const char **format, lossi_images *out);

#endif
