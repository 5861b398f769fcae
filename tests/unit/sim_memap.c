// SPDX-License-Identifier: MIT
// sim/wire/memap.h: the registers of a MEM-AP and its accesses, from ARM IHI 0031 (ADIv5.2), C2,
// with what a Cortex-M0's AHB-AP makes of it (DDI 0432, 8.3) and the values of a real STM32F042.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/families/chips.h"
#include "sim/wire/memap.h"
#include "tests/unit/choose.h"

enum {
    CSW = 0x00,
    TAR = 0x04,
    DRW = 0x0c,
    BD0 = 0x10,
    BD3 = 0x1c,
    CFG = 0xf4,
    BASE = 0xf8,
    IDR = 0xfc
};

#define SIZE_8       0u
#define SIZE_16      1u
#define SIZE_32      2u
#define INC_SINGLE   (1u << 4)
#define CSW_DEFAULT  0x23000000u
#define CSW_DEVICEEN (1u << 6)
#define RAM          0x20000000u
#define NOWHERE      0x60000000u

struct bench {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_chip *chip;
    struct sim_memap ap;
    struct log log;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    b->log = log_silent();
    if (sim_chips_create(&b->chip, "stm32f031k6", &b->clock, &b->account, &b->log) != ERR_OK)
        return -1;
    b->ap = (struct sim_memap){.chip = b->chip, .clock = &b->clock};
    sim_chip_set_power(b->chip, true);
    sim_chip_run(b->chip, 10000000);
    sim_memap_reset(&b->ap);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    assert_int_equal(b->account.violation_count, 0);
    sim_chip_destroy(b->chip);
    sim_account_clear(&b->account);
    free(b);
    return 0;
}

// Between two accesses lies an SWD transfer at least: 46 clocks at up to 24 MHz.
static void let_time_pass(struct bench *b)
{
    b->clock.now_ns += 1900;
}

static void write(struct bench *b, uint8_t addr, uint32_t value)
{
    let_time_pass(b);
    assert_true(sim_memap_ready(&b->ap));
    sim_memap_write(&b->ap, addr, value);
}

static uint32_t read(struct bench *b, uint8_t addr)
{
    let_time_pass(b);
    assert_true(sim_memap_ready(&b->ap));
    sim_memap_read(&b->ap, addr);
    let_time_pass(b);
    assert_true(sim_memap_ready(&b->ap));
    return b->ap.result;
}

static void set(struct bench *b, uint32_t csw, uint32_t tar)
{
    write(b, CSW, CSW_DEFAULT | csw);
    write(b, TAR, tar);
}

