// SPDX-License-Identifier: MIT
// cortex/bpu.c and cortex/dwt.c against a scripted probe: which words go to which comparator (DDI
// 0419, C1.7 and C1.8), and that a write that fails leaves no comparator lost and none thought to
// be free that is not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cortex/bpu.h"
#include "cortex/dwt.h"
#include "tests/unit/choose.h"
#include "tests/unit/script_link.h"

#define BP_CTRL    0xe0002000u
#define BP_COMP(n) (0xe0002008u + 4 * (n))
#define BP_KEY     2u
#define BP_ENABLE  1u
#define BP_LOWER   (1u << 30) // match on the lower halfword
#define BP_UPPER   (2u << 30)

#define DWT_CTRL        0xe0001000u
#define DWT_COMP(n)     (0xe0001020u + 16 * (n))
#define DWT_MASK(n)     (0xe0001024u + 16 * (n))
#define DWT_FUNCTION(n) (0xe0001028u + 16 * (n))
#define ON_READ         5u
#define ON_WRITE        6u
#define MATCHED         (1u << 24)

#define NO_ACK 0x12u

static void assert_says(const struct script *s, const char *part)
{
    if (!strstr(s->log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", s->log.sentence, part);
}

// ---- breakpoints --------------------------------------------------------------------------------

static void script_comparators(struct script *s, uint32_t first, uint32_t second)
{
    uint8_t held[8];
    put_le32(held, first);
    put_le32(held + 4, second);
    script_block_read(
        s, (struct script_block){.opcode = 0x07, .addr = BP_COMP(0), .len = 8, .status = 0x80},
        held);
}

// The whole unit, with two comparators.
static void script_unit(struct script *s, uint32_t ctrl, uint32_t first)
{
    uint8_t unit[40] = {0};
    put_le32(unit, ctrl);
    put_le32(unit + 8, first);
    script_block_read(
        s, (struct script_block){.opcode = 0x07, .addr = BP_CTRL, .len = 40, .status = 0x80}, unit);
}

// Both comparators and BP_CTRL, as a list of accesses.
static void script_list_of_three(struct script *s, uint32_t first)
{
    const uint32_t payload[7] = {0, BP_COMP(0), first, BP_COMP(1), 0, BP_CTRL, BP_KEY | BP_ENABLE};
    uint8_t out[8 + 4 * 7] = {5, 1, 2, 1, 2, 1, 2}, in[8 * 7] = {0};
    for (unsigned i = 0; i < 7; i++) {
        put_le32(out + 8 + 4 * (size_t)i, payload[i]);
        put_le32(in + 4 * (size_t)(7 + i), 0x80);
    }
    script_write(s, "f2 51 07", out, sizeof out);
    script_read_data(s, "f2 52", in, sizeof in);
}

// Two comparators that somebody left on.
static void attach_bpu(struct script *s, struct bpu *bpu)
{
    script_start(s, 2, 37);
    script_unit(s, 2u << 4 | BP_ENABLE, 0);
    OK(bpu_attach(bpu, &s->mem, &s->log));
    assert_int_equal(bpu->count, 2);
}

// Nothing is written to a unit that is as it should be; it is switched on for the first breakpoint.
static void a_unit_that_is_off_stays_so_until_it_is_used(void **state)
{
    (void)state;
    struct script s;
    struct bpu bpu;
    script_start(&s, 2, 37);
    script_unit(&s, 2u << 4, 0x08000200 | BP_LOWER | 1); // left by somebody
    script_write_word(&s, BP_COMP(0), 0);
    OK(bpu_attach(&bpu, &s.mem, &s.log));
    OK(bpu_clear_all(&bpu));
    script_write_word(&s, BP_COMP(0), 0x08000100 | BP_LOWER | 1);
    script_write_word(&s, BP_CTRL, BP_KEY | BP_ENABLE);
    OK(bpu_set(&bpu, 0x08000100));
    OK(bpu_apply(&bpu));
    script_comparators(&s, 0, 0); // the power was lost
    script_write_word(&s, BP_COMP(0), 0x08000100 | BP_LOWER | 1);
    script_write_word(&s, BP_CTRL, BP_KEY | BP_ENABLE);
    OK(bpu_restore(&bpu));
    script_end(&s);
}

static void a_breakpoint_is_on_its_half_of_the_word(void **state)
{
    (void)state;
    struct script s;
    struct bpu bpu;
    attach_bpu(&s, &bpu);
    script_write_word(&s, BP_COMP(0), 0x08000100 | BP_LOWER | 1);
    script_write_word(&s, BP_COMP(1), 0x08000100 | BP_UPPER | 1);
    OK(bpu_set(&bpu, 0x08000100));
    OK(bpu_set(&bpu, 0x08000103)); // with the Thumb bit
    OK(bpu_apply(&bpu));
    assert_true(bpu_has(&bpu, 0x08000100));
    assert_true(bpu_has(&bpu, 0x08000102));
    assert_int_equal(bpu_set(&bpu, 0x08000200), ERR_RESOURCE);
    assert_says(&s, "2 breakpoint comparators");
    script_write_word(&s, BP_COMP(0), 0);
    OK(bpu_clear(&bpu, 0x08000100));
    assert_int_equal(bpu_clear(&bpu, 0x08000100), ERR_USAGE);
    OK(bpu_apply(&bpu));
    script_end(&s);
}

// As debuggers do at every stop.
static void what_is_cleared_and_set_again_costs_nothing(void **state)
{
    (void)state;
    struct script s;
    struct bpu bpu;
    attach_bpu(&s, &bpu);
    script_write_word(&s, BP_COMP(0), 0x08000100 | BP_LOWER | 1);
    script_write_word(&s, BP_COMP(1), 0x08000200 | BP_LOWER | 1);
    OK(bpu_set(&bpu, 0x08000100));
    OK(bpu_set(&bpu, 0x08000200));
    OK(bpu_apply(&bpu));
    OK(bpu_clear(&bpu, 0x08000100));
    OK(bpu_clear(&bpu, 0x08000200));
    OK(bpu_set(&bpu, 0x08000200)); // in another order
    assert_int_equal(bpu_count_free(&bpu), 1);
    OK(bpu_set(&bpu, 0x08000100));
    OK(bpu_apply(&bpu));
    script_end(&s);
}

static void two_users_of_an_address_share_a_comparator(void **state)
{
    (void)state;
    struct script s;
    struct bpu bpu;
    attach_bpu(&s, &bpu);
    script_write_word(&s, BP_COMP(0), 0x08000100 | BP_LOWER | 1);
    OK(bpu_set(&bpu, 0x08000100));
    OK(bpu_set(&bpu, 0x08000100));
    OK(bpu_apply(&bpu));
    OK(bpu_clear(&bpu, 0x08000100));
    OK(bpu_apply(&bpu)); // nothing is sent
    script_write_word(&s, BP_COMP(0), 0);
    OK(bpu_clear(&bpu, 0x08000100));
    OK(bpu_apply(&bpu));
    script_end(&s);
}

// What could not be written may have arrived: all are written the next time.
static void a_comparator_that_could_not_be_written_is_written_again(void **state)
{
    (void)state;
    struct script s;
    struct bpu bpu;
    attach_bpu(&s, &bpu);
    script_write_word_status(&s, BP_COMP(0), 0x08000100 | BP_LOWER | 1, NO_ACK);
    OK(bpu_set(&bpu, 0x08000100));
    assert_int_not_equal(bpu_apply(&bpu), ERR_OK);
    assert_true(bpu_has(&bpu, 0x08000100));
    script_list_of_three(&s, 0x08000100 | BP_LOWER | 1);
    OK(bpu_apply(&bpu));
    OK(bpu_apply(&bpu)); // all is as it shall be
    script_end(&s);
}

static void clearing_all_goes_on_after_a_failure(void **state)
{
    (void)state;
    struct script s;
    struct bpu bpu;
    attach_bpu(&s, &bpu);
    script_write_word(&s, BP_COMP(0), 0x08000100 | BP_LOWER | 1);
    script_write_word(&s, BP_COMP(1), 0x08000200 | BP_LOWER | 1);
    OK(bpu_set(&bpu, 0x08000100));
    OK(bpu_set(&bpu, 0x08000200));
    OK(bpu_apply(&bpu));
    script_write_word_status(&s, BP_COMP(0), 0, NO_ACK);
    script_write_word(&s, BP_COMP(1), 0);
    script_write_word(&s, BP_CTRL, BP_KEY);
    assert_int_not_equal(bpu_clear_all(&bpu), ERR_OK);
    assert_false(bpu_has(&bpu, 0x08000100));
    assert_false(bpu_has(&bpu, 0x08000200));
    script_end(&s);
}

static void above_the_code_region_revision_1_has_no_breakpoints(void **state)
{
    (void)state;
    struct script s;
    struct bpu bpu;
    attach_bpu(&s, &bpu);
    assert_int_equal(bpu_set(&bpu, 0x20000000), ERR_UNSUPPORTED);
    assert_says(&s, "below 0x20000000");
    script_end(&s);
}

// ---- watchpoints --------------------------------------------------------------------------------

static void attach_dwt(struct script *s, struct dwt *dwt)
{
    script_start(s, 2, 37);
    uint8_t held[0x5c] = {0};
    put_le32(held, 2u << 28);
    put_le32(held + DWT_FUNCTION(1) - DWT_CTRL, ON_WRITE); // left by somebody
    script_block_read(
        s,
        (struct script_block){.opcode = 0x07, .addr = DWT_CTRL, .len = sizeof held, .status = 0x80},
        held);
    script_write_word(s, DWT_FUNCTION(1), 0);
    OK(dwt_attach(dwt, &s->mem, &s->log));
    assert_int_equal(dwt->count, 2);
}

static void script_watch(struct script *s, unsigned n, uint32_t addr, unsigned mask, uint32_t how)
{
    script_write_word(s, DWT_COMP(n), addr);
    script_write_word(s, DWT_MASK(n), mask);
    script_write_word(s, DWT_FUNCTION(n), how);
}

static void a_watchpoint_is_an_aligned_block_with_its_kind_of_access(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    bool hit;
    uint32_t addr;
    enum dwt_access access;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000010, 2, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000010, 4, DWT_WRITE));
    script_watch(&s, 1, 0x20000021, 0, ON_READ);
    OK(dwt_set(&dwt, 0x20000021, 1, DWT_READ));
    script_word(&s, DWT_FUNCTION(0), ON_WRITE);
    script_word(&s, DWT_FUNCTION(1), ON_READ | MATCHED);
    OK(dwt_take_hit(&dwt, &hit, &addr, &access));
    assert_true(hit);
    assert_int_equal(addr, 0x20000021);
    assert_int_equal(access, DWT_READ);
    assert_int_equal(dwt_set(&dwt, 0x20000040, 4, DWT_WRITE), ERR_RESOURCE);
    assert_says(&s, "2 watchpoint comparators");
    script_end(&s);
}

