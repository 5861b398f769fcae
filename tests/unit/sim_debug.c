// SPDX-License-Identifier: MIT
// sim/core/core.h as a debugger sees it: DHCSR, DCRSR, DCRDR, DEMCR, DFSR, AIRCR, the ROM table
// (DDI 0419, C1). Each test names its section.
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

enum {
    NOP = 0xbf00,
    WFI = 0xbf30,
    SVC0 = 0xdf00,
    UDF = 0xde00,
    BKPT = 0xbe00,
    LOOP = 0xe7fe,
    BX_LR = 0x4770,
    INC_R7 = 0x3701, // ADDS r7, #1
};

#define ISER   0xe000e100u
#define ISPR   0xe000e200u
#define REGWNR (1u << 16)

enum { HALTED = 1, BREAK = 2, DWTTRAP = 4, VCATCH = 8 };

static unsigned ipsr(struct bench *b)
{
    return bench_reg(b, REG_XPSR) & 0x3f;
}

// C1.6.2: DHCSR.
static void dhcsr_ignores_writes_without_the_key(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_write(b, DHCSR, C_HALT | C_DEBUGEN);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
    assert_false(sim_core_debug_enabled(b->core));
}

static void c_halt_halts_after_the_instruction_and_not_within_the_write(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, 0xe7fd);
    bench_release(b);
    bench_run(b);
    bench_write(b, DHCSR, KEY | C_HALT | C_DEBUGEN);
    assert_int_equal(bench_read(b, DHCSR) & S_HALT, 0);
    bench_run_ns(b, 1000);
    assert_int_equal(bench_read(b, DHCSR) & (S_HALT | C_HALT | C_DEBUGEN),
                     S_HALT | C_HALT | C_DEBUGEN);
    assert_int_equal(bench_read(b, DFSR), HALTED);
    uint32_t pc = bench_reg(b, REG_PC);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), pc);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & (S_HALT | C_HALT), 0);
}

static void c_halt_without_c_debugen_does_nothing(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_write(b, DHCSR, KEY | C_HALT);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
}

static void clearing_c_debugen_lets_a_halted_core_run(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, 0xe7fd);
    bench_release(b);
    bench_halt(b);
    uint64_t before = b->account.instructions;
    bench_write(b, DHCSR, KEY);
    bench_run(b);
    assert_true(b->account.instructions > before);
    assert_int_equal(bench_read(b, DHCSR) & 0xf, 0);
}

static void s_reset_st_and_s_retire_st_clear_when_read(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    assert_int_equal(bench_read(b, DHCSR) & S_RESET_ST, S_RESET_ST);
    // Still held: set again at once.
    assert_int_equal(bench_read(b, DHCSR) & S_RESET_ST, S_RESET_ST);
    bench_release(b);
    assert_int_equal(bench_read(b, DHCSR) & (S_RESET_ST | S_RETIRE_ST), S_RESET_ST | S_RETIRE_ST);
    assert_int_equal(bench_read(b, DHCSR) & (S_RESET_ST | S_RETIRE_ST), 0);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & (S_RESET_ST | S_RETIRE_ST), S_RETIRE_ST);
    assert_int_equal(bench_read(b, DHCSR) & S_RETIRE_ST, 0);
    sim_core_hold(b->core, SIM_RESET_SYSTEM);
    bench_release(b);
    assert_int_equal(bench_read(b, DHCSR) & S_RESET_ST, S_RESET_ST);
}

// C1.6.3, C1.6.4: register transfers.
static void dcrsr_moves_every_register_of_a_halted_core(void **state)
{
    struct bench *b = *state;
    bench_start_halted(b);
    for (unsigned sel = 0; sel <= 20; sel++) {
        if (sel == 19)
            continue;
        uint32_t value = 0x20000100 + 8 * sel;
        if (sel == REG_XPSR)
            value = 0x61000000;
        if (sel == REG_CONTROL_PRIMASK)
            value = 0x02000001;
        bench_write(b, DCRDR, value);
        bench_write(b, DCRSR, sel | REGWNR);
        bench_write(b, DCRDR, 0);
        bench_write(b, DCRSR, sel);
        assert_int_equal(bench_read(b, DHCSR) & S_REGRDY, S_REGRDY);
        assert_int_equal(bench_read(b, DCRDR), value);
    }
    assert_int_equal(bench_reg(b, REG_SP), 0x20000100 + 8 * REG_PSP); // CONTROL chose PSP
    assert_int_equal(b->account.violation_count, 0);
}

