// SPDX-License-Identifier: MIT
#include "sim/parts/gpio_common.h"

// LCKK 1, 0, 1 with the same pins, then a read (RM0091, 8.4.8; RM0008, 9.2.7).
void sim_gpio_write_lock(struct sim_gpio_lock *lock, uint32_t value)
{
    static const bool key[] = {true, false, true};
    if (lock->lckr & SIM_GPIO_LCKK)
        return;
    bool same = lock->step == 0 || (value & 0xffff) == lock->lckr;
    if (same && !!(value & SIM_GPIO_LCKK) == key[lock->step])
        lock->step++;
    else
        lock->step = 0;
    lock->lckr = value & 0xffff;
    if (lock->step == 3) {
        lock->lckr |= SIM_GPIO_LCKK;
        lock->step = 0;
    }
}

void sim_gpio_report_changes(struct sim_part *part, uint16_t levels, uint16_t *reported)
{
    uint16_t changed = levels ^ *reported;
    *reported = levels;
    for (unsigned pin = 0; changed >> pin; pin++) {
        if (changed >> pin & 1)
            sim_part_tell(part, SIM_PIN_CHANGED, part->row->number, pin << 1 | (levels >> pin & 1));
    }
}
