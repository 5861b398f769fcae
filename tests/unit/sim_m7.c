// SPDX-License-Identifier: MIT
// What a Cortex-M7 has beyond a Cortex-M4, on sim/core/core.h: caches and TCMs as a program and a
// debugger see them, kinds of memory, FPB version 2, locks, ROM tables, identification (DDI 0489;
// DDI 0403, B2.2, B3.5, B4.8, C1.11). Its instructions are in sim_cpu_unicorn_v7m.c and
// sim_cpu_unicorn_fp.c.
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

enum {
    NOP = 0xbf00,
    LOOP = 0xe7fe,
    INC_R7 = 0x3701,  // ADDS r7, #1
    INC2_R7 = 0x3702, // ADDS r7, #2
    STR_01 = 0x6008,  // STR r0, [r1]
    LDR_01 = 0x6808,  // LDR r0, [r1]
    SVC0 = 0xdf00,
    BX_R1 = 0x4708,
};

#define ACTLR      0xe000e008u
#define CPUID      0xe000ed00u
#define VTOR       0xe000ed08u
#define CCR        0xe000ed14u
#define SHCSR      0xe000ed24u
#define CFSR       0xe000ed28u
#define BFAR       0xe000ed38u
#define ISAR2      0xe000ed68u
#define CLIDR      0xe000ed78u
#define CTR        0xe000ed7cu
#define CCSIDR     0xe000ed80u
#define CSSELR     0xe000ed84u
#define CPACR      0xe000ed88u
#define ISER       0xe000e100u
#define ISPR       0xe000e200u
#define MPU        0xe000ed90u
#define MVFR0      0xe000ef40u
#define ICIALLU    0xe000ef50u
#define ICIMVAU    0xe000ef58u
#define DCIMVAC    0xe000ef5cu
#define DCISW      0xe000ef60u
#define DCCMVAU    0xe000ef64u
#define DCCMVAC    0xe000ef68u
#define DCCSW      0xe000ef6cu
#define DCCIMVAC   0xe000ef70u
#define DCCISW     0xe000ef74u
#define ITCMCR     0xe000ef90u
#define DTCMCR     0xe000ef94u
#define CACR       0xe000ef9cu
#define ABFSR      0xe000efa8u
#define FP_CTRL    0xe0002000u
#define FP_COMP    0xe0002008u
#define FP_LAR     0xe0002fb0u
#define FP_LSR     0xe0002fb4u
#define DWT_CTRL   0xe0001000u
#define DWT_LAR    0xe0001fb0u
#define DWT_LSR    0xe0001fb4u
#define PERIPHERAL 0x40000000u

enum { IC = 1 << 17, DC = 1 << 16, BP = 1 << 18, STKALIGN = 1 << 9 };
enum { BUSFAULT = 5, USAGEFAULT = 6, SVCALL = 11, UNALIGNED = 1 << 24 };
enum { LINE = 32, DATA = 0x800, DCACHE = 2048, SETS = DCACHE / LINE / 4 };
enum { ENABLE_FAULTS = 0x70000, FORCEWT = 4, SIWT = 1 };

#define DATA_AT (RAM + DATA)

static int set_up_with(void **state, const struct sim_core_config *config)
{
    if (bench_setup_kind(state, SIM_CPUID_M7, 100))
        return -1;
    struct bench *b = *state;
    sim_core_destroy(b->core);
    b->core = b->bus.core = sim_core_create(&b->bus, &b->clock, &b->account, config);
    CODE_AT(b, CODE, STR_01, LDR_01, LOOP);
    bench_start_halted(b);
    return 0;
}

static int set_up(void **state)
{
    static const struct sim_core_config config = {
        .cpuid = SIM_CPUID_M7, .interrupts = 100, .l1 = {.icache = 4096, .dcache = DCACHE}};
    return set_up_with(state, &config);
}

static int set_up_tcm(void **state)
{
    static const struct sim_core_config config = {
        .cpuid = SIM_CPUID_M7,
        .interrupts = 100,
        .l1 = {.icache = 4096, .dcache = DCACHE, .itcm = 0, .dtcm = 1024}};
    return set_up_with(state, &config);
}

