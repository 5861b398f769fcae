// SPDX-License-Identifier: MIT
// Memory, core registers and scatter/gather of the virtual ST-LINK, byte for byte
// (stlink-protocol, 2.3 to 2.5, 3, 4.1 to 4.4, 5.2).
#include <stdio.h>

#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

#define RAM     0x20000000u
#define NOWHERE 0x60000000u
#define DHCSR   0xe000edf0u
#define HALT    0xa05f0003u

enum {
    READ_32 = 0x07,
    WRITE_32 = 0x08,
    READ_8 = 0x0c,
    WRITE_8 = 0x0d,
    READ_16 = 0x47,
    WRITE_16 = 0x48,
    WRITE_32_STILL = 0x50,
    READ_32_STILL = 0x54
};
enum { ALIGNMENT = 0x0a, AP_FAULT = 0x11, BAD_AP = 0x1d };

static struct probe *entered(const char *board)
{
    struct probe *p = probe_open(board);
    assert_int_equal(probe_enter(p), STATUS_OK);
    return p;
}

static enum sim_usb_status block(struct probe *p, uint8_t op, uint32_t addr, size_t len)
{
    uint8_t c[8] = {0xf2, op};
    put_le32(&c[2], addr);
    put_le16(&c[6], (uint16_t)len);
    return probe_command(p, c, sizeof c);
}

static void read_block(struct probe *p, uint8_t op, uint32_t addr, size_t len)
{
    assert_int_equal(block(p, op, addr, len), SIM_USB_OK);
    assert_int_equal(p->len, op == READ_8 && len == 1 ? 2 : len);
}

static void write_block(struct probe *p, uint8_t op, uint32_t addr, const void *data, size_t len)
{
    assert_int_equal(block(p, op, addr, len), SIM_USB_NAK); // no reply: it waits for the data
    assert_int_equal(probe_send(p, data, len), SIM_USB_OK);
    assert_int_equal(probe_receive(p), SIM_USB_NAK);
}

// 3E: status and the address of a fault.
static uint8_t last_status(struct probe *p, uint32_t *fault)
{
    uint8_t status = STATUS(p, 0xf2, 0x3e);
    assert_int_equal(p->len, 12);
    *fault = get_le32(&p->reply[4]);
    assert_int_equal(get_le16(&p->reply[2]), 0);
    return status;
}

static void assert_last(struct probe *p, uint8_t wanted, uint32_t wanted_fault)
{
    uint32_t fault;
    assert_int_equal(last_status(p, &fault), wanted);
    assert_int_equal(fault, wanted_fault);
}

static void fill(uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i * 7 + i / 256 + 1);
}

// ---- 2.4: blocks --------------------------------------------------------------------------------

static void blocks_of_every_width_go_there_and_back(void **state)
{
    static const struct {
        uint8_t write, read;
        size_t len;
    } cases[] = {{WRITE_32, READ_32, 256}, {WRITE_16, READ_16, 254}, {WRITE_8, READ_8, 64},
                 {WRITE_8, READ_32, 64},   {WRITE_32, READ_8, 64},   {WRITE_8, READ_8, 3},
                 {WRITE_8, READ_8, 2}};
    (void)state;
    struct probe *p = entered("");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t data[256];
        fill(data, sizeof data);
        data[0] = (uint8_t)i;
        write_block(p, cases[i].write, RAM + 0x100, data, cases[i].len);
        assert_last(p, STATUS_OK, 0);
        read_block(p, cases[i].read, RAM + 0x100, cases[i].len);
        assert_memory_equal(p->reply, data, cases[i].len);
        assert_last(p, STATUS_OK, 0);
    }
    probe_close(p);
}

static void a_single_byte_comes_with_a_companion(void **state)
{
    (void)state;
    struct probe *p = entered("");
    static const uint8_t byte = 0x5a;
    write_block(p, WRITE_8, RAM + 3, &byte, 1);
    read_block(p, READ_8, RAM + 3, 1);
    assert_int_equal(p->len, 2);
    assert_int_equal(p->reply[0], 0x5a);
    probe_close(p);
}