static void addresses_in_sp_and_pc_lose_their_low_bits(void **state)
{
    struct bench *b = *state;
    bench_start_halted(b);
    bench_write(b, DCRDR, 0x20000103);
    bench_write(b, DCRSR, REG_PSP | REGWNR);
    assert_int_equal(bench_reg(b, REG_PSP), 0x20000100);
    bench_write(b, DCRSR, REG_PC | REGWNR);
    assert_int_equal(bench_reg(b, REG_PC), 0x20000102);
}

static void dcrsr_of_a_running_core_never_gets_ready(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_write(b, DCRDR, 0x1234);
    bench_write(b, DCRSR, 15);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & S_REGRDY, 0);
    assert_int_equal(bench_read(b, DCRDR), 0x1234);
    assert_int_equal(b->account.violation_count, 1);
}

// C1.5.1: debug stepping.
static void a_step_executes_one_instruction(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, NOP, LOOP);
    bench_start_halted(b);
    sim_core_set_reg(b->core, 7, 0);
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(bench_read(b, DFSR), HALTED);
    assert_int_equal(b->account.instructions, 1);
    assert_int_equal(bench_read(b, DHCSR) & (S_HALT | C_HALT | C_STEP), S_HALT | C_HALT | C_STEP);
    bench_step(b);
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 4);
}

static void a_step_with_an_interrupt_pending_ends_at_the_handler(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, LOOP);
    bench_start_halted(b);
    sim_core_set_reg(b->core, 7, 0);
    bench_write(b, ISER, 1);
    bench_write(b, ISPR, 1);
    assert_int_equal(bench_read(b, ICSR) & 1u << 23, 1u << 23); // ISRPREEMPT
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(16));
    assert_int_equal(bench_reg(b, 7), 0);
    assert_int_equal(b->account.instructions, 0);
}

static void c_maskints_keeps_a_step_out_of_interrupts_but_not_out_of_svc(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, SVC0, LOOP);
    bench_start_halted(b);
    bench_write(b, ISER, 1);
    bench_write(b, ISPR, 1);
    bench_write(b, ICSR, 1u << 28 | 1u << 26); // PendSV, SysTick
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_HALT | C_DEBUGEN);
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_STEP | C_DEBUGEN);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_STEP | C_DEBUGEN);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(11));
    assert_int_equal(b->account.violation_count, 0);
}

static void a_step_over_a_fault_ends_at_hardfault(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF, LOOP);
    bench_start_halted(b);
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(3));
    assert_int_equal(ipsr(b), 3);
    assert_int_equal(bench_read(b, DFSR), HALTED);
}

static void a_step_over_an_exception_return_ends_in_the_thread(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(11), BX_LR);
    bench_start_halted(b);
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(11));
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    assert_int_equal(ipsr(b), 0);
}

// B1.5.12: with another exception waiting, the return chains to it.
static void a_step_over_a_chained_return_ends_at_the_next_handler(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, LOOP);
    CODE_AT(b, HANDLER(11), BX_LR);
    bench_start_halted(b);
    bench_step(b);
    bench_write(b, ISER, 1);
    bench_write(b, ISPR, 1);
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(16));
    assert_int_equal(bench_reg(b, REG_LR), 0xfffffff9);
    assert_int_equal(b->account.instructions, 2);
}

static void a_step_over_wfi_lasts_until_it_wakes(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, WFI, LOOP);
    bench_start_halted(b);
    bench_write(b, ISER, 1);
    bench_step(b);
    assert_int_equal(bench_read(b, DHCSR) & (S_HALT | S_SLEEP), S_SLEEP);
    sim_core_set_irq(b->core, 0, true);
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
}

