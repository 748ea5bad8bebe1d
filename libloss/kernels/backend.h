/* A backend is a place to compute: memory of its own, and kernels that work on it. The processor
 * (libloss/cpu) is one. A device is another folder with a table like this one and a row in
 * backend.c.
 *
 * What kernels read and write lies in a backend's memory: activations, gradients, scratch memory
 * and filters made ready. Everything else (the weights of a network, per-image losses, sums in
 * double) lies in the host's. */
#ifndef LOSSI_BACKEND_H
#define LOSSI_BACKEND_H

#include "base/base.h"
#include "kernels/kernels.h"

typedef struct lossi_backend {
    const char *name;
    /** Whether this machine has it. */
    bool (*probe)(void);
    /** The kernel table to use. @return LOSS_OK; LOSS_ERR_NAME: LOSS_ISA names none of the
     * backend's tables. */
    loss_status (*kernels)(const lossi_kernels **out);
    /** n values of `size` bytes, zeros, aligned to 64 bytes; NULL when memory is out. A zero size
     * gives a pointer that may be released. */
    void *(*allocate)(size_t n, size_t size);
    /** Gives memory back; NULL is ignored. */
    void (*release)(void *memory);
    /** Copies bytes from the host's memory to the backend's, and back. The ranges may not
     * overlap. */
    void (*upload)(void *to, const void *from, size_t bytes);
    void (*download)(void *to, const void *from, size_t bytes);
} lossi_backend;

/** The processor. Its memory is the host's. */
extern const lossi_backend lossi_backend_cpu;

/** The first backend that this machine has, and its kernels. The processor is the last, so that
 * there always is one.
 *  @return LOSS_OK, LOSS_ERR_NAME (see `kernels` above).   Threads: any. */
loss_status lossi_backend_choose(const lossi_backend **backend, const lossi_kernels **kernels);

#endif
