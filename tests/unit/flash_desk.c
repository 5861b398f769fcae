// SPDX-License-Identifier: MIT
#include "tests/unit/flash_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "targets/options.h"

static void hear(void *user, enum log_level level, const char *line)
{
    struct desk *d = user;
    (void)level;
    size_t n = strlen(d->heard);
    if (n + strlen(line) + 2 < sizeof d->heard)
        strcat(strcpy(&d->heard[n], line), "\n");
}

void plug_in(struct desk *d)
{
    struct target_options options = {.connect = TARGET_CONNECT_AUTO};
    OK(stlink_open(&d->st, sim_link_to(d->board), &d->log));
    OK(target_connect(&d->t, &d->st.probe, &options, &d->log));
    OK(target_reset(&d->t, true));
}

struct desk *open_desk(const char *text)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->log = log_silent();
    d->log.level = LOG_NOTE;
    d->log.write = hear;
    d->log.user = d;
    OK(sim_board_open(&d->board, text, &d->log));
    plug_in(d);
    return d;
}

void close_desk_but_for(struct desk *d, const char *allowed)
{
    target_disconnect(&d->t, false);
    stlink_close(&d->st);
    struct sim_account *a = sim_board_account(d->board);
    unsigned others = a->violation_count > SIM_MAX_VIOLATIONS;
    for (unsigned i = 0; i < a->violation_count && i < SIM_MAX_VIOLATIONS; i++) {
        if (allowed && strstr(a->violations[i], allowed))
            continue;
        print_message("violation: %s\n", a->violations[i]);
        others++;
    }
    assert_int_equal(others, 0);
    OK(sim_board_close(d->board));
    free(d);
}

void close_desk(struct desk *d)
{
    close_desk_but_for(d, NULL);
}

uint8_t *some_image(size_t len, unsigned seed)
{
    uint8_t *image = malloc(len);
    assert_non_null(image);
    uint32_t x = seed * 2654435761u + 1;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525u + 1013904223u;
        image[i] = (uint8_t)(x >> 24);
    }
    return image;
}

void fill_chip(struct desk *d, const uint8_t *image, size_t len)
{
    assert_true(sim_chip_poke(sim_board_chip(d->board), FLASH, image, len));
}

void assert_chip_holds(struct desk *d, uint32_t addr, const uint8_t *image, size_t len)
{
    uint8_t *chip = malloc(len);
    assert_non_null(chip);
    assert_true(sim_chip_peek(sim_board_chip(d->board), addr, chip, len));
    assert_memory_equal(chip, image, len);
    free(chip);
}

uint32_t whole_pages(const struct desk *d, size_t len)
{
    uint32_t page = d->t.bank.layout.run[0].size;
    return ((uint32_t)len + page - 1) / page * page;
}

void begin_job(struct desk *d, enum flash_erase erase, uint32_t addr, uint32_t len)
{
    OK(target_flash_open(&d->t, &d->job));
    flash_job_set_erase(d->job, erase);
    uint32_t start, bytes;
    assert_true(flash_layout_widen(&d->t.bank.layout, addr, len, &start, &bytes));
    OK(flash_job_erase(d->job, start, bytes));
}

enum err step_to_end(struct desk *d)
{
    bool more = true;
    enum err e = ERR_OK;
    while (more && !e)
        e = flash_job_step(d->job, &more);
    return e;
}

enum err finish_job(struct desk *d)
{
    flash_job_close_input(d->job);
    enum err e = step_to_end(d);
    d->stats = *flash_job_stats(d->job);
    enum err end = target_flash_close(&d->t, d->job);
    d->job = NULL;
    return target_note_error(&d->t, e ? e : end);
}

enum err program(struct desk *d, enum flash_erase erase, uint32_t addr, const uint8_t *image,
                 size_t len)
{
    begin_job(d, erase, addr, (uint32_t)len);
    OK(flash_job_write(d->job, addr, image, len));
    return finish_job(d);
}

