// SPDX-License-Identifier: MIT
// A host at the virtual ST-LINK's endpoints, for the tests of the probe side of sim/: raw commands,
// as doc/stlink-protocol.md has them, and the few that every test needs.
#ifndef SWDLINK_TESTS_SIM_PROBE_H
#define SWDLINK_TESTS_SIM_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "sim/board/board.h"

enum { EP_IN = 0x81, EP_OUT_V2 = 0x02, EP_OUT_OTHERS = 0x01 };
enum { STATUS_OK = 0x80, STATUS_NO_IDCODE = 0x09 };

struct probe {
    struct log log;
    struct sim_board *board;
    uint8_t ep_out;
    uint8_t reply[8192];
    size_t len; // of the last reply
};

static inline struct probe *probe_open(const char *text)
{
    struct probe *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->log = log_silent();
    if (sim_board_open(&p->board, text, &p->log) != ERR_OK)
        fail_msg("%s: %s", text, p->log.sentence);
    p->ep_out = sim_board_usb_pid(p->board) == 0x3748 ? EP_OUT_V2 : EP_OUT_OTHERS;
    return p;
}

// With the number of violations that the test expects.
static inline void probe_close_after(struct probe *p, unsigned violations)
{
    const struct sim_account *a = sim_board_account(p->board);
    for (unsigned i = 0; i < a->violation_count && a->violation_count != violations; i++)
        print_message("violation: %s\n", a->violations[i]);
    assert_int_equal(a->violation_count, violations);
    assert_int_equal(sim_board_close(p->board), ERR_OK);
    free(p);
}

static inline void probe_close(struct probe *p)
{
    probe_close_after(p, 0);
}

static inline enum sim_usb_status probe_send(struct probe *p, const void *data, size_t len)
{
    return sim_board_usb_out(p->board, p->ep_out, data, len);
}

static inline enum sim_usb_status probe_receive(struct probe *p)
{
    bool overflow;
    memset(p->reply, 0xee, sizeof p->reply);
    return sim_board_usb_in(p->board, EP_IN, p->reply, sizeof p->reply, &p->len, &overflow);
}

// A command of up to 16 bytes, padded with zeros; its reply, if there is one, is fetched.
static inline enum sim_usb_status probe_command(struct probe *p, const uint8_t *bytes, size_t len)
{
    uint8_t command[16] = {0};
    memcpy(command, bytes, len);
    assert_int_equal(probe_send(p, command, sizeof command), SIM_USB_OK);
    return probe_receive(p);
}

#define COMMAND(p, ...)                                                                            \
    probe_command(p, (const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__})

// The reply to a command, byte for byte.
#define EXPECT(p, ...)                                                                             \
    do {                                                                                           \
        const uint8_t wanted_[] = {__VA_ARGS__};                                                   \
        assert_int_equal((p)->len, sizeof wanted_);                                                \
        assert_memory_equal((p)->reply, wanted_, sizeof wanted_);                                  \
    } while (0)

static inline uint8_t probe_status_of(struct probe *p, enum sim_usb_status usb)
{
    assert_int_equal(usb, SIM_USB_OK);
    return p->reply[0];
}

#define STATUS(p, ...) probe_status_of(p, COMMAND(p, __VA_ARGS__))

static inline uint8_t probe_mode(struct probe *p)
{
    return STATUS(p, 0xf5);
}

// Out of the mode of power-up, into debug mode; the status of ENTER.
static inline uint8_t probe_enter(struct probe *p)
{
    if (probe_mode(p) == 0)
        assert_int_equal(COMMAND(p, 0xf3, 0x07), SIM_USB_NAK);
    return STATUS(p, 0xf2, 0x30, 0xa3);
}

static inline void probe_exit(struct probe *p)
{
    assert_int_equal(COMMAND(p, 0xf2, 0x21), SIM_USB_NAK);
}

static inline uint8_t probe_read32(struct probe *p, uint32_t addr, uint32_t *value)
{
    uint8_t c[6] = {0xf2, 0x36};
    put_le32(&c[2], addr);
    uint8_t status = probe_status_of(p, probe_command(p, c, sizeof c));
    assert_int_equal(p->len, 8);
    *value = get_le32(&p->reply[4]);
    return status;
}

static inline uint8_t probe_write32(struct probe *p, uint32_t addr, uint32_t value)
{
    uint8_t c[10] = {0xf2, 0x35};
    put_le32(&c[2], addr);
    put_le32(&c[6], value);
    return probe_status_of(p, probe_command(p, c, sizeof c));
}

enum { PORT_DP = 0xffff };

static inline uint8_t probe_read_port(struct probe *p, unsigned port, unsigned addr,
                                      uint32_t *value)
{
    uint8_t c[6] = {0xf2, 0x45};
    put_le16(&c[2], (uint16_t)port);
    put_le16(&c[4], (uint16_t)addr);
    uint8_t status = probe_status_of(p, probe_command(p, c, sizeof c));
    assert_int_equal(p->len, 8);
    *value = get_le32(&p->reply[4]);
    return status;
}

static inline uint8_t probe_write_port(struct probe *p, unsigned port, unsigned addr,
                                       uint32_t value)
{
    uint8_t c[10] = {0xf2, 0x46};
    put_le16(&c[2], (uint16_t)port);
    put_le16(&c[4], (uint16_t)addr);
    put_le32(&c[6], value);
    return probe_status_of(p, probe_command(p, c, sizeof c));
}

static inline unsigned probe_vtref_mv(struct probe *p)
{
    assert_int_equal(COMMAND(p, 0xf7), SIM_USB_OK);
    assert_int_equal(p->len, 8);
    uint32_t reference = get_le32(&p->reply[0]);
    return reference ? 2400 * get_le32(&p->reply[4]) / reference : 0;
}

// SWD_SET_FREQ of V2 and V2-1.
static inline void probe_set_divisor(struct probe *p, unsigned divisor)
{
    uint8_t c[4] = {0xf2, 0x43};
    put_le16(&c[2], (uint16_t)divisor);
    assert_int_equal(probe_status_of(p, probe_command(p, c, sizeof c)), STATUS_OK);
}

// How many of `count` readings of DPIDR come out right.
static inline unsigned probe_pass_count(struct probe *p, unsigned count)
{
    unsigned passed = 0;
    for (unsigned i = 0; i < count; i++) {
        uint32_t dpidr = 0;
        if (probe_mode(p) != 2)
            probe_enter(p);
        if (probe_mode(p) == 2 && probe_read_port(p, PORT_DP, 0, &dpidr) == STATUS_OK &&
            dpidr == 0x0bb11477)
            passed++;
        else
            probe_exit(p);
    }
    return passed;
}

#endif
