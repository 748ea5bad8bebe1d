/* HDF5 files are read in a process of their own, since libhdf5 trusts them: a damaged one may end
 * it, or keep it busy for ever. What it found is handed over as records: one for each array, with
 * its name and its values behind, and one at the end that says how it went. */
#include <string.h>

#include "base/child.h"
#include "formats/hdf5_read.h"
#include "formats/hdf5_session.h"
#include "formats/read.h"

/* Reading takes at most so many seconds, and a second more for each so many bytes. */
enum { SECONDS = 60, BYTES_A_SECOND = 1 << 20, BYTES_A_LINK = 8 };

typedef struct record {
    unsigned is_end, is_nomem, dtype;
    size_t n_dims, dims[LOSSI_ARRAY_MAX_DIMS];
    size_t name;   /* bytes of the name with its NUL, or of the end's message */
    size_t values; /* bytes */
} record;

typedef struct job {
    const uint8_t *bytes;
    size_t size;
    const char *label;
} job;

/* ---- In the child --------------------------------------------------------------------------- */

static bool put_array(int to, const lossi_array *a)
{
    record r = {.dtype = a->dtype,
                .n_dims = a->n_dims,
                .name = strlen(a->name) + 1,
                .values = a->count * lossi_dtype_size(a->dtype)};
    memcpy(r.dims, a->dims, sizeof r.dims);
    return lossi_child_put(to, &r, sizeof r) && lossi_child_put(to, a->name, r.name) &&
           lossi_child_put(to, a->bytes, r.values);
}

static void read_all(int to, void *user)
{
    const job *j = user;
    lossi_arrays arrays;
    loss_status status = lossi_hdf5_read(j->bytes, j->size, j->label, &arrays);
    const char *message = status ? loss_last_message() : "";
    record end = {.is_end = 1, .is_nomem = status == LOSS_ERR_NOMEM, .name = strlen(message) + 1};
    for (size_t i = 0; !status && i < arrays.n; i++)
        if (!put_array(to, &arrays.items[i]))
            return;
    if (lossi_child_put(to, &end, sizeof end))
        lossi_child_put(to, message, end.name);
}

/* ---- In the parent -------------------------------------------------------------------------- */

static loss_status fail_damaged(const char *label)
{
    return lossi_fail(LOSS_ERR_FORMAT, "%s: a damaged HDF5 file", label);
}

/* Takes a record at `at`, whose memory the child may have spoilt. */
static loss_status take_record(const record *r, const uint8_t *at, const char *label,
                               lossi_arrays *out)
{
    const char *name = (const char *)at;
    if (name[r->name - 1])
        return fail_damaged(label);
    if (r->is_end)
        return *name ? lossi_fail(r->is_nomem ? LOSS_ERR_NOMEM : LOSS_ERR_FORMAT, "%s", name)
                     : LOSS_OK;
    if (r->dtype >= LOSSI_N_DTYPES || r->n_dims > LOSSI_ARRAY_MAX_DIMS)
        return fail_damaged(label);
    lossi_array view = {.dtype = (lossi_dtype)r->dtype, .n_dims = r->n_dims};
    memcpy(view.dims, r->dims, sizeof view.dims);
    lossi_array_make_dense(&view);
    return lossi_arrays_add(out, label, name, &view, at + r->name, r->values, 0);
}

static loss_status take_all(const uint8_t *bytes, size_t n, const char *label, lossi_arrays *out)
{
    for (size_t at = 0; n - at >= sizeof(record);) {
        record r;
        memcpy(&r, bytes + at, sizeof r);
        at += sizeof r;
        if (!r.name || r.name > n - at || r.values > n - at - r.name)
            break;
        loss_status status = take_record(&r, bytes + at, label, out);
        if (status || r.is_end)
            return status;
        at += r.name + r.values;
    }
    return fail_damaged(label);
}

static loss_status parse(const uint8_t *bytes, size_t size, const char *key, const char *label,
                         lossi_arrays *out)
{
    job j = {bytes, size, label};
    uint8_t *found;
    size_t n;
    lossi_arrays_begin(out, size);
    double seconds = SECONDS + (double)size / BYTES_A_SECOND;
    size_t most = out->allowance + (size / BYTES_A_LINK + 2) * sizeof(record);
    lossi_hdf5_lock();
    loss_status status = lossi_child_run(read_all, &j, label, seconds, most, &found, &n);
    lossi_hdf5_unlock();
    if (!status)
        status = take_all(found, n, label, out);
    if (found) {
        loss_status kept = lossi_arrays_own(out, found);
        status = status ? status : kept;
    }
    if (!status)
        status = lossi_arrays_check_names(out, label);
    if (!status && key)
        status = lossi_arrays_keep(out, key, label);
    if (status)
        lossi_arrays_free(out);
    return status;
}

static bool is_hdf5(const uint8_t *bytes, size_t size)
{
    return size >= 8 && memcmp(bytes, "\x89HDF\r\n\x1a\n", 8) == 0;
}

const lossi_arrays_format lossi_arrays_hdf5 = {
    .name = "HDF5", .endings = {".h5", ".hdf5"}, .is = is_hdf5, .parse = parse};
