// SPDX-License-Identifier: MIT
// Special registers, privilege, the guard and the FPU of the ARMv7-M engine by the manual (DDI
// 0403).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/v7m_rig.h"

static uint32_t special_of(const struct rig *rig)
{
    return sim_cpu_get_reg(&rig->cpu, REG_SPECIAL);
}

// MSR r0 to the register of that number.
static enum sim_cpu_stop write_special(struct rig *rig, unsigned sysm, uint32_t value)
{
    rig->cpu.r[0] = value;
    return run_wide(rig, 0xf380, 0x8800 | sysm);
}

static uint32_t read_special(struct rig *rig, unsigned sysm)
{
    rig->cpu.r[0] = 0xdeadbeef;
    assert_int_equal(run_wide(rig, 0xf3ef, 0x8000 | sysm), SIM_CPU_NONE);
    return rig->cpu.r[0];
}

enum {
    MSP = 8,
    PSP = 9,
    PRIMASK = 16,
    BASEPRI = 17,
    BASEPRI_MAX = 18,
    FAULTMASK = 19,
    CONTROL = 20
};

static void cps_changes_the_masks(void **state)
{
    (void)state;
    static const struct {
        uint16_t op;
        uint32_t before, after;
    } row[] = {
        {0xb672, 0, 1},               // CPSID i
        {0xb662, 0x010001, 0x010000}, // CPSIE i
        {0xb671, 0, 0x010000},        // CPSID f
        {0xb661, 0x010001, 1},        // CPSIE f
        {0xb673, 0, 0x010001},        // CPSID if
        {0xb663, 0x010001, 0},        // CPSIE if
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7M);
        sim_cpu_set_reg(&rig.cpu, REG_SPECIAL, row[i].before);
        assert_int_equal(run_narrow(&rig, row[i].op), SIM_CPU_NONE);
        assert_int_equal(special_of(&rig), row[i].after);
        assert_true(rig.cpu.attention);
        sim_cpu_set_reg(&rig.cpu, REG_SPECIAL, row[i].before | 1u << 24); // unprivileged
        run_narrow(&rig, row[i].op);
        assert_int_equal(special_of(&rig), row[i].before | 1u << 24);
    }
}

static void faultmask_cannot_be_set_where_no_fault_can_be_taken(void **state)
{
    (void)state;
    for (uint32_t ipsr = 2; ipsr <= 4; ipsr++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7M);
        rig.cpu.ipsr = ipsr;
        write_special(&rig, FAULTMASK, 1);
        assert_int_equal(rig.cpu.faultmask, ipsr == 4);
        run_narrow(&rig, 0xb671);
        assert_int_equal(rig.cpu.faultmask, ipsr == 4);
    }
}

static void basepri_has_the_bits_of_the_processor(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    write_special(&rig, BASEPRI, 0x15f);
    assert_int_equal(read_special(&rig, BASEPRI), 0x50);
    write_special(&rig, BASEPRI_MAX, 0x60); // only upwards
    assert_int_equal(rig.cpu.basepri, 0x50);
    write_special(&rig, BASEPRI_MAX, 0);
    assert_int_equal(rig.cpu.basepri, 0x50);
    write_special(&rig, BASEPRI_MAX, 0x40);
    assert_int_equal(read_special(&rig, BASEPRI_MAX), 0x40);
    write_special(&rig, BASEPRI, 0);
    write_special(&rig, BASEPRI_MAX, 0x80);
    assert_int_equal(rig.cpu.basepri, 0x80);
}

static void an_unprivileged_program_sees_and_changes_little(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    write_special(&rig, PSP, RAM + 0x40);
    write_special(&rig, PRIMASK, 1);
    write_special(&rig, CONTROL, 3);
    assert_int_equal(rig.cpu.r[SP], RAM + 0x40);
    static const unsigned char all[] = {MSP, PSP, PRIMASK, BASEPRI, FAULTMASK};
    for (size_t i = 0; i < sizeof all; i++) {
        write_special(&rig, all[i], ~0u);
        assert_int_equal(read_special(&rig, all[i]), 0);
    }
    write_special(&rig, CONTROL, 0);
    assert_int_equal(read_special(&rig, CONTROL), 3);
    assert_int_equal(special_of(&rig), 0x03000001);
    write_special(&rig, 0, 1u << 27); // APSR
    assert_int_equal(rig.cpu.q, 1);
}

static void control_keeps_spsel_in_a_handler(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7EM);
    rig.cpu.ipsr = 11;
    write_special(&rig, CONTROL, 7);
    assert_int_equal(read_special(&rig, CONTROL), 5); // nPRIV and FPCA
}

