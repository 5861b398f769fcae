// SPDX-License-Identifier: MIT
// Target memory: block commands with the question that follows them, and how a range of any
// alignment is cut into commands.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "swd/mem_ap.h"
#include "tests/unit/choose.h"
#include "tests/unit/script_link.h"

// Opcodes of the block commands, per unit of 4, 2 and 1 bytes.
enum { READ32 = 0x07, WRITE32 = 0x08, READ8 = 0x0c, WRITE8 = 0x0d, READ16 = 0x47, WRITE16 = 0x48 };

#define SRAM 0x20000000u

static void assert_says(const struct script *s, const char *part)
{
    if (!strstr(s->log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", s->log.sentence, part);
}

static void fill(uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i * 7 + i / 256 + 1);
}

static struct script_block good(uint8_t opcode, uint32_t addr, size_t len)
{
    return (struct script_block){.opcode = opcode, .addr = addr, .len = len};
}

static struct script_block bad(uint8_t opcode, uint32_t addr, size_t len, uint8_t status,
                               uint32_t fault)
{
    return (struct script_block){opcode, addr, len, status, fault};
}

// ---- block commands -----------------------------------------------------------------------------

static void each_unit_has_its_command_and_the_status_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        unsigned unit;
        uint8_t read, write;
    } rows[] = {{4, READ32, WRITE32}, {2, READ16, WRITE16}, {1, READ8, WRITE8}};
    for (unsigned i = 0; i < 3; i++) {
        struct script s;
        uint8_t data[16], back[16];
        fill(data, sizeof data);
        script_start(&s, 2, 37);
        script_block_read(&s, good(rows[i].read, SRAM, 16), data);
        script_block_write(&s, good(rows[i].write, SRAM + 16, 16), data);
        OK(stlink_read_block(&s.st, rows[i].unit, SRAM, back, 16));
        assert_memory_equal(back, data, 16);
        OK(stlink_write_block(&s.st, rows[i].unit, SRAM + 16, data, 16));
        script_end(&s);
    }
}

static void the_command_carries_address_and_length(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[0x180] = {0};
    script_start(&s, 2, 37);
    script_read_data(&s, "f2 07 40 30 20 10 80 01", data, sizeof data);
    script_read(&s, "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00");
    OK(stlink_read_block(&s.st, 4, 0x10203040, data, sizeof data));
    script_end(&s);
}

// The probe sends two bytes in answer to a read of one, and the second means nothing.
static void a_single_byte_comes_with_a_second_one(void **state)
{
    (void)state;
    struct script s;
    uint8_t bytes[2] = {0, 0x99};
    script_start(&s, 2, 37);
    script_read(&s, "f2 0c 03 00 00 20 01", "42 ee");
    script_read(&s, "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00");
    OK(stlink_read_block(&s.st, 1, SRAM + 3, bytes, 1));
    assert_int_equal(bytes[0], 0x42);
    assert_int_equal(bytes[1], 0x99);
    script_end(&s);
}

static void below_j26_there_are_no_halfwords(void **state)
{
    (void)state;
    struct script s;
    uint16_t value;
    uint8_t data[4] = {0};
    script_start(&s, 2, 25);
    assert_false(stlink_has_halfwords(&s.st));
    assert_int_equal(mem_ap_read16(&s.mem, SRAM, &value), ERR_UNSUPPORTED);
    assert_int_equal(mem_ap_write16(&s.mem, SRAM, 1), ERR_UNSUPPORTED);
    assert_int_equal(mem_ap_write_halfwords(&s.mem, SRAM, data, 4), ERR_UNSUPPORTED);
    assert_says(&s, "V2J26");
    script_end(&s);
    script_start(&s, 2, 26);
    assert_true(stlink_has_halfwords(&s.st));
    script_end(&s);
    script_start(&s, 3, 1);
    assert_true(stlink_has_halfwords(&s.st));
    script_end(&s);
}

