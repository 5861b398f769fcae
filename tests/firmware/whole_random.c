// SPDX-License-Identifier: MIT
// Random instructions, made in RAM and executed there: in IT blocks and outside, privileged and
// not, with loads and stores through good and unaligned pointers and such as the bus or the MPU
// refuse, undefined ones, SVC. Divisions by zero do not trap: QEMU 7.2 forgets registers when they
// do. A Cortex-M7 buffers its writes whatever ACTLR says, which QEMU's does not: it is given no
// pointers that the bus refuses. Each fault's handler notes what it sees (the stacked frame, its xPSR with ITSTATE, CFSR, the
// address), then skips the rest, or mends the pointers and lets the instruction start again.
#include <stdint.h>

#include "random_code.h"

#define REG(addr) (*(volatile uint32_t *)(addr))
#define ACTLR     REG(0xe000e008)
#define CCR       REG(0xe000ed14)
#define SHCSR     REG(0xe000ed24)
#define CFSR      REG(0xe000ed28)
#define HFSR      REG(0xe000ed2c)
#define MMFAR     REG(0xe000ed34)
#define BFAR      REG(0xe000ed38)
#define MPU_CTRL  REG(0xe000ed94)
#define MPU_RNR   REG(0xe000ed98)
#define MPU_RBAR  REG(0xe000ed9c)
#define MPU_RASR  REG(0xe000eda0)

#define ACTLR_DISDEFWBUF 2u // QEMU has no write buffer: all of its bus faults are precise
#define CCR_UNALIGN_TRP  8u
#define SHCSR_ENABLE     0x70000u
#define BFSR_BFARVALID   0x8000u
#define MMFSR_MMARVALID  0x80u
#define RASR_4GB         (RASR_NORMAL | 31u << 1 | 1)
#define RASR_1KB         (RASR_NORMAL | 9u << 1 | 1)
#define RASR_NORMAL      (3u << 16) // C and B: a Cortex-M7 refuses unaligned accesses to devices
#define RASR_AP(n)       ((n) << 24)
#define XPSR_IT          0x0600fc00u
#define XPSR_T           0x01000000u

#if __ARM_FP & 8 // double precision: a Cortex-M7
#define HAS_WRITE_BUFFER 1
#else
#define HAS_WRITE_BUFFER 0
#endif

#ifndef CASES
#define CASES 4000
#endif

enum { ARENA = 1024, LOCKED = 1024, NOTES = 32, MOST_RETRIES = 2 };
enum { R0, R1, R2, R3, R12, LR, PC, XPSR };

struct note {
    uint32_t number, exception, pc, xpsr, cfsr, addr, exc_return, hash;
};

struct registers {
    uint32_t apsr, r[13];
#ifdef __ARM_FP
    uint32_t s[16];
#endif
};

static uint8_t arena[ARENA] __attribute__((aligned(8)));
static uint8_t locked[LOCKED] __attribute__((aligned(LOCKED))); // the MPU guards it
volatile uint32_t cases, taken, retried, retries, hash = 2166136261u;
volatile struct note notes[NOTES]; // the last ones
static struct registers registers;

static uint32_t mix(uint32_t h, uint32_t value)
{
    return (h ^ value) * 16777619u;
}

static uint32_t random_pointer(void)
{
    uint32_t good = (uint32_t)(uintptr_t)arena + ARENA / 2 + below(16) * 4;
    switch (below(8)) {
    case 0: // unaligned
        return good + 1 + below(3);
    case 1: // nothing there
        return HAS_WRITE_BUFFER ? good : 0x70000000u + below(64) * 4;
    case 2: // perhaps not for everybody
    case 3:
        return (uint32_t)(uintptr_t)locked + LOCKED / 2 + below(16) * 4;
    default:
        return good;
    }
}