static int set_up_single(void **state)
{
    static const struct sim_core_config config = {
        .cpuid = 0x410fc271, .interrupts = 98, .single_only = true, .mpu_regions = 16};
    return set_up_with(state, &config);
}

// ---- what tests do ------------------------------------------------------------------------------

static uint32_t set_way(uint32_t addr, uint32_t way)
{
    return way << 30 | (addr & (SETS - 1) * LINE);
}

static void do_all_lines(struct bench *b, uint32_t job)
{
    for (uint32_t way = 0; way < 4; way++) {
        for (uint32_t set = 0; set < SETS; set++)
            bench_write(b, job, way << 30 | set << 5);
    }
}

static void switch_on(struct bench *b, uint32_t caches)
{
    bench_write(b, ICIALLU, 0);
    do_all_lines(b, DCISW);
    bench_write(b, CCR, STKALIGN | caches);
}

static void program_stores(struct bench *b, uint32_t addr, uint32_t value)
{
    sim_core_set_reg(b->core, 0, value);
    sim_core_set_reg(b->core, 1, addr);
    sim_core_set_reg(b->core, REG_PC, CODE);
    bench_step(b);
}

static uint32_t program_loads(struct bench *b, uint32_t addr)
{
    sim_core_set_reg(b->core, 1, addr);
    sim_core_set_reg(b->core, REG_PC, CODE + 2);
    bench_step(b);
    return bench_reg(b, 0);
}

// By a debugger whose accesses are marked cacheable.
static uint32_t read_cacheable(struct bench *b, uint32_t addr)
{
    b->bus.debug_cacheable = true;
    uint32_t value = bench_read(b, addr);
    b->bus.debug_cacheable = false;
    return value;
}

static void write_cacheable(struct bench *b, uint32_t addr, uint32_t value)
{
    b->bus.debug_cacheable = true;
    bench_write(b, addr, value);
    b->bus.debug_cacheable = false;
}

static unsigned ipsr(struct bench *b)
{
    return bench_reg(b, REG_XPSR) & 0x1ff;
}

// ---- identification -----------------------------------------------------------------------------

static void registers_tell_what_it_is(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_read(b, CPUID), 0x411fc271);
    assert_int_equal(bench_read(b, ISAR2), 0x20232231);
    assert_int_equal(bench_read(b, CLIDR), 0x09000003);
    assert_int_equal(bench_read(b, CTR), 0x8303c003);
    assert_int_equal(bench_read(b, CCSIDR), 0xf001e019); // 2 KiB in 16 sets of four ways
    bench_write(b, CSSELR, 1);
    assert_int_equal(bench_read(b, CSSELR), 1);
    assert_int_equal(bench_read(b, CCSIDR), 0xf007e009); // 4 KiB in 64 sets of two
    bench_write(b, CSSELR, 2);
    assert_int_equal(bench_read(b, CCSIDR), 0);
    assert_int_equal(bench_read(b, MVFR0), 0x10110221);
    assert_int_equal(bench_read(b, MVFR0 + 4), 0x12000011);
    assert_int_equal(bench_read(b, MVFR0 + 8), 0x40);
    assert_int_equal(bench_read(b, CCR), BP | STKALIGN);
    bench_write(b, ACTLR, 2); // there is no DISDEFWBUF
    assert_int_equal(bench_read(b, ACTLR), 0);
    assert_int_equal(bench_read(b, MPU), 0x800);
}

static void execute_fp(struct bench *b, uint32_t op, uint32_t op2)
{
    bench_poke16(b, CODE + 0x20, op);
    bench_poke16(b, CODE + 0x22, op2);
    sim_core_set_reg(b->core, REG_PC, CODE + 0x20);
    bench_step(b);
}

