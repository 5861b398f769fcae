// SPDX-License-Identifier: MIT
// Debug of ARMv7-M on sim/core/core.h: registers of the unit, vector catches, the debug monitor,
// FPB, DWT, ITM and TPIU, the ROM table (DDI 0403, C1). Each test names its section.
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
    BX_R1 = 0x4708,
    INC_R7 = 0x3701,  // ADDS r7, #1
    STR_01 = 0x6008,  // STR r0, [r1]
    STRH_01 = 0x8008, // STRH r0, [r1]
    STRB_01 = 0x7008,
    LDR_01 = 0x6808,
};
#define VMOV_S0_R0 0xee00, 0x0a10
#define SDIV_0_0_2 0xfb90, 0xf0f2

#define CCR       0xe000ed14u
#define SHCSR     0xe000ed24u
#define CFSR      0xe000ed28u
#define HFSR      0xe000ed2cu
#define CPACR     0xe000ed88u
#define ISER      0xe000e100u
#define ISPR      0xe000e200u
#define FP_CTRL   0xe0002000u
#define FP_REMAP  0xe0002004u
#define FP_COMP   0xe0002008u
#define DWT_CTRL  0xe0001000u
#define CYCCNT    0xe0001004u
#define EXCCNT    0xe000100cu
#define SLEEPCNT  0xe0001010u
#define DWT_COMP  0xe0001020u
#define ITM_STIM  0xe0000000u
#define ITM_TER   0xe0000e00u
#define ITM_TPR   0xe0000e40u
#define ITM_TCR   0xe0000e80u
#define ITM_LAR   0xe0000fb0u
#define ITM_LSR   0xe0000fb4u
#define TPIU_ACPR 0xe0040010u
#define TPIU_SPPR 0xe00400f0u
#define TPIU_FFCR 0xe0040304u
#define ROM       0xe00ff000u

enum { HALTED = 1, BREAK = 2, DWTTRAP = 4, VCATCH = 8 };
enum { HARDFAULT = 3, MEMMANAGE = 4, BUSFAULT = 5, USAGEFAULT = 6, SVCALL = 11, MONITOR = 12 };
enum { REG_FPSCR = 33, REG_S0 = 64 };

#define NOWHERE      0x60000000u
#define ALL_FAULTS   0x00070000u
#define REGWNR       (1u << 16)
#define TRCENA       (1u << 24)
#define MON_STEP     (1u << 18)
#define MON_PEND     (1u << 17)
#define MON_EN       (1u << 16)
#define VC_HARDERR   (1u << 10)
#define VC_INTERR    (1u << 9)
#define VC_BUSERR    (1u << 8)
#define VC_STATERR   (1u << 7)
#define VC_CHKERR    (1u << 6)
#define VC_NOCPERR   (1u << 5)
#define VC_MMERR     (1u << 4)
#define VC_CORERESET 1u
#define LOWER        (1u << 30)
#define UPPER        (1u << 31)

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

static void restart(struct bench *b)
{
    sim_core_hold(b->core, SIM_RESET_POWER);
    bench_release(b);
}

static void restart_halted(struct bench *b)
{
    sim_core_hold(b->core, SIM_RESET_POWER);
    bench_start_halted(b);
    sim_core_set_reg(b->core, 7, 0);
}

static void run_to_halt(struct bench *b)
{
    bench_resume(b);
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
}

static void read_register(struct bench *b, unsigned regsel, uint32_t expected)
{
    bench_write(b, DCRDR, ~expected);
    bench_write(b, DCRSR, regsel);
    assert_int_equal(bench_read(b, DCRDR), expected);
}

// C1.6.3 DCRSR.
static void dcrsr_moves_the_registers_of_the_unit(void **state)
{
    struct bench *b = *state;
    bench_start_halted(b);
    for (unsigned i = 0; i < 32; i++) {
        bench_write(b, DCRDR, 0x3f800000 + i);
        bench_write(b, DCRSR, (REG_S0 + i) | REGWNR);
    }
    for (unsigned i = 0; i < 32; i++)
        read_register(b, REG_S0 + i, 0x3f800000 + i);
    bench_write(b, DCRDR, 0xffffffff);
    bench_write(b, DCRSR, REG_FPSCR | REGWNR);
    read_register(b, REG_FPSCR, 0xf7c0009f);
    bench_write(b, DCRDR, 0x07ff55ff); // CONTROL, FAULTMASK, BASEPRI, PRIMASK
    bench_write(b, DCRSR, 20 | REGWNR);
    read_register(b, 20, 0x07015001);
    read_register(b, 19, 0); // the gap, as an STM32F429 was seen to answer
    assert_int_equal(b->account.violation_count, 0);
    bench_write(b, DCRSR, 96);
    assert_int_equal(b->account.violation_count, 1);
}