// What a debugger reads and writes by DCRSR.REGSEL: C1.6.3.
static void registers_have_their_numbers(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7EM);
    sim_cpu_set_reg(&rig.cpu, 16, 0xffffffff);
    assert_int_equal(sim_cpu_get_reg(&rig.cpu, 16), 0xff0ffdffu);
    sim_cpu_set_reg(&rig.cpu, 16, XPSR_T);
    sim_cpu_set_reg(&rig.cpu, REG_SPECIAL, 0xffffffff);
    assert_int_equal(special_of(&rig), 0x0701f001);
    sim_cpu_set_reg(&rig.cpu, REG_FPSCR, 0xffffffff);
    assert_int_equal(sim_cpu_get_reg(&rig.cpu, REG_FPSCR), 0xf7c0009f);
    sim_cpu_set_reg(&rig.cpu, REG_S0 + 31, 0x3f800000);
    assert_int_equal(rig.cpu.fp.s[31], 0x3f800000);
    assert_false(sim_cpu_has_reg(&rig.cpu, REG_S0 + 32) || sim_cpu_has_reg(&rig.cpu, 19));
    rig.cpu.fp.present = false;
    assert_false(sim_cpu_has_reg(&rig.cpu, REG_S0) || sim_cpu_has_reg(&rig.cpu, REG_FPSCR));
    assert_int_equal(sim_cpu_get_reg(&rig.cpu, REG_S0 + 31), 0);
}

// The guard: MPU and FPB.

struct guard {
    struct sim_cpu_guard ops;
    uint32_t refused;
    bool privileged;
    enum sim_access access;
};

static bool permits(void *arg, uint32_t addr, enum sim_access access, bool privileged)
{
    struct guard *g = arg;
    if (addr != g->refused || privileged)
        return true;
    g->access = access;
    return false;
}

static uint32_t remap(void *arg, uint32_t addr, enum sim_access access)
{
    (void)arg;
    return addr == FLASH + 0x20 && access != SIM_ACCESS_WRITE ? RAM + 8 : addr;
}

static void set_up_guard(struct rig *rig, struct guard *g)
{
    set_up(rig, SIM_ARMV7M);
    *g = (struct guard){.ops = {g, permits, remap}, .refused = RAM + 4};
    rig->cpu.guard = &g->ops;
}

static void ldrt_and_strt_are_unprivileged(void **state)
{
    (void)state;
    struct rig rig;
    struct guard g;
    set_up_guard(&rig, &g);
    rig.cpu.r[1] = RAM;
    assert_int_equal(run_wide(&rig, 0xf8d1, 0x0004), SIM_CPU_NONE);  // LDR r0, [r1, #4]
    assert_int_equal(run_wide(&rig, 0xf851, 0x0e04), SIM_CPU_FAULT); // LDRT r0, [r1, #4]
    assert_true(rig.cpu.fault.protection && !rig.cpu.fault.fetch);
    assert_int_equal(rig.cpu.fault.addr, RAM + 4);
    assert_int_equal(g.access, SIM_ACCESS_READ);
    assert_int_equal(run_wide(&rig, 0xf801, 0x0e04), SIM_CPU_FAULT); // STRBT
    assert_int_equal(g.access, SIM_ACCESS_WRITE);
    assert_false(rig.cpu.unprivileged);
    rig.cpu.npriv = true;
    assert_int_equal(run_wide(&rig, 0xf8d1, 0x0004), SIM_CPU_FAULT);
    rig.cpu.r[1] = RAM + 1; // the last byte of an unaligned word counts too
    assert_int_equal(run_narrow(&rig, 0x6808), SIM_CPU_FAULT);
    assert_int_equal(run_narrow(&rig, 0x8808), SIM_CPU_NONE);
}

static void the_guard_may_refuse_a_fetch_and_read_elsewhere(void **state)
{
    (void)state;
    struct rig rig;
    struct guard g;
    set_up_guard(&rig, &g);
    rig.cpu.npriv = true;
    put_le32(&rig.flash[0x20], 1);
    put_le32(&rig.ram[8], 0x2005); // MOVS r0, #5
    rig.cpu.r[1] = FLASH;
    run_narrow(&rig, 0x6a08); // LDR r0, [r1, #32]
    assert_int_equal(rig.cpu.r[0], 0x2005);
    rig.cpu.r[PC] = FLASH + 0x20;
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[0], 5);
    rig.cpu.r[PC] = RAM + 4;
    assert_int_equal(run_one(&rig), SIM_CPU_FAULT);
    assert_true(rig.cpu.fault.protection && rig.cpu.fault.fetch);
}

// The FPU: B1.5.7.

