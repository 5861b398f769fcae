// SPDX-License-Identifier: MIT
// sim/core/core.h, what is between instructions: exceptions, priorities, faults, lockup, sleep,
// SysTick, time (DDI 0419, B1.5 and B3). Each test names its section.
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

// Opcodes of the little programs below.
enum {
    NOP = 0xbf00,
    WFE = 0xbf20,
    WFI = 0xbf30,
    SEV = 0xbf40,
    CPSID = 0xb672,
    CPSIE = 0xb662,
    SVC0 = 0xdf00,
    UDF = 0xde00,
    LOOP = 0xe7fe,
    BX_LR = 0x4770,
    INC_R7 = 0x3701, // ADDS r7, #1
    STR_10 = 0x6008, // STR r0, [r1]
    LDR_10 = 0x6808, // LDR r0, [r1]
};

#define ISER     0xe000e100u
#define ISPR     0xe000e200u
#define ICPR     0xe000e280u
#define IPR0     0xe000e400u
#define SYST_CSR 0xe000e010u
#define SYST_RVR 0xe000e014u
#define SYST_CVR 0xe000e018u

static uint32_t stacked(struct bench *b, unsigned word)
{
    return bench_peek32(b, bench_reg(b, REG_MSP) + 4 * word);
}

static unsigned ipsr(struct bench *b)
{
    return bench_reg(b, REG_XPSR) & 0x3f;
}

static void set_interrupt(struct bench *b, unsigned n, unsigned priority)
{
    uint32_t ipr = IPR0 + 4 * (n / 4), shift = 8 * (n % 4) + 6;
    bench_write(b, ISER, 1u << n);
    bench_write(b, ipr, (bench_read(b, ipr) & ~(3u << shift)) | priority << shift);
}

// B1.5.5 Reset behaviour.
static void reset_loads_sp_and_pc_from_the_vector_table(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    assert_true(sim_core_is_held(b->core));
    bench_release(b);
    assert_int_equal(bench_reg(b, REG_SP), STACK);
    assert_int_equal(bench_reg(b, REG_PC), CODE);
    assert_int_equal(bench_reg(b, REG_LR), 0xffffffff);
    assert_int_equal(bench_reg(b, REG_XPSR) & 0x0100003f, 0x01000000);
}

static void a_held_core_lets_time_pass_and_does_nothing(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, 0xe7fd);
    bench_run(b);
    assert_int_equal(b->clock.now_ns, 100000);
    assert_int_equal(b->account.instructions, 0);
    bench_release(b);
    bench_run(b);
    assert_int_equal(b->clock.now_ns, 200000);
    assert_true(b->account.instructions > 0);
}

// B1.5.15: what a blank chip does: HardFault of the first instruction, whose stacking fails.
static void a_blank_chip_locks_up(void **state)
{
    struct bench *b = *state;
    memset(b->flash, 0xff, FLASH_SIZE);
    bench_release(b);
    bench_run(b);
    assert_true(sim_core_is_locked_up(b->core));
    assert_int_equal(bench_reg(b, REG_PC), 0xfffffffe);
    assert_int_equal(ipsr(b), 3);
    assert_int_equal(bench_reg(b, REG_MSP), 0xffffffd8);
    assert_int_equal(b->clock.now_ns, 100000);
}

static void a_vector_table_that_cannot_be_read_locks_up_at_reset(void **state)
{
    struct bench *b = *state;
    b->bus.window[1].size = 0;
    bench_release(b);
    bench_run(b);
    assert_true(sim_core_is_locked_up(b->core));
    assert_int_equal(ipsr(b), 3);
}

