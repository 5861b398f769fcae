// SPDX-License-Identifier: MIT
// What the board's text says of the probe: model, firmware, the mode that it is found in, serial
// number.
#include <stdlib.h>
#include <string.h>

#include "sim/board/board_state.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is(const char *value, const char *word)
{
    return strcmp(value, word) == 0;
}

// Everything but what ties it to this board starts anew.
static void set_model(struct sim_board *board, const struct sim_stlink_model *model)
{
    struct sim_stlink *s = &board->stlink;
    struct sim_swd_host swd = s->swd;
    struct sim_wires *wires = s->wires;
    bool adc_dead = s->adc_dead;
    enum sim_stlink_exit loader_exit = s->loader_exit;
    sim_stlink_init(s, model);
    swd.swclk_hz = s->swd.swclk_hz;
    s->swd = swd;
    s->wires = wires;
    s->adc_dead = adc_dead;
    s->loader_exit = loader_exit;
}

enum err board_set_probe(struct sim_board *board, const char *value)
{
    for (unsigned i = 0; i < sim_stlink_model_count; i++)
        if (is(value, sim_stlink_models[i].name)) {
            set_model(board, &sim_stlink_models[i]);
            return ERR_OK;
        }
    return board_bad_value(board, "probe", value, "v2, v2-1, v3, v3e or v3pwr");
}

static uint8_t *version_part(struct sim_stlink_model *m, char letter)
{
    switch (letter) {
    case 'J':
        return &m->jtag;
    case 'S':
        return &m->swim;
    case 'M':
        return &m->msd;
    case 'B':
        return m->hardware >= 3 ? &m->bridge : NULL;
    case 'P':
        return m->hardware >= 4 ? &m->power : NULL;
    default:
        return NULL;
    }
}

// [V2]J37S7, as ST's tools print it. Without J: firmware that knows SWIM only.
static bool parse_version(struct sim_stlink_model *m, const char *text)
{
    unsigned long number;
    char *end;
    bool jtag = false;
    if (*text == 'V') {
        if (strtoul(text + 1, &end, 10) != m->hardware)
            return false;
        text = end;
    }
    if (!*text)
        return false;
    for (; *text; text = end) {
        if (text[1] < '0' || text[1] > '9')
            return false;
        number = strtoul(text + 1, &end, 10);
        uint8_t *part = version_part(m, *text);
        if (!part || number > 63)
            return false;
        *part = (uint8_t)number;
        jtag |= *text == 'J';
    }
    m->stm8_only = !jtag;
    return true;
}

enum err board_set_probe_fw(struct sim_board *board, const char *value)
{
    struct sim_stlink_model model = board->stlink.model;
    if (!parse_version(&model, value))
        return board_bad_value(board, "probe-fw", value,
                               "a version of this model, like J37 or V2J37S7");
    board->stlink.model = model;
    return ERR_OK;
}

#define PID_LOADER_V2 0x3748
#define PID_LOADER_V3 0x374d

// The boot loader of a probe whose application is damaged: every model has its own id.
static void enter_loader(struct sim_stlink *s, uint8_t mode)
{
    s->in_loader = true;
    s->model.power_up_mode = s->mode = mode;
    s->model.pid = s->model.hardware >= 3 ? PID_LOADER_V3 : PID_LOADER_V2;
    if (s->model.hardware < 3)
        s->model.ep_out = 0x02;
}

enum err board_set_probe_mode(struct sim_board *board, const char *value)
{
    struct sim_stlink *s = &board->stlink;
    static const char *const words[] = {"dfu", "mass", "debug", "swim",
                                        "bootloader"}; // 0 to 4, as answered
    for (uint8_t mode = 0; mode < COUNT(words); mode++) {
        if (!is(value, words[mode]))
            continue;
        if (mode == 0 || mode == 4)
            enter_loader(s, mode);
        s->mode = mode;
        return ERR_OK;
    }
    return board_bad_value(board, "probe-mode", value, "dfu, bootloader, mass, debug or swim");
}

enum err board_set_loader_exit(struct sim_board *board, const char *value)
{
    static const char *const words[] = {[STLINK_EXIT_IGNORED] = "ignored",
                                        [STLINK_EXIT_OBEYED] = "obeyed",
                                        [STLINK_EXIT_STALLED] = "stalled"};
    for (unsigned i = 0; i < COUNT(words); i++)
        if (is(value, words[i])) {
            board->stlink.loader_exit = (enum sim_stlink_exit)i;
            return ERR_OK;
        }
    return board_bad_value(board, "loader-exit", value, "ignored, obeyed or stalled");
}

enum err board_set_serial(struct sim_board *board, const char *value)
{
    if (is(value, "raw") || is(value, "none")) {
        board->serial_form = is(value, "raw") ? SERIAL_RAW : SERIAL_NONE;
        return ERR_OK;
    }
    if (!*value || strlen(value) >= sizeof board->serial)
        return board_bad_value(board, "serial", value, "raw, none or 1 to 31 characters");
    strcpy(board->serial, value);
    if (board->serial_form == SERIAL_NONE)
        board->serial_form = SERIAL_TEXT;
    return ERR_OK;
}

#define MOST_LATENCY_US 1000000u

enum err board_set_usb_latency(struct sim_board *board, const char *value)
{
    unsigned long long us = 0;
    board->usb.own_latency = !is(value, "frames");
    if (board->usb.own_latency && !board_parse_number(value, MOST_LATENCY_US, &us))
        return board_bad_value(board, "usb-latency", value, "frames or microseconds up to 1000000");
    board->usb.latency_ns = us * 1000;
    return ERR_OK;
}
