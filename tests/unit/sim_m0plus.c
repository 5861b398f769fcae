// SPDX-License-Identifier: MIT
// What a Cortex-M0+ has and a Cortex-M0 has not: VTOR, unprivileged Thread mode and the protection
// unit (DDI 0419, B1.3, B3.1, B3.2.5, B3.5). Each test names its section.
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

enum {
    NOP = 0xbf00,
    SVC0 = 0xdf00,
    UDF = 0xde00,
    LOOP = 0xe7fe,
    BX_LR = 0x4770,
    CPSID = 0xb672,
    INC_R7 = 0x3701,  // ADDS r7, #1
    STR_01 = 0x6008,  // STR r0, [r1]
    STRB_01 = 0x7008, // STRB r0, [r1]
    LDR_01 = 0x6808,  // LDR r0, [r1]
    BX_R1 = 0x4708,
};

// MSR to a special register from r0, and MRS to r0: two halfwords.
#define MSR(sysm) 0xf380, 0x8800 | (sysm)
#define MRS(sysm) 0xf3ef, 0x8000 | (sysm)

enum { SYSM_IPSR = 5, SYSM_MSP = 8, SYSM_PSP = 9, SYSM_PRIMASK = 16, SYSM_CONTROL = 20 };
enum { HARDFAULT = 3, SVCALL = 11 };
enum { NPRIV = 1 << 24, SPSEL = 2 << 24 }; // of REG_CONTROL_PRIMASK

#define CPUID    0xe000ed00u
#define VTOR     0xe000ed08u
#define ISER     0xe000e100u
#define SYST_RVR 0xe000e014u
#define MPU_TYPE 0xe000ed90u
#define MPU_CTRL 0xe000ed94u
#define MPU_RNR  0xe000ed98u
#define MPU_RBAR 0xe000ed9cu
#define MPU_RASR 0xe000eda0u

enum { MPU_ON = 1, HFNMIENA = 2, PRIVDEFENA = 4 };
enum { AP_NONE = 0, AP_PRIV = 1, AP_USER_READS = 2, AP_FULL = 3, AP_PRIV_READS = 5, AP_READS = 6 };

#define RBAR_VALID    (1u << 4)
#define REGION_XN     (1u << 28)
#define REGION(ap, n) ((uint32_t)(ap) << 24 | ((n)-1) << 1 | 1) // of 2 to the power of n bytes

static int setup_m0plus(void **state)
{
    return bench_setup_kind(state, SIM_CPUID_M0PLUS, SIM_CORE_INTERRUPTS);
}

static unsigned ipsr(struct bench *b)
{
    return bench_reg(b, REG_XPSR) & 0x3f;
}

static void set_region(struct bench *b, unsigned n, uint32_t base, uint32_t rasr)
{
    bench_write(b, MPU_RBAR, base | RBAR_VALID | n);
    bench_write(b, MPU_RASR, rasr);
}

// The standard frame for programs: all of flash readable and executable, all of RAM open.
static void set_usual_regions(struct bench *b)
{
    set_region(b, 0, FLASH, REGION(AP_READS, 15));
    set_region(b, 1, RAM, REGION(AP_FULL, 12));
}

// Runs code from a fresh reset with r0, r1 and CONTROL set; returns the exception that it ends in.
static unsigned run_with(struct bench *b, uint32_t r0, uint32_t r1, uint32_t control)
{
    sim_core_set_reg(b->core, 0, r0);
    sim_core_set_reg(b->core, 1, r1);
    sim_core_set_reg(b->core, 7, 0);
    sim_core_set_reg(b->core, REG_PSP, RAM + 0x800);
    sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, control);
    bench_run(b);
    return ipsr(b);
}

static void restart(struct bench *b)
{
    sim_core_hold(b->core, SIM_RESET_POWER);
    bench_release(b);
}