// DDI 0489, 8.1: the unit is there with double precision and without.
static void a_unit_without_double_precision_has_the_rest_of_fpv5(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_read(b, MVFR0), 0x10110021);
    assert_int_equal(bench_read(b, MVFR0 + 4), 0x11000011);
    assert_int_equal(bench_read(b, MVFR0 + 8), 0x40);
    assert_int_equal(bench_read(b, MPU), 0x1000);
    assert_int_equal(bench_read(b, CLIDR), 0);
    bench_write(b, CPACR, 0xf << 20);
    bench_write(b, SHCSR, ENABLE_FAULTS);
    sim_core_set_reg(b->core, 64 + 2, 0x40400000);
    sim_core_set_reg(b->core, 64 + 4, 0x40000000);
    execute_fp(b, 0xfe81, 0x0a02); // VMAXNM.F32 s0, s2, s4
    assert_int_equal(ipsr(b), 0);
    assert_int_equal(bench_reg(b, 64), 0x40400000);
    execute_fp(b, 0xee31, 0x0b02); // VADD.F64 d0, d1, d2
    assert_int_equal(ipsr(b), USAGEFAULT);
    assert_int_equal(bench_read(b, CFSR), 1 << 16);
}

// ---- the data cache -----------------------------------------------------------------------------

static void a_debugger_past_the_cache_does_not_see_what_was_stored(void **state)
{
    struct bench *b = *state;
    bench_poke32(b, DATA_AT, 1);
    switch_on(b, DC);
    program_stores(b, DATA_AT, 2);
    assert_int_equal(program_loads(b, DATA_AT), 2);
    assert_int_equal(bench_read(b, DATA_AT), 1);
    assert_int_equal(read_cacheable(b, DATA_AT), 2);
    bench_write(b, DCCMVAC, DATA_AT + 3);
    assert_int_equal(bench_read(b, DATA_AT), 2);
    assert_int_equal(bench_peek32(b, DATA_AT), 2);
}

static void a_program_does_not_see_what_a_debugger_wrote_past_the_cache(void **state)
{
    struct bench *b = *state;
    bench_poke32(b, DATA_AT, 1);
    switch_on(b, DC);
    assert_int_equal(program_loads(b, DATA_AT), 1);
    bench_write(b, DATA_AT, 2);
    assert_int_equal(program_loads(b, DATA_AT), 1);
    bench_write(b, DCIMVAC, DATA_AT);
    assert_int_equal(program_loads(b, DATA_AT), 2);
    bench_write(b, DATA_AT + LINE, 3); // which was never in it
    assert_int_equal(program_loads(b, DATA_AT + LINE), 3);
}

static void a_cacheable_write_changes_the_line_and_fills_none(void **state)
{
    struct bench *b = *state;
    bench_poke32(b, DATA_AT, 1);
    switch_on(b, DC);
    assert_int_equal(program_loads(b, DATA_AT), 1);
    write_cacheable(b, DATA_AT, 2);
    assert_int_equal(program_loads(b, DATA_AT), 2);
    assert_int_equal(bench_peek32(b, DATA_AT), 1);
    bench_write(b, DCCIMVAC, DATA_AT);
    assert_int_equal(bench_peek32(b, DATA_AT), 2);
    write_cacheable(b, DATA_AT + LINE, 3); // not in the cache: to memory
    assert_int_equal(bench_peek32(b, DATA_AT + LINE), 3);
}

static void maintenance_by_set_and_way_reaches_the_line(void **state)
{
    struct bench *b = *state;
    bench_poke32(b, DATA_AT, 1);
    switch_on(b, DC);
    program_stores(b, DATA_AT, 2); // into way 0
    bench_write(b, DCCSW, set_way(DATA_AT, 1));
    assert_int_equal(bench_peek32(b, DATA_AT), 1);
    bench_write(b, DCCSW, set_way(DATA_AT, 0));
    assert_int_equal(bench_peek32(b, DATA_AT), 2);
    program_stores(b, DATA_AT, 3);
    bench_write(b, DCISW, set_way(DATA_AT, 0)); // and what was stored is lost
    assert_int_equal(program_loads(b, DATA_AT), 2);
    program_stores(b, DATA_AT, 4);
    bench_write(b, DCCISW, set_way(DATA_AT, 0));
    assert_int_equal(bench_peek32(b, DATA_AT), 4);
    bench_write(b, DATA_AT, 5);
    assert_int_equal(program_loads(b, DATA_AT), 5);
}

