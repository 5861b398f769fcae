// SPDX-License-Identifier: MIT
// One command at a time: clocks, voltage, SWD mode, NRST, DP, AP and core registers; and what
// becomes of status bytes, stalls, time-outs and short replies.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "swd/ap.h"
#include "swd/dp.h"
#include "swd/stlink_status.h"
#include "tests/unit/choose.h"
#include "tests/unit/script_link.h"

static void assert_says(const struct script *s, const char *part)
{
    if (!strstr(s->log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", s->log.sentence, part);
}

// ---- SWD clock ----------------------------------------------------------------------------------

struct v2_clock {
    uint32_t asked, got;
    unsigned divisor;
};

static void a_v2_takes_the_next_lower_clock(void **state)
{
    (void)state;
    static const struct v2_clock rows[] = {
        {50000000, 4000000, 0}, {4000000, 4000000, 0}, {3999999, 1800000, 1}, {1800000, 1800000, 1},
        {1799999, 1200000, 2},  {950000, 950000, 3},   {480000, 480000, 7},   {300000, 240000, 15},
        {125000, 125000, 31},   {100000, 100000, 40},  {50000, 50000, 79},    {25000, 25000, 158},
        {15000, 15000, 265},    {5000, 5000, 798},     {4999, 5000, 798},     {0, 5000, 798},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s;
        char command[32];
        script_start(&s, 2, 22);
        snprintf(command, sizeof command, "f2 43 %02x %02x", rows[i].divisor & 0xff,
                 rows[i].divisor >> 8);
        script_read(&s, command, "80 00");
        OK(stlink_set_swclk(&s.st, rows[i].asked));
        assert_int_equal(s.st.probe.swclk_hz, rows[i].got);
        script_end(&s);
    }
}

static void an_old_v2_has_one_clock_and_is_not_asked(void **state)
{
    (void)state;
    struct script s;
    struct stlink_swclk_list list;
    script_start(&s, 2, 21);
    OK(stlink_set_swclk(&s.st, 4000000));
    assert_int_equal(s.st.probe.swclk_hz, 1190000);
    OK(stlink_list_swclk(&s.st, &list));
    assert_int_equal(list.count, 1);
    script_end(&s);
}

static void the_clocks_of_a_v2_are_descending(void **state)
{
    (void)state;
    struct script s;
    struct stlink_swclk_list list;
    script_start(&s, 2, 37);
    OK(stlink_list_swclk(&s.st, &list));
    assert_int_equal(list.count, 12);
    assert_int_equal(list.hz[0], 4000000);
    for (unsigned i = 1; i < list.count; i++)
        assert_true(list.hz[i] < list.hz[i - 1]);
    script_end(&s);
}

static void script_v3_clocks(struct script *s, uint8_t count)
{
    static const uint32_t khz[] = {24000, 8000, 3300, 1000, 200, 50, 5};
    uint8_t reply[52] = {0x80};
    put_le32(reply + 4, 3300);
    put_le32(reply + 8, count);
    for (unsigned i = 0; i < sizeof khz / sizeof khz[0]; i++)
        put_le32(reply + 12 + 4 * i, khz[i]);
    script_read_data(s, "f2 62 00", reply, sizeof reply);
}

static void a_v3_offers_its_clocks_and_names_the_one_it_took(void **state)
{
    (void)state;
    static const struct {
        uint32_t asked, khz;
    } rows[] = {{30000000, 24000}, {10000000, 8000}, {8000000, 8000}, {4000000, 3300}, {1, 5}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s;
        char command[48], reply[48];
        const uint32_t khz = rows[i].khz;
        script_start(&s, 3, 10);
        script_v3_clocks(&s, 7);
        snprintf(command, sizeof command, "f2 61 00 00 %02x %02x", khz & 0xff, khz >> 8);
        snprintf(reply, sizeof reply, "80 00 00 00 %02x %02x 00 00", khz & 0xff, khz >> 8);
        script_read(&s, command, reply);
        OK(stlink_set_swclk(&s.st, rows[i].asked));
        assert_int_equal(s.st.probe.swclk_hz, khz * 1000);
        script_end(&s);
    }
}

static void a_v3_that_offers_no_or_too_many_clocks_is_not_believed(void **state)
{
    (void)state;
    static const uint8_t counts[] = {0, 11, 255};
    for (unsigned i = 0; i < sizeof counts; i++) {
        struct script s;
        script_start(&s, 3, 10);
        script_v3_clocks(&s, counts[i]);
        assert_int_equal(stlink_set_swclk(&s.st, 4000000), ERR_PROBE_PROTOCOL);
        assert_int_equal(s.st.probe.swclk_hz, 4000000);
        script_end(&s);
    }
}

static void a_clock_that_is_refused_is_not_noted(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    script_read(&s, "f2 43 01", "08 00");
    assert_int_equal(stlink_set_swclk(&s.st, 1800000), ERR_PROBE_PROTOCOL);
    assert_int_equal(s.st.probe.swclk_hz, 4000000);
    script_end(&s);
}

// ---- voltage ------------------------------------------------------------------------------------

static void the_voltage_is_the_ratio_of_two_measurements(void **state)
{
    (void)state;
    struct script s;
    unsigned mv = 0;
    script_start(&s, 2, 37);
    script_read(&s, "f7", "f1 05 00 00 0b 08 00 00");
    OK(stlink_get_vtref(&s.st, &mv));
    assert_int_equal(mv, 3248); // 2.4 V * 2059 / 1521, cut off
    script_end(&s);
}

static void a_reference_of_zero_is_not_divided_by(void **state)
{
    (void)state;
    struct script s;
    unsigned mv = 1;
    script_start(&s, 2, 37);
    script_read(&s, "f7", "00 00 00 00 0b 08 00 00");
    assert_int_equal(stlink_get_vtref(&s.st, &mv), ERR_UNSUPPORTED);
    script_end(&s);
}

// ---- SWD mode and NRST --------------------------------------------------------------------------

static void entering_swd_takes_three_commands_or_two(void **state)
{
    (void)state;
    static const struct {
        unsigned hardware, jtag;
        bool opens_ap;
    } rows[] = {{2, 15, false}, {2, 27, false}, {2, 28, true},
                {2, 37, true},  {3, 1, true},   {4, 1, true}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s;
        script_start(&s, rows[i].hardware, rows[i].jtag);
        s.st.probe.in_debug = s.st.ap_open = false;
        script_read(&s, "f2 30 a3", "80 00");
        script_read(&s, "f5", "02 00");
        if (rows[i].opens_ap)
            script_read(&s, "f2 4b 00", "80 00");
        OK(stlink_enter_swd(&s.st));
        assert_true(s.st.probe.in_debug);
        assert_int_equal(s.st.ap_open, rows[i].opens_ap);
        // Opening the access port tells as much.
        s.st.probe.asks_little = true;
        script_read(&s, "f2 30 a3", "80 00");
        if (rows[i].opens_ap)
            script_read(&s, "f2 4b 00", "80 00");
        else
            script_read(&s, "f5", "02 00");
        OK(stlink_enter_swd(&s.st));
        assert_true(s.st.probe.in_debug);
        script_end(&s);
    }
}

// ---- other access ports -------------------------------------------------------------------------

static void another_access_port_is_opened_once_and_named_in_each_command(void **state)
{
    (void)state;
    struct script s;
    uint8_t bytes[4] = {1, 2, 3, 4};
    uint32_t word;
    script_start(&s, 3, 7);
    struct mem_ap third = {.probe = &s.st.probe, .number = 3};
    script_read(&s, "f2 4b 03", "80 00");
    script_read(&s, "f2 36 00 ed 00 e0 03", "80 00 00 00 41 c2 0f 41");
    OK(mem_ap_read32(&third, 0xe000ed00, &word));
    assert_int_equal(word, 0x410fc241);
    script_read(&s, "f2 35 00 00 00 38 78 56 34 12 03", "80 00");
    OK(mem_ap_write32(&third, 0x38000000, 0x12345678));
    // The first one is open already.
    script_read(&s, "f2 36 00 ed 00 e0", "80 00 00 00 72 c2 1f 41");
    OK(mem_ap_read32(&s.mem, 0xe000ed00, &word));
    script_write(&s, "f2 0d 01 00 00 38 01 00 03", bytes, 1);
    script_read(&s, "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00");
    OK(mem_ap_write(&third, 0x38000001, bytes, 1));
    script_end(&s);
}

static void firmware_that_reaches_the_first_access_port_only_says_so(void **state)
{
    (void)state;
    static const struct {
        unsigned hardware, jtag;
    } rows[] = {{2, 31}, {3, 1}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s;
        uint32_t word;
        script_start(&s, rows[i].hardware, rows[i].jtag);
        struct mem_ap third = {.probe = &s.st.probe, .number = 3};
        assert_int_equal(mem_ap_read32(&third, 0xe000ed00, &word), ERR_UNSUPPORTED);
        assert_non_null(strstr(s.log.sentence, "access port 3 cannot be reached"));
        script_end(&s);
    }
}

static void an_access_port_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct script s;
    uint32_t word;
    script_start(&s, 3, 7);
    struct mem_ap eighth = {.probe = &s.st.probe, .number = 8}, ninth = {&s.st.probe, 9};
    script_read(&s, "f2 4b 08", "1d 00");
    assert_int_not_equal(mem_ap_read32(&eighth, 0, &word), ERR_OK);
    assert_int_equal(mem_ap_read32(&ninth, 0, &word), ERR_UNSUPPORTED);
    script_end(&s);
}

static void nobody_on_swd_is_no_target(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    script_read(&s, "f2 30 a3", "09 00");
    assert_int_equal(stlink_enter_swd(&s.st), ERR_NO_TARGET);
    assert_false(s.st.probe.in_debug);
    assert_int_equal(s.st.probe.last_status, 0x09);
    script_end(&s);
}

static void a_probe_that_stays_idle_has_not_entered(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 27);
    script_read(&s, "f2 30 a3", "80 00");
    script_read(&s, "f5", "01 00");
    assert_int_equal(stlink_enter_swd(&s.st), ERR_NO_TARGET);
    assert_false(s.st.probe.in_debug);
    script_end(&s);
    script_start(&s, 2, 37);
    s.st.probe.asks_little = true;
    script_read(&s, "f2 30 a3", "80 00");
    script_refuse(&s, "f2 4b 00", 2, ERR_PROBE_PROTOCOL);
    script_read(&s, "f5", "01 00");
    assert_int_equal(stlink_enter_swd(&s.st), ERR_NO_TARGET);
    assert_false(s.st.probe.in_debug);
    script_end(&s);
}

