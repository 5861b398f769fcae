// SPDX-License-Identifier: MIT
// Exceptions of ARMv7-M on sim/core/core.h: priorities, faults and their status, escalation,
// lockup, entry and return (DDI 0403, B1.5 and B3.2). Each test names its section.
#include "sim/core/nvic.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

// Opcodes of the little programs below.
enum {
    NOP = 0xbf00,
    WFI = 0xbf30,
    CPSID = 0xb672,
    CPSIE = 0xb662,
    CPSID_F = 0xb671,
    SVC0 = 0xdf00,
    UDF = 0xde00,
    BKPT = 0xbe00,
    LOOP = 0xe7fe,
    BX_LR = 0x4770,
    BX_R1 = 0x4708,
    BX_R6 = 0x4730,
    MOV_SP_R6 = 0x46b5,
    INC_R7 = 0x3701, // ADDS r7, #1
    STR_01 = 0x6008, // STR r0, [r1]
    LDR_01 = 0x6808, // LDR r0, [r1]
    LDM_1 = 0xc905,  // LDM r1!, {r0, r2}
};
#define SDIV_0_0_2 0xfb90, 0xf0f2 // SDIV r0, r0, r2
#define VMOV_S0_R0 0xee00, 0x0a10
#define MSR(sysm)  0xf380, 0x8800 | (sysm)
#define MRS(sysm)  0xf3ef, 0x8000 | (sysm)
enum { SYSM_BASEPRI = 17, SYSM_FAULTMASK = 19 };

#define ICTR     0xe000e004u
#define ACTLR    0xe000e008u
#define ISER     0xe000e100u
#define ISPR     0xe000e200u
#define IABR     0xe000e300u
#define IPR      0xe000e400u
#define VTOR     0xe000ed08u
#define CCR      0xe000ed14u
#define SHPR1    0xe000ed18u
#define SHCSR    0xe000ed24u
#define CFSR     0xe000ed28u
#define HFSR     0xe000ed2cu
#define MMFAR    0xe000ed34u
#define BFAR     0xe000ed38u
#define CPACR    0xe000ed88u
#define MPU_CTRL 0xe000ed94u
#define MPU_RNR  0xe000ed98u
#define MPU_RBAR 0xe000ed9cu
#define MPU_RASR 0xe000eda0u
#define STIR     0xe000ef00u

enum { HARDFAULT = 3, MEMMANAGE = 4, BUSFAULT = 5, USAGEFAULT = 6, SVCALL = 11 };

#define ALL_FAULTS 0x00070000u // of SHCSR: all three enabled
#define NOWHERE    0x60000000u // nothing is there, and code may be
#define FORCED     (1u << 30)
#define VECTTBL    (1u << 1)

#define NONBASETHRDENA (1u << 0)
#define USERSETMPEND   (1u << 1)
#define UNALIGN_TRP    (1u << 3)
#define DIV_0_TRP      (1u << 4)
#define BFHFNMIGN      (1u << 8)
#define STKALIGN       (1u << 9)

// Bits of CFSR.
#define IACCVIOL    (1u << 0)
#define DACCVIOL    (1u << 1)
#define MUNSTKERR   (1u << 3)
#define MSTKERR     (1u << 4)
#define MMARVALID   (1u << 7)
#define IBUSERR     (1u << 8)
#define PRECISERR   (1u << 9)
#define IMPRECISERR (1u << 10)
#define UNSTKERR    (1u << 11)
#define STKERR      (1u << 12)
#define BFARVALID   (1u << 15)
#define UNDEFINSTR  (1u << 16)
#define INVSTATE    (1u << 17)
#define INVPC       (1u << 18)
#define NOCP        (1u << 19)
#define UNALIGNED   (1u << 24)
#define DIVBYZERO   (1u << 25)

static int setup_m3(void **state)
{
    return bench_setup_kind(state, SIM_CPUID_M3, 60);
}

static int setup_m4(void **state)
{
    return bench_setup_kind(state, SIM_CPUID_M4, 91);
}

static unsigned ipsr(struct bench *b)
{
    return bench_reg(b, REG_XPSR) & 0x1ff;
}

static uint32_t stacked(struct bench *b, unsigned word)
{
    return bench_peek32(b, bench_reg(b, REG_MSP) + 4 * word);
}

static void restart(struct bench *b)
{
    sim_core_hold(b->core, SIM_RESET_POWER);
    bench_release(b);
}

static void write8(struct bench *b, uint32_t addr, uint32_t value)
{
    assert_int_equal(sim_bus_write(&b->bus, SIM_MASTER_DEBUG, addr, 1, value), SIM_BUS_OK);
}