static void a_cortex_m3_has_no_registers_of_the_unit(void **state)
{
    struct bench *b = *state;
    bench_start_halted(b);
    bench_write(b, DCRSR, REG_S0);
    bench_write(b, DCRSR, REG_FPSCR);
    assert_int_equal(b->account.violation_count, 2);
}

// As captured of an STM32F429: 01010001 runs, 00030003 is halted.
static void s_regrdy_stays_while_the_core_runs(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    restart(b);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_run(b);
    (void)bench_read(b, DHCSR);
    bench_run(b);
    assert_int_equal(bench_read(b, DHCSR), 0x01010001);
    bench_halt(b);
    (void)bench_read(b, DHCSR);
    assert_int_equal(bench_read(b, DHCSR), 0x00030003);
}

// As captured: S_RETIRE_ST is not set by a reset that ends in Debug state, and the next read has
// neither.
static void a_reset_that_is_caught_has_retired_nothing(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_start_halted(b);
    (void)bench_read(b, DHCSR);
    bench_write(b, DEMCR, VC_CORERESET);
    sim_core_hold(b->core, SIM_RESET_SYSTEM);
    bench_release(b);
    bench_write(b, DHCSR, KEY | C_HALT | C_DEBUGEN);
    assert_int_equal(bench_read(b, DHCSR), 0x02030003);
    assert_int_equal(bench_read(b, DHCSR), 0x00030003);
}

// C1.6.5 DEMCR: vector catches.
static void each_catch_stops_at_the_handler_of_its_fault(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint16_t code[3];
        uint32_t r1, shcsr, ccr;
        uint32_t bit;
        unsigned exception;
    } rows[] = {
        {{UDF}, 0, 0, 0, VC_HARDERR, HARDFAULT},
        {{LDR_01}, NOWHERE, ALL_FAULTS, 0, VC_BUSERR, BUSFAULT},
        {{UDF}, 0, ALL_FAULTS, 0, VC_STATERR, USAGEFAULT},
        {{BX_R1}, RAM, ALL_FAULTS, 0, VC_STATERR, USAGEFAULT},
        {{LDR_01}, RAM + 1, ALL_FAULTS, 1 << 3, VC_CHKERR, USAGEFAULT},
        {{SDIV_0_0_2}, 0, ALL_FAULTS, 1 << 4, VC_CHKERR, USAGEFAULT},
        {{VMOV_S0_R0}, 0, ALL_FAULTS, 0, VC_NOCPERR, USAGEFAULT},
        {{BX_R1}, 0xa0000001, ALL_FAULTS, 0, VC_MMERR, MEMMANAGE},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned on = 0; on < 2; on++) {
            uint16_t code[4] = {0};
            memcpy(code, rows[i].code, sizeof rows[i].code);
            bench_code(b, CODE, code);
            restart_halted(b);
            bench_write(b, SHCSR, rows[i].shcsr);
            bench_write(b, CCR, rows[i].ccr);
            // All the others are on, so that only this bit can be meant.
            bench_write(b, DEMCR, 0x7f0u & ~(on ? 0 : rows[i].bit));
            sim_core_set_reg(b->core, 1, rows[i].r1);
            sim_core_set_reg(b->core, 2, 0);
            bench_resume(b);
            bench_run(b);
            assert_int_equal(ipsr(b), rows[i].exception);
            assert_int_equal(bench_reg(b, REG_PC), HANDLER(rows[i].exception));
            assert_int_equal(sim_core_is_halted(b->core), on);
            assert_int_equal(bench_read(b, DFSR), on ? VCATCH : 0);
        }
    }
}

