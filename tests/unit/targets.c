// SPDX-License-Identifier: MIT
// targets/: the table of chips, connecting, breakpoints and memory.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "targets/parts.h"
#include "targets/target_private.h"
#include "tests/unit/choose.h"
#include "tests/unit/targets_world.h"

static void the_chip_is_recognised_and_described(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    char text[128];
    world_attach(&w, &t);
    assert_int_equal(t.id.flash_size, 32 * 1024);
    assert_int_equal(t.id.uid[1], 2);
    assert_int_equal(t.id.rdp_level, 0);
    assert_int_equal(t.id.cpuid, 0x410cc200);
    assert_string_equal(chip_describe(&t.id, text, sizeof text),
                        "STM32F031x4/x6, F030x4/x6, F038x6, rev 1.0, 32 KiB flash, 4 KiB SRAM");
}

static const struct target_region *region_of(const struct target *t, uint32_t addr)
{
    for (unsigned i = 0; i < t->region_count; i++)
        if (addr - t->region[i].base < t->region[i].size)
            return &t->region[i];
    return NULL;
}

static void a_chip_known_by_name_only_can_still_be_debugged(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct flash_job *job;
    char text[192];
    world_make(&w);
    w.idcode = 0x10006410;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_OK);
    assert_null(t.id.chip);
    assert_non_null(
        strstr(chip_describe(&t.id, text, sizeof text), "STM32F101, F102, F103, 64 to 128 KiB"));
    assert_false(t.id.rdp_known);
    assert_int_equal(target_halt(&t), ERR_OK);
    assert_int_equal(target_set_break(&t, false, RAM + 0x10), ERR_OK);
    assert_int_equal(target_flash_open(&t, &job), ERR_UNSUPPORTED);
    world_assert_says(&w, "STM32F101, F102, F103, 64 to 128 KiB, id 0x410");
    world_assert_says(&w, "programs run in its RAM");
}

// Every address has a region, without a gap or an overlap: there may be more than is known.
static void assert_covers_everything(const struct target *t)
{
    uint32_t next = 0;
    for (unsigned i = 0; i < t->region_count; i++) {
        assert_int_equal(t->region[i].base, next);
        assert_true(t->region[i].size > 0);
        next = t->region[i].base + t->region[i].size;
    }
    assert_int_equal(next, 0xffffffff);
}

static void the_map_of_a_chip_known_by_name_only_is_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; i < die_count; i++) {
        struct target t = {.id = {.die = &dies[i], .cpuid = (uint32_t)dies[i].core << 4}};
        regions_map(&t);
        assert_covers_everything(&t);
        assert_int_equal(t.bank.size, 0);
        const uint32_t largest = parts_largest_kib(dies[i].dev_id) * 1024u;
        const struct target_region *flash = region_of(&t, die_flash_base(&dies[i]));
        assert_int_equal(flash->kind, largest ? TARGET_REGION_FLASH : TARGET_REGION_ROM);
        assert_true(!largest || flash->size == largest);
        assert_int_equal(region_of(&t, 0x20000000)->kind, TARGET_REGION_RAM);
        assert_int_equal(region_of(&t, 0xe000ed00)->kind, TARGET_REGION_RAM);
    }
    struct target f407 = {.id = {.die = die_find(0x413)}}, h743 = {.id = {.die = die_find(0x450)}};
    regions_map(&f407);
    regions_map(&h743);
    assert_int_equal(region_of(&f407, 0x1000fffc)->kind, TARGET_REGION_RAM); // CCM
    assert_int_equal(region_of(&f407, 0)->kind, TARGET_REGION_ROM);
    assert_int_equal(region_of(&h743, 0)->kind, TARGET_REGION_RAM); // ITCM
    assert_true(target_is_ram(&f407, 0x10000000, 65536));
    assert_false(target_is_ram(&f407, 0x10000000, 65537));
    assert_false(target_is_ram(&f407, 0x08000000, 4));
    assert_true(target_is_ram(&h743, 0x24000000, 4));
}

