// SPDX-License-Identifier: MIT
// sim/wire/swdp.h from the wire's end: the serial wire protocol and the debug port's registers,
// from ARM IHI 0031 (ADIv5.2), B2 and B4. The host here is a dozen lines of its own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/wire/swdp.h"

enum { ACK_OK = 1, ACK_WAIT = 2, ACK_FAULT = 4, ACK_NONE = 7 };
enum {
    DPIDR = 0x0,
    ABORT = 0x0,
    CTRL_STAT = 0x4,
    DLCR = 0x4,
    SELECT = 0x8,
    RESEND = 0x8,
    RDBUFF = 0xc
};
enum { CSW = 0x00, TAR = 0x04, DRW = 0x0c, IDR = 0xfc };

#define CSYSPWRUPACK (1u << 31)
#define CSYSPWRUPREQ (1u << 30)
#define CDBGPWRUPACK (1u << 29)
#define CDBGPWRUPREQ (1u << 28)
#define POWER_UP     (CSYSPWRUPREQ | CDBGPWRUPREQ)
#define WDATAERR     (1u << 7)
#define READOK       (1u << 6)
#define STICKYERR    (1u << 5)
#define STICKYORUN   (1u << 1)
#define ORUNDETECT   (1u << 0)
#define RAM          0x20000000u
#define NOWHERE      0x60000000u

struct bench {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_chip *chip;
    struct sim_memap ap;
    struct sim_swdp dp;
    struct log log;
    unsigned turnaround;
    bool bad_parity, data_after_refusal;
};

// ---- a host
// -----------------------------------------------------------------------------------------------

static bool cycle(struct bench *b, bool drive, bool level)
{
    bool target;
    bool driven = sim_swdp_drives(&b->dp, &target);
    assert_false(driven && drive); // nobody may drive against the other
    bool line = drive ? level : driven ? target : true;
    sim_swdp_cycle(&b->dp, line);
    b->clock.now_ns += 250; // 4 MHz
    return line;
}

static void send(struct bench *b, uint64_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cycle(b, true, bits >> i & 1);
}

static uint64_t receive(struct bench *b, unsigned count)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < count; i++)
        v |= (uint64_t)cycle(b, false, true) << i;
    return v;
}

static void line_reset(struct bench *b)
{
    send(b, ~0ull, 50);
    send(b, 0, 2);
    b->turnaround = 1;
}

static uint8_t request(bool ap, bool read, unsigned addr)
{
    unsigned a2 = addr >> 2 & 1, a3 = addr >> 3 & 1, parity = ap ^ read ^ a2 ^ a3;
    return (uint8_t)(1 | ap << 1 | read << 2 | a2 << 3 | a3 << 4 | parity << 5 | 0 << 6 | 1 << 7);
}

static unsigned start(struct bench *b, uint8_t header)
{
    send(b, header, 8);
    receive(b, b->turnaround);
    return (unsigned)receive(b, 3);
}

static unsigned read(struct bench *b, bool ap, unsigned addr, uint32_t *value)
{
    unsigned ack = start(b, request(ap, true, addr));
    uint64_t data = 0;
    if (ack == ACK_OK || b->data_after_refusal)
        data = receive(b, 33);
    receive(b, b->turnaround);
    send(b, 0, 2);
    *value = (uint32_t)data;
    if (ack == ACK_OK)
        assert_int_equal(data >> 32, __builtin_parity(*value));
    return ack;
}

static unsigned write(struct bench *b, bool ap, unsigned addr, uint32_t value)
{
    unsigned ack = start(b, request(ap, false, addr));
    uint64_t parity = (unsigned)__builtin_parity(value) ^ b->bad_parity;
    receive(b, b->turnaround);
    if (ack == ACK_OK || b->data_after_refusal)
        send(b, value | parity << 32, 33);
    send(b, 0, 2);
    return ack;
}

static uint32_t read_ok(struct bench *b, bool ap, unsigned addr)
{
    uint32_t v = 0;
    assert_int_equal(read(b, ap, addr, &v), ACK_OK);
    return v;
}

static void write_ok(struct bench *b, bool ap, unsigned addr, uint32_t value)
{
    assert_int_equal(write(b, ap, addr, value), ACK_OK);
}

static uint32_t ctrl_stat(struct bench *b)
{
    return read_ok(b, false, CTRL_STAT);
}

