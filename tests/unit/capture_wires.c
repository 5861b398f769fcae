// SPDX-License-Identifier: MIT
// The host's bits of captured SWD wires, played into the virtual debug port (wire_player.h): the
// target's bits must be those of the real one. The tables in tests/captures/ were made of captures
// by swd_capture.py there; tests/scenarios/captures.py plays the whole captures where it finds
// them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/wire_player.h"

struct expected {
    const char *table;
    unsigned packets, waits, faults, reads, presets, bits;
};

static FILE *open_table(const char *name)
{
    char path[512];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/captures/%s.wires", top ? top : ".", name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s cannot be opened", path);
    return f;
}

static struct wire_counts play(const char *name)
{
    struct wire_counts n;
    FILE *f = open_table(name);
    bool good = wire_play(f, &n, stdout, 20);
    fclose(f);
    if (!good)
        fail_msg("%s is no table", name);
    return n;
}

// Nothing is masked in these tables.
static unsigned compare(const struct expected *e)
{
    struct wire_counts n = play(e->table);
    if (n.packets != e->packets || n.acks != e->packets || n.waits != e->waits ||
        n.faults != e->faults || n.reads != e->reads || n.reads_equal != e->reads ||
        n.presets != e->presets || n.masked || n.bits != e->bits)
        fail_msg("%s: %u packets, %u with the same acknowledge (%u WAIT, %u FAULT), %u reads, %u "
                 "equal, %u preset, %u masked, %u bits",
                 e->table, n.packets, n.acks, n.waits, n.faults, n.reads, n.reads_equal, n.presets,
                 n.masked, n.bits);
    return n.packets;
}

static void compare_all(const struct expected *rows, size_t count, const char *what,
                        unsigned packets)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += compare(&rows[i]);
    print_message("# %u packets of a real %s compared: all equal\n", sum, what);
    assert_int_equal(sum, packets);
}

static void a_cortex_m0_answers_as_the_captured_one(void **state)
{
    static const struct expected rows[] = {
        {"nrf51_init", 36, 0, 0, 18, 0, 702},  {"nrf51_write", 242, 0, 0, 84, 21, 3498},
        {"nrf51_wait", 70, 15, 0, 3, 1, 309},  {"ftdi_init", 53, 0, 0, 25, 0, 984},
        {"ftdi_write", 83, 0, 0, 29, 0, 1206}, {"ftdi_overrun", 64, 1, 51, 4, 0, 324},
    };
    (void)state;
    compare_all(rows, sizeof rows / sizeof rows[0], "Cortex-M0", 548);
}

static void a_cortex_m4_answers_as_the_captured_one(void **state)
{
    static const struct expected rows[] = {
        {"f429_step", 212, 51, 0, 62, 24, 2682},
        {"f429_reset", 240, 56, 0, 69, 24, 2997},
        {"f429_vectreset", 212, 51, 0, 62, 24, 2682},
        {"f429_disconnect", 30, 6, 0, 14, 3, 552},
    };
    (void)state;
    compare_all(rows, sizeof rows / sizeof rows[0], "Cortex-M4", 694);
}

// The comparison can fail: in the acknowledge, in a bit of the data, in a line that is none.
static void a_changed_table_is_noticed(void **state)
{
    static const struct {
        const char *line;
        bool good;
        unsigned packets, acks, reads_equal;
    } cases[] = {
        {"9 2 R DP 0 OK 0bb11477\n", true, 1, 1, 1},
        {"9 2 R DP 0 OK 0bb11476\n", true, 1, 1, 0},
        {"9 2 R DP 0 OK 0bb11476 mask 1 why\n", true, 1, 1, 1},
        {"9 2 R DP 0 WAIT\n", true, 1, 0, 0},
        {"9 2 R\n", false, 0, 0, 0},
        {"nonsense\n", false, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        struct wire_counts n;
        FILE *nowhere = fopen("/dev/null", "w");
        int len =
            snprintf(text, sizeof text, "kind m0\nstate halted\n0 0 ones 53\n%s", cases[i].line);
        FILE *f = fmemopen(text, (size_t)len, "r");
        assert_non_null(f);
        assert_non_null(nowhere);
        assert_int_equal(wire_play(f, &n, nowhere, 1), cases[i].good);
        fclose(f);
        fclose(nowhere);
        assert_int_equal(n.packets, cases[i].packets);
        assert_int_equal(n.acks, cases[i].acks);
        assert_int_equal(n.reads_equal, cases[i].reads_equal);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cortex_m0_answers_as_the_captured_one),
        cmocka_unit_test(a_cortex_m4_answers_as_the_captured_one),
        cmocka_unit_test(a_changed_table_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
