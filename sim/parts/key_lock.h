// SPDX-License-Identifier: MIT
// The lock of a register behind two keys, as the flash controllers of STM32 have it for FLASH_CR
// and for the option bytes. The keys in the right order open it; a wrong one keeps it shut,
// whatever follows, until the next reset.
#ifndef SWDLINK_SIM_PARTS_KEY_LOCK_H
#define SWDLINK_SIM_PARTS_KEY_LOCK_H

#include "sim/chip/part.h"

// What differs between the controllers.
struct sim_key_rule {
    uint32_t keys[2];
    // The right keys, written while the lock is open: nothing happens on F0, F1 and F3 (OpenOCD,
    // ST's own loaders and others write them so to real chips every day); on F2, F4 and G0 they are
    // wrong keys (RM0090, 3.6.1: "an incorrect sequence").
    bool faults_when_open;
};

struct sim_key_lock {
    bool locked, refused; // refused: after a wrong key
    unsigned step;        // which key is the next one
};

enum sim_key_result { SIM_KEY_OK, SIM_KEY_WRONG, SIM_KEY_AFTER_WRONG, SIM_KEY_WHILE_OPEN };

void sim_key_lock_reset(struct sim_key_lock *lock);
// An open lock is shut: the keys are needed again, from the first one.
void sim_key_lock_close(struct sim_key_lock *lock);
// A write to the key register. Anything but SIM_KEY_OK is a bus error and keeps the lock shut.
enum sim_key_result sim_key_lock_write(struct sim_key_lock *lock, const struct sim_key_rule *rule,
                                       uint32_t key);
// The same from the bus: a key that is not taken is noted as a violation of who, and is a fault.
enum sim_bus_status sim_key_lock_take(struct sim_key_lock *lock, const struct sim_key_rule *rule,
                                      uint32_t key, const struct sim_part *part, const char *who);

#endif
