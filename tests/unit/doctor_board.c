// SPDX-License-Identifier: MIT
// The doctor at the virtual board: its instruments and its rules together. One row per fault.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/diagnosis.h"
#include "sim/board.h"
#include "sim/link.h"

#define REPORT_US 3000000u // without --deep, on the board's clock

// A program that counts for ever: SP, entry, movs r0, #0; adds r0, #1; b .-2
static const uint8_t counting[] = {0x00, 0x10, 0x00, 0x20, 0xc1, 0x00, 0x00, 0x08};
static const uint8_t counting_code[] = {0x00, 0x20, 0x01, 0x30, 0xfd, 0xe7};

struct row {
    const char *board;   // what is wrong with it
    const char *verdict; // the first one
    const char *truth;   // among the candidates; NULL: the verdict
};

static void measure(struct measurements *m, const char *probe, const char *fault)
{
    char text[256], name[] = "/tmp/doctor-board-XXXXXX";
    uint8_t image[0xc0 + sizeof counting_code] = {0};
    struct log log = log_silent();
    struct sim_board *board;
    struct stlink st;
    memcpy(image, counting, sizeof counting);
    memcpy(image + 0xc0, counting_code, sizeof counting_code);
    int fd = mkstemp(name);
    FILE *f = fdopen(fd, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(image, sizeof image, 1, f), 1);
    fclose(f);
    snprintf(text, sizeof text, "stm32f031k6,firmware=%s,probe=%s%s%s", name, probe,
             *fault ? "," : "", fault);
    assert_int_equal(sim_board_open(&board, text, &log), ERR_OK);
    remove(name);
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

static unsigned check_row(const char *probe, const struct row *row)
{
    struct measurements m;
    struct diagnosis d;
    measure(&m, probe, row->board);
    diagnosis_make(&d, &m);
    const char *verdict = d.finding[0].rule->id, *truth = row->truth ? row->truth : row->verdict;
    bool good = strcmp(verdict, row->verdict) == 0 && has(&d, truth) && m.took_us <= REPORT_US;
    if (!good)
        print_message("%s with %s: %s (%s), %u us; wanted %s\n", row->board, probe, verdict,
                      d.finding[0].evidence.text, m.took_us, row->verdict);
    return !good;
}

static void each_fault_gets_its_verdict_on_every_probe(void **state)
{
    (void)state;
    static const char *const probes[] = {"v2", "v2-1", "v3"};
    static const struct row rows[] = {
        {"", "healthy", NULL},
        {"swdio=open", "no-answer", "swdio-open"},
        {"swdio=gnd", "no-answer", "swdio-low"},
        {"swdio=vcc", "no-answer", "swdio-high"},
        {"swdio=swapped", "no-answer", "swd-swapped"},
        {"swdio=joined", "no-answer", "swd-joined"},
        {"swclk=open", "no-answer", "swclk-fault"},
        {"swclk=gnd", "no-answer", "swclk-fault"},
        {"swclk=vcc", "no-answer", "swclk-fault"},
        {"swdio=weak", "link-marginal", NULL},
        {"swdio=noise=0.001", "link-marginal", NULL},
        {"nrst=gnd", "nrst-low", NULL},
        {"nrst=open", "healthy", "nrst-not-wired"},
        {"vdd=off", "target-unpowered", NULL},
        {"vdd=1800", "target-undervoltage", NULL},
        {"vdd=off,vtref=fake", "no-answer", "target-unpowered"},
        {"vtref=open", "vtref-not-wired", NULL},
        {"chip=dead", "no-answer", "chip-dead"},
        {"rdp=1", "read-protected-1", NULL},
        {"rdp=2", "no-answer", "read-protected-2"},
        {"boot0=1", "boot-system-memory", NULL},
    };
    unsigned failed = 0;
    for (unsigned p = 0; p < 3; p++)
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
            failed += check_row(probes[p], &rows[i]);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_gets_its_verdict_on_every_probe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
