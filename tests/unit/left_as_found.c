// SPDX-License-Identifier: MIT
// However a debugger ends, the virtual chip is read behind everybody's back: what ours were, the
// breakpoints, catches, masks and frozen timers, must be gone. The server's session on the shipped
// stack on the virtual board. Registers: ARMv6-M ARM (DDI 0419), C1; RM0091, 32.9 (DBGMCU).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "server/session.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define DHCSR        0xe000edf0u
#define DEMCR        0xe000edfcu
#define BP_CTRL      0xe0002000u
#define BP_COMP(n)   (0xe0002008u + 4 * (n))
#define DWT_FUNC(n)  (0xe0001028u + 16 * (n))
#define DBGMCU_CR    0x40015804u
#define DBGMCU_FZ1   0x40015808u
#define DBGMCU_FZ2   0x4001580cu
#define RCC_APB2ENR  0x40021018u
#define DBGMCUEN     (1u << 22)
#define DEMCR_DWTENA (1u << 24)

#define C_DEBUGEN  (1u << 0)
#define C_HALT     (1u << 1)
#define C_MASKINTS (1u << 3)
#define S_HALT     (1u << 17)

#define FLASH     0x08000000u
#define LOOP      0x08000010u
#define TICKS_MAX 4000u

// What a debugger changes.
struct trace {
    uint32_t dhcsr, demcr, bp[4], func[2], dbgmcu[3], apb2enr;
    bool nrst_low;
};

struct desk {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    struct sharing sharing;
    struct session s;
    struct trace found;
    uint64_t ms;
};

static uint32_t look(struct desk *d, uint32_t addr)
{
    uint32_t value = 0;
    assert_int_equal(sim_chip_ap_read(sim_board_chip(d->board), addr, 4, &value), SIM_BUS_OK);
    return value;
}

static void put(struct desk *d, uint32_t addr, uint32_t value)
{
    assert_int_equal(sim_chip_ap_write(sim_board_chip(d->board), addr, 4, value), SIM_BUS_OK);
}

// Behind everybody's back. The DWT and the DBGMCU show themselves only while they are switched on,
// which is undone.
static struct trace read_chip(struct desk *d)
{
    struct trace t = {0};
    t.dhcsr = look(d, DHCSR) & (C_DEBUGEN | C_HALT | C_MASKINTS | S_HALT);
    t.demcr = look(d, DEMCR);
    for (unsigned i = 0; i < 4; i++)
        t.bp[i] = look(d, BP_COMP(i)) & 1u;
    put(d, DEMCR, t.demcr | DEMCR_DWTENA);
    for (unsigned i = 0; i < 2; i++)
        t.func[i] = look(d, DWT_FUNC(i)) & 15u;
    put(d, DEMCR, t.demcr);
    t.apb2enr = look(d, RCC_APB2ENR);
    put(d, RCC_APB2ENR, t.apb2enr | DBGMCUEN);
    t.dbgmcu[0] = look(d, DBGMCU_CR);
    t.dbgmcu[1] = look(d, DBGMCU_FZ1);
    t.dbgmcu[2] = look(d, DBGMCU_FZ2);
    put(d, RCC_APB2ENR, t.apb2enr);
    t.nrst_low = sim_core_is_held(sim_chip_core(sim_board_chip(d->board)));
    return t;
}

// main: nop; b main. HardFault: the same.
static void place_program(struct sim_chip *chip)
{
    uint8_t image[0x20] = {0};
    put_le32(&image[0], 0x20001000);
    for (unsigned i = 1; i < 4; i++)
        put_le32(&image[4 * i], LOOP | 1u);
    put_le32(&image[0x10], 0xe7fdbf00);
    assert_true(sim_chip_poke(chip, FLASH, image, sizeof image));
}

static void ask(struct desk *d, const char *text)
{
    uint8_t frame[600], sum = 0;
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum + (uint8_t)text[i]);
    int n = snprintf((char *)frame, sizeof frame, "$%s#%02x", text, sum);
    for (size_t taken = 0; taken < (size_t)n;)
        taken += session_feed(&d->s, frame + taken, (size_t)n - taken);
    for (unsigned i = 0; d->s.state == SESSION_BUSY && i < TICKS_MAX; i++)
        session_tick(&d->s, ++d->ms);
}

