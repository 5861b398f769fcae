// SPDX-License-Identifier: MIT
// The doctor at the virtual board: its instruments and its rules together. One test per row and
// probe.
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/diagnosis.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "tests/unit/choose.h"
#include "tests/unit/rows.h"

#define REPORT_US 3000000u // without --deep, on the board's clock

struct row {
    const char *board;   // what is wrong with it
    const char *verdict; // the first one
    const char *truth;   // among the candidates; NULL: the verdict
};

// A row at one probe: a test of its own.
struct placed_row {
    struct row_name name;
    const struct row *row;
    const char *chip, *probe;
};

// It begins with a chip of its own.
static bool names_a_chip(const char *fault)
{
    return strncmp(fault, "stm32", 5) == 0;
}

static void measure(struct measurements *m, const struct placed_row *at)
{
    char text[256];
    struct log log = log_silent();
    struct sim_board *board;
    struct stlink st;
    const char *fault = at->row->board, *probe = at->probe;
    const bool other = names_a_chip(fault);
    const char *chip = other ? fault : at->chip;
    const int len = (int)strcspn(chip, ",");
    fault += other ? len : 0;
    snprintf(text, sizeof text, "%.*s,firmware=count,probe=%s%s%s", len, chip, probe,
             *fault && !other ? "," : "", fault);
    assert_int_equal(sim_board_open(&board, text, &log), ERR_OK);
    memset(m, 0, sizeof *m);
    assert_int_equal(stlink_open(&st, sim_link_to(board), &log), ERR_OK);
    m->probe.version = st.version;
    m->probe.on_board = strcmp(probe, "v2-1") == 0;
    assert_int_equal(measure_all(m, &st, &(struct measure_options){0}, &log), ERR_OK);
    stlink_close(&st);
    assert_int_equal(sim_board_close(board), ERR_OK);
}

static bool has(const struct diagnosis *d, const char *id)
{
    for (unsigned i = 0; i < d->count; i++)
        if (strcmp(d->finding[i].rule->id, id) == 0)
            return true;
    return false;
}

// The verdict is what has to be dealt with first; a second fault stays in sight where it can be.
static void check_row(void **state)
{
    const struct placed_row *at = *state;
    const struct row *row = at->row;
    struct measurements m;
    struct diagnosis d;
    measure(&m, at);
    diagnosis_make(&d, &m);
    const char *verdict = d.finding[0].rule->id, *truth = row->truth ? row->truth : row->verdict;
    if (strcmp(verdict, row->verdict) != 0 || !has(&d, truth))
        print_message("%s (%s), %u us; wanted %s with %s\n", verdict, d.finding[0].evidence.text,
                      m.took_us, row->verdict, truth);
    assert_string_equal(verdict, row->verdict);
    assert_true(has(&d, truth));
    if (m.survival.deep_sleep)
        assert_int_equal(m.survival.standby, !strstr(row->board, "firmware=stop"));
    assert_in_range(m.took_us, 0, REPORT_US);
}

static const char *const probes[] = {"v2", "v2-1", "v3"};

