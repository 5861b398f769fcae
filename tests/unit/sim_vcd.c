// SPDX-License-Identifier: MIT
// sim/wire/vcd.h, and what a board writes with it: every edge of SWCLK that the account counts,
// NRST at a reset, the supplies.
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "sim/wire/vcd.h"
#include "tests/unit/sim_probe.h"

#define AIRCR 0xe000ed0cu

struct file {
    char path[64];
    char *text;
};

static struct file new_file(void)
{
    struct file f = {.path = "/tmp/sim_vcd.XXXXXX"};
    int fd = mkstemp(f.path);
    assert_true(fd >= 0);
    close(fd);
    return f;
}

static const char *read_file(struct file *f)
{
    FILE *in = fopen(f->path, "r");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    long size = ftell(in);
    rewind(in);
    f->text = calloc(1, (size_t)size + 1);
    assert_non_null(f->text);
    assert_int_equal(fread(f->text, 1, (size_t)size, in), size);
    fclose(in);
    return f->text;
}

static void remove_file(struct file *f)
{
    unlink(f->path);
    free(f->text);
}

static const char *changes(const char *text)
{
    const char *end = strstr(text, "$enddefinitions $end\n");
    assert_non_null(end);
    return strchr(end, '\n') + 1;
}

// ---- the writer
// ---------------------------------------------------------------------------------------

static void changes_come_in_the_order_of_time_and_each_once(void **state)
{
    struct log log = log_silent();
    struct file f = new_file();
    struct sim_vcd *vcd;
    (void)state;
    assert_int_equal(sim_vcd_open(&vcd, f.path, 1000, &log), ERR_OK);
    sim_vcd_change(vcd, 1000, SIM_VCD_SWCLK, 0);
    sim_vcd_change(vcd, 1000, SIM_VCD_SWO, SIM_VCD_FLOATING);
    sim_vcd_change(vcd, 1500, SIM_VCD_SWCLK, 1); // ahead of the board's time
    sim_vcd_change(vcd, 1200, SIM_VCD_NRST, 0);
    sim_vcd_change(vcd, 1300, SIM_VCD_NRST, 0); // no change
    sim_vcd_change(vcd, 1500, SIM_VCD_VDD, 3299);
    sim_vcd_reached(vcd, 1400);
    sim_vcd_change(vcd, 1450, SIM_VCD_VTREF, 50);
    assert_int_equal(sim_vcd_close(vcd, 2000), ERR_OK);
    assert_string_equal(changes(read_file(&f)),
                        "#0\n0!\nz$\n#200\n0#\n#450\nr0.050 %\n#500\n1!\nr3.299 &\n#1000\n");
    assert_non_null(strstr(f.text, "$timescale 1 ns $end\n"));
    assert_non_null(strstr(f.text, "$var wire 1 ! SWCLK $end\n$var wire 1 \" SWDIO $end\n"
                                   "$var wire 1 # NRST $end\n$var wire 1 $ SWO $end\n"
                                   "$var real 64 % VTref $end\n$var real 64 & VDD $end\n"));
    remove_file(&f);
}

static void more_than_it_can_hold_is_written_early_and_nothing_is_lost(void **state)
{
    struct log log = log_silent();
    struct file f = new_file();
    struct sim_vcd *vcd;
    unsigned edges = 0;
    (void)state;
    assert_int_equal(sim_vcd_open(&vcd, f.path, 0, &log), ERR_OK);
    for (uint32_t i = 0; i < 3 * SIM_VCD_AHEAD; i++)
        sim_vcd_change(vcd, i, SIM_VCD_SWCLK, i & 1);
    assert_int_equal(sim_vcd_close(vcd, 0), ERR_OK);
    for (const char *at = changes(read_file(&f)); (at = strstr(at, "!\n")); at++)
        edges++;
    assert_int_equal(edges, 3 * SIM_VCD_AHEAD);
    remove_file(&f);
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
    struct log log = log_silent();
    struct sim_vcd *vcd;
    (void)state;
    assert_int_equal(sim_vcd_open(&vcd, "/nowhere/wires.vcd", 0, &log), ERR_FILE);
    assert_non_null(strstr(log.sentence, "/nowhere/wires.vcd: No such file"));
    assert_int_equal(sim_vcd_open(&vcd, "/dev/full", 0, &log), ERR_OK);
    for (uint32_t i = 0; i < 100000; i++) {
        sim_vcd_change(vcd, i, SIM_VCD_SWCLK, i & 1);
        sim_vcd_reached(vcd, i);
    }
    assert_int_equal(sim_vcd_close(vcd, 100000), ERR_FILE);
    assert_non_null(strstr(log.sentence, "/dev/full: No space left"));
}