static void the_fpu_is_used_by_whom_cpacr_lets(void **state)
{
    (void)state;
    static const struct {
        unsigned access;
        bool npriv;
        enum sim_cpu_stop stop;
    } row[] = {
        {0, false, SIM_CPU_NO_COPROCESSOR},
        {1, false, SIM_CPU_NONE},
        {1, true, SIM_CPU_NO_COPROCESSOR},
        {3, false, SIM_CPU_NONE},
        {3, true, SIM_CPU_NONE},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7EM);
        rig.cpu.fp.access = row[i].access;
        rig.cpu.npriv = row[i].npriv;
        assert_int_equal(run_wide(&rig, 0xee30, 0x0a20), row[i].stop); // VADD.F32 s0, s0, s1
    }
    struct rig rig;
    set_up(&rig, SIM_ARMV7EM);
    assert_int_equal(run_wide(&rig, 0xee30, 0x0b01), SIM_CPU_UNDEFINED);      // VADD.F64
    assert_int_equal(run_wide(&rig, 0xee10, 0x0f10), SIM_CPU_NO_COPROCESSOR); // MRC p15
    set_up(&rig, SIM_ARMV7M);
    assert_int_equal(run_wide(&rig, 0xee30, 0x0a20), SIM_CPU_NO_COPROCESSOR);
}

static void a_new_context_begins_with_fpdscr(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7EM);
    rig.cpu.fp.aspen = true;
    rig.cpu.fp.fpdscr = 0x01400000; // FZ, to plus infinity
    rig.cpu.fp.fpscr = 0x02000010;
    run_wide(&rig, 0xee30, 0x0a20);
    assert_int_equal(rig.cpu.fp.fpscr, 0x01400010);
    assert_true(rig.cpu.fp.fpca);
    rig.cpu.fp.fpscr = 0;
    run_wide(&rig, 0xee30, 0x0a20); // the same context
    assert_int_equal(rig.cpu.fp.fpscr, 0);
    rig.cpu.fp.lspact = true;
    assert_int_equal(run_wide(&rig, 0xee30, 0x0a20), SIM_CPU_LAZY_FP);
    assert_int_equal(rig.cpu.r[PC], START);
}

// VCVT.F32.S32 with a fraction rounds to nearest, whatever FPSCR says (A7.7.229).
static void fixed_point_is_rounded_to_nearest(void **state)
{
    (void)state;
    for (uint32_t mode = 0; mode < 4; mode++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7EM);
        rig.cpu.fp.fpscr = mode << 22;
        rig.cpu.fp.s[0] = 0x01000003;   // halfway between two numbers, the even one is above
        run_wide(&rig, 0xeeba, 0x0aef); // VCVT.F32.S32 s0, s0, #1
        assert_int_equal(rig.cpu.fp.s[0], 0x4b000002);
        assert_int_equal(rig.cpu.fp.fpscr, mode << 22 | 0x10);
        rig.cpu.fp.s[0] = 0x01000003;
        run_wide(&rig, 0xeeb8, 0x0ac0); // VCVT.F32.S32 s0, s0 does not
        assert_int_equal(rig.cpu.fp.s[0], mode == 0 || mode == 1 ? 0x4b800002 : 0x4b800001);
    }
}

// SMLAD looks at the whole sum (A7.7.140).
static void smlad_saturates_by_its_sum(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7EM);
    rig.cpu.r[1] = rig.cpu.r[2] = 0x80008000;
    rig.cpu.r[3] = ~0u;
    run_wide(&rig, 0xfb21, 0x3002); // SMLAD r0, r1, r2, r3
    assert_int_equal(rig.cpu.r[0], 0x7fffffff);
    assert_int_equal(rig.cpu.q, 0);
    rig.cpu.r[3] = 0;
    run_wide(&rig, 0xfb21, 0x3002);
    assert_int_equal(rig.cpu.q, 1);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cps_changes_the_masks),
        cmocka_unit_test(faultmask_cannot_be_set_where_no_fault_can_be_taken),
        cmocka_unit_test(basepri_has_the_bits_of_the_processor),
        cmocka_unit_test(an_unprivileged_program_sees_and_changes_little),
        cmocka_unit_test(control_keeps_spsel_in_a_handler),
        cmocka_unit_test(registers_have_their_numbers),
        cmocka_unit_test(ldrt_and_strt_are_unprivileged),
        cmocka_unit_test(the_guard_may_refuse_a_fetch_and_read_elsewhere),
        cmocka_unit_test(the_fpu_is_used_by_whom_cpacr_lets),
        cmocka_unit_test(a_new_context_begins_with_fpdscr),
        cmocka_unit_test(fixed_point_is_rounded_to_nearest),
        cmocka_unit_test(smlad_saturates_by_its_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