// Each single fault gets its verdict on every probe.
static const struct row single_faults[] = {
    {"", "healthy", NULL},
    {"vdd=2500", "healthy", NULL},
    {"vtref=fake", "healthy", NULL},
    {"swdio=470", "healthy", NULL},
    {"swclk=470", "healthy", NULL},
    {"nrst=4.7k", "healthy", NULL},
    {"probe-mode=debug", "healthy", NULL},
    {"firmware=sleep", "healthy", NULL},
    {"nrst=open", "healthy", "nrst-not-wired"},
    {"nrst=vcc", "healthy", "nrst-not-wired"},
    {"nrst=slow", "healthy", "nrst-slow"},
    {"hse=none", "healthy", "hse-dead"},
    {"hse=12000000", "healthy", "hse-frequency"},
    {"vdda=2000", "healthy", "vdda-low"},
    {"swdio=open", "no-answer", "swdio-open"},
    {"swdio=47k", "no-answer", "swdio-open"},
    {"swdio=gnd", "no-answer", "swdio-low"},
    {"swdio=gnd@board", "no-answer", "swdio-low"},
    {"swdio=vcc", "no-answer", "swdio-high"},
    {"swdio=vcc@board", "no-answer", "swdio-high"},
    {"swdio=swapped", "no-answer", "swd-swapped"},
    {"swdio=joined", "no-answer", "swd-joined"},
    {"swdio=joined@board", "no-answer", "swd-joined"},
    {"swclk=open", "no-answer", "swclk-fault"},
    {"swclk=47k", "no-answer", "swclk-fault"},
    {"swclk=gnd", "no-answer", "swclk-fault"},
    {"swclk=vcc", "no-answer", "swclk-fault"},
    {"chip=dead", "no-answer", "chip-dead"},
    {"chip=missing", "no-answer", "chip-dead"},
    {"rdp=2", "no-answer", "read-protected-2"},
    {"vdda=off", "no-answer", "vdda-low"},
    {"vdd=off,vtref=fake", "no-answer", "target-unpowered"},
    {"swdio=noise=0.01,seed=2", "no-answer", "link-marginal"},
    {"chip=rotated", "target-unpowered", "chip-dead"},
    {"usb=stale-reply", "healthy", NULL},
    {"usb=toggle-loss", "healthy", NULL},
    {"usb=stall@30", "probe-usb", NULL},
    {"usb=short@30", "probe-usb", NULL},
    {"usb=garbage@30", "probe-usb", NULL},
    {"cpuid=0", "unknown-chip", NULL},
    {"dpidr=0x1ba01477", "foreign-chip", NULL},
    {"designer=0x751", "foreign-chip", NULL},
    {"stm32g071rb,designer=0x751", "foreign-chip", NULL},
    {"ap=closed", "debug-locked", NULL},
    {"stm32f407vg,ap=closed", "debug-locked", NULL},
    {"swdio=10k", "link-marginal", NULL},
    {"swdio=weak", "link-marginal", NULL},
    {"swclk=weak", "link-marginal", NULL},
    {"swdio=flaky", "link-marginal", NULL},
    {"swclk=flaky", "link-marginal", NULL},
    {"swdio=noise=0.001", "link-marginal", NULL},
    {"swclk=noise=0.001", "link-marginal", NULL},
    {"swclk=noise=0.001,seed=363", "link-marginal", NULL}, // a V3 refuses a chip once
    {"swdio=noise=0.0001", "link-marginal", NULL},
    {"stm32f072rb,swdio=noise=0.001,seed=224", "link-marginal", NULL}, // was called nrst-low
    {"nrst=gnd", "nrst-low", NULL},
    {"nrst=gnd@board", "nrst-low", NULL},
    {"gnd=open", "gnd-open", NULL},
    {"gnd=open,seed=21", "gnd-open", NULL}, // a V3 gets one answer, and a wrong one
    {"cable=out", "not-connected", NULL},
    {"cable=out,seed=3", "not-connected", NULL}, // the first samples lie close together
    {"cable=out,seed=9", "not-connected", NULL},
    {"vdd=off", "target-unpowered", NULL},
    {"vdd=pins", "target-unpowered", NULL},
    {"vdd=1000", "target-unpowered", NULL},
    {"vdd=flaky", "supply-unstable", NULL},
    {"stm32f042k6,rdp=1", "read-protected-1", NULL},
    {"stm32f072rb,firmware=swd-off", "swd-off-by-program", NULL},
    {"stm32f091rc,boot0=1", "boot-system-memory", NULL},
    {"stm32f030f4,nrst=gnd", "nrst-low", NULL},
    {"stm32f303cc", "healthy", NULL},
    {"stm32f373cc,rdp=1", "read-protected-1", NULL},
    {"stm32f334k8,firmware=swd-off", "swd-off-by-program", NULL},
    {"stm32f303re,firmware=slow-clock", "core-slow", NULL},
    {"stm32f301c8,firmware=stop", "low-power", NULL},
    {"stm32f302cc,vdd=1800", "target-undervoltage", NULL},
    {"stm32f303cc,dpidr=0x1ba01477", "foreign-chip", NULL},
    {"stm32wb55rg", "healthy", NULL}, // debug ports of version 2
    {"stm32wle5jc", "healthy", NULL},
    {"stm32l476rg,dpidr=0x6ba02477", "foreign-chip", NULL},
    {"stm32l152re", "healthy", NULL}, // a Cortex-M3 r2p0 with the port of a Cortex-M4
    {"stm32f207zg", "healthy", NULL},
    {"vtref=open", "vtref-not-wired", NULL},
    {"vtref=0", "healthy", "vtref-not-wired"}, // many probes show it
    {"vtref=5000", "target-overvoltage", NULL},
    {"vtref=adc-dead", "healthy", "probe-vtref"},
    {"usb=slow", "healthy", "usb-slow"},
    {"rdp=1", "read-protected-1", NULL},
    {"boot0=1", "boot-system-memory", NULL},
    {"chip=blank", "blank-flash", NULL},
    {"stm32f042k6,chip=blank", "blank-flash", "boot-system-memory"}, // it starts its boot loader
    {"chip=clone", "foreign-chip", NULL},
    {"chip=foreign", "foreign-chip", NULL},
    {"firmware=swd-off", "swd-off-by-program", NULL},
    {"firmware=stop", "low-power", NULL},
    {"firmware=standby", "low-power", NULL},
    {"stm32f407vg,firmware=stop", "low-power", NULL},
    {"stm32f407vg,firmware=standby", "low-power", NULL},
    {"stm32f207zg,firmware=stop", "low-power", NULL},
    {"firmware=slow-clock", "core-slow", NULL},
    {"firmware=iwdg", "reset-loop", NULL},
    {"firmware=reset-loop", "reset-loop", NULL},
    {"firmware=lockup", "lockup", NULL},
};