// ---- a board
// ------------------------------------------------------------------------------------------

struct edges {
    unsigned swclk_rises;
    uint64_t nrst_falls_ns, nrst_rises_ns;
};

static struct edges find_edges(const char *at)
{
    struct edges e = {0};
    uint64_t now = 0;
    bool nrst = true, clk = true;
    for (; *at; at = strchr(at, '\n') + 1) {
        if (at[0] == '#')
            now = strtoull(at + 1, NULL, 10);
        if (at[1] == '!')
            e.swclk_rises += at[0] == '1' && !clk;
        if (at[1] == '!')
            clk = at[0] == '1';
        if (at[0] != '#' && at[1] == '#') {
            if (nrst && at[0] == '0')
                e.nrst_falls_ns = now;
            if (!nrst && at[0] == '1')
                e.nrst_rises_ns = now;
            nrst = at[0] == '1';
        }
    }
    return e;
}

static struct probe *open_with(const struct file *f, const char *more)
{
    char text[128];
    snprintf(text, sizeof text, "vcd=%s%s", f->path, more);
    return probe_open(text);
}

static void every_clock_of_the_account_is_in_it(void **state)
{
    static const char *const boards[] = {"", ",probe=v3", ",swdio=gnd", ",cable=out",
                                         ",probe-fw=J17"};
    (void)state;
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct file f = new_file();
        struct probe *p = open_with(&f, boards[i]);
        uint32_t v;
        if (probe_enter(p) == STATUS_OK)
            assert_int_equal(probe_read32(p, 0x20000000, &v), STATUS_OK);
        uint64_t clocks = sim_board_account(p->board)->swd_clocks;
        assert_true(clocks > 0);
        probe_close(p);
        assert_int_equal(find_edges(changes(read_file(&f))).swclk_rises, clocks);
        remove_file(&f);
    }
}

static void a_reset_shows_on_nrst(void **state)
{
    struct file f = new_file();
    struct probe *p = open_with(&f, "");
    (void)state;
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_write32(p, AIRCR, 0x05fa0004), STATUS_OK);
    sim_board_wait_ns(p->board, 5000000);
    probe_close(p);
    struct edges e = find_edges(changes(read_file(&f)));
    assert_true(e.nrst_falls_ns > 0);
    assert_int_equal(e.nrst_rises_ns - e.nrst_falls_ns, 1094500);
    remove_file(&f);
}

static void supplies_are_voltages(void **state)
{
    struct file f = new_file();
    struct probe *p = open_with(&f, ",vdd=3000");
    (void)state;
    sim_board_wait_ns(p->board, 1000000);
    assert_int_equal(sim_board_set(p->board, "vdd", "2500"), ERR_OK);
    sim_board_wait_ns(p->board, 1000000);
    assert_int_equal(sim_board_set(p->board, "vtref", "1800"), ERR_OK);
    sim_board_wait_ns(p->board, 1000000);
    probe_close(p);
    const char *text = changes(read_file(&f));
    assert_non_null(strstr(text, "r3.000 %\nr3.000 &\n"));
    assert_non_null(strstr(text, "#1000000\nr2.500 %\nr2.500 &\n#2000000\nr1.800 %\n#3000000\n"));
    remove_file(&f);
}

// It begins with the board's own time, whenever it begins.
static void it_can_begin_later(void **state)
{
    struct file f = new_file();
    struct probe *p = probe_open("");
    (void)state;
    sim_board_wait_ns(p->board, 7000000);
    assert_int_equal(sim_board_set(p->board, "vcd", f.path), ERR_OK);
    sim_board_wait_ns(p->board, 1000000);
    assert_int_equal(sim_board_set(p->board, "vcd", ""), ERR_USAGE);
    probe_close(p);
    assert_int_equal(strncmp(changes(read_file(&f)), "#7000000\n", 9), 0);
    assert_non_null(strstr(f.text, "\n#8000000\n"));
    remove_file(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_come_in_the_order_of_time_and_each_once),
        cmocka_unit_test(more_than_it_can_hold_is_written_early_and_nothing_is_lost),
        cmocka_unit_test(a_file_that_cannot_be_written_is_told),
        cmocka_unit_test(every_clock_of_the_account_is_in_it),
        cmocka_unit_test(a_reset_shows_on_nrst),
        cmocka_unit_test(supplies_are_voltages),
        cmocka_unit_test(it_can_begin_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
