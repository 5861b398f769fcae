// SPDX-License-Identifier: MIT
// SWO from the chip's pin through the wire into the virtual ST-LINK and out of its trace endpoint:
// the receiver, the commands, the wire, the pin. Commands, replies and bytes are those captured of
// a ST-LINK/V2 J16 with an STM32L152.
#include "sim/board/link.h"
#include "sim/probe/uart_rx.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

enum { TRACE_V2 = 0x83, TRACE_OTHERS = 0x82 };

#define RCC_CR    0x40021000u
#define RCC_CFGR  0x40021004u
#define DBGMCU_CR 0xe0042004u
#define TRACE_ON  0x27u
#define DHCSR     0xe000edf0u
#define DEMCR     0xe000edfcu
#define CODE      0x20000100u
#define STIM_0    0xe0000000u

// ---- the receiver -------------------------------------------------------------------------------

struct line {
    struct sim_uart_rx rx;
    uint64_t now_ps;
    bool level;
    uint8_t got[64];
    unsigned count;
};

static void note_byte(void *arg, uint8_t byte, uint64_t at_ps)
{
    struct line *l = arg;
    (void)at_ps;
    assert_true(l->count < sizeof l->got);
    l->got[l->count++] = byte;
}

static void drive(struct line *l, bool level, uint64_t ps)
{
    if (level != l->level)
        sim_uart_rx_edge(&l->rx, l->now_ps, level);
    l->level = level;
    l->now_ps += ps;
}

static void expect_received(const char *sent, size_t len, unsigned sent_hz, unsigned listens_hz,
                            const char *got, size_t got_len)
{
    struct line l = {.level = true, .now_ps = 1000000};
    uint64_t bit_ps = 1000000000000u / sent_hz;
    l.rx = (struct sim_uart_rx){
        .bit_ps = 1000000000000u / listens_hz, .received = note_byte, .arg = &l};
    sim_uart_rx_start(&l.rx, true);
    for (size_t i = 0; i < len; i++) {
        unsigned bits = (unsigned)(uint8_t)sent[i] << 1 | 1u << 9;
        for (unsigned k = 0; k < 10; k++)
            drive(&l, bits >> k & 1, bit_ps);
    }
    sim_uart_rx_run(&l.rx, l.now_ps + 10 * l.rx.bit_ps);
    assert_int_equal(l.count, got_len);
    assert_memory_equal(l.got, got, got_len);
}

#define RECEIVED(sent, sent_hz, listens_hz, got)                                                   \
    expect_received(sent, sizeof sent - 1, sent_hz, listens_hz, got, sizeof got - 1)

static void bytes_at_the_same_rate_arrive(void **state)
{
    (void)state;
    RECEIVED("\x01\x38", 2000000, 2000000, "\x01\x38");
    RECEIVED("\0\0\0\0\0\x80", 2000000, 2000000, "\0\0\0\0\0\x80");
    RECEIVED("\xff\x55\xaa\x00", 2000000, 2060000, "\xff\x55\xaa\x00"); // 3 % are no matter
    RECEIVED("\xff\x55\xaa\x00", 2000000, 1940000, "\xff\x55\xaa\x00");
}

// The program sends at 24 MHz / 8 with an oscillator that is a little slow, the probe listens at 2
// Mbit/s: what a ST-LINK/V2 has captured of that.
static void another_rate_gives_the_garbage_that_was_captured(void **state)
{
    (void)state;
    RECEIVED("\0\0\0\0\0\x80", 3000000, 2000000, "\x20\x20\x20");
    RECEIVED("\0\0\0\0\0\x80", 2940000, 2000000, "\x20\x20\x20");
    RECEIVED("\x01\x31", 2940000, 2000000, "\x60\xff");
    RECEIVED("\x01\x32", 2940000, 2000000, "\xa0\xff");
    RECEIVED("\x01\x33", 2940000, 2000000, "\xe0\xff");
    RECEIVED("\x01\x34", 2940000, 2000000, "\x20\xfd");
    RECEIVED("\x01\x35", 2940000, 2000000, "\x60\xfd");
    RECEIVED("\x01\x36", 2940000, 2000000, "\xa0\xfd");
    RECEIVED("\x01\x37", 2940000, 2000000, "\xe0\xfd");
}