static void a_halt_ends_a_sleep_behind_the_wfi(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, WFI, LOOP);
    bench_release(b);
    bench_run(b);
    bench_halt(b); // B1.5.19
    assert_int_equal(bench_read(b, DHCSR) & (S_HALT | S_SLEEP), S_HALT);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
}

static void changing_c_maskints_without_c_halt_is_lost_and_a_violation(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_DEBUGEN);
    assert_int_equal(bench_read(b, DHCSR) & C_MASKINTS, 0);
    assert_int_equal(b->account.violation_count, 1);
    bench_halt(b);
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_HALT | C_DEBUGEN);
    assert_int_equal(bench_read(b, DHCSR) & C_MASKINTS, C_MASKINTS);
    assert_int_equal(b->account.violation_count, 1);
    bench_write(b, DHCSR, KEY | C_DEBUGEN); // runs on with interrupts masked
    assert_int_equal(bench_read(b, DHCSR) & C_MASKINTS, C_MASKINTS);
    assert_int_equal(b->account.violation_count, 2);
}

static void setting_c_step_while_running_is_lost_and_a_violation(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_write(b, DHCSR, KEY | C_STEP | C_DEBUGEN);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
    assert_int_equal(b->account.violation_count, 1);
}

// C1.5: BKPT.
static void bkpt_halts_at_itself(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, BKPT | 0xab, LOOP);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_release(b);
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    assert_int_equal(bench_read(b, DFSR), BREAK);
    bench_resume(b); // it is still there
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
}

// C1.6.1: DFSR.
static void dfsr_collects_causes_until_each_is_cleared(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, BKPT, LOOP);
    bench_start_halted(b);
    bench_step(b);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_read(b, DFSR), HALTED | BREAK);
    bench_write(b, DFSR, BREAK);
    assert_int_equal(bench_read(b, DFSR), HALTED);
    sim_core_hold(b->core, SIM_RESET_SYSTEM); // outlives a system reset
    assert_int_equal(bench_read(b, DFSR), HALTED);
    sim_core_hold(b->core, SIM_RESET_POWER);
    assert_int_equal(bench_read(b, DFSR), 0);
}

// C1.5.2, C1.6.5: vector catch.
static void vc_corereset_halts_before_the_first_instruction(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_write(b, DEMCR, 1);
    bench_release(b);
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
    assert_int_equal(bench_reg(b, REG_PC), CODE);
    assert_int_equal(bench_read(b, DFSR), VCATCH);
    assert_int_equal(b->account.instructions, 0);
}

static void vc_corereset_needs_c_debugen(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_write(b, DEMCR, 1);
    bench_release(b);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
}

static void vc_harderr_halts_at_the_handler_with_the_frame_stacked(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, UDF);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_write(b, DEMCR, 1u << 10);
    bench_release(b);
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(3));
    assert_int_equal(bench_peek32(b, bench_reg(b, REG_MSP) + 24), CODE + 2);
    assert_int_equal(bench_read(b, DFSR), VCATCH);
}

// C1.4: debug and reset.
static void a_system_reset_keeps_c_debugen_and_demcr_and_drops_c_halt(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_halt(b);
    bench_write(b, DEMCR, 1u << 24 | 1u << 10);
    sim_core_hold(b->core, SIM_RESET_SYSTEM);
    bench_write(b, DHCSR, KEY | C_HALT | C_DEBUGEN); // lost in reset
    bench_release(b);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
    assert_true(sim_core_debug_enabled(b->core));
    assert_int_equal(bench_read(b, DEMCR), 1u << 24 | 1u << 10);
    sim_core_hold(b->core, SIM_RESET_POWER);
    assert_false(sim_core_debug_enabled(b->core));
    assert_int_equal(bench_read(b, DEMCR), 0);
}

static void sysresetreq_by_the_debugger_comes_back_from_the_next_run(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_halt(b);
    bench_write(b, AIRCR, 0x05fa0004);
    assert_int_equal(bench_run_ns(b, 1000), SIM_CORE_RESET_REQUEST);
    bench_run(b); // once
    bench_write(b, AIRCR, 0x05fa0004);
    assert_true(sim_core_take_reset_request(b->core));
    bench_run(b);
}