static void what_is_rom_by_presumption_only_can_be_written(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_make(&w);
    w.idcode = 0x10006410;
    w.more[0].addr = 0x1ff80000;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_OK);
    const uint32_t value = 0x12345678;
    assert_int_equal(target_write_mem(&t, 0x1ff80000, &value, 4), ERR_OK);
    assert_int_equal(w.more[0].value, value);
    assert_int_equal(target_write_mem(&t, FLASH, &value, 4), ERR_UNSUPPORTED);
    world_assert_says(&w, "swdlink cannot write the flash of this chip");
}

// The program erases flash, and the controller never gets ready.
static void a_reset_waits_as_long_as_the_flash_may_take_and_no_longer(void **state)
{
    (void)state;
    static const struct {
        uint32_t erase_us, mass_us, waited_us;
    } times[] = {{30000, 30000, 100000},
                 {3280, 3280, 19840},
                 {22000, 40000, 130000},
                 {1000000, 8000000, 150000}};
    for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct world w;
        struct target t;
        world_make(&w);
        w.more[0].addr = 0x4002200c;
        w.more[0].value = 1;
        assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_OK);
        t.bank.layout.run[0].erase_us = times[i].erase_us;
        t.bank.layout.mass_erase_us = times[i].mass_us;
        const uint64_t before = w.p.now_us;
        assert_int_equal(target_reset(&t, true), ERR_OK);
        assert_in_range(w.p.now_us - before, times[i].waited_us, times[i].waited_us + 2000);
    }
}

static void an_empty_flash_is_what_its_layout_calls_erased(void **state)
{
    (void)state;
    for (unsigned erased = 0; erased < 256; erased += 255) {
        struct world w;
        struct target t;
        world_attach_halted(&w, &t);
        t.bank.layout.erased = (uint8_t)erased;
        t.found_empty = true;
        memset(w.flash, (int)erased, sizeof w.flash);
        assert_int_equal(target_reset(&t, true), ERR_OK);
        assert_true(t.found_empty);
        memset(w.flash, 255 - (int)erased, 4);
        assert_int_equal(target_reset(&t, true), ERR_OK);
        assert_false(t.found_empty); // its option bytes were loaded anew
    }
}

static void connect_without_core(struct world *w, enum err wanted)
{
    struct target t;
    w->no_core = true;
    assert_int_equal(world_connect(w, &t, TARGET_CONNECT_AUTO), wanted);
}

static void a_debug_port_without_a_core_behind_it_says_what_it_can(void **state)
{
    (void)state;
    struct world w;
    world_make(&w);
    w.csw = 0x03000000; // no transfers
    connect_without_core(&w, ERR_PROTECTED);
    world_assert_says(&w, "the chip has closed its access port");
    world_make(&w); // an STM32H5
    w.idr = 0x54770002;
    w.next_idr = 0x84770001;
    w.csw = 0x80000040;
    connect_without_core(&w, ERR_UNSUPPORTED);
    world_assert_says(&w, "not at its first access port");
    world_make(&w);
    connect_without_core(&w, ERR_FAULT);
    world_assert_says(&w, "the core behind it cannot be taken over");
}

static void a_region_without_room_is_told(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct chip full = {.family = families[0], .sram_base = RAM, .sram_size = 4096};
    world_attach(&w, &t);
    const struct chip *const before = t.id.chip;
    full.layout.unit = 2;
    for (unsigned i = 0; i < FLASH_RUNS; i++)
        full.layout.run[i] =
            (struct flash_run){.base = FLASH + 0x10000 * i, .size = 64, .count = 1};
    full.system_base = full.option_base = 0x1fff0000;
    full.system_size = full.option_size = 64;
    t.id.chip = &full;
    t.id.flash_size = 64 * FLASH_RUNS;
    regions_map(&t);
    assert_true(t.region_count <= TARGET_MAX_REGIONS);
    assert_int_equal(t.region_count, 6 + FLASH_RUNS);
    t.id.chip = before;
}