static void blocks_are_as_long_as_the_firmware_bears(void **state)
{
    (void)state;
    static const struct {
        unsigned hardware, jtag;
        size_t read8, write8;
    } rows[] = {
        {2, 15, 64, 64}, {2, 45, 64, 64}, {3, 5, 64, 64}, {3, 6, 128, 512}, {4, 6, 128, 512}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s;
        script_start(&s, rows[i].hardware, rows[i].jtag);
        assert_int_equal(stlink_max_block(&s.st, 4, false), 6144);
        assert_int_equal(stlink_max_block(&s.st, 4, true), 6144);
        assert_int_equal(stlink_max_block(&s.st, 2, true), 6144);
        assert_int_equal(stlink_max_block(&s.st, 1, false), rows[i].read8);
        assert_int_equal(stlink_max_block(&s.st, 1, true), rows[i].write8);
        script_end(&s);
    }
}

// At 120 SWD clocks a word at worst, a block must come within half of the 3 s that it may take.
static void a_slow_clock_makes_shorter_blocks(void **state)
{
    (void)state;
    static const uint32_t clocks[] = {4000000, 480000, 125000, 50000, 5000, 1};
    struct script s;
    script_start(&s, 2, 37);
    for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        s.st.probe.swclk_hz = clocks[i];
        for (unsigned unit = 1; unit <= 4; unit *= 2) {
            size_t most = stlink_max_block(&s.st, unit, false);
            assert_true(most >= 16 && most % 4 == 0);
            assert_true(most == 16 || (uint64_t)most / unit * 120 <= (uint64_t)clocks[i] * 3 / 2);
        }
    }
    s.st.probe.swclk_hz = 50000;
    assert_int_equal(stlink_max_block(&s.st, 4, false), 2500);
    s.st.probe.swclk_hz = 5000;
    assert_int_equal(stlink_max_block(&s.st, 4, false), 248);
    script_end(&s);
}

static void a_block_that_waits_is_sent_again_whole(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[8], back[8];
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, SRAM, 8, 0x10, SRAM), (uint8_t[8]){0});
    script_block_read(&s, bad(READ32, SRAM, 8, 0x14, SRAM), (uint8_t[8]){0});
    script_block_read(&s, good(READ32, SRAM, 8), data);
    OK(stlink_read_block(&s.st, 4, SRAM, back, 8));
    assert_memory_equal(back, data, 8);
    assert_int_equal(s.now_us, 1000000 + 1000 + 2000);
    assert_int_equal(s.st.probe.last_status, 0x80);
    script_end(&s);
}

static void a_block_that_waits_without_end_is_given_up_after_eight(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[8] = {0};
    script_start(&s, 2, 37);
    for (unsigned i = 0; i < 8; i++)
        script_block_write(&s, bad(WRITE32, SRAM, 8, 0x10, SRAM), data);
    assert_int_equal(stlink_write_block(&s.st, 4, SRAM, data, 8), ERR_WAIT);
    assert_int_equal(s.now_us, 1000000 + 255000);
    script_end(&s);
}

// Halfwords go into flash controllers, where one that was programmed must not be sent again.
static void halfwords_that_wait_are_never_sent_again(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[8] = {0};
    script_start(&s, 2, 37);
    script_block_write(&s, bad(WRITE16, 0x08000000, 8, 0x10, 0x08000004), data);
    assert_int_equal(stlink_write_block(&s.st, 2, 0x08000000, data, 8), ERR_WAIT);
    assert_int_equal(s.st.probe.last_status, 0x10);
    script_end(&s);
}

// V3J7 calls a bus that is busy after a WAIT a fault.
static void a_fault_after_a_wait_is_a_wait_to_a_v3(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[8], back[8];
    fill(data, sizeof data);
    script_start(&s, 3, 7);
    script_block_read(&s, bad(READ32, SRAM, 8, 0x10, SRAM), (uint8_t[8]){0});
    script_block_read(&s, bad(READ32, SRAM, 8, 0x11, SRAM), (uint8_t[8]){0});
    script_block_read(&s, good(READ32, SRAM, 8), data);
    OK(stlink_read_block(&s.st, 4, SRAM, back, 8));
    assert_memory_equal(back, data, 8);
    script_end(&s);
}

#define CLEAR_STICKY "f2 46 ff ff 00 00 1e"

