// SPDX-License-Identifier: MIT
#include "cortex/vcatch.h"

#include "cortex/cortexm.h"

const struct vcatch vcatch_table[] = {
    {"hard", "HardFault", DEMCR_VC_HARDERR, false},
    {"int", "fault during exception entry or return", DEMCR_VC_INTERR, true},
    {"bus", "BusFault", DEMCR_VC_BUSERR, true},
    {"state", "UsageFault by state", DEMCR_VC_STATERR, true},
    {"chk", "UsageFault by a check", DEMCR_VC_CHKERR, true},
    {"nocp", "UsageFault by a missing coprocessor", DEMCR_VC_NOCPERR, true},
    {"mm", "MemManage", DEMCR_VC_MMERR, true},
    {"reset", "reset", DEMCR_VC_CORERESET, false},
};
const unsigned vcatch_count = sizeof vcatch_table / sizeof vcatch_table[0];

bool vcatch_exists(const struct core_caps *caps, const struct vcatch *v)
{
    return !v->mainline || core_caps_is_mainline(caps);
}