static void a_flash_size_that_cannot_be_is_replaced_by_the_largest(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_make(&w);
    w.size_word = 0xffffffff;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_OK);
    assert_int_equal(t.id.flash_size, 32 * 1024);
}

// ---- connecting ---------------------------------------------------------------------------------

static void a_healthy_target_is_taken_as_it_runs(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach(&w, &t);
    assert_int_equal(t.state, TARGET_RUNNING);
    assert_int_equal(w.nrst_pulses, 0);
    assert_int_equal(w.p.probe.swclk_hz, 4000000);
    assert_int_equal(t.core.vcatch, DEMCR_VC_HARDERR);
}

static void long_wires_are_met_with_a_slower_clock(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_make(&w);
    w.max_hz = 300000;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_OK);
    assert_int_equal(w.nrst_pulses, 0);
    assert_true(w.p.probe.swclk_hz <= 300000);
}

static void a_program_that_takes_the_pins_is_caught_under_reset(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    world_make(&w);
    w.needs_reset = true;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_NORMAL), ERR_NO_TARGET);
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_OK);
    assert_int_equal(t.state, TARGET_HALTED);
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_true(stopped);
    assert_int_equal(stop.cause, TARGET_STOP_RESET);
    assert_int_equal(stop.pc, 0x08000200);
    assert_false(stop.was_reset);
}

static void under_reset_without_the_nrst_wire_resets_through_swd(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_make(&w);
    w.no_nrst = true;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_UNDER_RESET), ERR_OK);
    assert_int_equal(t.state, TARGET_HALTED);
    assert_int_equal(t.last_stop.cause, TARGET_STOP_RESET);
    assert_false(t.last_stop.was_reset);
}

static void hotplug_never_touches_nrst(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_make(&w);
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_HOTPLUG), ERR_OK);
    assert_true(w.running);
    assert_int_equal(w.dbgmcu_cr, 1);
    assert_int_equal(w.dbgmcu_fz, 3u << 11);
    w.dead = true;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_HOTPLUG), ERR_NO_TARGET);
    assert_int_equal(w.nrst_pulses, 0);
}

static void the_sentence_of_a_failure_tells_what_was_measured(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_make(&w);
    w.dead = true;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_NO_TARGET);
    world_assert_says(
        &w, "no target answers on SWD (tried at 4000 kHz, at 240 kHz, under reset, right after");
    world_assert_says(&w, "VTref is 3.27 V");
    world_assert_says(&w, "0x09");
    world_assert_says(&w, "read protection level 2");
    assert_true(strlen(w.p.log.sentence) < LOG_SENTENCE_SIZE - 1);
    assert_false(w.p.probe.in_debug);
    assert_false(w.nrst_low);
    w.vtref_mv = 20;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_NO_TARGET);
    world_assert_says(&w,
                      "VTref is 0.02 V: the target is not powered, or the VTref wire is missing");
}

static void a_probe_that_vanishes_ends_connecting_at_once(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_make(&w);
    w.gone = true;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_PROBE_LOST);
    assert_int_equal(w.p.now_us, 0);
}

static void everything_is_left_as_it_was_found(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(w.dbgmcu_cr, 7);
    assert_int_equal(w.dbgmcu_fz, 3u << 11);
    put_le16(&w.ram[0x100], 0x2001);
    assert_int_equal(target_set_break(&t, false, RAM + 0x100), ERR_OK);
    assert_int_equal(target_set_break(&t, true, FLASH + 0x100), ERR_OK);
    w.gate = 0; // as after a reset
    target_disconnect(&t, false);
    assert_int_equal(w.dbgmcu_cr, 1);
    assert_int_equal(w.dbgmcu_fz, 0);
    assert_int_equal(w.gate, 0);
    assert_int_equal(w.closed_gate_writes, 0);
    assert_int_equal(get_le16(&w.ram[0x100]), 0x2001);
    assert_false(bpu_has(&t.core.bpu, FLASH + 0x100));
    assert_true(w.detached && w.running && !w.p.probe.in_debug);
}