static void expect_reply(struct desk *d, const char *text, const char *start)
{
    d->s.out_len = 0;
    ask(d, text);
    d->s.out[d->s.out_len] = '\0';
    const char *reply = strchr((const char *)d->s.out, '$');
    if (!reply || strncmp(reply + 1, start, strlen(start)) != 0)
        fail_msg("%s was answered by %s", text, (const char *)d->s.out);
    d->s.out_len = 0;
}

static struct desk *open_desk(void)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->log = log_silent();
    OK(sim_board_open(&d->board, "", &d->log));
    place_program(sim_board_chip(d->board));
    sim_board_wait_ns(d->board, 1000000);
    sim_chip_set_nrst(sim_board_chip(d->board), true);
    sim_chip_set_nrst(sim_board_chip(d->board), false);
    sim_board_wait_ns(d->board, 5000000); // the chip's own pulse at NRST takes 1.1 ms
    d->found = read_chip(d);
    struct target_options options = {.connect = TARGET_CONNECT_NORMAL};
    OK(stlink_open(&d->st, sim_link_to(d->board), &d->log));
    OK(target_connect(&d->t, &d->st.probe, &options, &d->log));
    sharing_init(&d->sharing, &d->t, &d->log);
    assert_true(sharing_join(&d->sharing, &d->s));
    session_start(&d->s, &d->sharing, "the first");
    expect_reply(d, "qSupported:swbreak+;hwbreak+", "PacketSize");
    expect_reply(d, "QStartNoAckMode", "OK");
    expect_reply(d, "?", "T");
    return d;
}

static void close_desk(struct desk *d)
{
    sharing_close(&d->sharing);
    stlink_close(&d->st);
    assert_int_equal(sim_board_account(d->board)->violation_count, 0);
    OK(sim_board_close(d->board));
    free(d);
}

// ---- what was going on --------------------------------------------------------------------------

static void set_everything(struct desk *d)
{
    expect_reply(d, "Z1,8000010,2", "OK");
    expect_reply(d, "Z1,8000012,2", "OK");
    expect_reply(d, "Z2,20000100,4", "OK");
    expect_reply(d, "Z0,20000200,2", "OK");
    // vector_catch reset
    expect_reply(d, "qRcmd,766563746f725f6361746368207265736574", "O");
    OK(bpu_apply(&d->t.core.bpu)); // as when the core is let go
    struct trace t = read_chip(d);
    assert_true(t.bp[0] && t.bp[1] && t.func[0]);
    assert_true(t.dhcsr & C_DEBUGEN);
    assert_true(t.demcr & 1u);
}

static void halted(struct desk *d)
{
    set_everything(d);
}

static void halted_after_steps(struct desk *d)
{
    for (unsigned i = 0; i < 3; i++) {
        ask(d, "vCont;s");
        for (unsigned n = 0; d->s.state == SESSION_RUNNING && n < TICKS_MAX; n++)
            session_tick(&d->s, ++d->ms);
    }
    assert_int_equal(d->s.state, SESSION_IDLE);
    set_everything(d);
}

static void running(struct desk *d)
{
    set_everything(d);
    expect_reply(d, "z1,8000010,2", "OK");
    expect_reply(d, "z1,8000012,2", "OK");
    expect_reply(d, "Z1,8000000,2", "OK");
    ask(d, "vCont;c");
    session_tick(&d->s, ++d->ms);
    assert_int_equal(d->s.state, SESSION_RUNNING);
}

static void in_a_step(struct desk *d)
{
    set_everything(d);
    ask(d, "vCont;s");
}

static void in_the_middle_of_flashing(struct desk *d)
{
    set_everything(d);
    expect_reply(d, "vFlashErase:08000400,00000400", "OK");
    expect_reply(d, "vFlashWrite:08000400:abcdefgh", "OK");
}

// ---- how it ends --------------------------------------------------------------------------------

static void detached(struct desk *d)
{
    ask(d, "D");
    session_end(&d->s);
}

static void killed(struct desk *d)
{
    ask(d, "k");
    session_end(&d->s);
}