static void vc_interr_catches_faults_of_entry_and_return(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0);
    restart_halted(b);
    bench_write(b, DEMCR, VC_INTERR);
    sim_core_set_reg(b->core, REG_SP, NOWHERE);
    run_to_halt(b);
    assert_int_equal(ipsr(b), HARDFAULT);
    CODE_AT(b, HANDLER(SVCALL), 0x46b5, BX_LR); // MOV sp, r6
    restart_halted(b);
    bench_write(b, SHCSR, ALL_FAULTS);
    bench_write(b, DEMCR, VC_INTERR);
    sim_core_set_reg(b->core, 6, NOWHERE);
    run_to_halt(b);
    assert_int_equal(ipsr(b), BUSFAULT);
    CODE_AT(b, CODE, UDF); // an ordinary fault is none of these
    restart_halted(b);
    bench_write(b, DEMCR, VC_INTERR);
    bench_resume(b);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
}

// C1.4.3, C1.6.5: the debug monitor.
static void a_bkpt_without_halting_debug_is_the_monitors(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, BKPT, LOOP);
    restart(b);
    bench_write(b, DEMCR, MON_EN);
    bench_run(b);
    assert_int_equal(ipsr(b), MONITOR);
    assert_int_equal(bench_read(b, DFSR), BREAK);
    assert_int_equal(bench_peek32(b, STACK - 8), CODE + 2);
    assert_int_equal(bench_read(b, SHCSR) & 1 << 8, 1 << 8);
    restart(b);
    bench_run(b);
    assert_int_equal(ipsr(b), HARDFAULT);
    assert_int_equal(bench_read(b, HFSR), 1u << 31); // DEBUGEVT
    assert_int_equal(bench_peek32(b, STACK - 8), CODE + 2);
    restart(b); // halting debug comes first
    bench_write(b, DEMCR, MON_EN);
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
}

static void the_monitor_takes_comparators_and_the_pend_bit(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, STR_01, INC_R7, LOOP);
    restart(b);
    sim_core_set_reg(b->core, 1, RAM);
    bench_write(b, DEMCR, MON_EN | TRCENA);
    bench_write(b, DWT_COMP, RAM);
    bench_write(b, DWT_COMP + 8, 6);
    bench_run(b);
    assert_int_equal(ipsr(b), MONITOR);
    assert_int_equal(bench_read(b, DFSR), DWTTRAP);
    assert_int_equal(bench_peek32(b, STACK - 8), CODE + 4);
    CODE_AT(b, CODE, LOOP);
    restart(b);
    bench_write(b, DEMCR, MON_PEND); // not enabled: this bit works all the same
    bench_run(b);
    assert_int_equal(ipsr(b), MONITOR);
    restart(b);
    sim_core_set_reg(b->core, 20, 1); // PRIMASK holds it back
    bench_write(b, DEMCR, MON_PEND);
    bench_run(b);
    assert_int_equal(bench_read(b, DEMCR), MON_PEND);
    bench_write(b, DEMCR, 0);
    assert_int_equal(bench_read(b, DEMCR), 0);
    bench_write(b, DEMCR, TRCENA | MON_EN | MON_STEP | VC_BUSERR);
    sim_core_hold(b->core, SIM_RESET_SYSTEM); // which the monitor's bits do not outlive
    bench_release(b);
    assert_int_equal(bench_read(b, DEMCR), TRCENA | VC_BUSERR);
}

static void mon_step_comes_back_after_one_instruction(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, INC_R7, INC_R7, LOOP);
    CODE_AT(b, HANDLER(MONITOR), 0x3601, BX_LR); // ADDS r6, #1
    restart(b);
    sim_core_set_reg(b->core, 7, 0);
    sim_core_set_reg(b->core, 6, 0);
    bench_write(b, DEMCR, MON_EN | MON_STEP | MON_PEND);
    while (bench_reg(b, 6) < 3 || ipsr(b))
        bench_run_ns(b, 125);
    assert_int_equal(bench_reg(b, 7), 2); // at 0, behind 1 and behind 2
    assert_int_equal(bench_read(b, DFSR), HALTED);
}

// C1.6: what a program may do with the registers of the debugger.
static void a_program_switches_the_cycle_counter_on_and_cannot_halt_itself(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_01, 0x601a, 0x602c, LOOP); // STR r0,[r1]; STR r2,[r3]; STR r4,[r5]
    restart(b);
    sim_core_set_reg(b->core, 0, TRCENA);
    sim_core_set_reg(b->core, 1, DEMCR);
    sim_core_set_reg(b->core, 2, 1);
    sim_core_set_reg(b->core, 3, DWT_CTRL);
    sim_core_set_reg(b->core, 4, KEY | C_HALT | C_DEBUGEN);
    sim_core_set_reg(b->core, 5, DHCSR);
    bench_run(b);
    assert_false(sim_core_debug_enabled(b->core));
    assert_int_equal(bench_read(b, DWT_CTRL), 0x40000001); // as an STM32L152 shows it
    assert_true(bench_read(b, CYCCNT) > 100);
    CODE_AT(b, CODE, LDR_01, LOOP);
    restart(b);
    sim_core_set_reg(b->core, 1, DWT_CTRL);
    bench_write(b, DEMCR, TRCENA);
    bench_run(b);
    assert_int_equal(bench_reg(b, 0), 0x40000000);
}