static void a_chip_of_another_maker_is_told_as_such(void **state)
{
    (void)state;
    static const char *replies[] = {"05 00", "1d 00"};
    for (unsigned i = 0; i < 2; i++) {
        struct script s;
        script_start(&s, 2, 37);
        script_read(&s, "f2 30 a3", "80 00");
        script_read(&s, "f5", "02 00");
        script_read(&s, "f2 4b 00", replies[i]);
        assert_int_equal(stlink_enter_swd(&s.st), ERR_NO_TARGET);
        assert_says(&s, "not made by ST");
        assert_true(s.st.probe.in_debug); // so that closing leaves it
        assert_false(s.st.ap_open);
        script_end(&s);
    }
}

static void leaving_closes_the_access_port(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    script_send(&s, "f2 21");
    OK(stlink_leave(&s.st));
    assert_false(s.st.probe.in_debug);
    assert_false(s.st.ap_open);
    script_end(&s);
}

// Works outside of SWD mode too: that is how one connects under reset.
static void nrst_is_driven_in_any_mode(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    s.st.probe.in_debug = false;
    script_read(&s, "f2 3c 00", "80 00");
    script_read(&s, "f2 3c 01", "80 00");
    script_read(&s, "f2 3c 02", "80 00");
    OK(stlink_drive_nrst(&s.st, DEBUG_PROBE_NRST_LOW));
    OK(stlink_drive_nrst(&s.st, DEBUG_PROBE_NRST_HIGH));
    OK(stlink_drive_nrst(&s.st, DEBUG_PROBE_NRST_PULSE));
    script_end(&s);
}