static void
a_running_target_that_nobody_debugs_is_as_it_was_found_until_somebody_comes(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    uint8_t byte;
    world_attach(&w, &t);
    assert_int_equal(target_set_break(&t, true, FLASH + 0x100), ERR_OK);
    assert_int_equal(target_release(&t), ERR_OK);
    assert_int_equal(w.dbgmcu_cr, 1);
    assert_int_equal(w.dbgmcu_fz, 0);
    assert_false(bpu_has(&t.core.bpu, FLASH + 0x100));
    assert_true(w.detached && w.running && !w.debug_enabled && w.p.probe.in_debug);
    // It can be looked at, and a lockup is its own affair.
    w.lockup = true;
    assert_int_equal(target_read_mem(&t, RAM, &byte, 1, NULL), ERR_OK);
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_false(stopped || w.debug_enabled);
    w.lockup = false;
    assert_int_equal(target_hold(&t), ERR_OK);
    assert_true(w.debug_enabled && w.running);
    assert_int_equal(w.dbgmcu_cr, 7);
    assert_int_equal(target_halt(&t), ERR_OK);
    target_disconnect(&t, false);
    assert_int_equal(w.dbgmcu_cr, 1);
}

static void a_halted_target_that_nobody_debugs_stays_halted(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(target_release(&t), ERR_OK);
    assert_true(w.detached && !w.running && w.debug_enabled);
    assert_int_equal(w.dbgmcu_fz, 3u << 11); // or a watchdog would reset it
    assert_int_equal(target_hold(&t), ERR_OK);
    assert_int_equal(t.state, TARGET_HALTED);
    assert_int_equal(target_release(&t), ERR_OK);
    w.running = true; // somebody pressed the reset button
    assert_int_equal(target_hold(&t), ERR_OK);
    assert_int_equal(t.state, TARGET_RUNNING);
    target_disconnect(&t, false);
    assert_int_equal(w.dbgmcu_fz, 0);
}

// Lets one access of target_hold() fail, and tries again. Returns false when it has fewer accesses.
static bool hold_with_a_glitch(bool halted, unsigned accesses, unsigned *failures)
{
    struct world w;
    struct target t;
    world_attach(&w, &t);
    assert_int_equal(halted ? target_halt(&t) : ERR_OK, ERR_OK);
    assert_int_equal(target_release(&t), ERR_OK);
    w.debug_enabled = false;
    w.glitch_after = accesses;
    bool failed = target_hold(&t) == ERR_LINK;
    assert_int_equal(t.released, failed);
    assert_int_not_equal(t.state, TARGET_LOST);
    *failures += failed;
    const bool reached = w.glitch_after == 0;
    w.glitch_after = 0;
    assert_int_equal(target_hold(&t), ERR_OK);
    assert_true(w.debug_enabled && !t.released);
    assert_int_equal(w.dbgmcu_cr, 7);
    target_disconnect(&t, false);
    assert_int_equal(w.dbgmcu_cr, 1);
    return reached;
}

// Attaching is tried twice; what comes after it once.
static void a_hold_that_fails_at_any_access_is_undone_and_can_be_tried_again(void **state)
{
    (void)state;
    unsigned running = 1, halted = 1, failures = 0;
    while (hold_with_a_glitch(false, running, &failures))
        running++;
    while (hold_with_a_glitch(true, halted, &failures))
        halted++;
    assert_in_range(running, 8, 40);
    assert_in_range(halted, 8, 40);
    assert_in_range(failures, 2, running + halted - 10);
}

// ---- breakpoints and memory ---------------------------------------------------------------------

