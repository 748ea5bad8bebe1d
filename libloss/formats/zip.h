/* Members of a zip archive in memory: stored or deflated, zip64 or not. */
#ifndef LOSSI_ZIP_H
#define LOSSI_ZIP_H

#include "formats/arrays.h"

typedef struct lossi_zip_member {
    char *name;
    const uint8_t *stored; /* [stored_size], in the archive */
    size_t stored_size, size;
    bool is_deflated;
    uint32_t crc;
    const uint8_t *contents; /* [size] once they were asked for */
} lossi_zip_member;

/** The directory of an archive, by name. */
typedef struct lossi_zip {
    size_t n;
    lossi_zip_member *members;
} lossi_zip;

/** True if the bytes begin like a zip archive. */
bool lossi_zip_is(const uint8_t *bytes, size_t size);

/** Reads the directory and checks that every member lies within the bytes and has a name of its
 * own.
 *  @param bytes  must outlive the directory. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_zip_open(lossi_zip *zip, const uint8_t *bytes, size_t size, const char *label);
void lossi_zip_close(lossi_zip *zip);

/** The member of that name, NULL if there is none. Borrowed. */
lossi_zip_member *lossi_zip_find(const lossi_zip *zip, const char *name);

/** A member's contents, its checksum verified, into member->contents. What has to be inflated
 * comes off the allowance of `arrays`, which own it.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged, or a bomb), LOSS_ERR_NOMEM */
loss_status lossi_zip_contents(lossi_zip_member *member, const char *label, lossi_arrays *arrays);

#endif
