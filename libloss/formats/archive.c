/* libzip reads the archive through a source of ours, which remembers where the last piece was
 * read: so members that are stored can be viewed in place, and a checkpoint takes no more memory
 * than its file. libzip itself does not tell where a member's data lie. */
#include "formats/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { SMALLEST = 22 /* the end record alone */, DIRECTORY_RECORD = 46, PIECE = 1 << 16 };

/* The bytes as libzip reads them. */
typedef struct lossi_archive_source {
    const uint8_t *bytes;
    size_t size, at;
    size_t first; /* where the first read after it was set to SIZE_MAX began */
    zip_error_t error;
} source;

bool lossi_archive_is(const uint8_t *bytes, size_t size)
{
    return size >= SMALLEST && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

static zip_int64_t source_read(source *s, void *out, uint64_t wanted)
{
    size_t n = wanted < s->size - s->at ? (size_t)wanted : s->size - s->at;
    if (s->first == SIZE_MAX)
        s->first = s->at;
    memcpy(out, s->bytes + s->at, n);
    s->at += n;
    return (zip_int64_t)n;
}

static zip_int64_t source_seek(source *s, void *data, uint64_t size)
{
    zip_int64_t at = zip_source_seek_compute_offset(s->at, s->size, data, size, &s->error);
    if (at >= 0)
        s->at = (size_t)at;
    return at < 0 ? -1 : 0;
}

static zip_int64_t source_stat(const source *s, zip_stat_t *out)
{
    zip_stat_init(out);
    out->valid = ZIP_STAT_SIZE;
    out->size = s->size;
    return sizeof *out;
}

/* What libzip asks of a source: see zip_source_function(3). */
static zip_int64_t serve(void *user, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
    source *s = user;
    switch (command) {
    case ZIP_SOURCE_OPEN: s->at = 0; return 0;
    case ZIP_SOURCE_READ: return source_read(s, data, size);
    case ZIP_SOURCE_SEEK: return source_seek(s, data, size);
    case ZIP_SOURCE_TELL: return (zip_int64_t)s->at;
    case ZIP_SOURCE_STAT: return source_stat(s, data);
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&s->error, data, size);
    case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE: return 0;
    default: zip_error_set(&s->error, ZIP_ER_OPNOTSUPP, 0); return -1;
    }
}

/* libzip forgets some failed allocations: an archive that it has no memory to look at is "not a zip
 * archive". errno, 0 before its calls, tells. */
static loss_status fail_zip(const char *label, const char *what, zip_error_t *error)
{
    return zip_error_code_zip(error) == ZIP_ER_MEMORY || errno == ENOMEM
               ? lossi_fail_nomem(SMALLEST)
               : lossi_fail(LOSS_ERR_FORMAT, "%s: %s: %s", label, what, zip_error_strerror(error));
}

static loss_status open_zip(lossi_archive *archive, const char *label)
{
    zip_error_t error;
    zip_error_init(&error);
    errno = 0;
    zip_source_t *zip_source = zip_source_function_create(serve, archive->source, &error);
    archive->zip = zip_source ? zip_open_from_source(zip_source, ZIP_RDONLY, &error) : NULL;
    loss_status status = LOSS_OK;
    if (!archive->zip) {
        status = fail_zip(label, "a zip archive that cannot be opened, or is truncated", &error);
        zip_source_free(zip_source);
    }
    zip_error_fini(&error);
    return status;
}

static loss_status read_member(const lossi_archive *archive, uint64_t index, const char *label,
                               lossi_member *member)
{
    zip_stat_t info;
    const char *name = zip_get_name(archive->zip, index, ZIP_FL_ENC_RAW);
    if (!name || zip_stat_index(archive->zip, index, ZIP_FL_ENC_RAW, &info))
        return fail_zip(label, "a member of the zip archive", zip_get_error(archive->zip));
    member->name = lossi_strdup(name);
    if (!member->name)
        return lossi_fail_nomem(strlen(name) + 1);
    member->index = index;
    member->size = (size_t)info.size;
    member->stored_size = (size_t)info.comp_size;
    member->is_deflated = info.comp_method == ZIP_CM_DEFLATE;
    if ((info.comp_method != ZIP_CM_STORE && !member->is_deflated) ||
        info.encryption_method != ZIP_EM_NONE)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: %s is encrypted or packed by method %u; expected stored or deflated",
                          label, name, (unsigned)info.comp_method);
    if (member->stored_size > archive->source->size ||
        (!member->is_deflated && member->stored_size != member->size))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %s: %zu bytes reach past the end at %zu", label,
                          name, member->stored_size, archive->source->size);
    return LOSS_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const lossi_member *)a)->name, ((const lossi_member *)b)->name);
}

