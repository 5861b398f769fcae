// SPDX-License-Identifier: MIT
// The electrical side of the wires, shared by the files that make them up: wires.c, cable.c,
// nrst.c and swo.c.
#ifndef SWDLINK_SIM_WIRE_CABLE_H
#define SWDLINK_SIM_WIRE_CABLE_H

#include "sim/wire/network.h"
#include "sim/wire/wires.h"

// Ohms, pF and mV; those of the target are its family's. The probe is an STM32F103 behind series
// resistors: DS5319, 5.3.14, VIL = 0.32 (VDD - 2 V) + 0.75 V, VIH = 0.42 (VDD - 2 V) + 1 V.
#define PROBE_DRIVE 100.0
#define PROBE_VIL   1166.0
#define PROBE_VIH   1546.0
#define SURE        6 // standard deviations of the noise

enum { DIO_NEAR, CLK_NEAR, DIO_FAR, CLK_FAR };

// In ohms.
double cable_series(const struct sim_wire *wire);
bool cable_conducts(const struct sim_wires *w, const struct sim_wire *wire, bool contact);
void cable_add_short(const struct sim_wires *w, struct network *n, const struct sim_wire *wire,
                     unsigned near, unsigned far);
// Below this a pin of the chip reads low, and above this high.
float cable_vil_mv(const struct sim_wires *w);
float cable_vih_mv(const struct sim_wires *w);
// The tables of inputs and states, for everything that is now set.
void cable_build(struct sim_wires *w);

// nrst.c
void nrst_init(struct sim_wires *w);
void supervisor_init(struct sim_wires *w);
void nrst_show(struct sim_wires *w); // into the VCD file, if there is one

// swo.c
void swo_init(struct sim_wires *w);
void swo_rebuild(struct sim_wires *w); // the wire, the supply or the chip is not what it was
void swo_show(struct sim_wires *w);

#endif
