// SPDX-License-Identifier: MIT
// The virtual probe of a build without sim/: there is none.
#include "cli/virtual.h"

enum err virtual_open(struct usb_link *link, const char *board_text, bool follow,
                      struct log *closing, struct log *log)
{
    (void)link;
    (void)board_text;
    (void)follow;
    (void)closing;
    return log_fail(
        log, ERR_UNSUPPORTED,
        "this swdlink was built without the virtual board (configure --disable-sim); name a "
        "plugged-in ST-LINK instead (swdlink list shows them)");
}

const char *virtual_chip_at(unsigned n)
{
    (void)n;
    return NULL;
}

const char *virtual_key_at(unsigned n)
{
    (void)n;
    return NULL;
}
