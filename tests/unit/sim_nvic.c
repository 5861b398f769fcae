// SPDX-License-Identifier: MIT
// sim/core/nvic.h with 16, 32 and 240 interrupts: sets that cross words, priorities, registers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/core/nvic.h"
#include "tests/unit/choose.h"

enum { ISER = 0x100, ICER = 0x180, ISPR = 0x200, ICPR = 0x280, IABR = 0x300, IPR = 0x400 };

static const unsigned sizes[] = {16, 32, 240};

static void enable(struct sim_nvic *nvic, unsigned n)
{
    sim_nvic_write(nvic, ISER + 4 * (n / 32), 1u << n % 32);
}

static void each_interrupt_pends_is_taken_and_returns(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 3; s++) {
        for (unsigned n = 0; n < sizes[s]; n++) {
            struct sim_nvic nvic;
            sim_nvic_create(&nvic, sizes[s]);
            assert_true(sim_nvic_set_level(&nvic, n, true));
            assert_int_equal(sim_nvic_first(&nvic, false), SIM_EXC_NONE);
            enable(&nvic, n);
            assert_int_equal(sim_nvic_first(&nvic, false), SIM_EXC_IRQ0 + n);
            assert_int_equal(sim_nvic_first(&nvic, true), SIM_EXC_NONE);
            assert_true(sim_nvic_any_interrupt_pending(&nvic));
            sim_nvic_activate(&nvic, SIM_EXC_IRQ0 + n);
            assert_false(sim_nvic_any_interrupt_pending(&nvic));
            assert_int_equal(sim_nvic_active_count(&nvic), 1);
            assert_int_equal(sim_nvic_execution_priority(&nvic, false), 0);
            sim_nvic_deactivate(&nvic, SIM_EXC_IRQ0 + n); // the level is still active
            assert_int_equal(sim_nvic_first(&nvic, false), SIM_EXC_IRQ0 + n);
        }
    }
}

static void a_line_beyond_the_last_one_does_nothing(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 3; s++) {
        struct sim_nvic nvic;
        sim_nvic_create(&nvic, sizes[s]);
        assert_false(sim_nvic_set_level(&nvic, sizes[s], true));
        sim_nvic_write(&nvic, ISPR + 4 * (sizes[s] / 32), UINT32_MAX);
        uint32_t last = sizes[s] % 32 ? (1u << sizes[s] % 32) - 1 : 0;
        assert_int_equal(sim_nvic_read(&nvic, ISPR + 4 * (sizes[s] / 32)), last);
        sim_nvic_write(&nvic, IPR + sizes[s], UINT32_MAX);
        assert_int_equal(sim_nvic_read(&nvic, IPR + sizes[s]), 0);
    }
}

static void the_most_urgent_comes_first_across_all_words(void **state)
{
    static const unsigned lines[] = {3, 47, 48, 111, 112, 200, 239};
    struct sim_nvic nvic;
    (void)state;
    sim_nvic_create(&nvic, 240);
    for (unsigned i = 0; i < 7; i++) {
        enable(&nvic, lines[i]);
        (void)sim_nvic_set_level(&nvic, lines[i], true);
        sim_nvic_write(&nvic, IPR + lines[i] / 4 * 4, 0xc0c0c0c0u);
    }
    assert_int_equal(sim_nvic_first(&nvic, false), SIM_EXC_IRQ0 + 3); // of equals the lowest number
    sim_nvic_write(&nvic, IPR + 200, 0x80);
    assert_int_equal(sim_nvic_first(&nvic, false), SIM_EXC_IRQ0 + 200);
    sim_nvic_write(&nvic, IPR + 236, 0x40000000);
    assert_int_equal(sim_nvic_first(&nvic, false), SIM_EXC_IRQ0 + 239);
    sim_nvic_activate(&nvic, SIM_EXC_IRQ0 + 239);
    sim_nvic_activate(&nvic, SIM_EXC_IRQ0 + 3);
    assert_int_equal(sim_nvic_execution_priority(&nvic, false), 0x40);
    assert_int_equal(sim_nvic_execution_priority(&nvic, true), 0);
    assert_int_equal(sim_nvic_active_count(&nvic), 2);
}