// C1.8.8 DWT_CYCCNT.
static void cyccnt_counts_cycles_and_stands_while_halted(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, LDR_01, NOP, NOP, LOOP); // 1, 2, 1, 1 cycles
    static const unsigned cycles[] = {1, 2, 1, 1};
    restart_halted(b);
    sim_core_set_reg(b->core, 1, RAM);
    bench_write(b, DEMCR, TRCENA);
    bench_write(b, DWT_CTRL, 1);
    bench_write(b, CYCCNT, 0xfffffffe);
    uint32_t expected = 0xfffffffe;
    for (unsigned i = 0; i < 4; i++) {
        bench_step(b);
        assert_int_equal(bench_read(b, CYCCNT), expected += cycles[i]);
    }
    bench_write(b, DWT_CTRL, 0);
    bench_step(b);
    assert_int_equal(bench_read(b, CYCCNT), expected);
}

static void a_cycle_match_stops_the_core(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, 0xe7fd); // 4 cycles a round
    restart_halted(b);
    bench_write(b, DEMCR, TRCENA);
    bench_write(b, DWT_CTRL, 1);
    bench_write(b, CYCCNT, 0);
    bench_write(b, DWT_COMP, 100);
    bench_write(b, DWT_COMP + 8, 0x84); // CYCMATCH, debug event
    run_to_halt(b);
    assert_int_equal(bench_read(b, DFSR), DWTTRAP);
    assert_in_range(bench_read(b, CYCCNT), 100, 103);
    assert_int_equal(bench_reg(b, 7), bench_read(b, CYCCNT) / 4 + (bench_read(b, CYCCNT) % 4 > 0));
    assert_int_equal(bench_read(b, DWT_COMP + 8), 0x84 | 1u << 24);
    assert_int_equal(bench_read(b, DWT_COMP + 8), 0x84);
}

static void sleep_and_exceptions_have_counters(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, SVC0, WFI, LOOP);
    CODE_AT(b, HANDLER(SVCALL), BX_LR);
    restart_halted(b);
    bench_write(b, DEMCR, TRCENA);
    bench_write(b, DWT_CTRL, 3u << 18);
    bench_step(b);
    assert_int_equal(bench_read(b, EXCCNT), 12);
    bench_step(b);
    assert_int_equal(bench_read(b, EXCCNT), 12 + 10);
    assert_int_equal(bench_read(b, SLEEPCNT), 0);
    bench_resume(b);
    bench_run_ns(b, 125 * 100);
    assert_in_range(bench_read(b, SLEEPCNT), 90, 100);
}

// B1.5.11: from handler to handler without a frame in between.
static void a_chained_handler_costs_less_than_an_entry(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    CODE_AT(b, HANDLER(16), BX_LR);
    CODE_AT(b, HANDLER(17), INC_R7, BX_LR);
    restart_halted(b);
    bench_write(b, DEMCR, TRCENA);
    bench_write(b, DWT_CTRL, 1u << 18);
    bench_write(b, ISER, 3);
    bench_write(b, ISPR, 3);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_read(b, EXCCNT), 12 + 6 + 10);
}

static void set_watch(struct bench *b, unsigned n, uint32_t comp, uint32_t mask, uint32_t function)
{
    bench_write(b, DEMCR, TRCENA);
    bench_write(b, DWT_COMP + 16 * n, comp);
    bench_write(b, DWT_COMP + 16 * n + 4, mask);
    bench_write(b, DWT_COMP + 16 * n + 8, function);
}

