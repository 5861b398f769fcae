// SPDX-License-Identifier: MIT
// The sentence of a connection that failed: what was tried, what the probe met, and what to check.
#include <stdio.h>

#include "swd/ap.h"
#include "targets/connect.h"

#define NO_SUPPLY_MV 1200u // an unpowered target is seen with up to 1.2 V at VTref

static void describe_attempts(const struct connect_evidence *ev, char *text, size_t size)
{
    static const enum target_strategy plain[] = {TARGET_STRATEGY_ASKED, TARGET_STRATEGY_SLOWER};
    size_t n = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < 2; i++)
        if (ev->tried & 1u << plain[i])
            n += (size_t)snprintf(&text[n], size - n, "%sat %u kHz", n ? ", " : "",
                                  (i ? SLOW_SWCLK_HZ : ev->asked_hz) / 1000);
    if (ev->tried & 1u << TARGET_STRATEGY_UNDER_RESET)
        n += (size_t)snprintf(&text[n], size - n, "%sunder reset", n ? ", " : "");
    if (ev->tried & 1u << TARGET_STRATEGY_CATCH)
        snprintf(&text[n], size - n, "%sright after reset", n ? ", " : "");
}

void connect_examine_port(struct target *t, struct connect_evidence *ev)
{
    struct mem_ap next = t->mem;
    uint32_t idr = 0, csw = 0, next_idr = 0;
    next.number++;
    enum err e = ap_read_idr(&t->mem, &idr);
    if (!e)
        e = ap_read_csw(&t->mem, &csw);
    ev->closed = !e && idr && !(csw & AP_CSW_DEVICE_EN);
    if (!e && (idr & AP_IDR_TYPE) == AP_IDR_TYPE_APB)
        e = ap_read_idr(&next, &next_idr);
    ev->elsewhere = !e && next_idr && (next_idr & AP_IDR_TYPE) != AP_IDR_TYPE_APB;
    log_forget(t->log);
}

// The port says itself why nothing behind it can be reached.
static enum err fail_at_port(struct target *t, const struct connect_evidence *ev)
{
    if (ev->closed)
        return log_fail(
            t->log, ERR_PROTECTED,
            "the debug port answers, and the chip has closed its access port: a protection keeps "
            "debuggers out (read protection, TrustZone or debug authentication). swdlink cannot "
            "open it; ST's own programmer can where the chip has debug authentication");
    return log_fail(t->log, ERR_UNSUPPORTED,
                    "the debug port answers, and the core is not at its first access port but at "
                    "another one, as in an STM32H5: swdlink does not use others");
}

// The short form of the doctor's verdict. Voltage is evidence and never a veto: some probes
// always report 0 V, others always 3.3 V.
enum err connect_fail(struct target *t, const struct connect_evidence *ev)
{
    char tries[96], vtref[64] = "VTref unknown";
    unsigned mv = 0;
    bool known = debug_probe_get_vtref(t->probe, &mv) == ERR_OK;
    enum err e = ev->answered ? ev->last : ERR_NO_TARGET;
    describe_attempts(ev, tries, sizeof tries);
    if (known)
        snprintf(vtref, sizeof vtref, "VTref is %u.%02u V", mv / 1000, mv % 1000 / 10);
    if (known && mv < NO_SUPPLY_MV && !ev->answered)
        return log_fail(
            t->log, e,
            "no connection to the target (tried %s), and %s: the target is not powered, or the "
            "VTref wire is missing. The probe says: %s (0x%02x). Check the supply and GND; "
            "`swdlink doctor` tells more",
            tries, vtref, debug_probe_status_text(t->probe, ev->status), ev->status);
    if (ev->answered && (ev->closed || ev->elsewhere))
        return fail_at_port(t, ev);
    if (ev->answered)
        return log_fail(
            t->log, e,
            "the debug port answers, but the core behind it cannot be taken over (tried %s): "
            "%s. %s. Likely causes: NRST held low, a supply that drops, wires too long for the "
            "clock (try --speed 100k); `swdlink doctor` tells more",
            tries, ev->sentence, vtref);
    return log_fail(
        t->log, e,
        "no target answers on SWD (tried %s). %s; the probe says: %s (0x%02x). Likely causes, in "
        "this order: SWDIO or SWCLK open, swapped or shorted (to each other, to GND, to the "
        "supply), no common GND or supply, NRST not wired or held low, the program sleeps or turns "
        "SWD off, read protection level 2; `swdlink "
        "doctor` tells "
        "more",
        tries, vtref, debug_probe_status_text(t->probe, ev->status), ev->status);
}