// ---- a target
// ---------------------------------------------------------------------------------------------

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    b->log = log_silent();
    b->turnaround = 1;
    if (sim_chip_create(&b->chip, "stm32f031k6", &b->clock, &b->account, &b->log) != ERR_OK)
        return -1;
    b->ap = (struct sim_memap){.chip = b->chip, .clock = &b->clock};
    b->dp = (struct sim_swdp){.ap = &b->ap, .account = &b->account};
    sim_chip_set_power(b->chip, true);
    sim_chip_run(b->chip, 10000000);
    sim_swdp_power_on(&b->dp);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    sim_chip_destroy(b->chip);
    sim_account_clear(&b->account);
    free(b);
    return 0;
}

static void connect(struct bench *b)
{
    line_reset(b);
    assert_int_equal(read_ok(b, false, DPIDR), 0x0bb11477);
}

static void power_up(struct bench *b)
{
    connect(b);
    write_ok(b, false, CTRL_STAT, POWER_UP);
    assert_int_equal(ctrl_stat(b), CSYSPWRUPACK | CSYSPWRUPREQ | CDBGPWRUPACK | CDBGPWRUPREQ);
}

static void make_fault(struct bench *b)
{
    write_ok(b, true, CSW, 2);
    write_ok(b, true, TAR, NOWHERE);
    read_ok(b, true, DRW); // posted: the answer to this one is still good
}

// ---- B4.3.3: connection and line reset
// ----------------------------------------------------------------------

static void nobody_answers_before_a_line_reset(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    assert_int_equal(read(b, false, DPIDR, &v), ACK_NONE);
}

static void forty_nine_ones_are_no_line_reset(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    send(b, ~0ull, 49);
    send(b, 0, 2);
    assert_int_equal(read(b, false, DPIDR, &v), ACK_NONE);
}

static void fifty_ones_and_a_low_bit_are(void **state)
{
    struct bench *b = *state;
    send(b, ~0ull, 50);
    send(b, 0, 2);
    assert_int_equal(read_ok(b, false, DPIDR), 0x0bb11477);
}

static void a_longer_line_reset_is_one_too(void **state)
{
    struct bench *b = *state;
    send(b, ~0ull, 64);
    send(b, ~0ull, 64);
    send(b, 0, 8);
    assert_int_equal(read_ok(b, false, DPIDR), 0x0bb11477);
}

// B5.2.1: at least 50 ones, 0xE79E with its least significant bit first, at least 50 ones.
static void the_jtag_to_swd_sequence_is_survived(void **state)
{
    struct bench *b = *state;
    send(b, ~0ull, 50);
    send(b, 0xe79e, 16);
    line_reset(b);
    assert_int_equal(read_ok(b, false, DPIDR), 0x0bb11477);
}

static void after_a_line_reset_dpidr_comes_first(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    line_reset(b);
    assert_int_equal(read(b, false, CTRL_STAT, &v), ACK_NONE);
    assert_int_equal(read(b, false, DPIDR, &v), ACK_NONE); // and that was a protocol error
    connect(b);
}

static void a_line_reset_in_the_middle_of_a_packet_works(void **state)
{
    struct bench *b = *state;
    power_up(b);
    send(b, request(false, true, CTRL_STAT), 5);
    connect(b);
    // Registers outlive it (B2.2.2: they change by a power-on reset only).
    assert_int_equal(ctrl_stat(b) & POWER_UP, POWER_UP);
}

// ---- B4.2.5: protocol errors
// --------------------------------------------------------------------------------

static void wrong_requests_silence_the_port_until_a_line_reset(void **state)
{
    struct bench *b = *state;
    const uint8_t good = request(false, true, CTRL_STAT);
    const uint8_t wrong[] = {good ^ 0x20 /* parity */, good ^ 0x40 /* stop */,
                             good ^ 0x80 /* park */};
    for (size_t i = 0; i < sizeof wrong; i++) {
        uint32_t v;
        connect(b);
        assert_int_equal(start(b, good), ACK_OK);
        receive(b, 34);
        send(b, 0, 2);
        assert_int_equal(start(b, wrong[i]), ACK_NONE);
        send(b, 0, 8);
        assert_int_equal(read(b, false, DPIDR, &v), ACK_NONE);
    }
    connect(b);
}

static void idle_bits_between_packets_do_not_matter(void **state)
{
    struct bench *b = *state;
    connect(b);
    for (unsigned idle = 0; idle < 20; idle++) {
        send(b, 0, idle);
        assert_int_equal(read_ok(b, false, DPIDR), 0x0bb11477);
    }
}

// ---- B4.2.2, B2.2: registers
// ----------------------------------------------------------------------------------

