// SPDX-License-Identifier: MIT
// sim/core/cpu.h instruction by instruction: results and flags by DDI 0419, A6.7 (each row names
// its section), cycles by DDI 0432, table 3-1. What random states show is in sim_cpu_unicorn.c;
// here is what they hardly meet: edges of shifts and carries, faults, stalls.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "sim/core/cpu.h"
#include "tests/unit/choose.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u
#define DEV   0x40000000u

enum { SP = 13, LR = 14, PC = 15 };
enum { N = 8, Z = 4, C = 2, V = 1 };

struct rig {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    struct sim_hclk hclk;
    struct sim_bpu bpu;
    struct sim_dwt dwt;
    struct sim_cpu cpu;
    uint8_t flash[256], ram[256];
    unsigned accesses, stall_at; // the device stalls its stall_at-th access, once
    uint32_t last[16];
};

static enum sim_bus_status access_device(struct rig *rig, uint32_t offset)
{
    if (rig->stall_at && ++rig->accesses == rig->stall_at) {
        rig->stall_at = 0;
        return SIM_BUS_STALL;
    }
    return offset < 64 ? SIM_BUS_OK : SIM_BUS_FAULT;
}

static enum sim_bus_status device_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct rig *rig = self;
    (void)size;
    enum sim_bus_status status = access_device(rig, offset);
    if (status == SIM_BUS_OK)
        *value = ++rig->last[offset / 4]; // reading has an effect: a repetition shows
    return status;
}

static enum sim_bus_status device_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct rig *rig = self;
    (void)size;
    enum sim_bus_status status = access_device(rig, offset);
    if (status == SIM_BUS_OK)
        rig->last[offset / 4] += value;
    return status;
}

static const struct sim_device device = {.read = device_read, .write = device_write};

static void set_up(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    memset(rig->flash, 0xff, sizeof rig->flash);
    rig->bus.window[0] = (struct sim_window){FLASH, sizeof rig->flash, rig->flash, false};
    rig->bus.window[1] = (struct sim_window){RAM, sizeof rig->ram, rig->ram, true};
    sim_bus_map(&rig->bus, "device", DEV, 256, &device, rig);
    rig->bus.clock = &rig->clock;
    rig->hclk = (struct sim_hclk){.clock = &rig->clock, .hz = 8000000};
    rig->cpu.bus = &rig->bus;
    rig->cpu.hclk = &rig->hclk;
    rig->cpu.bpu = &rig->bpu;
    rig->cpu.dwt = &rig->dwt;
    rig->cpu.thumb = true;
    rig->cpu.r[PC] = FLASH + 0x80;
    rig->cpu.r[SP] = RAM + 0x80;
    rig->cpu.r[LR] = 0xffffffff;
}

static void put_code(struct rig *rig, uint32_t op, uint32_t op2)
{
    put_le16(&rig->flash[rig->cpu.r[PC] - FLASH], (uint16_t)op);
    put_le16(&rig->flash[rig->cpu.r[PC] - FLASH + 2], (uint16_t)op2);
}

static enum sim_cpu_stop run_one(struct rig *rig)
{
    return sim_cpu_run(&rig->cpu, 0);
}

static unsigned flags_of(const struct sim_cpu *cpu)
{
    return sim_cpu_get_xpsr(cpu) >> 28;
}

// Data processing: r0 is the destination (and first operand where there are two registers), r1 and
// r2 are operands.
struct row {
    const char *what;
    uint16_t op;
    uint32_t r0, r1, r2;
    unsigned flags;
    uint32_t result;
    unsigned flags_after, cycles;
};

