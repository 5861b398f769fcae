// SPDX-License-Identifier: MIT
// A program that runs on the target until it ends: its semihosting calls are answered, its RTT
// channel is read, stops, resets, time and signals are watched. The target is connected, the
// program is in its memory, and the core is halted at its first instruction.
#ifndef SWDLINK_CLI_RUN_PROGRAM_H
#define SWDLINK_CLI_RUN_PROGRAM_H

#include "cli/image.h"
#include "cli/results/results.h"
#include "cli/run_rtt.h"
#include "cli/run_swo.h"
#include "server/semihost.h"

enum run_ending {
    RUN_EXITED,  // by semihosting
    RUN_EXIT_AT, // the address of --exit-at was reached
    RUN_BKPT,
    RUN_FAULT,
    RUN_LOCKUP,
    RUN_RESET,
    RUN_STOPPED, // halted by somebody else
    RUN_TIMEOUT,
    RUN_SIGNAL,
    RUN_ENDINGS,
};

struct run_end {
    bool over;
    enum run_ending how;
    int status;
    char text[256]; // how the program ended badly; empty: by itself
};

struct run_program {
    struct target *t;
    struct log *log;
    const char *elf;             // for names and lines; NULL: none
    uint64_t timeout_us;         // 0: no limit
    const char *semihosting_dir; // NULL: the program has no files
    enum err (*extension)(void *user, uint32_t op, uint32_t arg, uint32_t *result); // or NULL
    void *extension_user;
    const char *cmdline;       // what SYS_GET_CMDLINE tells
    const struct image *image; // that the target holds; NULL: not known
    uint32_t code_at;          // where its program begins
    bool starts_by_reset;      // the core is not halted at its first instruction yet
    bool has_exit;             // --exit-at
    uint32_t exit_addr;
    int exit_status;
    bool use_rtt;
    struct run_rtt rtt;
    bool use_swo;
    struct run_swo swo;
    void (*print)(void *user, enum results_stream stream, const char *text, size_t len);
    void *user;
    struct semihost semihost;
    uint64_t started_us;
    double seconds; // that it ran
    struct run_end end;
};

// What may be left in RAM of a program before is made unfindable. Before the image is written.
enum err run_program_prepare(struct run_program *p) MUST_CHECK;
// Runs it to its end, which is in p->end. An error is the rig's: what the program printed until
// then has been passed on.
enum err run_program_run(struct run_program *p) MUST_CHECK;
// After an end by semihosting: lets the program go on behind its last call, or leaves it halted
// there. False: that is not possible, and a reset is the way.
bool run_program_let_go(struct run_program *p, bool halted);
// "exit", "timeout", …: a stable name for programs that read it.
const char *run_program_ending_name(enum run_ending how);

#endif