static void a_line_that_stays_low_is_one_byte(void **state)
{
    struct line l = {.level = true};
    (void)state;
    l.rx = (struct sim_uart_rx){.bit_ps = 500000, .received = note_byte, .arg = &l};
    sim_uart_rx_start(&l.rx, true);
    drive(&l, false, 100000000);
    drive(&l, true, 100000000);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.got[0], 0);
    drive(&l, false, 200000); // a glitch: shorter than half a bit
    drive(&l, true, 100000000);
    sim_uart_rx_run(&l.rx, l.now_ps);
    assert_int_equal(l.count, 1);
}

// ---- a board ------------------------------------------------------------------------------------

static void poke(struct probe *p, uint32_t addr, uint32_t value)
{
    assert_int_equal(probe_write32(p, addr, value), STATUS_OK);
}

// As ST's utility does it: a block of a word, and how it went.
static void put_word(struct probe *p, uint32_t addr, uint32_t value)
{
    uint8_t c[16] = {0xf2, 0x08, [6] = 4}, data[4];
    put_le32(&c[2], addr);
    put_le32(data, value);
    assert_int_equal(probe_send(p, c, sizeof c), SIM_USB_OK);
    assert_int_equal(probe_send(p, data, sizeof data), SIM_USB_OK);
    assert_int_equal(STATUS(p, 0xf2, 0x3e), STATUS_OK);
}

static void put_byte(struct probe *p, uint32_t addr, uint8_t value)
{
    uint8_t c[16] = {0xf2, 0x0d, [6] = 1};
    put_le32(&c[2], addr);
    assert_int_equal(probe_send(p, c, sizeof c), SIM_USB_OK);
    assert_int_equal(probe_send(p, &value, 1), SIM_USB_OK);
    assert_int_equal(STATUS(p, 0xf2, 0x3e), STATUS_OK);
}

// HSE 8 MHz times 3.
static void run_at_24_mhz(struct probe *p)
{
    poke(p, RCC_CR, 0x00010083);
    sim_board_wait_ns(p->board, 5000000);
    poke(p, RCC_CFGR, 0x00050000);
    poke(p, RCC_CR, 0x01010083);
    sim_board_wait_ns(p->board, 5000000);
    poke(p, RCC_CFGR, 0x00050002);
}