static void set_interrupt(struct bench *b, unsigned n, unsigned priority)
{
    bench_write(b, ISER + 4 * (n / 32), 1u << n % 32);
    write8(b, IPR + n, priority);
}

static void set_regs(struct bench *b, uint32_t r0, uint32_t r1, uint32_t r2)
{
    sim_core_set_reg(b->core, 0, r0);
    sim_core_set_reg(b->core, 1, r1);
    sim_core_set_reg(b->core, 2, r2);
    sim_core_set_reg(b->core, 7, 0);
}

// B3.2: what the registers are after a reset, and what they keep.
static void the_control_block_has_the_fields_of_armv7m(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t addr, reset, ones; // ones: what stays of 0xffffffff
    } rows[] = {
        {0xe000ed00u, 0x410fc241, 0x410fc241},
        {ICTR, 2, 2},
        {ACTLR, 0, 0x307},
        {VTOR, 0, 0xffffff80},
        {CCR, 0x200, 0x31b},
        {SHPR1, 0, 0x00f0f0f0},
        {SHPR2, 0, 0xf0000000},
        {SHPR3, 0, 0xf0f000f0},
        {SCR, 0, 0x16},
        {CPACR, 0, 0x00f00000},
        {0xe000ed90u, 0x800, 0x800},
        {0xe000ed40u, 0x30, 0x30},
        {0xe000ed68u, 0x21232231, 0x21232231},
        {0xe000ef40u, 0x10110021, 0x10110021},
        {0xe000ef34u, 0xc0000000, 0xc000017b},
        {0xe000ef3cu, 0, 0x07c00000},
        {IPR + 88, 0, 0x00f0f0f0},
        {MMFAR, 0, 0xffffffff},
        {HFSR, 0, 0},
        {CFSR, 0, 0},
    };
    bench_release(b);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(bench_read(b, rows[i].addr), rows[i].reset);
        bench_write(b, rows[i].addr, 0xffffffff);
        assert_int_equal(bench_read(b, rows[i].addr), rows[i].ones);
    }
}

// B3.2.8: before r2p0 of the Cortex-M3 the stack is not aligned unless asked for.
static void the_first_cortex_m3_does_not_align_the_stack(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    for (unsigned aligns = 0; aligns < 2; aligns++) {
        restart(b);
        assert_int_equal(bench_read(b, CCR), 0);
        bench_write(b, CCR, aligns ? STKALIGN : 0);
        sim_core_set_reg(b->core, REG_SP, STACK - 4);
        bench_run(b);
        assert_int_equal(bench_reg(b, REG_MSP), STACK - 36 - 4 * aligns);
        assert_int_equal(stacked(b, 7) & 1u << 9, aligns ? 1u << 9 : 0);
    }
    assert_int_equal(bench_read(b, CPACR), 0); // and it has no floating-point unit
    bench_write(b, CPACR, 0xffffffff);
    assert_int_equal(bench_read(b, CPACR), 0);
    assert_int_equal(bench_read(b, 0xe000ef40u), 0);
}

struct fault_row {
    const char *what;
    uint16_t code[4];
    uint32_t r1, r2, ccr, actlr;
    unsigned exception;
    uint32_t cfsr, address; // address: of MMFAR or BFAR, where it is valid
    int32_t pc;             // that is stacked: from CODE on, or PC_IS_TARGET
};
enum { PC_IS_TARGET = -1 };

static const struct fault_row fault_rows[] = {
    {"undefined", {UDF}, 0, 0, 0, 0, USAGEFAULT, UNDEFINSTR, 0, 0},
    {"even branch", {BX_R1}, RAM, 0, 0, 0, USAGEFAULT, INVSTATE, 0, PC_IS_TARGET},
    {"no unit", {VMOV_S0_R0}, 0, 0, 0, 0, USAGEFAULT, NOCP, 0, 0},
    {"unaligned list", {LDM_1}, RAM + 2, 0, 0, 0, USAGEFAULT, UNALIGNED, 0, 0},
    {"unaligned load", {LDR_01}, RAM + 2, 0, UNALIGN_TRP, 0, USAGEFAULT, UNALIGNED, 0, 0},
    {"division", {SDIV_0_0_2}, 0, 0, DIV_0_TRP, 0, USAGEFAULT, DIVBYZERO, 0, 0},
    {"load", {LDR_01}, NOWHERE, 0, 0, 0, BUSFAULT, PRECISERR | BFARVALID, NOWHERE, 0},
    {"buffered store", {STR_01, NOP, LOOP}, NOWHERE, 0, 0, 0, BUSFAULT, IMPRECISERR, 0, 2},
    {"store", {STR_01}, NOWHERE + 4, 0, 0, 2, BUSFAULT, PRECISERR | BFARVALID, NOWHERE + 4, 0},
    {"fetch", {BX_R1}, NOWHERE + 1, 0, 0, 0, BUSFAULT, IBUSERR, 0, PC_IS_TARGET},
    {"never executed", {BX_R1}, 0xa0000001, 0, 0, 0, MEMMANAGE, IACCVIOL, 0, PC_IS_TARGET},
};

