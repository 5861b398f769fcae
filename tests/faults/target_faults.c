// SPDX-License-Identifier: MIT
// What happens to the target and its wires while swdlink works, at each of its USB commands: the
// supply fails for good or for a moment, the chip is reset by somebody else, a wire comes off, the
// bus forgets a packet. What a job says is there is there, its time is bounded, and when the fault
// is over the same job makes good what was left.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flash/flash.h"
#include "server/rtt.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "targets/target.h"
#include "tests/unit/choose.h"

#define OK(call)   assert_int_equal((call), ERR_OK)
#define FLASH      0x08000000u
#define RAM        0x20000000u
#define BOUND_NS   60000000000u // of the board's own time
#define IMAGE_SIZE 3072u

struct fault {
    const char *name, *key, *struck, *healed;
    unsigned lasts; // commands; 0: until the job is over
};

static const struct fault faults[] = {
    {"the supply fails", "vdd", "off", "3300", 0},
    {"the supply dips", "vdd", "off", "3300", 2},
    {"somebody resets the chip", "nrst", "gnd", "ok", 1},
    {"SWDIO comes off", "swdio", "open", "ok", 0},
    {"SWDIO has a bad contact", "swdio", "open", "ok", 2},
    {"SWCLK has a bad contact", "swclk", "open", "ok", 1},
    {"the bus forgets a packet", "usb", "toggle-loss", "ok", 1},
    {"an old answer is in the way", "usb", "stale-reply", "ok", 1},
};

// A link to the board that counts, and strikes.
struct desk {
    struct log log;
    struct sim_board *board;
    struct usb_link real;
    const struct fault *fault;
    unsigned commands, at;
    struct stlink st;
    struct target t;
    uint8_t image[IMAGE_SIZE];
};

static void set_board(struct desk *d, const char *value)
{
    OK(sim_board_set(d->board, d->fault->key, value));
}

static enum err transfer(void *self, struct usb_exchange *x)
{
    struct desk *d = self;
    d->commands++;
    if (d->fault && d->at && d->commands == d->at)
        set_board(d, d->fault->struck);
    if (d->fault && d->at && d->fault->lasts && d->commands == d->at + d->fault->lasts)
        set_board(d, d->fault->healed);
    return usb_link_transfer(&d->real, x);
}

static enum err read_trace(void *self, struct usb_trace_read *r)
{
    return usb_link_read_trace(&((struct desk *)self)->real, r);
}

static uint64_t now_us(void *self)
{
    return usb_link_now_us(&((struct desk *)self)->real);
}

static void sleep_us(void *self, uint32_t us)
{
    usb_link_sleep_us(&((struct desk *)self)->real, us);
}

static void close_link(void *self)
{
    usb_link_close(&((struct desk *)self)->real);
}

static const struct usb_link_ops ops = {.transfer = transfer,
                                        .read_trace = read_trace,
                                        .now_us = now_us,
                                        .sleep_us = sleep_us,
                                        .close = close_link};

// ---- jobs ---------------------------------------------------------------------------------------

static enum err job_read(struct desk *d)
{
    uint8_t bytes[4096];
    return target_read_mem(&d->t, FLASH, bytes, sizeof bytes, NULL);
}

static enum err finish_flash(struct desk *d, struct flash_job *job, enum err e)
{
    bool more = true;
    flash_job_close_input(job);
    while (!e && more)
        e = flash_job_step(job, &more);
    e = target_note_error(&d->t, e);
    const enum err end = target_flash_close(&d->t, job);
    return e ? e : end;
}

static enum err job_flash(struct desk *d)
{
    struct flash_job *job;
    enum err e = target_reset(&d->t, true);
    if (!e)
        e = target_flash_open(&d->t, &job);
    if (e)
        return e;
    e = flash_job_erase(job, FLASH + 0x1000, IMAGE_SIZE);
    if (!e)
        e = flash_job_write(job, FLASH + 0x1000, d->image, IMAGE_SIZE);
    return finish_flash(d, job, e);
}

static bool flash_holds(struct desk *d)
{
    for (uint32_t i = 0; i < IMAGE_SIZE; i += 4) {
        uint32_t word = 0;
        if (!sim_board_peek(d->board, FLASH + 0x1000 + i, &word) ||
            memcmp(&word, d->image + i, 4) != 0)
            return false;
    }
    return true;
}

static enum err job_run(struct desk *d)
{
    struct target_stop stop;
    bool stopped = false;
    uint32_t pc;
    enum err e = target_reset(&d->t, true);
    if (!e)
        e = target_read_reg(&d->t, CORTEXM_PC, &pc);
    if (!e)
        e = target_step(&d->t, 0, 0);
    for (unsigned i = 0; !e && !stopped && i < 100; i++)
        e = target_poll(&d->t, &stopped, &stop);
    if (!e)
        e = target_set_break(&d->t, true, pc);
    if (!e)
        e = target_resume(&d->t);
    if (!e)
        e = target_halt(&d->t);
    if (!e)
        e = target_clear_break(&d->t, true, pc);
    return e;
}

