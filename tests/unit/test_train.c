/* Training runs: what a run folder holds, refusal of other options, the same bits after a stop
 * or for any threads. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include <loss/train.h>

#include "scratch.h"

enum { IMAGES = 45, CLASSES = 3 };

static loss_dataset *make_data(size_t n)
{
    static uint8_t pixels[IMAGES * 144];
    static uint32_t labels[IMAGES];
    for (size_t i = 0; i < n; i++) {
        labels[i] = (uint32_t)(i % CLASSES);
        for (size_t p = 0; p < 144; p++) /* the class is where the bright rows are */
            pixels[i * 144 + p] =
                (uint8_t)(p / 48 == i % CLASSES ? 200 + i % 50 : (i * 31 + p * 17) % 90);
    }
    loss_dataset *data;
    assert_int_equal(
        loss_dataset_create(&data, (loss_shape){1, 12, 12, CLASSES}, n, pixels, labels, NULL),
        LOSS_OK);
    return data;
}

static loss_train_options make_options(void)
{
    loss_train_options opt = LOSS_TRAIN_OPTIONS_INIT;
    opt.epochs = 5;
    opt.batch = 11; /* a last batch of one image, which is left out */
    opt.lr = 0.05;
    opt.augment = true;
    opt.nesterov = true;
    opt.threads = 2;
    return opt;
}

static loss_status train(const char *run, const loss_train_options *opt, char digest[17])
{
    loss_dataset *data = make_data(IMAGES), *test = make_data(10);
    loss_net *net;
    assert_int_equal(loss_net_create(&net, "resnet20:width=0.25", loss_dataset_shape(data)),
                     LOSS_OK);
    loss_status status = loss_train(net, data, test, scratch_path(run), opt);
    if (digest)
        loss_net_digest(net, digest);
    loss_net_free(net);
    loss_dataset_free(data);
    loss_dataset_free(test);
    return status;
}

static void assert_same_file(const char *a, const char *b)
{
    char command[1100];
    snprintf(command, sizeof command, "cmp -s %s %s", scratch_path(a), scratch_path(b));
    if (system(command) != 0)
        fail_msg("%s and %s differ", a, b);
}

static void test_run_folder(void **state)
{
    (void)state;
    loss_train_options opt = make_options();
    char one[17], two[17];
    opt.save_every = 2;
    assert_int_equal(train("a", &opt, one), LOSS_OK);
    const char *there[] = {"a/run.json",
                           "a/log.csv",
                           "a/state.safetensors",
                           "a/epoch-000.safetensors",
                           "a/epoch-002.safetensors",
                           "a/epoch-004.safetensors",
                           "a/epoch-005.safetensors"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        assert_int_equal(access(scratch_path(there[i]), F_OK), 0);
    assert_int_equal(access(scratch_path("a/epoch-003.safetensors"), F_OK), -1);
    FILE *log = fopen(scratch_path("a/log.csv"), "r");
    char line[256];
    int rows = 0;
    double lr, loss, accuracy;
    assert_non_null(fgets(line, sizeof line, log));
    assert_string_equal(
        line,
        "epoch,lr,train_loss,train_accuracy,test_loss,test_accuracy,images_per_second,seconds\n");
    while (fgets(line, sizeof line, log)) {
        assert_int_equal(sscanf(line, "%d,%lf,%lf,%lf", &(int){0}, &lr, &loss, &accuracy), 4);
        rows++;
    }
    fclose(log);
    assert_int_equal(rows, 5);
    assert_true(loss < 0.7 && accuracy > 60); /* it learns */
    opt.threads = 1;
    assert_int_equal(train("b", &opt, two), LOSS_OK);
    assert_string_equal(one, two);
    assert_same_file("a/epoch-005.safetensors", "b/epoch-005.safetensors");
    assert_same_file("a/state.safetensors", "b/state.safetensors");
    opt.seed = 1;
    assert_int_equal(train("c", &opt, two), LOSS_OK);
    assert_string_not_equal(one, two);
    assert_int_equal(train("c", &opt, one), LOSS_OK); /* nothing left to do: the last weights */
    assert_string_equal(one, two);
}

static bool stop_at(void *user)
{
    return atomic_fetch_sub((atomic_int *)user, 1) <= 0; /* worker threads ask too */
}

static void test_stop_and_go_on(void **state)
{
    (void)state;
    loss_train_options opt = make_options();
    assert_int_equal(train("whole", &opt, NULL), LOSS_OK);
    for (int steps = 1; steps < 25;
         steps += 5) { /* 5 epochs of 4 steps: in an epoch, between two */
        char run[32];
        atomic_int left = steps;
        snprintf(run, sizeof run, "r%d", steps);
        opt.cancelled = stop_at;
        opt.user = &left;
        loss_status status = train(run, &opt, NULL);
        assert_true(status == LOSS_ERR_CANCELLED || (steps >= 20 && status == LOSS_OK));
        opt.cancelled = NULL;
        assert_int_equal(train(run, &opt, NULL), LOSS_OK);
        char weights[64], momentum[64];
        snprintf(weights, sizeof weights, "%s/epoch-005.safetensors", run);
        snprintf(momentum, sizeof momentum, "%s/state.safetensors", run);
        assert_same_file("whole/epoch-005.safetensors", weights);
        assert_same_file("whole/state.safetensors", momentum);
    }
}

static void test_kill_and_go_on(void **state)
{
    (void)state;
    loss_train_options opt = make_options();
    assert_int_equal(train("whole", &opt, NULL), LOSS_OK);
    opt.threads = 1;
    for (int round = 0; round < 6; round++) {
        pid_t child = fork();
        if (child == 0)
            _exit(train("killed", &opt, NULL) != LOSS_OK);
        usleep(5000 + 8000 * (useconds_t)round);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    assert_int_equal(train("killed", &opt, NULL), LOSS_OK);
    assert_same_file("whole/epoch-005.safetensors", "killed/epoch-005.safetensors");
}

static void test_other_options_are_refused(void **state)
{
    (void)state;
    loss_train_options opt = make_options();
    opt.run_json = "{\"data\": \"here\", \"selection\": \"all\", \"epochs\": 77}";
    assert_int_equal(train("a", &opt, NULL), LOSS_OK);
    opt.lr = 0.06;
    assert_int_equal(train("a", &opt, NULL), LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "run.json: lr is 0.05; now asked for: 0.06"));
    opt = make_options();
    opt.run_json = "{\"data\": \"there\", \"selection\": \"all\"}";
    assert_int_equal(train("a", &opt, NULL), LOSS_OK); /* the same images, elsewhere */
    opt.run_json = "{\"selection\": \"some\"}";
    assert_int_equal(train("a", &opt, NULL), LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "selection is \"all\"; now asked for: \"some\""));
    opt.run_json = "[1]";
    assert_int_equal(train("b", &opt, NULL), LOSS_ERR_ARGUMENT);
}