static void start_trace(struct probe *p, unsigned size, uint32_t baud)
{
    uint8_t c[8] = {0xf2, 0x40};
    put_le16(&c[2], (uint16_t)size);
    put_le32(&c[4], baud);
    assert_int_equal(probe_command(p, c, sizeof c), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
}

// The captured set-up, in its order, with the processor in a loop.
static void set_up_with(struct probe *p, uint32_t acpr, unsigned size, uint32_t baud)
{
    put_word(p, DEMCR, 0x01000000);
    put_word(p, DBGMCU_CR, TRACE_ON);
    put_word(p, 0xe0040004, 1);
    put_word(p, 0xe0040010, acpr);
    assert_int_equal(STATUS(p, 0xf2, 0x41), STATUS_OK);
    EXPECT(p, 0x80, 0x00);
    start_trace(p, size, baud);
    put_word(p, 0xe00400f0, 2);
    put_word(p, 0xe0040304, 0);
    put_word(p, 0xe0000fb0, 0xc5acce55);
    put_word(p, 0xe0000e80, 0x00010005);
    put_word(p, 0xe0000e00, 1);
    put_word(p, 0xe0000e40, 1);
    put_word(p, 0xe0001000, 0x40000001);
}

static struct probe *open_board(const char *text)
{
    struct probe *p = probe_open(text);
    assert_int_equal(probe_enter(p), STATUS_OK);
    poke(p, DHCSR, 0xa05f0003);
    run_at_24_mhz(p);
    poke(p, CODE, 0xe7fee7fe); // b .
    assert_int_equal(STATUS(p, 0xf2, 0x34, 15, 0x00, 0x01, 0x00, 0x20), STATUS_OK);
    poke(p, DHCSR, 0xa05f0001);
    return p;
}

static struct probe *open_traced(const char *text)
{
    struct probe *p = open_board(text);
    set_up_with(p, 11, 4096, 2000000);
    return p;
}

static unsigned count_trace(struct probe *p)
{
    assert_int_equal(COMMAND(p, 0xf2, 0x42), SIM_USB_OK);
    assert_int_equal(p->len, 2);
    return get_le16(p->reply);
}

static enum sim_usb_status fetch(struct probe *p, uint8_t *data, size_t room, size_t *len)
{
    bool overflow;
    uint8_t ep = p->ep_out == EP_OUT_V2 ? TRACE_V2 : TRACE_OTHERS;
    enum sim_usb_status status = sim_board_usb_in(p->board, ep, data, room, len, &overflow);
    assert_false(overflow);
    return status;
}

static void expect_trace(struct probe *p, const char *bytes, size_t len)
{
    uint8_t data[4096];
    size_t got;
    sim_board_wait_ns(p->board, 1000000);
    assert_int_equal(count_trace(p), len);
    if (!len)
        return;
    assert_int_equal(fetch(p, data, len, &got), SIM_USB_OK);
    assert_int_equal(got, len);
    assert_memory_equal(data, bytes, len);
    assert_int_equal(fetch(p, data, 64, &got), SIM_USB_NAK);
}

#define TRACE(p, bytes) expect_trace(p, bytes, sizeof bytes - 1)

static void the_captured_session_gives_the_captured_bytes(void **state)
{
    static const char *const boards[] = {"stm32f103c8,probe=v2,probe-fw=V2J16S0",
                                         "stm32f103c8,probe=v2-1", "stm32f105rb,probe=v3",
                                         "stm32f100rb", "stm32f103zg"};
    (void)state;
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct probe *p = open_traced(boards[i]);
        TRACE(p, "");
        put_byte(p, STIM_0, '8');
        TRACE(p, "\x01\x38");
        put_byte(p, STIM_0, '9');
        put_byte(p, STIM_0, '0');
        TRACE(p, "\x01\x39\x01\x30");
        put_word(p, 0xe0001000, 0x40000401); // a synchronization each 2^24 cycles: 0.699 s
        sim_board_wait_ns(p->board, 699050667 - 20000000);
        TRACE(p, "");
        sim_board_wait_ns(p->board, 20000000);
        TRACE(p, "\0\0\0\0\0\x80");
        sim_board_wait_ns(p->board, 699050667 - 20000000);
        put_byte(p, STIM_0, '0');
        sim_board_wait_ns(p->board, 20000000);
        TRACE(p, "\x01\x30\0\0\0\0\0\x80");
        assert_int_equal(STATUS(p, 0xf2, 0x41), STATUS_OK);
        put_byte(p, STIM_0, '1');
        TRACE(p, "");
        probe_close(p);
    }
}

static void a_program_with_another_rate_is_garbage(void **state)
{
    (void)state;
    struct probe *p = open_traced("stm32f103c8");
    put_word(p, 0xe0040010, 7);
    put_word(p, 0xe0001000, 0x40000401);
    put_word(p, 0xe0001004, 0x00f00000);
    sim_board_wait_ns(p->board, 50000000);
    TRACE(p, "\x20\x20\x20");
    start_trace(p, 4096, 3000000); // a V2 cannot do that, and loses every second byte
    put_word(p, 0xe0001004, 0x00f00000);
    sim_board_wait_ns(p->board, 50000000);
    TRACE(p, "\0\0\0");
    probe_close(p);
}

static void a_v3_is_faster(void **state)
{
    (void)state;
    struct probe *p = open_traced("stm32f103c8,probe=v3");
    put_word(p, 0xe0040010, 1);
    start_trace(p, 4096, 12000000);
    put_word(p, 0xe0001000, 0x40000401);
    put_word(p, 0xe0001004, 0x00f00000);
    sim_board_wait_ns(p->board, 50000000);
    TRACE(p, "\0\0\0\0\0\x80");
    probe_close(p);
}