// 4.2: newer firmware handles the wrap of TAR itself.
static void blocks_cross_one_kib(void **state)
{
    static uint8_t data[2048];
    (void)state;
    struct probe *p = entered("");
    fill(data, sizeof data);
    write_block(p, WRITE_32, RAM + 0x3f0, data, sizeof data);
    read_block(p, READ_16, RAM + 0x3f0, sizeof data);
    assert_memory_equal(p->reply, data, sizeof data);
    uint8_t seen[2048];
    assert_true(sim_chip_peek(sim_board_chip(p->board), RAM + 0x3f0, seen, sizeof seen));
    assert_memory_equal(seen, data, sizeof data);
    probe_close(p);
}

static void the_address_can_stand_still(void **state)
{
    (void)state;
    struct probe *p = entered("");
    static const uint8_t words[12] = {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0};
    probe_write32(p, RAM + 4, 0x12345678);
    write_block(p, WRITE_32_STILL, RAM, words, sizeof words);
    read_block(p, READ_32, RAM, 8);
    EXPECT(p, 3, 0, 0, 0, 0x78, 0x56, 0x34, 0x12);
    read_block(p, READ_32_STILL, RAM + 4, 12);
    EXPECT(p, 0x78, 0x56, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12);
    probe_close(p);
}

// 4.1
static void blocks_have_their_limits(void **state)
{
    static const struct {
        const char *board;
        uint8_t op;
        size_t most;
    } cases[] = {{"", READ_32, 6144},
                 {"", READ_16, 6144},
                 {"", READ_8, 64},
                 {"probe=v3", READ_8, 512},
                 {"probe=v3,probe-fw=J5", READ_8, 64},
                 {"probe=v3", READ_32, 6144}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = entered(cases[i].board);
        read_block(p, cases[i].op, 0x08000000, cases[i].most);
        assert_last(p, STATUS_OK, 0);
        assert_int_equal(block(p, cases[i].op, 0x08000000, cases[i].most + 4),
                         SIM_USB_NAK); // for ever
        sim_board_wait_ns(p->board, 5000000000u);
        assert_int_equal(probe_receive(p), SIM_USB_NAK);
        probe_close(p);
    }
}

// Words that are written go on to the target as they come: st-flash sends an STM32F4's loader up to
// 32 KiB at once, and works in the field.
static void words_are_written_in_blocks_of_any_length(void **state)
{
    static uint8_t data[32768];
    (void)state;
    struct probe *p = entered("stm32f407vg");
    fill(data, sizeof data);
    write_block(p, WRITE_32, RAM, data, sizeof data);
    assert_last(p, STATUS_OK, 0);
    for (size_t at = 0; at < sizeof data; at += 4096) {
        read_block(p, READ_32, RAM + (uint32_t)at, 4096);
        assert_memory_equal(p->reply, data + at, 4096);
    }
    // Beyond the end of the memory the rest is swallowed.
    uint32_t fault;
    write_block(p, WRITE_32, RAM + 0x1f000, data, sizeof data);
    assert_int_equal(last_status(p, &fault), AP_FAULT);
    read_block(p, READ_32, RAM + 0x1fffc, 4);
    assert_memory_equal(p->reply, data + 4092, 4);
    probe_close(p);
}

// 5.2: the data phase takes place, whatever becomes of it.
static void what_is_not_aligned_is_refused(void **state)
{
    static const struct {
        uint8_t op;
        uint32_t addr;
        size_t len;
    } cases[] = {{READ_32, RAM + 2, 8},
                 {READ_32, RAM, 6},
                 {READ_16, RAM + 1, 4},
                 {READ_16, RAM, 3},
                 {READ_32_STILL, RAM + 1, 4}};
    static const uint8_t data[8];
    (void)state;
    struct probe *p = entered("");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        read_block(p, cases[i].op, cases[i].addr, cases[i].len);
        assert_last(p, ALIGNMENT, 0);
    }
    write_block(p, WRITE_32, RAM + 2, data, 8);
    assert_last(p, ALIGNMENT, 0);
    write_block(p, WRITE_16, RAM + 1, data, 8);
    assert_last(p, ALIGNMENT, 0);
    read_block(p, READ_8, RAM + 1, 3); // bytes fit everywhere
    assert_last(p, STATUS_OK, 0);
    probe_close(p);
}

