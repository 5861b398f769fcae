// SPDX-License-Identifier: MIT
// sim/core/bus.h: who answers at an address, and what an access of each width gives.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/core/bus.h"
#include "tests/unit/choose.h"

struct device {
    uint32_t offset, value;
    unsigned size, reads, writes;
    enum sim_bus_status answer;
};

static enum sim_bus_status device_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct device *d = self;
    d->offset = offset;
    d->size = size;
    d->reads++;
    *value = 0x12345678;
    return d->answer;
}

static enum sim_bus_status device_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct device *d = self;
    d->offset = offset;
    d->size = size;
    d->value = value;
    d->writes++;
    return d->answer;
}

static const struct sim_device device = {.read = device_read, .write = device_write};

struct fixture {
    struct sim_bus bus;
    struct device dev, flash_dev;
    uint8_t ram[16], flash[16];
    struct log log;
    unsigned lines;
    char line[200];
};

static void write_line(void *user, enum log_level level, const char *line)
{
    struct fixture *f = user;
    (void)level;
    f->lines++;
    strncpy(f->line, line, sizeof f->line - 1);
}

static void set_up(struct fixture *f)
{
    *f = (struct fixture){.lines = 0};
    f->log = (struct log){.level = LOG_TRACE, .write = write_line, .user = f};
    f->bus.window[0] = (struct sim_window){0x20000000, sizeof f->ram, f->ram, true};
    f->bus.window[1] = (struct sim_window){0x08000000, sizeof f->flash, f->flash, false};
    f->bus.log = &f->log;
    sim_bus_map(&f->bus, "FLASH memory", 0x08000000, 16, &device, &f->flash_dev);
    sim_bus_map(&f->bus, "TIM1", 0x40012c00, 0x400, &device, &f->dev);
    sim_bus_map(&f->bus, "TSC", 0x40024000, 0x400, NULL, NULL);
}

static uint32_t read_ok(struct fixture *f, uint32_t addr, unsigned size)
{
    uint32_t value = ~0u;
    assert_int_equal(sim_bus_read(&f->bus, SIM_MASTER_CORE, addr, size, &value), SIM_BUS_OK);
    return value;
}

static enum sim_bus_status write(struct fixture *f, uint32_t addr, unsigned size, uint32_t value)
{
    return sim_bus_write(&f->bus, SIM_MASTER_CORE, addr, size, value);
}

static void windows_are_little_endian_in_every_width(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(write(&f, 0x20000004, 4, 0xa1b2c3d4), SIM_BUS_OK);
    assert_int_equal(read_ok(&f, 0x20000004, 4), 0xa1b2c3d4);
    assert_int_equal(read_ok(&f, 0x20000006, 2), 0xa1b2);
    assert_int_equal(read_ok(&f, 0x20000005, 1), 0xc3);
    assert_int_equal(write(&f, 0x20000006, 2, 0xffff5566), SIM_BUS_OK);
    assert_int_equal(write(&f, 0x20000004, 1, 0xffffff77), SIM_BUS_OK);
    assert_int_equal(read_ok(&f, 0x20000004, 4), 0x5566c377);
    assert_int_equal(f.ram[4], 0x77);
}

static void an_unaligned_access_is_a_bus_error(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t value;
    set_up(&f);
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_DEBUG, 0x20000002, 4, &value), SIM_BUS_FAULT);
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_DEBUG, 0x20000001, 2, &value), SIM_BUS_FAULT);
    assert_int_equal(write(&f, 0x40012c01, 2, 0), SIM_BUS_FAULT);
    assert_int_equal(f.dev.writes, 0);
}

static void nothing_at_an_address_is_a_bus_error(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t value;
    set_up(&f);
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_CORE, 0x20000010, 4, &value), SIM_BUS_FAULT);
    assert_int_equal(write(&f, 0x40013000, 4, 1), SIM_BUS_FAULT);
    // Without a core there is no private peripheral bus.
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_CORE, 0xe000ed00, 4, &value), SIM_BUS_FAULT);
}

static void a_device_sees_offset_and_width_and_the_master(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t value;
    set_up(&f);
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_DEBUG, 0x40012c2e, 2, &value), SIM_BUS_OK);
    assert_int_equal(f.dev.offset, 0x2e);
    assert_int_equal(f.dev.size, 2);
    assert_int_equal(f.bus.master, SIM_MASTER_DEBUG);
    assert_int_equal(write(&f, 0x40012c10, 2, 0xabcd1234), SIM_BUS_OK);
    assert_int_equal(f.dev.value, 0x1234);
    assert_int_equal(f.bus.master, SIM_MASTER_CORE);
    f.dev.answer = SIM_BUS_STALL;
    assert_int_equal(write(&f, 0x40012c10, 4, 0), SIM_BUS_STALL);
}

