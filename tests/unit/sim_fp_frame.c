// SPDX-License-Identifier: MIT
// The floating-point unit in exceptions: extended frames, lazy stacking, what the unit's registers
// in the SCS decide (DDI 0403, B1.5.6 to B1.5.8, B3.2.20 to B3.2.24). Each test names its section.
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

enum { SVC0 = 0xdf00, LOOP = 0xe7fe, BX_LR = 0x4770, UDF = 0xde00, INC_R7 = 0x3701 };
#define VMOV_S0_R0     0xee00, 0x0a10 // VMOV s0, r0
#define VMOV_R0_S0     0xee10, 0x0a10 // VMOV r0, s0
#define MRS_CONTROL_R6 0xf3ef, 0x8614

#define SHCSR    0xe000ed24u
#define CFSR     0xe000ed28u
#define HFSR     0xe000ed2cu
#define CPACR    0xe000ed88u
#define MPU_CTRL 0xe000ed94u
#define MPU_RBAR 0xe000ed9cu
#define MPU_RASR 0xe000eda0u
#define FPCCR    0xe000ef34u
#define FPCAR    0xe000ef38u
#define FPDSCR   0xe000ef3cu

enum { HARDFAULT = 3, MEMMANAGE = 4, BUSFAULT = 5, USAGEFAULT = 6, SVCALL = 11 };
enum { REG_FPSCR = 33, REG_S0 = 64 };

#define ALL_FAULTS 0x00070000u
#define FULL       0x00f00000u // CPACR: everybody
#define ASPEN      (1u << 31)
#define LSPEN      (1u << 30)
#define MONRDY     (1u << 8)
#define BFRDY      (1u << 6)
#define MMRDY      (1u << 5)
#define HFRDY      (1u << 4)
#define THREAD     (1u << 3)
#define USER       (1u << 1)
#define LSPACT     (1u << 0)
#define MLSPERR    (1u << 5)
#define LSPERR     (1u << 13)
#define NOCP       (1u << 19)

enum { FRAME = 0x68 };
#define FPCA     (4u << 24) // of REG_CONTROL_PRIMASK
#define FRAME_AT (STACK - FRAME)

static int setup_m4(void **state)
{
    return bench_setup_kind(state, SIM_CPUID_M4, 91);
}

static unsigned ipsr(struct bench *b)
{
    return bench_reg(b, REG_XPSR) & 0x1ff;
}

// A thread with s0 to s31 = 0x100 to 0x11f that has used the unit and is about to execute CODE.
static void start_with_state(struct bench *b, uint32_t fpccr)
{
    sim_core_hold(b->core, SIM_RESET_POWER);
    bench_release(b);
    memset(b->ram, 0xee, RAM_SIZE);
    bench_write(b, CPACR, FULL);
    bench_write(b, FPCCR, fpccr);
    for (unsigned i = 0; i < 32; i++)
        sim_core_set_reg(b->core, REG_S0 + i, 0x100 + i);
    sim_core_set_reg(b->core, REG_FPSCR, 0x80000000);
    sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, FPCA);
    sim_core_set_reg(b->core, 7, 0);
}

// B1.5.7: the first instruction of the unit sets CONTROL.FPCA, if FPCCR.ASPEN is set.
static void using_the_unit_makes_the_frame_extended(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, VMOV_S0_R0, MRS_CONTROL_R6, SVC0, LOOP);
    for (unsigned automatic = 0; automatic < 2; automatic++) {
        start_with_state(b, LSPEN | (automatic ? ASPEN : 0));
        sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, 0);
        bench_run(b);
        assert_int_equal(ipsr(b), SVCALL);
        assert_int_equal(bench_reg(b, 6), automatic ? 4 : 0);
        assert_int_equal(bench_reg(b, REG_LR), automatic ? 0xffffffe9 : 0xfffffff9);
        assert_int_equal(bench_reg(b, REG_MSP), automatic ? FRAME_AT : STACK - 0x20);
        assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), 0); // FPCA is clear in the handler
    }
}