// B1.5.6 Exception entry, B1.5.7 stack alignment.
static void entry_stacks_eight_words_and_keeps_the_stack_aligned(void **state)
{
    struct bench *b = *state;
    for (unsigned misaligned = 0; misaligned < 2; misaligned++) {
        sim_core_hold(b->core, SIM_RESET_SYSTEM);
        CODE_AT(b, CODE, UDF);
        bench_release(b);
        for (unsigned i = 0; i < 13; i++)
            sim_core_set_reg(b->core, i, 0x1000 + i);
        sim_core_set_reg(b->core, REG_SP, STACK - 4 * misaligned);
        bench_run(b);
        assert_int_equal(ipsr(b), 3);
        assert_int_equal(bench_reg(b, REG_PC), HANDLER(3));
        assert_int_equal(bench_reg(b, REG_LR), 0xfffffff9);
        assert_int_equal(bench_reg(b, REG_MSP), STACK - 32 - 8 * misaligned);
        for (unsigned i = 0; i < 4; i++)
            assert_int_equal(stacked(b, i), 0x1000 + i);
        assert_int_equal(stacked(b, 4), 0x100c);
        assert_int_equal(stacked(b, 5), 0xffffffff);
        assert_int_equal(stacked(b, 6), CODE); // a fault: the instruction itself (B1.5.6)
        assert_int_equal(stacked(b, 7) & 0x3ff, misaligned ? 0x200 : 0);
        assert_int_equal(stacked(b, 7) & 1u << 24, 1u << 24);
    }
}

// B1.5.8 Exception return.
static void return_restores_everything_and_goes_on_after_the_svc(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, INC_R7, LOOP);
    // MOVS r0, #9; MOVS r1, #0 (Z set); BX LR: the handler spoils what the frame keeps.
    CODE_AT(b, HANDLER(11), 0x2009, 0x2100, BX_LR);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    sim_core_set_reg(b->core, 0, 0x55);
    sim_core_set_reg(b->core, REG_SP, STACK - 4);
    sim_core_set_reg(b->core, REG_XPSR, 0xb1000000);
    bench_run_ns(b, 125);
    bench_run(b);
    assert_int_equal(bench_reg(b, 0), 0x55);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(bench_reg(b, REG_SP), STACK - 4);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 4);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(b->account.violation_count, 0);
}

static void a_thread_on_the_process_stack_comes_back_to_it(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(11), 0x4675, BX_LR); // MOV r5, lr
    bench_release(b);
    sim_core_set_reg(b->core, REG_PSP, RAM + 0x200);
    sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, 2u << 24);
    bench_run(b);
    assert_int_equal(bench_reg(b, 5), 0xfffffffd);
    assert_int_equal(bench_reg(b, REG_SP), RAM + 0x200);
    assert_int_equal(bench_reg(b, REG_MSP), STACK);
    assert_int_equal(bench_reg(b, REG_CONTROL_PRIMASK), 2u << 24);
    assert_int_equal(bench_peek32(b, RAM + 0x200 - 8), CODE + 2); // stacked there
}

static void a_return_that_does_not_fit_is_a_hardfault_and_a_violation(void **state)
{
    struct bench *b = *state;
    static const uint32_t bad[] = {0xfffffff1, 0xfffffff0, 0xf0000009, 0xfffffff5};
    for (unsigned i = 0; i < 4; i++) {
        sim_core_hold(b->core, SIM_RESET_POWER);
        CODE_AT(b, CODE, SVC0, LOOP);
        CODE_AT(b, HANDLER(11), 0x4730); // BX r6
        bench_release(b);
        sim_core_set_reg(b->core, 6, bad[i]);
        bench_run(b);
        assert_int_equal(ipsr(b), 3);
        assert_int_equal(b->account.violation_count, i + 1);
    }
}

// B1.5.12: a frame that cannot be read back: HardFault without another frame.
static void a_fault_on_unstacking_tail_chains_to_hardfault(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(11), 0x46b5, BX_LR); // MOV sp, r6
    bench_release(b);
    sim_core_set_reg(b->core, 6, 0x60000000);
    bench_run(b);
    assert_int_equal(ipsr(b), 3);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(3));
    assert_int_equal(bench_reg(b, REG_SP), 0x60000000);
    assert_false(sim_core_is_locked_up(b->core));
}

// B1.5.11: a stack that cannot be written: HardFault instead of the interrupt, which stays pending.
static void a_fault_on_stacking_an_interrupt_is_a_hardfault(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, REG_SP, 0x60000020);
    set_interrupt(b, 3, 0);
    sim_core_set_irq(b->core, 3, true);
    bench_run(b);
    assert_int_equal(ipsr(b), 3);
    assert_int_equal(bench_reg(b, REG_SP), 0x60000000);
    assert_int_equal(bench_read(b, ISPR), 1u << 3);
}

