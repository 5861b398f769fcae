// SPDX-License-Identifier: MIT
// doctor --guide and doctor --watch: the doctor beside a person with a cable in the hand.
#ifndef SWDLINK_CLI_DOCTOR_GUIDE_H
#define SWDLINK_CLI_DOCTOR_GUIDE_H

#include "base/err.h"
#include "base/log.h"
#include "cli/probe.h"
#include "doctor/guide.h"

// Leads through the experiments on standard output and input, and ends in one cause. m: the first
// look; afterwards the last one.
enum err doctor_guide(struct stlink *st, struct measurements *m,
                      const struct measure_options *options, struct guide_end *end,
                      struct log *log) MUST_CHECK;

// Shows supply and wires some ten times a second until SIGINT or SIGTERM, which is no error, and
// rings the bell when the link appears. A probe that is unplugged is waited for. *answered: what
// the last look has shown.
enum err doctor_watch(struct probe *p, bool *answered) MUST_CHECK;

#endif