// DDI 0484, table 4-1 and chapters 8 and 9.
static void it_tells_what_it_is(void **state)
{
    struct bench *b = *state;
    bench_release(b);
    assert_int_equal(bench_read(b, CPUID), 0x410cc601);
    assert_int_equal(bench_read(b, MPU_TYPE), 0x800);
    assert_int_equal(bench_read(b, 0xe0002000u), 0x40); // four comparators for breakpoints
    bench_write(b, DEMCR, 1u << 24);
    assert_int_equal(bench_read(b, 0xe0001000u) >> 28, 2); // two for watchpoints
    assert_int_equal(bench_read(b, 0xe00ff000u), 0xfff0f003);
    assert_int_equal(bench_read(b, 0xe00ff004u), 0xfff02003);
    assert_int_equal(bench_read(b, 0xe00ff008u), 0xfff03003);
    assert_int_equal(bench_read(b, 0xe00ff00cu), 0); // no MTB
}

// B3.2.5 VTOR.
static void vectors_are_taken_from_where_vtor_says(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    bench_release(b);
    assert_int_equal(bench_read(b, VTOR), 0);
    bench_write(b, VTOR, 0xffffffff);
    assert_int_equal(bench_read(b, VTOR), 0xffffff00);
    bench_poke32(b, RAM + 0x100 + 4 * SVCALL, HANDLER(40) | 1);
    bench_write(b, VTOR, RAM + 0x100);
    bench_run(b);
    assert_int_equal(ipsr(b), SVCALL);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(40));
    restart(b); // and a reset takes it back
    assert_int_equal(bench_read(b, VTOR), 0);
    assert_int_equal(bench_reg(b, REG_PC), CODE);
}

// B1.4.3 CONTROL: nPRIV is written by privileged code in either mode.
static void control_keeps_npriv(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, MSR(SYSM_CONTROL), MRS(SYSM_CONTROL), LOOP);
    bench_release(b);
    assert_int_equal(run_with(b, 1, 0, 0), 0);
    assert_int_equal(bench_reg(b, 0), 1);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), NPRIV);
    restart(b);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), 0);
}

static void a_handler_gives_up_and_gives_back_privilege_of_thread_mode(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), 0x2001, MSR(SYSM_CONTROL), MRS(SYSM_MSP), BX_LR);
    bench_release(b);
    assert_int_equal(run_with(b, 0, 0, SPSEL), 0);
    // nPRIV is set, SPSEL is what it was: a handler cannot change it.
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), NPRIV | SPSEL);
    CODE_AT(b, HANDLER(SVCALL), 0x2000, MSR(SYSM_CONTROL), BX_LR);
    sim_core_set_reg(b->core, REG_PC, CODE);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), SPSEL);
}

// B4.2.3 MSR and B4.2.1 CPS: unprivileged, all but the flags stays.
static void unprivileged_writes_of_special_registers_do_nothing(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, MSR(SYSM_CONTROL), MSR(SYSM_MSP), MSR(SYSM_PSP), MSR(SYSM_PRIMASK), CPSID,
            MSR(0), LOOP);
    bench_release(b);
    assert_int_equal(run_with(b, 0xf0000000, 0, NPRIV | SPSEL), 0);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), NPRIV | SPSEL);
    assert_int_equal(bench_reg(b, REG_MSP), STACK);
    assert_int_equal(bench_reg(b, REG_PSP), RAM + 0x800);
    assert_int_equal(bench_reg(b, REG_XPSR) >> 28, 0xf);
}

// B4.2.2 MRS.
static void unprivileged_reads_of_special_registers_give_zero(void **state)
{
    struct bench *b = *state;
    static const unsigned sysm[] = {SYSM_MSP, SYSM_PSP, SYSM_PRIMASK};
    for (unsigned i = 0; i < sizeof sysm / sizeof sysm[0]; i++) {
        CODE_AT(b, CODE, MRS(sysm[i]), LOOP);
        restart(b);
        assert_int_equal(run_with(b, 0x55, 0, NPRIV | SPSEL | 1), 0);
        assert_int_equal(bench_reg(b, 0), 0);
        restart(b);
        assert_int_equal(run_with(b, 0x55, 0, SPSEL | 1), 0);
        assert_int_not_equal(bench_reg(b, 0), 0);
    }
}

