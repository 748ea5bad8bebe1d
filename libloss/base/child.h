/* Work in a process of its own, which may crash or never end without harm to this one: for
 * libraries that trust the files they read. */
#ifndef LOSSI_CHILD_H
#define LOSSI_CHILD_H

#include "base/base.h"

/** What the child does: it writes its result with lossi_child_put(), and returns. It is a copy of
 * the calling thread alone; of locks it may take those that no other thread holds. */
typedef void (*lossi_child_work)(int to, void *user);

/** Hands bytes to the parent. @return false: it does not want more */
bool lossi_child_put(int to, const void *bytes, size_t n);

/** Runs `work` in a child and waits for it. The child prints nothing and leaves no core file.
 *  @param label    names the file in messages
 *  @param seconds  after which it is ended, of the clock and of its processor time
 *  @param most     bytes that it may hand over
 *  @param bytes    [n] what it handed over before it ended, however that was. free()
 *  @return LOSS_OK: it ended by itself; LOSS_ERR_FORMAT: it crashed, took too long or handed over
 *          too much; LOSS_ERR_SYSTEM: there can be no process; LOSS_ERR_NOMEM.   Threads: any. */
loss_status lossi_child_run(lossi_child_work work, void *user, const char *label, double seconds,
                            size_t most, uint8_t **bytes, size_t *n);

#endif
