// SPDX-License-Identifier: MIT
// cortex/reg_access.c: core registers behind another access port than the first, by DCRSR and
// DCRDR.
#include "cortex/reg_access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define DHCSR  0xe000edf0u
#define DCRSR  0xe000edf4u
#define DCRDR  0xe000edf8u
#define REGRDY (1u << 16)

// A core that hands a register over after some polls, or never (it runs).
struct core {
    struct debug_probe probe; // first
    struct mem_ap mem;
    struct log log;
    uint32_t reg[32];
    uint32_t dcrdr;
    unsigned polls, left; // until it is ready
};

static enum err read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value)
{
    struct core *c = (struct core *)probe;
    assert_int_equal(ap, 3);
    if (addr == DHCSR) {
        *value = c->left ? 0 : REGRDY;
        c->left -= c->left > 0;
    } else {
        assert_int_equal(addr, DCRDR);
        *value = c->left ? 0xdeadbeef : c->dcrdr;
    }
    return ERR_OK;
}

static enum err write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value)
{
    struct core *c = (struct core *)probe;
    assert_int_equal(ap, 3);
    if (addr == DCRDR) {
        c->dcrdr = value;
        return ERR_OK;
    }
    assert_int_equal(addr, DCRSR);
    c->left = c->polls;
    if (value & 1u << 16)
        c->reg[value & 31] = c->dcrdr;
    else
        c->dcrdr = c->reg[value & 31];
    return ERR_OK;
}

static const struct debug_probe_ops ops = {.read_word = read_word, .write_word = write_word};

static void make_core(struct core *c, unsigned polls)
{
    memset(c, 0, sizeof *c);
    c->log = log_silent();
    c->probe = (struct debug_probe){.ops = &ops, .log = &c->log};
    c->mem = (struct mem_ap){.probe = &c->probe, .number = 3};
    c->polls = polls;
    for (unsigned n = 0; n < 32; n++)
        c->reg[n] = 0x1000 + n;
}

static void registers_are_read_and_written_however_long_the_core_takes(void **state)
{
    (void)state;
    for (unsigned polls = 0; polls < 4; polls++) {
        struct core c;
        uint32_t value, all[DEBUG_PROBE_CORE_REGS];
        make_core(&c, polls);
        OK(reg_access_read(&c.mem, 15, &value));
        assert_int_equal(value, 0x100f);
        OK(reg_access_write(&c.mem, 13, 0x38001000));
        assert_int_equal(c.reg[13], 0x38001000);
        OK(reg_access_read_all(&c.mem, all));
        for (unsigned n = 0; n < DEBUG_PROBE_CORE_REGS; n++)
            assert_int_equal(all[n], n == 13 ? 0x38001000 : n == 19 ? 0 : 0x1000 + n);
    }
}

static void a_core_that_runs_is_told(void **state)
{
    (void)state;
    struct core c;
    uint32_t value;
    make_core(&c, 1000);
    assert_int_equal(reg_access_read(&c.mem, 0, &value), ERR_STATE);
    assert_non_null(strstr(c.log.sentence, "does not hand its registers over"));
    assert_int_equal(reg_access_write(&c.mem, 0, 1), ERR_STATE);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_are_read_and_written_however_long_the_core_takes),
        cmocka_unit_test(a_core_that_runs_is_told),
    };
    return cmocka_run_group_tests_name("reg_access", tests, NULL, NULL);
}
