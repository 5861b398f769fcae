// SPDX-License-Identifier: MIT
// What keeps the probe itself from being used: told by what opening it said, and by the operating
// system.
#include <string.h>

#include "doctor/odds.h"
#include "doctor/rules.h"

unsigned rule_no_probe(const struct measurements *m, struct evidence *ev)
{
    const struct measured_probe *p = &m->probe;
    if (p->opening == ERR_PROBE_LOST) {
        rules_say(ev, "it was there and vanished from the USB bus");
        return 95;
    }
    if (p->opening != ERR_NO_PROBE || p->boot_loader || p->plugged_in > 0)
        return 0;
    rules_say(ev, "there is no device with an ST-LINK's ids on the USB bus");
    return 100;
}

unsigned rule_probe_unclear(const struct measurements *m, struct evidence *ev)
{
    const struct measured_probe *p = &m->probe;
    bool unclear = p->opening == ERR_NO_PROBE || p->opening == ERR_SEVERAL_PROBES;
    if (!unclear || p->boot_loader || p->plugged_in == 0)
        return 0;
    rules_say(ev, "%s", p->sentence);
    return 100;
}

unsigned rule_probe_permission(const struct measurements *m, struct evidence *ev)
{
    const struct measured_probe *p = &m->probe;
    if (p->opening != ERR_PROBE_ACCESS)
        return 0;
    if (!p->node[0]) {
        rules_say(ev, "the operating system refuses to open the %s",
                  p->model[0] ? p->model : "device");
        return 100;
    }
    if (p->group_lacks_you) {
        rules_say(ev,
                  "%s is for members of the group %s (mode %04o), and you are none: `sudo usermod "
                  "-aG %s $USER`, and log in again",
                  p->node, p->group, p->mode, p->group);
        return 100;
    }
    rules_say(ev, "%s belongs to %s:%s with mode %04o; %s", p->node, p->owner, p->group, p->mode,
              p->rule_installed
                  ? "a udev rule for ST devices is installed (plug the probe in again)"
                  : "no udev rule names ST devices");
    return 100;
}

unsigned rule_probe_busy(const struct measurements *m, struct evidence *ev)
{
    const struct measured_probe *p = &m->probe;
    if (p->opening != ERR_PROBE_BUSY)
        return 0;
    if (p->holder_pid)
        rules_say(ev, "process %u (%s) has it open", p->holder_pid, p->holder);
    else
        rules_say(ev, "its debug interface is claimed, by a process of another user perhaps");
    return 100;
}

unsigned rule_probe_bootloader(const struct measurements *m, struct evidence *ev)
{
    if (!m->probe.boot_loader)
        return 0;
    rules_say(ev, "%s says that it runs its boot loader", m->probe.model);
    return 100;
}

// All commands to enter debug mode, and no other command at all.
static bool only_entries_stall(const struct measurements *m)
{
    const struct measured_probe *p = &m->probe;
    return p->stalled_entries && p->stalled_entries == m->answer[ATTEMPT_ASKED].tries &&
           p->usb_errors == p->stalled_entries;
}

unsigned rule_probe_firmware(const struct measurements *m, struct evidence *ev)
{
    const struct measured_probe *p = &m->probe;
    const struct measured_answer *a = &m->answer[ATTEMPT_ASKED];
    if (p->opening == ERR_PROBE_FIRMWARE && !p->boot_loader) {
        rules_say(ev, "%s", p->sentence);
        return 100;
    }
    if (!a->tries || p->stalled_entries < a->tries)
        return 0;
    rules_say(ev, "it refused all %u commands to enter debug mode, as firmware for the STM8 does",
              p->stalled_entries);
    return p->version.jtag && !only_entries_stall(m) ? 40 : 85;
}

unsigned rule_probe_stuck(const struct measurements *m, struct evidence *ev)
{
    enum err e = m->probe.opening;
    if (e != ERR_TIMEOUT && e != ERR_PROBE_PROTOCOL)
        return 0;
    rules_say(ev, "%s", m->probe.sentence);
    return 90;
}

// Parity guards every word on the wires; what was reported good and is wrong was bent on USB.
unsigned rule_probe_usb(const struct measurements *m, struct evidence *ev)
{
    unsigned wrong = 0, garbled = 0, failed = 0;
    for (unsigned i = 0; i < m->link.count; i++) {
        failed += m->link.clock[i].failed;
        wrong += m->link.clock[i].wrong;
        garbled += m->link.clock[i].garbled + m->link.clock[i].silent;
    }
    if (only_entries_stall(m))
        return 0;
    // One sample of VTref that is far from all others, and nothing else happened.
    const unsigned far = m->supply.idle.odd + m->supply.busy.odd + m->supply.later.odd;
    const unsigned odd = far == 1 && !garbled ? 1 : 0;
    unsigned errors = m->probe.usb_errors + (garbled ? 0 : wrong) + odd;
    if (m->probe.opening == ERR_TIMEOUT && m->probe.commands) {
        rules_say(ev, "it stopped answering after %u commands", m->probe.commands);
        return 40;
    }
    if (!errors && rules_lone_failure(m)) {
        rules_say(ev, "one attempt to connect failed, and not one transfer on the wires");
        return 60;
    }
    if (!errors && failed == 1) {
        rules_say(ev, "one block failed, and a reply that was garbled on USB looks the same");
        return 40;
    }
    if (!errors)
        return 0;
    rules_say(ev, "%u of %u commands were answered with a stall, too short, or with nonsense",
              errors, m->probe.commands);
    // Of a supply that comes and goes, too, one sample may be far from the others.
    return rules_is_silent(m) && errors == odd ? 40 : 75;
}

unsigned rule_usb_slow(const struct measurements *m, struct evidence *ev)
{
    if (m->probe.opening || m->probe.command_us < MEASURE_SLOW_COMMAND_US)
        return 0;
    rules_note(ev, "a command takes %u ms, and about 1 ms is usual", m->probe.command_us / 1000);
    return 90;
}

// The firmware can measure, and both readings are zero, that of its own reference too.
unsigned rule_probe_vtref(const struct measurements *m, struct evidence *ev)
{
    if (!m->supply.broken)
        return 0;
    rules_note(ev, "the readings of VTref and of the reference are both zero");
    return 60;
}

unsigned rule_probe_output(const struct measurements *m, struct evidence *ev)
{
    if (!rules_is_silent(m))
        return 0;
    rules_say_silence(m, ev);
    return odds_of("probe-output");
}