static void run_fault(struct bench *b, const struct fault_row *row, uint32_t shcsr)
{
    uint16_t code[5] = {0};
    memcpy(code, row->code, sizeof row->code);
    restart(b);
    bench_code(b, CODE, code);
    bench_write(b, SHCSR, shcsr);
    bench_write(b, CCR, row->ccr | STKALIGN);
    bench_write(b, ACTLR, row->actlr);
    bench_write(b, MMFAR, 0);
    bench_write(b, BFAR, 0);
    set_regs(b, 5, row->r1, row->r2);
    bench_run(b);
}

static void check_fault(struct bench *b, const struct fault_row *row, unsigned exception)
{
    uint32_t pc = row->pc == PC_IS_TARGET ? row->r1 & ~1u : CODE + (uint32_t)row->pc;
    if (ipsr(b) != exception || bench_read(b, CFSR) != row->cfsr || stacked(b, 6) != pc)
        fail_msg("%s: exception %u, CFSR %08x, stacked PC %08x", row->what, ipsr(b),
                 bench_read(b, CFSR), stacked(b, 6));
    assert_int_equal(bench_read(b, row->exception == MEMMANAGE ? MMFAR : BFAR), row->address);
    assert_int_equal(bench_read(b, HFSR), exception == HARDFAULT ? FORCED : 0);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(exception));
}

// B1.5.14, B3.2.15: what each fault is called.
static void each_fault_has_its_exception_and_its_bits(void **state)
{
    for (unsigned i = 0; i < sizeof fault_rows / sizeof fault_rows[0]; i++) {
        run_fault(*state, &fault_rows[i], ALL_FAULTS);
        check_fault(*state, &fault_rows[i], fault_rows[i].exception);
    }
}

// B1.5.4: not enabled, it is a HardFault.
static void a_fault_that_is_not_enabled_is_forced_to_hardfault(void **state)
{
    for (unsigned i = 0; i < sizeof fault_rows / sizeof fault_rows[0]; i++) {
        const struct fault_row *row = &fault_rows[i];
        run_fault(*state, row, ALL_FAULTS & ~(1u << (row->exception + 12)));
        check_fault(*state, row, HARDFAULT);
    }
}

static void status_bits_stay_until_a_one_clears_them(void **state)
{
    struct bench *b = *state;
    run_fault(b, &fault_rows[6], 0);
    bench_write(b, CFSR, UNDEFINSTR);
    assert_int_equal(bench_read(b, CFSR), PRECISERR | BFARVALID);
    write8(b, CFSR + 1, BFARVALID >> 8); // BFSR alone
    assert_int_equal(bench_read(b, CFSR), PRECISERR);
    bench_write(b, HFSR, FORCED);
    assert_int_equal(bench_read(b, HFSR), 0);
}

static void division_by_zero_gives_zero_unless_it_traps(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SDIV_0_0_2, LOOP);
    restart(b);
    set_regs(b, 5, 0, 0);
    bench_run(b);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_reg(b, 0), 0);
}

// B1.5.4: a fault that is not more urgent than what runs is a HardFault, and in one it locks up.
static void a_fault_of_the_same_priority_escalates_and_in_hardfault_it_locks_up(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(USAGEFAULT), INC_R7, UDF);
    CODE_AT(b, HANDLER(HARDFAULT), INC_R7, INC_R7, UDF);
    restart(b);
    bench_write(b, SHCSR, ALL_FAULTS);
    set_regs(b, 0, 0, 0);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 3);
    assert_true(sim_core_is_locked_up(b->core));
    assert_int_equal(bench_reg(b, REG_PC), 0xfffffffe);
    assert_int_equal(ipsr(b), HARDFAULT);
    assert_int_equal(bench_read(b, HFSR), FORCED);
    assert_int_equal(bench_read(b, SHCSR) & 0xf, 1 << 3); // UsageFault is active below
}

