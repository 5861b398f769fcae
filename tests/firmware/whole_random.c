// SPDX-License-Identifier: MIT
// Random instructions, made in RAM and executed there: in IT blocks and outside, with loads and
// stores through good, unaligned and bad pointers, undefined ones, SVC. Divisions by zero do not
// trap: QEMU 7.2 forgets registers when they do. Each fault's handler notes what it sees (the
// stacked frame, its xPSR with ITSTATE, CFSR, the address), then skips the rest, or mends the
// pointers and lets the instruction start again.
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define ACTLR     REG(0xe000e008)
#define CCR       REG(0xe000ed14)
#define SHCSR     REG(0xe000ed24)
#define CFSR      REG(0xe000ed28)
#define HFSR      REG(0xe000ed2c)
#define BFAR      REG(0xe000ed38)

#define ACTLR_DISDEFWBUF 2u // QEMU has no write buffer: all of its bus faults are precise
#define CCR_UNALIGN_TRP  8u
#define SHCSR_ENABLE     0x70000u
#define BFSR_BFARVALID   0x8000u
#define XPSR_IT          0x0600fc00u
#define XPSR_T           0x01000000u

#ifndef CASES
#define CASES 4000
#endif
#ifndef SEED
#define SEED 0x2545f491
#endif

enum { CODE_WORDS = 64, ARENA = 1024, NOTES = 32, MOST_RETRIES = 2 };
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

static uint16_t code[2 * CODE_WORDS] __attribute__((aligned(4)));
static unsigned length, end; // end: what is behind the random ones
static uint8_t arena[ARENA] __attribute__((aligned(8)));
volatile uint32_t seed = SEED, cases, taken, retried, retries, hash = 2166136261u;
volatile struct note notes[NOTES]; // the last ones
static struct registers registers;

static uint32_t next_random(void)
{
    uint32_t x = seed;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return seed = x;
}

static uint32_t below(uint32_t limit)
{
    return (next_random() >> 8) % limit;
}

static uint32_t mix(uint32_t h, uint32_t value)
{
    return (h ^ value) * 16777619u;
}

static void emit(uint32_t op)
{
    code[length++] = (uint16_t)op;
}

static void emit_wide(uint32_t op, uint32_t op2)
{
    emit(op);
    emit(op2);
}

// r0 to r3 are pointers and r12 an index: results go to r4 to r11.
static uint32_t result(void)
{
    return 4 + below(8);
}

static uint32_t pointer(void)
{
    return below(4);
}

static void narrow(void)
{
    uint32_t x = next_random(), low = 4 + below(4);
    switch (below(6)) {
    case 0: // shifts
        emit((x % 3) << 11 | (x >> 4 & 0x7f8) | low);
        break;
    case 1: // ADD, SUB
        emit(0x1800 | (x & 0x7f8) | low);
        break;
    case 2: // MOV, CMP, ADD, SUB with an immediate
        emit(0x2000 | (x & 0x18ff) | low << 8);
        break;
    case 3:
        emit(0x4000 | (x & 0x3f8) | low);
        break;
    case 4: // extensions
        emit(0xb200 | (x & 0xf8) | low);
        break;
    default: // MOV and ADD of high registers; CMP
        emit((x & 1 ? 0x4600 : 0x4400) | (x >> 1 & 0x38) | low);
        break;
    }
}

static void wide_data(void)
{
    static const unsigned char operations[] = {0, 1, 2, 3, 4, 8, 10, 11, 13, 14};
    uint32_t x = next_random(), op = (uint32_t)operations[below(10)] << 5 | (x & 0x10);
    uint32_t n = below(13), d = result(), m = below(13);
    switch (below(6)) {
    case 0:
        emit_wide(0xea00 | op | n, (x >> 8 & 0x70f0) | d << 8 | m);
        break;
    case 1:
        emit_wide(0xf000 | op | n, (x >> 8 & 0x70ff) | 1 | d << 8);
        break;
    case 2: // MOVW, MOVT, ADDW, SUBW
        emit_wide((x & 1 ? (x & 2 ? 0xf240 : 0xf2c0) : (x & 2 ? 0xf200 : 0xf2a0)) | n,
                  (x >> 8 & 0x70ff) | d << 8);
        break;
    case 3: { // SBFX, UBFX
        uint32_t lsb = below(32);
        emit_wide((x & 1 ? 0xf340 : 0xf3c0) | n,
                  (lsb & 0x1c) << 10 | d << 8 | (lsb & 3) << 6 | below(32 - lsb));
        break;
    }
    case 4: // MUL, SMULL
        if (x & 1)
            emit_wide(0xfb00 | n, 0xf000 | d << 8 | m);
        else
            emit_wide(0xfb80 | n, d << 12 | (4 + (d - 3) % 8) << 8 | m);
        break;
    default: // SSAT, USAT
        emit_wide((x & 1 ? 0xf300 : 0xf380) | n, (x >> 8 & 0x70c0) | d << 8 | below(32));
        break;
    }
}

static void divide(void)
{
    emit_wide((next_random() & 0x100 ? 0xfb90 : 0xfbb0) | below(13),
              0xf0f0 | result() << 8 | result());
}

static void single(void)
{
    uint32_t x = next_random(), size = below(3), op = 0xf800 | size << 5 | (x & 0x10);
    uint32_t n = pointer(), t = result(), sign = (x & 0x110) == 0x110 && size < 2 ? 0x100 : 0;
    switch (below(4)) {
    case 0: // 16 bits
        emit(0x6000 | (x & 0x800) | (x >> 4 & 0x1c0) | n << 3 | (4 + below(4)));
        break;
    case 1:
        emit_wide(op | sign | 0x80 | n, t << 12 | (x >> 8 & 0x7f));
        break;
    case 2:
        emit_wide(op | sign | n, t << 12 | (x >> 8 & 0x30) | 12);
        break;
    default: // with write-back by up to 15
        emit_wide(op | sign | n, t << 12 | 0x800 | (x & 0x20000 ? 0x500 : 0x100) |
                                     (x >> 8 & 0x200) | (x >> 24 & 15));
        break;
    }
}