static void a_fault_is_located_and_its_flag_cleared(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[16] = {0};
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, 0x20000ff8, 16, 0x11, 0x20001000), data);
    script_read(&s, CLEAR_STICKY, "80 00");
    assert_int_equal(stlink_read_block(&s.st, 4, 0x20000ff8, data, 16), ERR_FAULT);
    assert_int_equal(s.st.probe.fault_address, 0x20001000);
    assert_int_equal(s.st.probe.last_status, 0x11);
    assert_says(&s, "reading 0x20001000");
    script_end(&s);
}

static void a_fault_whose_address_is_not_told_is_at_the_start(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[16] = {0};
    script_start(&s, 2, 37);
    script_block_write(&s, bad(WRITE32, 0x08000000, 16, 0x11, 0), data);
    script_read(&s, CLEAR_STICKY, "80 00");
    assert_int_equal(stlink_write_block(&s.st, 4, 0x08000000, data, 16), ERR_FAULT);
    assert_int_equal(s.st.probe.fault_address, 0x08000000);
    assert_says(&s, "writing 0x08000000");
    script_end(&s);
}

static void what_follows_a_fault_does_not_hide_it(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[16] = {0};
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, SRAM, 16, 0x11, SRAM + 4), data);
    script_read(&s, CLEAR_STICKY, "12 00");
    assert_int_equal(stlink_read_block(&s.st, 4, SRAM, data, 16), ERR_FAULT);
    assert_int_equal(s.st.probe.last_status, 0x11);
    assert_says(&s, "reading 0x20000004");
    script_end(&s);
}

static void old_firmware_cannot_clear_the_flag(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[16] = {0};
    script_start(&s, 2, 23);
    script_block_read(&s, bad(READ32, SRAM, 16, 0x01, SRAM), data);
    assert_int_equal(stlink_read_block(&s.st, 4, SRAM, data, 16), ERR_FAULT);
    script_end(&s);
}

static void a_broken_link_clears_nothing_and_names_the_block(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[16] = {0};
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, SRAM, 16, 0x12, SRAM + 8), data);
    assert_int_equal(stlink_read_block(&s.st, 4, SRAM, data, 16), ERR_LINK);
    assert_says(&s, "reading 0x20000000");
    script_end(&s);
}

static void a_block_that_the_cable_drops_is_not_asked_about(void **state)
{
    (void)state;
    static const enum err errors[] = {ERR_TIMEOUT, ERR_PROBE_PROTOCOL, ERR_PROBE_LOST};
    for (unsigned i = 0; i < 3; i++) {
        struct script s;
        uint8_t data[16] = {0};
        script_start(&s, 2, 37);
        script_refuse(&s, "f2 07 00 00 00 20 10", 16, errors[i]);
        assert_int_equal(stlink_read_block(&s.st, 4, SRAM, data, 16), errors[i]);
        script_end(&s);
    }
}

static void a_short_block_is_a_failure(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[16] = {0};
    script_start(&s, 2, 37);
    script_read_sized(&s, "f2 07 00 00 00 20 10", 16, "01 02 03 04");
    assert_int_equal(stlink_read_block(&s.st, 4, SRAM, data, 16), ERR_PROBE_PROTOCOL);
    assert_says(&s, "4 of 16 bytes");
    script_end(&s);
}

// ---- ranges -------------------------------------------------------------------------------------

static void one_word_is_one_command(void **state)
{
    (void)state;
    struct script s;
    uint8_t four[4];
    uint32_t value = 0;
    script_start(&s, 2, 37);
    script_word(&s, SRAM, 0x44332211);
    script_word(&s, SRAM + 4, 0x88776655);
    script_write_word(&s, SRAM, 0x44332211);
    script_write_word(&s, SRAM + 8, 0xcafef00d);
    OK(mem_ap_read(&s.mem, SRAM, four, 4, NULL));
    assert_memory_equal(four, "\x11\x22\x33\x44", 4);
    OK(mem_ap_read32(&s.mem, SRAM + 4, &value));
    assert_int_equal(value, 0x88776655);
    OK(mem_ap_write(&s.mem, SRAM, four, 4));
    OK(mem_ap_write32(&s.mem, SRAM + 8, 0xcafef00d));
    script_end(&s);
}

