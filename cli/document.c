/* The document of the one command that the program runs. */
#include "document.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "ranks.h"

static struct {
    bool is_wanted, is_part;
    json given; /* what the command has to say */
    char *status, *message;
} document;

void document_ask(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        document.is_wanted |= strcmp(argv[i], "--json") == 0;
    document.is_wanted &= !ranks_number();
}

void document_choose(bool is_wanted)
{
    document.is_wanted = is_wanted && !ranks_number();
}

bool document_is_wanted(void)
{
    return document.is_wanted;
}

static loss_status give(json *j, bool is_part)
{
    bool failed = j->failed;
    json_free(&document.given);
    document.given = *j;
    document.is_part = is_part;
    *j = (json){NULL, true};
    return failed ? LOSS_ERR_NOMEM : LOSS_OK;
}

loss_status document_give(json *j)
{
    return give(j, false);
}

loss_status document_give_part(json *j)
{
    return give(j, true);
}

void document_fail(const char *status, const char *message)
{
    if (!document.is_wanted || document.message)
        return;
    document.status = strdup(status);
    document.message = strdup(message);
}

/* The document of a failure: what was finished, and the error. */
static json failure(const char *command, int code)
{
    json j = document.given;
    document.given = (json){NULL, true};
    if (!document.is_part) {
        json_free(&j);
        j = json_begin();
        json_text(&j, j.root, "kind", "failure");
    }
    cJSON *error = json_object(&j, j.root, "error");
    if (command)
        json_text(&j, error, "command", command);
    json_text(&j, error, "status", document.status ? document.status : "unknown");
    json_text(&j, error, "message", document.message ? document.message : "");
    json_number(&j, error, "exit_code", code);
    return j;
}

int document_end(const char *command, int code)
{
    if (document.is_wanted && code != EXIT_OK)
        document.given = failure(command, code);
    if (document.is_wanted && json_print(&document.given) && code == EXIT_OK)
        code = report_failure(LOSS_ERR_NOMEM);
    json_free(&document.given);
    free(document.status);
    free(document.message);
    document.status = document.message = NULL;
    return code;
}
