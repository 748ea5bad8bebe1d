/* Estimating a surface: whether it can be, and what the file says of it. */
#include <stdlib.h>

#include "surface/estimate_job.h"
#include "surface/sql.h"
#include "surface/store_estimate.h"

static loss_status check_surface(const loss_surface *s)
{
    if (!s->net || !s->store)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s", s->path,
                          s->net ? "there is no file to put estimates into"
                                 : "opened to look at, not to evaluate");
    return s->opt.curvature || s->opt.repeat || s->opt.parts
               ? lossi_fail(LOSS_ERR_ARGUMENT,
                            "%s: eigenvalues, repeated lines and parts of a surface are not "
                            "estimated",
                            s->path)
               : LOSS_OK;
}

static loss_status put_design(loss_surface *s, const lossi_estimate_design *design,
                              const loss_estimate_options *opt)
{
    bool is_error = opt->error > 0;
    loss_status status = lossi_store_begin_estimates(s->store, design->text);
    char *text = lossi_format("%.6g", is_error ? opt->error : opt->share);
    if (!status)
        status = text ? lossi_store_put_fact(
                            s->store, is_error ? LOSS_KEY_ESTIMATE_ERROR : LOSS_KEY_ESTIMATE_SHARE,
                            text, true)
                      : lossi_fail_nomem(32);
    free(text);
    return status;
}

static loss_status begin(loss_surface *s, const loss_estimate_options *opt)
{
    lossi_estimate_design design;
    lossi_estimate_plan plan;
    lossi_agenda *agenda;
    loss_status status = lossi_surface_read_facts(s);
    if (!status)
        status = lossi_estimate_design_make(&design, s, opt);
    for (int k = 0; k < 2 && !status; k++) /* before anything is put into the file */
        if (s->data[k])
            status = lossi_estimate_plan_make(&plan, s->x.n * s->y.n, &design,
                                              loss_dataset_count(s->data[k]), opt);
    if (!status)
        status = put_design(s, &design, opt);
    if (!status)
        status = lossi_estimate_job_create(&agenda, s, &design, opt);
    if (status)
        return status;
    lossi_agenda_free(s->agenda);
    s->agenda = agenda;
    return LOSS_OK;
}

loss_status loss_surface_begin_estimate(loss_surface *surface, const loss_estimate_options *given)
{
    LOSSI_REQUIRE(surface);
    loss_estimate_options opt = LOSS_ESTIMATE_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check_surface(surface);
    if (!status)
        status = lossi_store_check_writable(surface->store);
    return status ? status : begin(surface, &opt);
}

loss_status loss_surface_estimate(loss_surface *surface, const loss_estimate_options *opt)
{
    loss_status status = loss_surface_begin_estimate(surface, opt);
    return status ? status : loss_surface_evaluate(surface);
}