static void halfwords_are_accessed_as_such(void **state)
{
    (void)state;
    struct script s;
    uint16_t value = 0;
    script_start(&s, 2, 37);
    script_block_read(&s, good(READ16, SRAM + 2, 2), "\x34\x12");
    script_block_write(&s, good(WRITE16, SRAM + 2, 2), "\xcd\xab");
    script_block_read(&s, good(READ16, SRAM + 6, 2), "\x34\x12");
    OK(mem_ap_read16(&s.mem, SRAM + 2, &value));
    assert_int_equal(value, 0x1234);
    OK(mem_ap_write16(&s.mem, SRAM + 2, 0xabcd));
    OK(mem_ap_read(&s.mem, SRAM + 6, &value, 2, NULL));
    script_end(&s);
}

// An unaligned head up to the next word, words, and a tail.
static void a_range_is_cut_into_head_words_and_tail(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[32], back[32];
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    script_block_write(&s, good(WRITE8, SRAM + 1, 1), data);
    script_block_write(&s, good(WRITE16, SRAM + 2, 2), data + 1);
    script_block_write(&s, good(WRITE32, SRAM + 4, 8), data + 3);
    script_block_write(&s, good(WRITE16, SRAM + 12, 2), data + 11);
    script_block_write(&s, good(WRITE8, SRAM + 14, 1), data + 13);
    script_read_data(&s, "f2 0c 01 00 00 20 01", data, 2);
    script_read(&s, "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00");
    script_block_read(&s, good(READ16, SRAM + 2, 2), data + 1);
    script_block_read(&s, good(READ32, SRAM + 4, 8), data + 3);
    OK(mem_ap_write(&s.mem, SRAM + 1, data, 14));
    OK(mem_ap_read(&s.mem, SRAM + 1, back, 11, NULL));
    assert_memory_equal(back, data, 11);
    script_end(&s);
}

static void without_halfwords_head_and_tail_are_bytes(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[32];
    fill(data, sizeof data);
    script_start(&s, 2, 25);
    script_block_write(&s, good(WRITE8, SRAM + 1, 3), data);
    script_block_write(&s, good(WRITE32, SRAM + 4, 8), data + 3);
    script_block_write(&s, good(WRITE8, SRAM + 12, 3), data + 11);
    script_block_write(&s, good(WRITE8, SRAM + 2, 1), data);
    OK(mem_ap_write(&s.mem, SRAM + 1, data, 14));
    OK(mem_ap_write(&s.mem, SRAM + 2, data, 1));
    script_end(&s);
}

static void a_kibibyte_is_read_with_two_commands(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[1024], back[1024];
    size_t done = 0;
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    script_block_read(&s, good(READ32, SRAM + 0x200, 1024), data);
    OK(mem_ap_read(&s.mem, SRAM + 0x200, back, 1024, &done));
    assert_int_equal(done, 1024);
    assert_memory_equal(back, data, 1024);
    assert_int_equal(s.at, 2);
    script_end(&s);
}

static void a_long_range_takes_blocks_of_6_kib(void **state)
{
    (void)state;
    struct script s;
    static uint8_t data[16384], back[16384];
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    script_block_read(&s, good(READ32, SRAM, 6144), data);
    script_block_read(&s, good(READ32, SRAM + 6144, 6144), data + 6144);
    script_block_read(&s, good(READ32, SRAM + 12288, 4096), data + 12288);
    OK(mem_ap_read(&s.mem, SRAM, back, sizeof back, NULL));
    assert_memory_equal(back, data, sizeof back);
    script_end(&s);
}