static void what_waits_goes_in_as_many_transfers_as_the_host_likes(void **state)
{
    uint8_t data[256];
    size_t len;
    (void)state;
    struct probe *p = open_traced("stm32f103c8");
    for (unsigned i = 0; i < 50; i++)
        put_byte(p, STIM_0, (uint8_t)i);
    assert_int_equal(count_trace(p), 100);
    put_byte(p, STIM_0, 50); // came later: not part of it
    assert_int_equal(fetch(p, data, 64, &len), SIM_USB_OK);
    assert_int_equal(len, 64);
    assert_int_equal(fetch(p, data + 64, 64, &len), SIM_USB_OK);
    assert_int_equal(len, 36);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(data[i], i % 2 ? i / 2 : 1);
    TRACE(p, "\x01\x32");
    probe_close(p);
}

// A model after reports: the ring begins anew, and the count goes on.
static void a_host_that_is_too_slow_gets_what_was_written_over(void **state)
{
    uint8_t data[64];
    size_t len;
    (void)state;
    struct probe *p = open_board("stm32f103c8");
    set_up_with(p, 11, 16, 2000000);
    for (unsigned i = 0; i < 12; i++)
        put_byte(p, STIM_0, (uint8_t)(0x40 + i));
    assert_int_equal(count_trace(p), 24);
    assert_int_equal(fetch(p, data, 24, &len), SIM_USB_OK);
    assert_int_equal(len, 24);
    assert_memory_equal(data, "\x01\x48\x01\x49\x01\x4a\x01\x4b\x01\x44\x01\x45", 12);
    probe_close(p);
}

static void a_host_that_never_reads_locks_the_receiver(void **state)
{
    uint8_t data[64];
    size_t len;
    (void)state;
    struct probe *p = open_traced("stm32f103c8");
    put_word(p, 0xe0000e80, 0x0001000d);
    put_word(p, 0xe0001000, 0x4000101f); // PC samples each 1024 cycles: 117 KB/s
    sim_board_wait_ns(p->board, 700000000);
    assert_int_equal(count_trace(p), 65535);
    assert_int_equal(fetch(p, data, 64, &len), SIM_USB_NAK);
    put_word(p, 0xe0001000, 0x40000001);
    assert_int_equal(count_trace(p), 65535);
    start_trace(p, 4096, 2000000);
    put_byte(p, STIM_0, '8');
    TRACE(p, "\x01\x38");
    probe_close(p);
}

// ---- who has no trace ---------------------------------------------------------------------------

static void commands_need_their_firmware_and_debug_mode(void **state)
{
    (void)state;
    struct probe *p = probe_open("stm32f103c8,probe=v2,probe-fw=V2J12S0");
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(COMMAND(p, 0xf2, 0x42), SIM_USB_STALL);
    probe_close(p);
    p = probe_open("stm32f103c8,probe=v2-1");
    assert_int_equal(COMMAND(p, 0xf2, 0x42), SIM_USB_STALL);
    sim_board_usb_clear_halt(p->board, EP_IN);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(STATUS(p, 0xf2, 0x40, 0, 16), 0x08); // no baud rate
    assert_int_equal(count_trace(p), 0);
    probe_close(p);
}

static void leaving_debug_mode_ends_the_trace(void **state)
{
    (void)state;
    struct probe *p = open_traced("stm32f103c8");
    put_byte(p, STIM_0, '8');
    probe_exit(p);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(count_trace(p), 0);
    put_byte(p, STIM_0, '8');
    TRACE(p, "");
    probe_close(p);
}

static void a_cortex_m0_has_no_pin_for_it(void **state)
{
    (void)state;
    bool level;
    struct probe *p = probe_open("stm32f031k6");
    assert_int_equal(probe_enter(p), STATUS_OK);
    poke(p, 0x40021014, 0x00040014); // the clock of port B, on which PB3 is SPI1_SCK
    poke(p, 0x48000400, 0x00000080);
    assert_false(sim_chip_swo(sim_board_chip(p->board), &level));
    start_trace(p, 4096, 2000000);
    sim_board_wait_ns(p->board, 10000000);
    TRACE(p, "");
    probe_close(p);
}

