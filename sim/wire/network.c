// SPDX-License-Identifier: MIT
// Nodal analysis by Gaussian elimination. Every node leaks a little, so that the matrix can always
// be inverted; it is diagonally dominant, so no pivoting is needed.
#include "sim/wire/network.h"

#define LEAK_OHMS 1e9

void network_clear(struct network *n)
{
    *n = (struct network){.i = {0}};
    for (unsigned k = 0; k < NETWORK_NODES; k++)
        n->g[k][k] = 1 / LEAK_OHMS;
}

void network_connect(struct network *n, unsigned a, unsigned b, double ohms)
{
    n->g[a][a] += 1 / ohms;
    n->g[b][b] += 1 / ohms;
    n->g[a][b] -= 1 / ohms;
    n->g[b][a] -= 1 / ohms;
}

void network_source(struct network *n, unsigned node, double mv, double ohms)
{
    n->g[node][node] += 1 / ohms;
    n->i[node] += mv / ohms;
}

static void eliminate(struct network *n)
{
    for (unsigned col = 0; col < NETWORK_NODES; col++)
        for (unsigned row = col + 1; row < NETWORK_NODES; row++) {
            double f = n->g[row][col] / n->g[col][col];
            for (unsigned k = col; k < NETWORK_NODES; k++)
                n->g[row][k] -= f * n->g[col][k];
            n->i[row] -= f * n->i[col];
        }
}

void network_solve(const struct network *n, double mv[NETWORK_NODES])
{
    struct network m = *n;
    eliminate(&m);
    for (unsigned row = NETWORK_NODES; row-- > 0;) {
        mv[row] = m.i[row];
        for (unsigned k = row + 1; k < NETWORK_NODES; k++)
            mv[row] -= m.g[row][k] * mv[k];
        mv[row] /= m.g[row][row];
    }
}

double network_resistance(const struct network *n, unsigned node)
{
    struct network m = *n;
    double mv[NETWORK_NODES];
    for (unsigned k = 0; k < NETWORK_NODES; k++)
        m.i[k] = k == node; // 1 mA into the node, all voltages zero: mV are ohms
    network_solve(&m, mv);
    return mv[node];
}
