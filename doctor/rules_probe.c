// SPDX-License-Identifier: MIT
// What keeps the probe itself from being used: told by what opening it said, and by the operating
// system.
#include <string.h>

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
    if (p->opening != ERR_NO_PROBE || p->boot_loader || p->plugged_in == 0)
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
        rules_say(ev, "the operating system refuses to open the %s", p->model);
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

unsigned rule_probe_firmware(const struct measurements *m, struct evidence *ev)
{
    const struct measured_probe *p = &m->probe;
    if (p->opening != ERR_PROBE_FIRMWARE || p->boot_loader)
        return 0;
    rules_say(ev, "%s", p->sentence);
    return 100;
}

unsigned rule_probe_stuck(const struct measurements *m, struct evidence *ev)
{
    enum err e = m->probe.opening;
    if (e != ERR_TIMEOUT && e != ERR_PROBE_PROTOCOL)
        return 0;
    rules_say(ev, "%s", m->probe.sentence);
    return 90;
}