// C1.8.16 to C1.8.18: four comparators, ranges up to 32 KiB.
static void each_of_four_comparators_watches_up_to_32_kib(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, STR_01, LOOP);
    for (unsigned n = 0; n < 4; n++) {
        restart_halted(b);
        set_watch(b, n, RAM, 31, 6);
        assert_int_equal(bench_read(b, DWT_COMP + 16 * n + 4), 15);
        sim_core_set_reg(b->core, 1, RAM + RAM_SIZE - 4);
        run_to_halt(b);
        assert_int_equal(bench_read(b, DFSR), DWTTRAP);
        restart_halted(b);
        set_watch(b, n, RAM + 0x100, 6, 6);
        sim_core_set_reg(b->core, 1, RAM + 0x140);
        bench_resume(b);
        bench_run(b);
        assert_false(sim_core_is_halted(b->core));
    }
}

// DATAVMATCH of comparator 1, bound to the address of another.
static void a_data_value_matches_alone_and_with_an_address(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint16_t store;
        uint32_t value, addr, comp, function;
        bool stops;
    } rows[] = {
        {STR_01, 0x1234, RAM + 0x10, 0x1234, 6 | 1 << 8 | 2 << 10 | 1 << 12 | 1 << 16, true},
        {STR_01, 0x1235, RAM + 0x10, 0x1234, 6 | 1 << 8 | 2 << 10 | 1 << 12 | 1 << 16, false},
        {STR_01, 0x1234, RAM + 0x10, 0x1234, 5 | 1 << 8 | 2 << 10 | 1 << 12 | 1 << 16, false},
        {STR_01, 0x1234, RAM + 0x40, 0x1234, 6 | 1 << 8 | 2 << 10 | 3 << 12 | 3 << 16, true},
        {STR_01, 0x1234, RAM + 0x44, 0x1234, 6 | 1 << 8 | 2 << 10 | 3 << 12 | 3 << 16, false},
        {STRH_01, 0x1234, RAM + 0x10, 0x12341234, 6 | 1 << 8 | 1 << 10 | 1 << 12 | 1 << 16, true},
        {STRB_01, 0xab, RAM + 0x11, 0xabababab, 6 | 1 << 8 | 0 << 10 | 1 << 12 | 1 << 16, true},
        {STR_01, 0x00ab0000, RAM + 0x10, 0xabababab, 6 | 1 << 8 | 1 << 12 | 1 << 16, true},
        {STRB_01, 0x34, RAM + 0x10, 0x34, 6 | 1 << 8 | 2 << 10 | 1 << 12 | 1 << 16, false},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CODE_AT(b, CODE, rows[i].store, LOOP);
        restart_halted(b);
        sim_core_set_reg(b->core, 0, rows[i].value);
        sim_core_set_reg(b->core, 1, rows[i].addr);
        set_watch(b, 3, RAM + 0x40, 0, 0);
        set_watch(b, 1, rows[i].comp, 0, rows[i].function);
        assert_int_equal(bench_read(b, DWT_COMP + 24), rows[i].function | 1 << 9); // LNK1ENA
        bench_resume(b);
        bench_run(b);
        assert_int_equal(sim_core_is_halted(b->core), rows[i].stops);
    }
}

// Functions for trace only set MATCHED.
static void a_trace_function_does_not_stop(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_01, LOOP);
    for (unsigned function = 1; function < 16; function++) {
        bool stops = function == 6 || function == 7;
        bool matches = stops || function < 4 || function == 10 || function == 11 ||
                       function == 13 || function == 15;
        restart_halted(b);
        sim_core_set_reg(b->core, 1, RAM);
        set_watch(b, 2, RAM, 0, function);
        bench_resume(b);
        bench_run(b);
        assert_int_equal(sim_core_is_halted(b->core), stops);
        assert_int_equal(bench_read(b, DWT_COMP + 40) >> 24, matches);
    }
}

// C1.11: FPB, version 1.
static void the_fpb_has_six_comparators_for_code_and_two_for_literals(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, INC_R7, INC_R7, INC_R7, LOOP);
    restart_halted(b);
    assert_int_equal(bench_read(b, FP_CTRL), 0x260);
    assert_int_equal(bench_read(b, FP_REMAP), 0x20000000);
    bench_write(b, FP_CTRL, 3);
    assert_int_equal(bench_read(b, FP_CTRL), 0x261);
    for (unsigned n = 0; n < 9; n++) {
        bench_write(b, FP_COMP + 4 * n, 0xffffffff);
        assert_int_equal(bench_read(b, FP_COMP + 4 * n), n < 6   ? 0xdffffffd
                                                         : n < 8 ? 0x1ffffffd
                                                                 : 0);
    }
    for (unsigned n = 0; n < 6; n++) {
        restart_halted(b);
        bench_write(b, FP_CTRL, 3);
        bench_write(b, FP_COMP + 4 * n, (CODE + 4) | (n & 1 ? UPPER : LOWER) | 1);
        run_to_halt(b);
        assert_int_equal(bench_reg(b, REG_PC), CODE + 4 + 2 * (n & 1));
        assert_int_equal(bench_read(b, DFSR), BREAK);
    }
}