static void a_handler_without_the_unit_stacks_nothing_of_it(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, MRS_CONTROL_R6, LOOP);
    CODE_AT(b, HANDLER(SVCALL), INC_R7, LOOP);
    start_with_state(b, ASPEN | LSPEN);
    bench_run(b);
    assert_int_equal(bench_read(b, FPCCR), ASPEN | LSPEN | LSPACT | THREAD | HFRDY);
    assert_int_equal(bench_read(b, FPCAR), FRAME_AT + 0x20);
    assert_int_equal(bench_peek32(b, FRAME_AT + 0x20), 0xeeeeeeee);
    assert_int_equal(bench_peek32(b, FRAME_AT + 0x18), CODE + 2);
    CODE_AT(b, HANDLER(SVCALL), BX_LR);
    start_with_state(b, ASPEN | LSPEN);
    bench_run(b);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_read(b, FPCCR) & LSPACT, 0);
    assert_int_equal(bench_reg(b, 6), 4);
    assert_int_equal(bench_reg(b, REG_SP), STACK);
    assert_int_equal(bench_reg(b, REG_S0 + 15), 0x10f);
}

// PreserveFPState().
static void the_first_use_in_the_handler_saves_the_state(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), VMOV_S0_R0, LOOP);
    start_with_state(b, ASPEN | LSPEN);
    bench_write(b, FPDSCR, 0x00c00000);
    sim_core_set_reg(b->core, 0, 0x777);
    bench_run(b);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(bench_peek32(b, FRAME_AT + 0x20 + 4 * i), 0x100 + i);
    assert_int_equal(bench_peek32(b, FRAME_AT + 0x60), 0x80000000);
    assert_int_equal(bench_peek32(b, FRAME_AT + 0x64), 0xeeeeeeee); // reserved
    assert_int_equal(bench_read(b, FPCCR) & LSPACT, 0);
    assert_int_equal(bench_reg(b, REG_S0), 0x777);
    assert_int_equal(bench_reg(b, REG_FPSCR) & 0x07c00000, 0x00c00000);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), FPCA);
}

static void the_return_brings_the_state_back(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), VMOV_S0_R0, BX_LR);
    for (unsigned lazy = 0; lazy < 2; lazy++) {
        start_with_state(b, ASPEN | (lazy ? LSPEN : 0));
        bench_run(b);
        assert_int_equal(ipsr(b), 0);
        for (unsigned i = 0; i < 16; i++)
            assert_int_equal(bench_reg(b, REG_S0 + i), 0x100 + i);
        assert_int_equal(bench_reg(b, REG_FPSCR), 0x80000000);
        assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), FPCA);
        assert_int_equal(bench_reg(b, REG_SP), STACK);
    }
}

static void without_lspen_the_state_is_stacked_at_entry(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    start_with_state(b, ASPEN);
    bench_run(b);
    assert_int_equal(bench_peek32(b, FRAME_AT + 0x20 + 4 * 15), 0x10f);
    assert_int_equal(bench_peek32(b, FRAME_AT + 0x60), 0x80000000);
    assert_int_equal(bench_read(b, FPCCR), ASPEN);
}

static void an_extended_frame_is_aligned_whatever_stkalign_says(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    start_with_state(b, ASPEN);
    bench_write(b, 0xe000ed14u, 0); // CCR
    sim_core_set_reg(b->core, REG_SP, STACK - 4);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_MSP), FRAME_AT - 8);
    assert_int_equal(bench_peek32(b, FRAME_AT - 8 + 0x1c) & 1u << 9, 1u << 9);
    CODE_AT(b, HANDLER(SVCALL), BX_LR);
    bench_run(b);
}

// UpdateFPCCR(): what is written down about the thread that leaves its state.
static void fpccr_tells_whose_state_it_is_and_which_faults_could_be_taken(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    start_with_state(b, ASPEN | LSPEN);
    bench_write(b, SHCSR, ALL_FAULTS);
    bench_write(b, DEMCR, 1u << 16); // MON_EN
    sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, FPCA | 1u << 24);
    bench_run(b);
    assert_int_equal(bench_read(b, FPCCR),
                     ASPEN | LSPEN | LSPACT | THREAD | USER | HFRDY | BFRDY | MMRDY | MONRDY);
    // From a HardFault handler there is none.
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(HARDFAULT), VMOV_S0_R0, INC_R7, LOOP);
    CODE_AT(b, HANDLER(2), LOOP);
    start_with_state(b, ASPEN | LSPEN);
    bench_run(b);
    sim_core_pend_nmi(b->core);
    bench_run(b);
    assert_int_equal(ipsr(b), 2);
    assert_int_equal(bench_reg(b, REG_LR), 0xffffffe1);
    assert_int_equal(bench_read(b, FPCCR), ASPEN | LSPEN | LSPACT);
}