static enum err job_come_back(struct desk *d)
{
    enum err e = target_halt(&d->t);
    if (!e)
        e = target_resume(&d->t);
    if (!e)
        e = target_release(&d->t);
    if (!e)
        e = target_hold(&d->t);
    return e ? e : target_halt(&d->t);
}

static enum err job_watch(struct desk *d)
{
    uint32_t word[8];
    enum err e = target_state(&d->t) == TARGET_HALTED ? target_resume(&d->t) : ERR_OK;
    for (unsigned i = 0; i < 8 && !e; i++)
        e = target_read_mem(&d->t, RAM + 4 * i, &word[i], 4, NULL);
    return e;
}

static enum err job_rtt(struct desk *d)
{
    struct rtt rtt;
    bool found;
    rtt_init(&rtt, &d->t, &d->log);
    return rtt_find_all(&rtt, &found);
}

static bool always(struct desk *d)
{
    (void)d;
    return true;
}

static const struct job {
    const char *name;
    enum err (*run)(struct desk *d);
    bool (*holds)(struct desk *d);
} jobs[] = {
    {"read", job_read, always},        {"flash", job_flash, flash_holds},
    {"run control", job_run, always},  {"a debugger comes back", job_come_back, always},
    {"live watch", job_watch, always}, {"RTT", job_rtt, always},
};

// ---- points -------------------------------------------------------------------------------------

static enum err connect_desk(struct desk *d)
{
    const struct target_options options = {.connect = TARGET_CONNECT_AUTO};
    d->real = sim_link_to(d->board);
    const struct usb_link link = {.ops = &ops, .self = d, .id = d->real.id};
    enum err e = stlink_open(&d->st, link, &d->log);
    if (e)
        return e;
    e = target_connect(&d->t, &d->st.probe, &options, &d->log);
    if (e)
        stlink_close(&d->st);
    return e;
}

static void leave_desk(struct desk *d)
{
    target_disconnect(&d->t, false);
    stlink_close(&d->st);
}

// Connecting is part of the job. Gives the commands that it took.
static unsigned one_point(const struct job *job, const struct fault *fault, unsigned at,
                          unsigned *failed)
{
    struct desk d = {.log = log_silent(), .fault = fault, .at = at};
    for (unsigned i = 0; i < IMAGE_SIZE; i++)
        d.image[i] = (uint8_t)(i * 7 + i / 256);
    OK(sim_board_open(&d.board, "stm32f031k6,firmware=count", &d.log));
    enum err e = connect_desk(&d);
    if (!e) {
        e = job->run(&d);
        leave_desk(&d);
    }
    const unsigned commands = d.commands;
    *failed += e != ERR_OK;
    if (sim_board_now_ns(d.board) > BOUND_NS)
        fail_msg("%s, %s at %u: it took %u s of the board's time", job->name, fault->name, at,
                 (unsigned)(sim_board_now_ns(d.board) / 1000000000u));
    // The fault is over.
    set_board(&d, fault->healed);
    sim_board_wait_ns(d.board, 200000000);
    d.at = 0;
    if (!e && !job->holds(&d))
        fail_msg("%s, %s at %u: it says that it is done, and it is not", job->name, fault->name,
                 at);
    enum err again = connect_desk(&d);
    if (!again) {
        again = job->run(&d);
        leave_desk(&d);
    }
    if (again || !job->holds(&d))
        fail_msg("%s, %s at %u: the next run does not make it good: %s", job->name, fault->name, at,
                 log_sentence(&d.log, again));
    OK(sim_board_close(d.board));
    return commands;
}

// All commands with SWDLINK_TEST_ALL, else some of each job and fault.
static void sweep_job(const struct job *job)
{
    enum { POINTS = 8 };
    unsigned points = 0, failed = 0;
    const unsigned count = one_point(job, &faults[7], 1000000, &failed);
    assert_int_equal(failed, 0);
    const unsigned all = getenv("SWDLINK_TEST_ALL") ? count : POINTS;
    const unsigned step = sample_stride() * (count > all ? count / all : 1);
    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++)
        for (unsigned at = 1 + (unsigned)f % step; at <= count; at += step, points++)
            (void)one_point(job, &faults[f], at, &failed);
    printf("# %s: %u commands, %u points, %u failed, all made good by the next run\n", job->name,
           count, points, failed);
    assert_true(failed >= points / 8 && failed > 0);
}

static void each_job_survives_what_happens_to_its_target(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        sweep_job(&jobs[i]);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_survives_what_happens_to_its_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
