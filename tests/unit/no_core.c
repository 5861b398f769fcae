// SPDX-License-Identifier: MIT
// In the place of cortex/ for tests of flash jobs without a core.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cortex/cortexm.h"

// No job of these tests has a core, so nothing of it is ever asked.
static enum err no_core(void)
{
    fail_msg("the core was used");
    return ERR_STATE;
}

bool cortexm_has_reg(const struct cortexm *cm, enum cortexm_reg reg)
{
    (void)cm;
    (void)reg;
    return no_core() == ERR_OK;
}

enum err cortexm_read_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t *value)
{
    (void)cm;
    (void)reg;
    (void)value;
    return no_core();
}

enum err cortexm_write_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t value)
{
    (void)cm;
    (void)reg;
    (void)value;
    return no_core();
}

enum err cortexm_pause_watchpoints(struct cortexm *cm, bool pause)
{
    (void)cm;
    (void)pause;
    return no_core();
}

enum err cortexm_resume(struct cortexm *cm)
{
    (void)cm;
    return no_core();
}

enum err cortexm_halt(struct cortexm *cm)
{
    (void)cm;
    return no_core();
}

enum err cortexm_read_dhcsr(struct cortexm *cm, uint32_t *dhcsr)
{
    (void)cm;
    (void)dhcsr;
    return no_core();
}
