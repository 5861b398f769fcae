// SPDX-License-Identifier: MIT
#include "base/err.h"

#include <stddef.h>

static const struct {
    enum err_class class;
    const char *text;
} errors[ERR_COUNT] = {
    [ERR_OK] = {ERR_CLASS_NONE, "no error"},
    [ERR_USAGE] = {ERR_CLASS_HOST, "the request makes no sense"},
    [ERR_MEMORY] = {ERR_CLASS_HOST, "this computer is out of memory"},
    [ERR_FILE] = {ERR_CLASS_HOST, "a file could not be read or written"},
    [ERR_NO_PROBE] = {ERR_CLASS_PROBE, "no ST-LINK was found"},
    [ERR_SEVERAL_PROBES] = {ERR_CLASS_PROBE, "several ST-LINKs fit"},
    [ERR_PROBE_ACCESS] = {ERR_CLASS_PROBE, "the system does not permit access to the ST-LINK"},
    [ERR_PROBE_BUSY] = {ERR_CLASS_PROBE, "another program is using the ST-LINK"},
    [ERR_PROBE_LOST] = {ERR_CLASS_PROBE, "the ST-LINK was unplugged"},
    [ERR_PROBE_PROTOCOL] = {ERR_CLASS_PROBE, "the ST-LINK gave an answer that makes no sense"},
    [ERR_PROBE_FIRMWARE] = {ERR_CLASS_PROBE, "the ST-LINK's firmware cannot do this"},
    [ERR_TIMEOUT] = {ERR_CLASS_WIRE, "there was no answer in time"},
    [ERR_NO_TARGET] = {ERR_CLASS_WIRE, "no target answers on SWD"},
    [ERR_LINK] = {ERR_CLASS_WIRE, "the SWD connection to the target broke"},
    [ERR_WAIT] = {ERR_CLASS_WIRE, "the target stayed busy"},
    [ERR_FAULT] = {ERR_CLASS_TARGET, "the target refused the memory access"},
    [ERR_PROTECTED] = {ERR_CLASS_TARGET, "the chip is protected"},
    [ERR_FLASH] = {ERR_CLASS_TARGET, "the flash could not be written"},
    [ERR_STATE] = {ERR_CLASS_TARGET, "the target is in the wrong state for this"},
    [ERR_RESOURCE] = {ERR_CLASS_LIMIT, "the target has no more of these"},
    [ERR_UNSUPPORTED] = {ERR_CLASS_LIMIT, "this is not supported here"},
    [ERR_INTERRUPTED] = {ERR_CLASS_HOST, "interrupted"},
};

enum err_class err_class(enum err e)
{
    return (unsigned)e < ERR_COUNT ? errors[e].class : ERR_CLASS_HOST;
}

const char *err_text(enum err e)
{
    if ((unsigned)e >= ERR_COUNT || !errors[e].text)
        return "unknown error";
    return errors[e].text;
}