static void run_and_halt(struct target *t)
{
    assert_int_equal(target_resume(t), ERR_OK);
    assert_int_equal(target_halt(t), ERR_OK);
}

static void software_breakpoints_are_not_seen_and_survive_writes(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    uint8_t data[8];
    static const uint8_t fresh[8] = {10, 11, 12, 13, 14, 15, 16, 17};
    world_attach_halted(&w, &t);
    for (unsigned i = 0; i < 8; i++)
        w.ram[i] = (uint8_t)i;
    assert_int_equal(target_set_break(&t, false, RAM + 2), ERR_OK);
    assert_int_equal(target_set_break(&t, false, RAM + 6), ERR_OK);
    assert_int_equal(get_le16(&w.ram[2]), 0x0302); // written when the core is let go
    run_and_halt(&t);
    assert_int_equal(get_le16(&w.ram[2]), 0xbe00);
    assert_int_equal(target_read_mem(&t, RAM, data, 8, NULL), ERR_OK);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(data[i], i);
    assert_int_equal(target_read_mem(&t, RAM + 3, data, 1, NULL), ERR_OK);
    assert_int_equal(data[0], 3);
    assert_int_equal(target_write_mem(&t, RAM + 3, &fresh[3], 4), ERR_OK);
    assert_int_equal(get_le16(&w.ram[2]), 0xbe00);
    assert_int_equal(get_le16(&w.ram[6]), 0xbe00);
    assert_int_equal(target_clear_break(&t, false, RAM + 2), ERR_OK);
    assert_int_equal(target_clear_break(&t, false, RAM + 6), ERR_OK);
    assert_int_equal(target_read_mem(&t, RAM + 2, data, 2, NULL), ERR_OK);
    assert_int_equal(get_le16(data), 13 << 8 | 2); // not the BKPT that is there still
    run_and_halt(&t);
    static const uint8_t expected[8] = {0, 1, 2, 13, 14, 15, 16, 7};
    assert_memory_equal(w.ram, expected, 8);
}

static void a_breakpoint_set_twice_is_cleared_twice(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(target_set_break(&t, false, RAM + 2), ERR_OK);
        assert_int_equal(target_set_break(&t, false, FLASH + 2), ERR_OK);
    }
    assert_int_equal(target_clear_break(&t, false, RAM + 2), ERR_OK);
    assert_int_equal(target_clear_break(&t, false, FLASH + 2), ERR_OK);
    assert_int_equal(breaks_at(&t, RAM + 2), BREAK_SOFTWARE);
    assert_int_equal(breaks_at(&t, FLASH + 2), BREAK_HARDWARE);
    assert_int_equal(target_clear_break(&t, false, RAM + 2), ERR_OK);
    assert_int_equal(target_clear_break(&t, false, FLASH + 2), ERR_OK);
    assert_int_equal(breaks_at(&t, RAM + 2), BREAK_NONE);
    assert_int_equal(breaks_at(&t, FLASH + 2), BREAK_NONE);
    assert_int_equal(target_clear_break(&t, false, RAM + 2), ERR_USAGE);
    assert_int_equal(target_set_break(&t, true, FLASH + 3), ERR_USAGE);
}

static void flash_is_not_written_like_ram(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    static const uint8_t word[4] = {0};
    world_attach_halted(&w, &t);
    assert_int_equal(target_write_mem(&t, FLASH + 16, word, 4), ERR_USAGE);
    world_assert_says(&w, "`load`");
    assert_int_equal(target_write_mem(&t, FLASH - 2, word, 4), ERR_USAGE);
    assert_int_equal(target_write_mem(&t, 0xfffffffe, word, 4), ERR_USAGE);
    assert_int_equal(target_write_mem(&t, RAM, word, 4), ERR_OK);
    assert_int_equal(target_write_mem(&t, FLASH + 16, word, 0), ERR_OK);
}