static void the_fpb_puts_words_of_ram_in_place_of_code_and_literals(void **state)
{
    struct bench *b = *state;
    // LDR r0, [pc, #4]; ADDS r7, #1; ADDS r7, #1; B .; the literal
    CODE_AT(b, CODE, 0x4801, INC_R7, INC_R7, LOOP);
    bench_poke32(b, CODE + 8, 0x11111111);
    restart_halted(b);
    bench_poke32(b, RAM + 0x100 + 4 * 2, INC_R7 << 16 | 0x3710); // ADDS r7, #16
    bench_poke32(b, RAM + 0x100 + 4 * 6, 0x22222222);
    bench_write(b, FP_CTRL, 3);
    bench_write(b, FP_REMAP, RAM + 0x100);
    assert_int_equal(bench_read(b, FP_REMAP), RAM + 0x100);
    bench_write(b, FP_COMP + 8, (CODE + 4) | 1);
    bench_write(b, FP_COMP + 24, (CODE + 8) | 1);
    sim_core_set_reg(b->core, REG_PC, CODE);
    bench_write(b, DHCSR, KEY | C_STEP | C_DEBUGEN);
    bench_run(b);
    assert_int_equal(bench_reg(b, 0), 0x22222222);
    bench_step(b);
    bench_step(b);
    assert_int_equal(bench_reg(b, 7), 17);
    assert_int_equal(bench_read(b, CODE + 8), 0x11111111); // not for the debugger
    bench_write(b, FP_CTRL, 2);
    sim_core_set_reg(b->core, REG_PC, CODE);
    bench_step(b);
    assert_int_equal(bench_reg(b, 0), 0x11111111);
}

// C1.7, C1.10.
static void itm_and_tpiu_keep_what_a_program_sets_up(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t addr, value, kept;
    } rows[] = {
        {ITM_TER, 0x80000003, 0x80000003}, {ITM_TPR, 0xff, 0xf}, {ITM_TCR, 0x0001000d, 0x0001000d},
        {TPIU_ACPR, 0xffff, 0x1fff},       {TPIU_SPPR, 2, 2},    {TPIU_FFCR, 0, 0x100},
    };
    restart(b);
    assert_int_equal(bench_read(b, ITM_STIM), 0); // TRCENA is off
    bench_write(b, DEMCR, TRCENA);
    assert_int_equal(bench_read(b, ITM_STIM + 31 * 4), 1); // ready
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench_write(b, rows[i].addr, rows[i].value);
        assert_int_equal(bench_read(b, rows[i].addr), rows[i].kept);
    }
    // A program needs the key.
    CODE_AT(b, CODE, STR_01, LOOP);
    for (unsigned key = 0; key < 2; key++) {
        restart(b);
        bench_write(b, DEMCR, TRCENA);
        bench_write(b, ITM_LAR, key ? 0xc5acce55 : 0);
        assert_int_equal(bench_read(b, ITM_LSR), key ? 1 : 3);
        sim_core_set_reg(b->core, 0, 1);
        sim_core_set_reg(b->core, 1, ITM_TER);
        bench_run(b);
        assert_int_equal(bench_read(b, ITM_TER), key);
    }
}

static void stimulus_ports_take_bytes_and_may_be_closed_to_the_unprivileged(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STRB_01, LOOP);
    for (unsigned closed = 0; closed < 2; closed++) {
        restart(b);
        bench_write(b, DEMCR, TRCENA);
        bench_write(b, SHCSR, ALL_FAULTS);
        bench_write(b, ITM_TPR, closed ? 1 << 1 : 1 << 2);
        sim_core_set_reg(b->core, 1, ITM_STIM + 4 * 9);
        sim_core_set_reg(b->core, REG_CONTROL_PRIMASK, 1u << 24);
        bench_run(b);
        assert_int_equal(ipsr(b), closed ? BUSFAULT : 0);
    }
}