static void the_pin_has_to_be_given_to_trace(void **state)
{
    (void)state;
    struct probe *p = open_traced("stm32f103c8");
    put_word(p, DBGMCU_CR, 0x07); // the trace port has no clock: what waits, waits
    put_byte(p, STIM_0, '8');
    TRACE(p, "");
    put_word(p, DBGMCU_CR, TRACE_ON);
    put_byte(p, STIM_0, '9');
    TRACE(p, "\x01\x38\x01\x39");
    put_word(p, DBGMCU_CR, 0x67); // for parallel trace: it leaves by other pins
    put_byte(p, STIM_0, '8');
    TRACE(p, "");
    put_word(p, DBGMCU_CR, TRACE_ON);
    put_byte(p, STIM_0, '9');
    TRACE(p, "\x01\x39");
    probe_close(p);
}

static void without_the_pin_a_stimulus_port_gets_full(void **state)
{
    (void)state;
    unsigned written = 0;
    uint32_t ready = 1;
    struct probe *p = probe_open("stm32f407vg");
    assert_int_equal(probe_enter(p), STATUS_OK);
    set_up_with(p, 7, 4096, 2000000); // 16 MHz
    put_word(p, DBGMCU_CR, 0x07);
    while (ready && written < 20) {
        put_byte(p, STIM_0, (uint8_t)written++);
        assert_int_equal(probe_read32(p, STIM_0, &ready), STATUS_OK);
    }
    assert_int_equal(written, 9); // 16 bytes, and one packet that waits
    put_word(p, DBGMCU_CR, TRACE_ON);
    TRACE(p, "\1\0\1\1\1\2\1\3\1\4\1\5\1\6\1\7\1\x08");
    probe_close(p);
}

// On PB3 in all families, each with the clock that it has after a reset.
static void every_family_with_trace_has_the_pin(void **state)
{
    static const struct {
        const char *board;
        uint32_t hz, baud;
    } rows[] = {{"stm32f103c8", 8000000, 2000000},  {"stm32f103re", 8000000, 2000000},
                {"stm32f103zg", 8000000, 2000000},  {"stm32f105rb", 8000000, 2000000},
                {"stm32f100rb", 8000000, 2000000},  {"stm32f205rb", 16000000, 2000000},
                {"stm32f303cc", 8000000, 2000000},  {"stm32f373cc", 8000000, 2000000},
                {"stm32f407vg", 16000000, 2000000}, {"stm32f411ce", 16000000, 2000000},
                {"stm32l152rb", 2097152, 1048576},  {"stm32l476rg", 4000000, 2000000},
                {"stm32g474re", 16000000, 2000000}, {"stm32wb55rg", 4000000, 2000000},
                {"stm32wle5jc", 4000000, 2000000}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct probe *p = probe_open(rows[i].board);
        assert_int_equal(probe_enter(p), STATUS_OK);
        poke(p, DHCSR, 0xa05f0003);
        set_up_with(p, rows[i].hz / rows[i].baud - 1, 4096, rows[i].baud);
        put_byte(p, STIM_0, '8');
        TRACE(p, "\x01\x38");
        probe_close(p);
    }
}

static void where_a_pin_has_functions_pb3_must_have_its_own(void **state)
{
    (void)state;
    struct probe *p = probe_open("stm32f303cc");
    assert_int_equal(probe_enter(p), STATUS_OK);
    poke(p, DHCSR, 0xa05f0003);
    set_up_with(p, 3, 4096, 2000000); // 8 MHz
    put_byte(p, STIM_0, '8');
    TRACE(p, "\x01\x38");
    poke(p, 0x40021014, 0x00040014); // the port's clock
    poke(p, 0x48000400, 0x00000200); // PB3 is an input
    put_byte(p, STIM_0, '9');
    TRACE(p, "");
    poke(p, 0x48000400, 0x00000280);
    put_byte(p, STIM_0, '0');
    TRACE(p, "\x01\x30");
    probe_close(p);
}

// ---- the wire -----------------------------------------------------------------------------------

