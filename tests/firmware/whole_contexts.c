// SPDX-License-Identifier: MIT
// Threads with floating-point contexts, for ARMv7-M: three that calculate in single precision and
// one that does not, switched by PendSV with what is stacked lazily; interrupts that use the unit
// themselves and nest; critical sections by BASEPRI. On a Cortex-M3 the same in software.
#include <math.h>
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define ISER      REG(0xe000e100)
#define ISPR      REG(0xe000e200)
#define IPR(n)    REG(0xe000e400 + 4 * (n))
#define ICSR      REG(0xe000ed04)
#define SHPR2     REG(0xe000ed1c)
#define SHPR3     REG(0xe000ed20)

#define ICSR_PENDSVSET 0x10000000u

enum { THREADS = 4, STACK_WORDS = 192, ROUNDS = 150, LOG = 512, LINES = 8 };

struct thread {
    uint32_t *sp;
    volatile uint32_t switches;
    volatile float value;
};

void finish(void);

static struct thread threads[THREADS];
static uint32_t stacks[THREADS][STACK_WORDS] __attribute__((aligned(8)));
static volatile uint32_t current, seed = 7, log_count, depth, deepest, ended;
static volatile float sums[LINES];
static volatile uint16_t order[LOG];

static uint32_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 10;
}

// A new context has the modes of FPDSCR; the flags of the one before are left by the manual
// (ExecuteFPCheck()), and cleared by QEMU.
static void clear_flags(void)
{
#ifdef __ARM_FP
    __asm volatile("vmsr fpscr, %0" ::"r"(0));
#endif
}

static void note(uint32_t what)
{
    order[log_count++ % LOG] = (uint16_t)what;
}

// Priorities are 0x40, 0x80 and 0xc0; 0x40 masks all of them.
static uint32_t enter(void)
{
    uint32_t basepri;
    __asm volatile("mrs %0, basepri\n msr basepri_max, %1\n isb"
                   : "=&r"(basepri)
                   : "r"(0x40)
                   : "memory");
    return basepri;
}

static void leave(uint32_t basepri)
{
    __asm volatile("msr basepri, %0\n isb" ::"r"(basepri) : "memory");
}

// At which instruction a pending interrupt comes is free until the barrier: it is masked until
// then.
static void pend(volatile uint32_t *reg, uint32_t value)
{
    uint32_t basepri = enter();
    *reg = value;
    __asm volatile("dsb\n isb" ::: "memory");
    leave(basepri);
}

void irq(void)
{
    uint32_t line;
    __asm volatile("mrs %0, ipsr" : "=r"(line));
    line -= 16;
    clear_flags();
    if (++depth > deepest)
        deepest = depth;
    note(line << 8 | depth);
    uint32_t x = next_random();
    if (line & 1)
        sums[line] = sums[line] * 0.5f + (float)(x & 0xff) / 3.0f;
    else
        sums[line] = (float)depth;
    if (x & 0x100 && depth < 4)
        pend(&ISPR, 1u << (x >> 9 & 7));
    if (line == 3)
        sums[line] += sqrtf(sums[1] + 2.0f);
    if ((x & 0x3000) == 0x3000)
        ICSR = ICSR_PENDSVSET;
    depth--;
}

void svc(void)
{
    note(0x4000 | current);
    ICSR = ICSR_PENDSVSET;
}

uint32_t *switch_thread(uint32_t *sp)
{
    uint32_t basepri = enter();
    threads[current].sp = sp;
    threads[current].switches++;
    current = (current + 1) % THREADS;
    leave(basepri);
    return threads[current].sp;
}

// Bit 4 of EXC_RETURN is clear when a thread has a floating-point context.
__attribute__((naked)) void pendsv(void)
{
    __asm volatile("mrs r0, psp\n"
#ifdef __ARM_FP
                   "tst lr, #16\n"
                   "it eq\n"
                   "vstmdbeq r0!, {s16-s31}\n"
#endif
                   "stmdb r0!, {r4-r11, lr}\n"
                   "bl switch_thread\n"
                   "ldmia r0!, {r4-r11, lr}\n"
#ifdef __ARM_FP
                   "tst lr, #16\n"
                   "it eq\n"
                   "vldmiaeq r0!, {s16-s31}\n"
#endif
                   "msr psp, r0\n"
                   "bx lr\n");
}

static void yield(void)
{
    __asm volatile("svc #1" ::: "memory");
}

static void calculate(uint32_t number)
{
    float x = 0.3f + (float)number / 16.0f, y = 1.0f, z = 0.0f, w = 2.0f;
    clear_flags();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t r = next_random();
        x = 3.7f * x * (1.0f - x);
        y = y * 0.99f + x;
        z += y / (w + x);
        w = sqrtf(w * w + y);
        if (r & 0x100)
            pend(&ISPR, 1u << (r & 7));
        if ((r >> 4 & 3) == number)
            yield();
        threads[number].value = x + y + z + w;
    }
}

static void count(uint32_t number)
{
    uint32_t work = number;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t r = next_random();
        work = work * 31 + r / (i + 1);
        if (r & 0x200)
            pend(&ISPR, 1u << (r & 7));
        if (r & 0x400)
            yield();
    }
    threads[number].switches += work;
}

static void run_thread(uint32_t number)
{
    if (number == 1)
        count(number);
    else
        calculate(number);
    if (number == 1)
        clear_flags();
    if (++ended == THREADS)
        finish();
    for (;;)
        yield();
}

// r4 to r11 and EXC_RETURN, then the frame.
static void make_thread(uint32_t number)
{
    uint32_t *sp = &stacks[number][STACK_WORDS - 18];
    sp[8] = 0xfffffffd;
    sp[9] = number; // r0
    sp[14] = 0xffffffff;
    sp[15] = (uint32_t)(uintptr_t)run_thread & ~1u;
    sp[16] = 0x01000000;
    threads[number].sp = sp;
}

__attribute__((used)) void run_thread_first(uint32_t number)
{
    run_thread(number);
}

int main(void)
{
    for (uint32_t i = 0; i < THREADS; i++)
        make_thread(i);
    SHPR3 = 0x00ff0000; // PendSV: the lowest
    SHPR2 = 0xf0000000; // SVC
    IPR(0) = 0x8040c000 | 0x40;
    IPR(1) = 0xc0408040;
    ISER = 0xff;
    // The first thread goes on here with its stack.
    __asm volatile("msr psp, %0\n"
                   "mrs r0, control\n"
                   "orr r0, #2\n"
                   "msr control, r0\n"
                   "isb\n"
                   "movs r0, #0\n"
                   "bl run_thread_first\n" ::"r"(threads[0].sp + 18)
                   : "r0", "memory");
    return 0;
}
