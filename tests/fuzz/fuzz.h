/* A fuzz target: LLVMFuzzerTestOneInput() for one reader. `make fuzz` links it with libFuzzer;
 * `make check` with replay.c, which runs it on its corpus under any compiler. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
