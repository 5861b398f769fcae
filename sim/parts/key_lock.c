// SPDX-License-Identifier: MIT
#include "sim/parts/key_lock.h"

void sim_key_lock_reset(struct sim_key_lock *lock)
{
    *lock = (struct sim_key_lock){.locked = true};
}

void sim_key_lock_close(struct sim_key_lock *lock)
{
    if (lock->locked)
        return;
    lock->locked = true;
    lock->step = 0;
}

static enum sim_key_result check_key(const struct sim_key_lock *lock,
                                     const struct sim_key_rule *rule, uint32_t key)
{
    if (lock->refused)
        return SIM_KEY_AFTER_WRONG;
    if (!lock->locked && rule->faults_when_open)
        return SIM_KEY_WHILE_OPEN;
    return key == rule->keys[lock->step] ? SIM_KEY_OK : SIM_KEY_WRONG;
}

// The order is watched while the lock is open, too: no document tells what the keys do there out of
// order, and a lock that shuts is the harder reading.
enum sim_key_result sim_key_lock_write(struct sim_key_lock *lock, const struct sim_key_rule *rule,
                                       uint32_t key)
{
    enum sim_key_result result = check_key(lock, rule, key);
    if (result != SIM_KEY_OK) {
        lock->locked = lock->refused = true;
        return result;
    }
    if (lock->step == 1)
        lock->locked = false;
    lock->step = !lock->step;
    return result;
}

enum sim_bus_status sim_key_lock_take(struct sim_key_lock *lock, const struct sim_key_rule *rule,
                                      uint32_t key, const struct sim_part *part, const char *who)
{
    static const char *const reason[] = {
        [SIM_KEY_WRONG] = "is wrong",
        [SIM_KEY_AFTER_WRONG] = "after a wrong one",
        [SIM_KEY_WHILE_OPEN] = "while it is not locked",
    };
    enum sim_key_result result = sim_key_lock_write(lock, rule, key);
    if (result == SIM_KEY_OK)
        return SIM_BUS_OK;
    sim_chip_violation(part->chip, "%s: key 0x%08x %s", who, key, reason[result]);
    return SIM_BUS_FAULT;
}