static void a_range_that_is_no_block_takes_two(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000002, 1, ON_WRITE);
    script_watch(&s, 1, 0x20000004, 1, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000002, 4, DWT_WRITE));
    script_write_word(&s, DWT_FUNCTION(0), 0);
    script_write_word(&s, DWT_FUNCTION(1), 0);
    OK(dwt_clear(&dwt, 0x20000002, 4, DWT_WRITE));
    assert_int_equal(dwt_clear(&dwt, 0x20000002, 4, DWT_WRITE), ERR_USAGE);
    script_end(&s);
}

static void hit_of(struct script *s, struct dwt *dwt, uint32_t first, uint32_t second,
                   uint32_t wanted)
{
    bool hit;
    uint32_t addr;
    enum dwt_access access;
    script_word(s, DWT_FUNCTION(0), first);
    script_word(s, DWT_FUNCTION(1), second);
    OK(dwt_take_hit(dwt, &hit, &addr, &access));
    assert_true(hit);
    assert_int_equal(addr, wanted);
    assert_int_equal(access, DWT_WRITE);
}

// char text[64] that lies on 4: 2 blocks would not do.
static void whoever_compares_values_gets_a_block_that_covers_more(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000000, 7, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000004, 64, DWT_CHANGE));
    assert_int_equal(dwt_set(&dwt, 0x20000104, 64, DWT_WRITE), ERR_RESOURCE);
    assert_int_equal(dwt_set(&dwt, 0x20000104, 64, DWT_READ), ERR_RESOURCE);
    assert_int_equal(dwt_set(&dwt, 0x20007ffe, 4, DWT_READ), ERR_RESOURCE);
    script_watch(&s, 1, 0x20000048, 2, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000048, 4, DWT_CHANGE));
    // An address of what was asked for, and the exact one before the one that covers more.
    hit_of(&s, &dwt, ON_WRITE | MATCHED, ON_WRITE, 0x20000004);
    hit_of(&s, &dwt, ON_WRITE | MATCHED, ON_WRITE | MATCHED, 0x20000048);
    script_write_word(&s, DWT_FUNCTION(0), 0);
    OK(dwt_clear(&dwt, 0x20000004, 64, DWT_CHANGE));
    assert_int_equal(dwt_clear(&dwt, 0x20000004, 64, DWT_CHANGE), ERR_USAGE);
    script_end(&s);
}

