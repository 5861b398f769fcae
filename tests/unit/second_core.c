// SPDX-License-Identifier: MIT
// targets/second_core.c on a virtual STM32H745: which core is meant, the second one under the
// debugger, and one that is held after a reset.
#include <stdlib.h>
#include <string.h>

#include "cortex/scs.h"
#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define KIB      1024u
#define PROGRAM2 0x08100000u // where BOOT_CM4_ADD0 points to in the factory
#define SRAM4    0x38000000u

#define CPUID_PART(cpuid) ((cpuid) >> 4 & 0xfff)

// Counts in R0, in both banks: movs r0, #0; adds r0, #1; b back.
static void program_both(struct desk *d)
{
    uint8_t image[64] = {0x00, 0x10, 0x00, 0x38, 0x09, 0x00, 0x10,
                         0x08, 0x00, 0x20, 0x40, 0x1c, 0xfd, 0xe7};
    OK(program(d, FLASH_ERASE_AUTO, PROGRAM2, image, sizeof image));
    image[6] = 0x00; // 0x08000009
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, sizeof image));
}

static void connect_to(struct desk *d, enum target_core core, enum err wanted)
{
    const struct target_options how = {.which_core = core};
    target_disconnect(&d->t, false);
    assert_int_equal(target_connect(&d->t, &d->st.probe, &how, &d->log), wanted);
}

static void the_second_core_is_found_where_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *board;
        bool has;
    } rows[] = {{"stm32h745zi", true}, {"stm32h743zi", false}, {"stm32f407vg", false}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = open_desk(rows[i].board);
        struct chip_second_core found;
        OK(target_find_second_core(&d->t, &found));
        assert_int_equal(found.facts != NULL, rows[i].has);
        assert_false(found.held);
        close_desk(d);
    }
}

static void the_second_core_is_debugged_and_the_first_goes_on(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h745zi");
    uint32_t pc, r0, later;
    program_both(d);
    OK(target_reset(&d->t, false));
    connect_to(d, TARGET_CORE_M4, ERR_OK);
    assert_int_equal(CPUID_PART(target_cpuid(&d->t)), DIE_CORE_M4);
    OK(target_halt(&d->t));
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_in_range(pc, PROGRAM2 + 8, PROGRAM2 + 14);
    OK(target_read_reg(&d->t, CORTEXM_R0, &r0));
    OK(target_reset(&d->t, true));
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_int_equal(pc, PROGRAM2 + 8);
    OK(target_write_reg(&d->t, CORTEXM_R0, 41));
    OK(target_write_reg(&d->t, CORTEXM_PC, PROGRAM2 + 10));
    OK(target_set_break(&d->t, true, PROGRAM2 + 12));
    OK(target_resume(&d->t));
    bool stopped = false;
    struct target_stop stop;
    for (unsigned i = 0; i < 100 && !stopped; i++)
        OK(target_poll(&d->t, &stopped, &stop));
    assert_true(stopped);
    OK(target_read_reg(&d->t, CORTEXM_R0, &r0));
    assert_int_equal(r0, 42);
    set_word(d, SRAM4, 0x12345678);
    assert_int_equal(word_at(d, SRAM4), 0x12345678);
    // The first one runs meanwhile.
    connect_to(d, TARGET_CORE_M7, ERR_OK);
    assert_int_equal(CPUID_PART(target_cpuid(&d->t)), DIE_CORE_M7);
    assert_int_equal(target_state(&d->t), TARGET_RUNNING);
    OK(target_halt(&d->t));
    OK(target_read_reg(&d->t, CORTEXM_R0, &later));
    assert_int_not_equal(later, 0);
    assert_int_equal(word_at(d, SRAM4), 0x12345678);
    close_desk(d);
}

