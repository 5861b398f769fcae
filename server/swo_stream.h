// SPDX-License-Identifier: MIT
// SWO from the probe's bytes to what people and programs read: frames taken apart, packets decoded,
// text, JSON and raw bytes given out; and what arrives is doubted when it is not what the target
// was told to send. No clock and no socket in here.
#ifndef SWDLINK_SERVER_SWO_STREAM_H
#define SWDLINK_SERVER_SWO_STREAM_H

#include "cortex/itm.h"
#include "cortex/tpiu_frames.h"
#include "server/swo_json.h"
#include "server/swo_text.h"
#include "targets/target.h"

#define SWO_STREAM_HELD 8192u

struct swo_stream {
    struct target *t;
    struct log *log;
    // Who gets what; NULL: nobody.
    void (*put_text)(void *user, const char *text, size_t len);
    void (*put_raw)(void *user, const uint8_t *bytes, size_t len); // the ITM's, without frames
    void (*put_json)(void *user, const char *line, size_t len);
    void *user;

    struct itm itm;
    struct tpiu_frames frames;
    struct swo_text text;
    struct swo_json json;
    unsigned source; // of the ITM in frames
    unsigned sends;
    unsigned unexpected; // packets of this poll that nobody sends
    unsigned bad_polls;  // in a row
    bool overflow_reported, overrun_reported, doubt_reported;
    // What came before it was known whether the core's clock is what it is taken for.
    size_t held_len;
    uint8_t held[SWO_STREAM_HELD];
    uint64_t left_out; // bytes that came at another clock
};

void swo_stream_init(struct swo_stream *s, struct target *t, struct log *log);
// Begins with fresh counts. See target_swo_start().
enum err swo_stream_start(struct swo_stream *s,
                          const struct target_swo_options *options) MUST_CHECK;
enum err swo_stream_stop(struct swo_stream *s) MUST_CHECK;
// One read of the probe. *busy: something came, and more may wait.
enum err swo_stream_poll(struct swo_stream *s, bool *busy) MUST_CHECK;
// Nothing comes any more: what was held back comes out, and losses are told in numbers.
void swo_stream_finish(struct swo_stream *s);
// "SWO is on: …", for people: several lines into text, which it returns.
#define SWO_STREAM_STATUS_SIZE 640u
const char *swo_stream_status(const struct swo_stream *s, char text[SWO_STREAM_STATUS_SIZE]);

#endif