static void a_watchpoint_of_two_blocks_makes_room_for_another(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000002, 1, ON_WRITE);
    script_watch(&s, 1, 0x20000004, 1, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000002, 4, DWT_CHANGE));
    script_watch(&s, 0, 0x20000000, 3, ON_WRITE);
    script_write_word(&s, DWT_FUNCTION(1), 0);
    script_watch(&s, 1, 0x20000020, 2, ON_READ);
    OK(dwt_set(&dwt, 0x20000020, 4, DWT_READ));
    assert_int_equal(dwt_set(&dwt, 0x20000030, 4, DWT_CHANGE), ERR_RESOURCE);
    script_write_word(&s, DWT_FUNCTION(0), 0);
    OK(dwt_clear(&dwt, 0x20000002, 4, DWT_CHANGE));
    script_end(&s);
    // One that is to be exact does not.
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000002, 1, ON_WRITE);
    script_watch(&s, 1, 0x20000004, 1, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000002, 4, DWT_WRITE));
    assert_int_equal(dwt_set(&dwt, 0x20000020, 4, DWT_CHANGE), ERR_RESOURCE);
    script_end(&s);
}

static void a_block_that_covers_is_no_larger_than_a_comparator_can_compare(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000000, 15, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000001, 0x7ffe, DWT_CHANGE));
    script_watch(&s, 1, 0x20008000, 15, ON_WRITE);
    OK(dwt_set(&dwt, 0x20008001, 0x7fff, DWT_CHANGE));
    script_write_word(&s, DWT_FUNCTION(0), 0);
    OK(dwt_clear(&dwt, 0x20000001, 0x7ffe, DWT_CHANGE));
    assert_int_equal(dwt_set(&dwt, 0x20007fff, 2, DWT_CHANGE), ERR_RESOURCE);
    script_end(&s);
}

