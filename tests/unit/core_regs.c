// SPDX-License-Identifier: MIT
// What a core has and what its registers are called, for every architecture: over a probe that
// plays a core of registers only.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cortex/cortexm.h"
#include "cortex/fault_v7m.h"
#include "cortex/scs.h"
#include "cortex/vcatch.h"
#include "tests/unit/choose.h"
#include "tests/unit/scripted_probe.h"

#define OK(call) assert_int_equal((call), ERR_OK)
#define REGSELS  0x80u

struct fixture {
    struct scripted_probe p; // first: the fixture is found by it
    struct cortexm core;
    uint32_t cpuid, mvfr0, clidr, id_pfr1, fault[5];
    uint32_t reg[REGSELS];
    unsigned bulk_reads, single_reads, writes, memory_reads;
    unsigned written[16];
};

static struct fixture *fixture_of(struct debug_probe *probe)
{
    return (struct fixture *)probe;
}

// The fault status registers are read at once, all others one by one.
static enum err read_system(struct scripted_probe *p, uint32_t addr, unsigned unit, void *data,
                            size_t len)
{
    struct fixture *f = (struct fixture *)p;
    const struct {
        uint32_t addr, value;
    } words[] = {{SCS_MVFR0, f->mvfr0}, {SCS_CLIDR, f->clidr}, {SCS_ID_PFR1, f->id_pfr1}};
    assert_int_equal(unit, 4);
    for (unsigned i = 0; addr == SCS_CFSR && len == sizeof f->fault && i < 5; i++)
        put_le32((uint8_t *)data + 4 * i, f->fault[i]);
    if (addr == SCS_CFSR && len == sizeof f->fault)
        return ERR_OK;
    f->memory_reads++;
    for (unsigned i = 0; len == 4 && i < sizeof words / sizeof words[0]; i++)
        if (words[i].addr == addr) {
            put_le32(data, words[i].value);
            return ERR_OK;
        }
    fail_msg("read of 0x%08x", addr);
    return ERR_FAULT;
}

static enum err play_read_core_reg(struct debug_probe *probe, unsigned regsel, uint32_t *value)
{
    assert_true(regsel < REGSELS);
    fixture_of(probe)->single_reads++;
    *value = fixture_of(probe)->reg[regsel];
    return ERR_OK;
}

static enum err play_write_core_reg(struct debug_probe *probe, unsigned regsel, uint32_t value)
{
    struct fixture *f = fixture_of(probe);
    assert_true(regsel < REGSELS);
    f->reg[regsel] = value;
    f->written[f->writes++ % 16] = regsel;
    return ERR_OK;
}

static enum err play_read_core_regs(struct debug_probe *probe, uint32_t regs[DEBUG_PROBE_CORE_REGS])
{
    fixture_of(probe)->bulk_reads++;
    memcpy(regs, fixture_of(probe)->reg, DEBUG_PROBE_CORE_REGS * sizeof regs[0]);
    return ERR_OK;
}

static const struct debug_probe_ops play = {
    SCRIPTED_PROBE_OPS,
    .read_core_reg = play_read_core_reg,
    .write_core_reg = play_write_core_reg,
    .read_core_regs = play_read_core_regs,
};

static void make_core(struct fixture *f, uint32_t cpuid)
{
    for (unsigned i = 0; i < REGSELS; i++)
        f->reg[i] = 0x1000u + i;
    f->reg[16] = 1u << 24;   // xPSR: Thread mode
    f->reg[20] = 0x00123401; // CONTROL, FAULTMASK, BASEPRI, PRIMASK
    scripted_probe_make(&f->p, &play);
    f->p.read = read_system;
    f->core = (struct cortexm){.mem = &f->p.mem, .log = &f->p.log, .cpuid = cpuid};
    OK(core_caps_read(&f->core.caps, &f->p.mem, cpuid));
}

static void a_core_is_known_by_its_part_number(void **state)
{
    (void)state;
    static const struct {
        uint32_t cpuid;
        const char *name;
        enum core_arch arch;
    } rows[] = {
        {0x410cc200, "Cortex-M0", CORE_ARMV6M},       {0x410cc601, "Cortex-M0+", CORE_ARMV6M},
        {0x411fc231, "Cortex-M3", CORE_ARMV7M},       {0x410fc241, "Cortex-M4", CORE_ARMV7M},
        {0x411fc272, "Cortex-M7", CORE_ARMV7M},       {0x411cd200, "Cortex-M23", CORE_ARMV8M_BASE},
        {0x410fd214, "Cortex-M33", CORE_ARMV8M_MAIN}, {0x410fabc0, "unknown core", CORE_ARMV7M},
        {0x410cabc0, "unknown core", CORE_ARMV6M},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f = {0};
        make_core(&f, rows[i].cpuid);
        assert_string_equal(core_caps_core_name(rows[i].cpuid), rows[i].name);
        assert_int_equal(f.core.caps.arch, rows[i].arch);
    }
}