// B1.5.14, B1.5.15.
static void a_fault_in_hardfault_locks_up_and_nmi_gets_out_for_a_while(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(3), UDF);
    CODE_AT(b, HANDLER(2), INC_R7, BX_LR);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    bench_run(b);
    assert_true(sim_core_is_locked_up(b->core));
    assert_int_equal(bench_reg(b, REG_PC), 0xfffffffe);
    uint64_t instructions = b->account.instructions;
    bench_run(b);
    assert_int_equal(b->account.instructions, instructions);
    sim_core_pend_nmi(b->core);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_true(sim_core_is_locked_up(b->core));
    assert_int_equal(ipsr(b), 3);
}

static void svc_with_primask_is_a_hardfault_of_the_svc_itself(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, CPSID, SVC0);
    bench_release(b);
    bench_run(b);
    assert_int_equal(ipsr(b), 3);
    assert_int_equal(stacked(b, 6), CODE + 2);
}

static void bkpt_without_a_debugger_is_a_hardfault(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, 0xbe00);
    bench_release(b);
    bench_run(b);
    assert_int_equal(ipsr(b), 3);
    assert_int_equal(stacked(b, 6), CODE + 2);
}

// B1.5.4 Priorities and preemption.
static void the_most_urgent_interrupt_comes_first_and_then_the_lowest_number(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, CPSID, LOOP);
    bench_release(b);
    bench_run(b);
    set_interrupt(b, 1, 2);
    set_interrupt(b, 5, 1);
    set_interrupt(b, 4, 1);
    bench_write(b, ISPR, 1u << 1 | 1u << 4 | 1u << 5);
    assert_int_equal(bench_read(b, ICSR) >> 12 & 0x3f, 16 + 4); // VECTPENDING
    assert_int_equal(ipsr(b), 0);
    sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, 0);
    bench_run(b);
    assert_int_equal(ipsr(b), 16 + 4);
    assert_int_equal(bench_read(b, ISPR), 1u << 1 | 1u << 5);
}

static void a_more_urgent_interrupt_nests_and_an_equal_one_waits(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    set_interrupt(b, 1, 2);
    set_interrupt(b, 2, 2);
    set_interrupt(b, 3, 1);
    bench_write(b, ISPR, 1u << 1);
    bench_run(b);
    assert_int_equal(ipsr(b), 17);
    bench_write(b, ISPR, 1u << 2);
    bench_run(b);
    assert_int_equal(ipsr(b), 17);
    bench_write(b, ISPR, 1u << 3);
    bench_run(b);
    assert_int_equal(ipsr(b), 19);
    assert_int_equal(bench_reg(b, REG_LR), 0xfffffff1);
    assert_int_equal(stacked(b, 7) & 0x3f, 17);
}

// B1.5.12 Tail-chaining: the next handler starts on the same frame.
static void a_waiting_interrupt_follows_without_unstacking(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    CODE_AT(b, HANDLER(17), INC_R7, BX_LR);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    set_interrupt(b, 1, 2);
    set_interrupt(b, 2, 2);
    bench_write(b, ISPR, 3u << 1);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(ipsr(b), 18);
    assert_int_equal(bench_reg(b, REG_LR), 0xfffffff9);
    assert_int_equal(bench_reg(b, REG_MSP), STACK - 32);
    assert_int_equal(stacked(b, 6), CODE);
}

static void primask_holds_interrupts_back_until_cpsie(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, CPSID, NOP, NOP, NOP, NOP, NOP, NOP, NOP, CPSIE, LOOP);
    CODE_AT(b, HANDLER(16), LOOP);
    bench_release(b);
    set_interrupt(b, 0, 0);
    bench_run_ns(b, 250);
    sim_core_set_irq(b->core, 0, true);
    bench_run(b);
    assert_int_equal(ipsr(b), 16);
    assert_int_equal(stacked(b, 6), CODE + 18); // directly after the CPSIE
}

// B3.4: a line is a level.
static void a_level_pends_again_when_its_handler_returns(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    CODE_AT(b, HANDLER(16), INC_R7, BX_LR);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    set_interrupt(b, 0, 0);
    sim_core_set_irq(b->core, 0, true);
    bench_run(b);
    assert_true(bench_reg(b, 7) > 3);
    sim_core_set_irq(b->core, 0, false);
    bench_run(b);
    uint32_t count = bench_reg(b, 7);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), count);
    assert_int_equal(bench_read(b, ISPR), 0);
}

