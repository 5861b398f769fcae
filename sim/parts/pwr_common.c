// SPDX-License-Identifier: MIT
#include "sim/parts/pwr_common.h"

static const struct {
    const char *name;
    enum sim_option allowed_by;
} modes[] = {
    [SIM_POWER_STOP] = {"Stop", SIM_OPTION_NO_RESET_IN_STOP},
    [SIM_POWER_STANDBY] = {"Standby", SIM_OPTION_NO_RESET_IN_STANDBY},
    [SIM_POWER_SHUTDOWN] = {"Shutdown", SIM_OPTION_NO_RESET_IN_SHUTDOWN},
};

enum sim_power_mode sim_pwr_mode(const struct sim_pwr_common *pwr)
{
    return (enum sim_power_mode)sim_part_level(pwr->part, SIM_POWER_MODE, 0);
}

bool sim_pwr_is_allowed(struct sim_pwr_common *pwr, enum sim_power_mode mode)
{
    if (sim_part_level(pwr->part, SIM_OPTION, modes[mode].allowed_by))
        return true;
    sim_reset_request(pwr->part->chip, SIM_CAUSE_LOW_POWER);
    return false;
}

void sim_pwr_enter(struct sim_pwr_common *pwr, enum sim_power_mode mode)
{
    log_line(pwr->part->log, LOG_DEBUG, "the chip goes to %s", modes[mode].name);
    sim_signal_set(pwr->part->signals, SIM_POWER_MODE, 0, mode);
}

void sim_pwr_hear_core(void *self, unsigned line, uint64_t value)
{
    struct sim_pwr_common *pwr = self;
    bool deep = sim_core_deep_sleep(pwr->part->core);
    (void)line;
    (void)value;
    if (sim_chip_is_in_reset(pwr->part->chip) || deep == (sim_pwr_mode(pwr) != SIM_POWER_RUN))
        return;
    if (deep)
        pwr->enter_low_power(self);
    else // an interrupt or the debugger has woken the core
        sim_signal_set(pwr->part->signals, SIM_POWER_MODE, 0, SIM_POWER_RUN);
}

void sim_pwr_hear_wake(void *self, unsigned line, uint64_t value)
{
    struct sim_pwr_common *pwr = self;
    (void)line;
    (void)value;
    if (sim_pwr_mode(pwr) == SIM_POWER_STOP)
        sim_signal_set(pwr->part->signals, SIM_POWER_MODE, 0, SIM_POWER_RUN);
}