// B3.1: the private peripheral bus.
static void the_private_bus_refuses_an_unprivileged_program(void **state)
{
    struct bench *b = *state;
    static const uint32_t addr[] = {ISER, SYST_RVR, VTOR, MPU_CTRL, 0xe0001000u, 0xe00ff000u};
    for (unsigned i = 0; i < sizeof addr / sizeof addr[0]; i++) {
        for (unsigned write = 0; write < 2; write++) {
            CODE_AT(b, CODE, write ? STR_01 : LDR_01, LOOP);
            restart(b);
            assert_int_equal(run_with(b, 0x100, addr[i], 0), 0);
            restart(b);
            assert_int_equal(run_with(b, 0x100, addr[i], NPRIV), HARDFAULT);
            assert_int_equal(bench_peek32(b, bench_reg(b, REG_MSP) + 24), CODE);
        }
    }
    restart(b);
    CODE_AT(b, CODE, STR_01, LOOP);
    run_with(b, 0x100, SYST_RVR, NPRIV);
    assert_int_equal(bench_read(b, SYST_RVR), 0);
}

static void a_handler_of_an_unprivileged_thread_is_privileged(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), STR_01, BX_LR);
    bench_release(b);
    assert_int_equal(run_with(b, 0x123, SYST_RVR, NPRIV | SPSEL), 0);
    assert_int_equal(bench_read(b, SYST_RVR), 0x123);
}

// B3.5: the registers of the unit.
static void the_registers_of_the_mpu_keep_what_they_have(void **state)
{
    struct bench *b = *state;
    bench_release(b);
    bench_write(b, MPU_RNR, 7);
    bench_write(b, MPU_RBAR, 0x20000fe0);
    bench_write(b, MPU_RASR, 0xffffffff);
    assert_int_equal(bench_read(b, MPU_RBAR), 0x20000f07);
    assert_int_equal(bench_read(b, MPU_RASR), 0x1707ff3f);
    bench_write(b, MPU_RNR, 8); // there is none
    assert_int_equal(bench_read(b, MPU_RNR), 7);
    bench_write(b, MPU_RBAR, RAM | RBAR_VALID | 3);
    assert_int_equal(bench_read(b, MPU_RNR), 3);
    assert_int_equal(bench_read(b, MPU_RBAR), RAM | 3);
    assert_int_equal(bench_read(b, MPU_RASR), 0);
    assert_int_equal(bench_read(b, MPU_RASR + 8), 0); // PMSAv6 has no aliases
    bench_write(b, MPU_CTRL, 0xffffffff);
    assert_int_equal(bench_read(b, MPU_CTRL), 7);
    restart(b);
    assert_int_equal(bench_read(b, MPU_CTRL), 0);
}

// Table B3-10 of DDI 0419: who may do what.
static void access_permissions_are_those_of_the_table(void **state)
{
    struct bench *b = *state;
    static const struct {
        unsigned ap;
        bool reads, writes, user_reads, user_writes;
    } rows[] = {
        {AP_NONE, false, false, false, false},
        {AP_PRIV, true, true, false, false},
        {AP_USER_READS, true, true, true, false},
        {AP_FULL, true, true, true, true},
        {AP_PRIV_READS, true, false, false, false},
        {AP_READS, true, false, true, false},
        {7, true, false, true, false},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned way = 0; way < 4; way++) {
            bool user = way & 2, write = way & 1;
            bool allowed = user    ? write ? rows[i].user_writes : rows[i].user_reads
                           : write ? rows[i].writes
                                   : rows[i].reads;
            CODE_AT(b, CODE, write ? STR_01 : LDR_01, LOOP);
            restart(b);
            set_usual_regions(b);
            set_region(b, 2, RAM + 0x100, REGION(rows[i].ap, 8));
            bench_write(b, MPU_CTRL, MPU_ON);
            unsigned end = run_with(b, 1, RAM + 0x1fc, user ? NPRIV : 0);
            assert_int_equal(end, allowed ? 0 : HARDFAULT);
        }
    }
}

