// SPDX-License-Identifier: MIT
// Trace of an ARMv7-M core: what the ITM and the DWT have to say, on its way through the trace port
// to the pin. It goes on in the board's time, also while the processor is halted or asleep. Private
// to sim/core/.
#ifndef SWDLINK_SIM_CORE_TRACE_H
#define SWDLINK_SIM_CORE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/dwt.h"
#include "sim/core/itm.h"
#include "sim/core/tpiu.h"

struct sim_core;

struct sim_trace {
    struct sim_itm itm;
    struct sim_tpiu tpiu;
    bool has_no_clock; // TRACECLKIN of the trace port stands still
    void (*swo)(void *arg, uint64_t at_ps, bool level); // NULL: nobody listens
    void *swo_arg;
    // Of the DWT: the cycles at which its taps and counters have to be looked at.
    uint64_t due;
    unsigned postcnt;
    uint64_t tap_cycle, sync_cycle, global_cycle, stamp_cycle;
    uint64_t wraps_seen[SIM_DWT_COUNTERS]; // of the counters of the DWT, since they were read last
};

enum sim_trace_exception { SIM_TRACE_ENTER = 1, SIM_TRACE_EXIT = 2, SIM_TRACE_RETURN = 3 };

// trace.c
void sim_trace_create(struct sim_core *core);
void sim_trace_reset(struct sim_core *core); // power-on only
// Lets it go on to the time of the processor, or to a time.
void sim_trace_catch_up(struct sim_core *core);
void sim_trace_run(struct sim_core *core, uint64_t until_ns);
// The processor's clock is another one from now on; the trace port has it, or none.
void sim_trace_set_hz(struct sim_core *core, uint32_t hz);
void sim_trace_set_clocked(struct sim_core *core, bool clocked);
uint64_t sim_trace_now_ps(const struct sim_core *core);
// Registers, by the page's address and the offset; size is that of the access.
uint32_t sim_trace_read(struct sim_core *core, uint32_t addr);
void sim_trace_write(struct sim_core *core, bool debugger, uint32_t addr, unsigned size,
                     uint32_t value);
// The ITM takes packets of this bit of ITM_TCR.
bool sim_trace_takes(const struct sim_core *core, uint32_t tcr_bit);

// dwt_trace.c
void sim_trace_exception(struct sim_core *core, enum sim_trace_exception what, unsigned n);
void sim_trace_access(void *core, const struct sim_dwt_access *access);
// The processor has spent cycles on exceptions; it has slept for some.
void sim_trace_overhead(struct sim_core *core);
void sim_trace_slept(struct sim_core *core);
// The cycle at which sim_trace_follow() wants to be called; UINT64_MAX: never.
uint64_t sim_trace_due(const struct sim_core *core);
// What DWT_CTRL, CYCCNT or ITM_TCR say has changed, from ctrl_before on.
void sim_trace_plan(struct sim_core *core, uint32_t ctrl_before);
// Makes the packets that are due.
void sim_trace_follow(struct sim_core *core);

#endif