static void a_watchpoint_that_could_not_be_set_takes_no_comparator(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000002, 1, ON_WRITE);
    script_write_word_status(&s, DWT_COMP(1), 0x20000004, NO_ACK);
    script_write_word(&s, DWT_FUNCTION(0), 0);
    script_write_word(&s, DWT_FUNCTION(1), 0);
    assert_int_not_equal(dwt_set(&dwt, 0x20000002, 4, DWT_WRITE), ERR_OK);
    script_watch(&s, 0, 0x20000100, 2, ON_READ);
    script_watch(&s, 1, 0x20000200, 2, ON_READ);
    OK(dwt_set(&dwt, 0x20000100, 4, DWT_READ));
    OK(dwt_set(&dwt, 0x20000200, 4, DWT_READ));
    script_end(&s);
}

static void a_watchpoint_that_could_not_be_cleared_is_still_there(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000010, 2, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000010, 4, DWT_WRITE));
    script_write_word_status(&s, DWT_FUNCTION(0), 0, NO_ACK);
    assert_int_not_equal(dwt_clear(&dwt, 0x20000010, 4, DWT_WRITE), ERR_OK);
    script_write_word(&s, DWT_FUNCTION(0), 0);
    OK(dwt_clear(&dwt, 0x20000010, 4, DWT_WRITE));
    script_end(&s);
}