static void outside_of_swd_mode_no_debug_command_is_sent(void **state)
{
    (void)state;
    struct script s;
    uint32_t value, regs[DEBUG_PROBE_CORE_REGS];
    uint8_t bytes[4] = {0};
    script_start(&s, 2, 37);
    s.st.probe.in_debug = false;
    assert_int_equal(stlink_read_dpidr(&s.st, &value), ERR_NO_TARGET);
    assert_int_equal(stlink_read_dap(&s.st, 0, 0, &value), ERR_NO_TARGET);
    assert_int_equal(stlink_write_dap(&s.st, 0, 0, 0), ERR_NO_TARGET);
    assert_int_equal(stlink_read_word(&s.st, 0, &value), ERR_NO_TARGET);
    assert_int_equal(stlink_write_word(&s.st, 0, 0), ERR_NO_TARGET);
    assert_int_equal(stlink_read_block(&s.st, 4, 0, bytes, 4), ERR_NO_TARGET);
    assert_int_equal(stlink_write_block(&s.st, 4, 0, bytes, 4), ERR_NO_TARGET);
    assert_int_equal(stlink_read_core_reg(&s.st, 0, &value), ERR_NO_TARGET);
    assert_int_equal(stlink_write_core_reg(&s.st, 0, 0), ERR_NO_TARGET);
    assert_int_equal(stlink_read_core_regs(&s.st, regs), ERR_NO_TARGET);
    script_end(&s);
}