static void power_up_is_asked_for_and_acknowledged(void **state)
{
    struct bench *b = *state;
    connect(b);
    assert_int_equal(ctrl_stat(b), 0);
    write_ok(b, false, CTRL_STAT, CDBGPWRUPREQ);
    assert_int_equal(ctrl_stat(b), CDBGPWRUPACK | CDBGPWRUPREQ);
    write_ok(b, false, CTRL_STAT, POWER_UP);
    assert_int_equal(ctrl_stat(b), CSYSPWRUPACK | CDBGPWRUPACK | POWER_UP);
    write_ok(b, false, CTRL_STAT, 0);
    assert_int_equal(ctrl_stat(b), 0);
}

// B2.4.1: an access to an AP while its power domain is not up is an error.
static void without_power_up_the_access_port_faults(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    connect(b);
    write_ok(b, false, SELECT, 0xf0);
    assert_int_equal(read(b, true, IDR, &v), ACK_FAULT);
    assert_true(ctrl_stat(b) & STICKYERR);
    assert_int_equal(b->account.violation_count, 1);
}

// B2.2.7: the value of an AP read comes with the next AP read or with RDBUFF.
static void ap_reads_are_posted(void **state)
{
    struct bench *b = *state;
    power_up(b);
    write_ok(b, true, TAR, 0x12345678);
    read_ok(b, true, TAR);
    assert_int_equal(read_ok(b, true, CSW), 0x12345678);
    assert_int_equal(read_ok(b, false, RDBUFF) & 0x40, 0x40); // CSW.DeviceEn
    assert_int_equal(ctrl_stat(b) & READOK, READOK);
}

static void select_chooses_the_bank_of_the_access_port(void **state)
{
    struct bench *b = *state;
    power_up(b);
    write_ok(b, false, SELECT, 0xf0);
    read_ok(b, true, IDR);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x04770021);
    read_ok(b, true, 0xf8);
    assert_int_equal(read_ok(b, false, RDBUFF), 0xe00ff003);
    write_ok(b, false, SELECT, 0);
    write_ok(b, true, TAR, 0x1000);
    read_ok(b, true, TAR);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x1000);
}

// C1.2: an AP that is not there reads as zero, its IDR included.
static void an_access_port_that_is_not_there_reads_as_zero(void **state)
{
    struct bench *b = *state;
    power_up(b);
    write_ok(b, false, SELECT, 1u << 24 | 0xf0);
    read_ok(b, true, IDR);
    assert_int_equal(read_ok(b, false, RDBUFF), 0);
    write_ok(b, true, TAR, 0x1234);
    write_ok(b, false, SELECT, 0);
    read_ok(b, true, TAR);
    assert_int_equal(read_ok(b, false, RDBUFF), 0);
}

// B2.2.8: RESEND gives again what the last AP read or RDBUFF read has given, and starts nothing.
static void resend_repeats_the_last_ap_or_rdbuff_read(void **state)
{
    struct bench *b = *state;
    power_up(b);
    write_ok(b, true, TAR, 0xcafe0000);
    read_ok(b, true, TAR);
    assert_int_equal(read_ok(b, false, RDBUFF), 0xcafe0000);
    assert_int_equal(read_ok(b, false, RESEND), 0xcafe0000);
    ctrl_stat(b);
    assert_int_equal(read_ok(b, false, RESEND), 0xcafe0000);
}

// B2.2.3: DLCR is behind bank 1; TURNROUND is in bits 9:8, and counts from one. A line reset makes
// it one again.
static void the_turnaround_can_be_made_longer(void **state)
{
    struct bench *b = *state;
    power_up(b);
    write_ok(b, false, SELECT, 1);
    assert_int_equal(read_ok(b, false, DLCR) >> 8 & 3, 0);
    write_ok(b, false, DLCR, 2u << 8);
    b->turnaround = 3;
    assert_int_equal(read_ok(b, false, DLCR) >> 8 & 3, 2);
    write_ok(b, false, SELECT, 0);
    write_ok(b, true, TAR, 0x1000);
    read_ok(b, true, TAR);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x1000);
    connect(b);
    assert_int_equal(ctrl_stat(b) & POWER_UP, POWER_UP);
}

static void other_banks_leave_ctrl_stat_alone(void **state)
{
    struct bench *b = *state;
    power_up(b);
    write_ok(b, false, SELECT, 3);
    write_ok(b, false, CTRL_STAT, 0);
    write_ok(b, false, SELECT, 0);
    assert_int_equal(ctrl_stat(b) & POWER_UP, POWER_UP);
}

// ---- B1.2, B4.2.4: sticky errors
// ------------------------------------------------------------------------------

