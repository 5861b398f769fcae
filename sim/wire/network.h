// SPDX-License-Identifier: MIT
// A few nodes with resistors between them and to fixed voltages: what stands on a wire when several
// drivers, pulls and shorts meet there follows from Ohm and Kirchhoff, and from nothing else.
#ifndef SWDLINK_SIM_WIRE_NETWORK_H
#define SWDLINK_SIM_WIRE_NETWORK_H

#define NETWORK_NODES 4u

struct network {
    double g[NETWORK_NODES][NETWORK_NODES]; // conductance matrix, in 1/ohm
    double i[NETWORK_NODES];                // what the sources push in, in mA (mV per ohm)
};

void network_clear(struct network *n);
void network_connect(struct network *n, unsigned a, unsigned b, double ohms);
// A resistor from a node to a fixed voltage.
void network_source(struct network *n, unsigned node, double mv, double ohms);
void network_solve(const struct network *n, double mv[NETWORK_NODES]);
// What a capacitor at the node sees: the resistance that it is charged through.
double network_resistance(const struct network *n, unsigned node);

#endif