static void a_more_urgent_fault_interrupts_another_fault(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(USAGEFAULT), LDR_01);
    restart(b);
    bench_write(b, SHCSR, ALL_FAULTS);
    write8(b, SHPR1 + 2, 0x40); // UsageFault below BusFault
    set_regs(b, 0, NOWHERE, 0);
    bench_run(b);
    assert_int_equal(ipsr(b), BUSFAULT);
    assert_int_equal(bench_reg(b, REG_LR), 0xfffffff1);
    assert_int_equal(bench_read(b, SHCSR) & 0xf, 1 << 3 | 1 << 1);
}

static void faults_escalate_while_basepri_or_primask_hold_them_back(void **state)
{
    struct bench *b = *state;
    for (unsigned way = 0; way < 4; way++) {
        CODE_AT(b, CODE, MSR(SYSM_BASEPRI), way & 1 ? CPSID : NOP, UDF);
        restart(b);
        bench_write(b, SHCSR, ALL_FAULTS);
        write8(b, SHPR1 + 2, 0x40);
        set_regs(b, way & 2 ? 0x40 : 0x50, 0, 0);
        bench_run(b);
        assert_int_equal(ipsr(b), way ? HARDFAULT : USAGEFAULT);
    }
}

// CCR.BFHFNMIGN: B3.2.8.
static void hardfault_and_faultmask_may_ignore_bus_faults_of_data(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(HARDFAULT), LDR_01, STR_01, INC_R7, LOOP);
    for (unsigned ignores = 0; ignores < 2; ignores++) {
        restart(b);
        bench_write(b, CCR, ignores ? BFHFNMIGN : 0);
        set_regs(b, 5, NOWHERE, 0);
        bench_run(b);
        assert_int_equal(sim_core_is_locked_up(b->core), !ignores);
        assert_int_equal(bench_reg(b, 7), ignores);
    }
    CODE_AT(b, CODE, CPSID_F, LDR_01, INC_R7, LOOP);
    restart(b);
    bench_write(b, CCR, BFHFNMIGN);
    set_regs(b, 5, NOWHERE, 0);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
}

// B1.5.6, B1.5.11: a stack that cannot be written.
static void a_fault_of_stacking_is_taken_as_one_that_arrived_late(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0);
    restart(b);
    bench_write(b, SHCSR, ALL_FAULTS);
    bench_write(b, SHPR2, 0x80000000);
    sim_core_set_reg(b->core, REG_SP, NOWHERE + 0x100);
    bench_run(b);
    assert_int_equal(ipsr(b), BUSFAULT); // more urgent than the SVCall, which waits
    assert_int_equal(bench_read(b, CFSR), STKERR);
    assert_int_equal(bench_read(b, SHCSR) & 1u << 15, 1u << 15);
    assert_int_equal(bench_reg(b, REG_LR), 0xfffffff9);
    restart(b);
    bench_write(b, SHCSR, ALL_FAULTS);
    write8(b, SHPR1 + 1, 0x80);
    sim_core_set_reg(b->core, REG_SP, NOWHERE + 0x100);
    bench_run(b);
    assert_int_equal(ipsr(b), SVCALL); // now the other way round
    assert_int_equal(bench_read(b, SHCSR) & 1u << 14, 1u << 14);
}

// The handler runs on the bad stack; what it does there locks up.
static void a_bad_stack_reaches_the_hardfault_handler(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(HARDFAULT), INC_R7, LOOP);
    restart(b);
    set_regs(b, 0, 0, 0);
    sim_core_set_reg(b->core, REG_SP, NOWHERE + 0x100);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(bench_read(b, CFSR), STKERR | UNDEFINSTR);
    assert_int_equal(bench_reg(b, REG_SP), NOWHERE + 0x100 - 32);
    write8(b, CFSR + 1, STKERR >> 8); // BFSR alone
    assert_int_equal(bench_read(b, CFSR), UNDEFINSTR);
}

static void a_fault_of_unstacking_chains_with_the_frame_where_it_is(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), MOV_SP_R6, BX_LR);
    for (unsigned enabled = 0; enabled < 2; enabled++) {
        restart(b);
        bench_write(b, SHCSR, enabled ? ALL_FAULTS : 0);
        sim_core_set_reg(b->core, 6, NOWHERE);
        bench_run(b);
        assert_int_equal(ipsr(b), enabled ? BUSFAULT : HARDFAULT);
        assert_int_equal(bench_read(b, CFSR), UNSTKERR);
        assert_int_equal(bench_reg(b, REG_SP), NOWHERE);
        assert_int_equal(bench_reg(b, REG_LR), 0xfffffff9);
    }
}

