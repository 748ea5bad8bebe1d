/* Contiguous and compact values, and chunks with their filters. libhdf5 1.10 takes a chunk for as
 * large as it unpacks to, and goes through as many chunks as the shape has, which cost it 4 kB
 * each: a file of 3 kB could take gigabytes. */
#include "formats/hdf5_storage.h"

#include <zlib.h>

/* A chunk has a place in an index, and its values. */
enum { BYTES_A_CHUNK = 16, ALWAYS_CHUNKS = 64 };
enum { MOST_FILTERS = 3, CHECKSUM = 4, PIECE = 1 << 16 };

/* The chunks of a data set, and what was done to them when they were written, in order. */
typedef struct chunks {
    int n_dims, n_filters;
    hsize_t dims[LOSSI_ARRAY_MAX_DIMS]; /* of one */
    size_t grid[LOSSI_ARRAY_MAX_DIMS];  /* how many along each axis */
    size_t n, bytes;                    /* how many, and the size of one */
    H5Z_filter_t filters[MOST_FILTERS];
} chunks;

static bool take_filters(hid_t plist, chunks *c)
{
    bool has[3] = {false, false, false};
    c->n_filters = H5Pget_nfilters(plist);
    if (c->n_filters < 0 || c->n_filters > MOST_FILTERS)
        return false;
    for (int i = 0; i < c->n_filters; i++) {
        unsigned flags, config;
        size_t n_values = 0;
        c->filters[i] =
            H5Pget_filter2(plist, (unsigned)i, &flags, &n_values, NULL, 0, NULL, &config);
        int kind = c->filters[i] == H5Z_FILTER_DEFLATE      ? 0
                   : c->filters[i] == H5Z_FILTER_SHUFFLE    ? 1
                   : c->filters[i] == H5Z_FILTER_FLETCHER32 ? 2
                                                            : -1;
        if (kind < 0 || has[kind])
            return false;
        has[kind] = true;
    }
    return true;
}

static bool take_chunks(hid_t plist, size_t element, const lossi_array *view, chunks *c)
{
    *c = (chunks){.n_dims = (int)view->n_dims, .n = 1, .bytes = element};
    if (c->n_dims < 1 || H5Pget_chunk(plist, LOSSI_ARRAY_MAX_DIMS, c->dims) != c->n_dims)
        return false;
    for (int i = 0; i < c->n_dims; i++) {
        if (!c->dims[i] || c->dims[i] > SIZE_MAX / 2)
            return false;
        size_t side = (size_t)c->dims[i];
        c->grid[i] = view->dims[i] / side + (view->dims[i] % side != 0);
        if (!lossi_mul(c->n, c->grid[i], &c->n) || !lossi_mul(c->bytes, side, &c->bytes))
            return false;
    }
    return take_filters(plist, c);
}

/* Whether a zlib stream makes just so many bytes. */
static bool inflates_to(const uint8_t *packed, size_t n_packed, size_t wanted)
{
    uint8_t piece[PIECE];
    z_stream z = {0};
    size_t made = 0;
    if (inflateInit(&z) != Z_OK)
        return false;
    /* libhdf5 keeps the size of a chunk in 32 bits */
    z.next_in = (Bytef *)(uintptr_t)packed;
    z.avail_in = (uInt)n_packed;
    int end = n_packed <= UINT32_MAX ? Z_OK : Z_DATA_ERROR;
    while (end == Z_OK && made <= wanted) {
        z.next_out = piece;
        z.avail_out = PIECE;
        end = inflate(&z, Z_NO_FLUSH);
        made += PIECE - z.avail_out;
    }
    inflateEnd(&z);
    return end == Z_STREAM_END && made == wanted;
}

/* Whether a stored chunk unpacks to its size. @param skipped  bits of the filters that it lacks */
static bool unpacks(const chunks *c, unsigned skipped, const uint8_t *stored, size_t n)
{
    size_t before[MOST_FILTERS], size = c->bytes; /* the size that a filter was given */
    for (int i = 0; i < c->n_filters; i++) {
        before[i] = size;
        if (!(skipped >> i & 1) && c->filters[i] == H5Z_FILTER_FLETCHER32)
            size += CHECKSUM;
    }
    size = n;
    for (int i = c->n_filters; i-- > 0;) {
        if (skipped >> i & 1)
            continue;
        if (c->filters[i] == H5Z_FILTER_FLETCHER32) {
            if (size < CHECKSUM)
                return false;
            size -= CHECKSUM;
        } else if (c->filters[i] == H5Z_FILTER_DEFLATE) {
            if (!inflates_to(stored, size, before[i]))
                return false;
            size = before[i];
        }
    }
    return size == c->bytes;
}

static bool chunks_are_readable(const lossi_hdf5_image *image, hid_t set, const chunks *c)
{
    hsize_t at[LOSSI_ARRAY_MAX_DIMS];
    for (size_t k = 0; k < c->n; k++) {
        size_t rest = k;
        unsigned skipped = 0;
        haddr_t from = HADDR_UNDEF;
        hsize_t n = 0;
        for (int i = c->n_dims; i-- > 0; rest /= c->grid[i])
            at[i] = rest % c->grid[i] * c->dims[i];
        if (H5Dget_chunk_info_by_coord(set, at, &skipped, &from, &n) < 0)
            return false;
        if (from == HADDR_UNDEF)
            continue;
        if (from > image->size || n > image->size - from ||
            !unpacks(c, skipped, image->bytes + from, (size_t)n))
            return false;
    }
    return true;
}

/* Values in one piece. */
static bool is_whole(const lossi_hdf5_image *image, hid_t set, size_t bytes, H5D_layout_t layout)
{
    hsize_t stored = H5Dget_storage_size(set);
    haddr_t from = H5Dget_offset(set);
    if (layout == H5D_COMPACT)
        return stored >= bytes;
    return from == HADDR_UNDEF || /* never written */
           (stored >= bytes && from <= image->size && bytes <= image->size - from);
}

bool lossi_hdf5_is_readable(const lossi_hdf5_image *image, hid_t set, hid_t type,
                            const lossi_array *view, size_t allowance)
{
    size_t element = H5Tget_size(type), bytes, all;
    chunks c;
    hid_t plist = H5Dget_create_plist(set);
    H5D_layout_t layout = H5Pget_layout(plist);
    bool is = plist >= 0 && H5Pget_external_count(plist) == 0 &&
              lossi_mul(view->count, element, &bytes) && bytes <= allowance;
    if (is && layout == H5D_CHUNKED)
        is = take_chunks(plist, element, view, &c) && lossi_mul(c.n, c.bytes, &all) &&
             all <= allowance && c.n <= image->size / BYTES_A_CHUNK + ALWAYS_CHUNKS &&
             chunks_are_readable(image, set, &c);
    else if (is)
        is = (layout == H5D_COMPACT || layout == H5D_CONTIGUOUS) &&
             is_whole(image, set, bytes, layout);
    H5Pclose(plist);
    return is;
}