static const struct row rows[] = {
    {"A6.7.1 ADCS adds the carry", 0x4148, 1, 2, 0, C, 4, 0, 1},
    {"A6.7.1 ADCS carries out of 0xffffffff + 0 + 1", 0x4148, ~0u, 0, 0, C, 0, Z | C, 1},
    {"A6.7.2 ADDS #3 overflows to negative", 0x1dc8, 0, 0x7ffffffe, 0, 0, 0x80000005, N | V, 1},
    {"A6.7.2 ADDS #imm8 wraps to zero with carry", 0x3001, ~0u, 0, 0, 0, 0, Z | C, 1},
    {"A6.7.3 ADDS of two negatives overflows", 0x1888, 0, 1u << 31, 1u << 31, 0, 0, Z | C | V, 1},
    {"A6.7.3 ADD (high registers) leaves the flags", 0x4408, ~0u, 1, 0, N | V, 0, N | V, 1},
    {"A6.7.7 ANDS leaves C and V", 0x4008, 0xf0, 0x0f, 0, C | V, 0, Z | C | V, 1},
    {"A6.7.8 ASRS #32 (encoded 0) fills with the sign", 0x1008, 0, 1u << 31, 0, 0, ~0u, N | C, 1},
    {"A6.7.8 ASRS #1 shifts out into C", 0x1048, 0, 3, 0, 0, 1, C, 1},
    {"A6.7.9 ASRS by 0 leaves C", 0x4108, 5, 0, 0, C, 5, C, 1},
    {"A6.7.9 ASRS by 31", 0x4108, 1u << 31, 31, 0, C, ~0u, N, 1},
    {"A6.7.9 ASRS by 255 is the sign", 0x4108, 0x7fffffff, 255, 0, C, 0, Z, 1},
    {"A6.7.11 BICS clears", 0x4388, 0xff, 0x0f, 0, 0, 0xf0, 0, 1},
    {"A6.7.16 CMN carries", 0x42c8, ~0u, 1, 0, 0, ~0u, Z | C, 1},
    {"A6.7.17 CMP #imm8 equal", 0x2805, 5, 0, 0, N, 5, Z | C, 1},
    {"A6.7.17 CMP #imm8 below borrows", 0x2806, 5, 0, 0, C, 5, N, 1},
    {"A6.7.18 CMP 0x80000000 with 1 overflows", 0x4288, 1u << 31, 1, 0, 0, 1u << 31, C | V, 1},
    {"A6.7.18 CMP r0, r9", 0x4548, 3, 0, 0, 0, 3, C, 1},
    {"A6.7.23 EORS", 0x4048, 0xff, 0x0f, 0, C, 0xf0, C, 1},
    {"A6.7.35 LSLS #0 is MOVS and leaves C", 0x0008, 9, 0, 0, C, 0, Z | C, 1},
    {"A6.7.35 LSLS #31", 0x07c8, 0, 3, 0, 0, 1u << 31, N | C, 1},
    {"A6.7.36 LSLS by 32 is 0 with bit 0 in C", 0x4088, 1, 32, 0, 0, 0, Z | C, 1},
    {"A6.7.36 LSLS by 33 is 0 without C", 0x4088, ~0u, 33, 0, C, 0, Z, 1},
    {"A6.7.36 LSLS looks at the low byte only", 0x4088, 1, 0x100, 0, C, 1, C, 1},
    {"A6.7.37 LSRS #32 (encoded 0)", 0x0808, 9, 1u << 31, 0, 0, 0, Z | C, 1},
    {"A6.7.38 LSRS by 32", 0x40c8, 1u << 31, 32, 0, 0, 0, Z | C, 1},
    {"A6.7.38 LSRS by 33", 0x40c8, ~0u, 33, 0, C, 0, Z, 1},
    {"A6.7.39 MOVS #imm8 leaves C and V", 0x2080, 0, 0, 0, C | V, 0x80, C | V, 1},
    {"A6.7.40 MOV leaves all flags", 0x4608, 9, 0, 0, N, 0, N, 1},
    {"A6.7.44 MULS keeps 32 bits and leaves C", 0x4348, 0x10001, 0x10001, 0, C, 0x20001, C, 1},
    {"A6.7.45 MVNS", 0x43c8, 0, ~0u, 0, C, 0, Z | C, 1},
    {"A6.7.48 ORRS", 0x4308, 0xf0, 0x80000000, 0, 0, 0x800000f0, N, 1},
    {"A6.7.51 REV", 0xba08, 0, 0x11223344, 0, N, 0x44332211, N, 1},
    {"A6.7.52 REV16", 0xba48, 0, 0x11223344, 0, N, 0x22114433, N, 1},
    {"A6.7.53 REVSH extends the sign", 0xbac8, 0, 0x112233f4, 0, 0, 0xfffff433, 0, 1},
    {"A6.7.54 RORS by 0 leaves C", 0x41c8, 1, 0, 0, C, 1, C, 1},
    {"A6.7.54 RORS by 32 keeps the value, C is bit 31", 0x41c8, 1u << 31, 32, 0, 0, 1u << 31, N | C,
     1},
    {"A6.7.54 RORS by 33 turns by 1", 0x41c8, 1, 33, 0, 0, 1u << 31, N | C, 1},
    {"A6.7.55 RSBS of 0 carries", 0x4248, 9, 0, 0, 0, 0, Z | C, 1},
    {"A6.7.55 RSBS of 0x80000000 overflows", 0x4248, 9, 1u << 31, 0, 0, 1u << 31, N | V, 1},
    {"A6.7.56 SBCS without carry takes one more", 0x4188, 5, 2, 0, 0, 2, C, 1},
    {"A6.7.56 SBCS borrows", 0x4188, 2, 2, 0, 0, ~0u, N, 1},
    {"A6.7.65 SUBS #3 borrows", 0x1fc8, 0, 6, 0, C, ~0u, N, 1},
    {"A6.7.66 SUBS overflows", 0x1a88, 0, 1u << 31, 1, 0, 0x7fffffff, C | V, 1},
    {"A6.7.69 SXTB", 0xb248, 0, 0x1280, 0, C, 0xffffff80, C, 1},
    {"A6.7.70 SXTH", 0xb208, 0, 0x18000, 0, C, 0xffff8000, C, 1},
    {"A6.7.71 TST", 0x4208, 0x80000000, 0x80000000, 0, V, 0x80000000, N | V, 1},
    {"A6.7.73 UXTB", 0xb2c8, 0, 0x1280, 0, 0, 0x80, 0, 1},
    {"A6.7.74 UXTH", 0xb288, 0, 0x18000, 0, 0, 0x8000, 0, 1},
};