static void killed_and_told(struct desk *d)
{
    ask(d, "vKill;1");
    session_end(&d->s);
}

static void vanished(struct desk *d)
{
    session_end(&d->s);
}

static void cut_off_in_a_packet(struct desk *d)
{
    (void)session_feed(&d->s, (const uint8_t *)"$m2000", 6);
    session_end(&d->s);
}

static void terminated(struct desk *d)
{
    session_end(&d->s);
    target_disconnect(&d->t, d->t.found_halted);
}

struct case_of {
    const char *name;
    void (*run)(struct desk *d);
};

static const struct case_of befores[] = {
    {"halted", halted},
    {"halted after steps", halted_after_steps},
    {"running", running},
    {"in a step", in_a_step},
    {"in the middle of flashing", in_the_middle_of_flashing},
};
static const struct case_of endings[] = {
    {"detach", detached},
    {"kill", killed},
    {"vKill", killed_and_told},
    {"a dead client", vanished},
    {"a lost network", cut_off_in_a_packet},
    {"SIGTERM", terminated},
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

#define CHECK(what, seen, wanted)                                                                  \
    if ((seen) != (wanted))                                                                        \
    fail_msg("%s, then %s: %s is 0x%x, not 0x%x", before->name, ending->name, what,                \
             (unsigned)(seen), (unsigned)(wanted))

static void check_clean(struct desk *d, const struct case_of *before, const struct case_of *ending)
{
    struct trace now = read_chip(d);
    for (unsigned i = 0; i < 4; i++)
        CHECK("a breakpoint comparator", now.bp[i], 0u);
    for (unsigned i = 0; i < 2; i++)
        CHECK("a watchpoint comparator", now.func[i], 0u);
    CHECK("DEMCR", now.demcr & 0x07ffu, 0u);
    CHECK("C_MASKINTS", now.dhcsr & C_MASKINTS, 0u);
    CHECK("NRST", now.nrst_low, false);
}

// A running chip is as it was before anybody came.
static void check_as_found(struct desk *d, const struct case_of *before,
                           const struct case_of *ending)
{
    struct trace now = read_chip(d);
    CHECK("DHCSR", now.dhcsr, d->found.dhcsr);
    CHECK("DEMCR", now.demcr, d->found.demcr);
    for (unsigned i = 0; i < 3; i++)
        CHECK("DBGMCU", now.dbgmcu[i], d->found.dbgmcu[i]);
    CHECK("RCC_APB2ENR", now.apb2enr, d->found.apb2enr);
}

static void every_ending_leaves_nothing_behind(void **state)
{
    (void)state;
    for (unsigned b = 0; b < COUNT(befores); b++)
        for (unsigned e = 0; e < COUNT(endings); e++) {
            struct desk *d = open_desk();
            befores[b].run(d);
            endings[e].run(d);
            check_clean(d, &befores[b], &endings[e]);
            bool was_ended = endings[e].run == terminated;
            if (was_ended || d->t.state == TARGET_RUNNING)
                check_as_found(d, &befores[b], &endings[e]);
            if (!was_ended)
                target_disconnect(&d->t, false);
            // And the server's own end, later, restores what a halted core still needed.
            check_as_found(d, &befores[b], &endings[e]);
            close_desk(d);
        }
}

static void a_word_of_ram_under_a_breakpoint_comes_back(void **state)
{
    (void)state;
    for (unsigned e = 0; e < COUNT(endings); e++) {
        struct desk *d = open_desk();
        uint8_t before[2], after[2];
        assert_true(sim_chip_peek(sim_board_chip(d->board), 0x20000200, before, sizeof before));
        set_everything(d);
        endings[e].run(d);
        assert_true(sim_chip_peek(sim_board_chip(d->board), 0x20000200, after, sizeof after));
        assert_memory_equal(before, after, sizeof before);
        target_disconnect(&d->t, false);
        close_desk(d);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ending_leaves_nothing_behind),
        cmocka_unit_test(a_word_of_ram_under_a_breakpoint_comes_back),
    };
    return cmocka_run_group_tests_name("left_as_found", tests, NULL, NULL);
}