static void several(void)
{
    uint32_t x = next_random(), n = pointer(), load = x & 0x10;
    uint32_t list = (x >> 8 & 0xff0) | 0x030;
    switch (below(4)) {
    case 0:
        emit_wide((x & 0x20 ? 0xe880 : 0xe900) | (x >> 10 & 0x20) | load | n, list);
        break;
    case 1:
        emit_wide(0xe940 | (x & 0x80) | (x >> 10 & 0x20) | load | n, 0x4500 | (x >> 24 & 15));
        break;
    case 2: // LDREX
        emit_wide(0xe850 | n, result() << 12 | 0xf00 | (x >> 24 & 15));
        break;
    default: // LDM, STM of 16 bits
        emit(0xc000 | (load ? 0x800 : 0) | n << 8 | 0x70);
        break;
    }
}

#ifdef __ARM_FP
static void floating(void)
{
    uint32_t x = next_random(), d = below(8) << 12, n = pointer();
    switch (below(5)) {
    case 0:
        emit_wide(0xee30 | (x & 0x47), d | 0xa00 | (x >> 8 & 0xe7));
        break;
    case 1:
        emit_wide(0xee20 | (x & 0x47), d | 0xa00 | (x >> 8 & 0xe7));
        break;
    case 2: // VLDR, VSTR
        emit_wide(0xed80 | (x & 0x50) | n, d | 0xa00 | (x >> 24 & 15));
        break;
    case 3: // VLDM, VSTM
        emit_wide((x & 0x100 ? 0xeca0 : 0xed20) | (x & 0x10) | n, (d & 0x3000) | 0xa04);
        break;
    default: // VMOV, VCMP and VMRS
        if (x & 1)
            emit_wide(0xee10 | below(8), result() << 12 | 0xa10);
        else
            emit_wide(0xeef1, 0xfa10);
        break;
    }
}
#endif

static void fails(void)
{
    switch (below(5)) {
    case 0:
        emit(0xde00 | below(256)); // UDF
        break;
    case 1:
        emit_wide(0xf7f0, 0xa000 | below(16)); // UDF.W
        break;
    case 2:
        emit_wide(0xee00, 0x0010 | result() << 12); // MCR p0
        break;
    case 3:                                        // to ARM state: r4 is even
        emit_wide(0xf240, 0x0400 | below(64) * 4); // else QEMU has an unaligned fault
        emit(0x4720);                              // BX r4
        break;
    default:
        emit(0xdf00 | below(256)); // SVC
        break;
    }
}

static void instruction(void)
{
    switch (below(16)) {
    case 0:
    case 1:
    case 2:
        narrow();
        break;
    case 3:
    case 4:
    case 5:
        wide_data();
        break;
    case 6:
        divide();
        break;
    case 7:
    case 8:
    case 9:
        single();
        break;
    case 10:
    case 11:
    case 12:
        several();
        break;
    case 13:
        if (below(4))
            emit(0xdf00 | below(256)); // SVC
        else
            emit_wide(0xf7f0, 0xa000); // UDF.W
        break;
#ifdef __ARM_FP
    case 14:
        floating();
        break;
#endif
    default:
        narrow();
        break;
    }
}

// An IT block of one to four.
static void block(void)
{
    uint32_t mask = 1 + below(15);
    unsigned count = 4u - (unsigned)__builtin_ctz(mask);
    emit(0xbf00 | below(14) << 4 | mask);
    while (count--)
        instruction();
}

static void make_code(void)
{
    unsigned parts = 1 + below(5);
    length = 0;
    while (parts--) {
        if (below(2))
            block();
        else
            instruction();
        if (below(12) == 0)
            fails();
    }
    end = length;
    emit(0xbf00);
}

// Good, unaligned and bad ones.
static uint32_t random_pointer(void)
{
    uint32_t good = (uint32_t)(uintptr_t)arena + ARENA / 2 + below(16) * 4;
    switch (below(6)) {
    case 0:
        return good + 1 + below(3);
    case 1:
        return 0x70000000u + below(64) * 4;
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
    n->addr = n->cfsr & BFSR_BFARVALID ? BFAR & ~3u : HFSR; // QEMU aligns it
    n->exc_return = exc_return;
    n->hash = h;
    for (unsigned i = 0; i < sizeof *n / 4; i++)
        hash = mix(hash, ((volatile uint32_t *)n)[i]);
    taken++;
}

// frame: what was stacked; saved: r4 to r11.
void handle(uint32_t *frame, const uint32_t *saved, uint32_t exc_return)
{
    uint32_t ipsr;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
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
    execute(&registers, code);
    CCR &= ~CCR_UNALIGN_TRP; // the compiler's own code makes unaligned accesses
    for (unsigned i = 0; i < sizeof registers / 4; i++)
        hash = mix(hash, ((uint32_t *)&registers)[i]);
    for (unsigned i = 0; i < ARENA; i += 4)
        hash = mix(hash, *(uint32_t *)&arena[i]);
}

int main(void)
{
    ACTLR = ACTLR_DISDEFWBUF;
    SHCSR = SHCSR | SHCSR_ENABLE;
    for (cases = 0; cases < CASES; cases++)
        one_case();
    return (int)taken;
}
