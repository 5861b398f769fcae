// SPDX-License-Identifier: MIT
// The virtual chips as parts: sizes, identity, boot modes and the empty check, from RM0091 and
// RM0360 (2.5, 3.2.1, 32.4.1, 33) and the data sheets' first pages.
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#include "sim/chip/part.h"
#include "sim/families/chips.h"
#include "sim/families/stm32f0.h"
#include "targets/chip.h"

#define KIB 1024u

// The driver's entry for the same die, or NULL.
static const struct chip *find_in_product(const struct sim_chip_row *row)
{
    for (unsigned f = 0; f < family_count; f++) {
        for (unsigned k = 0; k < families[f]->chip_count; k++) {
            if (families[f]->chips[k].dev_id == (row->idcode & 0xfff))
                return &families[f]->chips[k];
        }
    }
    return NULL;
}

static void every_part_has_the_sizes_of_its_data_sheet(void **state)
{
    static const struct {
        const char *name;
        unsigned dev_id, flash_kib, page, sram_kib;
        uint32_t system_base;
    } parts[] = {
        {"stm32f030f4", 0x444, 16, 1024, 4, 0x1fffec00},
        {"stm32f031k6", 0x444, 32, 1024, 4, 0x1fffec00},
        {"stm32f042k6", 0x445, 32, 1024, 6, 0x1fffc400},
        {"stm32f070f6", 0x445, 32, 1024, 6, 0x1fffc400},
        {"stm32f051c8", 0x440, 64, 1024, 8, 0x1fffec00},
        {"stm32f030c8", 0x440, 64, 1024, 8, 0x1fffec00},
        {"stm32f072rb", 0x448, 128, 2048, 16, 0x1fffc800},
        {"stm32f070rb", 0x448, 128, 2048, 16, 0x1fffc800},
        {"stm32f091rc", 0x442, 256, 2048, 32, 0x1fffd800},
        {"stm32f030rc", 0x442, 256, 2048, 32, 0x1fffd800},
    };
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct chip_bench *b = make_chip(parts[i].name);
        const struct sim_chip_row *row = sim_chips_find(parts[i].name);
        uint32_t last_flash = FLASH + parts[i].flash_kib * KIB - 4;
        uint32_t last_sram = SRAM + parts[i].sram_kib * KIB - 4, v;
        const struct chip *found = find_in_product(row);
        power_up(b);
        assert_non_null(found);
        assert_int_equal(rd(b, found->family->idcode_addr) & 0xfff, parts[i].dev_id);
        assert_int_equal(rd(b, found->flash_size_addr) & 0xffff, parts[i].flash_kib);
        assert_int_equal(try_read(b, last_flash, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, last_flash + 4, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, last_sram, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, last_sram + 4, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, parts[i].system_base, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, parts[i].system_base - 4, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(sim_chip_row_memory(row, SIM_MEMORY_FLASH)->page_size, parts[i].page);
        drop_chip(b);
    }
}

static unsigned flash_kib_of_letter(char letter)
{
    static const struct {
        char letter;
        unsigned kib;
    } sizes[] = {{'3', 8},   {'4', 16},  {'6', 32},  {'8', 64}, {'b', 128},
                 {'z', 192}, {'c', 256}, {'d', 384}, {'e', 512}};
    unsigned i = 0;
    while (sizes[i].letter != letter)
        i++;
    return sizes[i].kib;
}

// The last letter of a name is the flash's size (data sheets, ordering information).
static void every_l0_part_has_the_sizes_that_its_name_says(void **state)
{
    const struct sim_chip_row *row;
    unsigned parts = 0;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strcmp(row->family->name, "STM32L0") != 0)
            continue;
        struct chip_bench *b = make_chip(row->name);
        unsigned kib = flash_kib_of_letter(row->name[strlen(row->name) - 1]);
        uint32_t sram = sim_chip_row_memory(row, SIM_MEMORY_SRAM)->size, v;
        poke_loop(b);
        power_up(b);
        assert_int_equal(rd(b, 0x40015800), row->idcode);
        assert_int_equal(rd(b, 0x1ff8007c) & 0xffff, kib);
        assert_int_equal(try_read(b, FLASH + kib * KIB - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, FLASH + kib * KIB, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, SRAM + sram - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, SRAM + sram, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
        drop_chip(b);
        parts++;
    }
    assert_int_equal(parts, 100);
}

// And so do those of the STM32F3, whose 69 parts ST has.
static void every_f3_part_has_the_sizes_that_its_name_says(void **state)
{
    const struct sim_chip_row *row;
    unsigned parts = 0;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strcmp(row->family->name, "STM32F3") != 0)
            continue;
        struct chip_bench *b = make_chip(row->name);
        unsigned kib = flash_kib_of_letter(row->name[strlen(row->name) - 1]);
        uint32_t sram = sim_chip_row_memory(row, SIM_MEMORY_SRAM)->size, v;
        poke_loop(b);
        power_up(b);
        assert_int_equal(rd(b, 0xe0042000), row->idcode);
        assert_int_equal(rd(b, 0x1ffff7cc) & 0xffff, kib);
        assert_int_equal(try_read(b, FLASH + kib * KIB - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, FLASH + kib * KIB, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, SRAM + sram - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, SRAM + sram, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
        drop_chip(b);
        parts++;
    }
    assert_int_equal(parts, 69);
}

// list-chips says of a family that it was tried on the virtual board only when there is such a
// chip.
static void a_family_that_was_tried_here_has_a_virtual_chip(void **state)
{
    (void)state;
    for (unsigned f = 0; f < family_count; f++) {
        const struct sim_chip_row *row;
        unsigned found = 0;
        for (unsigned i = 0; (row = sim_chips_at(i)); i++)
            found += strcmp(row->family->name, families[f]->name) == 0;
        assert_true(found || !(families[f]->tried & FAMILY_TRIED_ON_BOARD));
        assert_true(families[f]->tried & FAMILY_TRIED_ON_BOARD ||
                    !(families[f]->tried & FAMILY_TRIED_BY_OTHERS));
    }
    for (unsigned i = 0; i < die_count; i++) {
        const struct sim_chip_row *row;
        bool found = false;
        for (unsigned k = 0; (row = sim_chips_at(k)); k++)
            found |= (row->idcode & 0xfff) == dies[i].dev_id;
        assert_true(found || !chip_support_of(&dies[i]).core_on_board);
    }
}

static bool has_option(const struct chip *chip, const char *name)
{
    for (unsigned i = 0; i < chip->family->option_count; i++) {
        const struct option_field *field = &chip->family->options[i];
        if (strcmp(field->name, name) == 0)
            return !field->feature || chip->features & field->feature;
    }
    return false;
}

// What only the chips of this family have in common.
static void check_stm32f0(const struct sim_chip_row *row, const struct chip *found)
{
    const struct sim_memory_row *system = sim_chip_row_memory(row, SIM_MEMORY_SYSTEM);
    assert_int_equal(system->base + system->size, OPTIONS);
    assert_int_equal(found->empty_check, (row->features & SIM_HAS_EMPTY_CHECK) != 0);
    assert_true(has_option(found, "BOOT_SEL") || !(row->features & SIM_HAS_BOOT_SEL));
}

static bool product_programs(const char *family)
{
    for (unsigned f = 0; f < family_count; f++) {
        if (strcmp(families[f]->name, family) == 0)
            return true;
    }
    return false;
}

// SRAM from where it begins, with those that follow it, if only at a second address.
static uint32_t sram_in_one_piece(const struct sim_chip_row *row)
{
    uint32_t end = sim_chip_row_memory(row, SIM_MEMORY_SRAM)->base;
    for (unsigned i = 0; i < SIM_MAX_MEMORIES && row->memory[i].size; i++) {
        const struct sim_memory_row *m = &row->memory[i];
        if ((m->kind == SIM_MEMORY_SRAM || m->kind == SIM_MEMORY_SRAM2) &&
            (m->base == end || m->alias == end))
            end += m->size;
    }
    return end - sim_chip_row_memory(row, SIM_MEMORY_SRAM)->base;
}

// The product's is that of the largest part of a die, and some of these have less.
static bool may_have_less_sram(const char *name)
{
    static const char *const parts[] = {"stm32c092", "stm32f1", "stm32f2", "stm32f3",
                                        "stm32l1",   "stm32wb", "stm32wle"};
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strncmp(name, parts[i], strlen(parts[i])) == 0)
            return true;
    return false;
}