static void a_line_that_gives_way_is_written_back(void **state)
{
    struct bench *b = *state;
    const uint32_t stride = DCACHE / 4;
    switch_on(b, DC);
    for (uint32_t i = 0; i < 4; i++)
        program_stores(b, RAM + i * stride, 10 + i);
    assert_int_equal(bench_peek32(b, RAM), 0);
    program_stores(b, RAM + 4 * stride, 14);
    assert_int_equal(bench_peek32(b, RAM), 10); // the first of five in a set of four
    assert_int_equal(bench_peek32(b, RAM + stride), 0);
    assert_int_equal(program_loads(b, RAM), 10);
    assert_int_equal(bench_peek32(b, RAM + stride), 11);
}

static void the_default_map_decides_what_is_written_back(void **state)
{
    struct bench *b = *state;
    b->bus.window[0].writable = true; // code: written through
    switch_on(b, DC);
    assert_int_equal(program_loads(b, FLASH + 0x2000), 0xffffffff);
    program_stores(b, FLASH + 0x2000, 7);
    assert_int_equal(bench_peek32(b, FLASH + 0x2000), 7);
    bench_poke32(b, FLASH + 0x2000, 8);
    assert_int_equal(program_loads(b, FLASH + 0x2000), 7);
    write_cacheable(b, FLASH + 0x2000, 9); // the line and memory
    assert_int_equal(bench_peek32(b, FLASH + 0x2000), 9);
    assert_int_equal(program_loads(b, FLASH + 0x2000), 9);
    bench_poke32(b, FLASH + 0x2000, 8);
    bench_write(b, DCIMVAC, FLASH + 0x2000);
    assert_int_equal(program_loads(b, FLASH + 0x2000), 8);
}

static void cacr_forces_writing_through(void **state)
{
    struct bench *b = *state;
    bench_write(b, CACR, FORCEWT);
    switch_on(b, DC);
    assert_int_equal(program_loads(b, DATA_AT), 0);
    program_stores(b, DATA_AT, 2);
    assert_int_equal(bench_peek32(b, DATA_AT), 2);
    assert_int_equal(program_loads(b, DATA_AT), 2);
}

// TEX, S, C and B of a region of 1 KiB at RAM + 1 KiB, over the default map.
static void set_region(struct bench *b, uint32_t attributes)
{
    bench_write(b, MPU + 8, 0);
    bench_write(b, MPU + 12, RAM + 0x400);
    bench_write(b, MPU + 16, 3u << 24 | attributes << 16 | 9 << 1 | 1);
    bench_write(b, MPU + 4, 5);
}

static bool holds_back(struct bench *b, uint32_t attributes)
{
    const uint32_t addr = RAM + 0x400;
    bench_write(b, MPU + 4, 0);
    bench_write(b, DCCIMVAC, addr);
    bench_poke32(b, addr, 1);
    set_region(b, attributes);
    assert_int_equal(program_loads(b, addr), 1);
    program_stores(b, addr, 2);
    return bench_peek32(b, addr) == 1;
}

static bool is_cached(struct bench *b, uint32_t attributes)
{
    const uint32_t addr = RAM + 0x400;
    (void)holds_back(b, attributes);
    bench_poke32(b, addr, 5);
    return program_loads(b, addr) != 5;
}

// DDI 0403, B3.5: TEX in bits 5:3, S in 2, C in 1, B in 0.
static void a_region_of_the_mpu_decides_what_is_cached(void **state)
{
    static const struct {
        uint32_t attributes;
        bool cached, held_back;
    } rows[] = {{000, false, false}, {001, false, false}, {002, true, false},  {003, true, true},
                {006, false, false}, {007, false, false}, {010, false, false}, {013, true, true},
                {020, false, false}, {040, false, false}, {041, true, true},   {042, true, false},
                {043, true, true}};
    struct bench *b = *state;
    switch_on(b, DC);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(holds_back(b, rows[i].attributes), rows[i].held_back);
        assert_int_equal(is_cached(b, rows[i].attributes), rows[i].cached);
    }
    bench_write(b, CACR, SIWT); // shared memory, written through
    assert_false(holds_back(b, 007));
    assert_true(is_cached(b, 007));
}

