/* OpenBLAS on one thread for a while, so that the number of its threads, which is the host
 * program's, changes no bit. */
#ifndef LOSSI_ONE_THREAD_H
#define LOSSI_ONE_THREAD_H

/** OpenBLAS keeps to one thread until the last of those who began ends. Between the two, one caller
 * does not give others its threads back. Threads: any. */
void lossi_one_thread_begin(void);
void lossi_one_thread_end(void);

#endif