// Firmware below J26 may let the access port count across 1 KiB, where the address wraps (IHI 0031,
// C2.2.2).
static void old_firmware_is_not_trusted_across_a_kibibyte(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[2048], back[2048];
    fill(data, sizeof data);
    script_start(&s, 2, 25);
    script_block_read(&s, good(READ32, SRAM + 0x380, 0x80), data);
    script_block_read(&s, good(READ32, SRAM + 0x400, 0x400), data + 0x80);
    script_block_read(&s, good(READ32, SRAM + 0x800, 0x380), data + 0x480);
    script_write_word(&s, SRAM + 0x3fc, 0);
    script_block_write(&s, good(WRITE32, SRAM + 0x400, 8), (uint8_t[8]){0});
    OK(mem_ap_read(&s.mem, SRAM + 0x380, back, sizeof back, NULL));
    assert_memory_equal(back, data, sizeof back);
    OK(mem_ap_write(&s.mem, SRAM + 0x3fc, (uint8_t[12]){0}, 12));
    script_end(&s);
}

static void a_slow_clock_cuts_ranges_shorter(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[512], back[512];
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    s.st.probe.swclk_hz = 5000;
    script_block_read(&s, good(READ32, SRAM, 248), data);
    script_block_read(&s, good(READ32, SRAM + 248, 248), data + 248);
    script_block_read(&s, good(READ32, SRAM + 496, 16), data + 496);
    OK(mem_ap_read(&s.mem, SRAM, back, sizeof back, NULL));
    assert_memory_equal(back, data, sizeof back);
    script_end(&s);
}

static void only_halfwords_are_written_where_asked_for(void **state)
{
    (void)state;
    struct script s;
    static uint8_t data[6150];
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    script_block_write(&s, good(WRITE16, 0x08000002, 6144), data);
    script_block_write(&s, good(WRITE16, 0x08001802, 6), data + 6144);
    OK(mem_ap_write_halfwords(&s.mem, 0x08000002, data, sizeof data));
    script_end(&s);
}

static void nothing_is_done_for_no_bytes(void **state)
{
    (void)state;
    struct script s;
    size_t done = 9;
    script_start(&s, 2, 37);
    OK(mem_ap_read(&s.mem, 0xffffffff, NULL, 0, &done));
    assert_int_equal(done, 0);
    OK(mem_ap_write(&s.mem, SRAM, NULL, 0));
    OK(mem_ap_write_halfwords(&s.mem, SRAM, NULL, 0));
    script_end(&s);
}

static void the_address_space_has_an_end(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[8] = {0};
    script_start(&s, 2, 37);
    script_block_read(&s, good(READ32, 0xfffffff8, 8), data);
    OK(mem_ap_read(&s.mem, 0xfffffff8, data, 8, NULL));
    assert_int_equal(mem_ap_read(&s.mem, 0xfffffffc, data, 8, NULL), ERR_USAGE);
    assert_int_equal(mem_ap_write(&s.mem, 0xffffffff, data, 2), ERR_USAGE);
    assert_int_equal(mem_ap_write_halfwords(&s.mem, 0xfffffffe, data, 4), ERR_USAGE);
    script_end(&s);
}

// What the probe sent for a block that faulted is not to be trusted, so the good part is read once
// more.
static void what_precedes_a_fault_is_read_again_and_counts(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[64], back[64];
    size_t done = 0;
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, 0x20000fe0, 64, 0x11, 0x20001000), (uint8_t[64]){0});
    script_read(&s, CLEAR_STICKY, "80 00");
    script_block_read(&s, good(READ32, 0x20000fe0, 32), data);
    assert_int_equal(mem_ap_read(&s.mem, 0x20000fe0, back, 64, &done), ERR_FAULT);
    assert_int_equal(done, 32);
    assert_memory_equal(back, data, 32);
    assert_int_equal(s.st.probe.fault_address, 0x20001000);
    assert_says(&s, "0x20001000");
    script_end(&s);
}

static void a_fault_is_not_explored_for_one_who_does_not_ask(void **state)
{
    (void)state;
    struct script s;
    uint8_t back[64];
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, 0x20000fe0, 64, 0x11, 0x20001000), (uint8_t[64]){0});
    script_read(&s, CLEAR_STICKY, "80 00");
    assert_int_equal(mem_ap_read(&s.mem, 0x20000fe0, back, 64, NULL), ERR_FAULT);
    script_end(&s);
}

