// SPDX-License-Identifier: MIT
// The virtual board put together: time, supply, USB endpoints, account.
#include "sim/board/board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/board/board_state.h"
#include "sim/families/chips.h"
#include "sim/wire/vcd.h"

#define DEFAULT_CHIP "stm32f031k6"
#define UPTIME_MS    100u
#define CATCH_UP_NS  100000000u
#define SLICE_NS     1000000u
#define LEAST_NS     20000u // of the wall's time, so that a board never stands still

// ---- time ---------------------------------------------------------------------------------------

void board_advance_to(struct sim_board *board, uint64_t ns)
{
    if (ns > board->clock.now_ns)
        sim_chip_run(board->chip, ns);
    sim_wires_run_swo(&board->wires);
    sim_stlink_trace_run(&board->stlink.trace, board->clock.now_ns * 1000);
    if (board->wires.vcd)
        sim_vcd_reached(board->wires.vcd, board->clock.now_ns);
}

static void swo_changed(void *arg, uint64_t at_ps, bool level)
{
    struct sim_board *board = arg;
    sim_stlink_trace_edge(&board->stlink.trace, at_ps, level);
}

static void spend(void *arg, uint64_t ns)
{
    struct sim_board *board = arg;
    board_advance_to(board, board->clock.now_ns + ns);
}

static uint64_t wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void sim_board_set_follow(struct sim_board *board, bool on)
{
    board->follow = on;
    board->wall_start_ns = board->follow_ended_ns = wall_ns();
    board->follow_start_ns = board->clock.now_ns;
}

void sim_board_set_company(struct sim_board *board, unsigned boards)
{
    board->company = boards;
}

// The wall's time that catching up may take. Boards in one thread share half of it, and leave the
// other half for USB: a board that takes what it needs makes the others need more, and none of them
// ever catches up.
static uint64_t follow_budget_ns(const struct sim_board *board, uint64_t missed_ns, uint64_t wall)
{
    if (board->company <= 1)
        return missed_ns;
    uint64_t share = (wall - board->follow_ended_ns) / (2u * board->company);
    return share > LEAST_NS ? share : LEAST_NS;
}

// The virtual clock may run ahead of the wall (USB costs what it costs), and stays behind only as
// far as this machine is too slow.
void board_follow_wall(struct sim_board *board)
{
    if (!board->follow)
        return;
    uint64_t now = board->clock.now_ns,
             due = board->follow_start_ns + (wall_ns() - board->wall_start_ns);
    if (due <= now)
        return;
    if (due - now > CATCH_UP_NS) { // whoever was away for longer missed it
        board->follow_start_ns -= due - now - CATCH_UP_NS;
        due = now + CATCH_UP_NS;
    }
    uint64_t started = wall_ns(), budget = follow_budget_ns(board, due - now, started);
    while (board->clock.now_ns < due && wall_ns() - started <= budget) {
        uint64_t next = board->clock.now_ns + SLICE_NS;
        board_advance_to(board, next < due ? next : due);
    }
    // A machine that is slower than its boards would do nothing else than run after them.
    board->follow_ended_ns = wall_ns();
    if (board->clock.now_ns < due) {
        board->follow_start_ns = board->clock.now_ns;
        board->wall_start_ns = board->follow_ended_ns;
    }
}

uint64_t sim_board_now_ns(const struct sim_board *board)
{
    return board->clock.now_ns - board->opened_ns;
}

void sim_board_wait_ns(struct sim_board *board, uint64_t ns)
{
    spend(board, ns);
    board_follow_wall(board);
}

// ---- opening and closing ------------------------------------------------------------------------

uint64_t board_random(struct sim_board *board)
{
    board->seed = board->seed * 6364136223846793005ull + 1442695040888963407ull;
    return board->seed >> 32;
}

static void assemble_aps(struct sim_board *board)
{
    unsigned more;
    const struct sim_ap_row *row = sim_chip_more_aps(board->chip, &more);
    for (unsigned i = 0; i <= more; i++)
        board->memap[i] = (struct sim_memap){
            .chip = board->chip, .clock = &board->clock, .row = i ? &row[i - 1] : NULL};
    board->dp = (struct sim_swdp){.ap = board->memap, .aps = 1 + more, .account = &board->account};
}

static void assemble(struct sim_board *board)
{
    assemble_aps(board);
    sim_wires_init(&board->wires, &board->dp, board->chip, &board->clock);
    sim_supply_init(&board->supply, &board->wires, board->chip, &board->clock);
    sim_stlink_init(&board->stlink, &sim_stlink_models[0]);
    board->stlink.wires = &board->wires;
    board->wires.swo_changed = swo_changed;
    board->wires.swo_arg = board;
    board->stlink.swd.wires = &board->wires;
    board->stlink.swd.account = &board->account;
    board->stlink.swd.spend = spend;
    board->stlink.swd.arg = board;
    board->seed = 1;
    board->uptime_ms = UPTIME_MS;
    strcpy(board->serial, "303030303030303030303031");
}

