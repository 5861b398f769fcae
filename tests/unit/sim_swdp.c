// SPDX-License-Identifier: MIT
// sim/wire/swdp.h from the wire's end: the serial wire protocol and the debug port's registers,
// from ARM IHI 0031 (ADIv5.2), B2 and B4.
#include "tests/unit/choose.h"
#include "tests/unit/sim_swd_wire.h"

static void make_fault(struct bench *b)
{
    write_ok(b, true, CSW, 2);
    write_ok(b, true, TAR, NOWHERE);
    read_ok(b, true, DRW); // posted: the answer to this one is still good
}

// ---- B4.3.3: connection and line reset ----------------------------------------------------------

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

// ---- B4.2.5: protocol errors --------------------------------------------------------------------

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

// ---- B4.2.2, B2.2: registers --------------------------------------------------------------------

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

// ---- B1.2, B4.2.4: sticky errors ----------------------------------------------------------------

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

// ---- B4.2.3: WAIT -------------------------------------------------------------------------------

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

// A chip with two access ports, of which the second one reaches 1 KiB of the SRAM and no more.
static void each_access_port_has_its_registers_and_its_reach(void **state)
{
    static const struct sim_ap_row second = {0x54770002, 0xe00e0003, 0x20000400, 0x400,
                                             SIM_AP_FIRST_CORE};
    struct bench *b = *state;
    struct sim_memap aps[2] = {{.chip = b->chip, .clock = &b->clock},
                               {.chip = b->chip, .clock = &b->clock, .row = &second}};
    b->dp.ap = aps;
    b->dp.aps = 2;
    sim_swdp_power_on(&b->dp);
    power_up(b);
    write_ok(b, true, CSW, 0x23000002);
    write_ok(b, true, TAR, RAM + 4);
    write_ok(b, false, SELECT, 1u << 24 | 0xf0);
    (void)read_ok(b, true, IDR & 0xc);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x54770002);
    write_ok(b, false, SELECT, 1u << 24);
    write_ok(b, true, CSW, 0x23000002);
    write_ok(b, true, TAR, RAM + 0x400);
    write_ok(b, true, DRW, 0x12345678);
    assert_int_equal(ctrl_stat(b) & STICKYERR, 0);
    write_ok(b, false, SELECT, 0);
    (void)read_ok(b, true, TAR);
    assert_int_equal(read_ok(b, false, RDBUFF), RAM + 4); // its own
    write_ok(b, true, TAR, RAM + 0x400);
    (void)read_ok(b, true, DRW);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x12345678); // of the same memory
    write_ok(b, false, SELECT, 1u << 24);
    write_ok(b, true, TAR, RAM);
    (void)read_ok(b, true, DRW);
    assert_int_equal(ctrl_stat(b) & STICKYERR, STICKYERR);
    write_ok(b, false, ABORT, 4);
    write_ok(b, false, SELECT, 2u << 24 | 0xf0);
    (void)read_ok(b, true, IDR & 0xc);
    assert_int_equal(read_ok(b, false, RDBUFF), 0); // there is no third one
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
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
        test(each_access_port_has_its_registers_and_its_reach),
    };
    return cmocka_run_group_tests_name("sim_swdp", tests, NULL, NULL);
}