static void frames_of_exceptions_go_through_the_cache(void **state)
{
    struct bench *b = *state;
    bench_poke16(b, CODE + 0x20, SVC0);
    bench_poke16(b, HANDLER(SVCALL), 0x4770); // BX lr
    switch_on(b, DC | IC);
    sim_core_set_reg(b->core, 0, 0x1234);
    sim_core_set_reg(b->core, REG_PC, CODE + 0x20);
    bench_step(b);
    assert_int_equal(ipsr(b), SVCALL);
    uint32_t frame = bench_reg(b, REG_SP);
    assert_int_equal(bench_read(b, frame), 0);
    assert_int_equal(read_cacheable(b, frame), 0x1234);
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 0x22);
    assert_int_equal(bench_reg(b, 0), 0x1234);
}

static void a_reset_switches_the_caches_off_and_leaves_their_lines(void **state)
{
    struct bench *b = *state;
    bench_poke32(b, DATA_AT, 1);
    switch_on(b, DC);
    program_stores(b, DATA_AT, 2);
    bench_write(b, DEMCR, 1);
    sim_core_hold(b->core, SIM_RESET_SYSTEM);
    bench_release(b);
    assert_int_equal(bench_read(b, CCR), BP | STKALIGN);
    assert_int_equal(program_loads(b, DATA_AT), 1);
    assert_int_equal(read_cacheable(b, DATA_AT), 1);
    bench_write(b, CCR, STKALIGN | DC); // as no program should
    assert_int_equal(program_loads(b, DATA_AT), 2);
    assert_int_equal(b->account.violation_count, 0);
}

static void what_was_never_invalidated_must_not_be_switched_on(void **state)
{
    struct bench *b = *state;
    bench_write(b, CCR, STKALIGN | IC);
    assert_int_equal(b->account.violation_count, 1);
    assert_non_null(strstr(b->account.violations[0], "instruction cache"));
    bench_write(b, ICIALLU, 0);
    bench_write(b, CCR, STKALIGN);
    bench_write(b, CCR, STKALIGN | IC);
    assert_int_equal(b->account.violation_count, 1);
    bench_write(b, DCISW, 0); // one line
    bench_write(b, CCR, STKALIGN | IC | DC);
    assert_int_equal(b->account.violation_count, 2);
    assert_non_null(strstr(b->account.violations[1], "data cache"));
}

// ---- the instruction cache ----------------------------------------------------------------------

static uint32_t steps_to(struct bench *b, uint32_t addr)
{
    sim_core_set_reg(b->core, 7, 0);
    sim_core_set_reg(b->core, REG_PC, addr);
    bench_step(b);
    return bench_reg(b, 7);
}

static void code_that_was_changed_behind_the_cache_is_old(void **state)
{
    struct bench *b = *state;
    const uint32_t code = CODE + 0x100;
    bench_poke16(b, code, INC_R7);
    bench_poke16(b, code + 64, INC_R7);
    switch_on(b, IC);
    assert_int_equal(steps_to(b, code), 1);
    assert_int_equal(steps_to(b, code + 64), 1);
    bench_poke16(b, code, INC2_R7);
    bench_poke16(b, code + 64, INC2_R7);
    assert_int_equal(steps_to(b, code), 1);
    bench_write(b, ICIMVAU, code + 2);
    assert_int_equal(steps_to(b, code), 2);
    assert_int_equal(steps_to(b, code + 64), 1);
    bench_write(b, ICIALLU, 0);
    assert_int_equal(steps_to(b, code + 64), 2);
    bench_poke16(b, code, INC_R7);
    bench_write(b, CCR, STKALIGN); // off: from memory
    assert_int_equal(steps_to(b, code), 1);
}

static void code_that_a_program_wrote_has_to_leave_the_data_cache(void **state)
{
    struct bench *b = *state;
    bench_poke16(b, DATA_AT, INC_R7);
    switch_on(b, IC | DC);
    assert_int_equal(steps_to(b, DATA_AT), 1);
    program_stores(b, DATA_AT, (uint32_t)LOOP << 16 | INC2_R7);
    assert_int_equal(steps_to(b, DATA_AT), 1);
    bench_write(b, ICIMVAU, DATA_AT);
    assert_int_equal(steps_to(b, DATA_AT), 1); // memory is old, too
    bench_write(b, DCCMVAU, DATA_AT);
    bench_write(b, ICIMVAU, DATA_AT);
    assert_int_equal(steps_to(b, DATA_AT), 2);
}