static void a_fault_in_the_first_word_leaves_nothing(void **state)
{
    (void)state;
    struct script s;
    uint8_t back[64];
    size_t done = 9;
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, 0x20001000, 64, 0x11, 0x20001000), (uint8_t[64]){0});
    script_read(&s, CLEAR_STICKY, "80 00");
    assert_int_equal(mem_ap_read(&s.mem, 0x20001000, back, 64, &done), ERR_FAULT);
    assert_int_equal(done, 0);
    script_end(&s);
}

static void a_fault_that_the_probe_places_elsewhere_leaves_nothing(void **state)
{
    (void)state;
    struct script s;
    uint8_t back[64];
    size_t done = 9;
    script_start(&s, 2, 37);
    script_block_read(&s, bad(READ32, 0x20001000, 64, 0x11, 0xfffffff0), (uint8_t[64]){0});
    script_read(&s, CLEAR_STICKY, "80 00");
    assert_int_equal(mem_ap_read(&s.mem, 0x20001000, back, 64, &done), ERR_FAULT);
    assert_int_equal(done, 0);
    script_end(&s);
}

static void a_write_stops_at_the_first_failure(void **state)
{
    (void)state;
    struct script s;
    uint8_t data[16];
    fill(data, sizeof data);
    script_start(&s, 2, 37);
    script_block_write(&s, good(WRITE16, SRAM + 2, 2), data);
    script_block_write(&s, bad(WRITE32, SRAM + 4, 12, 0x12, SRAM + 4), data + 2);
    assert_int_equal(mem_ap_write(&s.mem, SRAM + 2, data, 15), ERR_LINK);
    script_end(&s);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_unit_has_its_command_and_the_status_is_asked_for),
        cmocka_unit_test(the_command_carries_address_and_length),
        cmocka_unit_test(a_single_byte_comes_with_a_second_one),
        cmocka_unit_test(below_j26_there_are_no_halfwords),
        cmocka_unit_test(blocks_are_as_long_as_the_firmware_bears),
        cmocka_unit_test(a_slow_clock_makes_shorter_blocks),
        cmocka_unit_test(a_block_that_waits_is_sent_again_whole),
        cmocka_unit_test(a_block_that_waits_without_end_is_given_up_after_eight),
        cmocka_unit_test(halfwords_that_wait_are_never_sent_again),
        cmocka_unit_test(a_fault_after_a_wait_is_a_wait_to_a_v3),
        cmocka_unit_test(a_fault_is_located_and_its_flag_cleared),
        cmocka_unit_test(a_fault_whose_address_is_not_told_is_at_the_start),
        cmocka_unit_test(what_follows_a_fault_does_not_hide_it),
        cmocka_unit_test(old_firmware_cannot_clear_the_flag),
        cmocka_unit_test(a_broken_link_clears_nothing_and_names_the_block),
        cmocka_unit_test(a_block_that_the_cable_drops_is_not_asked_about),
        cmocka_unit_test(a_short_block_is_a_failure),
        cmocka_unit_test(one_word_is_one_command),
        cmocka_unit_test(halfwords_are_accessed_as_such),
        cmocka_unit_test(a_range_is_cut_into_head_words_and_tail),
        cmocka_unit_test(without_halfwords_head_and_tail_are_bytes),
        cmocka_unit_test(a_kibibyte_is_read_with_two_commands),
        cmocka_unit_test(a_long_range_takes_blocks_of_6_kib),
        cmocka_unit_test(old_firmware_is_not_trusted_across_a_kibibyte),
        cmocka_unit_test(a_slow_clock_cuts_ranges_shorter),
        cmocka_unit_test(only_halfwords_are_written_where_asked_for),
        cmocka_unit_test(nothing_is_done_for_no_bytes),
        cmocka_unit_test(the_address_space_has_an_end),
        cmocka_unit_test(what_precedes_a_fault_is_read_again_and_counts),
        cmocka_unit_test(a_fault_is_not_explored_for_one_who_does_not_ask),
        cmocka_unit_test(a_fault_in_the_first_word_leaves_nothing),
        cmocka_unit_test(a_fault_that_the_probe_places_elsewhere_leaves_nothing),
        cmocka_unit_test(a_write_stops_at_the_first_failure),
    };
    return cmocka_run_group_tests_name("swd_mem", tests, NULL, NULL);
}