static void a_bus_error_is_sticky_until_abort_clears_it(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    power_up(b);
    make_fault(b);
    assert_int_equal(read(b, false, RDBUFF, &v), ACK_FAULT);
    assert_true(ctrl_stat(b) & STICKYERR);
    assert_int_equal(read(b, true, CSW, &v), ACK_FAULT);
    assert_int_equal(write(b, true, CSW, 2), ACK_FAULT);
    assert_int_equal(write(b, false, SELECT, 0), ACK_FAULT);
    write_ok(b, false, ABORT, 1u << 2);
    assert_false(ctrl_stat(b) & STICKYERR);
    read_ok(b, true, CSW);
}

// DPIDR, CTRL/STAT and ABORT answer whatever stands in the way.
static void some_registers_never_fault(void **state)
{
    struct bench *b = *state;
    power_up(b);
    make_fault(b);
    ctrl_stat(b);
    assert_int_equal(read_ok(b, false, DPIDR), 0x0bb11477);
    assert_true(ctrl_stat(b) & STICKYERR);
    write_ok(b, false, ABORT, 0);
    assert_true(ctrl_stat(b) & STICKYERR);
}

static void ctrl_stat_cannot_clear_sticky_flags(void **state)
{
    struct bench *b = *state;
    power_up(b);
    make_fault(b);
    assert_true(ctrl_stat(b) & STICKYERR);
    assert_int_equal(write(b, false, CTRL_STAT, POWER_UP | STICKYERR), ACK_FAULT);
    assert_true(ctrl_stat(b) & STICKYERR);
}

// B1.2.5: the write has been acknowledged already, so only the flag tells; nothing is written.
static void wrong_write_parity_sets_wdataerr(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    power_up(b);
    write_ok(b, true, TAR, 0x1111);
    b->bad_parity = true;
    write_ok(b, true, TAR, 0x2222);
    b->bad_parity = false;
    assert_true(ctrl_stat(b) & WDATAERR);
    assert_int_equal(read(b, true, TAR, &v), ACK_FAULT);
    write_ok(b, false, ABORT, 1u << 3);
    assert_false(ctrl_stat(b) & WDATAERR);
    read_ok(b, true, TAR);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x1111);
}

// The error has happened when the access has, whether or not somebody has looked since.
static void abort_clears_an_error_that_nobody_has_seen(void **state)
{
    struct bench *b = *state;
    power_up(b);
    make_fault(b);
    write_ok(b, false, ABORT, 1u << 2);
    write_ok(b, false, SELECT, 0);
    read_ok(b, true, CSW);
    assert_false(ctrl_stat(b) & STICKYERR);
}

static void each_abort_bit_clears_its_own_flag(void **state)
{
    struct bench *b = *state;
    power_up(b);
    make_fault(b);
    assert_true(ctrl_stat(b) & STICKYERR);
    write_ok(b, false, ABORT, 1u << 1 | 1u << 3 | 1u << 4);
    assert_true(ctrl_stat(b) & STICKYERR);
    write_ok(b, false, ABORT, 0x1e);
    assert_int_equal(ctrl_stat(b) & (STICKYERR | WDATAERR | STICKYORUN), 0);
}

// B2.2.2: READOK is about the last AP or RDBUFF read, and a FAULT takes it away.
static void readok_falls_with_a_read_that_failed(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    power_up(b);
    read_ok(b, true, CSW);
    assert_true(ctrl_stat(b) & READOK);
    make_fault(b);
    assert_int_equal(read(b, false, RDBUFF, &v), ACK_FAULT);
    assert_false(ctrl_stat(b) & READOK);
}

// ---- B4.2.3: WAIT
// ---------------------------------------------------------------------------------------------

// A halfword that is being programmed keeps the bus: 53.5 us.
static void start_slow_access(struct bench *b)
{
    static const uint32_t unlock[][2] = {
        {0x40022004, 0x45670123}, {0x40022004, 0xcdef89ab}, {0x40022010, 1}};
    power_up(b);
    write_ok(b, true, CSW, 2);
    for (unsigned i = 0; i < 3; i++) {
        write_ok(b, true, TAR, unlock[i][0]);
        write_ok(b, true, DRW, unlock[i][1]);
    }
    write_ok(b, true, CSW, 1);
    write_ok(b, true, TAR, 0x08000000);
    write_ok(b, true, DRW, 0x1234);
    write_ok(b, true, DRW, 0x5678); // the bus stalls this one
}