static void a_fault_names_its_address_and_all_is_sent(void **state)
{
    (void)state;
    struct probe *p = entered("");
    static const uint8_t data[64] = {1};
    uint32_t v;
    read_block(p, READ_32, NOWHERE, 64);
    assert_last(p, AP_FAULT, NOWHERE);
    read_block(p, READ_32, RAM + 4096 - 16, 64); // runs off the end
    assert_last(p, AP_FAULT, RAM + 4096);
    write_block(p, WRITE_32, NOWHERE + 8, data, 64);
    assert_int_equal(last_status(p, &v), AP_FAULT);
    // The firmware has tidied up: the next access works.
    assert_int_equal(probe_read32(p, RAM, &v), STATUS_OK);
    read_block(p, READ_32, RAM, 8);
    assert_last(p, STATUS_OK, 0);
    probe_close(p);
}

// 4.3: it is about the last memory command, whatever came after it.
static void the_last_status_stays(void **state)
{
    (void)state;
    struct probe *p = entered("");
    uint32_t v;
    read_block(p, READ_32, NOWHERE, 4);
    probe_read32(p, RAM, &v);
    probe_mode(p);
    assert_int_equal(COMMAND(p, 0xf2, 0x3b), SIM_USB_OK);
    EXPECT(p, AP_FAULT, 0);
    assert_int_equal(COMMAND(p, 0xf2, 0x3e), SIM_USB_OK);
    EXPECT(p, AP_FAULT, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0, 0);
    assert_last(p, AP_FAULT, NOWHERE); // asking does not change it
    read_block(p, READ_32, RAM, 4);
    assert_last(p, STATUS_OK, 0);
    probe_close(p);
}

// 2.4: from J32 on another access port can be named, and CSW be set for a block.
static void blocks_name_an_access_port_from_j32_on(void **state)
{
    static const struct {
        const char *board;
        uint8_t ap, status;
    } cases[] = {{"probe-fw=J36", 0, STATUS_OK},         {"probe-fw=J36", 1, BAD_AP},
                 {"probe-fw=J31", 1, STATUS_OK},         {"", 9, BAD_AP},
                 {"probe=v3,probe-fw=J1", 1, STATUS_OK}, {"probe=v3", 1, BAD_AP}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = entered(cases[i].board);
        uint32_t fault;
        probe_write32(p, RAM, 0x12345678);
        assert_int_equal(COMMAND(p, 0xf2, READ_32, 0, 0, 0, 0x20, 4, 0, cases[i].ap), SIM_USB_OK);
        assert_int_equal(p->len, 4);
        if (cases[i].status == STATUS_OK)
            assert_int_equal(get_le32(p->reply), 0x12345678);
        if (last_status(p, &fault) != cases[i].status)
            fail_msg("%s, access port %u", cases[i].board, cases[i].ap);
        probe_close(p);
    }
}

// The upper bits of CSW read back on a Cortex-M4 only.
static void a_block_can_bring_its_own_csw(void **state)
{
    (void)state;
    struct probe *p = entered("probe-fw=J36,dpidr=0x2ba01477");
    uint32_t csw;
    read_block(p, READ_32, RAM, 4);
    assert_int_equal(probe_read_port(p, 0, 0, &csw), STATUS_OK);
    assert_int_equal(csw & 0xff000000, 0x23000000);
    assert_int_equal(COMMAND(p, 0xf2, READ_32, 0, 0, 0, 0x20, 4, 0, 0, 0, 0, 0x43), SIM_USB_OK);
    assert_int_equal(probe_read_port(p, 0, 0, &csw), STATUS_OK);
    assert_int_equal(csw & 0xff000000, 0x43000000);
    read_block(p, READ_32, RAM, 4);
    assert_int_equal(probe_read_port(p, 0, 0, &csw), STATUS_OK);
    assert_int_equal(csw & 0xff000000, 0x23000000);
    probe_close(p);
}

// A host that splits the data of a block into several transfers.
static void the_data_of_a_block_may_come_in_pieces(void **state)
{
    (void)state;
    struct probe *p = entered("");
    uint8_t data[200];
    fill(data, sizeof data);
    assert_int_equal(block(p, WRITE_32, RAM, sizeof data), SIM_USB_NAK);
    for (size_t at = 0; at < sizeof data; at += 64) {
        size_t part = sizeof data - at < 64 ? sizeof data - at : 64;
        assert_int_equal(probe_send(p, data + at, part), SIM_USB_OK);
    }
    assert_last(p, STATUS_OK, 0);
    read_block(p, READ_32, RAM, sizeof data);
    assert_memory_equal(p->reply, data, sizeof data);
    probe_close(p);
}