// What depends on the least supply: 2.0 V of an STM32F0 (DS9773, 6.3.1), 1.65 V of an STM32L0
// (DS10152, 6.3.1).
static const struct row f0_faults[] = {
    {"idcode=0", "unknown-chip", NULL},
    {"vdd=1800", "target-undervoltage", NULL},
    {"vdd=1950", "target-undervoltage", NULL},
    {"vtref=1800", "healthy", "target-undervoltage"}, // as of an STM32F038, which has the same id
    {"vtref=1800,swdio=10k", "target-undervoltage", "vtref-not-wired"},
    {"stm32f303cc,vtref=1800", "healthy", "target-undervoltage"}, // F358
};
static const struct row l0_faults[] = {
    {"idcode=0", "unknown-chip", NULL},
    {"vdd=1800", "healthy", NULL},
    {"vdd=1550", "target-undervoltage", NULL},
    {"vtref=1550", "target-undervoltage", "vtref-not-wired"},
    {"stm32l011k4,chip=blank", "blank-flash", "boot-system-memory"}, // it starts its boot loader
    {"stm32l072cz,firmware=swd-off", "swd-off-by-program", NULL},
    {"stm32l031k6,rdp=1", "read-protected-1", NULL},
};
static const struct row l1_faults[] = {
    {"idcode=0", "unknown-chip", NULL},        {"vdd=1800", "healthy", NULL},
    {"vdd=1550", "target-undervoltage", NULL}, {"firmware=stop", "low-power", NULL},
    {"firmware=standby", "low-power", NULL},   {"firmware=slow-clock", "core-slow", NULL},
};
// STM32F1 and F3: 2.0 V at least (DS5319, DS9118, general operating conditions); F4: 1.7 V
// (DS8626).
static const struct row f1_faults[] = {
    {"idcode=0", "unknown-chip", NULL}, // the ROM table names the family alone
    {"vdd=2100", "healthy", NULL},
    {"vdd=1900", "target-undervoltage", NULL},
    {"firmware=stop", "low-power", NULL},
    {"firmware=standby", "low-power", NULL},
    {"firmware=swd-off", "swd-off-by-program", NULL},
};
static const struct row f3_faults[] = {
    {"idcode=0", "unknown-chip", NULL},
    {"vdd=2100", "healthy", NULL},
    {"vdd=1900", "target-undervoltage", NULL},
    {"firmware=standby", "low-power", NULL},
    {"firmware=swd-off", "swd-off-by-program", NULL},
};
static const struct row f4_faults[] = {
    {"idcode=0", "unknown-chip", NULL},
    {"vdd=1800", "healthy", NULL},
    {"vdd=1650", "target-undervoltage", NULL},
    {"firmware=swd-off", "swd-off-by-program", NULL},
};
static const struct row f7_faults[] = {
    {"idcode=0", "unknown-chip", NULL},        {"vdd=1800", "healthy", NULL},
    {"vdd=1650", "target-undervoltage", NULL}, {"firmware=swd-off", "swd-off-by-program", NULL},
    {"boot0=1", "boot-system-memory", NULL},
};
static const struct row g0_faults[] = {
    {"idcode=0", "unknown-chip", NULL},
    {"vdd=1800", "healthy", NULL},
    {"vdd=1650", "target-undervoltage", NULL},
    {"vtref=1550", "target-undervoltage", "vtref-not-wired"},
    {"firmware=shutdown", "low-power", NULL},
};
// Their ROM table is ARM's: nothing but the id names ST.
static const struct row c0_faults[] = {
    {"idcode=0", "foreign-chip", NULL},
    {"vdd=1650", "target-undervoltage", NULL},
    {"firmware=shutdown", "low-power", NULL},
    {"firmware=swd-off", "swd-off-by-program", NULL},
};
static const struct row u0_faults[] = {
    {"idcode=0", "foreign-chip", NULL},        {"vdd=1800", "healthy", NULL},
    {"vdd=1650", "target-undervoltage", NULL}, {"firmware=stop", "low-power", NULL},
    {"firmware=shutdown", "low-power", NULL},
};