void program_by_debug_port(struct desk *d, uint32_t addr, const uint8_t *image, size_t len)
{
    struct flash_access access = {.mem = &d->t.mem, .log = &d->log, .bank = &d->t.bank};
    uint32_t start, bytes;
    assert_true(flash_layout_widen(&d->t.bank.layout, addr, len, &start, &bytes));
    OK(flash_job_open(&d->job, &access));
    OK(flash_job_erase(d->job, start, bytes));
    OK(flash_job_write(d->job, addr, image, len));
    OK(finish_job(d));
    assert_false(d->stats.by_loader);
    assert_chip_holds(d, addr, image, len);
}

unsigned took_ms(const struct desk *d)
{
    return (unsigned)((d->stats.ended_us - d->stats.started_us + 999) / 1000);
}

uint32_t word_at(struct desk *d, uint32_t addr)
{
    uint8_t word[4];
    OK(target_read_mem(&d->t, addr, word, 4, NULL));
    return get_le32(word);
}

void set_word(struct desk *d, uint32_t addr, uint32_t value)
{
    uint8_t word[4];
    put_le32(word, value);
    OK(target_write_mem(&d->t, addr, word, 4));
}

void set_registers(struct desk *d, uint32_t regs[CORTEXM_REG_COUNT])
{
    memset(regs, 0, CORTEXM_REG_COUNT * sizeof regs[0]);
    for (enum cortexm_reg r = CORTEXM_R0; r < CORTEXM_REG_COUNT; r++) {
        if (!cortexm_has_reg(&d->t.core, r) || r == CORTEXM_SP || r == CORTEXM_CONTROL)
            continue;
        regs[r] = r == CORTEXM_XPSR      ? 0xf1000000u
                  : r == CORTEXM_PRIMASK ? 0
                  : r == CORTEXM_FPSCR   ? 0x20000098u // of its bits that exist
                                         : 0x20000100u + 8 * r;
        OK(target_write_reg(&d->t, r, regs[r]));
    }
}

void assert_registers(struct desk *d, const uint32_t regs[CORTEXM_REG_COUNT])
{
    uint32_t value;
    for (enum cortexm_reg r = CORTEXM_R0; r < CORTEXM_REG_COUNT; r++) {
        if (!cortexm_has_reg(&d->t.core, r) || r == CORTEXM_SP)
            continue;
        OK(target_read_reg(&d->t, r, &value));
        assert_int_equal(value, regs[r]);
    }
}

void set_option(struct desk *d, const char *name, uint32_t value)
{
    struct target_options_image options;
    const struct option_field *field = target_option_find(&d->t, name);
    assert_non_null(field);
    OK(target_read_options(&d->t, &options));
    OK(target_option_set(&d->t, field, &options, value));
    OK(target_write_options(&d->t, &options));
    OK(target_read_options(&d->t, &options));
    assert_int_equal(target_option_get(&d->t, field, &options), value);
    OK(target_halt(&d->t));
}

// ---- whole tests --------------------------------------------------------------------------------

void fpec_keeps_its_figures(const char *board, size_t len, uint32_t page, unsigned unit_ns,
                            unsigned again_ms)
{
    struct desk *d = open_desk(board);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    const unsigned program_ms = (unsigned)(len / 2 * unit_ns / 1000000);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_true(d->stats.by_loader);
    assert_in_range(took_ms(d), 1, program_ms * 103 / 100 + 30);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 1, (program_ms + 30) * 103 / 100 + 30);
    assert_int_equal(sim_board_account(d->board)->mass_erases, 1);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, image, len));
    assert_in_range(took_ms(d), 1, (program_ms + 30 * (unsigned)(len / page)) * 103 / 100 + 30);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 1, again_ms);
    assert_int_equal(d->stats.skipped, len);
    assert_chip_holds(d, FLASH, image, len);
    free(image);
    free(other);
    close_desk(d);
}