static void clearing_an_active_level_leaves_it_pending(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    sim_core_set_irq(b->core, 7, true);
    bench_write(b, ICPR, 1u << 7);
    assert_int_equal(bench_read(b, ISPR), 1u << 7);
    sim_core_set_irq(b->core, 7, false);
    assert_int_equal(bench_read(b, ISPR), 1u << 7); // latched
    bench_write(b, ICPR, 1u << 7);
    assert_int_equal(bench_read(b, ISPR), 0);
}

static void a_line_that_fell_while_reset_was_held_is_not_pending(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    sim_core_set_irq(b->core, 3, true);
    sim_core_set_irq(b->core, 4, true);
    sim_core_set_irq(b->core, 3, false);
    bench_release(b);
    assert_int_equal(bench_read(b, ISPR), 1u << 4);
}

// B3.2.4 ICSR.
static void icsr_shows_and_sets_what_is_pending(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, CPSID, LOOP);
    bench_release(b);
    bench_run(b);
    bench_write(b, ICSR, 1u << 28 | 1u << 26);
    assert_int_equal(bench_read(b, ICSR), 1u << 28 | 1u << 26 | 14u << 12);
    bench_write(b, ICSR, 1u << 27 | 1u << 25);
    assert_int_equal(bench_read(b, ICSR), 0);
    bench_write(b, ISPR, 1); // not enabled: pending, but no vector
    assert_int_equal(bench_read(b, ICSR), 1u << 22);
    bench_write(b, ICSR, 1u << 31);
    bench_run(b);
    assert_int_equal(bench_read(b, ICSR), 1u << 22 | 2); // NMI is active
}

// B3.2: what reads back of the control block of a Cortex-M0 (DDI 0432, 4.2).
static void the_control_block_has_the_fields_of_a_cortex_m0(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t addr, write, read;
    } row[] = {
        {0xe000ed00, 0, 0x410cc200},          // CPUID
        {0xe000ed08, 0x100, 0},               // VTOR
        {0xe000ed0c, 0, 0xfa050000},          // AIRCR
        {0xe000ed10, 0xffffffff, 0x16},       // SCR
        {0xe000ed14, 0xffffffff, 0x208},      // CCR
        {0xe000ed1c, 0xffffffff, 0xc0000000}, // SHPR2
        {0xe000ed20, 0xffffffff, 0xc0c00000}, // SHPR3
        {0xe000e008, 0xffffffff, 0},          // ACTLR
        {0xe000e404, 0xffffffff, 0xc0c0c0c0}, // IPR1
        {0xe000e01c, 0, 0x40001770},          // SYST_CALIB
    };
    bench_start_halted(b);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        bench_write(b, row[i].addr, row[i].write);
        assert_int_equal(bench_read(b, row[i].addr), row[i].read);
    }
}

static void the_private_peripheral_bus_takes_words_only(void **state)
{
    struct bench *b = *state;
    uint32_t value;
    assert_int_equal(sim_bus_read(&b->bus, SIM_MASTER_DEBUG, 0xe000ed00, 2, &value), SIM_BUS_FAULT);
    assert_int_equal(sim_bus_write(&b->bus, SIM_MASTER_DEBUG, SCR, 1, 4), SIM_BUS_FAULT);
    assert_int_equal(b->account.violation_count, 2);
}

static void a_reset_request_by_the_program_comes_back_at_once(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_10, INC_R7, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 0, 0x05fa0004);
    sim_core_set_reg(b->core, 1, AIRCR);
    sim_core_set_reg(b->core, 7, 0);
    assert_int_equal(bench_run_ns(b, 100000), SIM_CORE_RESET_REQUEST);
    assert_int_equal(bench_reg(b, 7), 0);
    assert_true(b->clock.now_ns < 1000);
    sim_core_set_reg(b->core, 0, 0x12340004); // without the key nothing happens (B3.2.6)
    sim_core_set_reg(b->core, REG_PC, CODE);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
}

// B1.5.17 to B1.5.19 Power management.
static void wfi_sleeps_until_an_interrupt(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, WFI, INC_R7, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    set_interrupt(b, 2, 1);
    bench_run(b);
    assert_true(sim_core_is_sleeping(b->core));
    assert_false(sim_core_deep_sleep(b->core));
    assert_int_equal(b->clock.now_ns, 100000);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    sim_core_set_irq(b->core, 2, true);
    bench_run(b);
    assert_false(sim_core_is_sleeping(b->core));
    assert_int_equal(ipsr(b), 18);
    assert_int_equal(stacked(b, 6), CODE + 2);
}

