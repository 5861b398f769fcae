// SPDX-License-Identifier: MIT
// What instructions can do, by their encodings (DDI 0419, A6; DDI 0403, A7).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cortex/thumb.h"
#include "tests/unit/choose.h"

#define HERE 0x08000100u

static void check(const struct thumb *t, unsigned row, enum thumb_flow flow, uint32_t target)
{
    if (t->flow != flow || (flow == THUMB_BRANCH && t->target != target))
        fail_msg("row %u: flow %u to 0x%08x", row, (unsigned)t->flow, t->target);
}

static void branches_are_known(void **state)
{
    (void)state;
    static const struct {
        uint16_t first, second;
        enum thumb_flow flow;
        uint32_t target;
    } rows[] = {
        {0xe7fe, 0, THUMB_BRANCH, HERE},          // b .
        {0xe001, 0, THUMB_BRANCH, HERE + 6},      // b .+6
        {0xd0fd, 0, THUMB_BRANCH, HERE - 2},      // beq .-2
        {0xdc10, 0, THUMB_BRANCH, HERE + 0x24},   // bgt
        {0xb108, 0, THUMB_BRANCH, HERE + 6},      // cbz r0, .+6
        {0xbb00, 0, THUMB_BRANCH, HERE + 0x44},   // cbnz r0, .+0x44
        {0xf000, 0xf802, THUMB_BRANCH, HERE + 8}, // bl .+8
        {0xf7ff, 0xfffe, THUMB_BRANCH, HERE},     // bl .
        {0xf000, 0xb802, THUMB_BRANCH, HERE + 8}, // b.w .+8
        {0xf43f, 0xaffe, THUMB_BRANCH, HERE},     // beq.w .
        {0x4770, 0, THUMB_ANY, 0},                // bx lr
        {0x4798, 0, THUMB_ANY, 0},                // blx r3
        {0x4687, 0, THUMB_ANY, 0},                // mov pc, r0
        {0x4487, 0, THUMB_ANY, 0},                // add pc, r0
        {0x4587, 0, THUMB_NEXT, 0},               // cmp pc, r0
        {0xbd10, 0, THUMB_ANY, 0},                // pop {r4, pc}
        {0xbc10, 0, THUMB_NEXT, 0},               // pop {r4}
        {0xdf00, 0, THUMB_ANY, 0},                // svc
        {0xbe00, 0, THUMB_ANY, 0},                // bkpt
        {0xde00, 0, THUMB_ANY, 0},                // udf
        {0xe8bd, 0x8010, THUMB_ANY, 0},           // pop.w {r4, pc}
        {0xe8bd, 0x0110, THUMB_NEXT, 0},          // pop.w {r4, r8}
        {0xe8df, 0xf000, THUMB_ANY, 0},           // tbb [pc, r0]
        {0xe8df, 0xf010, THUMB_ANY, 0},           // tbh [pc, r0, lsl #1]
        {0xf85d, 0xfb04, THUMB_ANY, 0},           // ldr.w pc, [sp], #4
        {0xf8df, 0xf000, THUMB_ANY, 0},           // ldr.w pc, [pc]
        {0xf8d0, 0x1000, THUMB_NEXT, 0},          // ldr.w r1, [r0]
        {0xf890, 0xf000, THUMB_NEXT, 0},          // pld [r0]
        {0xea4f, 0x0001, THUMB_NEXT, 0},          // mov.w r0, r1
        {0xf3bf, 0x8f4f, THUMB_NEXT, 0},          // dsb
        {0xf3ef, 0x8010, THUMB_NEXT, 0},          // mrs r0, primask
        {0xf7f0, 0xa000, THUMB_ANY, 0},           // udf.w
        {0x2001, 0, THUMB_NEXT, 0},               // movs r0, #1
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct thumb t = thumb_decode(HERE, rows[i].first, rows[i].second);
        check(&t, i, rows[i].flow, rows[i].target);
        assert_int_equal(t.size, rows[i].first >= 0xe800 ? 4 : 2);
    }
}

static void what_is_written_is_known(void **state)
{
    (void)state;
    static const struct {
        uint16_t op, writes;
        bool stores;
    } rows[] = {
        {0x0089, 1 << 1, false},  // lsls r1, r1, #2
        {0x18d2, 1 << 2, false},  // adds r2, r2, r3
        {0x2305, 1 << 3, false},  // movs r3, #5
        {0x4018, 1 << 0, false},  // ands r0, r3
        {0x4688, 1 << 8, false},  // mov r8, r1
        {0x4a01, 1 << 2, false},  // ldr r2, [pc, #4]
        {0x5093, 1 << 3, true},   // str r3, [r2, r2]
        {0x5693, 1 << 3, false},  // ldrsb r3, [r2, r2]
        {0x6011, 0, true},        // str r1, [r2]
        {0x6811, 1 << 1, false},  // ldr r1, [r2]
        {0x8011, 0, true},        // strh r1, [r2]
        {0x9001, 0, true},        // str r0, [sp, #4]
        {0x9b01, 1 << 3, false},  // ldr r3, [sp, #4]
        {0xa901, 1 << 1, false},  // add r1, sp, #4
        {0xb082, 0, false},       // sub sp, #8
        {0xb570, 0, true},        // push {r4-r6, lr}
        {0xbd70, 7 << 4, false},  // pop {r4-r6, pc}
        {0xb2c9, 1 << 1, false},  // uxtb r1, r1
        {0xba09, 1 << 1, false},  // rev r1, r1
        {0xc00e, 1 << 0, true},   // stmia r0!, {r1-r3}
        {0xc80e, 0xe | 1, false}, // ldmia r0!, {r1-r3}
        {0xbf00, 0, false},       // nop
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct thumb t = thumb_decode(HERE, rows[i].op, 0);
        if (!t.is_plain || t.may_last || t.writes != rows[i].writes || t.stores != rows[i].stores)
            fail_msg("%04x: writes 0x%x, stores %d", rows[i].op, t.writes, t.stores);
    }
}

static void what_may_take_long_is_known(void **state)
{
    (void)state;
    static const uint16_t rows[][2] = {
        {0xbf20, 0},      {0xbf30, 0},      {0xbf40, 0}, // wfe, wfi, sev
        {0xdf00, 0},      {0xbe00, 0},      {0xde00, 0}, // svc, bkpt, udf
        {0xf3af, 0x8002}, {0xf3af, 0x8003},              // wfe.w, wfi.w
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct thumb t = thumb_decode(HERE, rows[i][0], rows[i][1]);
        assert_true(t.may_last);
        assert_false(t.is_plain);
    }
    assert_false(thumb_decode(HERE, 0xb672, 0).is_plain); // cpsid i
    assert_false(thumb_decode(HERE, 0xb672, 0).may_last);
    assert_false(thumb_decode(HERE, 0xf380, 0x8810).is_plain); // msr primask, r0
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_are_known),
        cmocka_unit_test(what_is_written_is_known),
        cmocka_unit_test(what_may_take_long_is_known),
    };
    return cmocka_run_group_tests_name("thumb", tests, NULL, NULL);
}