void fpec_leaves_as_found(struct desk *d, const uint32_t *kept, unsigned count)
{
    uint8_t *image = some_image(8192, 2);
    uint32_t before[16];
    assert_in_range(count, 1, sizeof before / sizeof before[0]);
    set_word(d, 0x40021014, 0x54); // CRCEN
    set_word(d, 0x40023000, 0x12345678);
    for (unsigned i = 0; i < count; i++)
        before[i] = word_at(d, kept[i]);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192));
    assert_true(d->stats.by_loader);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(word_at(d, kept[i]), before[i]);
    free(image);
}

void fpec_is_protected_and_opened(const char *board)
{
    struct desk *d = open_desk(board);
    uint8_t *image = some_image(2048, 1), *ones = malloc(2048), back[4];
    assert_non_null(ones);
    memset(ones, 0xff, 2048);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
    set_option(d, "RDP", 1);
    assert_int_equal(target_identity(&d->t)->rdp_level, 1);
    assert_int_equal(target_read_mem(&d->t, FLASH, back, 4, NULL), ERR_PROTECTED);
    OK(target_unlock(&d->t));
    assert_int_equal(target_identity(&d->t)->rdp_level, 0);
    assert_chip_holds(d, FLASH, ones, 2048);
    free(image);
    free(ones);
    close_desk(d);
}

void loader_that_dies_is_replaced(const char *board, enum flash_erase erase)
{
    struct desk *d = open_desk(board);
    // Several pages, of which most are complete.
    const uint32_t page = d->t.bank.layout.run[0].size, step = page < 1024 ? 1024 : page;
    const uint32_t len = 16 * step, first = 9 * step;
    uint8_t *image = some_image(len, 2), udf[2] = {0x00, 0xde};
    begin_job(d, erase, FLASH, len);
    OK(flash_job_write(d->job, FLASH, image, first));
    bool more;
    OK(flash_job_step(d->job, &more));
    OK(flash_job_step(d->job, &more));
    const uint32_t code = (uint32_t)d->t.bank.driver->loader->size;
    for (uint32_t at = RAM + 2; at < RAM + code; at += 2)
        assert_true(sim_chip_poke(sim_board_chip(d->board), at, udf, 2));
    OK(step_to_end(d));
    OK(flash_job_write(d->job, FLASH + first, image + first, len - first));
    OK(finish_job(d));
    assert_non_null(strstr(d->heard, "going on without it"));
    assert_chip_holds(d, FLASH, image, len);
    free(image);
    close_desk(d);
}

static bool job_is_cut_off(struct desk *d, unsigned n, const uint8_t *image, size_t len)
{
    char when[32];
    snprintf(when, sizeof when, "unplug@%llu",
             (unsigned long long)sim_board_account(d->board)->usb_commands + n);
    OK(sim_board_set(d->board, "usb", when));
    enum err e = target_flash_open(&d->t, &d->job);
    if (!e) {
        OK(flash_job_erase(d->job, FLASH, whole_pages(d, len)));
        OK(flash_job_write(d->job, FLASH, image, len));
        e = finish_job(d);
    }
    if (!e)
        return false;
    assert_int_equal(d->t.state, TARGET_LOST);
    sim_board_usb_plug(d->board, true);
    // The loader goes on with what it has. A reset does not wait for erases of seconds.
    target_sleep_us(&d->t, flash_layout_longest_us(&d->t.bank.layout));
    target_disconnect(&d->t, false);
    stlink_close(&d->st);
    plug_in(d);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_chip_holds(d, FLASH, image, len);
    return true;
}

void job_cut_off_anywhere_is_repaired(const char *board, size_t len, unsigned every)
{
    uint8_t *old = some_image(len, 1), *image = some_image(len, 2);
    unsigned n = 1;
    for (bool cut = true; cut; n += every) {
        struct desk *d = open_desk(board);
        fill_chip(d, old, len);
        cut = job_is_cut_off(d, n, image, len);
        close_desk(d);
    }
    assert_true(n > 30);
    free(old);
    free(image);
}
