// SPDX-License-Identifier: MIT
// Packets of ITM and DWT as lines of JSON (doc/json.md), with the cycles of the core at which they
// were made, as far as timestamps tell: a timestamp comes behind the packets that it is about.
#ifndef SWDLINK_SERVER_SWO_JSON_H
#define SWDLINK_SERVER_SWO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cortex/itm.h"

#define SWO_JSON_WAITING 64u // packets that wait for their timestamp; more go without
#define SWO_JSON_LINE    256u

struct swo_json {
    void (*put)(void *user, const char *line, size_t len);
    void *user;
    uint64_t cycles; // since the first timestamp
    unsigned waiting;
    struct itm_packet packet[SWO_JSON_WAITING];
};

void swo_json_init(struct swo_json *j, void (*put)(void *user, const char *line, size_t len),
                   void *user);
void swo_json_packet(struct swo_json *j, const struct itm_packet *packet);
// So many bytes, or some of an unknown number (0), are lost by `who`: "probe", "reader".
void swo_json_lost(struct swo_json *j, const char *who);
// What waits comes out without a time.
void swo_json_flush(struct swo_json *j);

#endif
