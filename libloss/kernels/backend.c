/* The list of backends. */
#include "kernels/backend.h"

/* Preferred first. */
static const lossi_backend *const backends[] = {&lossi_backend_cpu};

loss_status lossi_backend_choose(const lossi_backend **backend, const lossi_kernels **kernels)
{
    size_t i = 0;
    while (!backends[i]->probe())
        i++;
    *backend = backends[i];
    return backends[i]->kernels(kernels);
}
