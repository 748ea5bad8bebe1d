/* A landscape by worker processes: one process has the file, hands out tasks and puts the outcomes
 * in; the workers know no file. Here they are forked and spoken to through sockets; on a cluster
 * they may be anywhere that tasks and outcomes can be sent to.
 *
 *   cc 06-workers.c $(pkg-config --cflags --libs loss) -o 06-workers
 *   ./06-workers fashion-mnist lenet5 run/epoch-003.safetensors lenet5.landscape 4
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <loss/loss.h>

enum { MOST_WORKERS = 64 };

/* The same in every process, so that what they compute belongs together. path NULL: no file. */
static loss_status open_surface(char **argv, const char *path, loss_surface **surface)
{
    static loss_dataset *data; /* kept until the process ends */
    static loss_net *net;
    static loss_plane *plane;
    loss_dataset_options d = LOSS_DATASET_OPTIONS_INIT;
    d.split = LOSS_SPLIT_TEST;
    d.limit = 200;
    loss_surface_options s = LOSS_SURFACE_OPTIONS_INIT;
    s.x = s.y = (loss_axis){-1, 1, 9};
    s.threads = 1;
    loss_status st = loss_dataset_open(&data, argv[1], &d);
    if (!st)
        st = loss_net_create(&net, argv[2], loss_dataset_shape(data));
    if (!st)
        st = loss_net_load(net, argv[3], NULL);
    if (!st)
        st = loss_plane_random(&plane, net, NULL);
    return st ? st : loss_surface_open(surface, path, net, plane, data, &s);
}

/* Does what comes until the other end closes. */
static int work(char **argv, int end)
{
    loss_surface *surface;
    loss_task task;
    loss_outcome outcome;
    loss_status st = open_surface(argv, NULL, &surface);
    while (!st && read(end, &task, sizeof task) == sizeof task) {
        st = loss_surface_compute(surface, &task, &outcome);
        if (!st && write(end, &outcome, sizeof outcome) != sizeof outcome)
            break;
    }
    if (st)
        fprintf(stderr, "worker: %s: %s\n", loss_status_name(st), loss_last_message());
    return st ? 1 : 0;
}

/* A task to each worker that has none; then waits for an outcome and puts it into the file. */
static loss_status share_out(loss_surface *surface, struct pollfd *workers, int n)
{
    loss_claim claim = LOSS_CLAIM_TASK;
    loss_status st = LOSS_OK;
    int busy = 0, is_busy[MOST_WORKERS] = {0};
    while (!st && (claim == LOSS_CLAIM_TASK || busy)) {
        for (int i = 0; i < n && !st && claim == LOSS_CLAIM_TASK; i++) {
            loss_task task;
            if (is_busy[i])
                continue;
            st = loss_surface_claim(surface, &claim, &task);
            if (st || claim != LOSS_CLAIM_TASK)
                break;
            if (write(workers[i].fd, &task, sizeof task) != sizeof task)
                return LOSS_ERR_SYSTEM;
            is_busy[i] = 1;
            busy++;
        }
        if (!busy || poll(workers, (nfds_t)n, -1) < 0)
            break;
        for (int i = 0; i < n && !st; i++) {
            loss_outcome outcome;
            if (!workers[i].revents)
                continue;
            if (read(workers[i].fd, &outcome, sizeof outcome) != sizeof outcome)
                return LOSS_ERR_SYSTEM; /* it ended; what is in the file stays */
            st = loss_surface_hand_in(surface, &outcome, 1);
            is_busy[i] = 0;
            busy--;
        }
    }
    return st;
}

int main(int argc, char **argv)
{
    int n = argc == 6 ? atoi(argv[5]) : 0;
    if (n < 1 || n > MOST_WORKERS) {
        fprintf(stderr, "usage: %s DATA MODEL WEIGHTS OUT.landscape WORKERS\n", argv[0]);
        return 2;
    }
    struct pollfd workers[MOST_WORKERS];
    for (int i = 0; i < n; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends)) /* keeps messages whole */
            return 1;
        if (fork() == 0) {
            for (int j = 0; j < i; j++)
                close(workers[j].fd);
            close(ends[0]);
            return work(argv, ends[1]);
        }
        close(ends[1]);
        workers[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
    }
    loss_surface *surface = NULL;
    loss_status st = open_surface(argv, argv[4], &surface);
    if (!st)
        st = share_out(surface, workers, n);
    if (st)
        fprintf(stderr, "%s: %s\n", loss_status_name(st), loss_last_message());
    loss_surface_close(surface);
    for (int i = 0; i < n; i++)
        close(workers[i].fd);
    while (wait(NULL) > 0)
        ;
    return st ? 1 : 0;
}
