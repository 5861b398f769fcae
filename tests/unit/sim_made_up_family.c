// SPDX-License-Identifier: MIT
// sim/chip/part.h: a chip of a family that does not exist, over a kind of part that does not exist.
// What is not an STM32F0's is possible: 240 interrupts, two SRAMs, a part with signals of its own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "sim/chip/part.h"
#include "sim/core/nvic.h"
#include "tests/unit/choose.h"

#define FLASH      0x08000000u
#define SRAM1      0x20000000u
#define SRAM2      0x20040000u
#define SYSTEM     0x1fff0000u
#define BELL       0x50000000u
#define BELL2      0x50001000u
#define BELL_SIZE  0x1000u
#define NVIC_ISER  0xe000e100u
#define NVIC_ISPR  0xe000e200u
#define NVIC_IPR   0xe000e400u
#define DHCSR      0xe000edf0u
#define DHCSR_HALT 0xa05f0003u
#define LAST_IRQ   239u
#define NS_PER_MS  1000000ull

// ---- a kind of part: writing 1 rings, which the other bell hears --------------------------------

struct bell {
    struct sim_part *part;
    uint32_t heard;
    uint32_t *destroyed;
};

static bool bell_create(void *state, struct sim_part *part)
{
    struct bell *b = state;
    b->part = part;
    b->destroyed = (uint32_t *)(uintptr_t)part->config;
    return true;
}

static void bell_destroy(void *state)
{
    struct bell *b = state;
    ++*b->destroyed;
}

static void bell_reset(void *self, enum sim_reset kind)
{
    struct bell *b = self;
    (void)kind;
    b->heard = 0;
}

static enum sim_bus_status bell_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct bell *b = self;
    (void)size;
    *value = offset == 0 ? b->heard : (uint32_t)sim_part_level(b->part, SIM_PORT_LEVELS, 1);
    return SIM_BUS_OK;
}

static enum sim_bus_status bell_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct bell *b = self;
    (void)offset;
    (void)size;
    sim_part_tell(b->part, SIM_PIN_CHANGED, b->part->row->number, value);
    sim_part_irq(b->part, 0, value);
    return SIM_BUS_OK;
}

static void bell_hear(void *self, unsigned line, uint64_t value)
{
    struct bell *b = self;
    if (line != b->part->row->number)
        b->heard += (uint32_t)value;
}

static uint64_t bell_level(void *self, unsigned line)
{
    const struct bell *b = self;
    return b->heard * 10 + line;
}

static const struct sim_part_drives bell_drives[] = {{SIM_PORT_LEVELS, 0, bell_level},
                                                     {0, 0, NULL}};
static const struct sim_part_listens bell_listens[] = {{SIM_PIN_CHANGED, bell_hear}, {0, NULL}};

static const struct sim_part_kind bell = {
    .name = "bell",
    .state_size = sizeof(struct bell),
    .create = bell_create,
    .destroy = bell_destroy,
    .device = {bell_reset, bell_read, bell_write},
    .drives = bell_drives,
    .listens = bell_listens,
};

// ---- a family -----------------------------------------------------------------------------------

enum { HAS_SECOND_BELL = 1 };

static enum sim_memory_kind boot_from_flash(const struct sim_boot_facts *facts)
{
    (void)facts;
    return SIM_MEMORY_FLASH;
}

// A stack, a loop, and a handler of the last interrupt that writes r2 = 0x55.
static void fill(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                 uint8_t *bytes)
{
    (void)row;
    if (memory->kind != SIM_MEMORY_FLASH)
        return;
    put_le32(bytes, SRAM2 + 0x100);
    put_le32(bytes + 4, FLASH + 0x401);
    put_le32(bytes + 4 * (SIM_EXC_IRQ0 + LAST_IRQ), FLASH + 0x411);
    put_le16(bytes + 0x400, 0xe7fe); // b .
    put_le16(bytes + 0x410, 0x2255); // movs r2, #0x55
    put_le16(bytes + 0x412, 0xe7fe); // b .
}

struct fixture {
    uint32_t destroyed, second_destroyed;
    struct sim_part_row parts[3];
    struct sim_family family;
    struct sim_region regions[1];
    struct sim_part_config configs[2];
    struct sim_chip_row row;
    struct sim_clock clock;
    struct sim_account account;
    struct log log;
    struct sim_chip *chip;
};