static void data_processing_gives_result_flags_and_cycles(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct rig rig;
        set_up(&rig);
        put_code(&rig, row->op, 0xbf00);
        rig.cpu.r[0] = row->r0;
        rig.cpu.r[1] = row->r1;
        rig.cpu.r[2] = row->r2;
        sim_cpu_set_flags(&rig.cpu, (uint32_t)row->flags << 28);
        enum sim_cpu_stop stop = run_one(&rig);
        if (stop != SIM_CPU_NONE || rig.cpu.r[0] != row->result ||
            flags_of(&rig.cpu) != row->flags_after || rig.cpu.cycles != row->cycles)
            fail_msg("%s: stop %d, r0 %08x, flags %x, %u cycles", row->what, (int)stop,
                     rig.cpu.r[0], flags_of(&rig.cpu), (unsigned)rig.cpu.cycles);
        assert_int_equal(rig.cpu.r[PC], FLASH + 0x82);
    }
}

static void conditions_are_those_of_table_A6_1(void **state)
{
    (void)state;
    // Bit f of a row: the condition holds with the flags f (NZCV).
    static const uint16_t holds[14] = {
        0xf0f0, 0x0f0f, 0xcccc, 0x3333, 0xff00, 0x00ff, 0xaaaa,
        0x5555, 0x0c0c, 0xf3f3, 0xaa55, 0x55aa, 0x0a05, 0xf5fa,
    };
    for (unsigned cond = 0; cond < 14; cond++) {
        for (unsigned f = 0; f < 16; f++) {
            struct rig rig;
            set_up(&rig);
            put_code(&rig, 0xd010 | cond << 8, 0xbf00);
            sim_cpu_set_flags(&rig.cpu, f << 28);
            assert_int_equal(run_one(&rig), SIM_CPU_NONE);
            bool taken = holds[cond] >> f & 1;
            assert_int_equal(rig.cpu.r[PC], FLASH + (taken ? 0xa4 : 0x82));
            assert_int_equal(rig.cpu.cycles, taken ? 3 : 1);
        }
    }
}

