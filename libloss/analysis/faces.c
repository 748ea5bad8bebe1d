/* Cells and triangles of a grid, and who is whose neighbour. */
#include "analysis/faces.h"

#include <stdlib.h>

#include "base/base.h"

enum { BELOW, RIGHT, ABOVE, LEFT, SAME };

bool lossi_faces_make(lossi_faces *f, const loss_grid *grid, bool triangles)
{
    size_t cells = lossi_grid_cells(grid);
    *f = (lossi_faces){grid, triangles, triangles ? 3 : 4, triangles ? 2 * cells : cells,
                       lossi_alloc(cells, 1)};
    for (size_t i = 0; f->whole && i < cells; i++)
        f->whole[i] = lossi_cell_is_whole(grid, i % (grid->x.n - 1), i / (grid->x.n - 1));
    return f->whole;
}

void lossi_faces_free(lossi_faces *f)
{
    free(f->whole);
}

/* The whole cell on a side of a cell. */
static bool cell_beside(const lossi_faces *f, size_t cell, int side, size_t *other)
{
    size_t nx = f->grid->x.n - 1, ny = f->grid->y.n - 1;
    bool exists = true;
    *other = cell;
    switch (side) {
    case BELOW:
        exists = cell >= nx;
        *other -= nx;
        break;
    case RIGHT:
        exists = cell % nx + 1 < nx;
        *other += 1;
        break;
    case ABOVE:
        exists = cell / nx + 1 < ny;
        *other += nx;
        break;
    case LEFT:
        exists = cell % nx > 0;
        *other -= 1;
        break;
    }
    return exists && f->whole[*other];
}

bool lossi_face_behind(const lossi_faces *f, size_t face, size_t edge, size_t *other,
                       size_t *other_edge)
{
    static const struct {
        uint8_t side, triangle, edge;
    } behind[2][3] = {{{BELOW, 1, 1}, {RIGHT, 1, 2}, {SAME, 1, 0}},
                      {{SAME, 0, 2}, {ABOVE, 0, 0}, {LEFT, 0, 1}}};
    if (!f->triangles) {
        *other_edge = (edge + 2) % 4;
        return cell_beside(f, face, (int)edge, other);
    }
    bool exists = cell_beside(f, face / 2, behind[face % 2][edge].side, other);
    *other = 2 * *other + behind[face % 2][edge].triangle;
    *other_edge = behind[face % 2][edge].edge;
    return exists;
}