static void a_vector_that_cannot_be_read_is_a_hardfault_of_the_table(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    restart(b);
    bench_write(b, VTOR, RAM + 0x80);
    b->bus.window[2].size = 0x100; // SVCall's vector is at 0xac, interrupt 20's beyond
    b->bus.window[3] = (struct sim_window){STACK - 0x400, 0x400, b->ram + 0xc00, true};
    bench_poke32(b, RAM + 0x80 + 4 * HARDFAULT, HANDLER(HARDFAULT) | 1);
    bench_poke32(b, RAM + 0x80 + 4 * SVCALL, HANDLER(SVCALL) | 1);
    set_interrupt(b, 30, 0);
    bench_write(b, ISPR, 1u << 30);
    bench_run(b);
    assert_int_equal(ipsr(b), HARDFAULT);
    assert_int_equal(bench_read(b, HFSR), VECTTBL);
    assert_int_equal(bench_read(b, ISPR), 1u << 30); // it still waits
    b->bus.window[3].size = 0;
}

// B1.5.8: returns that do not fit.
static void a_return_that_does_not_fit_is_invpc(void **state)
{
    struct bench *b = *state;
    static const uint32_t bad[] = {0xfffffff1, 0xfffffff0, 0xfffffff5, 0xf0000009, 0xffffffe9};
    for (unsigned i = 0; i < 5; i++) {
        CODE_AT(b, CODE, SVC0, LOOP);
        CODE_AT(b, HANDLER(SVCALL), BX_R6);
        restart(b);
        bench_write(b, SHCSR, ALL_FAULTS);
        sim_core_set_reg(b->core, 6, bad[i]);
        bench_run(b);
        assert_int_equal(ipsr(b), USAGEFAULT);
        uint32_t cfsr = bad[i] == 0xffffffe9 ? NOCP : INVPC; // the frame has none of the unit's
        assert_int_equal(bench_read(b, CFSR), cfsr);
        assert_int_equal(bench_reg(b, REG_LR), bad[i] | 0xf0000000);
        assert_int_equal(bench_reg(b, REG_MSP), STACK - 32); // no second frame
    }
}

static void nonbasethrdena_lets_a_nested_handler_return_to_the_thread(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, INC_R7, LOOP);
    CODE_AT(b, HANDLER(SVCALL), UDF);
    CODE_AT(b, HANDLER(USAGEFAULT), 0x46b5, BX_R1); // MOV sp, r6
    for (unsigned allowed = 0; allowed < 2; allowed++) {
        restart(b);
        bench_write(b, SHCSR, ALL_FAULTS);
        bench_write(b, SHPR2, 0x80000000);
        bench_write(b, CCR, STKALIGN | (allowed ? NONBASETHRDENA : 0));
        set_regs(b, 0, 0xfffffff9, 0);
        sim_core_set_reg(b->core, 6, STACK - 32); // the thread's own frame
        bench_run(b);
        if (allowed) {
            assert_int_equal(ipsr(b), 0);
            assert_int_equal(bench_reg(b, 7), 1);
            assert_int_equal(bench_read(b, SHCSR) & 1 << 7, 1 << 7); // SVCall stays active
        } else {
            assert_int_not_equal(bench_read(b, CFSR) & INVPC, 0);
        }
    }
}

// B1.5.4 and B3.2.6: PRIGROUP.
static void prigroup_decides_which_part_of_a_priority_preempts(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    for (unsigned preempts = 0; preempts < 2; preempts++) {
        restart(b);
        bench_write(b, AIRCR, 0x05fa0000 | (preempts ? 3 : 5) << 8); // 4 bits, or 2
        set_interrupt(b, 1, 0x50);
        set_interrupt(b, 2, 0x40);
        bench_write(b, ISPR, 1u << 1);
        bench_run(b);
        assert_int_equal(ipsr(b), 17);
        bench_write(b, ISPR, 1u << 2);
        bench_run(b);
        assert_int_equal(ipsr(b), preempts ? 18 : 17);
        assert_int_equal(bench_read(b, AIRCR), 0xfa050000 | (preempts ? 3 : 5) << 8);
    }
}