static void a_core_that_is_held_is_started(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h745zi");
    struct chip_second_core found;
    uint32_t pc;
    program_both(d);
    set_option(d, "BCM4", 0);
    OK(target_find_second_core(&d->t, &found));
    assert_true(found.held && !found.starts);
    connect_to(d, TARGET_CORE_SECOND, ERR_OK);
    assert_non_null(strstr(d->heard, "has been held since the reset (BCM4=0)"));
    assert_int_equal(target_state(&d->t), TARGET_HALTED);
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_in_range(pc, PROGRAM2 + 8, PROGRAM2 + 14);
    OK(target_find_second_core(&d->t, &found));
    assert_true(!found.held && !found.starts);
    OK(target_reset(&d->t, true));
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_int_equal(pc, PROGRAM2 + 8);
    OK(target_reset(&d->t, false));
    assert_int_equal(target_state(&d->t), TARGET_RUNNING);
    OK(target_halt(&d->t));
    // A breakpoint is in the core when it is started.
    OK(target_set_break(&d->t, true, PROGRAM2 + 8));
    OK(target_reset(&d->t, false));
    bool stopped = false;
    struct target_stop stop;
    for (unsigned i = 0; i < 100 && !stopped; i++)
        OK(target_poll(&d->t, &stopped, &stop));
    assert_true(stopped);
    assert_int_equal(stop.pc, PROGRAM2 + 8);
    close_desk(d);
}

static void the_second_core_programs_the_flash_too(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h745zi");
    uint8_t *image = some_image(20 * KIB, 1);
    program_both(d);
    OK(target_reset(&d->t, false));
    connect_to(d, TARGET_CORE_M4, ERR_OK);
    OK(target_halt(&d->t));
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 512 * KIB, image, 20 * KIB));
    assert_true(d->stats.by_loader);
    assert_chip_holds(d, FLASH + 512 * KIB, image, 20 * KIB);
    free(image);
    close_desk(d);
}

static void a_core_that_is_not_there_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *board;
        enum target_core core;
        enum err e;
        const char *says;
    } rows[] = {
        {"stm32h743zi", TARGET_CORE_M4, ERR_UNSUPPORTED, "there is no second core behind access"},
        {"stm32h743zi", TARGET_CORE_M7, ERR_OK, NULL},
        {"stm32f407vg", TARGET_CORE_SECOND, ERR_USAGE, "--core second is not there"},
        {"stm32f407vg", TARGET_CORE_M7, ERR_USAGE, "--core m7 is not there"},
        {"stm32f407vg", TARGET_CORE_M4, ERR_OK, NULL},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = open_desk(rows[i].board);
        connect_to(d, rows[i].core, rows[i].e);
        if (rows[i].says)
            assert_non_null(strstr(d->log.sentence, rows[i].says));
        if (rows[i].e)
            connect_to(d, TARGET_CORE_FIRST, ERR_OK);
        close_desk(d);
    }
}

// What the board's cores show, behind their access ports.
static uint32_t dhcsr_behind(struct desk *d, unsigned ap)
{
    const struct mem_ap mem = {.probe = &d->st.probe, .number = ap};
    uint32_t dhcsr, demcr;
    OK(debug_probe_enter_swd(&d->st.probe));
    OK(mem_ap_read32(&mem, SCS_DHCSR, &dhcsr));
    OK(mem_ap_read32(&mem, SCS_DEMCR, &demcr));
    assert_int_equal(demcr, 0); // nobody catches anything
    return dhcsr & (DHCSR_C_DEBUGEN | DHCSR_C_HALT | DHCSR_S_HALT);
}