static void branches_reach_backwards_and_set_the_link(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    put_code(&rig, 0xe7f0, 0xbf00); // B .-28 (A6.7.10)
    run_one(&rig);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0x84 - 32);
    set_up(&rig);
    put_code(&rig, 0xf7ff, 0xffe0); // BL .-60 (A6.7.13)
    run_one(&rig);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0x84 - 64);
    assert_int_equal(rig.cpu.r[LR], FLASH + 0x85);
    assert_int_equal(rig.cpu.cycles, 4);
    set_up(&rig);
    put_code(&rig, 0x4780, 0xbf00); // BLX r0 (A6.7.14)
    rig.cpu.r[0] = RAM + 0x11;
    run_one(&rig);
    assert_int_equal(rig.cpu.r[PC], RAM + 0x10);
    assert_int_equal(rig.cpu.r[LR], FLASH + 0x83);
    assert_true(rig.cpu.thumb);
    assert_int_equal(rig.cpu.cycles, 3);
}

static void an_even_branch_target_clears_the_thumb_bit_and_faults_there(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    put_code(&rig, 0x4700, 0xbf00); // BX r0 (A6.7.15)
    rig.cpu.r[0] = FLASH + 0x10;
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_false(rig.cpu.thumb);
    assert_int_equal(run_one(&rig), SIM_CPU_UNDEFINED);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0x10);
}

static void mov_to_pc_does_not_change_the_thumb_bit(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    put_code(&rig, 0x4687, 0xbf00); // MOV pc, r0 (A6.7.40)
    rig.cpu.r[0] = FLASH + 0x10;
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0x10);
    assert_true(rig.cpu.thumb);
    assert_int_equal(rig.cpu.cycles, 3);
}

static void only_bx_and_pop_return_from_exceptions_and_only_in_handler_mode(void **state)
{
    (void)state;
    static const uint16_t op[] = {0x4700, 0x4780, 0x4687}; // BX, BLX, MOV pc (B1.5.8)
    for (unsigned i = 0; i < 6; i++) {
        struct rig rig;
        set_up(&rig);
        put_code(&rig, op[i / 2], 0xbf00);
        rig.cpu.r[0] = 0xfffffff9;
        rig.cpu.ipsr = i % 2 ? 16 : 0;
        assert_int_equal(run_one(&rig), i == 1 ? SIM_CPU_EXC_RETURN : SIM_CPU_NONE);
    }
}

static void loads_and_stores_move_each_width(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    put_le32(&rig.ram[8], 0x8899aabb);
    static const struct {
        uint16_t op; // Rt r0, Rn r1 = RAM + 4, Rm r2 = 4, or offset 4
        uint32_t result;
    } row[] = {
        {0x6848, 0x8899aabb}, {0x5888, 0x8899aabb}, // LDR
        {0x8888, 0xaabb},     {0x5a88, 0xaabb},     // LDRH
        {0x7908, 0xbb},       {0x5c88, 0xbb},       // LDRB
        {0x5688, 0xffffffbb}, {0x5e88, 0xffffaabb}, // LDRSB, LDRSH
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        rig.cpu.r[1] = RAM + 4;
        rig.cpu.r[2] = 4;
        rig.cpu.cycles = 0;
        put_code(&rig, row[i].op, 0xbf00);
        assert_int_equal(run_one(&rig), SIM_CPU_NONE);
        assert_int_equal(rig.cpu.r[0], row[i].result);
        assert_int_equal(rig.cpu.cycles, 2);
    }
    rig.cpu.r[0] = 0x11223344;
    put_code(&rig, 0x7148, 0xbf00); // STRB [r1, #5]
    run_one(&rig);
    put_code(&rig, 0x8088, 0xbf00); // STRH [r1, #4]
    run_one(&rig);
    assert_int_equal(get_le32(&rig.ram[8]), 0x88993344);
}

