// SPDX-License-Identifier: MIT
// Registers of the access port through the virtual ST-LINK's commands 45 and 46, as programs
// address them.
#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

#define SRAM 0x20000000u
#define CSW  0x00u
#define TAR  0x04u
#define IDR  0xfcu

static struct probe *open_in_debug_mode(void)
{
    struct probe *p = probe_open("stm32f031k6,probe=v2");
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(STATUS(p, 0xf2, 0x4b, 0x00), STATUS_OK);
    return p;
}

static void read_two_words(struct probe *p, uint32_t word[2])
{
    assert_int_equal(COMMAND(p, 0xf2, 0x07, 0x00, 0x00, 0x00, 0x20, 0x08, 0x00), SIM_USB_OK);
    assert_int_equal(p->len, 8);
    word[0] = get_le32(&p->reply[0]);
    word[1] = get_le32(&p->reply[4]);
}

// Black Magic Debug puts 0x1d00 to an access port's register numbers; the probe takes the low byte.
static void an_access_port_has_256_bytes_of_registers(void **state)
{
    static const unsigned upper[] = {0, 0x0100, 0x1d00, 0xff00};
    struct probe *p = open_in_debug_mode();
    (void)state;
    assert_int_equal(probe_write32(p, SRAM, 0x11111111), STATUS_OK);
    assert_int_equal(probe_write32(p, SRAM + 4, 0x22222222), STATUS_OK);
    for (size_t i = 0; i < sizeof upper / sizeof upper[0]; i++) {
        uint32_t value, word[2];
        assert_int_equal(probe_read_port(p, 0, upper[i] | IDR, &value), STATUS_OK);
        assert_int_equal(value, 0x04770021);
        assert_int_equal(probe_write_port(p, 0, upper[i] | TAR, SRAM + 8), STATUS_OK);
        assert_int_equal(probe_read_port(p, 0, upper[i] | TAR, &value), STATUS_OK);
        assert_int_equal(value, SRAM + 8);
        // A CSW without increment is noticed by the firmware, too.
        read_two_words(p, word);
        assert_int_equal(probe_write_port(p, 0, upper[i] | CSW, 0x23000002), STATUS_OK);
        read_two_words(p, word);
        assert_int_equal(word[0], 0x11111111);
        assert_int_equal(word[1], 0x22222222);
    }
    probe_close(p);
}

// IDR answers before INIT_AP, however it is addressed.
static void idr_needs_no_open_access_port(void **state)
{
    struct probe *p = probe_open("stm32f031k6,probe=v2");
    uint32_t value;
    (void)state;
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_read_port(p, 0, 0x1d00 | IDR, &value), STATUS_OK);
    assert_int_equal(value, 0x04770021);
    assert_int_not_equal(probe_read_port(p, 0, 0x1d00 | CSW, &value), STATUS_OK);
    probe_close(p);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_access_port_has_256_bytes_of_registers),
        cmocka_unit_test(idr_needs_no_open_access_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
