// SPDX-License-Identifier: MIT
// A probe that answers as it likes: replies that the input makes up, or damages, while a target is
// connected to, read, reset, programmed, and its options are written. Nothing hangs, and no chip
// ends at read protection level 2.
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "targets/options.h"
#include "tests/fuzz/fuzz.h"

enum { COMMANDS_MAX = 60000, JOB_STEPS = 500 };
#define TIME_MAX_US 600000000u

struct liar {
    struct fuzz_input in;
    struct usb_link real; // no operations: there is none behind
    unsigned commands;
    uint64_t now_us;
};

static enum err make_up(struct liar *l, struct usb_exchange *x)
{
    static const enum err errors[] = {ERR_TIMEOUT, ERR_PROBE_PROTOCOL, ERR_PROBE_LOST, ERR_LINK};
    const uint8_t how = fuzz_byte(&l->in);
    x->in_got = 0;
    if (how >= 0xf0) {
        l->now_us += how & 3 ? 0 : x->timeout_ms * 1000ull;
        return errors[how & 3];
    }
    x->in_got = how >= 0xe0 ? fuzz_half(&l->in) % (x->in_len + 1) : x->in_len;
    for (size_t i = 0; i < x->in_got; i++)
        x->in[i] = fuzz_left(&l->in) ? fuzz_byte(&l->in) : how & 1 ? 0x80 : 0;
    if (x->in_got && !(how & 0x0c))
        x->in[0] = 0x80;
    return ERR_OK;
}

static enum err damage(struct liar *l, struct usb_exchange *x)
{
    enum err e = usb_link_transfer(&l->real, x);
    const uint8_t how = fuzz_byte(&l->in);
    if (how < 0xd0 || e)
        return e;
    switch (how & 3) {
    case 0:
        l->now_us += x->timeout_ms * 1000ull;
        x->in_got = 0;
        return ERR_TIMEOUT;
    case 1:
        x->in_got = x->in_got ? fuzz_half(&l->in) % x->in_got : 0;
        return ERR_OK;
    case 2:
        for (size_t i = 0; i < x->in_got; i++)
            x->in[i] = fuzz_byte(&l->in);
        return ERR_OK;
    default:
        if (x->in_got)
            x->in[fuzz_half(&l->in) % x->in_got] ^= fuzz_byte(&l->in);
        return ERR_OK;
    }
}

static enum err transfer(void *self, struct usb_exchange *x)
{
    struct liar *l = self;
    FUZZ_CHECK(++l->commands < COMMANDS_MAX);
    l->now_us += 300;
    return l->real.ops ? damage(l, x) : make_up(l, x);
}

static uint64_t now_us(void *self)
{
    struct liar *l = self;
    const uint64_t now = l->now_us + (l->real.ops ? usb_link_now_us(&l->real) : 0);
    FUZZ_CHECK(now < TIME_MAX_US);
    return now;
}

static void sleep_us(void *self, uint32_t us)
{
    struct liar *l = self;
    l->now_us += us;
    if (l->real.ops)
        usb_link_sleep_us(&l->real, us);
}

static void close_link(void *self)
{
    struct liar *l = self;
    if (l->real.ops)
        usb_link_close(&l->real);
    l->real.ops = NULL;
}

static enum err read_trace(void *self, struct usb_trace_read *r)
{
    (void)self;
    (void)r;
    return ERR_UNSUPPORTED;
}

static const struct usb_link_ops ops = {.transfer = transfer,
                                        .read_trace = read_trace,
                                        .now_us = now_us,
                                        .sleep_us = sleep_us,
                                        .close = close_link};

static void program_flash(struct target *t)
{
    static const uint8_t image[3000] = {0x00, 0x10, 0x00, 0x20, 0x09};
    struct flash_job *job;
    bool more = true;
    if (target_reset(t, true) || target_flash_open(t, &job))
        return;
    enum err e = flash_job_erase(job, t->bank.base, t->bank.layout.run[0].size);
    if (!e)
        e = flash_job_write(job, t->bank.base, image, 600);
    flash_job_close_input(job);
    for (unsigned i = 0; !e && more; i++) {
        FUZZ_CHECK(i < JOB_STEPS);
        e = flash_job_step(job, &more);
    }
    e = target_note_error(t, e);
    (void)!target_flash_close(t, job);
}

static void write_options(struct target *t)
{
    struct target_options_image image;
    const struct option_field *field = target_option_find(t, "DATA0");
    if (target_read_whole_options(t, &image) || !field ||
        target_option_set(t, field, &image, 0x5a) || target_write_options(t, &image))
        return;
}

static void use_target(struct target *t, uint8_t job)
{
    uint8_t bytes[4096];
    switch (job % 5) {
    case 0:
        for (uint32_t i = 0; i < 4; i++)
            (void)!target_read_mem(t, 0x08000000u + 4096 * i + job, bytes, sizeof bytes, NULL);
        break;
    case 1:
        program_flash(t);
        break;
    case 2:
        write_options(t);
        break;
    case 3:
        if (target_halt(t) == ERR_OK && target_set_break(t, true, 0x08000008) == ERR_OK)
            (void)!target_resume(t);
        break;
    default:
        (void)!target_unlock(t);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const boards[] = {"stm32f031k6,firmware=count,uptime=0",
                                         "stm32f031k6,probe=v3,uptime=0",
                                         "stm32f031k6,rdp=1,uptime=0"};
    struct log log = log_silent();
    struct liar l = {.in = {data, data + size}};
    struct sim_board *board = NULL;
    struct stlink st;
    struct target t;
    const uint8_t mode = fuzz_byte(&l.in), job = fuzz_byte(&l.in);
    if (mode & 3) {
        FUZZ_CHECK(!sim_board_open(&board, boards[mode % 3], &log));
        l.real = sim_link_to(board);
    }
    struct usb_link link = {.ops = &ops, .self = &l, .id = {.vid = 0x0483, .pid = 0x3748}};
    if (board)
        link.id.pid = l.real.id.pid;
    if (!stlink_open(&st, link, &log)) {
        const struct target_options options = {.connect = (enum target_connect)(mode >> 4 & 3)};
        if (!target_connect(&t, &st.probe, &options, &log)) {
            use_target(&t, job);
            target_disconnect(&t, mode & 4);
        }
        stlink_close(&st);
    }
    uint32_t options;
    if (board && sim_board_peek(board, 0x1ffff800, &options))
        FUZZ_CHECK((options & 0xff) != 0xcc);
    if (board)
        FUZZ_CHECK(!sim_board_close(board));
    return 0;
}