// STM32L4, G4, WB and WL.
static const struct row m4dword_faults[] = {
    {"idcode=0", "unknown-chip", NULL},        {"vdd=1800", "healthy", NULL},
    {"vdd=1650", "target-undervoltage", NULL}, {"firmware=stop", "low-power", NULL},
    {"firmware=shutdown", "low-power", NULL},  {"firmware=swd-off", "swd-off-by-program", NULL},
};

// Pairs of faults end in a sensible first step.
static const struct row pairs[] = {
    {"swdio=gnd,vdd=off", "target-unpowered", NULL},
    {"swdio=open,swclk=open", "no-answer", NULL},
    {"nrst=gnd,swdio=open", "no-answer", NULL},
    {"firmware=swd-off,nrst=open", "no-answer", "swd-off-by-program"},
    {"firmware=stop,nrst=open", "no-answer", "low-power"},
    {"firmware=standby,nrst=open", "no-answer", "low-power"},
    {"vtref=open,swdio=gnd", "not-connected", "vtref-not-wired"},
    {"rdp=1,swdio=weak", "link-marginal", "read-protected-1"},
    {"rdp=1,chip=blank", "read-protected-1", NULL},
    {"firmware=iwdg,swdio=weak", "link-marginal", "reset-loop"},
    {"gnd=open,vtref=fake", "no-answer", "gnd-open"},
    {"stm32f103cb,gnd=open,vtref=fake,seed=140832", "no-answer", "gnd-open"},
    {"vdd=1800,swdio=open", "target-undervoltage", "swdio-open"},
    {"nrst=gnd,swdio=weak", "nrst-low", "link-marginal"},
    {"chip=clone,swdio=weak", "foreign-chip", "link-marginal"},
    {"chip=clone,rdp=1", "foreign-chip", "read-protected-1"},
    {"chip=blank,vtref=0", "blank-flash", "vtref-not-wired"},
    {"firmware=iwdg,vtref=open", "vtref-not-wired", "reset-loop"},
    {"firmware=swd-off,vtref=open", "swd-off-by-program", "vtref-not-wired"},
    {"firmware=swd-off,nrst=slow", "swd-off-by-program", "nrst-slow"},
    {"firmware=stop,nrst=gnd", "nrst-low", NULL},
    {"firmware=lockup,boot0=1", "boot-system-memory", NULL},
    {"cable=out,vdd=off", "not-connected", "target-unpowered"},
    {"cable=out,vtref=fake", "no-answer", "not-connected"},
    {"firmware=stop,rdp=1", "read-protected-1", "low-power"},
    {"firmware=swd-off,rdp=1", "read-protected-1", "swd-off-by-program"},
    {"vdd=flaky,vdda=off", "supply-unstable", "vdda-low"},
    {"vdd=pins,gnd=open,seed=351", "gnd-open", "target-unpowered"}, // was called healthy
    {"vdd=flaky,vtref=fake", "link-marginal", "supply-unstable"},
    {"usb=slow,vtref=adc-dead", "healthy", "probe-vtref"}, // took too long
    // Were called swd-off-by-program and gnd-open.
    {"stm32f031k6,swclk=weak,firmware=stop,seed=2", "low-power", NULL},
    {"stm32f031k6,swdio=gnd,vdd=flaky,seed=2", "supply-unstable", "swdio-low"},
};

// Chance hides a fault behind another, and it is still among the candidates: this supply is off at
// every look before SWD was driven.
static const struct row chance = {"stm32f070f6,vdd=flaky,seed=492", "target-unpowered",
                                  "supply-unstable"};

enum {
    PROBES = sizeof probes / sizeof probes[0],
    SINGLE_FAULTS = sizeof single_faults / sizeof single_faults[0],
    PAIRS = sizeof pairs / sizeof pairs[0],
    MORE = 6, // of one family's own, at most
};

#define FAULTS(rows) rows, sizeof(rows) / sizeof(rows)[0]

