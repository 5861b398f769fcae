// SPDX-License-Identifier: MIT
// The ARMv7-M engine by the manual (DDI 0403): what random states hardly meet, and what Unicorn
// does otherwise. IT blocks step by step, faults inside them, traps, interrupted lists, the
// monitor, privilege.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/v7m_rig.h"

static uint32_t it_bits(const struct rig *rig)
{
    return sim_cpu_get_xpsr(&rig->cpu) & XPSR_IT;
}

static uint32_t as_xpsr(uint32_t it)
{
    return (it & 3) << 25 | (it & 0xfc) << 8;
}

// IT blocks: A7.3.

static void an_it_block_is_stepped_through(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    put(&rig, 0xbf0c);              // ITE EQ
    put(&rig, 0x2001);              // MOV r0, #1
    put_wide(&rig, 0xf04f, 0x0102); // MOV.W r1, #2
    put(&rig, 0x2203);              // MOVS r2, #3
    rig.cpu.z = 0;                  // equal
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(it_bits(&rig), as_xpsr(0x0c));
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[0], 1);
    assert_int_equal(rig.cpu.z, 0); // MOV sets no flags here
    assert_int_equal(it_bits(&rig), as_xpsr(0x18));
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[1], 0); // skipped, all four bytes
    assert_int_equal(rig.cpu.r[PC], START + 8);
    assert_int_equal(it_bits(&rig), 0);
    run_one(&rig);
    assert_int_equal(rig.cpu.r[2], 3);
    assert_int_equal(rig.cpu.z, 3); // and behind the block it does
    assert_int_equal(rig.cpu.instructions, 4);
}

static void a_comparison_inside_decides_about_the_rest(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    put(&rig, 0xbf04); // ITT EQ
    put(&rig, 0x2801); // CMP r0, #1
    put(&rig, 0x2105); // MOVEQ r1, #5
    rig.cpu.z = 0;
    for (unsigned i = 0; i < 3; i++)
        run_one(&rig);
    assert_int_equal(rig.cpu.r[1], 0);
    assert_int_equal(rig.cpu.r[PC], START + 6);
}

static void a_fault_inside_keeps_itstate_and_goes_on_where_it_was(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    put(&rig, 0xbf04); // ITT EQ
    put(&rig, 0x6008); // STREQ r0, [r1]
    put(&rig, 0x2205); // MOVEQ r2, #5
    rig.cpu.z = 0;
    rig.cpu.r[0] = 0x1234;
    rig.cpu.r[1] = FLASH;
    run_one(&rig);
    assert_int_equal(run_one(&rig), SIM_CPU_FAULT);
    assert_int_equal(rig.cpu.r[PC], START + 2);
    assert_int_equal(it_bits(&rig), as_xpsr(0x04));
    assert_int_equal(rig.cpu.instructions, 1);
    rig.cpu.r[1] = RAM;
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[2], 5);
    assert_int_equal(get_le32(rig.ram), 0x1234);
}

static void stops_inside_leave_the_right_itstate(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    put(&rig, 0xbf04); // ITT EQ
    put(&rig, 0xdf00); // SVCEQ: done, ITSTATE is that of the next one
    put(&rig, 0xbe00); // BKPT: whatever the condition
    rig.cpu.z = 0;
    run_one(&rig);
    assert_int_equal(run_one(&rig), SIM_CPU_SVC);
    assert_int_equal(it_bits(&rig), as_xpsr(0x08));
    rig.cpu.z = 1;
    assert_int_equal(run_one(&rig), SIM_CPU_BKPT);
    assert_int_equal(rig.cpu.r[PC], START + 4);
    assert_int_equal(it_bits(&rig), as_xpsr(0x08));
}

static void a_comparator_inside_stops_before_the_instruction(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    put(&rig, 0xbf04);
    put(&rig, 0x2001);
    put(&rig, 0x2102);
    rig.cpu.z = 0;
    rig.bpu.stop[0] = START + 4;
    rig.bpu.stop_count = 1;
    assert_int_equal(sim_cpu_run(&rig.cpu, 1000), SIM_CPU_BREAKPOINT);
    assert_int_equal(rig.cpu.r[PC], START + 4);
    assert_int_equal(rig.cpu.r[0], 1);
    assert_int_equal(it_bits(&rig), as_xpsr(0x08));
    rig.bpu.stop_count = 0;
    run_one(&rig);
    assert_int_equal(rig.cpu.r[1], 2);
    assert_int_equal(it_bits(&rig), 0);
}

static void what_is_skipped_may_be_undefined(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    put(&rig, 0xbf18);              // IT NE
    put_wide(&rig, 0xf7f0, 0xa000); // UDF.W
    rig.cpu.z = 0;
    run_one(&rig);
    assert_int_equal(run_one(&rig), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[PC], START + 6);
}