// ---- DP, AP and core registers ------------------------------------------------------------------

static void the_dpidr_stands_at_offset_4(void **state)
{
    (void)state;
    struct script s;
    uint32_t dpidr = 0;
    script_start(&s, 2, 37);
    script_read(&s, "f2 31", "80 00 00 00 77 14 b1 0b ff ff ff ff");
    OK(stlink_read_dpidr(&s.st, &dpidr));
    assert_int_equal(dpidr, 0x0bb11477);
    script_end(&s);
}

static void ports_are_read_and_written_by_number(void **state)
{
    (void)state;
    struct script s;
    uint32_t value = 0;
    script_start(&s, 2, 24);
    script_read(&s, "f2 45 ff ff 04 00", "80 00 00 00 40 00 00 f0");
    script_read(&s, "f2 45 01 00 fc 00", "80 00 00 00 21 00 77 04");
    script_read(&s, "f2 46 ff ff 08 00 f0 00 00 01", "80 00");
    OK(stlink_read_dap(&s.st, DEBUG_PROBE_DP, DP_CTRL_STAT, &value));
    assert_int_equal(value, 0xf0000040);
    OK(stlink_read_dap(&s.st, 1, AP_IDR, &value));
    assert_int_equal(value, 0x04770021);
    OK(stlink_write_dap(&s.st, DEBUG_PROBE_DP, DP_SELECT, 0x010000f0));
    script_end(&s);
}

static void below_j24_there_are_no_port_registers(void **state)
{
    (void)state;
    struct script s;
    struct ap_identity id;
    uint32_t value;
    script_start(&s, 2, 23);
    assert_int_equal(stlink_read_dap(&s.st, DEBUG_PROBE_DP, 4, &value), ERR_UNSUPPORTED);
    assert_int_equal(stlink_write_dap(&s.st, DEBUG_PROBE_DP, 4, 0), ERR_UNSUPPORTED);
    assert_int_equal(ap_identify(&s.mem, &id), ERR_UNSUPPORTED);
    assert_int_equal(dp_read_ctrl_stat(&s.st.probe, &value), ERR_UNSUPPORTED);
    OK(dp_clear_sticky(&s.st.probe)); // nothing that could be done
    script_end(&s);
}

static void sticky_errors_are_cleared_through_abort(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    script_read(&s, "f2 46 ff ff 00 00 1e 00 00 00", "80 00");
    OK(dp_clear_sticky(&s.st.probe));
    script_end(&s);
}

static void the_power_up_acknowledges_are_read_from_ctrl_stat(void **state)
{
    (void)state;
    struct script s;
    uint32_t value = 0;
    script_start(&s, 2, 37);
    script_read(&s, "f2 45 ff ff 04 00", "80 00 00 00 20 00 00 f0");
    OK(dp_read_ctrl_stat(&s.st.probe, &value));
    assert_int_equal(value & DP_CTRL_STAT_CSYSPWRUPACK, 1u << 31);
    assert_int_equal(value & DP_CTRL_STAT_CDBGPWRUPACK, 1u << 29);
    assert_int_equal(value & DP_CTRL_STAT_STICKYERR, 1u << 5);
    script_end(&s);
}