// One chip of each family, on which every row is tried that does not name a chip itself, and the
// rows that are its family's.
static const struct {
    const char *chip;
    const struct row *rows;
    unsigned count;
    const char *without[3]; // rows that have this in their text are not for it
    bool own_only;          // all the others with SWDLINK_TEST_ALL only
} chips[] = {
    {"stm32f031k6", FAULTS(f0_faults), {NULL}, false},
    {"stm32l053r8", FAULTS(l0_faults), {NULL}, false},
    // An option stands in the place of BOOT0, as the factory delivers it.
    {"stm32g071rb", FAULTS(g0_faults), {"boot0"}, false},
    {"stm32c031c6", FAULTS(c0_faults), {"boot0"}, false},
    {"stm32u083rc", FAULTS(u0_faults), {"boot0"}, false},
    // By chance this weak wire fails at the clock that was safe, and the options stay unread.
    {"stm32l476rg", FAULTS(m4dword_faults), {"rdp=1,swdio=weak"}, true},
    // A 512th of 16 MHz is fast enough for what the ST-LINK/V2 repeats on its own.
    {"stm32g474re", FAULTS(m4dword_faults), {"boot0", "slow-clock"}, true},
    // A Cortex-M3 may have that debug port.
    {"stm32l152rb", FAULTS(l1_faults), {"dpidr=0x1ba01477"}, true},
    // There is no level 2. Fed by its pins alone, this chip and the next two make a report take 3.1
    // s.
    {"stm32f103cb", FAULTS(f1_faults), {"dpidr=0x1ba01477", "rdp=2", "vdd=pins"}, true},
    {"stm32f303cc", FAULTS(f3_faults), {"vdd=pins"}, true},
    {"stm32f407vg", FAULTS(f4_faults), {"vdd=pins", "slow-clock"}, true},
    {"stm32f746zg", FAULTS(f7_faults), {"vdd=pins", "slow-clock"}, true},
    {"stm32wb55rg", FAULTS(m4dword_faults), {"boot0"}, true},
    {"stm32wle5jc", FAULTS(m4dword_faults), {"boot0"}, true},
};

enum {
    CHIPS = sizeof chips / sizeof chips[0],
    TESTS = ((SINGLE_FAULTS + MORE) * PROBES + PAIRS) * CHIPS + 1,
};

struct tests {
    unsigned count;
    struct placed_row placed[TESTS];
    struct CMUnitTest test[TESTS];
};

static void add_test(struct tests *tests, const struct row *row, const char *chip,
                     const char *probe)
{
    const unsigned i = tests->count++;
    struct placed_row *at = &tests->placed[i];
    char where[64];
    assert(i < TESTS);
    *at = (struct placed_row){.row = row, .chip = chip, .probe = probe};
    snprintf(where, sizeof where, "%s-on-%s", chip, probe);
    tests->test[i] = (struct CMUnitTest){
        .name = name_row(&at->name, row->board, names_a_chip(row->board) ? probe : where),
        .test_func = check_row,
        .initial_state = at,
    };
}

static bool is_for(const struct row *row, unsigned chip)
{
    for (unsigned i = 0; i < sizeof chips[chip].without / sizeof chips[chip].without[0]; i++)
        if (chips[chip].without[i] && strstr(row->board, chips[chip].without[i]))
            return false;
    return true;
}

// A row of all chips that names one is there once.
static void add_rows(struct tests *tests, const struct row *rows, unsigned count, unsigned chip,
                     const char *probe)
{
    const bool own = rows == chips[chip].rows;
    if (!own && chips[chip].own_only && !getenv("SWDLINK_TEST_ALL"))
        return;
    for (unsigned i = 0; i < count; i++) {
        if (!is_for(&rows[i], chip))
            continue;
        if (chip == 0 || own || !names_a_chip(rows[i].board))
            add_test(tests, &rows[i], chips[chip].chip, probe);
    }
}

int main(int argc, char **argv)
{
    struct tests tests = {.count = 0};
    choose_tests(argc, argv);
    add_test(&tests, &chance, chips[0].chip, "v3");
    for (unsigned c = 0; c < CHIPS; c++) {
        add_rows(&tests, pairs, PAIRS, c, "v2");
        for (unsigned p = 0; p < PROBES; p++) {
            add_rows(&tests, single_faults, SINGLE_FAULTS, c, probes[p]);
            add_rows(&tests, chips[c].rows, chips[c].count, c, probes[p]);
        }
    }
    return run_tests_or_sample(argc, "doctor_board", tests.test, tests.count);
}
