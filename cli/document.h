/* What a command says with --json: one JSON document on standard output, printed by main when the
 * command has ended, also where it fails. docs/json.md says what is in it. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "json.h"

/** Looks for --json in a command line, before its options are read: what is wrong with them is told
 * in the document, too. */
void document_ask(int argc, char **argv);
/** What the options say of it once they are read. */
void document_choose(bool is_wanted);
/** Whether there is to be one: then nothing else goes to standard output. */
bool document_is_wanted(void);

/** Hands over what the command has to say, in place of what was handed over before; printed if the
 * command succeeds. The object is the document's then, in any case.
 *  @return LOSS_OK, LOSS_ERR_NOMEM if a step of filling it failed */
loss_status document_give(json *j);
/** The same of what was finished before a failure: printed beside "error". */
loss_status document_give_part(json *j);

#define DOCUMENT_USAGE "usage"

/** Keeps why the command fails; the first reason counts.
 *  @param status  the name of a loss_status, or DOCUMENT_USAGE */
void document_fail(const char *status, const char *message);

/** Prints the document, with the error of a command that failed.
 *  @return the exit code: EXIT_FAILED in place of EXIT_OK where memory runs out */
int document_end(const char *command, int code);

#endif