static void a_cacheable_write_of_a_debugger_may_leave_old_code_in_memory(void **state)
{
    struct bench *b = *state;
    bench_poke32(b, DATA_AT, INC_R7);
    switch_on(b, IC | DC);
    assert_int_equal(program_loads(b, DATA_AT), INC_R7); // now it is data, too
    write_cacheable(b, DATA_AT, INC2_R7);
    assert_int_equal(steps_to(b, DATA_AT), 1);
    bench_write(b, DCCMVAC, DATA_AT);
    bench_write(b, ICIALLU, 0);
    assert_int_equal(steps_to(b, DATA_AT), 2);
}

static void code_goes_on_from_line_to_line(void **state)
{
    struct bench *b = *state;
    uint32_t addr = CODE + 0x200;
    for (unsigned i = 0; i < 100; i++)
        bench_poke16(b, addr + 2 * i, INC_R7);
    bench_poke16(b, addr + 200, LOOP);
    switch_on(b, IC);
    sim_core_set_reg(b->core, 7, 0);
    sim_core_set_reg(b->core, REG_PC, addr);
    bench_resume(b);
    bench_run(b);
    assert_int_equal(bench_reg(b, 7), 100);
    assert_int_equal(bench_reg(b, REG_PC), addr + 200);
}

// ---- TCM and devices ----------------------------------------------------------------------------

static void a_tcm_is_not_cached_and_can_be_switched_off(void **state)
{
    struct bench *b = *state;
    uint32_t value;
    assert_int_equal(bench_read(b, ITCMCR), 0);
    assert_int_equal(bench_read(b, DTCMCR), 1 << 3 | 7);
    switch_on(b, DC);
    program_stores(b, RAM + 0x3fc, 2);
    assert_int_equal(bench_peek32(b, RAM + 0x3fc), 2);
    program_stores(b, RAM + 0x400, 2); // behind it
    assert_int_equal(bench_peek32(b, RAM + 0x400), 0);
    bench_write(b, DTCMCR, 6);
    assert_int_equal(bench_read(b, DTCMCR), 1 << 3 | 6);
    assert_int_equal(sim_bus_read(&b->bus, SIM_MASTER_DEBUG, RAM, 4, &value), SIM_BUS_FAULT);
    assert_int_equal(sim_bus_write(&b->bus, SIM_MASTER_DEBUG, RAM, 4, 1), SIM_BUS_FAULT);
    bench_write(b, SHCSR, ENABLE_FAULTS);
    assert_int_equal(program_loads(b, RAM + 0x400), 2);
    program_loads(b, RAM + 8);
    assert_int_equal(ipsr(b), BUSFAULT);
    assert_int_equal(bench_read(b, BFAR), RAM + 8);
    bench_write(b, DTCMCR, 7);
    assert_int_equal(bench_read(b, RAM + 0x3fc), 2);
}

static void an_unaligned_access_to_a_device_faults(void **state)
{
    struct bench *b = *state;
    bench_write(b, SHCSR, ENABLE_FAULTS);
    program_loads(b, DATA_AT + 1);
    assert_int_equal(ipsr(b), 0);
    program_loads(b, PERIPHERAL + 1);
    assert_int_equal(ipsr(b), USAGEFAULT);
    assert_int_equal(bench_read(b, CFSR), UNALIGNED);
}

static void a_store_that_fails_is_imprecise_and_abfsr_tells_where(void **state)
{
    struct bench *b = *state;
    bench_write(b, SHCSR, ENABLE_FAULTS);
    program_stores(b, PERIPHERAL, 1);
    assert_int_equal(ipsr(b), BUSFAULT);
    assert_int_equal(bench_read(b, CFSR), 1 << 10);
    assert_int_equal(bench_read(b, ABFSR), 1 << 2);
    bench_write(b, ABFSR, 0);
    assert_int_equal(bench_read(b, ABFSR), 0);
}

static void the_first_vector_table_is_where_the_chip_says(void **state)
{
    struct bench *b = *state;
    sim_core_set_initial_vtor(b->core, FLASH);
    sim_core_hold(b->core, SIM_RESET_SYSTEM);
    bench_release(b);
    assert_int_equal(bench_read(b, VTOR), FLASH);
}