static void an_access_port_names_itself_and_its_rom_table(void **state)
{
    (void)state;
    struct script s;
    struct ap_identity id;
    script_start(&s, 2, 37);
    script_read(&s, "f2 45 00 00 fc 00", "80 00 00 00 21 00 77 04");
    script_read(&s, "f2 45 00 00 f8 00", "80 00 00 00 03 f0 0f e0");
    OK(ap_identify(&s.mem, &id));
    assert_int_equal(id.idr, 0x04770021);
    assert_int_equal(id.base, 0xe00ff000);
    script_end(&s);
}

static void core_registers_go_by_their_number(void **state)
{
    (void)state;
    struct script s;
    uint32_t value = 0;
    script_start(&s, 2, 37);
    script_read(&s, "f2 33 0f", "80 00 00 00 10 01 00 08");
    script_read(&s, "f2 34 10 44 33 22 11", "80 00");
    OK(stlink_read_core_reg(&s.st, 15, &value));
    assert_int_equal(value, 0x08000110);
    OK(stlink_write_core_reg(&s.st, 16, 0x11223344));
    script_end(&s);
}

static void all_core_registers_come_with_one_command(void **state)
{
    (void)state;
    struct script s;
    uint8_t reply[88] = {0x80};
    uint32_t regs[DEBUG_PROBE_CORE_REGS];
    for (unsigned i = 0; i < DEBUG_PROBE_CORE_REGS; i++)
        put_le32(reply + 4 + 4 * i, 0x11110000 + i);
    script_start(&s, 2, 37);
    script_read_data(&s, "f2 3a", reply, sizeof reply);
    OK(stlink_read_core_regs(&s.st, regs));
    for (unsigned i = 0; i < DEBUG_PROBE_CORE_REGS; i++)
        assert_int_equal(regs[i], 0x11110000 + i);
    script_end(&s);
}

// ---- status bytes, stalls, time-outs ------------------------------------------------------------

static const struct {
    uint8_t status;
    enum err err;
} meanings[] = {
    {0x80, ERR_OK},
    {0x0d, ERR_OK},
    {0x01, ERR_FAULT},
    {0x04, ERR_NO_TARGET},
    {0x05, ERR_NO_TARGET},
    {0x09, ERR_NO_TARGET},
    {0x0a, ERR_USAGE},
    {0x0b, ERR_LINK},
    {0x0c, ERR_FAULT},
    {0x10, ERR_WAIT},
    {0x11, ERR_FAULT},
    {0x12, ERR_LINK},
    {0x13, ERR_LINK},
    {0x14, ERR_WAIT},
    {0x15, ERR_FAULT},
    {0x16, ERR_LINK},
    {0x17, ERR_LINK},
    {0x18, ERR_FAULT},
    {0x19, ERR_FAULT},
    {0x1a, ERR_FAULT},
    {0x1d, ERR_UNSUPPORTED},
    {0x20, ERR_UNSUPPORTED},
    {0x41, ERR_UNSUPPORTED},
    {0x42, ERR_UNSUPPORTED},
    {0x81, ERR_FAULT},
    {0x02, ERR_PROBE_PROTOCOL},
    {0x03, ERR_PROBE_PROTOCOL},
    {0x06, ERR_PROBE_PROTOCOL},
    {0x08, ERR_PROBE_PROTOCOL},
    {0x0e, ERR_PROBE_PROTOCOL},
    {0x00, ERR_PROBE_PROTOCOL},
    {0x7f, ERR_PROBE_PROTOCOL},
    {0xff, ERR_PROBE_PROTOCOL},
};

static void every_status_byte_has_its_meaning(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (stlink_status_err(meanings[i].status) != meanings[i].err)
            fail_msg("status %02x means error %d, not %d", meanings[i].status, meanings[i].err,
                     stlink_status_err(meanings[i].status));
        assert_non_null(stlink_status_text(meanings[i].status));
    }
    for (unsigned status = 0; status < 256; status++)
        assert_int_equal(stlink_status_is_wait((uint8_t)status), status == 0x10 || status == 0x14);
}

