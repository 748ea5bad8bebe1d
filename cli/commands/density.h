/* A spectral density as a table or a picture. */
#ifndef DENSITY_H
#define DENSITY_H

#include <loss/loss.h>

/** What a density is of. Borrowed. */
typedef struct density_about {
    const loss_net *net;
    const loss_dataset *data;
    loss_ignore ignore;
    size_t rows; /* of the Hessian */
} density_about;

/** True for .csv and the endings of pictures. */
bool density_is_known(const char *path);

/** Writes the nodes (.csv: vector, eigenvalue, weight) or a picture of the curve.
 *  @return EXIT_OK, or EXIT_FAILED after telling why */
int density_write(const loss_density *density, const density_about *about, const char *path);

#endif
