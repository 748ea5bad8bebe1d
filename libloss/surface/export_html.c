/* A surface as one page that needs nothing else: what is to be drawn as JSON, the values as base64,
 * and the script of page/ that draws them. Every text of the file goes through JSON, in which no
 * tag can begin. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "surface/export.h"
#include "surface/page.h"

/* Made of the files of page/ by the Makefile. */
extern const char lossi_page_html[], lossi_page_css[], lossi_page_js[];

static const loss_file_kind KIND = {"HTML page", 0, "<!DOCTYPE html>", 15};

enum { MOST_POINTS = 2100000 }; /* a browser has to hold all of it */

/* Bytes as base64 (RFC 4648), a line. @param n  a multiple of 3, but for the last of them */
static void put_base64(loss_file *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[4 * 256];
    size_t length = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t word = (uint32_t)bytes[i] << 16;
        if (i + 1 < n)
            word |= (uint32_t)bytes[i + 1] << 8;
        if (i + 2 < n)
            word |= bytes[i + 2];
        for (int k = 0; k < 4; k++)
            text[length++] = i + (size_t)k > n ? '=' : digits[word >> (18 - 6 * k) & 63];
        if (length == sizeof text || i + 3 >= n) {
            loss_file_put(out, text, length);
            length = 0;
        }
    }
}

/* The losses as they are, what is told beside them as float32. */
static void put_values(loss_file *out, const double *values, size_t n, bool is_exact)
{
    enum { BLOCK = 768 }; /* a multiple of 3 */
    float block[BLOCK];
    if (is_exact) {
        put_base64(out, (const uint8_t *)values, n * sizeof *values);
        return;
    }
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t part = lossi_smaller(BLOCK, n - i);
        for (size_t k = 0; k < part; k++)
            block[k] = (float)values[i + k];
        put_base64(out, (const uint8_t *)block, part * sizeof *block);
    }
}

/* In a string of JSON \u003c is the same as <, which could end the element. */
static void put_json(loss_file *out, const char *json)
{
    for (const char *at = json; *at;) {
        size_t n = strcspn(at, "<");
        loss_file_put(out, at, n);
        at += n;
        if (*at) {
            loss_file_put_text(out, "\\u003c");
            at++;
        }
    }
}

static void begin_element(loss_file *out, const char *type, const char *id)
{
    loss_file_print(out, "<script type=\"%s\" id=\"%s\">", type, id);
}

static loss_status put_maps(const lossi_page *p, loss_file *out)
{
    uint8_t lit[LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3];
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < p->n_maps && !status; i++) {
        char id[64];
        status = loss_colours_lit(p->map_names[i], lit);
        snprintf(id, sizeof id, "map-%s", p->map_names[i]);
        begin_element(out, "text/plain", id);
        put_base64(out, lit[0][0], sizeof lit);
        loss_file_put_text(out, "</script>\n");
    }
    return status;
}

static void put_page(const lossi_page *p, loss_file *out, const char *json)
{
    size_t n = p->surface->x.n * p->surface->y.n;
    /* The page may load nothing, whatever is in it. */
    loss_file_put_text(out,
                       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<meta name=\"generator\" content=\"libloss\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">\n"
                       "<title>Loss landscape</title>\n<style>\n");
    loss_file_put_text(out, lossi_page_css);
    loss_file_put_text(out, "</style>\n</head>\n<body>\n");
    loss_file_put_text(out, lossi_page_html);
    begin_element(out, "application/json", "data");
    put_json(out, json);
    loss_file_put_text(out, "</script>\n");
    for (int k = 0; k < 2; k++)
        for (int q = 0; q < PAGE_N_QUANTITIES; q++)
            if (p->splits[k].has[q]) {
                char name[PAGE_NAME];
                lossi_page_array(p->surface, (loss_split)k, q, name);
                begin_element(out, "text/plain", name);
                put_values(out, p->splits[k].values[q], n, q == PAGE_LOSS);
                loss_file_put_text(out, "</script>\n");
            }
}

static loss_status write_page(const lossi_page *p, const char *path)
{
    loss_file *out;
    char *json = cJSON_PrintUnformatted(p->json);
    loss_status status = json ? loss_file_open(&out, path, &KIND)
                              : lossi_fail(LOSS_ERR_NOMEM, "%s: no memory for its contents", path);
    if (!status) {
        put_page(p, out, json);
        status = put_maps(p, out);
        loss_file_put_text(out, "<script>\n");
        loss_file_put_text(out, lossi_page_js);
        loss_file_put_text(out, "</script>\n</body>\n</html>\n");
        if (!status)
            status = loss_file_commit(out);
        else
            loss_file_abandon(out);
    }
    cJSON_free(json);
    return status;
}

loss_status lossi_export_html(loss_surface *s, const char *path, const loss_export_options *opt)
{
    lossi_page p = {.surface = s, .opt = opt};
    size_t n = s->x.n * s->y.n, n_splits = 0;
    uint8_t colour[3];
    loss_status status = lossi_export_faces(s, path);
    if (!status && opt->colours)
        status = loss_colour_at(opt->colours, 0, colour);
    for (int k = 0; k < 2; k++) {
        p.splits[k].is_there = s->has_split[k];
        n_splits += s->has_split[k];
    }
    if (!status && n * n_splits > MOST_POINTS)
        status = lossi_fail(LOSS_ERR_SHAPE,
                            "%s: %zu x %zu points of %zu splits are too many for a page, which "
                            "holds at most %d; export as .glb, .vti or .npz",
                            path, s->x.n, s->y.n, n_splits, MOST_POINTS);
    if (!status)
        status = lossi_page_make(&p);
    if (!status)
        status = write_page(&p, path);
    lossi_page_free(&p);
    return status;
}
