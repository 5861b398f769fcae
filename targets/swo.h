// SPDX-License-Identifier: MIT
// SWO of a target: state of targets/swo.c and swo_follow.c. The functions are in targets/target.h.
#ifndef SWDLINK_TARGETS_SWO_H
#define SWDLINK_TARGETS_SWO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cortex/trace_units.h"
#include "targets/swo_clock.h"

struct target_swo_options {
    uint32_t baud;    // at most so many; 0: what the probe receives well
    uint32_t core_hz; // of the core while the program runs, before it is measured; 0: not given
    bool events;      // exceptions, PC samples and timestamps as well
};

// How the core's clock is known.
enum target_swo_clock {
    TARGET_SWO_CLOCK_UNKNOWN,
    TARGET_SWO_CLOCK_ASSUMED, // what a chip of this family has after a reset
    TARGET_SWO_CLOCK_GIVEN,
    TARGET_SWO_CLOCK_MEASURED,
};

// Whether what comes can be right: the probe's baud rate follows from the clock.
enum target_swo_trust {
    TARGET_SWO_SURE,
    TARGET_SWO_UNSURE, // the program was just started, and may have changed its clock
    TARGET_SWO_WRONG,  // it is another clock, which is being measured
};

// What one poll brought.
struct target_swo_data {
    uint8_t *data; // room for DEBUG_PROBE_TRACE_MAX bytes
    size_t len;
    bool begins;    // they do not continue those of the poll before: something was set anew
    bool overrun;   // the probe has lost some
    bool formatted; // they are TPIU frames, and the ITM's source has the number `source`
    unsigned source;
    enum target_swo_trust trust;
    unsigned sends; // ITM_SENDS_…, as ITM and DWT were set when that was read last
};

struct target_swo {
    bool on;
    struct target_swo_options options;
    uint32_t limit; // baud
    uint32_t probe_limit;
    struct trace_units_found found;
    uint32_t found_pin; // of the register that connects the pin
    bool stale;         // the chip or the probe has to be set up (again)
    bool receiving;     // the probe has been started
    bool was_set_up;    // once since it is on
    bool begins;        // for the next poll
    enum target_swo_clock clock_kind;
    struct swo_clock clock;
    uint32_t hz;
    enum target_swo_trust trust;
    uint64_t unsure_until_us;  // 0: it has not run yet
    struct swo_reading before; // the reading before
    bool has_before;
    bool counts; // the core has a cycle counter
    bool clock_reported, uneven_reported;
    uint32_t divisor, baud;
    bool follows; // the divisor is the program's
    uint32_t told_divisor;
    bool formatted;
    unsigned source, sends;
    bool doubt;
    uint64_t clock_due_us, check_due_us;
    uint64_t bytes;
    unsigned overruns;
};

#endif
