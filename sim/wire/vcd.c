// SPDX-License-Identifier: MIT
#include "sim/wire/vcd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct change {
    uint64_t at_ns;
    enum sim_vcd_line line;
    uint32_t value;
};

struct sim_vcd {
    FILE *file;
    struct log *log;
    char path[256];
    uint64_t zero_ns, written_ns; // the time of the last one in the file
    bool any;                     // time is in the file
    int error;                    // of the first write that failed
    uint32_t shown[SIM_VCD_LINES];
    bool known[SIM_VCD_LINES];
    struct change ahead[SIM_VCD_AHEAD]; // sorted by time
    unsigned first, count;              // a ring
};

static const struct {
    const char *name;
    char id;
    bool is_voltage;
} lines[SIM_VCD_LINES] = {
    [SIM_VCD_SWCLK] = {"SWCLK", '!', false}, [SIM_VCD_SWDIO] = {"SWDIO", '"', false},
    [SIM_VCD_NRST] = {"NRST", '#', false},   [SIM_VCD_SWO] = {"SWO", '$', false},
    [SIM_VCD_VTREF] = {"VTref", '%', true},  [SIM_VCD_VDD] = {"VDD", '&', true},
};

// ---- the file
// -----------------------------------------------------------------------------------------

static void note_failure(struct sim_vcd *vcd, bool good)
{
    if (!good && !vcd->error)
        vcd->error = errno ? errno : EIO;
}

static void write_header(struct sim_vcd *vcd)
{
    bool good = fputs("$version swdlink-sim $end\n"
                      "$comment SWCLK and SWDIO at the probe, NRST at the chip; VTref and VDD in "
                      "volts $end\n"
                      "$timescale 1 ns $end\n"
                      "$scope module board $end\n",
                      vcd->file) >= 0;
    for (unsigned i = 0; i < SIM_VCD_LINES; i++)
        good = good &&
               fprintf(vcd->file, "$var %s %c %s $end\n",
                       lines[i].is_voltage ? "real 64" : "wire 1", lines[i].id, lines[i].name) > 0;
    good = good && fputs("$upscope $end\n$enddefinitions $end\n", vcd->file) >= 0;
    note_failure(vcd, good && fflush(vcd->file) == 0);
}

static bool write_value(const struct sim_vcd *vcd, enum sim_vcd_line line, uint32_t value)
{
    char id = lines[line].id;
    if (lines[line].is_voltage)
        return fprintf(vcd->file, "r%u.%03u %c\n", value / 1000, value % 1000, id) > 0;
    return fprintf(vcd->file, "%c%c\n",
                   value == SIM_VCD_FLOATING ? 'z'
                   : value                   ? '1'
                                             : '0',
                   id) > 0;
}

static bool write_time(struct sim_vcd *vcd, uint64_t at_ns)
{
    uint64_t since_ns = at_ns > vcd->zero_ns ? at_ns - vcd->zero_ns : 0;
    if (vcd->any && since_ns <= vcd->written_ns)
        return true; // the same, or a straggler
    vcd->any = true;
    vcd->written_ns = since_ns;
    return fprintf(vcd->file, "#%" PRIu64 "\n", since_ns) > 0;
}

static void write_change(struct sim_vcd *vcd, const struct change *c)
{
    if (vcd->error || (vcd->known[c->line] && vcd->shown[c->line] == c->value))
        return;
    vcd->known[c->line] = true;
    vcd->shown[c->line] = c->value;
    note_failure(vcd, write_time(vcd, c->at_ns) && write_value(vcd, c->line, c->value));
}

// ---- changes in the order of time
// ---------------------------------------------------------------------

static struct change *change_at(struct sim_vcd *vcd, unsigned i)
{
    return &vcd->ahead[(vcd->first + i) % SIM_VCD_AHEAD];
}

static void write_first(struct sim_vcd *vcd)
{
    write_change(vcd, change_at(vcd, 0));
    vcd->first = (vcd->first + 1) % SIM_VCD_AHEAD;
    vcd->count--;
}

void sim_vcd_change(struct sim_vcd *vcd, uint64_t at_ns, enum sim_vcd_line line, uint32_t value)
{
    if (vcd->count == SIM_VCD_AHEAD)
        write_first(vcd);
    unsigned i = vcd->count++;
    for (; i && change_at(vcd, i - 1)->at_ns > at_ns; i--)
        *change_at(vcd, i) = *change_at(vcd, i - 1);
    *change_at(vcd, i) = (struct change){at_ns, line, value};
}

void sim_vcd_reached(struct sim_vcd *vcd, uint64_t now_ns)
{
    while (vcd->count && change_at(vcd, 0)->at_ns <= now_ns)
        write_first(vcd);
}

// ---- opening and closing
// --------------------------------------------------------------------------------

enum err sim_vcd_open(struct sim_vcd **out, const char *path, uint64_t zero_ns, struct log *log)
{
    struct sim_vcd *vcd = calloc(1, sizeof *vcd);
    if (!vcd)
        return ERR_MEMORY;
    snprintf(vcd->path, sizeof vcd->path, "%s", path);
    vcd->log = log;
    vcd->zero_ns = zero_ns;
    vcd->file = fopen(path, "w");
    if (!vcd->file) {
        int error = errno;
        free(vcd);
        return log_fail(log, ERR_FILE, "the virtual board's wires cannot be written to %s: %s",
                        path, strerror(error));
    }
    write_header(vcd);
    *out = vcd;
    return ERR_OK;
}

enum err sim_vcd_close(struct sim_vcd *vcd, uint64_t now_ns)
{
    enum err e = ERR_OK;
    while (vcd->count)
        write_first(vcd);
    if (!vcd->error)
        note_failure(vcd, write_time(vcd, now_ns)); // so that the end can be seen
    note_failure(vcd, fclose(vcd->file) == 0);
    if (vcd->error)
        e = log_fail(vcd->log, ERR_FILE,
                     "the virtual board's wires could not all be written to %s: %s", vcd->path,
                     strerror(vcd->error));
    free(vcd);
    return e;
}
