/* Wavefront OBJ: the vertices of a mesh that is a height field over a grid. Faces are not read: the
 * grid has them. */
#include <math.h>
#include <string.h>

#include <loss/text.h>

#include "import/scatter.h"

/* The line that begins at `at`, a NUL follows the text. @return where the next one begins */
static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    return end ? end + 1 : at + strlen(at);
}

static bool begins_with_word(const char *line, const char *word)
{
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\t');
}

/* Its first line that is no comment is a word of the format. */
static bool is(const uint8_t *bytes, size_t size)
{
    static const char *const words[] = {"v", "vn", "vt", "o", "g", "s", "mtllib", "usemtl"};
    const char *line = (const char *)bytes, *end = line + size;
    while (line < end && (*line == '#' || *line == '\n' || *line == '\r'))
        line = next_line(line);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (line < end && begins_with_word(line, words[i]))
            return true;
    return false;
}

static bool take_numbers(const char *at, double values[3])
{
    for (int k = 0; k < 3; k++) {
        at += strspn(at, " \t");
        if (!loss_number_parse(at, &at, &values[k]))
            return false;
    }
    return true;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    lossi_scatter s = {.word = "line"};
    const char *end = (const char *)bytes + size;
    size_t number = 0;
    loss_status status = LOSS_OK;
    for (const char *line = (const char *)bytes; line < end && *line && !status;
         line = next_line(line)) {
        double v[3];
        number++;
        if (!begins_with_word(line, "v"))
            continue;
        status =
            take_numbers(line + 1, v)
                ? lossi_scatter_add(&s, &(lossi_scatter_row){v[0], v[1], v[2], (double)NAN,
                                                             (double)NAN, number, LOSS_SPLIT_TEST})
                : lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: a vertex without three numbers", path,
                             number);
    }
    to->is_height = true;
    if (!status)
        status = lossi_scatter_to_grid(to, path, &s);
    lossi_scatter_free(&s);
    return status;
}

const lossi_import_kind lossi_import_obj = {
    .name = "OBJ mesh", .endings = ".obj", .is = is, .parse = parse};