static void describe(struct fixture *f, unsigned features)
{
    f->parts[0] = (struct sim_part_row){.name = "BELL1",
                                        .kind = &bell,
                                        .base = BELL,
                                        .size = BELL_SIZE,
                                        .number = 1,
                                        .irq = {LAST_IRQ},
                                        .config = &f->destroyed};
    f->parts[1] = (struct sim_part_row){.name = "BELL2",
                                        .kind = &bell,
                                        .base = BELL2,
                                        .number = 2,
                                        .irq = {100},
                                        .features = HAS_SECOND_BELL,
                                        .config = &f->destroyed};
    f->family = (struct sim_family){.name = "made up",
                                    .identity = {.cpuid = 0x410fc241},
                                    .interrupts = 240,
                                    .parts = f->parts,
                                    .swdio = {'B', 0, 0},
                                    .swclk = {'B', 1, 0},
                                    .system_reset_ns = 1000,
                                    .power_on_reset_ns = 2000,
                                    .choose_boot = boot_from_flash,
                                    .fill_factory = fill};
    f->configs[0] = (struct sim_part_config){"BELL2", &f->second_destroyed};
    f->row = (struct sim_chip_row){.name = "made-up",
                                   .family = &f->family,
                                   .memory = {{SIM_MEMORY_FLASH, FLASH, 0x800, 0x400, 0, 0},
                                              {SIM_MEMORY_SRAM, SRAM1, 0x100, 0, 0, 0},
                                              {SIM_MEMORY_SRAM, SRAM2, 0x200, 0, 0, 0},
                                              {SIM_MEMORY_SYSTEM, SYSTEM, 0x100, 0, 0, 0}},
                                   .features = features,
                                   .configs = f->configs,
                                   .regions = f->regions};
}

static struct fixture *make(unsigned features)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->log = log_silent();
    describe(f, features);
    assert_int_equal(sim_chip_create(&f->chip, &f->row, &f->clock, &f->account, &f->log), ERR_OK);
    sim_chip_set_power(f->chip, true);
    sim_chip_run(f->chip, NS_PER_MS);
    return f;
}

static void drop(struct fixture *f)
{
    sim_chip_destroy(f->chip);
    sim_account_clear(&f->account);
    free(f);
}

static uint32_t rd(struct fixture *f, uint32_t addr)
{
    uint32_t value;
    assert_int_equal(sim_bus_read(sim_chip_bus(f->chip), SIM_MASTER_CORE, addr, 4, &value),
                     SIM_BUS_OK);
    return value;
}

static void wr(struct fixture *f, uint32_t addr, uint32_t value)
{
    assert_int_equal(sim_bus_write(sim_chip_bus(f->chip), SIM_MASTER_CORE, addr, 4, value),
                     SIM_BUS_OK);
}

static void parts_stand_where_the_family_says_if_the_chip_has_them(void **state)
{
    struct fixture *f = make(0);
    uint32_t value;
    (void)state;
    assert_int_equal(rd(f, BELL), 0);
    assert_int_equal(sim_bus_read(sim_chip_bus(f->chip), SIM_MASTER_CORE, BELL2, 4, &value),
                     SIM_BUS_FAULT);
    drop(f);
    f = make(HAS_SECOND_BELL);
    assert_int_equal(rd(f, BELL2), 0);
    drop(f);
}

static void parts_of_one_kind_have_states_of_their_own_and_hear_each_other(void **state)
{
    struct fixture *f = make(HAS_SECOND_BELL);
    (void)state;
    wr(f, BELL, 3);
    wr(f, BELL, 4);
    assert_int_equal(rd(f, BELL2), 7);
    assert_int_equal(rd(f, BELL), 0);
    wr(f, BELL2, 5);
    assert_int_equal(rd(f, BELL), 5);
    assert_int_equal(rd(f, BELL2 + 4), 51); // the level that the first one drives on its line
    drop(f);
}

