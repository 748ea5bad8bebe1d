/* lossgrid-mpi: every rank runs the same command. Ranks other than 0 say nothing, unless one fails
 * on its own: then it tells what happened and ends all of them. What rank 0 had committed stays. */
#include "ranks.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "messages.h"
#include "pulse.h"
#include "teams.h"

/* For MPI to end this rank when another one is lost; its ways to the others may be, too. */
enum { SECONDS_TO_ABORT = 10 };

/* For all to come to their end after a failure. Without one there is no limit: paths may be in
 * work. */
static const double SECONDS_TO_MEET = 5;

static int number, n_ranks;
static int real_error; /* standard error, while what this rank says is kept in a file */
static FILE *said;

/* What this rank prints goes nowhere; what it says of errors is kept. */
static void be_silent(void)
{
    said = tmpfile();
    real_error = dup(STDERR_FILENO);
    if (!said || real_error < 0 || !freopen("/dev/null", "w", stdout))
        return;
    dup2(fileno(said), STDERR_FILENO);
}

static void tell_what_was_said(void)
{
    char line[1024], host[256] = "";
    if (!said)
        return;
    fflush(stderr);
    dup2(real_error, STDERR_FILENO);
    gethostname(host, sizeof host - 1);
    rewind(said);
    while (fgets(line, sizeof line, said))
        fprintf(stderr, "rank %d on %s: %s", number, host, line);
    fflush(stderr);
}

/* MPI would wait for it for ever. */
static void on_lost(int rank, const char *host, double seconds)
{
    char here[256] = "";
    gethostname(here, sizeof here - 1);
    dprintf(
        number ? real_error : STDERR_FILENO,
        "\nlossgrid-mpi: rank %d on %s has heard nothing of rank %d on %s for %.0f s: it hangs, or "
        "it is cut off. All end; what was committed stays, and the same command goes on\n",
        number, here, rank, host, seconds);
    alarm(SECONDS_TO_ABORT);
    sleep(1); /* or the end overtakes the message on its way through mpirun */
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILED);
}

void ranks_begin(int *argc, char ***argv)
{
    int provided;
    MPI_Init_thread(argc, argv, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &number);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    if (number)
        be_silent();
    teams_begin(n_ranks);
    pulse_begin(number, n_ranks, provided == MPI_THREAD_MULTIPLE, on_lost);
}

/* Waits until all ranks are here. @return false: not all came in time */
static bool meet(double seconds)
{
    MPI_Request request;
    int all = 0;
    double start = MPI_Wtime();
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    for (MPI_Test(&request, &all, MPI_STATUS_IGNORE); !all && MPI_Wtime() - start < seconds;
         MPI_Test(&request, &all, MPI_STATUS_IGNORE))
        message_pause();
    return all;
}

int ranks_end(int code)
{
    /* Whoever was interrupted waits for rank 0, which commits. */
    bool waits = code == EXIT_OK || (code == EXIT_INTERRUPTED && number);
    bool all = meet(waits ? INFINITY : SECONDS_TO_MEET);
    if (!all && number)
        tell_what_was_said();
    fflush(NULL);
    if (!all)
        MPI_Abort(MPI_COMM_WORLD, code ? code : EXIT_FAILED);
    pulse_end();
    MPI_Finalize();
    return code;
}

const char *ranks_program(void)
{
    return "lossgrid-mpi";
}

int ranks_number(void)
{
    return number;
}

loss_status ranks_evaluate(loss_surface *surface)
{
    return number ? evaluate_as_other(surface) : evaluate_as_first(surface, n_ranks);
}