static void firmware_that_does_not_reach_it_is_told(void **state)
{
    (void)state;
    static const char *const boards[] = {
        "stm32h745zi,probe-fw=V2J24S4",
        "stm32h745zi,probe-fw=V2J28S7",
        "stm32h745zi,probe-fw=V2J31S7",
        "stm32h745zi,probe=v3,probe-fw=V3J1M1",
    };
    const uint32_t halted = DHCSR_C_DEBUGEN | DHCSR_C_HALT | DHCSR_S_HALT;
    for (unsigned i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct desk *d = open_desk(boards[i]);
        struct chip_second_core found;
        program_both(d);
        OK(target_reset(&d->t, false));
        OK(target_find_second_core(&d->t, &found));
        assert_true(found.facts && !found.reached);
        connect_to(d, TARGET_CORE_M4, ERR_UNSUPPORTED);
        assert_non_null(strstr(d->log.sentence, "V2J32 or V3J2"));
        assert_int_equal(target_state(&d->t), TARGET_LOST);
        assert_int_equal(dhcsr_behind(d, 0), 0);
        // A core that was halted before stays halted.
        connect_to(d, TARGET_CORE_FIRST, ERR_OK);
        OK(target_halt(&d->t));
        target_disconnect(&d->t, true);
        connect_to(d, TARGET_CORE_SECOND, ERR_UNSUPPORTED);
        assert_int_equal(dhcsr_behind(d, 0), halted);
        connect_to(d, TARGET_CORE_FIRST, ERR_OK);
        assert_int_equal(target_state(&d->t), TARGET_HALTED);
        close_desk(d);
    }
}

// One access to the second core fails, without an effect.
static struct {
    const struct debug_probe_ops *real;
    unsigned left;
} fault;

static bool fails_now(unsigned ap)
{
    return ap > 0 && fault.left > 0 && --fault.left == 0;
}

static enum err read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value)
{
    return fails_now(ap) ? ERR_PROBE_LOST : fault.real->read_word(probe, ap, addr, value);
}

static enum err write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value)
{
    return fails_now(ap) ? ERR_PROBE_LOST : fault.real->write_word(probe, ap, addr, value);
}

static enum err access_list(struct debug_probe *probe, unsigned ap, struct debug_probe_access *list,
                            unsigned count, unsigned *done)
{
    *done = 0;
    return fails_now(ap) ? ERR_PROBE_LOST : fault.real->access_list(probe, ap, list, count, done);
}

static void an_error_at_the_second_core_leaves_both_as_found(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h745zi");
    const struct target_options how = {.which_core = TARGET_CORE_M4};
    const uint32_t halted = DHCSR_C_DEBUGEN | DHCSR_C_HALT | DHCSR_S_HALT;
    struct debug_probe_ops ops = *d->st.probe.ops;
    unsigned failed = 0;
    enum err e = ERR_LINK;
    program_both(d);
    OK(target_reset(&d->t, false));
    OK(target_halt(&d->t));
    target_disconnect(&d->t, true);
    fault.real = d->st.probe.ops;
    ops.read_word = read_word;
    ops.write_word = write_word;
    ops.access_list = access_list;
    for (unsigned n = 1; e; n++) {
        fault.left = n;
        d->st.probe.ops = &ops;
        e = target_connect(&d->t, &d->st.probe, &how, &d->log);
        d->st.probe.ops = fault.real;
        failed += e != ERR_OK && fault.left == 0;
        if (!e)
            continue;
        assert_int_equal(target_state(&d->t), TARGET_LOST);
        assert_int_equal(dhcsr_behind(d, 0), halted);
        assert_int_equal(dhcsr_behind(d, 3), 0);
    }
    assert_in_range(failed, 2, 100);
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_core_is_found_where_it_is),
        cmocka_unit_test(the_second_core_is_debugged_and_the_first_goes_on),
        cmocka_unit_test(a_core_that_is_held_is_started),
        cmocka_unit_test(the_second_core_programs_the_flash_too),
        cmocka_unit_test(a_core_that_is_not_there_is_refused),
        cmocka_unit_test(firmware_that_does_not_reach_it_is_told),
        cmocka_unit_test(an_error_at_the_second_core_leaves_both_as_found),
    };
    return cmocka_run_group_tests_name("second_core", tests, NULL, NULL);
}