static void registers_of_a_part_reach_as_far_as_its_row_says(void **state)
{
    struct fixture *f = make(HAS_SECOND_BELL);
    uint32_t value;
    (void)state;
    assert_int_equal(rd(f, BELL + BELL_SIZE - 4), 1); // any offset but 0
    assert_int_equal(rd(f, BELL2 + SIM_PART_SIZE - 4), 1);
    assert_int_equal(
        sim_bus_read(sim_chip_bus(f->chip), SIM_MASTER_CORE, BELL2 + SIM_PART_SIZE, 4, &value),
        SIM_BUS_FAULT);
    drop(f);
}

static void each_part_is_destroyed_once(void **state)
{
    struct fixture *f = make(HAS_SECOND_BELL);
    (void)state;
    sim_chip_destroy(f->chip);
    assert_int_equal(f->destroyed, 1);
    assert_int_equal(f->second_destroyed, 1); // the chip's own config for it
    f->chip = NULL;
    drop(f);
}

static void a_chip_has_as_many_memories_as_its_row_says(void **state)
{
    struct fixture *f = make(0);
    (void)state;
    wr(f, SRAM1 + 0xfc, 0x11111111);
    wr(f, SRAM2 + 0x1fc, 0x22222222);
    assert_int_equal(rd(f, SRAM1 + 0xfc), 0x11111111);
    assert_int_equal(rd(f, SRAM2 + 0x1fc), 0x22222222);
    assert_int_equal(rd(f, 0), SRAM2 + 0x100); // flash, without anybody who moves it elsewhere
    assert_int_equal(rd(f, SYSTEM), 0xffffffff);
    // Losing power takes both.
    sim_chip_set_power(f->chip, false);
    sim_chip_set_power(f->chip, true);
    assert_int_not_equal(rd(f, SRAM1 + 0xfc), 0x11111111);
    assert_int_not_equal(rd(f, SRAM2 + 0x1fc), 0x22222222);
    drop(f);
}

static void interrupt_239_of_240_is_taken(void **state)
{
    struct fixture *f = make(0);
    struct sim_core *core = sim_chip_core(f->chip);
    (void)state;
    wr(f, NVIC_ISER + 4 * (LAST_IRQ / 32), 1u << LAST_IRQ % 32);
    assert_int_equal(rd(f, NVIC_ISER + 4 * (LAST_IRQ / 32)), 1u << LAST_IRQ % 32);
    wr(f, BELL, 1);
    assert_int_equal(rd(f, NVIC_ISPR + 4 * (LAST_IRQ / 32)), 1u << LAST_IRQ % 32);
    sim_chip_run(f->chip, 2 * NS_PER_MS);
    assert_int_equal(sim_core_get_reg(core, 2), 0x55);
    assert_int_equal(sim_core_get_reg(core, 16) & 0x1ff, SIM_EXC_IRQ0 + LAST_IRQ);
    assert_int_equal(rd(f, NVIC_ISPR + 4 * (LAST_IRQ / 32)), 0);
    drop(f);
}

static void every_interrupt_has_its_bits_and_its_priority(void **state)
{
    struct fixture *f = make(0);
    (void)state;
    for (unsigned n = 0; n < 240; n += 8) {
        wr(f, NVIC_ISPR + 4 * (n / 32), 1u << n % 32);
        wr(f, NVIC_IPR + n, 0xc0804000u);
        assert_int_equal(rd(f, NVIC_IPR + n), 0xc0804000u);
    }
    for (unsigned n = 0; n < 240; n += 32)
        assert_int_equal(rd(f, NVIC_ISPR + 4 * (n / 32)), n == 224 ? 0x0101 : 0x01010101);
    wr(f, NVIC_ISPR + 4 * 7, 0xffffffff); // 16 of them exist
    assert_int_equal(rd(f, NVIC_ISPR + 4 * 7), 0xffff);
    drop(f);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_stand_where_the_family_says_if_the_chip_has_them),
        cmocka_unit_test(parts_of_one_kind_have_states_of_their_own_and_hear_each_other),
        cmocka_unit_test(registers_of_a_part_reach_as_far_as_its_row_says),
        cmocka_unit_test(each_part_is_destroyed_once),
        cmocka_unit_test(a_chip_has_as_many_memories_as_its_row_says),
        cmocka_unit_test(interrupt_239_of_240_is_taken),
        cmocka_unit_test(every_interrupt_has_its_bits_and_its_priority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