static void wfi_with_primask_wakes_and_does_not_enter_the_handler(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, CPSID, WFI, INC_R7, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    set_interrupt(b, 2, 1);
    bench_run(b);
    sim_core_set_irq(b->core, 2, true);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(ipsr(b), 0);
}

static void an_interrupt_that_is_not_urgent_enough_does_not_wake(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    CODE_AT(b, HANDLER(16), WFI, INC_R7, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    set_interrupt(b, 0, 1);
    set_interrupt(b, 1, 1);
    bench_write(b, ISPR, 1);
    bench_run(b);
    bench_write(b, ISPR, 2);
    bench_run(b);
    assert_true(sim_core_is_sleeping(b->core));
    assert_int_equal(bench_reg(b, 7), 0);
}

static void wfe_returns_at_once_after_sev_and_sleeps_the_second_time(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SEV, WFE, INC_R7, WFE, INC_R7, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_true(sim_core_is_sleeping(b->core));
}

static void an_exception_sets_the_event_register(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, WFE, INC_R7, WFE, INC_R7, LOOP); // B1.5.18
    CODE_AT(b, HANDLER(11), BX_LR);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_true(sim_core_is_sleeping(b->core));
}

static void sevonpend_wakes_wfe_by_an_interrupt_that_is_not_enabled(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, WFE, INC_R7, LOOP);
    for (unsigned sevonpend = 0; sevonpend < 2; sevonpend++) {
        sim_core_hold(b->core, SIM_RESET_SYSTEM);
        bench_release(b);
        sim_core_set_reg(b->core, 7, 0);
        bench_write(b, SCR, sevonpend ? 1u << 4 : 0);
        bench_run(b);
        sim_core_set_irq(b->core, 9, true);
        bench_run(b);
        assert_int_equal(bench_reg(b, 7), sevonpend);
        sim_core_set_irq(b->core, 9, false);
    }
}

static void sleep_on_exit_sleeps_where_the_thread_would_go_on(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, INC_R7, LOOP);
    CODE_AT(b, HANDLER(11), BX_LR);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    bench_write(b, SCR, 1u << 1 | 1u << 2);
    bench_run(b);
    assert_true(sim_core_deep_sleep(b->core));
    assert_int_equal(bench_reg(b, 7), 0);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
}

static void falling_asleep_comes_back_to_the_chip_once(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, WFI, LOOP);
    bench_release(b);
    sim_core_run(b->core, 100000);
    assert_true(b->clock.now_ns < 1000);
    assert_true(sim_core_is_sleeping(b->core));
    sim_core_run(b->core, 100000);
    assert_int_equal(b->clock.now_ns, 100000);
}

// B3.3 SysTick.
static void systick_interrupts_every_reload_plus_1_cycles(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    CODE_AT(b, HANDLER(15), INC_R7, BX_LR);
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    bench_write(b, SYST_RVR, 7999); // 1 ms of 8 MHz
    bench_write(b, SYST_CVR, 0);
    bench_write(b, SYST_CSR, 7);
    bench_run_ns(b, 10000000 - 125);
    assert_int_equal(bench_reg(b, 7), 9);
    bench_run_ns(b, 20000);
    assert_int_equal(bench_reg(b, 7), 10);
    assert_int_equal(bench_read(b, SYST_CSR), 7 | 1u << 16); // COUNTFLAG
    assert_int_equal(bench_read(b, SYST_CSR), 7);
}

static void systick_counts_in_sleep_and_every_eighth_cycle_without_clksource(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, WFI, 0xe7fd);
    bench_release(b);
    bench_write(b, SYST_RVR, 0xffffff);
    bench_write(b, SYST_CVR, 0);
    bench_write(b, SYST_CSR, 1);
    bench_run_ns(b, 8001000); // 64008 cycles
    assert_true(sim_core_is_sleeping(b->core));
    assert_int_equal(bench_read(b, SYST_CVR), 0xffffff - 8000);
    bench_write(b, SYST_CVR, 77);
    assert_int_equal(bench_read(b, SYST_CVR), 0);
}

