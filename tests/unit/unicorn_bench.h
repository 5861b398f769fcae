// SPDX-License-Identifier: MIT
// One program on two processors: an engine of sim/core/cpu.h, and a Cortex-M0, M3, M4 or M7 of
// libunicorn. Both get the same registers, flash and RAM; everything visible is compared.
#ifndef SWDLINK_TESTS_UNIT_UNICORN_BENCH_H
#define SWDLINK_TESTS_UNIT_UNICORN_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <unicorn/unicorn.h>

#include "sim/core/cpu.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u

enum { FLASH_SIZE = 0x8000, RAM_SIZE = 0x1000, CODE_SIZE = 64 };
enum { SP = 13, LR = 14, PC = 15 };

#define FLAGS (XPSR_N | XPSR_Z | XPSR_C | XPSR_V | XPSR_Q)

struct guest {
    uint32_t r[16], msp, psp, xpsr, primask, basepri, faultmask, control, fpscr, s[32];
};

enum bench_core { BENCH_M0, BENCH_M3, BENCH_M4, BENCH_M7 };

struct own {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    struct sim_hclk hclk;
    struct sim_bpu bpu;
    struct sim_dwt dwt;
    struct sim_cpu cpu;
    uint8_t *flash, *ram;
};

struct other {
    enum sim_arch arch;
    uc_engine *uc;
    uint8_t *flash, *ram;
    bool ran, stopped, interrupted;
    uint32_t interrupt, at; // at: the instruction that began last
    uint32_t start, end;    // of the program; outside of it is the end of the run
};

// A program without backward branches, or one instruction.
struct program {
    uint16_t op[CODE_SIZE / 2];
    unsigned halfwords;
    bool single;
};

struct unicorn_bench {
    uint64_t seed;
    enum bench_core core;
    bool fp; // registers of the FPU are compared
    struct own own;
    struct other other;
};

struct outcome {
    struct guest start, own, other;
    enum sim_cpu_stop own_stop, other_stop;
    uint32_t pc;
};

// What is tried: adds an instruction, or several, of a group to a program.
typedef void code_group(struct unicorn_bench *b, struct program *p);
// Tries one of them; false: the processors differ, and it has told how.
typedef bool compare_one(struct unicorn_bench *b, code_group *group);

// The set-up and tear-down of a test, whose state is the bench.
int bench_set_up(void **state, enum bench_core core, bool fp);
int bench_tear_down(void **state);
// Tries count times; fails when there are differences, and ends early when there are many.
void bench_compare(struct unicorn_bench *b, compare_one *compare, code_group *group,
                   uint64_t count);

uint32_t bench_random(struct unicorn_bench *b);
// A register's value: small, or an address, or anything.
uint32_t bench_random_value(struct unicorn_bench *b);
// A state in which pc is executed next, outside of an IT block.
struct guest bench_random_guest(struct unicorn_bench *b, uint32_t pc);
uint32_t bench_random_pc(struct unicorn_bench *b);
void bench_fill_ram(struct unicorn_bench *b);

void program_add(struct program *p, uint32_t op);
void program_add_wide(struct program *p, uint32_t op, uint32_t op2);

// Runs the program at o->pc from o->start on both.
void bench_run(struct unicorn_bench *b, const struct program *p, struct outcome *o);
// True when everything agrees: stops, registers, RAM.
bool bench_agrees(struct unicorn_bench *b, const struct outcome *o);
// Gives both the same RAM again.
void bench_forgive(struct unicorn_bench *b);
void bench_tell(const struct program *p, const struct outcome *o);

uint64_t bench_from_environment(const char *name, uint64_t otherwise);
// How many of `whole` are tried: all of them with SWDLINK_TEST_ALL=1, fewer with SWDLINK_TEST_SAMPLE.
uint64_t bench_count(uint64_t whole);

// Both sides begin with erased flash.
void memory_open(uint8_t **flash, uint8_t **ram);

// unicorn_side.c
void other_open(struct other *o, enum bench_core core, enum sim_arch arch);
void other_set(struct other *o, const struct guest *g, bool fp);
void other_get(struct other *o, struct guest *g, bool fp);
// One program; what Unicorn tells of its end, in the words of the other side.
enum sim_cpu_stop other_run(struct other *o);

#endif