static void what_may_not_be_inside_is_undefined(void **state)
{
    (void)state;
    static const uint16_t op[][2] = {
        {0xb100, 0xbf00}, // CBZ
        {0xbf08, 0xbf00}, // IT
        {0xd001, 0xbf00}, // B<c>
        {0xb662, 0xbf00}, // CPS
        {0xf000, 0x8001}, // B<c>.W
    };
    for (size_t i = 0; i < sizeof op / sizeof op[0]; i++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7M);
        rig.cpu.it = 0x08;
        rig.cpu.z = 0;
        assert_int_equal(run_wide(&rig, op[i][0], op[i][1]), SIM_CPU_UNDEFINED);
        assert_int_equal(rig.cpu.it, 0x08);
    }
}

// Alignment: A3.2.1.

static void some_instructions_never_access_unaligned(void **state)
{
    (void)state;
    static const uint16_t op[][2] = {
        {0xc80c, 0xbf00}, // LDM r0!, {r2, r3}
        {0xc00c, 0xbf00}, // STM r0!, {r2, r3}
        {0xe890, 0x000c}, // LDM.W r0, {r2, r3}
        {0xe9d0, 0x2300}, // LDRD r2, r3, [r0]
        {0xe9c0, 0x2300}, // STRD r2, r3, [r0]
        {0xe850, 0x2f00}, // LDREX r2, [r0]
        {0xe840, 0x3200}, // STREX r2, r3, [r0]
        {0xe8d0, 0x2f5f}, // LDREXH r2, [r0]
        {0xed90, 0x0a00}, // VLDR s0, [r0]
        {0xec90, 0x0a02}, // VLDM r0, {s0, s1}
    };
    for (size_t i = 0; i < sizeof op / sizeof op[0]; i++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7EM);
        rig.cpu.r[0] = RAM + 1;
        assert_int_equal(run_wide(&rig, op[i][0], op[i][1]), SIM_CPU_UNALIGNED);
        assert_int_equal(rig.cpu.r[0], RAM + 1);
        assert_int_equal(rig.cpu.r[PC], START);
    }
}

static void others_do_unless_ccr_traps_it(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    put_le32(&rig.ram[0], 0x44332211);
    put_le32(&rig.ram[4], 0x88776655);
    rig.cpu.r[1] = RAM + 3;
    assert_int_equal(run_narrow(&rig, 0x6808), SIM_CPU_NONE); // LDR r0, [r1]
    assert_int_equal(rig.cpu.r[0], 0x77665544);
    run_narrow(&rig, 0x8008); // STRH r0, [r1]
    assert_int_equal(get_le32(&rig.ram[4]), 0x88776655);
    rig.cpu.unalign_trp = true;
    assert_int_equal(run_narrow(&rig, 0x6808), SIM_CPU_UNALIGNED);
    assert_int_equal(run_narrow(&rig, 0x8008), SIM_CPU_UNALIGNED);
    assert_int_equal(run_narrow(&rig, 0x7808), SIM_CPU_NONE); // LDRB
}

// DDI 0337, 12.6.2: how an unaligned access is divided.
static void an_unaligned_access_is_divided_into_aligned_ones(void **state)
{
    (void)state;
    static const unsigned sizes[4][4] = {{4}, {1, 2, 1}, {2, 2}, {1, 2, 1}};
    for (unsigned i = 0; i < 4; i++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7M);
        rig.cpu.r[1] = DEV + i;
        assert_int_equal(run_narrow(&rig, 0x6808), SIM_CPU_NONE); // LDR r0, [r1]
        for (unsigned n = 0; n < 4; n++)
            assert_int_equal(rig.size[n], sizes[i][n]);
    }
}

// Faults.

static void a_refused_access_is_told_with_its_address(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    rig.cpu.r[1] = DEV + 64;
    assert_int_equal(run_narrow(&rig, 0x6808), SIM_CPU_FAULT);
    assert_false(rig.cpu.fault.protection || rig.cpu.fault.fetch);
    assert_int_equal(rig.cpu.fault.addr, DEV + 64);
    rig.cpu.r[PC] = DEV; // never executed from
    assert_int_equal(run_one(&rig), SIM_CPU_FAULT);
    assert_true(rig.cpu.fault.protection && rig.cpu.fault.fetch);
    assert_int_equal(rig.cpu.fault.addr, DEV);
    rig.cpu.r[PC] = FLASH + 0xfe; // the second half of a BL is behind the end
    put_le16(&rig.flash[0xfe], 0xf000);
    assert_int_equal(run_one(&rig), SIM_CPU_FAULT);
    assert_true(!rig.cpu.fault.protection && rig.cpu.fault.fetch);
    assert_int_equal(rig.cpu.fault.addr, FLASH + 0x100);
    assert_int_equal(rig.cpu.r[PC], FLASH + 0xfe);
}

