/* One process. */
#include "ranks.h"

void ranks_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

int ranks_end(int code)
{
    return code;
}

const char *ranks_program(void)
{
    return "lossgrid";
}

int ranks_number(void)
{
    return 0;
}

loss_status ranks_evaluate(loss_surface *surface)
{
    return loss_surface_evaluate(surface);
}

const loss_team *ranks_all(void)
{
    return NULL;
}

const loss_team *ranks_evaluators(void)
{
    return NULL;
}
