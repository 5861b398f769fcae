// SPDX-License-Identifier: MIT
#include "doctor/header.h"

#include <stdio.h>
#include <string.h>

enum { VTREF, SWCLK, GND, SWDIO, NRST };

// A likely finding that condemns a wire.
static const struct {
    const char *id;
    unsigned wires; // bits
    enum wire_state state;
    const char *text;
} judgements[] = {
    {"vtref-not-wired", 1u << VTREF, WIRE_BAD, "not connected"},
    {"not-connected", 0x1f, WIRE_BAD, "not connected"},
    {"target-unpowered", 1u << VTREF, WIRE_BAD, "no supply"},
    {"target-undervoltage", 1u << VTREF, WIRE_SHAKY, "too low"},
    {"target-overvoltage", 1u << VTREF, WIRE_BAD, "too high"},
    {"supply-unstable", 1u << VTREF, WIRE_SHAKY, "comes and goes"},
    {"gnd-open", 1u << GND, WIRE_BAD, "not connected"},
    {"swd-swapped", 1u << SWDIO | 1u << SWCLK, WIRE_BAD, "swapped"},
    {"swd-joined", 1u << SWDIO | 1u << SWCLK, WIRE_BAD, "touching each other"},
    {"swclk-fault", 1u << SWCLK, WIRE_BAD, "open or shorted"},
    {"swdio-open", 1u << SWDIO, WIRE_BAD, "open"},
    {"swdio-low", 1u << SWDIO, WIRE_BAD, "shorted to ground"},
    {"swdio-high", 1u << SWDIO, WIRE_BAD, "shorted to the supply"},
    {"nrst-low", 1u << NRST, WIRE_BAD, "held low"},
    {"nrst-not-wired", 1u << NRST, WIRE_BAD, "no effect"},
    {"nrst-slow", 1u << NRST, WIRE_SHAKY, "rises slowly"},
    {"core-slow", 1u << SWDIO | 1u << SWCLK, WIRE_GOOD, "good, at a slow clock"},
    {"link-marginal", 1u << SWDIO | 1u << SWCLK, WIRE_SHAKY, "errors"},
};

static void set_wire(struct header_wire *w, enum wire_state state, const char *text)
{
    w->state = state;
    snprintf(w->text, sizeof w->text, "%s", text);
}

static bool any_answer(const struct measurements *m)
{
    for (unsigned attempt = 0; attempt < ATTEMPT_COUNT; attempt++)
        if (measure_answers(m, attempt))
            return true;
    return false;
}

static void describe_voltage(struct header_wire *w, const struct measurements *m)
{
    unsigned mv = m->supply.idle.mean_mv;
    w->state = m->supply.known ? WIRE_GOOD : WIRE_UNKNOWN;
    snprintf(w->text, sizeof w->text, m->supply.known ? "%u.%02u V" : "not measured", mv / 1000,
             mv % 1000 / 10);
}

static void condemn(struct header_wire wires[HEADER_WIRES], const char *id)
{
    for (unsigned i = 0; i < sizeof judgements / sizeof judgements[0]; i++) {
        if (strcmp(judgements[i].id, id) != 0)
            continue;
        for (unsigned w = 0; w < HEADER_WIRES; w++) {
            if (!(judgements[i].wires & 1u << w) || wires[w].state == WIRE_BAD)
                continue;
            wires[w].state = judgements[i].state;
            size_t used = w == VTREF ? strlen(wires[w].text) : 0;
            snprintf(wires[w].text + used, sizeof wires[w].text - used, "%s%s", used ? ", " : "",
                     judgements[i].text);
        }
    }
}

void header_describe(struct header_wire wires[HEADER_WIRES], const struct measurements *m,
                     const struct diagnosis *d)
{
    const char *const names[HEADER_WIRES][2] = {{"VTref", "VDD"},
                                                {"SWCLK", family_swclk(m->chip.id.chip)},
                                                {"GND", "VSS"},
                                                {"SWDIO", family_swdio(m->chip.id.chip)},
                                                {"NRST", "NRST"}};
    // UM1075, 3; UM1724, 6.2; ARM DUI 0499. Of the grounds, the one beside SWCLK or SWDIO.
    static const uint8_t pins[HEADER_WIRES][3] = {
        {1, 1, 1}, {9, 4, 2}, {8, 3, 3}, {7, 2, 4}, {15, 10, 5}};
    bool answered = any_answer(m), nrst = m->reset.tested && m->reset.works;
    for (unsigned i = 0; i < HEADER_WIRES; i++) {
        wires[i] = (struct header_wire){.probe = names[i][0],
                                        .board = names[i][1],
                                        .pin20 = pins[i][0],
                                        .pin10 = pins[i][1],
                                        .pin6 = pins[i][2]};
        set_wire(&wires[i], answered ? WIRE_GOOD : WIRE_UNKNOWN,
                 answered ? "good" : "cannot be told apart");
    }
    describe_voltage(&wires[VTREF], m);
    const bool pulled = m->answer[ATTEMPT_UNDER_RESET].tries && !answered;
    set_wire(&wires[NRST], nrst ? WIRE_GOOD : WIRE_UNKNOWN,
             nrst     ? "resets the chip"
             : pulled ? "pulled low: no answer either"
                      : "not tested");
    for (unsigned i = 0; i < d->count; i++)
        if (d->finding[i].percent >= DIAGNOSIS_LIKELY)
            condemn(wires, d->finding[i].rule->id);
}