static void systick_stands_still_while_halted(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_write(b, SYST_RVR, 0xffffff);
    bench_write(b, SYST_CSR, 5);
    bench_run(b);
    bench_halt(b);
    uint32_t value = bench_read(b, SYST_CVR);
    bench_run(b);
    assert_int_equal(bench_read(b, SYST_CVR), value);
    bench_resume(b);
    bench_run(b);
    assert_in_range(bench_read(b, SYST_CVR), value - 802, value - 800); // LOOP takes 3 cycles
}

// Time (virtual-board.md §3): cycles at HCLK.
static void cycles_take_their_time_at_any_frequency(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, 0xe7fd); // 4 cycles
    bench_release(b);
    sim_core_set_reg(b->core, 7, 0);
    sim_core_set_hclk(b->core, 48000000);
    bench_run_ns(b, 1000000);
    assert_in_range(bench_reg(b, 7), 11999, 12001);
    sim_core_set_hclk(b->core, 0); // Stop mode
    bench_run_ns(b, 1000000);
    assert_int_equal(b->clock.now_ns, 2000000);
    assert_in_range(bench_reg(b, 7), 11999, 12001);
    sim_core_set_hclk(b->core, 4000000);
    bench_run_ns(b, 1000000);
    assert_in_range(bench_reg(b, 7), 12999, 13001);
}

static void long_runs_do_not_drift(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, WFI, 0xe7fd);
    bench_release(b);
    sim_core_set_hclk(b->core, 48000000);
    bench_write(b, SYST_RVR, 0xffffff);
    bench_write(b, SYST_CVR, 0);
    bench_write(b, SYST_CSR, 5);
    for (unsigned i = 0; i < 1000; i++)
        bench_run_ns(b, 999983);
    // 999983000 ns of 48 MHz are 47999184 cycles; two full turns of the counter and the rest.
    assert_in_range(bench_read(b, SYST_CVR), 0x1000000 * 3 - 47999184 - 2,
                    0x1000000 * 3 - 47999184 + 2);
}

struct slow_device {
    struct bench *b;
    struct sim_timer timer;
    uint64_t read_at, fired_at, stall_until;
    unsigned reads;
};

static enum sim_bus_status slow_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct slow_device *d = self;
    (void)size;
    d->reads++;
    d->read_at = d->b->clock.now_ns;
    *value = 0x77;
    if (d->b->clock.now_ns < d->stall_until) {
        d->b->bus.stall_until_ns = d->stall_until;
        return SIM_BUS_STALL;
    }
    if (offset == 4)
        sim_clock_arm(&d->b->clock, &d->timer, d->b->clock.now_ns + 1000);
    return SIM_BUS_OK;
}

static enum sim_bus_status slow_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    (void)self;
    (void)offset;
    (void)size;
    (void)value;
    return SIM_BUS_OK;
}

static void slow_fire(void *arg)
{
    struct slow_device *d = arg;
    d->fired_at = d->b->clock.now_ns;
}

static const struct sim_device slow_ops = {.read = slow_read, .write = slow_write};

static void map_slow(struct bench *b, struct slow_device *d)
{
    *d = (struct slow_device){.b = b};
    sim_bus_map(&b->bus, "slow", 0x40000000, 0x400, &slow_ops, d);
    sim_clock_add(&b->clock, &d->timer, slow_fire, d);
}

static void the_clock_is_exact_when_a_device_is_asked(void **state)
{
    struct bench *b = *state;
    struct slow_device d;
    map_slow(b, &d);
    CODE_AT(b, CODE, NOP, NOP, NOP, LDR_10, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 1, 0x40000000);
    bench_run(b);
    assert_int_equal(d.read_at, 3 * 125);
}

static void a_timer_armed_by_an_access_ends_the_run_in_time(void **state)
{
    struct bench *b = *state;
    struct slow_device d;
    map_slow(b, &d);
    CODE_AT(b, CODE, NOP, LDR_10, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 1, 0x40000004);
    bench_run(b);
    assert_int_equal(d.fired_at, 125 + 1000);
}

static void a_stalled_core_waits_and_repeats_the_access(void **state)
{
    struct bench *b = *state;
    struct slow_device d;
    map_slow(b, &d);
    d.stall_until = 30000;
    CODE_AT(b, CODE, LDR_10, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 1, 0x40000000);
    set_interrupt(b, 0, 0);
    bench_run_ns(b, 1000);
    assert_int_equal(bench_reg(b, REG_PC), CODE);
    sim_core_set_irq(b->core, 0, true); // nothing interrupts a transfer
    bench_run_ns(b, 28000);
    assert_int_equal(ipsr(b), 0);
    bench_run(b);
    assert_int_equal(d.reads, 2);
    assert_int_equal(d.read_at, 30000);
    assert_int_equal(ipsr(b), 16);
    assert_int_equal(stacked(b, 0), 0x77);
}