static void registers_of_a_bank_show_the_same_set(void **state)
{
    struct sim_nvic nvic;
    (void)state;
    sim_nvic_create(&nvic, 240);
    for (unsigned r = 0; r < 8; r++) {
        uint32_t there = r < 7 ? UINT32_MAX : 0xffff, pattern = 0x80010001u * (r + 1) & there;
        sim_nvic_write(&nvic, ISER + 4 * r, UINT32_MAX);
        sim_nvic_write(&nvic, ICER + 4 * r, ~pattern);
        assert_int_equal(sim_nvic_read(&nvic, ISER + 4 * r), pattern);
        assert_int_equal(sim_nvic_read(&nvic, ICER + 4 * r), pattern);
        sim_nvic_write(&nvic, ISPR + 4 * r, pattern);
        assert_int_equal(sim_nvic_read(&nvic, ICPR + 4 * r), pattern);
        sim_nvic_write(&nvic, ICPR + 4 * r, pattern);
        assert_int_equal(sim_nvic_read(&nvic, ISPR + 4 * r), 0);
        for (unsigned k = r + 1; k < 8; k++) // and no neighbour was touched
            assert_int_equal(sim_nvic_read(&nvic, ISER + 4 * k), 0);
    }
}

static void the_active_bits_can_be_read_with_more_than_32_interrupts(void **state)
{
    struct sim_nvic small, large;
    (void)state;
    sim_nvic_create(&small, 32);
    sim_nvic_create(&large, 240);
    sim_nvic_activate(&small, SIM_EXC_IRQ0 + 5);
    sim_nvic_activate(&large, SIM_EXC_IRQ0 + 69);
    assert_int_equal(sim_nvic_read(&small, IABR), 0); // ARMv6-M has no such register
    assert_int_equal(sim_nvic_read(&large, IABR + 8), 1u << 5);
}

static void a_reset_keeps_the_levels_and_the_configuration(void **state)
{
    struct sim_nvic nvic;
    (void)state;
    sim_nvic_create(&nvic, 240);
    (void)sim_nvic_set_level(&nvic, 130, true);
    enable(&nvic, 130);
    sim_nvic_activate(&nvic, SIM_EXC_IRQ0 + 7);
    sim_nvic_reset(&nvic);
    assert_int_equal(sim_nvic_active_count(&nvic), 0);
    assert_false(sim_nvic_any_interrupt_pending(&nvic));
    assert_int_equal(sim_nvic_read(&nvic, ISER + 16), 0);
    sim_nvic_sample_levels(&nvic);
    enable(&nvic, 130);
    assert_int_equal(sim_nvic_first(&nvic, false), SIM_EXC_IRQ0 + 130);
}

static void an_exception_number_that_a_program_made_up_is_in_no_set(void **state)
{
    struct sim_nvic nvic;
    (void)state;
    sim_nvic_create(&nvic, 240);
    assert_int_equal(sim_nvic_ipsr_mask(&nvic), 0x1ff);
    for (unsigned n = SIM_MAX_EXCEPTIONS; n <= 0x1ff; n++) {
        assert_false(sim_exc_has(&nvic.active, n));
        sim_nvic_deactivate(&nvic, n);
    }
    assert_int_equal(sim_nvic_active_count(&nvic), 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_interrupt_pends_is_taken_and_returns),
        cmocka_unit_test(a_line_beyond_the_last_one_does_nothing),
        cmocka_unit_test(the_most_urgent_comes_first_across_all_words),
        cmocka_unit_test(registers_of_a_bank_show_the_same_set),
        cmocka_unit_test(the_active_bits_can_be_read_with_more_than_32_interrupts),
        cmocka_unit_test(a_reset_keeps_the_levels_and_the_configuration),
        cmocka_unit_test(an_exception_number_that_a_program_made_up_is_in_no_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
