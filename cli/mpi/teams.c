/* Teams of ranks. */
#include "teams.h"

#include <mpi.h>

#include "messages.h"
#include "ranks.h"

enum { MOST_NUMBERS = 1 << 20 }; /* of one message */

typedef struct team {
    loss_team team;
    MPI_Comm comm;
} team;

static team all = {.comm = MPI_COMM_NULL}, evaluators = {.comm = MPI_COMM_NULL};

/* As MPI_Wait(), without keeping a processor busy meanwhile. */
static void await(MPI_Request *request)
{
    int is_done;
    for (MPI_Test(request, &is_done, MPI_STATUS_IGNORE); !is_done;
         MPI_Test(request, &is_done, MPI_STATUS_IGNORE))
        message_pause();
}

static loss_status sum(double *values, size_t n, void *user)
{
    const team *t = user;
    for (size_t done = 0, some; done < n; done += some) {
        MPI_Request request;
        some = n - done < MOST_NUMBERS ? n - done : MOST_NUMBERS;
        MPI_Iallreduce(MPI_IN_PLACE, values + done, (int)some, MPI_DOUBLE, MPI_SUM, t->comm,
                       &request);
        await(&request);
    }
    return LOSS_OK;
}

static void set_up(team *t)
{
    int member, members;
    MPI_Comm_rank(t->comm, &member);
    MPI_Comm_size(t->comm, &members);
    t->team = (loss_team){(size_t)members, (size_t)member, sum, t};
}

void teams_begin(int n_ranks)
{
    if (n_ranks < 2)
        return;
    MPI_Comm_dup(MPI_COMM_WORLD, &all.comm);
    set_up(&all);
}

void teams_gather(bool takes_part)
{
    MPI_Request request;
    if (all.comm == MPI_COMM_NULL)
        return;
    MPI_Ibarrier(all.comm, &request);
    await(&request);
    MPI_Comm_split(all.comm, takes_part ? 0 : MPI_UNDEFINED, (int)all.team.member,
                   &evaluators.comm);
    if (evaluators.comm != MPI_COMM_NULL)
        set_up(&evaluators);
}

static const loss_team *shown(const team *t)
{
    return t->comm == MPI_COMM_NULL ? NULL : &t->team;
}

const loss_team *ranks_all(void)
{
    return shown(&all);
}

const loss_team *ranks_evaluators(void)
{
    return shown(&evaluators);
}