// The fault is that of the state's owner, found by the handler.
static void a_fault_of_lazy_saving_is_lsperr_or_mlsperr(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), 0x6008, VMOV_S0_R0, LOOP); // STR r0, [r1]
    for (unsigned way = 0; way < 4; way++) {
        bool by_mpu = way & 1, ready = way & 2;
        start_with_state(b, ASPEN | LSPEN);
        bench_write(b, SHCSR, ready ? ALL_FAULTS : 0);
        bench_write(b, SHPR2, 0x80000000);
        bench_write(b, MPU_RBAR, STACK - 64);
        bench_write(b, MPU_RASR, 3u << 24 | 5 << 1); // the end of the frame, not on yet
        bench_write(b, MPU_CTRL, 5);
        // The handler turns FPCAR away, or takes the right of the frame.
        sim_core_set_reg(b->core, 0, by_mpu ? 6u << 24 | 5 << 1 | 1 : 0x60000000);
        sim_core_set_reg(b->core, 1, by_mpu ? MPU_RASR : FPCAR);
        bench_run(b);
        unsigned exception = by_mpu ? MEMMANAGE : BUSFAULT;
        assert_int_equal(ipsr(b), ready ? exception : HARDFAULT);
        assert_int_equal(bench_read(b, CFSR), by_mpu ? MLSPERR : LSPERR);
        assert_int_equal(bench_read(b, HFSR), ready ? 0 : 1u << 30);
        assert_int_equal(bench_read(b, FPCCR) & LSPACT, LSPACT);
        if (!by_mpu)
            assert_int_equal(bench_peek32(b, bench_reg(b, REG_MSP) + 24), HANDLER(SVCALL) + 2);
    }
}

static void a_unit_that_was_switched_off_cannot_be_stacked(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    start_with_state(b, ASPEN);
    bench_write(b, SHCSR, ALL_FAULTS);
    bench_write(b, SHPR2, 0x80000000);
    bench_write(b, CPACR, 0);
    bench_run(b);
    assert_int_equal(ipsr(b), USAGEFAULT);
    assert_int_equal(bench_read(b, CFSR), NOCP);
    // Lazily nobody looks before the handler uses it.
    CODE_AT(b, HANDLER(SVCALL), INC_R7, LOOP);
    start_with_state(b, ASPEN | LSPEN);
    bench_write(b, CPACR, 0);
    bench_run(b);
    assert_int_equal(ipsr(b), SVCALL);
}

static void privileged_access_only_refuses_the_unprivileged(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, VMOV_R0_S0, LOOP);
    for (unsigned user = 0; user < 2; user++) {
        start_with_state(b, ASPEN | LSPEN);
        bench_write(b, CPACR, 0x00500000);
        bench_write(b, SHCSR, ALL_FAULTS);
        sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, user ? 1u << 24 : 0);
        bench_run(b);
        assert_int_equal(ipsr(b), user ? USAGEFAULT : 0);
        assert_int_equal(bench_read(b, CFSR), user ? NOCP : 0);
    }
}

#define m4_test(f) cmocka_unit_test_setup_teardown(f, setup_m4, bench_teardown)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m4_test(using_the_unit_makes_the_frame_extended),
        m4_test(a_handler_without_the_unit_stacks_nothing_of_it),
        m4_test(the_first_use_in_the_handler_saves_the_state),
        m4_test(the_return_brings_the_state_back),
        m4_test(without_lspen_the_state_is_stacked_at_entry),
        m4_test(an_extended_frame_is_aligned_whatever_stkalign_says),
        m4_test(fpccr_tells_whose_state_it_is_and_which_faults_could_be_taken),
        m4_test(a_fault_of_lazy_saving_is_lsperr_or_mlsperr),
        m4_test(a_unit_that_was_switched_off_cannot_be_stacked),
        m4_test(privileged_access_only_refuses_the_unprivileged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