static bool start_another(void *user)
{
    loss_train_options opt = make_options();
    char *refused = user;
    if (!*refused && train("a", &opt, NULL) == LOSS_ERR_SYSTEM &&
        strstr(loss_last_message(), "another training"))
        *refused = 1;
    return false;
}

static void test_two_trainings_in_one_folder(void **state)
{
    (void)state;
    loss_train_options opt = make_options();
    char refused = 0;
    opt.cancelled = start_another;
    opt.user = &refused;
    assert_int_equal(train("a", &opt, NULL), LOSS_OK);
    assert_true(refused);
}

/* What cannot be looked at is not taken as missing. */
static void test_state_that_cannot_be_read(void **state)
{
    (void)state;
    loss_train_options opt = make_options();
    assert_int_equal(mkdir(scratch_path("a"), 0777), 0);
    assert_int_equal(symlink("state.safetensors", scratch_path("a/state.safetensors")), 0);
    assert_int_equal(train("a", &opt, NULL), LOSS_ERR_IO);
    assert_non_null(strstr(loss_last_message(), "state.safetensors"));
}

static void test_bad_options(void **state)
{
    (void)state;
    loss_train_options opt = make_options();
    opt.lr = -1;
    assert_int_equal(train("a", &opt, NULL), LOSS_ERR_ARGUMENT);
    opt = make_options();
    opt.batch = 1;
    assert_int_equal(train("a", &opt, NULL), LOSS_ERR_ARGUMENT);
    opt = make_options();
    opt.epochs = 0;
    assert_int_equal(train("a", &opt, NULL), LOSS_ERR_ARGUMENT);
    opt = make_options();
    opt.momentum = 1;
    assert_int_equal(train("a", &opt, NULL), LOSS_ERR_ARGUMENT);
    opt = make_options();
    scratch_write("file", "x", 1);
    assert_int_equal(train("file", &opt, NULL), LOSS_ERR_IO);
    assert_int_equal(train("no/such/parent", &opt, NULL), LOSS_ERR_IO);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_run_folder),
        TEST(test_stop_and_go_on),
        TEST(test_kill_and_go_on),
        TEST(test_other_options_are_refused),
        TEST(test_bad_options),
        TEST(test_two_trainings_in_one_folder),
        TEST(test_state_that_cannot_be_read),
    };
    return cmocka_run_group_tests_name("train", tests, NULL, NULL);
}