static void pc_relative_addresses_start_at_an_aligned_pc(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    rig.cpu.r[PC] = FLASH + 0x82;
    put_code(&rig, 0x4801, 0xbf00); // LDR r0, [pc, #4] (A6.7.27)
    put_le32(&rig.flash[0x88], 0xcafe1234);
    run_one(&rig);
    assert_int_equal(rig.cpu.r[0], 0xcafe1234);
    put_code(&rig, 0xa001, 0xbf00); // ADR r0, . (A6.7.6) at 0x84
    run_one(&rig);
    assert_int_equal(rig.cpu.r[0], FLASH + 0x8c);
}

static void push_and_pop_keep_order_and_count_cycles(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    rig.cpu.r[0] = 10;
    rig.cpu.r[7] = 17;
    rig.cpu.r[LR] = FLASH + 0x11;
    put_code(&rig, 0xb581, 0xbf00); // PUSH {r0, r7, lr} (A6.7.50)
    run_one(&rig);
    assert_int_equal(rig.cpu.r[SP], RAM + 0x80 - 12);
    assert_int_equal(get_le32(&rig.ram[0x74]), 10);
    assert_int_equal(get_le32(&rig.ram[0x7c]), FLASH + 0x11);
    assert_int_equal(rig.cpu.cycles, 4);
    put_code(&rig, 0xbd06, 0xbf00); // POP {r1, r2, pc} (A6.7.49)
    run_one(&rig);
    assert_int_equal(rig.cpu.r[1], 10);
    assert_int_equal(rig.cpu.r[2], 17);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0x10);
    assert_int_equal(rig.cpu.r[SP], RAM + 0x80);
    assert_int_equal(rig.cpu.cycles, 4 + 7);
}

static void ldm_writes_back_unless_the_base_is_loaded(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    put_le32(&rig.ram[0], 1);
    put_le32(&rig.ram[4], 2);
    rig.cpu.r[0] = RAM;
    put_code(&rig, 0xc806, 0xbf00); // LDM r0!, {r1, r2} (A6.7.25)
    run_one(&rig);
    assert_int_equal(rig.cpu.r[0], RAM + 8);
    assert_int_equal(rig.cpu.r[2], 2);
    assert_int_equal(rig.cpu.cycles, 3);
    rig.cpu.r[0] = RAM;
    put_code(&rig, 0xc803, 0xbf00); // LDM r0, {r0, r1}
    run_one(&rig);
    assert_int_equal(rig.cpu.r[0], 1);
}

static void a_fault_leaves_the_pc_at_the_instruction_and_the_registers_alone(void **state)
{
    (void)state;
    static const struct {
        uint16_t op;
        uint32_t r0, r1;
    } row[] = {
        {0x6808, 7, RAM + 2},    // LDR, unaligned (A3.2.1)
        {0x8808, 7, RAM + 1},    // LDRH, unaligned
        {0x6808, 7, 0x60000000}, // LDR, nobody there
        {0x6008, 7, FLASH},      // STR to read-only memory
        {0xc901, 7, RAM + 0xfe}, // LDM r1!, unaligned
        {0xc90d, 7, RAM + 0xf8}, // LDM r1!, {r0, r2, r3}: the third word is behind the RAM
        {0x6808, 7, DEV + 64},   // LDR, refused by a device
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct rig rig;
        set_up(&rig);
        rig.cpu.r[0] = row[i].r0;
        rig.cpu.r[1] = row[i].r1;
        put_code(&rig, row[i].op, 0xbf00);
        assert_int_equal(run_one(&rig), SIM_CPU_FAULT);
        assert_int_equal(rig.cpu.r[PC], FLASH + 0x80);
        assert_int_equal(rig.cpu.r[0], row[i].r0);
        assert_int_equal(rig.cpu.r[1], row[i].r1);
        assert_int_equal(rig.cpu.instructions, 0);
    }
}

static void regions_that_are_execute_never_fault_on_fetch(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    rig.cpu.r[PC] = DEV; // a device that would answer (B3.1)
    assert_int_equal(run_one(&rig), SIM_CPU_FAULT);
    assert_int_equal(rig.last[0], 0);
    // The second half of a BL behind the end of memory.
    rig.cpu.r[PC] = FLASH + 0xfe;
    put_le16(&rig.flash[0xfe], 0xf000);
    assert_int_equal(run_one(&rig), SIM_CPU_FAULT);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0xfe);
}

