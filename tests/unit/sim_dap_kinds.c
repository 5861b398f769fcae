// SPDX-License-Identifier: MIT
// sim/wire/dap_kind.h at the wire: what the debug port of a Cortex-M0 answers and that of a
// Cortex-M4 does not, and the other way round, as captures of an nRF51822 and an STM32F429 show.
#include "base/bytes.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_swd_wire.h"

#define M4_DPIDR 0x2ba01477u

static void be_an_m4(struct bench *b)
{
    struct sim_identity id = *sim_chip_identity(b->chip);
    id.dpidr = M4_DPIDR;
    sim_chip_set_identity(b->chip, &id);
}

static void put_in_ram(struct bench *b, uint32_t addr, uint32_t value)
{
    uint8_t bytes[4];
    put_le32(bytes, value);
    assert_true(sim_chip_poke(b->chip, addr, bytes, sizeof bytes));
}

static void point_at(struct bench *b, uint32_t csw, uint32_t addr)
{
    write_ok(b, true, CSW, csw);
    write_ok(b, true, TAR, addr);
}

// ---- the result of a read -----------------------------------------------------------------------

static void an_m0_forgets_a_result_that_rdbuff_has_given(void **state)
{
    struct bench *b = *state;
    power_up(b);
    put_in_ram(b, RAM, 0x12345678);
    point_at(b, 2, RAM);
    assert_int_equal(read_ok(b, true, DRW), 0);
    assert_int_equal(read_ok(b, true, DRW), 0x12345678);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x12345678);
    assert_int_equal(read_ok(b, true, DRW), 0);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x12345678);
    assert_int_equal(read_ok(b, false, RESEND), 0x12345678);
}

static void an_m0_forgets_a_result_with_a_write(void **state)
{
    struct bench *b = *state;
    power_up(b);
    put_in_ram(b, RAM, 0x12345678);
    point_at(b, 2, RAM);
    read_ok(b, true, DRW);
    write_ok(b, true, TAR, RAM);
    assert_int_equal(read_ok(b, true, DRW), 0);
    // SELECT is no AP write: the chain goes on.
    write_ok(b, false, SELECT, 0xf0);
    assert_int_equal(read_ok(b, true, IDR), 0x12345678);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x04770021);
}

// Behind a write to BD2 or BD3 the first read gives BASE or IDR.
static void behind_a_write_to_a_banked_register_an_m0_shows_another(void **state)
{
    static const struct {
        unsigned banked;
        uint32_t shows;
    } cases[] = {{0x10, 0}, {0x14, 0}, {0x18, 0xe00ff003}, {0x1c, 0x04770021}};
    struct bench *b = *state;
    power_up(b);
    point_at(b, 2, RAM);
    write_ok(b, false, SELECT, 0x10);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_ok(b, true, cases[i].banked, 0x600df00d);
        assert_int_equal(read_ok(b, true, cases[i].banked), cases[i].shows);
        assert_int_equal(read_ok(b, false, RDBUFF), 0x600df00d);
    }
}

static void an_m4_keeps_it(void **state)
{
    struct bench *b = *state;
    be_an_m4(b);
    b->idle = 8;
    power_up(b);
    put_in_ram(b, RAM, 0x12345678);
    point_at(b, 2, RAM);
    read_ok(b, true, DRW);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x12345678);
    put_in_ram(b, RAM, 0x9abcdef0);
    write_ok(b, true, TAR, RAM);
    assert_int_equal(read_ok(b, true, DRW), 0x12345678);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x9abcdef0);
}

// ---- CSW and byte lanes -------------------------------------------------------------------------

static uint32_t csw_after(struct bench *b, uint32_t value)
{
    write_ok(b, true, CSW, value);
    read_ok(b, true, CSW);
    return read_ok(b, false, RDBUFF);
}

static void csw_of_an_m0_has_a_size_and_one_bit_of_increment(void **state)
{
    struct bench *b = *state;
    power_up(b);
    assert_int_equal(csw_after(b, 0xa2000020), 0x03000040);
    assert_int_equal(csw_after(b, 0xa2000012), 0x03000052);
    assert_int_equal(csw_after(b, 0x23000001), 0x03000041);
    assert_int_equal(csw_after(b, 0xffffffff), 0x03000053);
    assert_int_equal(csw_after(b, 0x00000000), 0x03000040);
}

static void csw_of_an_m4_keeps_its_upper_bits(void **state)
{
    struct bench *b = *state;
    be_an_m4(b);
    b->idle = 8;
    power_up(b);
    assert_int_equal(csw_after(b, 0x23000002), 0x23000042);
    assert_int_equal(csw_after(b, 0x22000022), 0x22000042); // packed: not in this model
}

// CSW 0: bytes; 1: halfwords.
static void a_byte_read_of_an_m0_brings_the_word_around_it(void **state)
{
    struct bench *b = *state;
    power_up(b);
    put_in_ram(b, RAM, 0x44332211);
    for (unsigned i = 0; i < 4; i++) {
        point_at(b, 0, RAM + i);
        read_ok(b, true, DRW);
        assert_int_equal(read_ok(b, false, RDBUFF), 0x44332211);
    }
    point_at(b, 1, RAM + 2);
    read_ok(b, true, DRW);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x44332211);
}

static void a_byte_read_of_an_m4_changes_its_own_lane(void **state)
{
    struct bench *b = *state;
    be_an_m4(b);
    b->idle = 8;
    power_up(b);
    put_in_ram(b, RAM, 0x10076419);
    put_in_ram(b, RAM + 4, 0x44332211);
    point_at(b, 2, RAM);
    read_ok(b, true, DRW);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x10076419);
    point_at(b, 0, RAM + 6);
    read_ok(b, true, DRW);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x10336419);
    point_at(b, 1, RAM + 4);
    read_ok(b, true, DRW);
    assert_int_equal(read_ok(b, false, RDBUFF), 0x10332211);
}