static void a_status_becomes_the_error_of_its_command(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        struct script s;
        uint32_t value = 0x5a5a5a5a;
        script_start(&s, 2, 37);
        script_word_status(&s, 0x20000000, meanings[i].status);
        if (stlink_status_is_wait(meanings[i].status))
            script_forever(&s);
        assert_int_equal(stlink_read_word(&s.st, 0x20000000, &value), meanings[i].err);
        assert_int_equal(s.st.probe.last_status, meanings[i].status);
        assert_int_equal(value, meanings[i].err == ERR_OK ? 0xdeadbeef : 0x5a5a5a5a);
        if (meanings[i].err == ERR_FAULT)
            assert_int_equal(s.st.probe.fault_address, 0x20000000);
        script_end(&s);
    }
}

static void a_failure_says_what_was_tried_and_the_status(void **state)
{
    (void)state;
    struct script s;
    uint32_t value;
    script_start(&s, 2, 37);
    script_word_status(&s, 0x1ffff7e0, 0x12);
    assert_int_equal(stlink_read_word(&s.st, 0x1ffff7e0, &value), ERR_LINK);
    assert_says(&s, "reading 0x1ffff7e0");
    assert_says(&s, "status 12");
    script_end(&s);
}

static void a_wait_is_tried_again_with_longer_and_longer_pauses(void **state)
{
    (void)state;
    struct script s;
    uint32_t value = 0;
    script_start(&s, 2, 37);
    script_word_status(&s, 0x20000000, 0x10);
    script_word_status(&s, 0x20000000, 0x14);
    script_word_status(&s, 0x20000000, 0x10);
    script_word(&s, 0x20000000, 0x12345678);
    OK(stlink_read_word(&s.st, 0x20000000, &value));
    assert_int_equal(value, 0x12345678);
    assert_int_equal(s.now_us, 1000000 + 1000 + 2000 + 4000);
    script_end(&s);
}

// 1 + 2 + 4 … + 512 ms pass the deadline of a second; the command has then been sent eleven times.
static void a_wait_without_end_is_given_up_after_a_second(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    for (unsigned i = 0; i < 11; i++)
        script_write_word_status(&s, 0x20000000, 1, 0x10);
    assert_int_equal(stlink_write_word(&s.st, 0x20000000, 1), ERR_WAIT);
    assert_int_equal(s.sleeps, 10);
    assert_int_equal(s.now_us, 1000000 + 1023000);
    script_end(&s);
}

// V3J7: first WAIT, then FAULT although the bus is only busy, then the result.
static void a_fault_after_a_wait_is_a_wait_to_a_v3(void **state)
{
    (void)state;
    struct script s;
    uint32_t value = 0;
    script_start(&s, 3, 7);
    script_word_status(&s, 0x20000000, 0x10);
    script_word_status(&s, 0x20000000, 0x11);
    script_word(&s, 0x20000000, 0x12345678);
    OK(stlink_read_word(&s.st, 0x20000000, &value));
    assert_int_equal(value, 0x12345678);
    script_end(&s);
}

static void a_fault_after_a_wait_is_a_fault_to_a_v2(void **state)
{
    (void)state;
    struct script s;
    uint32_t value;
    script_start(&s, 2, 37);
    script_word_status(&s, 0x20000000, 0x10);
    script_word_status(&s, 0x20000000, 0x11);
    assert_int_equal(stlink_read_word(&s.st, 0x20000000, &value), ERR_FAULT);
    script_end(&s);
}

static void a_fault_without_a_wait_is_not_repeated(void **state)
{
    (void)state;
    struct script s;
    uint32_t value;
    script_start(&s, 3, 7);
    script_word_status(&s, 0x20000000, 0x11);
    assert_int_equal(stlink_read_word(&s.st, 0x20000000, &value), ERR_FAULT);
    script_end(&s);
}