static void what_armv6m_does_not_have_is_undefined(void **state)
{
    (void)state;
    static const uint16_t op[][2] = {
        {0xde00, 0xbf00}, // UDF (A6.7.72)
        {0xb100, 0xbf00}, // CBZ
        {0xbf08, 0xbf00}, // IT EQ
        {0xb661, 0xbf00}, // CPSIE f
        {0xba88, 0xbf00}, // REV with opcode 2
        {0xf7f0, 0xa000}, // UDF.W
        {0xe8bd, 0x8010}, // POP.W
        {0xfb90, 0xf0f1}, // SDIV
        {0xf3ef, 0x8011}, // MRS r0, BASEPRI
        {0xb400, 0xbf00}, // PUSH {}
    };
    for (size_t i = 0; i < sizeof op / sizeof op[0]; i++) {
        struct rig rig;
        set_up(&rig);
        put_code(&rig, op[i][0], op[i][1]);
        assert_int_equal(run_one(&rig), SIM_CPU_UNDEFINED);
        assert_int_equal(rig.cpu.r[PC], FLASH + 0x80);
    }
}

static void special_registers_move_through_mrs_and_msr(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    rig.cpu.r[0] = 0xf8000000;
    put_code(&rig, 0xf380, 0x8800); // MSR APSR, r0: no Q flag in ARMv6-M (B5.2.3)
    run_one(&rig);
    assert_int_equal(rig.cpu.cycles, 4);
    rig.cpu.r[PC] = FLASH + 0x80;
    put_code(&rig, 0xf3ef, 0x8103); // MRS r1, XPSR: EPSR reads as zero (B5.2.2)
    rig.cpu.ipsr = 16;
    run_one(&rig);
    assert_int_equal(rig.cpu.r[1], 0xf0000010);
    rig.cpu.r[PC] = FLASH + 0x80;
    put_code(&rig, 0xf3ef, 0x8e03); // MRS lr, XPSR: of the registers only SP and PC are not allowed
    run_one(&rig);
    assert_int_equal(rig.cpu.r[LR], 0xf0000010);
    rig.cpu.ipsr = 0;
    rig.cpu.r[0] = RAM + 0x43;
    rig.cpu.r[PC] = FLASH + 0x80;
    put_code(&rig, 0xf380, 0x8809); // MSR PSP, r0: bits 1:0 are zero (B1.4.1)
    run_one(&rig);
    assert_int_equal(sim_cpu_get_sp(&rig.cpu, true), RAM + 0x40);
    rig.cpu.r[0] = 3;
    rig.cpu.r[PC] = FLASH + 0x80;
    put_code(&rig, 0xf380, 0x8814); // MSR CONTROL, r0: SPSEL only (B1.4.4)
    run_one(&rig);
    assert_int_equal(rig.cpu.r[SP], RAM + 0x40);
    assert_int_equal(sim_cpu_get_sp(&rig.cpu, false), RAM + 0x80);
}

static void control_cannot_be_changed_in_handler_mode(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    rig.cpu.ipsr = 15;
    rig.cpu.psp = RAM;
    rig.cpu.r[0] = 2;
    put_code(&rig, 0xf380, 0x8814); // MSR CONTROL, r0 (B5.2.3)
    run_one(&rig);
    assert_false(rig.cpu.spsel);
    assert_int_equal(rig.cpu.r[SP], RAM + 0x80);
}

static void unmasking_asks_for_attention_before_the_next_instruction(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    rig.cpu.primask = true;
    put_code(&rig, 0xb662, 0xbf00); // CPSIE i (B5.2.1)
    assert_int_equal(sim_cpu_run(&rig.cpu, 1000), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.instructions, 1);
    assert_true(rig.cpu.attention);
    assert_false(rig.cpu.primask);
}

