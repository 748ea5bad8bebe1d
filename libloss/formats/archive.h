/* Members of a zip archive in memory, through libzip: stored or deflated, zip64 or not. */
#ifndef LOSSI_ARCHIVE_H
#define LOSSI_ARCHIVE_H

#include "formats/arrays.h"

typedef struct lossi_member {
    char *name;
    uint64_t index; /* libzip's */
    size_t stored_size, size;
    bool is_deflated;
    const uint8_t *contents; /* [size] once they were asked for */
} lossi_member;

/** An archive and its directory, sorted by name. */
typedef struct lossi_archive {
    size_t n;
    lossi_member *members;
    struct zip *zip;
    struct lossi_archive_source *source; /* the bytes as libzip reads them */
} lossi_archive;

/** True if the bytes begin like a zip archive. */
bool lossi_archive_is(const uint8_t *bytes, size_t size);

/** Reads the directory and checks that every member has a name of its own.
 *  @param bytes  must outlive the archive. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_archive_open(lossi_archive *archive, const uint8_t *bytes, size_t size,
                               const char *label);
void lossi_archive_close(lossi_archive *archive);

/** The member of that name, NULL if there is none. Borrowed. */
lossi_member *lossi_archive_find(const lossi_archive *archive, const char *name);
/** The first member whose name ends so, NULL if there is none. Borrowed. */
lossi_member *lossi_archive_find_ending(const lossi_archive *archive, const char *ending);

/** A member's contents, its checksum verified, into member->contents. Stored ones are viewed
 * where they lie in the archive. What has to be inflated comes off the allowance of `arrays`,
 * which own it.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged, or a bomb), LOSS_ERR_NOMEM */
loss_status lossi_archive_contents(const lossi_archive *archive, lossi_member *member,
                                   const char *label, lossi_arrays *arrays);

#endif