static uint32_t ram(struct bench *b, uint32_t offset)
{
    uint8_t p[4];
    assert_true(sim_chip_peek(b->chip, RAM + offset, p, 4));
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void fill_ram(struct bench *b)
{
    for (unsigned i = 0; i < 4096; i++) {
        uint8_t byte = (uint8_t)(i + i / 256);
        sim_chip_poke(b->chip, RAM + i, &byte, 1);
    }
}

static void it_says_what_it_is(void **state)
{
    struct bench *b = *state;
    assert_int_equal(read(b, IDR), 0x04770021);
    assert_int_equal(read(b, BASE), 0xe00ff003);
    assert_int_equal(read(b, CFG), 0); // little-endian, no long addresses
}

static void csw_starts_with_the_device_enabled(void **state)
{
    struct bench *b = *state;
    assert_int_equal(read(b, CSW), 0x03000040);
    write(b, CSW, 0);
    assert_int_equal(read(b, CSW) & CSW_DEVICEEN, CSW_DEVICEEN); // read only (C2.6.4)
}

static void csw_keeps_size_and_increment(void **state)
{
    struct bench *b = *state;
    for (uint32_t size = SIZE_8; size <= SIZE_32; size++) {
        write(b, CSW, CSW_DEFAULT | INC_SINGLE | size);
        assert_int_equal(read(b, CSW) & 0x37, INC_SINGLE | size);
        write(b, CSW, CSW_DEFAULT | size);
        assert_int_equal(read(b, CSW) & 0x37, size);
    }
}

static void tar_reads_back(void **state)
{
    struct bench *b = *state;
    write(b, TAR, 0xdeadbeef);
    assert_int_equal(read(b, TAR), 0xdeadbeef);
}

// C2.2.6: data of a byte or halfword stands in the lanes that its address says.
static void bytes_and_halfwords_use_their_lanes(void **state)
{
    struct bench *b = *state;
    static const uint8_t bytes[4] = {0x11, 0x22, 0x33, 0x44};
    sim_chip_poke(b->chip, RAM, bytes, 4);
    for (unsigned i = 0; i < 4; i++) {
        set(b, SIZE_8, RAM + i);
        assert_int_equal(read(b, DRW) >> 8 * i & 0xff, bytes[i]);
    }
    set(b, SIZE_16, RAM + 2);
    assert_int_equal(read(b, DRW) >> 16, 0x4433);
    set(b, SIZE_8, RAM + 1);
    write(b, DRW, 0x99aa99bb);
    assert_int_equal(ram(b, 0), 0x44339911);
    set(b, SIZE_16, RAM + 2);
    write(b, DRW, 0x5566ffff);
    assert_int_equal(ram(b, 0), 0x55669911);
}

static void the_address_moves_by_the_size(void **state)
{
    struct bench *b = *state;
    fill_ram(b);
    for (uint32_t size = SIZE_8; size <= SIZE_32; size++) {
        set(b, INC_SINGLE | size, RAM + 0x20);
        for (unsigned i = 1; i <= 5; i++) {
            read(b, DRW);
            assert_int_equal(read(b, TAR), RAM + 0x20 + (i << size));
        }
    }
    set(b, SIZE_32, RAM + 0x20);
    read(b, DRW);
    assert_int_equal(read(b, TAR), RAM + 0x20);
}

static void words_follow_one_another(void **state)
{
    struct bench *b = *state;
    set(b, INC_SINGLE | SIZE_32, RAM);
    for (uint32_t i = 0; i < 16; i++)
        write(b, DRW, 0x1000 + i);
    set(b, INC_SINGLE | SIZE_32, RAM);
    for (uint32_t i = 0; i < 16; i++)
        assert_int_equal(read(b, DRW), 0x1000 + i);
}

// C2.2.2: the increment is promised within 1 KiB; a Cortex-M0 does no more, and wraps.
static void the_increment_wraps_at_one_kib(void **state)
{
    struct bench *b = *state;
    fill_ram(b);
    set(b, INC_SINGLE | SIZE_32, RAM + 0x3fc);
    assert_int_equal(read(b, DRW), ram(b, 0x3fc));
    assert_int_equal(read(b, TAR), RAM);
    set(b, INC_SINGLE | SIZE_8, RAM + 0x7ff);
    read(b, DRW);
    assert_int_equal(read(b, TAR), RAM + 0x400);
}

// C2.2.4: BD0 to BD3 are the four words around TAR; they leave it alone.
static void banked_data_reaches_four_words(void **state)
{
    struct bench *b = *state;
    fill_ram(b);
    set(b, INC_SINGLE | SIZE_32, RAM + 0x108);
    for (uint8_t i = 0; i < 4; i++)
        assert_int_equal(read(b, (uint8_t)(BD0 + 4 * i)), ram(b, 0x100 + 4u * i));
    write(b, BD3, 0xcafebabe);
    assert_int_equal(ram(b, 0x10c), 0xcafebabe);
    assert_int_equal(read(b, TAR), RAM + 0x108);
}

static void a_bus_error_is_left_for_the_debug_port(void **state)
{
    struct bench *b = *state;
    set(b, INC_SINGLE | SIZE_32, NOWHERE);
    sim_memap_read(&b->ap, DRW);
    assert_true(b->ap.fault);
    b->ap.fault = false;
    assert_int_equal(read(b, TAR), NOWHERE); // it did not move
    sim_memap_write(&b->ap, DRW, 1);
    assert_true(b->ap.fault);
}

static void an_address_that_does_not_fit_the_size_is_an_error(void **state)
{
    struct bench *b = *state;
    set(b, SIZE_32, RAM + 2);
    sim_memap_read(&b->ap, DRW);
    assert_true(b->ap.fault);
}

static void registers_that_are_not_there_read_as_zero(void **state)
{
    struct bench *b = *state;
    write(b, 0x08, 0x12345678);
    assert_int_equal(read(b, 0x08), 0);
    assert_int_equal(read(b, 0x20), 0);
    assert_int_equal(read(b, 0xf0), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        test(it_says_what_it_is),
        test(csw_starts_with_the_device_enabled),
        test(csw_keeps_size_and_increment),
        test(tar_reads_back),
        test(bytes_and_halfwords_use_their_lanes),
        test(the_address_moves_by_the_size),
        test(words_follow_one_another),
        test(the_increment_wraps_at_one_kib),
        test(banked_data_reaches_four_words),
        test(a_bus_error_is_left_for_the_debug_port),
        test(an_address_that_does_not_fit_the_size_is_an_error),
        test(registers_that_are_not_there_read_as_zero),
    };
    return cmocka_run_group_tests_name("sim_memap", tests, NULL, NULL);
}