// 6.5: halfwords go straight into the flash; the bus says WAIT, and the firmware asks again.
static void a_block_of_halfwords_programs_flash_at_its_own_pace(void **state)
{
    static const uint32_t unlock[][2] = {
        {0x40022004, 0x45670123}, {0x40022004, 0xcdef89ab}, {0x40022010, 1}};
    (void)state;
    struct probe *p = entered("");
    uint8_t data[64];
    fill(data, sizeof data);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(probe_write32(p, unlock[i][0], unlock[i][1]), STATUS_OK);
    uint64_t before = sim_board_now_ns(p->board);
    write_block(p, WRITE_16, 0x08000400, data, sizeof data);
    assert_last(p, STATUS_OK, 0);
    assert_true(sim_board_now_ns(p->board) - before > 31 * 53000);
    assert_true(sim_board_account(p->board)->swd_waits > 30);
    read_block(p, READ_32, 0x08000400, sizeof data);
    assert_memory_equal(p->reply, data, sizeof data);
    probe_close(p);
}

// ---- 2.3: words and registers -------------------------------------------------------------------

static void single_words_carry_their_status(void **state)
{
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(COMMAND(p, 0xf2, 0x35, 0x10, 0, 0, 0x20, 0x78, 0x56, 0x34, 0x12), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(COMMAND(p, 0xf2, 0x36, 0x10, 0, 0, 0x20), SIM_USB_OK);
    EXPECT(p, 0x80, 0, 0, 0, 0x78, 0x56, 0x34, 0x12);
    assert_int_equal(STATUS(p, 0xf2, 0x36, 0, 0, 0, 0x60), AP_FAULT);
    assert_int_equal(p->len, 8);
    assert_int_equal(STATUS(p, 0xf2, 0x36, 0x02, 0, 0, 0x20), ALIGNMENT);
    assert_int_equal(STATUS(p, 0xf2, 0x35, 0x02, 0, 0, 0x20), ALIGNMENT);
    assert_int_equal(STATUS(p, 0xf2, 0x36, 0x10, 0, 0, 0x20), STATUS_OK);
    probe_close(p);
}

// As in the captures: bytes 2 and 3 of 36's reply are those of the last block, be it read or
// written, whatever 3E or other words come between.
static void a_single_word_brings_two_bytes_of_the_last_block(void **state)
{
    static const uint8_t first[8] = {0x16, 0x64, 0x18, 0x10, 5, 6, 7, 8}, second[4] = {1, 2, 3, 4};
    (void)state;
    uint32_t fault, value;
    struct probe *p = entered("");
    assert_int_equal(probe_read32(p, RAM, &value), STATUS_OK);
    assert_int_equal(get_le16(&p->reply[2]), 0);
    write_block(p, WRITE_32, RAM, first, sizeof first);
    assert_int_equal(last_status(p, &fault), STATUS_OK);
    assert_int_equal(probe_read32(p, RAM + 4, &value), STATUS_OK);
    EXPECT(p, 0x80, 0x00, 0x18, 0x10, 5, 6, 7, 8);
    write_block(p, WRITE_32, RAM + 16, second, sizeof second);
    assert_int_equal(probe_write32(p, RAM + 32, 0x99999999), STATUS_OK);
    assert_int_equal(probe_read32(p, RAM, &value), STATUS_OK);
    EXPECT(p, 0x80, 0x00, 3, 4, 0x16, 0x64, 0x18, 0x10);
    read_block(p, READ_32, RAM, 8);
    assert_int_equal(probe_read32(p, RAM + 16, &value), STATUS_OK);
    EXPECT(p, 0x80, 0x00, 0x18, 0x10, 1, 2, 3, 4);
    probe_close(p);
}

static void core_registers_are_read_and_written(void **state)
{
    (void)state;
    struct probe *p = entered("firmware=count");
    assert_int_equal(probe_write32(p, DHCSR, HALT), STATUS_OK);
    assert_int_equal(COMMAND(p, 0xf2, 0x34, 0x04, 0xef, 0xbe, 0xad, 0xde), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(COMMAND(p, 0xf2, 0x33, 0x04), SIM_USB_OK);
    EXPECT(p, 0x80, 0, 0, 0, 0xef, 0xbe, 0xad, 0xde);
    probe_close(p);
}

// 88 bytes: r0 to r15, xPSR, MSP, PSP and the special registers from offset 4.
static void all_registers_come_at_once(void **state)
{
    (void)state;
    struct probe *p = entered("firmware=count");
    probe_write32(p, DHCSR, HALT);
    for (uint8_t r = 0; r < 13; r++)
        assert_int_equal(STATUS(p, 0xf2, 0x34, r, (uint8_t)(r + 0x40), 0x11, 0x22, 0x33),
                         STATUS_OK);
    assert_int_equal(COMMAND(p, 0xf2, 0x3a), SIM_USB_OK);
    assert_int_equal(p->len, 88);
    assert_int_equal(get_le32(p->reply), STATUS_OK);
    for (uint32_t r = 0; r < 13; r++)
        assert_int_equal(get_le32(&p->reply[4 + 4 * r]), 0x33221140 + r);
    uint32_t sp = get_le32(&p->reply[4 + 4 * 13]), pc = get_le32(&p->reply[4 + 4 * 15]);
    assert_int_equal(sp, 0x20001000);
    assert_in_range(pc, 0x080000c0, 0x08000200);
    assert_int_equal(get_le32(&p->reply[4 + 4 * 16]) & 1u << 24, 1u << 24); // Thumb
    assert_int_equal(get_le32(&p->reply[4 + 4 * 17]), sp);                  // MSP is in use
    probe_close(p);
}

// On the wires of a real V2J17 the command reads REGSEL 0, 1, 2 and so on to 0x14, 0x13 among them:
// word i of the reply is REGSEL i, so CONTROL and PRIMASK are word 20.
static void word_i_of_all_registers_is_regsel_i(void **state)
{
    static const char *const boards[] = {"firmware=count,probe-fw=J17", "firmware=count",
                                         "firmware=count,probe=v3"};
    (void)state;
    for (unsigned i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct probe *p = entered(boards[i]);
        probe_write32(p, DHCSR, HALT);
        assert_int_equal(STATUS(p, 0xf2, 0x34, 18, 0x80, 0x05, 0x00, 0x20), STATUS_OK); // PSP
        assert_int_equal(STATUS(p, 0xf2, 0x34, 20, 0x01, 0, 0, 0x02), STATUS_OK);
        assert_int_equal(COMMAND(p, 0xf2, 0x3a), SIM_USB_OK);
        assert_int_equal(p->len, 88);
        uint8_t all[88];
        memcpy(all, p->reply, sizeof all);
        for (uint8_t r = 0; r <= 20; r++) {
            if (r == 19) // which there is not: what stands in DCRDR
                continue;
            assert_int_equal(STATUS(p, 0xf2, 0x33, r), STATUS_OK);
            assert_memory_equal(&all[4 + 4 * r], &p->reply[4], 4);
        }
        assert_int_equal(get_le32(&all[4 + 4 * 20]), 0x02000001);
        assert_int_equal(get_le32(&all[4 + 4 * 18]), 0x20000580);
        probe_close(p);
    }
}

// 4.6: a running core never hands a register over, and the firmware does not say so.
static void registers_of_a_running_core_are_stale(void **state)
{
    (void)state;
    struct probe *p = entered("firmware=count");
    probe_write32(p, DHCSR, 0xa05f0001);
    assert_int_equal(COMMAND(p, 0xf2, 0x33, 0x02), SIM_USB_OK);
    assert_int_equal(p->len, 8);
    assert_int_equal(p->reply[0], STATUS_OK);
    probe_close_after(p, sim_board_account(p->board)->violation_count);
}

// ---- 2.5: scatter and gather --------------------------------------------------------------------

enum { SET_ADDRESS = 1, WRITE = 2, READ = 3, SET_AP = 5 };

static enum sim_usb_status misc(struct probe *p, const uint8_t *ops, const uint32_t *payload,
                                unsigned items)
{
    static uint8_t data[8192];
    uint8_t c[6] = {0xf2, 0x51};
    size_t ops_len = (items + 3u) & ~3u;
    put_le32(&c[2], items);
    memset(data, 0, sizeof data);
    memcpy(data, ops, items);
    for (unsigned i = 0; i < items; i++)
        put_le32(&data[ops_len + 4 * i], payload[i]);
    assert_int_equal(probe_command(p, c, sizeof c), SIM_USB_NAK);
    return probe_send(p, data, ops_len + 4 * items);
}

static void the_most_items_depend_on_the_model(void **state)
{
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(COMMAND(p, 0xf2, 0x53), SIM_USB_OK);
    EXPECT(p, 64, 0);
    probe_close(p);
    p = entered("probe=v3");
    assert_int_equal(COMMAND(p, 0xf2, 0x53), SIM_USB_OK);
    EXPECT(p, 0xcb, 0x04); // 1227
    probe_close(p);
}

static void a_list_of_operations_is_carried_out(void **state)
{
    static const uint8_t ops[] = {SET_AP,      SET_ADDRESS, WRITE, WRITE, READ,
                                  SET_ADDRESS, WRITE,       READ,  READ};
    static const uint32_t payload[] = {0,       RAM,        0x11111111, 0x22222222, RAM,
                                       RAM + 8, 0x33333333, RAM + 8,    NOWHERE};
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(misc(p, ops, payload, 9), SIM_USB_OK);
    assert_int_equal(COMMAND(p, 0xf2, 0x52), SIM_USB_OK);
    assert_int_equal(p->len, 72);
    static const uint32_t results[9] = {
        [4] = 0x22222222, [7] = 0x33333333}; // the address does not move
    for (unsigned i = 0; i < 9; i++) {
        assert_int_equal(get_le32(&p->reply[4 * i]), results[i]);
        assert_int_equal(get_le32(&p->reply[36 + 4 * i]), i == 8 ? AP_FAULT : STATUS_OK);
    }
    probe_close(p);
}

static void the_longest_list_works(void **state)
{
    static uint8_t ops[1227];
    static uint32_t payload[1227];
    (void)state;
    memset(ops, READ, sizeof ops);
    for (unsigned i = 0; i < 1227; i++)
        payload[i] = RAM + 4 * (i % 1000);
    struct probe *p = entered("probe=v3");
    assert_int_equal(misc(p, ops, payload, 1227), SIM_USB_OK);
    uint8_t room[8 * 1227], command[16] = {0xf2, 0x52};
    size_t len;
    bool overflow;
    assert_int_equal(probe_send(p, command, 16), SIM_USB_OK);
    assert_int_equal(sim_board_usb_in(p->board, EP_IN, room, sizeof room, &len, &overflow),
                     SIM_USB_OK);
    assert_int_equal(len, sizeof room);
    assert_int_equal(get_le32(&room[4 * (2 * 1227 - 1)]), STATUS_OK);
    probe_close(p);
}

static void a_longer_list_is_not_answered(void **state)
{
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(COMMAND(p, 0xf2, 0x51, 65, 0, 0, 0), SIM_USB_NAK);
    sim_board_wait_ns(p->board, 1000000000);
    assert_int_equal(probe_receive(p), SIM_USB_NAK);
    probe_close(p);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_every_width_go_there_and_back),
        cmocka_unit_test(a_single_byte_comes_with_a_companion),
        cmocka_unit_test(blocks_cross_one_kib),
        cmocka_unit_test(the_address_can_stand_still),
        cmocka_unit_test(blocks_have_their_limits),
        cmocka_unit_test(words_are_written_in_blocks_of_any_length),
        cmocka_unit_test(what_is_not_aligned_is_refused),
        cmocka_unit_test(a_fault_names_its_address_and_all_is_sent),
        cmocka_unit_test(the_last_status_stays),
        cmocka_unit_test(blocks_name_an_access_port_from_j32_on),
        cmocka_unit_test(a_block_can_bring_its_own_csw),
        cmocka_unit_test(the_data_of_a_block_may_come_in_pieces),
        cmocka_unit_test(a_block_of_halfwords_programs_flash_at_its_own_pace),
        cmocka_unit_test(single_words_carry_their_status),
        cmocka_unit_test(a_single_word_brings_two_bytes_of_the_last_block),
        cmocka_unit_test(core_registers_are_read_and_written),
        cmocka_unit_test(all_registers_come_at_once),
        cmocka_unit_test(word_i_of_all_registers_is_regsel_i),
        cmocka_unit_test(registers_of_a_running_core_are_stale),
        cmocka_unit_test(the_most_items_depend_on_the_model),
        cmocka_unit_test(a_list_of_operations_is_carried_out),
        cmocka_unit_test(the_longest_list_works),
        cmocka_unit_test(a_longer_list_is_not_answered),
    };
    return cmocka_run_group_tests_name("sim_stlink_mem", tests, NULL, NULL);
}
