/* Status names and the thread's message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static _Thread_local char message[LOSSI_MESSAGE];
static _Thread_local loss_status last;

const char *loss_status_name(loss_status status)
{
    switch (status) {
    case LOSS_OK: return "LOSS_OK";
    case LOSS_ERR_ARGUMENT: return "LOSS_ERR_ARGUMENT";
    case LOSS_ERR_SHAPE: return "LOSS_ERR_SHAPE";
    case LOSS_ERR_NAME: return "LOSS_ERR_NAME";
    case LOSS_ERR_NOT_FINITE: return "LOSS_ERR_NOT_FINITE";
    case LOSS_ERR_IO: return "LOSS_ERR_IO";
    case LOSS_ERR_FORMAT: return "LOSS_ERR_FORMAT";
    case LOSS_ERR_MISMATCH: return "LOSS_ERR_MISMATCH";
    case LOSS_ERR_NOMEM: return "LOSS_ERR_NOMEM";
    case LOSS_ERR_SYSTEM: return "LOSS_ERR_SYSTEM";
    case LOSS_ERR_CANCELLED: return "LOSS_ERR_CANCELLED";
    }
    return "unknown status";
}

const char *loss_last_message(void)
{
    return message;
}

loss_status loss_last_status(void)
{
    return last;
}

loss_status lossi_fail(loss_status status, const char *format, ...)
{
    /* Formatted aside: an argument may be the present message. */
    char text[sizeof message];
    locale_t previous = lossi_use_c_locale();
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lossi_restore_locale(previous);
    loss_text_escape(text, sizeof text, message, sizeof message);
    last = status;
    return status;
}

loss_status lossi_fail_nomem(size_t bytes)
{
    return lossi_fail(LOSS_ERR_NOMEM, "out of memory: %zu bytes could not be had", bytes);
}

#define TEXT_OF(x)                        #x
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *loss_version(void)
{
    return VERSION_TEXT(LOSS_VERSION_MAJOR, LOSS_VERSION_MINOR, LOSS_VERSION_PATCH);
}

int loss_version_number(void)
{
    return LOSS_VERSION_NUMBER;
}

void loss_string_free(char *string)
{
    free(string);
}