// An ARMv6-M core has no feature registers, and is not asked for them.
static void a_baseline_core_costs_no_access(void **state)
{
    (void)state;
    struct fixture f = {.mvfr0 = 0x10110021, .clidr = 3};
    make_core(&f, 0x410cc200);
    assert_int_equal(f.memory_reads, 0);
    assert_false(f.core.caps.fpu || f.core.caps.dcache || f.core.caps.security);
}

static void extensions_are_read_from_the_feature_registers(void **state)
{
    (void)state;
    struct fixture m4f = {.mvfr0 = 0x10110021}, m7 = {.mvfr0 = 0x10110221, .clidr = 0x09000003},
                   m33 = {.mvfr0 = 0x10110021, .id_pfr1 = 0x210};
    make_core(&m4f, 0x410fc241);
    assert_true(m4f.core.caps.fpu);
    assert_false(m4f.core.caps.fpu_double || m4f.core.caps.dcache || m4f.core.caps.icache);
    make_core(&m7, 0x411fc272);
    assert_true(m7.core.caps.fpu && m7.core.caps.fpu_double && m7.core.caps.dcache &&
                m7.core.caps.icache);
    make_core(&m33, 0x410fd214);
    assert_true(m33.core.caps.fpu && m33.core.caps.security);
    assert_false(m33.core.caps.fpu_double);
}

static unsigned count_regs(const struct core_caps *caps)
{
    unsigned n = 0;
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++)
        n += core_reg_exists(caps, reg);
    return n;
}

static void each_architecture_has_its_registers(void **state)
{
    (void)state;
    const struct core_caps m0 = {.arch = CORE_ARMV6M}, m3 = {.arch = CORE_ARMV7M},
                           m4f = {.arch = CORE_ARMV7M, .fpu = true},
                           m33 = {.arch = CORE_ARMV8M_MAIN, .fpu = true, .security = true};
    assert_int_equal(count_regs(&m0), 21);
    assert_int_equal(count_regs(&m3), 23);
    assert_int_equal(count_regs(&m4f), 40);
    assert_int_equal(count_regs(&m33), 44);
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++)
        for (unsigned other = 0; other < reg; other++)
            assert_string_not_equal(core_regs[reg].name, core_regs[other].name);
}

static void one_command_brings_the_basic_registers(void **state)
{
    (void)state;
    struct fixture f = {.mvfr0 = 0x10110021};
    uint32_t value;
    make_core(&f, 0x410fc241);
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++)
        if (core_reg_is_basic(reg))
            OK(cortexm_read_reg(&f.core, reg, &value));
    assert_int_equal(f.bulk_reads, 1);
    assert_int_equal(f.single_reads, 0);
    OK(cortexm_read_reg(&f.core, CORTEXM_BASEPRI, &value));
    assert_int_equal(value, 0x34);
    OK(cortexm_read_reg(&f.core, CORTEXM_FAULTMASK, &value));
    assert_int_equal(value, 0x12);
    OK(cortexm_read_reg(&f.core, CORTEXM_PRIMASK, &value));
    assert_int_equal(value, 1);
}

static void a_register_of_the_fpu_is_two_of_the_core_and_read_once(void **state)
{
    (void)state;
    struct fixture f = {.mvfr0 = 0x10110021};
    uint64_t value;
    make_core(&f, 0x410fc241);
    for (unsigned i = 0; i < 3; i++)
        OK(cortexm_read_reg64(&f.core, CORTEXM_D0 + 3, &value));
    assert_true(value == 0x0000104700001046u); // s7, s6
    assert_int_equal(f.single_reads, 2);
    OK(cortexm_write_reg64(&f.core, CORTEXM_D0 + 15, 0x1122334455667788u));
    OK(cortexm_write_reg(&f.core, CORTEXM_FPSCR, 0x03000000));
    OK(cortexm_flush_regs(&f.core));
    assert_int_equal(f.writes, 3);
    assert_int_equal(f.reg[0x5e], 0x55667788);
    assert_int_equal(f.reg[0x5f], 0x11223344);
    assert_int_equal(f.reg[0x21], 0x03000000);
    OK(cortexm_flush_regs(&f.core));
    assert_int_equal(f.writes, 3);
}

