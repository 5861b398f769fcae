// SPDX-License-Identifier: MIT
// The store behind a watchpoint, from a stopped core's registers and code: encodings of DDI 0419,
// A5.2 and A6.7. A real core may go on for an instruction or two, and return meanwhile.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doctor/trace.h"
#include "tests/unit/choose.h"

#define BASE    0x08000100u
#define WATCHED 0x48000000u

struct code {
    const uint16_t *op;
    unsigned count;
};

static bool fetch(void *user, uint32_t addr, uint16_t *halfword)
{
    const struct code *c = user;
    if (addr < BASE || (addr - BASE) / 2 >= c->count)
        return false;
    *halfword = c->op[(addr - BASE) / 2];
    return true;
}

// The core stands at BASE + pc with these registers.
static bool find(const uint16_t *op, unsigned count, unsigned pc, struct trace_stopped s,
                 struct trace_store *store)
{
    struct code c = {op, count};
    s.reg[15] = BASE + pc;
    return trace_find_store(&s, fetch, &c, store);
}

static void every_kind_of_store_is_read(void **state)
{
    (void)state;
    static const struct {
        uint16_t op;
        struct trace_stopped s;
        uint32_t value;
        unsigned size;
    } rows[] = {
        {0x6011, {.reg = {[1] = 0xaabbccdd, [2] = WATCHED}, .watched = WATCHED}, 0xaabbccdd, 4},
        {0x6251, // str r1, [r2, #36]
         {.reg = {[1] = 7, [2] = WATCHED}, .watched = WATCHED + 36},
         7,
         4},
        {0x8051, {.reg = {[1] = 0xaabbccdd, [2] = WATCHED}, .watched = WATCHED}, 0xccdd, 2},
        {0x70d1, {.reg = {[1] = 0xaabbccdd, [2] = WATCHED}, .watched = WATCHED}, 0xdd, 1},
        {0x50d1, // str r1, [r2, r3]
         {.reg = {[1] = 5, [2] = WATCHED - 8, [3] = 8}, .watched = WATCHED},
         5,
         4},
        {0x52d1, {.reg = {[1] = 5, [2] = WATCHED, [3] = 2}, .watched = WATCHED}, 5, 2},
        {0x54d1, {.reg = {[1] = 5, [2] = WATCHED, [3] = 3}, .watched = WATCHED}, 5, 1},
        {0x9102,
         {.reg = {[1] = 6, [13] = WATCHED - 8}, .watched = WATCHED},
         6,
         4},     // str r1, [sp, #8]
        {0xc20a, // stm r2!, {r1, r3}: the second word
         {.reg = {[1] = 1, [2] = WATCHED + 4, [3] = 3}, .watched = WATCHED},
         3,
         4},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint16_t op[] = {0xbf00, rows[i].op, 0xbf00};
        struct trace_store store;
        assert_true(find(op, 3, 4, rows[i].s, &store));
        assert_int_equal(store.pc, BASE + 2);
        assert_int_equal(store.value, rows[i].value);
        assert_int_equal(store.size, rows[i].size);
    }
}

static void a_store_to_elsewhere_is_not_taken(void **state)
{
    (void)state;
    static const uint16_t op[] = {0x6011, 0x6811, 0x6019, 0xbf00}; // the second is a load
    struct trace_stopped s = {.reg = {[2] = WATCHED + 4, [3] = 0x20000000}, .watched = WATCHED};
    struct trace_store store;
    assert_false(find(op, 4, 6, s, &store));
}

static void the_core_may_have_gone_on_by_two_instructions(void **state)
{
    (void)state;
    static const uint16_t op[] = {0x6011, 0x3001, 0x3001, 0xbf00};
    struct trace_stopped s = {.reg = {[1] = 9, [2] = WATCHED}, .watched = WATCHED};
    struct trace_store store;
    assert_true(find(op, 4, 6, s, &store));
    assert_int_equal(store.pc, BASE);
}

// 00: bl 08; 04: nop; 06: nop; 08: str r1, [r2]; 0a: bx lr
static void and_have_returned_from_its_function(void **state)
{
    (void)state;
    static const uint16_t op[] = {0xf000, 0xf802, 0xbf00, 0xbf00, 0x6011, 0x4770};
    struct trace_stopped s = {.reg = {[1] = 9, [2] = WATCHED}, .watched = WATCHED};
    struct trace_store store;
    assert_true(find(op, 6, 4, s, &store));
    assert_int_equal(store.pc, BASE + 8);
    assert_int_equal(store.value, 9);
}

// 00: push {r4, lr}; 02: str r1, [r2]; 04: pop {r4, pc}; 06: nop; 08: bl 00; 0c: nop
static void also_backwards_and_by_pop(void **state)
{
    (void)state;
    static const uint16_t op[] = {0xb510, 0x6011, 0xbd10, 0xbf00, 0xf7ff, 0xfffa, 0xbf00};
    struct trace_stopped s = {.reg = {[1] = 9, [2] = WATCHED}, .watched = WATCHED};
    struct trace_store store;
    assert_true(find(op, 7, 12, s, &store));
    assert_int_equal(store.pc, BASE + 2);
}

static void a_store_in_the_midst_of_a_called_function_is_not_the_last_one(void **state)
{
    (void)state;
    static const uint16_t op[] = {0xf000, 0xf802, 0xbf00, 0xbf00, 0x6011,
                                  0x3001, 0x3001, 0x3001, 0x3001, 0x4770};
    struct trace_stopped s = {.reg = {[1] = 9, [2] = WATCHED}, .watched = WATCHED};
    struct trace_store store;
    assert_false(find(op, 10, 4, s, &store));
}

static void code_that_cannot_be_read_is_no_store(void **state)
{
    (void)state;
    struct trace_stopped s = {.watched = WATCHED};
    struct trace_store store;
    assert_false(find(NULL, 0, 0, s, &store));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_store_is_read),
        cmocka_unit_test(a_store_to_elsewhere_is_not_taken),
        cmocka_unit_test(the_core_may_have_gone_on_by_two_instructions),
        cmocka_unit_test(and_have_returned_from_its_function),
        cmocka_unit_test(also_backwards_and_by_pop),
        cmocka_unit_test(a_store_in_the_midst_of_a_called_function_is_not_the_last_one),
        cmocka_unit_test(code_that_cannot_be_read_is_no_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
