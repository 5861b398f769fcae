// SPDX-License-Identifier: MIT
// The Data Watchpoint unit (DDI 0419, C1.7; DDI 0432: two comparators). A comparator matches an
// access of which any byte lies in what it watches: a word access to 0x20000000 matches the byte
// 0x20000001 (DDI 0337G, table 11-16: "if COMP is 3, this matches a word access of 0").
#ifndef SWDLINK_SIM_CORE_DWT_H
#define SWDLINK_SIM_CORE_DWT_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_DWT_COUNT 2

enum sim_dwt_function {
    SIM_DWT_OFF = 0,
    SIM_DWT_PC = 4,
    SIM_DWT_READ = 5,
    SIM_DWT_WRITE = 6,
    SIM_DWT_ACCESS = 7,
};

struct sim_dwt {
    bool enabled; // DEMCR.DWTENA
    struct {
        uint32_t comp, mask, function;
        bool matched;
    } comparator[SIM_DWT_COUNT];
    bool watches_pc, watches_data; // some comparator does, and the unit is on
    bool hit;                      // a match that the core has not acted upon yet
};

void sim_dwt_reset(struct sim_dwt *dwt); // power-on only
void sim_dwt_enable(struct sim_dwt *dwt, bool on);
// pc_sample: what DWT_PCSR gives.
uint32_t sim_dwt_read(struct sim_dwt *dwt, uint32_t offset, uint32_t pc_sample);
void sim_dwt_write(struct sim_dwt *dwt, uint32_t offset, uint32_t value);
// Compares an executed instruction, or a data access (of 1, 2 or 4 bytes, aligned); true on a
// match.
bool sim_dwt_compare_pc(struct sim_dwt *dwt, uint32_t pc);
bool sim_dwt_compare_data(struct sim_dwt *dwt, uint32_t addr, unsigned size, bool is_write);

#endif
