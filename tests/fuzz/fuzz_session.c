// SPDX-License-Identifier: MIT
// A debugger's bytes into a session over the whole stack and a virtual board: framing, packets,
// monitor words, semihosting, breakpoints, flash jobs.
#include "server/session.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "tests/fuzz/fuzz.h"

enum { STEPS = 60, PATIENCE = 60, PACKET = 4096 };

static const char *const boards[] = {
    "stm32f031k6,firmware=count,uptime=0",
    "stm32f031k6,uptime=0",
    "stm32f031k6,probe=v3,firmware=sleep,uptime=0",
    "stm32f031k6,rdp=1,uptime=0",
    "stm32l053r8,uptime=0",
    "stm32f407vg,uptime=0",
};

struct bench {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    struct sharing sharing;
    struct session s;
};

static void feed(struct bench *b, const uint8_t *data, size_t len)
{
    unsigned waited = 0;
    for (size_t at = 0; at < len && waited < PATIENCE;) {
        const size_t taken = session_feed(&b->s, data + at, len - at);
        at += taken;
        if (taken)
            continue;
        session_tick(&b->s, ++waited * 1000u);
        session_sent(&b->s, b->s.out_len);
    }
}

static void start_session(struct bench *b)
{
    FUZZ_CHECK(sharing_join(&b->sharing, &b->s));
    session_start(&b->s, &b->sharing, "the fuzzer");
}

static void end_session(struct bench *b)
{
    session_end(&b->s);
    sharing_leave(&b->sharing, &b->s);
}

static void one_step(struct bench *b, struct fuzz_input *in)
{
    uint8_t framed[RSP_FRAMED_MAX(PACKET)];
    size_t len;
    const uint8_t what = fuzz_byte(in), size = fuzz_byte(in);
    const uint8_t *data = fuzz_bytes(in, what & 8 ? size * 16u : size, &len);
    switch (what & 7) {
    case 0: // as they are
        feed(b, data, len);
        break;
    case 1:
        feed(b, (const uint8_t *)"\x03", 1);
        break;
    case 2:
        for (unsigned i = 0; i < 8; i++)
            session_tick(&b->s, size * 977u + i);
        break;
    default:
        feed(b, framed, rsp_frame(framed, data, len));
    }
    FUZZ_CHECK(b->s.out_len <= SESSION_OUT_SIZE);
    session_sent(&b->s, b->s.out_len);
    if (session_is_over(&b->s)) {
        end_session(b);
        start_session(b);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    const struct target_options options = {.read_ahead = size & 1};
    struct bench *b = calloc(1, sizeof *b);
    FUZZ_CHECK(b);
    b->log = log_silent();
    const char *board = boards[fuzz_byte(&in) % (sizeof boards / sizeof *boards)];
    FUZZ_CHECK(!sim_board_open(&b->board, board, &b->log));
    FUZZ_CHECK(!stlink_open(&b->st, sim_link_to(b->board), &b->log));
    if (!target_connect(&b->t, &b->st.probe, &options, &b->log)) {
        sharing_init(&b->sharing, &b->t, &b->log);
        b->sharing.semihost.enabled = true;
        start_session(b);
        for (unsigned i = 0; i < STEPS && fuzz_left(&in); i++)
            one_step(b, &in);
        end_session(b);
        sharing_close(&b->sharing);
        target_disconnect(&b->t, false);
    }
    stlink_close(&b->st);
    FUZZ_CHECK(!sim_board_close(b->board));
    free(b);
    return 0;
}