static loss_status read_directory(lossi_archive *archive, const char *label)
{
    zip_int64_t n = zip_get_num_entries(archive->zip, 0);
    loss_status status = LOSS_OK;
    if (n < 0 || (size_t)n > archive->source->size / DIRECTORY_RECORD)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %lld members in an archive of %zu bytes", label,
                          (long long)n, archive->source->size);
    archive->members = calloc((size_t)n + 1, sizeof *archive->members);
    if (!archive->members)
        return lossi_fail_nomem((size_t)n * sizeof *archive->members);
    while (!status && archive->n < (size_t)n) {
        status = read_member(archive, archive->n, label, &archive->members[archive->n]);
        archive->n++;
    }
    if (status)
        return status;
    qsort(archive->members, archive->n, sizeof *archive->members, by_name);
    for (size_t i = 1; i < archive->n; i++)
        if (by_name(&archive->members[i - 1], &archive->members[i]) == 0)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: %s is in it twice", label,
                              archive->members[i].name);
    return LOSS_OK;
}

loss_status lossi_archive_open(lossi_archive *archive, const uint8_t *bytes, size_t size,
                               const char *label)
{
    *archive = (lossi_archive){.source = calloc(1, sizeof *archive->source)};
    if (!archive->source)
        return lossi_fail_nomem(sizeof *archive->source);
    archive->source->bytes = bytes;
    archive->source->size = size;
    zip_error_init(&archive->source->error);
    loss_status status = open_zip(archive, label);
    if (!status)
        status = read_directory(archive, label);
    if (status)
        lossi_archive_close(archive);
    return status;
}

void lossi_archive_close(lossi_archive *archive)
{
    for (size_t i = 0; i < archive->n; i++)
        free(archive->members[i].name);
    free(archive->members);
    if (archive->zip)
        zip_discard(archive->zip);
    if (archive->source)
        zip_error_fini(&archive->source->error);
    free(archive->source);
    *archive = (lossi_archive){0};
}

lossi_member *lossi_archive_find(const lossi_archive *archive, const char *name)
{
    lossi_member key = {.name = (char *)name};
    return archive->n ? bsearch(&key, archive->members, archive->n, sizeof key, by_name) : NULL;
}

lossi_member *lossi_archive_find_ending(const lossi_archive *archive, const char *ending)
{
    size_t n_ending = strlen(ending);
    for (size_t i = 0; i < archive->n; i++) {
        size_t n = strlen(archive->members[i].name);
        if (n > n_ending && strcmp(archive->members[i].name + n - n_ending, ending) == 0)
            return &archive->members[i];
    }
    return NULL;
}

/* ---- Contents ------------------------------------------------------------------------------- */

/* True if a piece was read whole, or but for a checksum that a fuzzer would hardly ever get
 * right. */
static bool was_read(zip_file_t *file, zip_int64_t got)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    if (zip_error_code_zip(zip_file_get_error(file)) == ZIP_ER_CRC)
        return true;
#endif
    (void)file;
    return got >= 0;
}

/* Reads all of the member, into `out` [size] or, without it, only through libzip's checks. */
static loss_status read_all(zip_file_t *file, const lossi_member *member, uint8_t *out,
                            const char *label)
{
    uint8_t scratch[PIECE];
    size_t at = 0;
    for (;;) { /* one read more than there are bytes: it verifies the checksum */
        size_t left = member->size - at;
        bool into_out = out && left;
        zip_int64_t got = into_out ? zip_fread(file, out + at, left < PIECE ? left : PIECE)
                                   : zip_fread(file, scratch, sizeof scratch);
        if (!was_read(file, got)) {
            if (zip_error_code_zip(zip_file_get_error(file)) == ZIP_ER_CRC)
                return lossi_fail(LOSS_ERR_FORMAT, "%s: %s is damaged: its checksum is wrong",
                                  label, member->name);
            return fail_zip(label, member->name, zip_file_get_error(file));
        }
        if (got <= 0)
            break;
        if ((size_t)got > left) {
            at = SIZE_MAX;
            break;
        }
        at += (size_t)got;
    }
    if (at != member->size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %s has not the %zu bytes that it claims: damaged",
                          label, member->name, member->size);
    return LOSS_OK;
}

loss_status lossi_archive_contents(const lossi_archive *archive, lossi_member *member,
                                   const char *label, lossi_arrays *arrays)
{
    if (member->contents)
        return LOSS_OK;
    if (member->is_deflated && !lossi_arrays_allow(arrays, member->size))
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: %s would inflate from %zu to %zu bytes: more than any honest file; refused", label,
            member->name, member->stored_size, member->size);
    errno = 0;
    zip_file_t *file = zip_fopen_index(archive->zip, member->index, 0);
    if (!file)
        return fail_zip(label, member->name, zip_get_error(archive->zip));
    uint8_t *block = member->is_deflated ? malloc(member->size + 1) : NULL;
    archive->source->first = SIZE_MAX;
    loss_status status = member->is_deflated && !block ? lossi_fail_nomem(member->size)
                                                       : read_all(file, member, block, label);
    zip_fclose(file);
    if (status) {
        free(block);
        return status;
    }
    if (block) {
        member->contents = block;
        status = lossi_arrays_own(arrays, block);
    } else {
        member->contents = archive->source->bytes + (member->size ? archive->source->first : 0);
    }
    return status;
}
