/* Images that are in a temporary file: the same bits, and an error where they cannot be read. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <loss/loss.h>

enum { IMAGES = 40, SIZE = 3 * 6 * 5, HELD = 7 };

static loss_dataset *make_data(size_t cache)
{
    static uint8_t pixels[IMAGES * SIZE];
    static uint32_t labels[IMAGES];
    loss_dataset *data;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.cache = cache;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 7 % 251);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % 3);
    loss_shape shape = {3, 6, 5, 3};
    assert_int_equal(loss_dataset_create(&data, shape, IMAGES, pixels, labels, &opt), LOSS_OK);
    return data;
}

static loss_net *make_net(const loss_dataset *data)
{
    loss_net *net;
    assert_int_equal(loss_net_create(&net, "mlp:size=4", loss_dataset_shape(data)), LOSS_OK);
    return net;
}

static void test_same_images(void **state)
{
    (void)state;
    loss_dataset *whole = make_data(0), *small = make_data(HELD * SIZE);
    float a[IMAGES][SIZE], b[IMAGES][SIZE];
    assert_string_equal(loss_dataset_digest(whole), loss_dataset_digest(small));
    assert_non_null(loss_dataset_pixels(whole));
    assert_null(loss_dataset_pixels(small));
    assert_int_equal(loss_dataset_images(whole, 0, IMAGES, a[0]), LOSS_OK);
    assert_int_equal(loss_dataset_images(small, 0, IMAGES, b[0]), LOSS_OK);
    assert_memory_equal(a, b, sizeof a);
    loss_dataset_free(whole);
    loss_dataset_free(small);
}

/* Cuts the temporary files of this process off. */
static size_t cut_files(void)
{
    size_t n = 0;
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *e; folder && (e = readdir(folder));) {
        char path[300], target[300] = "";
        snprintf(path, sizeof path, "/proc/self/fd/%s", e->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length > 0 && strstr(target, "/libloss-"))
            n += ftruncate(atoi(e->d_name), SIZE) == 0;
    }
    if (folder)
        closedir(folder);
    return n;
}

static void test_failure(void **state)
{
    (void)state;
    loss_dataset *data = make_data(HELD * SIZE);
    loss_net *net = make_net(data);
    if (!cut_files())
        skip();
    float out[SIZE];
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_dataset_images(data, HELD, 1, out), LOSS_OK);
    assert_int_equal(loss_dataset_images(data, HELD + 1, 1, out), LOSS_ERR_IO);
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_ERR_IO);
    assert_non_null(strstr(loss_last_message(), "a temporary file: it ends too early"));
    loss_curvature *c;
    assert_int_equal(loss_curvature_create(&c, net, data, NULL), LOSS_OK);
    assert_int_equal(loss_curvature_gradient(c, NULL, NULL), LOSS_ERR_IO);
    loss_curvature_free(c);
    loss_net_free(net);
    loss_dataset_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_images),
                                       cmocka_unit_test(test_failure)};
    return cmocka_run_group_tests_name("data_cache", tests, NULL, NULL);
}