static void what_no_region_covers_is_for_privileged_code_with_privdefena(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LDR_01, LOOP);
    for (unsigned way = 0; way < 4; way++) {
        bool user = way & 1, background = way & 2;
        restart(b);
        set_region(b, 0, FLASH, REGION(AP_READS, 15));
        bench_write(b, MPU_CTRL, MPU_ON | (background ? PRIVDEFENA : 0));
        unsigned end = run_with(b, 0, 0x100, user ? NPRIV : 0);
        bool allowed = background && !user;
        if (allowed)
            assert_int_equal(end, 0);
        else // the frame cannot be stacked either, where RAM has no region
            assert_true(end == HARDFAULT);
    }
}

static void the_region_with_the_highest_number_decides(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_01, LOOP);
    restart(b);
    set_usual_regions(b);
    set_region(b, 6, RAM + 0x200, REGION(AP_FULL, 8));
    set_region(b, 5, RAM, REGION(AP_READS, 11));
    bench_write(b, MPU_CTRL, MPU_ON);
    assert_int_equal(run_with(b, 1, RAM + 0x2fc, 0), 0);
    sim_core_set_reg(b->core, REG_PC, CODE);
    assert_int_equal(run_with(b, 1, RAM + 0x300, 0), HARDFAULT);
}

static void a_subregion_that_is_off_leaves_it_to_the_region_below(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STRB_01, LOOP);
    for (unsigned part = 0; part < 8; part++) {
        restart(b);
        set_usual_regions(b);
        set_region(b, 2, RAM, REGION(AP_READS, 8) | 1u << (8 + 5)); // 32 bytes each
        bench_write(b, MPU_CTRL, MPU_ON);
        assert_int_equal(run_with(b, 1, RAM + 32 * part + 31, 0), part == 5 ? 0 : HARDFAULT);
    }
}

static void code_is_not_executed_from_a_region_with_xn(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, BX_R1);
    CODE_AT(b, RAM + 0x300, INC_R7, LOOP);
    for (unsigned xn = 0; xn < 2; xn++) {
        restart(b);
        set_usual_regions(b);
        set_region(b, 1, RAM, REGION(AP_FULL, 12) | (xn ? REGION_XN : 0));
        bench_write(b, MPU_CTRL, MPU_ON);
        assert_int_equal(run_with(b, 0, (RAM + 0x300) | 1, 0), xn ? HARDFAULT : 0);
        assert_int_equal(bench_reg(b, 7), !xn);
    }
}

// B3.5.4: HardFault and NMI run without the unit unless HFNMIENA says otherwise.
static void hfnmiena_keeps_the_mpu_on_in_hardfault(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(HARDFAULT), LDR_01, LOOP);
    for (unsigned on = 0; on < 2; on++) {
        restart(b);
        set_usual_regions(b);
        set_region(b, 2, RAM + 0x100, REGION(AP_NONE, 8));
        bench_write(b, MPU_CTRL, MPU_ON | (on ? HFNMIENA : 0));
        run_with(b, 0, RAM + 0x100, 0);
        assert_int_equal(sim_core_is_locked_up(b->core), on);
    }
}

static void vectors_and_the_private_bus_need_no_region(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_01, SVC0, LOOP);
    restart(b);
    set_region(b, 0, FLASH + 0x400, REGION(AP_READS, 10)); // without the table at 0
    set_region(b, 1, RAM, REGION(AP_FULL, 12));
    set_region(b, 2, FLASH + 0x1000, REGION(AP_READS, 12));
    bench_write(b, MPU_CTRL, MPU_ON);
    assert_int_equal(run_with(b, 0x77, SYST_RVR, 0), SVCALL);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(SVCALL));
    assert_int_equal(bench_read(b, SYST_RVR), 0x77);
}