static void a_stalled_access_is_repeated_and_nothing_else_is(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    rig.cpu.r[0] = 100;
    rig.cpu.r[1] = 200;
    rig.cpu.r[2] = DEV;
    rig.stall_at = 2;
    put_code(&rig, 0xc203, 0xbf00); // STM r2!, {r0, r1}
    assert_int_equal(run_one(&rig), SIM_CPU_STALL);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0x80);
    assert_int_equal(rig.cpu.r[2], DEV);
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.last[0], 100); // written once
    assert_int_equal(rig.last[1], 200);
    assert_int_equal(rig.cpu.r[2], DEV + 8);
    set_up(&rig);
    rig.cpu.r[2] = DEV;
    rig.stall_at = 2;
    put_code(&rig, 0xca03, 0xbf00); // LDM r2!, {r0, r1}
    assert_int_equal(run_one(&rig), SIM_CPU_STALL);
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.last[0], 1); // read once
    assert_int_equal(rig.cpu.r[0], 1);
}

static void bkpt_svc_and_waits_are_left_to_the_caller(void **state)
{
    (void)state;
    static const struct {
        uint16_t op;
        enum sim_cpu_stop stop;
        uint32_t pc;
    } row[] = {
        {0xbeab, SIM_CPU_BKPT, 0x80}, // A6.7.12: PC is that of the BKPT
        {0xdf05, SIM_CPU_SVC, 0x82},  // A6.7.68
        {0xbf30, SIM_CPU_WFI, 0x82},  // A6.7.76
        {0xbf20, SIM_CPU_WFE, 0x82},  // A6.7.75
        {0xbf10, SIM_CPU_NONE, 0x82}, // YIELD, A6.7.77
        {0xbf40, SIM_CPU_NONE, 0x82}, // SEV, A6.7.57
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct rig rig;
        set_up(&rig);
        put_code(&rig, row[i].op, 0xbf00);
        assert_int_equal(run_one(&rig), row[i].stop);
        assert_int_equal(rig.cpu.r[PC], FLASH + row[i].pc);
        assert_int_equal(rig.cpu.event, row[i].op == 0xbf40);
    }
}

static void a_run_ends_at_its_limit_of_cycles(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig);
    put_code(&rig, 0x3001, 0xe7fd); // loop: ADDS r0, #1; B loop, 4 cycles
    assert_int_equal(sim_cpu_run(&rig.cpu, 400), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[0], 100);
    assert_int_equal(rig.cpu.cycles, 400);
    assert_int_equal(rig.cpu.instructions, 200);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_processing_gives_result_flags_and_cycles),
        cmocka_unit_test(conditions_are_those_of_table_A6_1),
        cmocka_unit_test(branches_reach_backwards_and_set_the_link),
        cmocka_unit_test(an_even_branch_target_clears_the_thumb_bit_and_faults_there),
        cmocka_unit_test(mov_to_pc_does_not_change_the_thumb_bit),
        cmocka_unit_test(only_bx_and_pop_return_from_exceptions_and_only_in_handler_mode),
        cmocka_unit_test(loads_and_stores_move_each_width),
        cmocka_unit_test(pc_relative_addresses_start_at_an_aligned_pc),
        cmocka_unit_test(push_and_pop_keep_order_and_count_cycles),
        cmocka_unit_test(ldm_writes_back_unless_the_base_is_loaded),
        cmocka_unit_test(a_fault_leaves_the_pc_at_the_instruction_and_the_registers_alone),
        cmocka_unit_test(regions_that_are_execute_never_fault_on_fetch),
        cmocka_unit_test(what_armv6m_does_not_have_is_undefined),
        cmocka_unit_test(special_registers_move_through_mrs_and_msr),
        cmocka_unit_test(control_cannot_be_changed_in_handler_mode),
        cmocka_unit_test(unmasking_asks_for_attention_before_the_next_instruction),
        cmocka_unit_test(a_stalled_access_is_repeated_and_nothing_else_is),
        cmocka_unit_test(bkpt_svc_and_waits_are_left_to_the_caller),
        cmocka_unit_test(a_run_ends_at_its_limit_of_cycles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