// C1.2: the ROM table, and who is there.
static void check_components(struct bench *b, unsigned scs, unsigned tpiu)
{
    static const uint32_t entry[] = {0xfff0f003, 0xfff02003, 0xfff03003, 0xfff01003,
                                     0xfff41003, 0xfff42002, 0};
    const unsigned part[] = {scs, 0x002, 0x003, 0x001, tpiu};
    restart(b);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(bench_read(b, ROM + 4 * i), entry[i]);
    for (unsigned i = 0; i < 5; i++) {
        uint32_t page = ROM + (entry[i] & 0xfffff000);
        assert_int_equal(bench_read(b, page + 0xfe0) | (bench_read(b, page + 0xfe4) & 15) << 8,
                         part[i]);
        assert_int_equal(bench_read(b, page + 0xfe4) >> 4 | (bench_read(b, page + 0xfe8) & 7) << 4,
                         0x3b);
        assert_int_equal(bench_read(b, page + 0xff4), i == 4 ? 0x90 : 0xe0);
    }
}

static void the_rom_table_of_a_cortex_m3_names_its_units(void **state)
{
    check_components(*state, 0x000, 0x923);
}

static void the_rom_table_of_a_cortex_m4_names_its_units(void **state)
{
    check_components(*state, 0x00c, 0x9a1);
}

// C1.5, C1.6.2: stepping.
static void a_step_with_masked_interrupts_takes_its_own_exceptions_only(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, SVC0, LOOP);
    restart_halted(b);
    bench_write(b, ISER, 1);
    bench_write(b, ISPR, 1);
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_HALT | C_DEBUGEN);
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_STEP | C_DEBUGEN);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    bench_write(b, DHCSR, KEY | C_MASKINTS | C_STEP | C_DEBUGEN);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(SVCALL));
}

static void a_step_moves_through_an_it_block_one_by_one(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, 0x4280, 0xbf0c, INC_R7, INC_R7, LOOP); // CMP r0, r0; ITE EQ
    static const unsigned count[] = {0, 0, 1, 1};
    restart_halted(b);
    for (unsigned i = 0; i < 4; i++) {
        bench_step(b);
        assert_int_equal(bench_reg(b, REG_PC), CODE + 2 + 2 * i);
        assert_int_equal(bench_reg(b, 7), count[i]);
    }
}

#define m3_test(f) cmocka_unit_test_setup_teardown(f, setup_m3, bench_teardown)
#define m4_test(f) cmocka_unit_test_setup_teardown(f, setup_m4, bench_teardown)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m4_test(dcrsr_moves_the_registers_of_the_unit),
        m3_test(a_cortex_m3_has_no_registers_of_the_unit),
        m4_test(s_regrdy_stays_while_the_core_runs),
        m4_test(a_reset_that_is_caught_has_retired_nothing),
        m4_test(each_catch_stops_at_the_handler_of_its_fault),
        m4_test(vc_interr_catches_faults_of_entry_and_return),
        m4_test(a_bkpt_without_halting_debug_is_the_monitors),
        m4_test(the_monitor_takes_comparators_and_the_pend_bit),
        m4_test(mon_step_comes_back_after_one_instruction),
        m4_test(a_program_switches_the_cycle_counter_on_and_cannot_halt_itself),
        m4_test(cyccnt_counts_cycles_and_stands_while_halted),
        m4_test(a_cycle_match_stops_the_core),
        m4_test(sleep_and_exceptions_have_counters),
        m4_test(a_chained_handler_costs_less_than_an_entry),
        m4_test(each_of_four_comparators_watches_up_to_32_kib),
        m4_test(a_data_value_matches_alone_and_with_an_address),
        m4_test(a_trace_function_does_not_stop),
        m3_test(the_fpb_has_six_comparators_for_code_and_two_for_literals),
        m4_test(the_fpb_puts_words_of_ram_in_place_of_code_and_literals),
        m4_test(itm_and_tpiu_keep_what_a_program_sets_up),
        m4_test(stimulus_ports_take_bytes_and_may_be_closed_to_the_unprivileged),
        m3_test(the_rom_table_of_a_cortex_m3_names_its_units),
        m4_test(the_rom_table_of_a_cortex_m4_names_its_units),
        m4_test(a_step_with_masked_interrupts_takes_its_own_exceptions_only),
        m4_test(a_step_moves_through_an_it_block_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