static void what_the_cable_reports_is_passed_on_at_once(void **state)
{
    (void)state;
    static const struct {
        enum err err;
        const char *says;
    } rows[] = {{ERR_TIMEOUT, "does not answer (command f2 33)"},
                {ERR_PROBE_PROTOCOL, "refuses command f2 33"},
                {ERR_PROBE_LOST, "unplugged"},
                {ERR_USAGE, "USB transfer"}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s;
        uint32_t value;
        script_start(&s, 2, 37);
        script_refuse(&s, "f2 33 0f", 8, rows[i].err);
        assert_int_equal(stlink_read_core_reg(&s.st, 15, &value), rows[i].err);
        assert_says(&s, rows[i].says);
        assert_int_equal(s.sleeps, 0);
        script_end(&s);
    }
}

static void a_short_reply_is_a_failure_even_if_its_status_is_good(void **state)
{
    (void)state;
    struct script s;
    uint32_t value = 7;
    script_start(&s, 2, 37);
    script_read_sized(&s, "f2 33 0f", 8, "80 00 00 00 10 01");
    assert_int_equal(stlink_read_core_reg(&s.st, 15, &value), ERR_PROBE_PROTOCOL);
    assert_int_equal(value, 7);
    assert_says(&s, "6 of 8 bytes");
    script_end(&s);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_v2_takes_the_next_lower_clock),
        cmocka_unit_test(an_old_v2_has_one_clock_and_is_not_asked),
        cmocka_unit_test(the_clocks_of_a_v2_are_descending),
        cmocka_unit_test(a_v3_offers_its_clocks_and_names_the_one_it_took),
        cmocka_unit_test(a_v3_that_offers_no_or_too_many_clocks_is_not_believed),
        cmocka_unit_test(a_clock_that_is_refused_is_not_noted),
        cmocka_unit_test(the_voltage_is_the_ratio_of_two_measurements),
        cmocka_unit_test(a_reference_of_zero_is_not_divided_by),
        cmocka_unit_test(entering_swd_takes_three_commands_or_two),
        cmocka_unit_test(another_access_port_is_opened_once_and_named_in_each_command),
        cmocka_unit_test(firmware_that_reaches_the_first_access_port_only_says_so),
        cmocka_unit_test(an_access_port_that_is_not_there_is_told),
        cmocka_unit_test(nobody_on_swd_is_no_target),
        cmocka_unit_test(a_probe_that_stays_idle_has_not_entered),
        cmocka_unit_test(a_chip_of_another_maker_is_told_as_such),
        cmocka_unit_test(leaving_closes_the_access_port),
        cmocka_unit_test(nrst_is_driven_in_any_mode),
        cmocka_unit_test(outside_of_swd_mode_no_debug_command_is_sent),
        cmocka_unit_test(the_dpidr_stands_at_offset_4),
        cmocka_unit_test(ports_are_read_and_written_by_number),
        cmocka_unit_test(below_j24_there_are_no_port_registers),
        cmocka_unit_test(sticky_errors_are_cleared_through_abort),
        cmocka_unit_test(the_power_up_acknowledges_are_read_from_ctrl_stat),
        cmocka_unit_test(an_access_port_names_itself_and_its_rom_table),
        cmocka_unit_test(core_registers_go_by_their_number),
        cmocka_unit_test(all_core_registers_come_with_one_command),
        cmocka_unit_test(every_status_byte_has_its_meaning),
        cmocka_unit_test(a_status_becomes_the_error_of_its_command),
        cmocka_unit_test(a_failure_says_what_was_tried_and_the_status),
        cmocka_unit_test(a_wait_is_tried_again_with_longer_and_longer_pauses),
        cmocka_unit_test(a_wait_without_end_is_given_up_after_a_second),
        cmocka_unit_test(a_fault_after_a_wait_is_a_wait_to_a_v3),
        cmocka_unit_test(a_fault_after_a_wait_is_a_fault_to_a_v2),
        cmocka_unit_test(a_fault_without_a_wait_is_not_repeated),
        cmocka_unit_test(what_the_cable_reports_is_passed_on_at_once),
        cmocka_unit_test(a_short_reply_is_a_failure_even_if_its_status_is_good),
    };
    return cmocka_run_group_tests_name("stlink", tests, NULL, NULL);
}
