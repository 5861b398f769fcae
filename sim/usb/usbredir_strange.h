// SPDX-License-Identifier: MIT
// A guest that asks for what it was not offered.
#ifndef SWDLINK_SIM_USB_USBREDIR_STRANGE_H
#define SWDLINK_SIM_USB_USBREDIR_STRANGE_H

#include <stdbool.h>

#include <usbredirparser.h>

#include "base/log.h"

// What the parser's priv points to begins with it.
struct usbredir_peer {
    struct usbredirparser *parser; // NULL while nobody is connected
    struct log *log;
    bool strange; // the connection is to be closed
};

// priv: the parser's.
void usbredir_note_strange(void *priv);
// Sets the callbacks for isochronous, interrupt and streamed transfers.
void usbredir_refuse_what_is_not_offered(struct usbredirparser *parser);

#endif
