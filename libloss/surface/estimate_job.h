/* The agenda of an estimate. */
#ifndef LOSSI_SURFACE_ESTIMATE_JOB_H
#define LOSSI_SURFACE_ESTIMATE_JOB_H

#include "surface/agenda.h"
#include "surface/estimate_design.h"

/** What the design wants of all splits and the file lacks.
 *  @param design, opt  copied
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_estimate_job_create(lossi_agenda **out, loss_surface *surface,
                                      const lossi_estimate_design *design,
                                      const loss_estimate_options *opt);

#endif