// Of those that wait, the subpriority decides, and then the number.
static void waiting_interrupts_come_by_subpriority_and_number(void **state)
{
    struct bench *b = *state;
    static const unsigned line[4] = {40, 3, 59, 20};
    static const unsigned priority[4] = {0x40, 0x70, 0x50, 0x50};
    static const unsigned expected[4] = {40, 20, 59, 3};
    CODE_AT(b, CODE, LOOP);
    restart(b);
    bench_write(b, AIRCR, 0x05fa0600); // nothing but subpriorities below 0x80
    for (unsigned i = 0; i < 4; i++)
        set_interrupt(b, line[i], priority[i]);
    for (unsigned i = 0; i < 4; i++) {
        bench_poke32(b, FLASH + 4 * (16 + line[i]), HANDLER(5 + i) | 1);
        // STRB r6, [r5]; ADDS r5, #1; BX lr, with r6 = the number.
        CODE_AT(b, HANDLER(5 + i), 0x2600 | line[i], 0x702e, 0x3501, BX_LR);
    }
    sim_core_set_reg(b->core, 5, RAM);
    bench_write(b, ISPR, 1u << 3 | 1u << 20);
    bench_write(b, ISPR + 4, 1u << (40 - 32) | 1u << (59 - 32));
    bench_run(b);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(b->ram[i], expected[i]);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_reg(b, REG_MSP), STACK);
}

// B1.4.3: BASEPRI and FAULTMASK.
static void basepri_and_faultmask_hold_interrupts_back(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    restart(b);
    set_interrupt(b, 4, 0x60);
    sim_core_set_reg(b->core, 20, 0x60 << 8); // BASEPRI
    bench_write(b, ISPR, 1u << 4);
    bench_run(b);
    assert_int_equal(ipsr(b), 0);
    sim_core_set_reg(b->core, 20, 0x70 << 8 | 1u << 16); // FAULTMASK
    bench_run(b);
    assert_int_equal(ipsr(b), 0);
    sim_core_set_reg(b->core, 20, 0x70 << 8);
    bench_run(b);
    assert_int_equal(ipsr(b), 20);
}

// BASEPRI holds back the whole group that it belongs to.
static void prigroup_counts_for_basepri_as_well(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    for (unsigned coarse = 0; coarse < 2; coarse++) {
        restart(b);
        bench_write(b, AIRCR, 0x05fa0000 | (coarse ? 5 : 3) << 8);
        set_interrupt(b, 4, 0x40);
        sim_core_set_reg(b->core, 20, 0x50 << 8);
        bench_write(b, ISPR, 1u << 4);
        bench_run(b);
        assert_int_equal(ipsr(b), coarse ? 0 : 20);
    }
}

static void faultmask_ends_with_the_handler(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), CPSID_F, MRS(SYSM_FAULTMASK), BX_LR);
    restart(b);
    bench_run(b);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), 0);
}

static void interrupts_have_active_bits_and_can_be_pended_by_stir(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_01, LOOP);
    restart(b);
    set_interrupt(b, 57, 0x30);
    set_regs(b, 57, STIR, 0);
    bench_run(b);
    assert_int_equal(ipsr(b), 16 + 57);
    assert_int_equal(bench_read(b, IABR + 4), 1u << 25);
    assert_int_equal(bench_read(b, ICSR), 0x800 | 73);
    // A thread without privileges may do so only with USERSETMPEND.
    for (unsigned allowed = 0; allowed < 2; allowed++) {
        restart(b);
        set_interrupt(b, 57, 0x30);
        bench_write(b, CCR, STKALIGN | (allowed ? USERSETMPEND : 0));
        bench_write(b, SHCSR, ALL_FAULTS);
        set_regs(b, 57, STIR, 0);
        sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, 1u << 24);
        bench_run(b);
        assert_int_equal(ipsr(b), allowed ? 73 : BUSFAULT);
    }
}

// B3.2.13 SHCSR.
static void shcsr_shows_and_changes_pending_and_active(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    restart(b);
    bench_write(b, SHCSR, ALL_FAULTS | 1u << 13); // MemManage, pended by software
    bench_run(b);
    assert_int_equal(ipsr(b), MEMMANAGE);
    assert_int_equal(bench_read(b, SHCSR), ALL_FAULTS | 1);
    restart(b);
    bench_write(b, SHCSR, 1u << 13); // not enabled: it waits
    bench_run(b);
    assert_int_equal(ipsr(b), 0);
    bench_write(b, SHCSR, 1u << 13 | ALL_FAULTS);
    bench_run(b);
    assert_int_equal(ipsr(b), MEMMANAGE);
}

static void an_svc_that_cannot_be_taken_is_a_forced_hardfault_of_its_own(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, CPSID, SVC0);
    restart(b);
    bench_run(b);
    assert_int_equal(ipsr(b), HARDFAULT);
    assert_int_equal(stacked(b, 6), CODE + 2);
    assert_int_equal(bench_read(b, HFSR), FORCED);
    CODE_AT(b, CODE, CPSID, 0x4280, 0xbf04, SVC0, INC_R7); // CMP r0, r0; ITT EQ
    restart(b);
    bench_run(b);
    assert_int_equal(stacked(b, 6), CODE + 6);
    assert_int_equal(stacked(b, 7) & 0x0600fc00, 0x400); // ITSTATE is the SVC's own, too
}