static enum err parse(struct sim_board *board, char *text)
{
    enum err e = ERR_OK;
    char *save = NULL;
    for (char *word = strtok_r(text, ",", &save); word && e == ERR_OK;
         word = strtok_r(NULL, ",", &save)) {
        char *equals = strchr(word, '=');
        if (!equals)
            return log_fail(board->log, ERR_USAGE,
                            "\"%s\" in the virtual board's text is not of the form KEY=VALUE",
                            word);
        *equals = '\0';
        e = board_set(board, word, equals + 1);
    }
    return e;
}

static void destroy(struct sim_board *board)
{
    sim_chip_destroy(board->chip);
    sim_account_clear(&board->account);
    free(board);
}

// Who comes to debug a board finds it at work: its program has long done what it does at first.
static void been_on(struct sim_board *board)
{
    board_advance_to(board, board->clock.now_ns + (uint64_t)board->uptime_ms * 1000000u);
    board->opened_ns = board->clock.now_ns;
    board->account.instructions = 0;
}

enum err sim_board_open(struct sim_board **out, const char *text, struct log *log)
{
    char chip_name[64] = DEFAULT_CHIP;
    const char *comma = strchr(text, ',');
    size_t len = comma ? (size_t)(comma - text) : strlen(text);
    if (len >= sizeof chip_name)
        return log_fail(log, ERR_USAGE, "\"%s\" is no virtual board", text);
    if (len && !memchr(text, '=', len)) {
        memcpy(chip_name, text, len);
        chip_name[len] = '\0';
        text = comma ? comma + 1 : "";
    }
    struct sim_board *board = calloc(1, sizeof *board);
    char *rest = strdup(text);
    if (!board || !rest) {
        free(board);
        free(rest);
        return ERR_MEMORY;
    }
    board->log = log;
    enum err e = sim_chips_create(&board->chip, chip_name, &board->clock, &board->account, log);
    if (e == ERR_OK) {
        assemble(board);
        e = parse(board, rest);
    }
    free(rest);
    if (e != ERR_OK) {
        destroy(board);
        return e;
    }
    board->usb.plugged = true;
    board->supply.live = true; // now, with all that the text says, the board gets its supply
    sim_supply_changed(&board->supply);
    been_on(board);
    board->opened = true;
    e = board_vcd_begin(board);
    if (e != ERR_OK) {
        destroy(board);
        return e;
    }
    *out = board;
    return ERR_OK;
}

static enum err write_account(struct sim_board *board)
{
    char *json = sim_account_json(&board->account, sim_board_now_ns(board));
    FILE *f = json ? fopen(board->account_file, "w") : NULL;
    bool ok = f && fprintf(f, "%s\n", json) > 0;
    if (f)
        ok &= fclose(f) == 0;
    free(json);
    if (ok)
        return ERR_OK;
    return log_fail(board->log, ERR_FILE, "the virtual board's account %s could not be written: %s",
                    board->account_file, strerror(errno));
}

static enum err write_store(struct sim_board *board)
{
    return sim_chip_store_write(board->chip, board->store_file);
}

// Of several files that cannot be written the last one keeps the sentence; those before are told
// in lines.
static enum err close_file(struct sim_board *board, enum err before,
                           enum err (*write)(struct sim_board *board))
{
    const struct log_mark kept = log_keep(board->log);
    enum err e = write(board);
    if (before && e)
        log_line(board->log, LOG_ERROR, "%s", kept.sentence);
    return e ? e : before;
}

enum err sim_board_close(struct sim_board *board)
{
    enum err e = ERR_OK;
    if (board->account_file[0])
        e = close_file(board, e, write_account);
    e = close_file(board, e, board_vcd_close);
    if (board->store_file[0])
        e = close_file(board, e, write_store);
    destroy(board);
    return e;
}

enum err sim_board_set(struct sim_board *board, const char *key, const char *value)
{
    return board_set(board, key, value);
}

bool sim_board_peek(struct sim_board *board, uint32_t addr, uint32_t *value)
{
    return sim_chip_peek_word(board->chip, addr, value);
}

bool sim_board_poke(struct sim_board *board, uint32_t addr, uint32_t value)
{
    return sim_chip_poke_word(board->chip, addr, value);
}

struct sim_chip *sim_board_chip(struct sim_board *board)
{
    return board->chip;
}

struct sim_account *sim_board_account(struct sim_board *board)
{
    return &board->account;
}

void sim_board_watch_swd(struct sim_board *board,
                         void (*watch)(void *arg, const struct sim_swd_event *event), void *arg)
{
    board->stlink.swd.watch = watch;
    board->stlink.swd.watch_arg = arg;
}