static void the_table_is_sound_and_the_driver_s_table_agrees(void **state)
{
    const struct sim_chip_row *row;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        const struct chip *found = find_in_product(row);
        const struct sim_memory_row *flash = sim_chip_row_memory(row, SIM_MEMORY_FLASH);
        const uint32_t sram = sram_in_one_piece(row);
        const struct sim_memory_row *system = sim_chip_row_memory(row, SIM_MEMORY_SYSTEM);
        assert_int_equal(flash->size % flash->page_size, 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(sim_chips_at(k)->name, row->name);
        assert_true((found != NULL) == product_programs(row->family->name));
        if (!found)
            continue;
        assert_int_equal(found->layout.run[0].size, flash->page_size);
        assert_true(found->sram_size == sram || may_have_less_sram(row->name));
        assert_true(found->sram_size >= sram);
        assert_int_equal(found->system_base, system->base);
        assert_int_equal(found->system_size, system->size);
        assert_true(found->flash_max >= flash->size);
        if (strcmp(row->family->name, "STM32F0") == 0)
            check_stm32f0(row, found);
    }
    assert_null(sim_chips_find("stm32h7s7z8"));
}

static bool has_part(const struct sim_chip_row *row, const char *name)
{
    const struct sim_part_row *part = row->family->parts;
    while (part->kind && (strcmp(part->name, name) != 0 || part->features & ~row->features))
        part++;
    return part->kind != NULL;
}

