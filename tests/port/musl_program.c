/* What tests/port/musl.sh links with musl and runs: files, numbers as text, contour lines and
 * critical points, printed to the last bit. argv[1] is a file to write. */
#include <stdio.h>
#include <stdlib.h>

#include <loss/analysis.h>
#include <loss/file.h>
#include <loss/text.h>

enum { N = 33 };

int main(int argc, char **argv)
{
    static const loss_file_kind kind = {"text", 0, NULL, 0};
    static const double levels[] = {0.25, 0.5, 1};
    double values[N * N], number;
    const loss_axis axis = {-1, 1, N};
    const loss_grid grid = {axis, axis, values};
    loss_contours *lines;
    loss_criticals *marks;
    loss_file *file;
    uint8_t *bytes;
    size_t size;
    if (argc != 2 || !loss_number_parse("2.5e-1", NULL, &number))
        return 1;
    for (size_t i = 0; i < N * N; i++) {
        double x = loss_axis_at(axis, i % N), y = loss_axis_at(axis, i / N);
        values[i] = (x * x - number) * (x * x - number) + 2 * y * y;
    }
    if (loss_contours_create(&lines, &grid, levels, 3, LOSS_CONTOUR_SQUARES) ||
        loss_criticals_create(&marks, &grid, NULL) || loss_file_open(&file, argv[1], &kind))
        return 1;
    for (size_t k = 0; k < loss_contours_count(lines); k++) {
        loss_contour line = loss_contours_line(lines, k);
        for (size_t i = 0; i < line.n_points; i++)
            loss_file_print(file, "%zu %.17g %.17g\n", k, line.points[i][0], line.points[i][1]);
    }
    for (size_t k = 0; k < loss_criticals_count(marks, 0); k++) {
        const loss_critical *c = &loss_criticals_points(marks)[k];
        loss_file_print(file, "%s %.17g %.17g %.17g\n", loss_critical_kind_name(c->kind), c->x,
                        c->y, c->persistence);
    }
    loss_contours_free(lines);
    loss_criticals_free(marks);
    if (loss_file_commit(file) || loss_file_read(argv[1], SIZE_MAX, &bytes, &size))
        return 1;
    printf("%zu bytes\n", size);
    free(bytes);
    return 0;
}
