// SPDX-License-Identifier: MIT
#include "base/err.h"

#include <stddef.h>

static const char *const texts[ERR_COUNT] = {
    [ERR_OK] = "no error",
    [ERR_USAGE] = "the request makes no sense",
    [ERR_MEMORY] = "this computer is out of memory",
    [ERR_FILE] = "a file could not be read or written",
    [ERR_NO_PROBE] = "no ST-LINK was found",
    [ERR_PROBE_ACCESS] = "the system does not permit access to the ST-LINK",
    [ERR_PROBE_BUSY] = "another program is using the ST-LINK",
    [ERR_PROBE_LOST] = "the ST-LINK was unplugged",
    [ERR_PROBE_PROTOCOL] = "the ST-LINK gave an answer that makes no sense",
    [ERR_PROBE_FIRMWARE] = "the ST-LINK's firmware cannot do this",
    [ERR_TIMEOUT] = "there was no answer in time",
    [ERR_NO_TARGET] = "no target answers on SWD",
    [ERR_LINK] = "the SWD connection to the target broke",
    [ERR_WAIT] = "the target stayed busy",
    [ERR_FAULT] = "the target refused the memory access",
    [ERR_PROTECTED] = "the chip is protected",
    [ERR_FLASH] = "the flash could not be written",
    [ERR_STATE] = "the target is in the wrong state for this",
    [ERR_RESOURCE] = "the target has no more of these",
    [ERR_UNSUPPORTED] = "this is not supported here",
};

const char *err_text(enum err e)
{
    if ((unsigned)e >= ERR_COUNT || !texts[e])
        return "unknown error";
    return texts[e];
}