static void configs_of_a_chip_are_for_parts_that_it_has(void **state)
{
    const struct sim_chip_row *row;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        for (const struct sim_part_config *c = row->configs; c && c->part; c++) {
            if (!has_part(row, c->part))
                fail_msg("%s has no %s", row->name, c->part);
            assert_non_null(c->config);
        }
    }
}

static void every_family_says_what_its_pins_and_its_supply_are(void **state)
{
    const struct sim_chip_row *row;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        const struct sim_electrics *e = &row->family->electrics;
        assert_true(e->power_down_mv > 1000 && e->power_down_mv <= e->power_on_mv);
        assert_true(e->resting_ma > 0 && e->resting_ma < e->running_ma);
        assert_true(e->drive_ohms > 0 && e->drive_ohms < e->pull_ohms);
        assert_true(e->vil_per_vdd * 3300 + e->vil_mv < e->vih_per_vdd * 3300 + e->vih_mv);
    }
}

static void an_unknown_part_is_refused_with_names_that_begin_like_it(void **state)
{
    struct log log = log_silent();
    struct sim_clock clock = {0};
    struct sim_account account = {0};
    struct sim_chip *chip;
    (void)state;
    assert_int_equal(sim_chips_create(&chip, "stm32f505rc", &clock, &account, &log), ERR_USAGE);
    assert_non_null(strstr(log_sentence(&log, ERR_USAGE), "stm32f030rc"));
    assert_int_equal(sim_chips_create(&chip, "stm32l053r9", &clock, &account, &log), ERR_USAGE);
    assert_string_equal(log_sentence(&log, ERR_USAGE),
                        "there is no virtual chip \"stm32l053r9\"; there are stm32l053r6, "
                        "stm32l053r8");
    assert_int_equal(sim_chips_create(&chip, "stm32l0", &clock, &account, &log), ERR_USAGE);
    assert_non_null(strstr(log_sentence(&log, ERR_USAGE), " more, which swdlink-sim(1) lists"));
}

// ---- boot (2.5) ---------------------------------------------------------------------------------

static void set_option(struct chip_bench *b, unsigned at, uint8_t value)
{
    uint8_t pair[2] = {value, (uint8_t)~value};
    assert_true(sim_chip_poke(b->chip, OPTIONS + at, pair, 2));
}

