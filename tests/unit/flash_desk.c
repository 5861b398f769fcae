// SPDX-License-Identifier: MIT
#include "tests/unit/flash_desk.h"

#include <stdlib.h>
#include <string.h>

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

void close_desk(struct desk *d)
{
    target_disconnect(&d->t, false);
    stlink_close(&d->st);
    struct sim_account *a = sim_board_account(d->board);
    for (unsigned i = 0; i < a->violation_count && i < SIM_MAX_VIOLATIONS; i++)
        print_message("violation: %s\n", a->violations[i]);
    assert_int_equal(a->violation_count, 0);
    OK(sim_board_close(d->board));
    free(d);
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
    uint32_t start = addr - addr % d->t.bank.layout.run[0].size;
    OK(flash_job_erase(d->job, start, whole_pages(d, addr - start + len)));
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

unsigned took_ms(const struct desk *d)
{
    return (unsigned)((d->stats.ended_us - d->stats.started_us + 999) / 1000);
}