static void vectclractive_needs_a_halted_core(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    bench_release(b);
    bench_run(b);
    bench_write(b, AIRCR, 0x05fa0002);
    assert_int_equal(ipsr(b), 3);
    assert_int_equal(b->account.violation_count, 1);
    bench_halt(b);
    bench_write(b, AIRCR, 0x05fa0002);
    assert_int_equal(ipsr(b), 0);
    CODE_AT(b, CODE, LOOP);
    sim_core_set_reg(b->core, REG_PC, CODE);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE);
}

// C1.6.2 and B1.5.15.
static void lockup_shows_and_a_halt_ends_it(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, UDF);
    CODE_AT(b, HANDLER(3), UDF);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_release(b);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & (S_LOCKUP | S_HALT), S_LOCKUP);
    bench_halt(b);
    assert_int_equal(bench_read(b, DHCSR) & (S_LOCKUP | S_HALT), S_HALT);
    assert_int_equal(bench_reg(b, REG_PC), 0xfffffffe);
    assert_int_equal(ipsr(b), 3);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & S_LOCKUP, S_LOCKUP);
    bench_halt(b);
    CODE_AT(b, CODE, LOOP);
    sim_core_set_reg(b->core, REG_PC, CODE);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & S_LOCKUP, 0);
}

static void debug_registers_read_as_zero_to_the_program(void **state)
{
    struct bench *b = *state;
    static const uint32_t addr[] = {DHCSR, DEMCR, DFSR, 0xe0001000, 0xe0002000, 0xe000ed24};
    bench_start_halted(b);
    bench_write(b, DEMCR, 1u << 24);
    bench_write(b, 0xe000ed24, 1u << 15); // SVCALLPENDED
    for (size_t i = 0; i < sizeof addr / sizeof addr[0]; i++) {
        uint32_t value = 1;
        assert_int_equal(sim_bus_read(&b->bus, SIM_MASTER_CORE, addr[i], 4, &value), SIM_BUS_OK);
        assert_int_equal(value, 0);
    }
    sim_bus_write(&b->bus, SIM_MASTER_CORE, DHCSR, 4, KEY);
    assert_true(sim_core_is_halted(b->core));
    assert_int_equal(bench_read(b, 0xe000ed24), 1u << 15);
}

static void a_stopped_clock_keeps_the_core_from_halting(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_run(b);
    sim_core_set_hclk(b->core, 0);
    bench_write(b, DHCSR, KEY | C_HALT | C_DEBUGEN);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & S_HALT, 0);
    sim_core_set_hclk(b->core, 8000000);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR) & S_HALT, S_HALT);
}

// C1.2: the ROM table and what OpenOCD reads of it.
static void the_rom_table_leads_to_scs_dwt_and_bpu(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t base;
        unsigned part, designer, class_id;
    } component[] = {
        {0xe000e000, 0x008, 0x43b, 0xe0},
        {0xe0001000, 0x00a, 0x43b, 0xe0},
        {0xe0002000, 0x00b, 0x43b, 0xe0},
        {0xe00ff000, 0x440, 0x020, 0x10},
    };
    for (unsigned i = 0; i < 3; i++) {
        uint32_t entry = bench_read(b, 0xe00ff000 + 4 * i);
        assert_int_equal(entry & 3, 3);
        assert_int_equal(0xe00ff000 + (entry & ~0xfffu), component[i].base);
    }
    assert_int_equal(bench_read(b, 0xe00ff00c), 0);
    assert_int_equal(bench_read(b, 0xe00fffcc), 1);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t base = component[i].base, pid[3];
        for (unsigned k = 0; k < 3; k++)
            pid[k] = bench_read(b, base + 0xfe0 + 4 * k);
        assert_int_equal(pid[0] | (pid[1] & 0xf) << 8, component[i].part);
        unsigned designer = pid[1] >> 4 | (pid[2] & 7) << 4 | bench_read(b, base + 0xfd0) << 8;
        assert_int_equal(designer, component[i].designer);
        assert_int_equal(pid[2] & 8, 8);
        assert_int_equal(bench_read(b, base + 0xff0), 0x0d);
        assert_int_equal(bench_read(b, base + 0xff4), component[i].class_id);
        assert_int_equal(bench_read(b, base + 0xff8), 0x05);
        assert_int_equal(bench_read(b, base + 0xffc), 0xb1);
    }
}

