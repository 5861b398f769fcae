// SPDX-License-Identifier: MIT
// What a program writes to ITM ports, as text for a terminal. Port 0 is plain: its bytes as they
// are. What is written to another port N comes as lines of their own that begin with "[N] ": bytes
// as characters, halfwords and words as numbers.
#ifndef SWDLINK_SERVER_SWO_TEXT_H
#define SWDLINK_SERVER_SWO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cortex/itm.h"

#define SWO_TEXT_PORTS 32u // others are shown on the line of port % 32, with their own number
#define SWO_TEXT_LINE  120u

struct swo_text {
    void (*put)(void *user, const char *text, size_t len);
    void *user;
    bool in_line; // of port 0
    struct {
        unsigned port;
        size_t len;
        bool word; // it ends with a number
        char text[SWO_TEXT_LINE];
    } line[SWO_TEXT_PORTS];
};

void swo_text_init(struct swo_text *t, void (*put)(void *user, const char *text, size_t len),
                   void *user);
// An ITM_SOFTWARE packet; others are none of its business.
void swo_text_packet(struct swo_text *t, const struct itm_packet *packet);
// Nothing comes any more for now: lines without an end come out as they are.
void swo_text_flush(struct swo_text *t);

#endif