// ---- debug --------------------------------------------------------------------------------------

// DDI 0403, C1.11.5: version 2.
static void the_fpb_stops_at_any_halfword(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_read(b, FP_CTRL), 0x10000080);
    bench_write(b, FP_CTRL + 4, 0xffffffff); // nothing is remapped
    assert_int_equal(bench_read(b, FP_CTRL + 4), 0);
    bench_write(b, FP_CTRL, 3);
    const uint32_t at[8] = {CODE + 0x102, CODE + 0x104,   DATA_AT, DATA_AT + 2,
                            DATA_AT + 6,  FLASH + 0x7ffe, 0x402,   DATA_AT + 0x20};
    for (unsigned i = 0; i < 8; i++)
        bench_write(b, FP_COMP + 4 * i, at[i] | 1);
    bench_write(b, FP_COMP + 32, 0xffffffff);
    assert_int_equal(bench_read(b, FP_COMP + 32), 0); // there is no ninth
    assert_int_equal(bench_read(b, FP_COMP + 8), DATA_AT | 1);
    for (unsigned i = 0; i < 8; i++) {
        bench_poke16(b, at[i] < FLASH ? at[i] + FLASH : at[i], NOP);
        sim_core_set_reg(b->core, REG_PC, at[i]);
        bench_write(b, DFSR, 0x1f);
        bench_resume(b);
        bench_run_ns(b, 10000);
        assert_true(sim_core_is_halted(b->core));
        assert_int_equal(bench_reg(b, REG_PC), at[i]);
        assert_int_equal(bench_read(b, DFSR), 2);
    }
    bench_write(b, FP_COMP + 8, DATA_AT); // not enabled
    sim_core_set_reg(b->core, REG_PC, DATA_AT);
    bench_resume(b);
    bench_run_ns(b, 10000);
    assert_int_equal(bench_reg(b, REG_PC), DATA_AT + 2);
}

// DWT and FPB are locked to the program; a debugger sees no lock.
static void locks_keep_the_program_out_of_dwt_and_fpb(void **state)
{
    struct bench *b = *state;
    bench_write(b, DEMCR, 1 << 24);
    assert_int_equal(bench_read(b, DWT_LSR), 0);
    assert_int_equal(program_loads(b, DWT_LSR), 3);
    program_stores(b, DWT_CTRL, 1);
    assert_int_equal(bench_read(b, DWT_CTRL), 0x40000000);
    program_stores(b, DWT_LAR, 0xc5acce55);
    assert_int_equal(program_loads(b, DWT_LSR), 1);
    program_stores(b, DWT_CTRL, 1);
    assert_int_equal(bench_read(b, DWT_CTRL), 0x40000001);
    program_stores(b, FP_CTRL, 3);
    assert_int_equal(bench_read(b, FP_CTRL), 0x10000080);
    bench_write(b, FP_CTRL, 3);
    assert_int_equal(bench_read(b, FP_CTRL), 0x10000081);
    program_stores(b, FP_LAR, 0xc5acce55);
    assert_int_equal(program_loads(b, FP_LSR), 1);
    program_stores(b, FP_CTRL, 2);
    assert_int_equal(bench_read(b, FP_CTRL), 0x10000080);
    program_stores(b, FP_LAR, 0);
    assert_int_equal(program_loads(b, FP_LSR), 3);
}

// C_MASKINTS is not obeyed by a step of a Cortex-M7 before r0p2.
static void an_early_one_steps_into_a_handler_that_is_masked(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t cpuid;
        bool enters;
    } revisions[] = {{0x410fc270, true},
                     {0x410fc271, true},
                     {0x410fc272, false},
                     {0x411fc270, false},
                     {0x411fc271, false}};
    for (size_t i = 0; i < sizeof revisions / sizeof revisions[0]; i++) {
        sim_core_set_identity(b->core, revisions[i].cpuid, 0, 0);
        sim_core_hold(b->core, SIM_RESET_POWER);
        bench_start_halted(b);
        bench_write(b, ISER, 1);
        bench_write(b, ISPR, 1);
        sim_core_set_reg(b->core, 1, DATA_AT);
        sim_core_set_reg(b->core, REG_PC, CODE);
        bench_write(b, DHCSR, KEY | C_MASKINTS | C_HALT | C_DEBUGEN);
        bench_write(b, DHCSR, KEY | C_MASKINTS | C_STEP | C_DEBUGEN);
        bench_run_ns(b, 10000);
        assert_true(sim_core_is_halted(b->core));
        assert_int_equal(bench_reg(b, REG_PC), revisions[i].enters ? HANDLER(16) : CODE + 2);
        assert_int_equal(ipsr(b), revisions[i].enters ? 16 : 0);
    }
}

