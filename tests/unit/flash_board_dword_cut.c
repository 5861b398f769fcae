// SPDX-License-Identifier: MIT
// Flash jobs on virtual chips with the double-word controller that were cut off: the probe
// unplugged, the power lost. What was cut off has wrong check bits, of which the core hears by an
// NMI.
#include "tests/unit/flash_desk.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/choose.h"

#define KIB 1024u

static void a_job_cut_off_anywhere_is_repaired_by_the_next(void **state)
{
    (void)state;
    job_cut_off_anywhere_is_repaired("stm32g031k8", 3 * 2 * KIB, 2);
}

// A job at whose beginning the power was lost, at many moments of erasing and programming.
static void lose_power(struct desk *d, enum flash_erase erase, const uint8_t *image, size_t len,
                       uint64_t after_ns)
{
    bool more = true;
    begin_job(d, erase, FLASH, (uint32_t)len);
    OK(flash_job_write(d->job, FLASH, image, len));
    flash_job_close_input(d->job);
    OK(flash_job_step(d->job, &more));
    OK(flash_job_step(d->job, &more));
    sim_board_wait_ns(d->board, after_ns);
    sim_chip_set_power(sim_board_chip(d->board), false);
    sim_chip_set_power(sim_board_chip(d->board), true);
    assert_int_not_equal(finish_job(d), ERR_OK);
    target_disconnect(&d->t, false);
    stlink_close(&d->st);
    d->heard[0] = '\0';
    plug_in(d);
}

static void power_that_was_lost_in_a_job_is_no_hindrance_for_the_next(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 24; at++) {
        struct desk *d = open_desk("stm32g031k8");
        uint8_t *image = some_image(8 * KIB, 2);
        const bool alone = at % 3 == 2; // the debug port without a loader
        lose_power(d, at % 2 ? FLASH_ERASE_PAGES : FLASH_ERASE_AUTO, image, 8 * KIB,
                   (at + 1) * 777777ull);
        if (alone)
            set_option(d, "RAM_PARITY_CHECK", 0);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8 * KIB));
        assert_int_equal(d->stats.by_loader, !alone);
        assert_null(strstr(d->heard, "going on without it"));
        assert_chip_holds(d, FLASH, image, 8 * KIB);
        free(image);
        close_desk(d);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_that_was_lost_in_a_job_is_no_hindrance_for_the_next),
        cmocka_unit_test(a_job_cut_off_anywhere_is_repaired_by_the_next),
    };
    return run_tests_or_sample(argc, "flash_board_dword_cut", tests,
                               sizeof tests / sizeof tests[0]);
}