static void a_write_to_a_read_only_window_goes_to_the_device_behind_it(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    f.flash[2] = 0x5a;
    assert_int_equal(read_ok(&f, 0x08000002, 1), 0x5a);
    assert_int_equal(f.flash_dev.reads, 0);
    assert_int_equal(write(&f, 0x08000002, 2, 0x1234), SIM_BUS_OK);
    assert_int_equal(f.flash_dev.writes, 1);
    assert_int_equal(f.flash[2], 0x5a);
}

static void a_window_of_size_0_leaves_reads_to_the_device_too(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    f.bus.window[1].size = 0;
    assert_int_equal(read_ok(&f, 0x08000004, 4), 0x12345678);
    assert_int_equal(f.flash_dev.offset, 4);
}

static void a_region_that_is_not_modelled_reads_0_and_is_named_once(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(read_ok(&f, 0x40024010, 4), 0);
    assert_int_equal(write(&f, 0x40024014, 4, 5), SIM_BUS_OK);
    assert_int_equal(f.lines, 1);
    assert_non_null(strstr(f.line, "TSC"));
}

static enum sim_bus_status closed_gate(void *arg, uint32_t addr)
{
    *(uint32_t *)arg = addr;
    return SIM_BUS_FAULT;
}

static void the_gate_stops_the_debugger_and_not_the_core(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t value, asked = 0;
    set_up(&f);
    f.bus.debug_gate = closed_gate;
    f.bus.debug_gate_arg = &asked;
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_DEBUG, 0x20000004, 4, &value), SIM_BUS_FAULT);
    assert_int_equal(asked, 0x20000004);
    assert_int_equal(sim_bus_write(&f.bus, SIM_MASTER_DEBUG, 0x20000008, 4, 0), SIM_BUS_FAULT);
    assert_int_equal(asked, 0x20000008);
    read_ok(&f, 0x20000004, 4);
    assert_int_equal(asked, 0x20000008);
}

// Bit 13 of the word at 0x20000004 is the alias 0x22000000 + 5 * 32 + 5 * 4.
static void an_alias_is_one_bit_on_a_core_that_has_bit_bands(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t value;
    set_up(&f);
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_CORE, 0x220000b4, 4, &value), SIM_BUS_FAULT);
    f.bus.bit_bands = true;
    assert_int_equal(write(&f, 0x220000b4, 4, 0xffffffff), SIM_BUS_OK);
    assert_int_equal(read_ok(&f, 0x20000004, 4), 0x2000);
    assert_int_equal(read_ok(&f, 0x220000b4, 4), 1);
    assert_int_equal(read_ok(&f, 0x220000b4, 1), 1);
    assert_int_equal(read_ok(&f, 0x220000b0, 4), 0);
    assert_int_equal(write(&f, 0x220000b4, 1, 0xfe), SIM_BUS_OK);
    assert_int_equal(read_ok(&f, 0x20000004, 4), 0);
    assert_int_equal(sim_bus_read(&f.bus, SIM_MASTER_CORE, 0x23fffffc, 4, &value), SIM_BUS_FAULT);
}

static void an_alias_of_a_device_reads_and_writes_it_in_the_same_width(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    f.bus.bit_bands = true;
    // TIM1 + 0x10, bit 31 of the word, and of its halfword at 0x12.
    uint32_t alias = 0x42000000 + 0x12c13 * 32 + 7 * 4;
    assert_int_equal(write(&f, alias, 4, 1), SIM_BUS_OK);
    assert_int_equal(f.dev.offset, 0x10);
    assert_int_equal(f.dev.size, 4);
    assert_int_equal(f.dev.reads, 1);
    assert_int_equal(f.dev.writes, 1);
    assert_int_equal(f.dev.value, 0x92345678);
    assert_int_equal(write(&f, alias, 2, 1), SIM_BUS_OK);
    assert_int_equal(f.dev.offset, 0x12);
    assert_int_equal(f.dev.size, 2);
    assert_int_equal(f.dev.value, 0xd678);
    f.dev.answer = SIM_BUS_STALL;
    assert_int_equal(write(&f, alias, 4, 1), SIM_BUS_STALL);
    assert_int_equal(f.dev.writes, 2);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_little_endian_in_every_width),
        cmocka_unit_test(an_unaligned_access_is_a_bus_error),
        cmocka_unit_test(nothing_at_an_address_is_a_bus_error),
        cmocka_unit_test(a_device_sees_offset_and_width_and_the_master),
        cmocka_unit_test(a_write_to_a_read_only_window_goes_to_the_device_behind_it),
        cmocka_unit_test(a_window_of_size_0_leaves_reads_to_the_device_too),
        cmocka_unit_test(a_region_that_is_not_modelled_reads_0_and_is_named_once),
        cmocka_unit_test(an_alias_is_one_bit_on_a_core_that_has_bit_bands),
        cmocka_unit_test(an_alias_of_a_device_reads_and_writes_it_in_the_same_width),
        cmocka_unit_test(the_gate_stops_the_debugger_and_not_the_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
