// SPDX-License-Identifier: MIT
// How an STM32F2, F4 or F7 measures its supply and its crystal, for family_doctor: ADC1 looks at
// the internal reference, TIM11 counts HSI between edges of HSE (RM0090, 13 and 19; the same in
// RM0385).
#ifndef SWDLINK_TARGETS_FAMILIES_MEASURE_F4_H
#define SWDLINK_TARGETS_FAMILIES_MEASURE_F4_H

#include "targets/families/family.h"

// cal_addr: 16 bits, what the factory has read of the reference at 3.3 V.
enum err measure_f4_vdda(const struct mem_ap *mem, uint32_t cal_addr,
                         struct family_vdda *found) MUST_CHECK;
// As family_doctor.hse.
enum err measure_f4_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                        struct family_hse *found) MUST_CHECK;

#endif
