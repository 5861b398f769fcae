// SPDX-License-Identifier: MIT
#include "sim/chip/signals.h"

#include <assert.h>

_Static_assert(SIM_OPTIONS <= SIM_SIGNAL_LINES, "each option has a line of SIM_OPTION");

#define NAME(signal) [SIM_##signal] = #signal

static const char *const names[SIM_SIGNALS] = {
    NAME(HCLK_HZ),
    NAME(PCLK_HZ),
    NAME(TIMER_HZ),
    NAME(USART_HZ),
    NAME(LSI_HZ),
    NAME(CAPTURE_HZ),
    NAME(CAPTURE_DIVIDER),
    NAME(HSI_READY),
    NAME(ADC_HZ),
    NAME(ADC_CLOCK_WAIT_NS),
    NAME(CLOCK_ENABLED),
    NAME(RESET_HELD),
    NAME(CLOCKS_CHANGED),
    NAME(LSI_WANTED),
    NAME(ADC_CLOCK_WANTED),
    NAME(HSE_HZ),
    NAME(POWER_MODE),
    NAME(BACKUP_WRITABLE),
    NAME(VOLTAGE_RANGE),
    NAME(OVERDRIVE),
    NAME(CORE_RAN),
    NAME(WAKE),
    NAME(RESET_CAUSE),
    NAME(RESET_RELEASED),
    NAME(WATCHDOG_RUNNING),
    NAME(NRST_MODE),
    NAME(SWJ),
    NAME(FREEZE),
    NAME(DEBUG_KEEPS),
    NAME(TRACE_PINS),
    NAME(DEBUG_CLOSED),
    NAME(DEBUGGER_SEEN),
    NAME(MAPPED_MEMORY),
    NAME(BOOTED_MEMORY),
    NAME(CORE_LET_GO),
    NAME(BANKS_SWAPPED),
    NAME(FLASH_BUSY),
    NAME(FLASH_CLOSED),
    NAME(FLASH_LATENCY),
    NAME(FLASH_EMPTY),
    NAME(FLASH_BOOTS_BANK2),
    NAME(BOOT_ADDRESS),
    NAME(FLASH_CUT),
    NAME(FLASH_TIME),
    NAME(FLASH_WRP),
    NAME(RDP_LEVEL),
    NAME(OPTION),
    NAME(OPTIONS_RELOAD),
    NAME(PROTECTION_REMOVED),
    NAME(OPTIONS_RDP),
    NAME(PORT_LEVELS),
    NAME(PORT_ALTERNATE),
    NAME(PORT_FUNCTIONS),
    NAME(PORT_OUTSIDE),
    NAME(PIN_CHANGED),
    NAME(REMAP),
    NAME(EXTI_PORT),
};

const char *sim_signal_name(enum sim_signal signal)
{
    return names[signal];
}

void sim_signal_drive(struct sim_signals *s, enum sim_signal signal, unsigned line,
                      sim_signal_level_fn *level, void *self)
{
    assert(line < SIM_SIGNAL_LINES && !s->line[signal][line].level); // one driver a line
    s->line[signal][line].level = level;
    s->line[signal][line].self = self;
}

void sim_signal_listen(struct sim_signals *s, enum sim_signal signal, sim_signal_heard_fn *heard,
                       void *self)
{
    assert(s->listeners < SIM_SIGNAL_MAX_LISTENERS);
    s->listener[s->listeners].signal = signal;
    s->listener[s->listeners].heard = heard;
    s->listener[s->listeners].self = self;
    s->listeners++;
}

bool sim_signal_is_driven(const struct sim_signals *s, enum sim_signal signal, unsigned line)
{
    return line < SIM_SIGNAL_LINES && s->line[signal][line].level;
}

uint64_t sim_signal_level(const struct sim_signals *s, enum sim_signal signal, unsigned line)
{
    if (line >= SIM_SIGNAL_LINES)
        return 0;
    if (s->line[signal][line].level)
        return s->line[signal][line].level(s->line[signal][line].self, line);
    return s->line[signal][line].held;
}

void sim_signal_tell(struct sim_signals *s, enum sim_signal signal, unsigned line, uint64_t value)
{
    for (unsigned i = 0; i < s->listeners; i++) {
        if (s->listener[i].signal == signal)
            s->listener[i].heard(s->listener[i].self, line, value);
    }
}

void sim_signal_put(struct sim_signals *s, enum sim_signal signal, unsigned line, uint64_t level)
{
    if (line < SIM_SIGNAL_LINES)
        s->line[signal][line].held = level;
}

void sim_signal_set(struct sim_signals *s, enum sim_signal signal, unsigned line, uint64_t level)
{
    bool changes = line < SIM_SIGNAL_LINES && s->line[signal][line].held != level;
    sim_signal_put(s, signal, line, level);
    if (changes)
        sim_signal_tell(s, signal, line, level);
}