static void registers_that_share_a_word_are_written_together(void **state)
{
    (void)state;
    struct fixture f = {0};
    make_core(&f, 0x411fc231);
    OK(cortexm_write_reg(&f.core, CORTEXM_BASEPRI, 0x40));
    OK(cortexm_write_reg(&f.core, CORTEXM_PRIMASK, 0));
    OK(cortexm_flush_regs(&f.core));
    assert_int_equal(f.writes, 1);
    assert_int_equal(f.reg[20], 0x00124000);
}

static void a_register_that_is_not_there_is_refused_by_name(void **state)
{
    (void)state;
    struct fixture f = {0};
    uint32_t value;
    make_core(&f, 0x410cc200);
    assert_int_equal(cortexm_read_reg(&f.core, CORTEXM_D0, &value), ERR_UNSUPPORTED);
    assert_non_null(strstr(f.p.log.sentence, "d0"));
    assert_int_equal(cortexm_write_reg(&f.core, CORTEXM_BASEPRI, 1), ERR_UNSUPPORTED);
    assert_int_equal(f.bulk_reads + f.single_reads + f.writes, 0);
}

static void the_fault_status_is_told_in_words(void **state)
{
    (void)state;
    static const struct {
        uint32_t cfsr, hfsr;
        const char *text;
    } rows[] = {
        {0x00008200, 0x40000000, "nothing answers this access at 0x60000000 (BFSR.PRECISERR)"},
        {0x00000400, 0x40000000,
         "a buffered write some instructions before had no answer (BFSR.IMPRECISERR)"},
        {0x00000082, 0, "the MPU forbids this access at 0x20000010 (MMFSR.DACCVIOL)"},
        {0x00000002, 0, "the MPU forbids this access (MMFSR.DACCVIOL)"},
        {0x00020000, 0x40000000,
         "a jump without the Thumb bit (bit 0 of the address) (UFSR.INVSTATE)"},
        {0x02000000, 0, "a division by zero (UFSR.DIVBYZERO)"},
        {0x00011000, 0x40000000,
         "the stacking for an exception failed (is the stack pointer wrong?) (BFSR.STKERR); it is "
         "no instruction of this core (UFSR.UNDEFINSTR)"},
        {0, 0x00000002, "the vector could not be read from the table (HFSR.VECTTBL)"},
        {0, 0, "no fault status bit tells why"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f = {.fault = {rows[i].cfsr, rows[i].hfsr, 0, 0x20000010, 0x60000000}};
        struct fault_status status;
        char text[256], cut[8];
        make_core(&f, 0x411fc231);
        OK(fault_status_read(&status, &f.p.mem));
        assert_string_equal(fault_status_text(&status, text, sizeof text), rows[i].text);
        assert_int_equal(strlen(fault_status_text(&status, cut, sizeof cut)), sizeof cut - 1);
    }
    assert_string_equal(fault_exception_name(5), "BusFault");
    assert_null(fault_exception_name(2));
    assert_null(fault_exception_name(511));
}

static void vector_catches_belong_to_the_architecture(void **state)
{
    (void)state;
    const struct core_caps m0 = {.arch = CORE_ARMV6M}, m3 = {.arch = CORE_ARMV7M};
    uint32_t of_m0 = 0, of_m3 = 0;
    for (unsigned i = 0; i < vcatch_count; i++) {
        of_m0 |= vcatch_exists(&m0, &vcatch_table[i]) ? vcatch_table[i].bit : 0;
        of_m3 |= vcatch_exists(&m3, &vcatch_table[i]) ? vcatch_table[i].bit : 0;
    }
    assert_int_equal(of_m0, 0x401);
    assert_int_equal(of_m3, 0x7f1);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_is_known_by_its_part_number),
        cmocka_unit_test(a_baseline_core_costs_no_access),
        cmocka_unit_test(extensions_are_read_from_the_feature_registers),
        cmocka_unit_test(each_architecture_has_its_registers),
        cmocka_unit_test(one_command_brings_the_basic_registers),
        cmocka_unit_test(a_register_of_the_fpu_is_two_of_the_core_and_read_once),
        cmocka_unit_test(registers_that_share_a_word_are_written_together),
        cmocka_unit_test(a_register_that_is_not_there_is_refused_by_name),
        cmocka_unit_test(the_fault_status_is_told_in_words),
        cmocka_unit_test(vector_catches_belong_to_the_architecture),
    };
    return cmocka_run_group_tests_name("core_regs", tests, NULL, NULL);
}