static void protected_flash_is_an_error_and_not_zeros(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct flash_job *job;
    uint8_t data[4];
    world_make(&w);
    w.obr = 2;
    assert_int_equal(world_connect(&w, &t, TARGET_CONNECT_AUTO), ERR_OK);
    assert_int_equal(t.id.rdp_level, 1);
    assert_int_equal(target_read_mem(&t, FLASH, data, 4, NULL), ERR_PROTECTED);
    world_assert_says(&w, "`swdlink unlock`");
    assert_int_equal(target_read_mem(&t, RAM, data, 4, NULL), ERR_OK);
    assert_int_equal(target_halt(&t), ERR_OK);
    assert_int_equal(target_flash_open(&t, &job), ERR_PROTECTED);
    world_assert_says(&w, "`swdlink unlock`");
}

// An STM32F303xC has 8 KiB at the core, from where it can run code, too.
static void core_coupled_memory_is_ram(void **state)
{
    (void)state;
    struct target t = {.id = {.die = die_find(0x422), .flash_size = 256 * 1024}};
    for (unsigned i = 0; i < stm32f3_family.chip_count; i++)
        if (stm32f3_family.chips[i].dev_id == 0x422)
            t.id.chip = &stm32f3_family.chips[i];
    assert_non_null(t.id.chip);
    regions_map(&t);
    const struct target_region *ccm = region_at(&t, 0x10001fff), *sram = region_at(&t, 0x20009fff);
    assert_non_null(ccm);
    assert_non_null(sram);
    assert_int_equal(ccm->kind, TARGET_REGION_RAM);
    assert_int_equal(ccm->size, 8 * 1024);
    assert_true(region_is_ram(&t, 0x10000000) && region_is_ram(&t, 0x20000000));
    assert_false(region_is_ram(&t, 0x10002000) || region_is_ram(&t, 0x08000000));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_coupled_memory_is_ram),
        cmocka_unit_test(the_chip_is_recognised_and_described),
        cmocka_unit_test(a_chip_known_by_name_only_can_still_be_debugged),
        cmocka_unit_test(the_map_of_a_chip_known_by_name_only_is_whole),
        cmocka_unit_test(what_is_rom_by_presumption_only_can_be_written),
        cmocka_unit_test(a_region_without_room_is_told),
        cmocka_unit_test(a_debug_port_without_a_core_behind_it_says_what_it_can),
        cmocka_unit_test(a_reset_waits_as_long_as_the_flash_may_take_and_no_longer),
        cmocka_unit_test(an_empty_flash_is_what_its_layout_calls_erased),
        cmocka_unit_test(a_flash_size_that_cannot_be_is_replaced_by_the_largest),
        cmocka_unit_test(a_healthy_target_is_taken_as_it_runs),
        cmocka_unit_test(long_wires_are_met_with_a_slower_clock),
        cmocka_unit_test(a_program_that_takes_the_pins_is_caught_under_reset),
        cmocka_unit_test(under_reset_without_the_nrst_wire_resets_through_swd),
        cmocka_unit_test(hotplug_never_touches_nrst),
        cmocka_unit_test(the_sentence_of_a_failure_tells_what_was_measured),
        cmocka_unit_test(a_probe_that_vanishes_ends_connecting_at_once),
        cmocka_unit_test(everything_is_left_as_it_was_found),
        cmocka_unit_test(
            a_running_target_that_nobody_debugs_is_as_it_was_found_until_somebody_comes),
        cmocka_unit_test(a_halted_target_that_nobody_debugs_stays_halted),
        cmocka_unit_test(a_hold_that_fails_at_any_access_is_undone_and_can_be_tried_again),
        cmocka_unit_test(software_breakpoints_are_not_seen_and_survive_writes),
        cmocka_unit_test(a_breakpoint_set_twice_is_cleared_twice),
        cmocka_unit_test(flash_is_not_written_like_ram),
        cmocka_unit_test(protected_flash_is_an_error_and_not_zeros),
    };
    return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