static void it_state_is_stacked_and_comes_back(void **state)
{
    struct bench *b = *state;
    // ITTE EQ; SVC; ADDSEQ r7; ADDNE r7: with Z set two of them are done.
    CODE_AT(b, CODE, 0x4280, 0xbf06, SVC0, INC_R7, INC_R7, LOOP); // CMP r0, r0
    CODE_AT(b, HANDLER(SVCALL), 0x4290, 0x3601, BX_LR); // CMP r0, r2: another Z; ADDS r6, #1
    restart(b);
    set_regs(b, 1, 0, 2);
    sim_core_set_reg(b->core, 6, 0);
    bench_run(b);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(bench_reg(b, 6), 1); // the handler is in no IT block
    assert_int_equal(bench_reg(b, REG_PC), CODE + 10);
}

// B3.5: PMSAv7.
static void the_mpu_has_small_regions_and_further_registers(void **state)
{
    struct bench *b = *state;
    restart(b);
    bench_write(b, MPU_RBAR, RAM | 1u << 4 | 3);
    bench_write(b, MPU_RASR, 0xffffffff);
    assert_int_equal(bench_read(b, MPU_RASR), 0x173fff3f);
    bench_write(b, MPU_RASR + 4, (RAM + 0x20) | 1u << 4 | 5); // RBAR_A1
    bench_write(b, MPU_RASR + 8, 0x13000009);
    assert_int_equal(bench_read(b, MPU_RNR), 5);
    assert_int_equal(bench_read(b, MPU_RBAR), (RAM + 0x20) | 5);
    assert_int_equal(bench_read(b, MPU_RASR), 0x13000009);
}

static void the_mpu_makes_memmanage_with_the_address(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t addr;
        bool write;
        uint32_t cfsr, mmfar;
    } rows[] = {
        {RAM + 0x40, true, DACCVIOL | MMARVALID, RAM + 0x40},
        {RAM + 0x5f, false, 0, 0},
        {RAM + 0x60, true, 0, 0},
        // Reaches into it: what the second transfer accesses (DUI 0553, 4.3.12).
        {RAM + 0x3e, true, DACCVIOL | MMARVALID, RAM + 0x40},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CODE_AT(b, CODE, rows[i].write ? STR_01 : LDR_01, LOOP);
        restart(b);
        bench_write(b, SHCSR, ALL_FAULTS);
        bench_write(b, MPU_RBAR, (RAM + 0x40) | 1u << 4);
        bench_write(b, MPU_RASR, 6u << 24 | 4 << 1 | 1); // 32 bytes that can only be read
        bench_write(b, MPU_CTRL, 5);
        set_regs(b, 0, rows[i].addr, 0);
        bench_run(b);
        assert_int_equal(bench_read(b, CFSR), rows[i].cfsr);
        assert_int_equal(ipsr(b), rows[i].cfsr ? MEMMANAGE : 0);
        assert_int_equal(bench_read(b, MMFAR), rows[i].mmfar);
    }
}

static void a_frame_that_the_mpu_refuses_is_mstkerr_or_munstkerr(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(SVCALL), STR_01, BX_LR);
    for (unsigned late = 0; late < 2; late++) {
        restart(b);
        bench_write(b, SHCSR, ALL_FAULTS);
        bench_write(b, SHPR2, 0x80000000);
        bench_write(b, MPU_RBAR, FLASH | 1u << 4 | 1);
        bench_write(b, MPU_RASR, 6u << 24 | 14 << 1 | 1);
        bench_write(b, MPU_RBAR, RAM | 1u << 4);
        bench_write(b, MPU_RASR, (late ? 3u : 1u) << 24 | 11 << 1 | 1);
        bench_write(b, MPU_CTRL, 5);
        set_regs(b, 1u << 24 | 11 << 1 | 1, MPU_RASR, 0);
        sim_core_set_reg(b->core, REG_PSP, RAM + 0x800);
        sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, 3u << 24);
        bench_run(b);
        assert_int_equal(ipsr(b), MEMMANAGE);
        assert_int_equal(bench_read(b, CFSR), late ? MUNSTKERR : MSTKERR);
    }
}