static void make_registers(void)
{
    for (unsigned i = 0; i < 4; i++)
        registers.r[i] = random_pointer();
    for (unsigned i = 4; i < 12; i++)
        registers.r[i] = below(3) ? next_random() : below(4);
    registers.r[12] = below(32);
    registers.apsr = next_random() & 0xf8000000u;
#ifdef __ARM_FP
    registers.apsr |= next_random() & 0xf0000u;
    for (unsigned i = 0; i < 16; i++)
        registers.s[i] = below(2) ? next_random() : 0x3f000000u + (below(64) << 20);
#endif
}

// Calls the code with the registers, and stores them again: what is in front of `behind` is
// executed at the end of the code.
void execute(struct registers *registers, const uint16_t *code) __attribute__((naked, noipa));
void behind(void);
void execute(struct registers *r, const uint16_t *c)
{
    (void)r;
    (void)c;
    __asm volatile("push {r0, r4-r11, lr}\n"
                   "push {r1}\n"
                   "sub sp, #4\n"
                   "ldr r2, [r0], #4\n"
#ifdef __ARM_FP
                   "add r3, r0, #52\n"
                   "vldmia r3, {s0-s15}\n"
                   "msr apsr_nzcvqg, r2\n"
#else
                   "msr apsr_nzcvq, r2\n"
#endif
                   "orr lr, r1, #1\n"
                   "ldmia r0, {r0-r12}\n"
                   "bx lr\n"
                   ".global behind\n .thumb_func\n"
                   "behind: push {r0-r12}\n" // 52 bytes, below r1's 8
                   "mrs r1, apsr\n"
                   "ldr r0, [sp, #60]\n"
                   "str r1, [r0], #4\n"
                   "mov r2, sp\n"
                   "movs r3, #13\n"
                   "1: ldr r1, [r2], #4\n"
                   "str r1, [r0], #4\n"
                   "subs r3, #1\n"
                   "bne 1b\n"
#ifdef __ARM_FP
                   "vstmia r0, {s0-s15}\n"
#endif
                   "add sp, #64\n"
                   "pop {r4-r11, pc}\n");
}

// A good value for each pointer, so that the instruction can be done again.
static void mend(uint32_t *frame)
{
    for (unsigned i = R0; i <= R3; i++)
        frame[i] = (uint32_t)(uintptr_t)arena + ARENA / 2 + below(16) * 4;
    CCR &= ~CCR_UNALIGN_TRP;
    retries++;
    retried++;
}

static void leave(uint32_t *frame)
{
    frame[PC] = (uint32_t)(uintptr_t)&code[end];
    frame[XPSR] = (frame[XPSR] & ~XPSR_IT) | XPSR_T;
}

static uint32_t fault_address(uint32_t cfsr)
{
    if (cfsr & MMFSR_MMARVALID)
        return MMFAR & ~3u; // QEMU aligns BFAR
    return cfsr & BFSR_BFARVALID ? BFAR & ~3u : HFSR;
}

static void note_exception(const uint32_t *frame, const uint32_t *saved, uint32_t exc_return)
{
    volatile struct note *n = &notes[taken % NOTES];
    uint32_t h = 2166136261u, ipsr;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    for (unsigned i = R0; i <= R12; i++)
        h = mix(h, frame[i]);
    for (unsigned i = 0; i < 8; i++)
        h = mix(h, saved[i]);
    n->number = cases;
    n->exception = ipsr;
    n->pc = frame[PC] - (uint32_t)(uintptr_t)code;
    n->xpsr = frame[XPSR];
    n->cfsr = CFSR;
    n->addr = fault_address(n->cfsr);
    n->exc_return = exc_return;
    n->hash = h;
    for (unsigned i = 0; i < sizeof *n / 4; i++)
        hash = mix(hash, ((volatile uint32_t *)n)[i]);
    taken++;
}