static void a_buffered_write_is_refused_too_late(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    rig.cpu.buffers_writes = true;
    rig.cpu.r[1] = DEV + 64;
    assert_int_equal(run_narrow(&rig, 0x6008), SIM_CPU_NONE); // STR r0, [r1]
    assert_true(rig.cpu.imprecise && rig.cpu.attention);
    assert_int_equal(rig.cpu.r[PC], START + 2);
    rig.cpu.imprecise = false;
    assert_int_equal(run_narrow(&rig, 0x6808), SIM_CPU_FAULT); // a load is not
    assert_false(rig.cpu.imprecise);
    rig.cpu.r[1] = 0xe0042000; // nor is a write to the strongly ordered system region
    assert_int_equal(run_narrow(&rig, 0x6008), SIM_CPU_FAULT);
    assert_false(rig.cpu.imprecise);
}

static void a_division_by_zero_is_zero_or_a_trap(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    rig.cpu.r[1] = 7;
    assert_int_equal(run_wide(&rig, 0xfb91, 0xf0f2), SIM_CPU_NONE); // SDIV r0, r1, r2
    assert_int_equal(rig.cpu.r[0], 0);
    rig.cpu.div_0_trp = true;
    assert_int_equal(run_wide(&rig, 0xfb91, 0xf0f2), SIM_CPU_DIVIDE_BY_ZERO);
    assert_int_equal(run_wide(&rig, 0xfbb1, 0xf0f2), SIM_CPU_DIVIDE_BY_ZERO);
    assert_int_equal(rig.cpu.r[PC], START);
    rig.cpu.r[1] = 1u << 31;
    rig.cpu.r[2] = ~0u;
    assert_int_equal(run_wide(&rig, 0xfb91, 0xf0f2), SIM_CPU_NONE);
    assert_int_equal(rig.cpu.r[0], 1u << 31);
}

static void states_that_cannot_be_are_told(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    rig.cpu.thumb = false;
    assert_int_equal(run_narrow(&rig, 0xbf00), SIM_CPU_INVALID_STATE);
    rig.cpu.thumb = true;
    rig.cpu.it = 0x40; // ICI, and no list
    assert_int_equal(run_narrow(&rig, 0xbf00), SIM_CPU_INVALID_STATE);
    assert_int_equal(rig.cpu.it, 0x40);
}

// Lists.

static void a_list_goes_on_where_ici_says(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    for (unsigned i = 0; i < 4; i++)
        put_le32(&rig.ram[4 * i], 100 + i);
    rig.cpu.r[0] = RAM;
    rig.cpu.r[2] = 7; // done before the interrupt
    sim_cpu_set_xpsr(&rig.cpu, XPSR_T | 4u << 12);
    assert_int_equal(run_wide(&rig, 0xe8b0, 0x005c), SIM_CPU_NONE); // LDM r0!, {r2, r3, r4, r6}
    assert_int_equal(rig.cpu.r[2], 7);
    assert_int_equal(rig.cpu.r[4], 102);
    assert_int_equal(rig.cpu.r[6], 103);
    assert_int_equal(rig.cpu.r[0], RAM + 16);
    assert_int_equal(rig.cpu.it, 0);
    rig.cpu.r[0] = RAM;
    rig.cpu.it = 0x30;
    assert_int_equal(run_narrow(&rig, 0xc00c), SIM_CPU_NONE); // STM r0!, {r2, r3}
    assert_int_equal(get_le32(&rig.ram[0]), 100);
    assert_int_equal(get_le32(&rig.ram[4]), rig.cpu.r[3]);
}

static void a_stalled_list_repeats_nothing(void **state)
{
    (void)state;
    static const uint16_t op[][2] = {
        {0xe890, 0x001c}, // LDM r0, {r2, r3, r4}
        {0xc81c, 0xbf00}, // LDM r0!, {r2, r3, r4}
        {0xec90, 0x1a03}, // VLDM r0, {s2, s3, s4}
    };
    for (size_t i = 0; i < sizeof op / sizeof op[0]; i++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7EM);
        rig.cpu.r[0] = DEV;
        rig.stall_at = 2;
        assert_int_equal(run_wide(&rig, op[i][0], op[i][1]), SIM_CPU_STALL);
        assert_int_equal(rig.cpu.r[2], 0);
        assert_int_equal(rig.cpu.r[PC], START);
        assert_int_equal(run_one(&rig), SIM_CPU_NONE);
        assert_int_equal(rig.accesses, 3);
        const uint32_t *reg = i == 2 ? rig.cpu.fp.s : rig.cpu.r;
        for (unsigned n = 2; n <= 4; n++)
            assert_int_equal(reg[n], 1);
    }
}