// ---- WAIT ---------------------------------------------------------------------------------------

// How many WAITs a read gets before it is answered.
static unsigned waits_of_read(struct bench *b, bool ap, unsigned addr)
{
    unsigned waits = 0;
    uint32_t v;
    while (read(b, ap, addr, &v) == ACK_WAIT)
        assert_in_range(++waits, 1, 10);
    return waits;
}

static unsigned waits_of_write(struct bench *b, bool ap, unsigned addr, uint32_t value)
{
    unsigned waits = 0;
    while (write(b, ap, addr, value) == ACK_WAIT)
        assert_in_range(++waits, 1, 10);
    return waits;
}

static void an_m4_answers_with_one_wait_behind_an_ap_write(void **state)
{
    struct bench *b = *state;
    be_an_m4(b);
    power_up(b);
    for (b->idle = 0; b->idle <= 2; b->idle++) {
        write_ok(b, true, CSW, 2);
        write_ok(b, true, TAR, RAM); // an AP write behind an AP write is taken
        assert_int_equal(waits_of_read(b, true, DRW), 1);
        assert_int_equal(waits_of_read(b, false, RDBUFF), 0);
        write_ok(b, true, TAR, RAM);
        assert_int_equal(waits_of_write(b, false, SELECT, 0x10), 1);
        assert_int_equal(waits_of_read(b, true, DRW), 0);
        write_ok(b, true, DRW, 1);
        ctrl_stat(b); // which answers always, and takes its time
        assert_int_equal(waits_of_write(b, false, SELECT, 0), 0);
    }
    assert_int_equal(b->account.swd_waits, 6);
}

// Time does not help, only cycles do.
static void an_m4_counts_cycles(void **state)
{
    struct bench *b = *state;
    be_an_m4(b);
    power_up(b);
    b->idle = 0;
    write_ok(b, true, TAR, RAM);
    sim_chip_run(b->chip, b->clock.now_ns + 2400000);
    assert_int_equal(waits_of_read(b, true, DRW), 1);
    b->idle = 8; // what hosts use that want no WAIT
    write_ok(b, true, TAR, RAM);
    assert_int_equal(waits_of_read(b, true, DRW), 0);
}

static void an_m0_does_not_wait_behind_an_ap_write(void **state)
{
    struct bench *b = *state;
    power_up(b);
    b->idle = 0;
    write_ok(b, true, CSW, 2);
    write_ok(b, true, TAR, RAM);
    assert_int_equal(waits_of_read(b, true, DRW), 0);
    write_ok(b, true, TAR, RAM);
    assert_int_equal(waits_of_write(b, false, SELECT, 0x10), 0);
}

// A mass erase keeps the bus from an access to the flash.
static void stall_the_bus(struct bench *b)
{
    static const uint32_t writes[][2] = {{0x40022004, 0x45670123},
                                         {0x40022004, 0xcdef89ab},
                                         {0x40022010, 1 << 2},
                                         {0x40022010, 1 << 2 | 1 << 6},
                                         {0x08000000, 0xffffffff}};
    write_ok(b, true, CSW, 2);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        write_ok(b, true, TAR, writes[i][0]);
        if (writes[i][0] == 0x08000000)
            read_ok(b, true, DRW);
        else
            write_ok(b, true, DRW, writes[i][1]);
    }
}

static void while_the_bus_is_stalled_all_but_the_debug_port_waits(void **state)
{
    struct bench *b = *state;
    uint32_t v;
    power_up(b);
    stall_the_bus(b);
    assert_int_equal(read(b, true, DRW, &v), ACK_WAIT);
    assert_int_equal(read(b, false, RDBUFF, &v), ACK_WAIT);
    assert_int_equal(write(b, true, TAR, RAM), ACK_WAIT);
    assert_int_equal(write(b, true, DRW, 0), ACK_WAIT);
    assert_int_equal(write(b, false, SELECT, 0x10), ACK_WAIT);
    ctrl_stat(b);
    read_ok(b, false, DPIDR);
    sim_chip_run(b->chip, b->clock.now_ns + 50000000);
    write_ok(b, false, SELECT, 0x10); // SELECT is what it was: the read came to its end
    write_ok(b, false, SELECT, 0);
    assert_int_equal(read_ok(b, false, RDBUFF), 0xffffffff);
    write_ok(b, false, ABORT, 1);
    assert_int_equal(b->account.swd_waits, 5);
}

#define kind_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        kind_test(an_m0_forgets_a_result_that_rdbuff_has_given),
        kind_test(an_m0_forgets_a_result_with_a_write),
        kind_test(behind_a_write_to_a_banked_register_an_m0_shows_another),
        kind_test(an_m4_keeps_it),
        kind_test(csw_of_an_m0_has_a_size_and_one_bit_of_increment),
        kind_test(csw_of_an_m4_keeps_its_upper_bits),
        kind_test(a_byte_read_of_an_m0_brings_the_word_around_it),
        kind_test(a_byte_read_of_an_m4_changes_its_own_lane),
        kind_test(an_m4_answers_with_one_wait_behind_an_ap_write),
        kind_test(an_m4_counts_cycles),
        kind_test(an_m0_does_not_wait_behind_an_ap_write),
        kind_test(while_the_bus_is_stalled_all_but_the_debug_port_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
