/* A small landscape of principal components, with a path, that the tests bring along. */
#ifndef PCA_FIXTURE_H
#define PCA_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include <loss/loss.h>

static inline loss_surface *open_fixture(void)
{
    char path[1024];
    const char *source = getenv("SRC");
    loss_surface *surface = NULL;
    snprintf(path, sizeof path, "%s/tests/data/viewer/lenet5-pca.landscape", source ? source : ".");
    assert_int_equal(loss_surface_read(&surface, path), LOSS_OK);
    return surface;
}

#endif