static void a_vector_in_busy_memory_is_waited_for(void **state)
{
    struct bench *b = *state;
    struct slow_device d;
    map_slow(b, &d);
    b->bus.mapping[0].base = 0; // behind the window, which is closed below
    d.stall_until = 20000;
    bench_code(b, RAM + 0x100, (const uint16_t[]){LOOP, 0});
    bench_release(b);
    set_interrupt(b, 0, 0);
    sim_core_set_reg(b->core, REG_PC, RAM + 0x100);
    b->bus.window[1].size = 0;
    sim_core_set_irq(b->core, 0, true);
    bench_run_ns(b, 10000);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_reg(b, REG_MSP), STACK); // nothing was stacked
    bench_run_ns(b, 11000);
    assert_int_equal(ipsr(b), 16);
    assert_int_equal(stacked(b, 6), RAM + 0x100);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(reset_loads_sp_and_pc_from_the_vector_table),
        bench_test(a_held_core_lets_time_pass_and_does_nothing),
        bench_test(a_blank_chip_locks_up),
        bench_test(a_vector_table_that_cannot_be_read_locks_up_at_reset),
        bench_test(entry_stacks_eight_words_and_keeps_the_stack_aligned),
        bench_test(return_restores_everything_and_goes_on_after_the_svc),
        bench_test(a_thread_on_the_process_stack_comes_back_to_it),
        bench_test(a_return_that_does_not_fit_is_a_hardfault_and_a_violation),
        bench_test(a_fault_on_unstacking_tail_chains_to_hardfault),
        bench_test(a_fault_on_stacking_an_interrupt_is_a_hardfault),
        bench_test(a_fault_in_hardfault_locks_up_and_nmi_gets_out_for_a_while),
        bench_test(svc_with_primask_is_a_hardfault_of_the_svc_itself),
        bench_test(bkpt_without_a_debugger_is_a_hardfault),
        bench_test(the_most_urgent_interrupt_comes_first_and_then_the_lowest_number),
        bench_test(a_more_urgent_interrupt_nests_and_an_equal_one_waits),
        bench_test(a_waiting_interrupt_follows_without_unstacking),
        bench_test(primask_holds_interrupts_back_until_cpsie),
        bench_test(a_level_pends_again_when_its_handler_returns),
        bench_test(clearing_an_active_level_leaves_it_pending),
        bench_test(a_line_that_fell_while_reset_was_held_is_not_pending),
        bench_test(icsr_shows_and_sets_what_is_pending),
        bench_test(the_control_block_has_the_fields_of_a_cortex_m0),
        bench_test(the_private_peripheral_bus_takes_words_only),
        bench_test(a_reset_request_by_the_program_comes_back_at_once),
        bench_test(wfi_sleeps_until_an_interrupt),
        bench_test(wfi_with_primask_wakes_and_does_not_enter_the_handler),
        bench_test(an_interrupt_that_is_not_urgent_enough_does_not_wake),
        bench_test(wfe_returns_at_once_after_sev_and_sleeps_the_second_time),
        bench_test(an_exception_sets_the_event_register),
        bench_test(sevonpend_wakes_wfe_by_an_interrupt_that_is_not_enabled),
        bench_test(sleep_on_exit_sleeps_where_the_thread_would_go_on),
        bench_test(falling_asleep_comes_back_to_the_chip_once),
        bench_test(systick_interrupts_every_reload_plus_1_cycles),
        bench_test(systick_counts_in_sleep_and_every_eighth_cycle_without_clksource),
        bench_test(systick_stands_still_while_halted),
        bench_test(cycles_take_their_time_at_any_frequency),
        bench_test(long_runs_do_not_drift),
        bench_test(the_clock_is_exact_when_a_device_is_asked),
        bench_test(a_timer_armed_by_an_access_ends_the_run_in_time),
        bench_test(a_stalled_core_waits_and_repeats_the_access),
        bench_test(a_vector_in_busy_memory_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