// Debuggers look for an ITM, a DBGMCU of Cortex-M3 or a TPIU, and real parts answer with zeros.
static void the_private_bus_reads_as_zero_where_nothing_is(void **state)
{
    static const uint32_t addr[] = {0xe0000000, 0xe0000fb0, 0xe0003000, 0xe000f000,
                                    0xe0040004, 0xe0042000, 0xe0042ffc, 0xe00feff0};
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof addr / sizeof addr[0]; i++) {
        bench_write(b, addr[i], 0xc5acce55);
        assert_int_equal(bench_read(b, addr[i]), 0);
    }
    assert_int_equal(b->account.violation_count, 0);
}

// As an nRF51822 shows it: 0x01000001 while it runs, 0x00030003 halted; and after a reset with
// vector catch, 0x03030003.
static void s_regrdy_is_set_in_debug_state_only(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_write(b, DEMCR, 1);
    bench_release(b);
    assert_int_equal(bench_read(b, DHCSR), 0x03030003);
    assert_int_equal(bench_read(b, DHCSR), 0x00030003);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR), 0x01000001);
}

// An nRF51822 halted by a BKPT has DFSR = 3 after C_HALT was written again.
static void c_halt_again_is_noted_in_dfsr(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, BKPT);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_release(b);
    bench_run(b);
    assert_int_equal(bench_read(b, DFSR), BREAK);
    bench_write(b, DHCSR, KEY | C_HALT | C_DEBUGEN);
    assert_int_equal(bench_read(b, DFSR), BREAK | HALTED);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(dhcsr_ignores_writes_without_the_key),
        bench_test(c_halt_halts_after_the_instruction_and_not_within_the_write),
        bench_test(c_halt_without_c_debugen_does_nothing),
        bench_test(clearing_c_debugen_lets_a_halted_core_run),
        bench_test(s_reset_st_and_s_retire_st_clear_when_read),
        bench_test(dcrsr_moves_every_register_of_a_halted_core),
        bench_test(addresses_in_sp_and_pc_lose_their_low_bits),
        bench_test(dcrsr_of_a_running_core_never_gets_ready),
        bench_test(a_step_executes_one_instruction),
        bench_test(a_step_with_an_interrupt_pending_ends_at_the_handler),
        bench_test(c_maskints_keeps_a_step_out_of_interrupts_but_not_out_of_svc),
        bench_test(a_step_over_a_fault_ends_at_hardfault),
        bench_test(a_step_over_an_exception_return_ends_in_the_thread),
        bench_test(a_step_over_a_chained_return_ends_at_the_next_handler),
        bench_test(a_step_over_wfi_lasts_until_it_wakes),
        bench_test(a_halt_ends_a_sleep_behind_the_wfi),
        bench_test(changing_c_maskints_without_c_halt_is_lost_and_a_violation),
        bench_test(setting_c_step_while_running_is_lost_and_a_violation),
        bench_test(bkpt_halts_at_itself),
        bench_test(dfsr_collects_causes_until_each_is_cleared),
        bench_test(vc_corereset_halts_before_the_first_instruction),
        bench_test(vc_corereset_needs_c_debugen),
        bench_test(vc_harderr_halts_at_the_handler_with_the_frame_stacked),
        bench_test(a_system_reset_keeps_c_debugen_and_demcr_and_drops_c_halt),
        bench_test(sysresetreq_by_the_debugger_comes_back_from_the_next_run),
        bench_test(vectclractive_needs_a_halted_core),
        bench_test(lockup_shows_and_a_halt_ends_it),
        bench_test(debug_registers_read_as_zero_to_the_program),
        bench_test(a_stopped_clock_keeps_the_core_from_halting),
        bench_test(the_rom_table_leads_to_scs_dwt_and_bpu),
        bench_test(s_regrdy_is_set_in_debug_state_only),
        bench_test(c_halt_again_is_noted_in_dfsr),
        bench_test(the_private_bus_reads_as_zero_where_nothing_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