static void a_fault_in_a_list_changes_no_register(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    rig.cpu.r[0] = RAM + 0xf8;
    assert_int_equal(run_wide(&rig, 0xe8b0, 0x800c), SIM_CPU_FAULT); // LDM r0!, {r2, r3, pc}
    assert_int_equal(rig.cpu.fault.addr, RAM + 0x100);
    assert_int_equal(rig.cpu.r[0], RAM + 0xf8);
    assert_int_equal(rig.cpu.r[2], 0);
    assert_int_equal(rig.cpu.r[PC], START);
}

// Exclusives: the monitor keeps no address (DDI 0439, 3.6.3).

static void an_exclusive_store_needs_a_load_before(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SIM_ARMV7M);
    rig.cpu.r[0] = RAM;
    rig.cpu.r[3] = 5;
    run_wide(&rig, 0xe840, 0x3201); // STREX r2, r3, [r0, #4]
    assert_int_equal(rig.cpu.r[2], 1);
    assert_int_equal(get_le32(&rig.ram[4]), 0);
    run_wide(&rig, 0xe850, 0x4f00); // LDREX r4, [r0]
    run_wide(&rig, 0xe840, 0x3201); // elsewhere
    assert_int_equal(rig.cpu.r[2], 0);
    assert_int_equal(get_le32(&rig.ram[4]), 5);
    run_wide(&rig, 0xe840, 0x3201); // once only
    assert_int_equal(rig.cpu.r[2], 1);
    run_wide(&rig, 0xe850, 0x4f00);
    run_wide(&rig, 0xf3bf, 0x8f2f); // CLREX
    run_wide(&rig, 0xe840, 0x3201);
    assert_int_equal(rig.cpu.r[2], 1);
}

// Exception returns: A2.3.1.

static void loads_of_pc_return_from_exceptions_and_moves_do_not(void **state)
{
    (void)state;
    static const struct {
        uint16_t op, op2;
        enum sim_cpu_stop stop;
    } row[] = {
        {0x4718, 0xbf00, SIM_CPU_EXC_RETURN}, // BX r3
        {0xf8d1, 0xf000, SIM_CPU_EXC_RETURN}, // LDR pc, [r1]
        {0xe8b1, 0x8004, SIM_CPU_EXC_RETURN}, // LDM r1!, {r2, pc}
        {0xbd00, 0xbf00, SIM_CPU_EXC_RETURN}, // POP {pc}
        {0x4798, 0xbf00, SIM_CPU_NONE},       // BLX r3
        {0x469f, 0xbf00, SIM_CPU_NONE},       // MOV pc, r3
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct rig rig;
        set_up(&rig, SIM_ARMV7M);
        rig.cpu.ipsr = 11;
        rig.cpu.r[1] = rig.cpu.r[SP] = RAM;
        rig.cpu.r[3] = 0xfffffff9;
        put_le32(&rig.ram[0], 0xfffffff9);
        put_le32(&rig.ram[4], 0xfffffff9);
        assert_int_equal(run_wide(&rig, row[i].op, row[i].op2), row[i].stop);
        if (row[i].stop)
            assert_int_equal(rig.cpu.exc_return, 0xfffffff9);
        assert_int_equal(rig.cpu.r[PC], 0xfffffff8);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_it_block_is_stepped_through),
        cmocka_unit_test(a_comparison_inside_decides_about_the_rest),
        cmocka_unit_test(a_fault_inside_keeps_itstate_and_goes_on_where_it_was),
        cmocka_unit_test(stops_inside_leave_the_right_itstate),
        cmocka_unit_test(a_comparator_inside_stops_before_the_instruction),
        cmocka_unit_test(what_is_skipped_may_be_undefined),
        cmocka_unit_test(what_may_not_be_inside_is_undefined),
        cmocka_unit_test(some_instructions_never_access_unaligned),
        cmocka_unit_test(others_do_unless_ccr_traps_it),
        cmocka_unit_test(an_unaligned_access_is_divided_into_aligned_ones),
        cmocka_unit_test(a_refused_access_is_told_with_its_address),
        cmocka_unit_test(a_buffered_write_is_refused_too_late),
        cmocka_unit_test(a_division_by_zero_is_zero_or_a_trap),
        cmocka_unit_test(states_that_cannot_be_are_told),
        cmocka_unit_test(a_list_goes_on_where_ici_says),
        cmocka_unit_test(a_stalled_list_repeats_nothing),
        cmocka_unit_test(a_fault_in_a_list_changes_no_register),
        cmocka_unit_test(an_exclusive_store_needs_a_load_before),
        cmocka_unit_test(loads_of_pc_return_from_exceptions_and_moves_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