// The whole address space for everybody, and one region for whom it happens to be.
static void make_protection(void)
{
    static const unsigned char access[] = {0, 1, 2, 3, 5, 6};
    MPU_CTRL = 0;
    MPU_RNR = 0;
    MPU_RBAR = 0;
    MPU_RASR = RASR_4GB | RASR_AP(3u);
    MPU_RNR = 1;
    MPU_RBAR = (uint32_t)(uintptr_t)locked;
    MPU_RASR = RASR_1KB | RASR_AP((uint32_t)access[below(6)]);
    MPU_CTRL = below(4) ? 1 : 0;
}

// From an unprivileged program, by SVC from outside of the random code.
static void become_privileged(void)
{
    __asm volatile("svc #0" ::: "memory");
}

static void drop_privilege(void)
{
    uint32_t control;
    __asm volatile("mrs %0, control\n orr %0, #1\n msr control, %0\n isb"
                   : "=&r"(control)::"memory");
}

static void regain_privilege(void)
{
    uint32_t control;
    __asm volatile("mrs %0, control\n bic %0, #1\n msr control, %0" : "=&r"(control)::"memory");
}

static uint32_t is_random_code(uint32_t pc)
{
    return pc - (uint32_t)(uintptr_t)code < sizeof code;
}

// frame: what was stacked; saved: r4 to r11.
void handle(uint32_t *frame, const uint32_t *saved, uint32_t exc_return)
{
    uint32_t ipsr;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    if (ipsr == 11 && !is_random_code(frame[PC])) {
        regain_privilege();
        return;
    }
    note_exception(frame, saved, exc_return);
    CFSR = CFSR;
    HFSR = HFSR;
#ifdef __ARM_FP
    if (below(2))
        __asm volatile("vmov.f32 s3, #2.0" ::: "s3"); // what is stacked lazily is saved now
#endif
    if (ipsr == 11) // SVC
        return;
    if (retries < MOST_RETRIES && below(2))
        mend(frame);
    else
        leave(frame);
}

static void handler(void) __attribute__((naked));
static void handler(void)
{
    __asm volatile("mov r0, sp\n"
                   "mov r2, lr\n"
                   "push {r3-r11, lr}\n"
                   "add r1, sp, #4\n"
                   "bl handle\n"
                   "pop {r3-r11, pc}\n");
}

void hard_fault(void) __attribute__((alias("handler")));
void memory_fault(void) __attribute__((alias("handler")));
void bus_fault(void) __attribute__((alias("handler")));
void usage_fault(void) __attribute__((alias("handler")));
void svc(void) __attribute__((alias("handler")));

static void one_case(void)
{
    retries = 0;
    make_registers();
    make_code();
    emit_wide(0xf8df, length & 1 ? 0xf004 : 0xf000); // LDR pc, the word behind
    if (length & 1)
        emit(0xbf00);
    uint32_t target = (uint32_t)(uintptr_t)behind | 1;
    emit(target & 0xffff);
    emit(target >> 16);
    __asm volatile("dsb\n isb" ::: "memory");
    CCR = below(4) ? CCR & ~CCR_UNALIGN_TRP : CCR | CCR_UNALIGN_TRP;
    make_protection();
    __asm volatile("dsb\n isb" ::: "memory");
    if (below(2))
        drop_privilege();
    execute(&registers, code);
    become_privileged();
    MPU_CTRL = 0;
    CCR &= ~CCR_UNALIGN_TRP; // the compiler's own code makes unaligned accesses
    for (unsigned i = 0; i < sizeof registers / 4; i++)
        hash = mix(hash, ((uint32_t *)&registers)[i]);
    for (unsigned i = 0; i < ARENA; i += 4)
        hash = mix(mix(hash, *(uint32_t *)&arena[i]), *(uint32_t *)&locked[i]);
}

int main(void)
{
    ACTLR = ACTLR_DISDEFWBUF;
    SHCSR = SHCSR | SHCSR_ENABLE;
    for (cases = 0; cases < CASES; cases++)
        one_case();
    return (int)taken;
}
