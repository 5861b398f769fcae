// SPDX-License-Identifier: MIT
// What the doctor lets a virtual chip measure of itself: its supply, by the internal reference.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/measure.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "tests/unit/choose.h"

static const char *const chips[] = {
    "stm32f031k6", "stm32f072rb", "stm32l053r8", "stm32g071rb", "stm32c031c6",
    "stm32u083rc", "stm32l476rg", "stm32l432kc", "stm32l496zg", "stm32l4r5zi",
    "stm32g431kb", "stm32g474re", "stm32f401cc", "stm32f407vg", "stm32f410rb",
    "stm32f411ce", "stm32f429zi", "stm32f446re", "stm32f722ze", "stm32f746zg",
    "stm32f767zi", "stm32g491re", "stm32wb55rg", "stm32wle5jc", "stm32wl55jc",
};
#define CHIPS (sizeof chips / sizeof chips[0])

static void measure_deeply(struct measurements *m, const char *text)
{
    struct log log = log_silent();
    struct sim_board *board;
    struct stlink st;
    memset(m, 0, sizeof *m);
    assert_int_equal(sim_board_open(&board, text, &log), ERR_OK);
    assert_int_equal(stlink_open(&st, sim_link_to(board), &log), ERR_OK);
    m->probe.version = st.version;
    assert_int_equal(measure_all(m, &st, &(struct measure_options){.deep = true}, &log), ERR_OK);
    stlink_close(&st);
    assert_int_equal(sim_board_account(board)->violation_count, 0);
    assert_int_equal(sim_board_close(board), ERR_OK);
}

static void check_supply(void **state)
{
    static const unsigned supplies[] = {3300, 2500};
    const char *chip = *state;
    for (unsigned i = 0; i < 2; i++) {
        struct measurements m;
        char text[80];
        snprintf(text, sizeof text, "%s,firmware=count,vdd=%u", chip, supplies[i]);
        measure_deeply(&m, text);
        assert_true(m.deep_results.vdda_known);
        assert_in_range(m.deep_results.vdda_mv, supplies[i] * 99 / 100, supplies[i] * 101 / 100);
    }
}

// A circuit that a running program feeds is seen when the core is kept halted, and only then.
static void check_supervisor(void **state)
{
    struct measurements m;
    (void)state;
    measure_deeply(&m, "stm32f031k6,firmware=count,supervisor=1600");
    assert_int_equal(m.core.resets, 0);
    assert_true(m.deep_results.reset_while_halted);
    assert_in_range(m.deep_results.halted_us, 1000000, 1610000);
    measure_deeply(&m, "stm32f031k6,firmware=count");
    assert_false(m.deep_results.reset_while_halted);
    assert_in_range(m.deep_results.halted_us, 1800000, 1810000);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[CHIPS + 1] = {
        [CHIPS] = {.name = "a supervisor", .test_func = check_supervisor}};
    choose_tests(argc, argv);
    for (size_t i = 0; i < CHIPS; i++)
        tests[i] = (struct CMUnitTest){.name = chips[i],
                                       .test_func = check_supply,
                                       .initial_state = (void *)(uintptr_t)chips[i]};
    return cmocka_run_group_tests_name("doctor_deep", tests, NULL, NULL);
}