// MEM_MODE after a power-on with that user option byte and that BOOT0.
static unsigned booted(const char *name, bool boot0, uint8_t user)
{
    struct chip_bench *b = make_chip(name);
    poke_loop(b);
    set_option(b, 2, user);
    sim_chip_set_boot0(b->chip, boot0);
    power_up(b);
    wr(b, RCC_APB2ENR, 1);
    unsigned mode = rd(b, SYSCFG_CFGR1) & 3;
    drop_chip(b);
    return mode;
}

enum { MAIN = 0, SYSTEM = 1, IN_SRAM = 3 };
#define NBOOT0   (1u << 3)
#define NBOOT1   (1u << 4)
#define BOOT_SEL (1u << 7)

static void boot0_and_nboot1_choose_what_boots(void **state)
{
    (void)state;
    assert_int_equal(booted("stm32f031k6", false, 0xff), MAIN);
    assert_int_equal(booted("stm32f031k6", true, 0xff), SYSTEM);
    assert_int_equal(booted("stm32f031k6", true, 0xff & ~NBOOT1), IN_SRAM);
    assert_int_equal(booted("stm32f031k6", false, 0xff & ~NBOOT1), MAIN);
}

static void boot_sel_puts_nboot0_in_place_of_the_pin_where_it_exists(void **state)
{
    (void)state;
    assert_int_equal(booted("stm32f042k6", true, 0xff & ~BOOT_SEL), MAIN);
    assert_int_equal(booted("stm32f042k6", false, 0xff & ~(BOOT_SEL | NBOOT0)), SYSTEM);
    assert_int_equal(booted("stm32f091rc", false, 0xff & ~(BOOT_SEL | NBOOT0 | NBOOT1)), IN_SRAM);
    assert_int_equal(booted("stm32f042k6", false, 0xff & ~NBOOT0), MAIN);
    // F072 and F070x6 do not have these bits.
    assert_int_equal(booted("stm32f072rb", true, 0xff & ~BOOT_SEL), SYSTEM);
    assert_int_equal(booted("stm32f070f6", false, 0xff & ~(BOOT_SEL | NBOOT0)), MAIN);
}

static void boot0_is_sampled_at_the_end_of_each_reset(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_APB2ENR, 1);
    sim_chip_set_boot0(b->chip, true);
    assert_int_equal(rd(b, SYSCFG_CFGR1) & 3, MAIN);
    sim_chip_set_boot0(b->chip, false);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_boot0(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    wr(b, RCC_APB2ENR, 1);
    assert_int_equal(rd(b, SYSCFG_CFGR1) & 3, SYSTEM);
    assert_int_equal(rd(b, 0), rd(b, 0x1fffc800));
}

// ---- the empty check (2.5) ----------------------------------------------------------------------

static unsigned mem_mode(struct chip_bench *b)
{
    wr(b, RCC_APB2ENR, 1);
    return rd(b, SYSCFG_CFGR1) & 3;
}

static void system_reset(struct chip_bench *b)
{
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
}

static void an_empty_flash_boots_the_system_memory_until_the_options_are_loaded_again(void **state)
{
    static const char *const names[] = {"stm32f042k6", "stm32f070f6", "stm32f091rc", "stm32f030rc"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct chip_bench *b = make_chip(names[i]);
        power_up(b);
        assert_int_equal(mem_mode(b), SYSTEM);
        poke_loop(b);
        system_reset(b);
        assert_int_equal(mem_mode(b), SYSTEM); // latched
        wr(b, FLASH_CR, 1u << 13);             // OBL_LAUNCH
        run_ns(b, NS_PER_MS);
        assert_int_equal(mem_mode(b), MAIN);
        assert_true(rd(b, RCC_CSR) & 1u << 25);
        drop_chip(b);
    }
}

static void power_on_looks_at_the_first_word_and_a_reset_does_not(void **state)
{
    struct chip_bench *b = make_chip("stm32f042k6");
    static const uint8_t blank[12] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    (void)state;
    poke_loop(b);
    power_up(b);
    assert_int_equal(mem_mode(b), MAIN);
    assert_true(sim_chip_poke(b->chip, FLASH, blank, sizeof blank));
    system_reset(b);
    assert_int_equal(mem_mode(b), MAIN);
    power_cycle(b);
    assert_int_equal(mem_mode(b), SYSTEM);
    drop_chip(b);
}