static void a_wire_that_does_not_conduct_is_silent(void **state)
{
    static const char *const wires[] = {"open", "gnd", "vcc", "gnd@board", "vcc@board", "1000k"};
    (void)state;
    struct probe *p = open_traced("stm32f103c8");
    for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
        assert_int_equal(sim_board_set(p->board, "swo", wires[i]), ERR_OK);
        sim_board_wait_ns(p->board, 1000000);
        start_trace(p, 4096, 2000000);
        put_byte(p, STIM_0, '8');
        TRACE(p, "");
        assert_int_equal(sim_board_set(p->board, "swo", "ok"), ERR_OK);
        sim_board_wait_ns(p->board, 1000000);
        start_trace(p, 4096, 2000000);
        put_byte(p, STIM_0, '9');
        TRACE(p, "\x01\x39");
    }
    assert_int_equal(sim_board_set(p->board, "swo", "1k"), ERR_OK);
    put_byte(p, STIM_0, '8');
    TRACE(p, "\x01\x38");
    assert_int_equal(sim_board_set(p->board, "swo", "flaky"), ERR_USAGE);
    assert_int_equal(sim_board_set(p->board, "swo", "slow"), ERR_USAGE);
    assert_int_equal(sim_board_set(p->board, "cable", "out"), ERR_OK);
    sim_board_wait_ns(p->board, 1000000);
    TRACE(p, "");
    probe_close(p);
}

static void a_wire_that_falls_to_ground_is_one_byte(void **state)
{
    (void)state;
    struct probe *p = open_traced("stm32f103c8");
    assert_int_equal(sim_board_set(p->board, "swo", "gnd"), ERR_OK);
    TRACE(p, "\0");
    probe_close(p);
}

// ---- the link -----------------------------------------------------------------------------------

static void the_link_reads_the_endpoint(void **state)
{
    static const char *const boards[] = {"stm32f103c8,probe=v2", "stm32f103c8,probe=v3"};
    uint8_t data[64];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct probe *p = open_traced(boards[i]);
        struct usb_link link = sim_link_to(p->board);
        struct usb_trace_read r = {.in = data, .in_len = 2, .timeout_ms = 5};
        uint64_t before = usb_link_now_us(&link);
        assert_int_equal(usb_link_read_trace(&link, &r), ERR_TIMEOUT);
        assert_in_range(usb_link_now_us(&link) - before, 5000, 6100);
        put_byte(p, STIM_0, '8');
        assert_int_equal(count_trace(p), 2);
        assert_int_equal(usb_link_read_trace(&link, &r), ERR_OK);
        assert_int_equal(r.in_got, 2);
        assert_memory_equal(data, "\x01\x38", 2);
        r.in_len = USB_LINK_TRACE_MAX + 1;
        assert_int_equal(usb_link_read_trace(&link, &r), ERR_USAGE);
        usb_link_close(&link);
        probe_close(p);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_at_the_same_rate_arrive),
        cmocka_unit_test(another_rate_gives_the_garbage_that_was_captured),
        cmocka_unit_test(a_line_that_stays_low_is_one_byte),
        cmocka_unit_test(the_captured_session_gives_the_captured_bytes),
        cmocka_unit_test(a_program_with_another_rate_is_garbage),
        cmocka_unit_test(a_v3_is_faster),
        cmocka_unit_test(what_waits_goes_in_as_many_transfers_as_the_host_likes),
        cmocka_unit_test(a_host_that_is_too_slow_gets_what_was_written_over),
        cmocka_unit_test(a_host_that_never_reads_locks_the_receiver),
        cmocka_unit_test(commands_need_their_firmware_and_debug_mode),
        cmocka_unit_test(leaving_debug_mode_ends_the_trace),
        cmocka_unit_test(a_cortex_m0_has_no_pin_for_it),
        cmocka_unit_test(the_pin_has_to_be_given_to_trace),
        cmocka_unit_test(without_the_pin_a_stimulus_port_gets_full),
        cmocka_unit_test(every_family_with_trace_has_the_pin),
        cmocka_unit_test(where_a_pin_has_functions_pb3_must_have_its_own),
        cmocka_unit_test(a_wire_that_does_not_conduct_is_silent),
        cmocka_unit_test(a_wire_that_falls_to_ground_is_one_byte),
        cmocka_unit_test(the_link_reads_the_endpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
