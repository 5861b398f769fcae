// SPDX-License-Identifier: MIT
// GDB's agent expressions ("Debugging with GDB", appendix F): conditions and commands of
// breakpoints that the server evaluates by itself. An expression comes from outside: its steps, its
// stack, its questions to the target and its output are limited, and whatever it does wrong is an
// error.
#ifndef SWDLINK_SERVER_AGENT_H
#define SWDLINK_SERVER_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGENT_STACK     64u
#define AGENT_STEPS     4096u
#define AGENT_READS     64u  // of memory
#define AGENT_OUTPUT    512u // bytes of one printf
#define AGENT_VARIABLES 16u  // of trace state, which begin as 0

// What an expression may ask. Each false: it cannot be read.
struct agent_host {
    void *user;
    bool (*read_memory)(void *user, uint32_t addr, uint8_t *data, size_t len);
    bool (*read_register)(void *user, unsigned number, uint32_t *value);
    void (*print)(void *user, const char *text, size_t len);
    int64_t *variable; // AGENT_VARIABLES of them
};

// Evaluates it. False, and *why a phrase: it has no value.
bool agent_run(const struct agent_host *host, const uint8_t *code, size_t len, int64_t *value,
               const char **why);

#endif