static unsigned part_at(struct bench *b, uint32_t page)
{
    return (bench_read(b, page + 0xfe4) & 0xf) << 8 | (bench_read(b, page + 0xfe0) & 0xff);
}

// DDI 0489, 9.2: the processor's table, and that of the private bus below it.
static void two_rom_tables_name_its_units(void **state)
{
    struct bench *b = *state;
    sim_core_set_identity(b->core, SIM_CPUID_M7, 0, 0);
    assert_int_equal(part_at(b, 0xe00fe000), 0x4c8);
    assert_int_equal(bench_read(b, 0xe00feff4), 0x10);
    assert_int_equal(bench_read(b, 0xe00fe000), 0x00001003);
    assert_int_equal(bench_read(b, 0xe00fe004), 0xfff43002); // ETM, which is not here
    assert_int_equal(bench_read(b, 0xe00fe008), 0xfff45002); // and CTI
    assert_int_equal(bench_read(b, 0xe00fe00c), 0);
    assert_int_equal(part_at(b, 0xe00ff000), 0x4c7);
    static const unsigned parts[] = {0x00c, 0x002, 0x00e, 0x001};
    for (unsigned i = 0; i < 4; i++) {
        uint32_t entry = bench_read(b, 0xe00ff000 + 4 * i);
        assert_int_equal(entry & 3, 3);
        assert_int_equal(part_at(b, 0xe00ff000 + (entry & ~0xfffu)), parts[i]);
    }
    assert_int_equal(bench_read(b, 0xe00ff010), 0);
    assert_int_equal(part_at(b, 0xe0040000), 0x9a9);
}

#define m7_test(f) cmocka_unit_test_setup_teardown(f, set_up, bench_teardown)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m7_test(registers_tell_what_it_is),
        cmocka_unit_test_setup_teardown(a_unit_without_double_precision_has_the_rest_of_fpv5,
                                        set_up_single, bench_teardown),
        m7_test(a_debugger_past_the_cache_does_not_see_what_was_stored),
        m7_test(a_program_does_not_see_what_a_debugger_wrote_past_the_cache),
        m7_test(a_cacheable_write_changes_the_line_and_fills_none),
        m7_test(maintenance_by_set_and_way_reaches_the_line),
        m7_test(a_line_that_gives_way_is_written_back),
        m7_test(the_default_map_decides_what_is_written_back),
        m7_test(cacr_forces_writing_through),
        m7_test(a_region_of_the_mpu_decides_what_is_cached),
        m7_test(frames_of_exceptions_go_through_the_cache),
        m7_test(a_reset_switches_the_caches_off_and_leaves_their_lines),
        m7_test(what_was_never_invalidated_must_not_be_switched_on),
        m7_test(code_that_was_changed_behind_the_cache_is_old),
        m7_test(code_that_a_program_wrote_has_to_leave_the_data_cache),
        m7_test(a_cacheable_write_of_a_debugger_may_leave_old_code_in_memory),
        m7_test(code_goes_on_from_line_to_line),
        cmocka_unit_test_setup_teardown(a_tcm_is_not_cached_and_can_be_switched_off, set_up_tcm,
                                        bench_teardown),
        m7_test(an_unaligned_access_to_a_device_faults),
        m7_test(a_store_that_fails_is_imprecise_and_abfsr_tells_where),
        m7_test(the_first_vector_table_is_where_the_chip_says),
        m7_test(the_fpb_stops_at_any_halfword),
        m7_test(locks_keep_the_program_out_of_dwt_and_fpb),
        m7_test(an_early_one_steps_into_a_handler_that_is_masked),
        m7_test(two_rom_tables_name_its_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