static void a_slow_bus_makes_the_port_say_wait(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    start_slow_access(b);
    assert_int_equal(read(b, true, CSW, &v), ACK_WAIT);
    assert_int_equal(write(b, true, TAR, 0), ACK_WAIT);
    assert_int_equal(read(b, false, RDBUFF, &v), ACK_WAIT);
    assert_int_equal(b->account.swd_waits, 3);
    assert_int_equal(read_ok(b, false, DPIDR), 0x0bb11477);
    ctrl_stat(b);
    sim_chip_run(b->chip, b->clock.now_ns + 200000);
    read_ok(b, true, CSW);
    assert_false(ctrl_stat(b) & STICKYERR);
}

// RM0091, 6.4.2: HPRE divides the clock of the bus by 512, to 15.6 kHz.
static void a_slow_core_clock_makes_the_port_say_wait(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    power_up(b);
    write_ok(b, true, CSW, 2);
    write_ok(b, true, TAR, 0x40021004);
    write_ok(b, true, DRW, 0xf0);
    b->clock.now_ns += 1000000;
    assert_int_equal(read(b, true, DRW, &v), ACK_OK);
    assert_int_equal(read(b, false, RDBUFF, &v), ACK_WAIT);
    b->clock.now_ns += 1000000;
    assert_int_equal(read_ok(b, false, RDBUFF) & 0xf0, 0xf0);
}

// B2.2.1: DAPABORT gives up the access under way.
static void dapabort_frees_the_port(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    start_slow_access(b);
    assert_int_equal(read(b, true, CSW, &v), ACK_WAIT);
    write_ok(b, false, ABORT, 1);
    read_ok(b, true, CSW);
}

// B1.2.3: with overrun detection every packet has a data phase, and a WAIT is an overrun that
// sticks.
static void overrun_detection_keeps_the_data_phase(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    power_up(b);
    write_ok(b, false, CTRL_STAT, POWER_UP | ORUNDETECT);
    assert_int_equal(ctrl_stat(b) & ORUNDETECT, ORUNDETECT);
    b->data_after_refusal = true;
    start_slow_access(b);
    write_ok(b, false, CTRL_STAT, POWER_UP | ORUNDETECT);
    assert_int_equal(write(b, true, TAR, 0x1234), ACK_WAIT);
    assert_true(ctrl_stat(b) & STICKYORUN);
    sim_chip_run(b->chip, b->clock.now_ns + 200000);
    assert_int_equal(read(b, true, CSW, &v), ACK_FAULT);
    write_ok(b, false, ABORT, 1u << 4);
    assert_false(ctrl_stat(b) & STICKYORUN);
    read_ok(b, true, CSW);
}

static void without_it_a_wait_leaves_no_trace(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    start_slow_access(b);
    assert_int_equal(read(b, true, CSW, &v), ACK_WAIT);
    assert_int_equal(ctrl_stat(b) & (STICKYORUN | STICKYERR), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(nobody_answers_before_a_line_reset),
        test(forty_nine_ones_are_no_line_reset),
        test(fifty_ones_and_a_low_bit_are),
        test(a_longer_line_reset_is_one_too),
        test(the_jtag_to_swd_sequence_is_survived),
        test(after_a_line_reset_dpidr_comes_first),
        test(a_line_reset_in_the_middle_of_a_packet_works),
        test(wrong_requests_silence_the_port_until_a_line_reset),
        test(idle_bits_between_packets_do_not_matter),
        test(power_up_is_asked_for_and_acknowledged),
        test(without_power_up_the_access_port_faults),
        test(ap_reads_are_posted),
        test(select_chooses_the_bank_of_the_access_port),
        test(an_access_port_that_is_not_there_reads_as_zero),
        test(resend_repeats_the_last_ap_or_rdbuff_read),
        test(the_turnaround_can_be_made_longer),
        test(other_banks_leave_ctrl_stat_alone),
        test(a_bus_error_is_sticky_until_abort_clears_it),
        test(some_registers_never_fault),
        test(ctrl_stat_cannot_clear_sticky_flags),
        test(wrong_write_parity_sets_wdataerr),
        test(abort_clears_an_error_that_nobody_has_seen),
        test(each_abort_bit_clears_its_own_flag),
        test(readok_falls_with_a_read_that_failed),
        test(a_slow_bus_makes_the_port_say_wait),
        test(a_slow_core_clock_makes_the_port_say_wait),
        test(dapabort_frees_the_port),
        test(overrun_detection_keeps_the_data_phase),
        test(without_it_a_wait_leaves_no_trace),
    };
    return cmocka_run_group_tests_name("sim_swdp", tests, NULL, NULL);
}