// The frame of an exception is written, and read back, with the rights of the thread.
static void a_frame_is_stacked_and_unstacked_as_the_thread_may(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), BX_LR);
    for (unsigned way = 0; way < 4; way++) {
        bool user = way & 1, open = way & 2;
        restart(b);
        set_usual_regions(b);
        set_region(b, 2, RAM, REGION(open ? AP_FULL : AP_PRIV, 11)); // where PSP is
        bench_write(b, MPU_CTRL, MPU_ON);
        unsigned end = run_with(b, 0, 0, SPSEL | (user ? NPRIV : 0));
        assert_int_equal(end, user && !open ? HARDFAULT : 0);
    }
    // A handler takes the thread's right away: unstacking faults.
    CODE_AT(b, HANDLER(SVCALL), STR_01, BX_LR);
    restart(b);
    set_usual_regions(b);
    set_region(b, 2, RAM, REGION(AP_FULL, 11));
    bench_write(b, MPU_CTRL, MPU_ON);
    assert_int_equal(run_with(b, REGION(AP_PRIV, 11), MPU_RASR, SPSEL | NPRIV), HARDFAULT);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(HARDFAULT));
}

static void the_debugger_reaches_what_the_mpu_refuses(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    set_region(b, 0, FLASH, REGION(AP_READS, 15));
    bench_write(b, MPU_CTRL, MPU_ON);
    bench_write(b, RAM + 0x10, 0x1234);
    assert_int_equal(bench_read(b, RAM + 0x10), 0x1234);
}

// DDI 0484, table 3-1 and DDI 0432, table 3-1: NOP, B, LDR, MSR and BL, and B again.
static void branches_take_a_cycle_less_than_on_a_cortex_m0(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, 0xe000, NOP, 0xf000, 0xf800, MRS(SYSM_MSP), INC_R7, LOOP);
    bench_start_halted(b);
    static const unsigned cycles[] = {2, 3, 3, 1};
    for (unsigned i = 0; i < 4; i++) {
        uint64_t before = b->clock.now_ns;
        bench_write(b, DHCSR, KEY | C_STEP | C_DEBUGEN);
        while (!sim_core_is_halted(b->core))
            sim_core_run(b->core, b->clock.now_ns + 10000);
        assert_int_equal(b->clock.now_ns - before, cycles[i] * 125);
    }
}

#define m0plus_test(f) cmocka_unit_test_setup_teardown(f, setup_m0plus, bench_teardown)

// The same core as a Cortex-M0 has none of it.
static void a_cortex_m0_has_neither_vtor_nor_npriv_nor_mpu(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, MSR(SYSM_CONTROL), LDR_01, LOOP);
    bench_release(b);
    bench_write(b, VTOR, RAM);
    assert_int_equal(bench_read(b, VTOR), 0);
    assert_int_equal(bench_read(b, MPU_TYPE), 0);
    bench_write(b, MPU_CTRL, MPU_ON);
    assert_int_equal(bench_read(b, MPU_CTRL), 0);
    assert_int_equal(run_with(b, 1, SYST_RVR, NPRIV), 0);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m0plus_test(it_tells_what_it_is),
        m0plus_test(vectors_are_taken_from_where_vtor_says),
        m0plus_test(control_keeps_npriv),
        m0plus_test(a_handler_gives_up_and_gives_back_privilege_of_thread_mode),
        m0plus_test(unprivileged_writes_of_special_registers_do_nothing),
        m0plus_test(unprivileged_reads_of_special_registers_give_zero),
        m0plus_test(the_private_bus_refuses_an_unprivileged_program),
        m0plus_test(a_handler_of_an_unprivileged_thread_is_privileged),
        m0plus_test(the_registers_of_the_mpu_keep_what_they_have),
        m0plus_test(access_permissions_are_those_of_the_table),
        m0plus_test(what_no_region_covers_is_for_privileged_code_with_privdefena),
        m0plus_test(the_region_with_the_highest_number_decides),
        m0plus_test(a_subregion_that_is_off_leaves_it_to_the_region_below),
        m0plus_test(code_is_not_executed_from_a_region_with_xn),
        m0plus_test(hfnmiena_keeps_the_mpu_on_in_hardfault),
        m0plus_test(vectors_and_the_private_bus_need_no_region),
        m0plus_test(a_frame_is_stacked_and_unstacked_as_the_thread_may),
        m0plus_test(the_debugger_reaches_what_the_mpu_refuses),
        m0plus_test(branches_take_a_cycle_less_than_on_a_cortex_m0),
        bench_test(a_cortex_m0_has_neither_vtor_nor_npriv_nor_mpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