static void parts_without_the_check_boot_an_empty_flash(void **state)
{
    static const char *const names[] = {"stm32f031k6", "stm32f051c8", "stm32f072rb"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct chip_bench *b = make_chip(names[i]);
        power_up(b);
        assert_int_equal(mem_mode(b), MAIN);
        assert_true(sim_core_is_locked_up(sim_chip_core(b->chip)));
        drop_chip(b);
    }
}

// ---- peripherals that only some have ------------------------------------------------------------

static void a_part_has_the_peripherals_of_its_memory_map(void **state)
{
    static const struct {
        const char *name;
        uint32_t addr;
        enum sim_bus_status status;
    } cases[] = {
        {"stm32f031k6", 0x40000000, SIM_BUS_OK},    // TIM2
        {"stm32f031k6", 0x40004400, SIM_BUS_FAULT}, // USART2
        {"stm32f030f4", 0x48001000, SIM_BUS_FAULT}, // GPIOE
        {"stm32f051c8", 0x48000c00, SIM_BUS_OK},    // GPIOD
        {"stm32f072rb", 0x48001000, SIM_BUS_OK},    // GPIOE
        {"stm32f072rb", 0x40006c00, SIM_BUS_OK},    // CRS
        {"stm32f051c8", 0x40006c00, SIM_BUS_FAULT}, // CRS
        {"stm32f091rc", 0x40011c00, SIM_BUS_OK},    // USART8
        {"stm32f303cc", 0x48001000, SIM_BUS_OK},    // GPIOE
        {"stm32f334k8", 0x48001000, SIM_BUS_FAULT}, // GPIOE
        {"stm32f303re", 0x48001c00, SIM_BUS_OK},    // GPIOH
        {"stm32f334k8", 0x40000400, SIM_BUS_OK},    // TIM3
        {"stm32f301c8", 0x40000400, SIM_BUS_FAULT}, // TIM3
        {"stm32f302cc", 0x40001400, SIM_BUS_FAULT}, // TIM7
        {"stm32f334k8", 0x40017400, SIM_BUS_OK},    // HRTIM1
        {"stm32f373cc", 0x40016000, SIM_BUS_OK},    // SDADC1
        {"stm32f373cc", 0x50000000, SIM_BUS_FAULT}, // ADC1 and ADC2
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chip_bench *b = make_chip(cases[i].name);
        uint32_t v;
        power_up(b);
        assert_int_equal(try_read(b, cases[i].addr, 4, &v), cases[i].status);
        drop_chip(b);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_that_was_tried_here_has_a_virtual_chip),
        cmocka_unit_test(every_part_has_the_sizes_of_its_data_sheet),
        cmocka_unit_test(every_l0_part_has_the_sizes_that_its_name_says),
        cmocka_unit_test(every_f3_part_has_the_sizes_that_its_name_says),
        cmocka_unit_test(the_table_is_sound_and_the_driver_s_table_agrees),
        cmocka_unit_test(configs_of_a_chip_are_for_parts_that_it_has),
        cmocka_unit_test(every_family_says_what_its_pins_and_its_supply_are),
        cmocka_unit_test(an_unknown_part_is_refused_with_names_that_begin_like_it),
        cmocka_unit_test(boot0_and_nboot1_choose_what_boots),
        cmocka_unit_test(boot_sel_puts_nboot0_in_place_of_the_pin_where_it_exists),
        bench_test(boot0_is_sampled_at_the_end_of_each_reset),
        cmocka_unit_test(an_empty_flash_boots_the_system_memory_until_the_options_are_loaded_again),
        cmocka_unit_test(power_on_looks_at_the_first_word_and_a_reset_does_not),
        cmocka_unit_test(parts_without_the_check_boot_an_empty_flash),
        cmocka_unit_test(a_part_has_the_peripherals_of_its_memory_map),
    };
    return cmocka_run_group_tests_name("sim_chips", tests, NULL, NULL);
}