// B3.2.6: the processor alone.
static void vectreset_restarts_the_core_and_nothing_else(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, LOOP);
    restart(b);
    set_regs(b, 0, 0, 0);
    bench_write(b, AIRCR, 0x05fa0300);
    bench_write(b, VTOR, RAM);
    bench_run(b);
    (void)bench_read(b, DHCSR);
    bench_write(b, AIRCR, 0x05fa0001);
    assert_int_equal(bench_run_ns(b, 100000), SIM_CORE_TIME); // no request to the chip
    assert_int_equal(bench_reg(b, 7), 2);
    assert_int_equal(bench_read(b, AIRCR), 0xfa050000);
    assert_int_equal(bench_read(b, VTOR), 0);
    assert_int_equal(bench_read(b, DHCSR), S_RESET_ST | S_RETIRE_ST | S_REGRDY);
}

static void sleep_on_exit_sleeps_when_the_last_handler_returns(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    CODE_AT(b, HANDLER(16), INC_R7, BX_LR);
    restart(b);
    set_interrupt(b, 0, 0);
    bench_write(b, SCR, 2);
    bench_write(b, ISPR, 1);
    bench_run(b);
    assert_true(sim_core_is_sleeping(b->core));
}

// B3.1.1: registers made of bytes.
static void priorities_can_be_written_as_bytes_and_others_cannot(void **state)
{
    struct bench *b = *state;
    uint32_t value;
    restart(b);
    bench_write(b, IPR, 0x10203040);
    write8(b, IPR + 2, 0xff);
    assert_int_equal(bench_read(b, IPR), 0x10f03040);
    assert_int_equal(sim_bus_read(&b->bus, SIM_MASTER_DEBUG, IPR + 2, 2, &value), SIM_BUS_OK);
    assert_int_equal(value, 0x10f0);
    assert_int_equal(sim_bus_write(&b->bus, SIM_MASTER_DEBUG, ISER, 1, 1), SIM_BUS_FAULT);
    assert_int_equal(b->account.violation_count, 1);
}

#define m3_test(f) cmocka_unit_test_setup_teardown(f, setup_m3, bench_teardown)
#define m4_test(f) cmocka_unit_test_setup_teardown(f, setup_m4, bench_teardown)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m4_test(the_control_block_has_the_fields_of_armv7m),
        m3_test(the_first_cortex_m3_does_not_align_the_stack),
        m4_test(each_fault_has_its_exception_and_its_bits),
        m3_test(each_fault_has_its_exception_and_its_bits),
        m4_test(a_fault_that_is_not_enabled_is_forced_to_hardfault),
        m4_test(status_bits_stay_until_a_one_clears_them),
        m4_test(division_by_zero_gives_zero_unless_it_traps),
        m4_test(a_fault_of_the_same_priority_escalates_and_in_hardfault_it_locks_up),
        m4_test(a_more_urgent_fault_interrupts_another_fault),
        m4_test(faults_escalate_while_basepri_or_primask_hold_them_back),
        m4_test(hardfault_and_faultmask_may_ignore_bus_faults_of_data),
        m4_test(a_fault_of_stacking_is_taken_as_one_that_arrived_late),
        m4_test(a_bad_stack_reaches_the_hardfault_handler),
        m4_test(a_fault_of_unstacking_chains_with_the_frame_where_it_is),
        m4_test(a_vector_that_cannot_be_read_is_a_hardfault_of_the_table),
        m4_test(a_return_that_does_not_fit_is_invpc),
        m4_test(nonbasethrdena_lets_a_nested_handler_return_to_the_thread),
        m4_test(prigroup_decides_which_part_of_a_priority_preempts),
        m3_test(waiting_interrupts_come_by_subpriority_and_number),
        m4_test(basepri_and_faultmask_hold_interrupts_back),
        m4_test(prigroup_counts_for_basepri_as_well),
        m4_test(faultmask_ends_with_the_handler),
        m4_test(interrupts_have_active_bits_and_can_be_pended_by_stir),
        m4_test(shcsr_shows_and_changes_pending_and_active),
        m4_test(an_svc_that_cannot_be_taken_is_a_forced_hardfault_of_its_own),
        m4_test(it_state_is_stacked_and_comes_back),
        m4_test(the_mpu_has_small_regions_and_further_registers),
        m4_test(the_mpu_makes_memmanage_with_the_address),
        m4_test(a_frame_that_the_mpu_refuses_is_mstkerr_or_munstkerr),
        m4_test(vectreset_restarts_the_core_and_nothing_else),
        m4_test(sleep_on_exit_sleeps_when_the_last_handler_returns),
        m4_test(priorities_can_be_written_as_bytes_and_others_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
