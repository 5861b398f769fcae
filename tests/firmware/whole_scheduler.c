// SPDX-License-Identifier: MIT
// Threads on process stacks that yield by SVC and are switched by PendSV, and interrupts of four
// priorities that nest, which threads and handlers make pending themselves. At which instruction
// between such a write and the next barrier the interrupt comes is free (DDI 0419, B2.5), and would
// show in the stacked return address: so it is masked until the barrier is past.
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define ISER      REG(0xe000e100)
#define ISPR      REG(0xe000e200)
#define IPR(n)    REG(0xe000e400 + 4 * (n))
#define ICSR      REG(0xe000ed04)
#define SHPR2     REG(0xe000ed1c)
#define SHPR3     REG(0xe000ed20)

#define ICSR_PENDSVSET 0x10000000u

enum { THREADS = 3, STACK_WORDS = 160, ROUNDS = 400, LOG = 512, LINES = 8 };

struct thread {
    uint32_t *sp;
    volatile uint32_t work, yields;
};

void finish(void);

static struct thread threads[THREADS];
static uint32_t stacks[THREADS][STACK_WORDS] __attribute__((aligned(8)));
static volatile uint32_t current, seed = 99, log_count, depth, deepest, ended;
static volatile uint32_t counts[LINES];
static volatile uint16_t order[LOG];

static uint32_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 10;
}

static void barrier(void)
{
    __asm volatile("dsb\n isb" ::: "memory");
}

static void note(uint32_t what)
{
    order[log_count++ % LOG] = (uint16_t)what;
}

static uint32_t mask(void)
{
    uint32_t primask;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(primask)::"memory");
    return primask;
}

static void unmask(uint32_t primask)
{
    __asm volatile("msr primask, %0\n isb" ::"r"(primask) : "memory");
}

static void pend(uint32_t line)
{
    uint32_t primask = mask();
    ISPR = 1u << line;
    barrier();
    unmask(primask);
}

void irq(void)
{
    uint32_t line;
    __asm volatile("mrs %0, ipsr" : "=r"(line));
    line -= 16;
    if (++depth > deepest)
        deepest = depth;
    counts[line]++;
    note(line << 8 | depth);
    uint32_t x = next_random();
    if (x & 1 && depth < 4)
        pend(x >> 1 & 7);
    if ((x & 0x30) == 0x30)
        ICSR = ICSR_PENDSVSET;
    depth--;
}

// SVC 1: the thread gives up the processor.
void svc(void)
{
    threads[current].yields++;
    note(0x4000 | current);
    ICSR = ICSR_PENDSVSET;
}

// Gives the next thread its turn.
uint32_t *switch_thread(uint32_t *sp)
{
    threads[current].sp = sp;
    current = (current + 1) % THREADS;
    return threads[current].sp;
}

__attribute__((naked)) void pendsv(void)
{
    __asm volatile("mrs r0, psp\n"
                   "subs r0, #32\n"
                   "stmia r0!, {r4-r7}\n"
                   "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
                   "stmia r0!, {r4-r7}\n"
                   "subs r0, #32\n"
                   "push {r3, lr}\n"
                   "bl switch_thread\n"
                   "adds r0, #16\n"
                   "ldmia r0!, {r4-r7}\n"
                   "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
                   "msr psp, r0\n"
                   "subs r0, #32\n"
                   "ldmia r0!, {r4-r7}\n"
                   "pop {r3, pc}\n");
}

static void yield(void)
{
    __asm volatile("svc #1" ::: "memory");
}

static void run_thread(uint32_t number)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t x = next_random();
        threads[number].work += x % (number + 3) * i;
        if (x & 0x100)
            pend(x & 7);
        if ((x >> 4 & 3) == number)
            yield();
        if (x & 0x800) {
            uint32_t primask = mask();
            pend(x >> 12 & 7);
            threads[number].work ^= x;
            unmask(primask);
        }
    }
    if (++ended == THREADS)
        finish();
    for (;;)
        yield();
}

static void make_thread(uint32_t number)
{
    uint32_t *sp = &stacks[number][STACK_WORDS - 16];
    sp[8] = number; // r0
    sp[13] = 0xffffffff;
    sp[14] = (uint32_t)(uintptr_t)run_thread & ~1u;
    sp[15] = 0x01000000;
    threads[number].sp = sp;
}

int main(void)
{
    for (uint32_t i = 0; i < THREADS; i++)
        make_thread(i);
    SHPR3 = 0x00c00000; // PendSV: the lowest
    SHPR2 = 0x80000000; // SVC
    IPR(0) = 0x8040c000;
    IPR(1) = 0x00408040;
    ISER = 0xff;
    uint32_t *sp = threads[0].sp;
    // The first thread goes on here with its stack.
    __asm volatile("msr psp, %0\n"
                   "movs r0, #2\n"
                   "msr control, r0\n"
                   "isb\n"
                   "movs r0, #0\n"
                   "bl run_thread_first\n" ::"r"(sp + 16)
                   : "r0", "memory");
    return 0;
}

__attribute__((used)) void run_thread_first(uint32_t number)
{
    run_thread(number);
}
