// SPDX-License-Identifier: MIT
// Semihosting: a program on the target asks the debugger for a console, for files and for its end,
// by BKPT 0xAB with the operation in R0 and its argument in R1 ("Semihosting for AArch32 and
// AArch64", ARM 2.0, once part of DUI 0471). A state machine of bounded steps: no socket, no GDB,
// no waiting in here. What GDB's host is to do is handed out as a request of its File-I/O protocol,
// what the program prints goes to a function of the owner.
#ifndef SWDLINK_SERVER_SEMIHOST_H
#define SWDLINK_SERVER_SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "targets/target.h"

#define SEMIHOST_BKPT         0xbeabu // the Thumb instruction
#define SEMIHOST_MAX_HANDLES  32u
#define SEMIHOST_SITES        16u  // calls of the program that are remembered by their address
#define SEMIHOST_NAME_SIZE    256u // of a file
#define SEMIHOST_CMDLINE_SIZE 2048u
#define SEMIHOST_REQUEST_SIZE 96u
#define SEMIHOST_CHUNK        2048u // bytes to or from the target in one step
// Where GDB's host puts what the target has no room for (a struct stat, a character): nothing of
// the chip is at the end of the peripheral region, which GDB takes for memory.
#define SEMIHOST_WINDOW       0x5fffff00u
#define SEMIHOST_WINDOW_SIZE  64u
#define SEMIHOST_INTERRUPTED  4u // GDB's number for EINTR

enum semihost_console {
    SEMIHOST_CONSOLE_GDB,
    SEMIHOST_CONSOLE_STDIO, // our standard input and output
    SEMIHOST_CONSOLE_OWNER, // our standard input; output goes to `print`
};

// What a call waits for.
enum semihost_wait {
    SEMIHOST_AGAIN, // another step
    SEMIHOST_INPUT, // another step, but there is no hurry: nothing was typed yet, or the reader of
                    // our standard output is slow
    SEMIHOST_GDB,   // call.request goes to GDB; its reply to semihost_answer()
    SEMIHOST_DONE,  // nothing: call.result goes to R0, and the program goes on behind its BKPT
    SEMIHOST_EXIT,  // the program has ended; call.status, 0 to 255
};

enum semihost_handle_kind {
    SEMIHOST_FREE,
    SEMIHOST_STDIN,
    SEMIHOST_STDOUT,
    SEMIHOST_STDERR,
    SEMIHOST_FEATURES, // ":semihosting-features", which tells what this debugger can do
    SEMIHOST_GDB_FILE,
    SEMIHOST_DIR_FILE,
};

struct semihost_handle {
    enum semihost_handle_kind kind;
    int fd;       // GDB's, or ours
    uint32_t pos; // in the features
};

struct semihost_call {
    bool active;
    uint32_t op, arg;        // R0 and R1
    uint32_t word[4];        // the argument block, where there is one
    uint32_t done;           // bytes so far
    uint32_t result, status; // see enum semihost_wait
    uint8_t window[SEMIHOST_WINDOW_SIZE];
    bool window_open;
    char request[SEMIHOST_REQUEST_SIZE];
};

struct semihost {
    struct target *t;
    struct log *log;
    bool enabled;
    bool stdout_broken;
    unsigned reads_at_end; // of our standard input, in which nothing comes any more
    enum semihost_console console;
    int dir_fd;             // the directory that holds the program's files; -1: GDB's host has them
    uint32_t tmpnam_secret; // part of the names that SYS_TMPNAM makes; 0: none yet
    char cmdline[SEMIHOST_CMDLINE_SIZE];
    // For a console at GDB or at the owner.
    void (*print)(void *user, const char *text, size_t len);
    void *user;
    // Calls that semihosting does not define, of programs with a runner of their own: NULL: none.
    // Its result goes to R0.
    enum err (*extension)(void *user, uint32_t op, uint32_t arg, uint32_t *result);
    void *extension_user;
    uint64_t started_us;
    uint32_t last_errno; // GDB's numbers, which are newlib's
    // What is known of the flash, so that it need not be read: its owner has just compared it.
    const uint8_t *code;
    uint32_t code_base, code_len;
    // Where in flash calls were found: known until the program starts afresh.
    uint32_t site[SEMIHOST_SITES];
    unsigned sites; // so far; the oldest is overwritten
    struct semihost_handle handle[SEMIHOST_MAX_HANDLES];
    struct semihost_call call;
};

void semihost_init(struct semihost *sh, struct target *t, struct log *log);
// Files of the program go nowhere but into this directory.
enum err semihost_open_dir(struct semihost *sh, const char *path) MUST_CHECK;
// The program starts afresh: its handles are closed, its clock is at 0.
void semihost_restart(struct semihost *sh);
void semihost_close(struct semihost *sh);

// Whether the halted target stands at a call: *is_call, from the instruction at its PC.
enum err semihost_check(struct semihost *sh, bool *is_call) MUST_CHECK;
// Takes up the call at which the target stands; then semihost_step() or semihost_answer() until it
// is done or the end. A target that fails on the way is an error, and the call is given up.
enum err semihost_begin(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_step(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
// What GDB's host answered: F's value and error number, which is 0 when all went well.
enum err semihost_answer(struct semihost *sh, int64_t value, uint32_t error,
                         enum semihost_wait *wait) MUST_CHECK;
// Gives a call up. Where it stands it is made again when the program goes on.
void semihost_abort(struct semihost *sh);
// The name of an operation ("SYS_WRITE0"), or NULL.
const char *semihost_name(uint32_t op);

#endif