static void the_rest_of_a_watchpoint_can_be_cleared_later(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000002, 1, ON_WRITE);
    script_watch(&s, 1, 0x20000004, 1, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000002, 4, DWT_WRITE));
    script_write_word(&s, DWT_FUNCTION(0), 0);
    script_write_word_status(&s, DWT_FUNCTION(1), 0, NO_ACK);
    assert_int_not_equal(dwt_clear(&dwt, 0x20000002, 4, DWT_WRITE), ERR_OK);
    script_write_word(&s, DWT_FUNCTION(1), 0);
    OK(dwt_clear(&dwt, 0x20000002, 4, DWT_WRITE));
    script_end(&s);
}

static void clearing_all_watchpoints_goes_on_after_a_failure(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    script_watch(&s, 0, 0x20000010, 2, ON_WRITE);
    script_watch(&s, 1, 0x20000020, 2, ON_WRITE);
    OK(dwt_set(&dwt, 0x20000010, 4, DWT_WRITE));
    OK(dwt_set(&dwt, 0x20000020, 4, DWT_WRITE));
    script_write_word_status(&s, DWT_FUNCTION(0), 0, NO_ACK);
    script_write_word(&s, DWT_FUNCTION(1), 0);
    assert_int_not_equal(dwt_clear_all(&dwt), ERR_OK);
    script_end(&s);
}

static void what_cannot_be_watched_is_refused(void **state)
{
    (void)state;
    struct script s;
    struct dwt dwt;
    attach_dwt(&s, &dwt);
    assert_int_equal(dwt_set(&dwt, 0x20000000, 0, DWT_WRITE), ERR_USAGE);
    assert_int_equal(dwt_set(&dwt, 0xfffffffe, 4, DWT_WRITE), ERR_USAGE);
    assert_int_equal(dwt_set(&dwt, 0x20000001, 0x7fff, DWT_WRITE), ERR_RESOURCE);
    script_end(&s);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_that_is_off_stays_so_until_it_is_used),
        cmocka_unit_test(a_breakpoint_is_on_its_half_of_the_word),
        cmocka_unit_test(two_users_of_an_address_share_a_comparator),
        cmocka_unit_test(what_is_cleared_and_set_again_costs_nothing),
        cmocka_unit_test(a_comparator_that_could_not_be_written_is_written_again),
        cmocka_unit_test(clearing_all_goes_on_after_a_failure),
        cmocka_unit_test(above_the_code_region_revision_1_has_no_breakpoints),
        cmocka_unit_test(a_watchpoint_is_an_aligned_block_with_its_kind_of_access),
        cmocka_unit_test(a_range_that_is_no_block_takes_two),
        cmocka_unit_test(whoever_compares_values_gets_a_block_that_covers_more),
        cmocka_unit_test(a_watchpoint_of_two_blocks_makes_room_for_another),
        cmocka_unit_test(a_block_that_covers_is_no_larger_than_a_comparator_can_compare),
        cmocka_unit_test(a_watchpoint_that_could_not_be_set_takes_no_comparator),
        cmocka_unit_test(a_watchpoint_that_could_not_be_cleared_is_still_there),
        cmocka_unit_test(the_rest_of_a_watchpoint_can_be_cleared_later),
        cmocka_unit_test(clearing_all_watchpoints_goes_on_after_a_failure),
        cmocka_unit_test(what_cannot_be_watched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
