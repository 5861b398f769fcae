// SPDX-License-Identifier: MIT
// A program that provokes exceptions in every order and tells by semihosting what it saw:
// interrupts that nest, wait and chain, PendSV, SVC, HardFaults with the stacked PC, NMI, PRIMASK,
// threads on the process stack, sleep, and a long pseudo-random mixture. Nothing of it depends on
// how long anything takes, so every true processor of one architecture prints the same.
#include "order.h"

#define PRIORITIES 0xc0c0c0c0u // the bits that every processor has

// A log word: what happened, and a value.
enum event { ENTER = 1, LEAVE, FAULT_PC, FAULT_XPSR, THREAD, SVC_ARG, RETURN_TO, PENDING, SECTION };

static volatile uint32_t mixing, seed, thread_sp[2], thread_now;
static volatile uint32_t switching; // PendSV switches threads
static uint32_t thread_stack[2][64];

static void note(enum event what, uint32_t value)
{
    note_word((uint32_t)what << 28 | (value & 0x0fffffff));
}

static uint32_t next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

// One action of the mixture, from a thread or from a handler.
static void act(void)
{
    uint32_t x = next_random();
    switch (x & 7) {
    case 0:
    case 1:
    case 2:
        ISPR = 1u << (x >> 3 & 7);
        break;
    case 3:
        ISPR = x >> 3 & 0xff; // several at once
        break;
    case 4:
        ICSR = ICSR_PENDSVSET;
        break;
    case 5:
        ICSR = ICSR_PENDSTSET | ICSR_PENDSVSET;
        break;
    case 6:
        ICSR = x & 0x80 ? ICSR_NMIPENDSET : ICSR_PENDSTSET;
        break;
    default:
        ICPR = x >> 3 & 0xff;
        ISPR = 1u << (x >> 11 & 7);
        break;
    }
    barrier();
}

static void handle(void)
{
    static volatile uint32_t depth;
    note(ENTER, ipsr());
    note(PENDING, ICSR & ICSR_COMPARED);
    if (mixing && depth < 6) {
        depth++;
        mixing--;
        act();
        depth--;
    }
    note(LEAVE, ipsr());
}

// IRQ 8 to 11 belong to the plain sections.
static void interrupt(void)
{
    uint32_t n = ipsr() - 16;
    note(ENTER, ipsr());
    if (n == 8) {
        ISPR = 1u << 9; // more urgent: nests here
        barrier();
        note(THREAD, 1);
        ISPR = 1u << 10; // as urgent: waits
        ICSR = ICSR_PENDSVSET;
        barrier();
        note(PENDING, ICSR & ICSR_COMPARED);
    }
    if (n == 11) {
        note(SVC_ARG, svc(20)); // SVC is more urgent than IRQ 11
        __asm volatile("udf #1");
    }
    note(LEAVE, ipsr());
}

__attribute__((used)) static void svc_c(uint32_t *frame, uint32_t exc_return)
{
    note(ENTER, ipsr());
    note(RETURN_TO, exc_return);
    note(FAULT_PC, frame[6]);
    note(SVC_ARG, frame[0]);
    frame[0] = frame[0] * 3 + (((uint16_t *)frame[6])[-1] & 0xff);
    if (mixing)
        act();
    note(LEAVE, ipsr());
}

FRAME_HANDLER(svc_handler, svc_c)

// Goes on behind the instruction, or, for one that could not even be fetched, at its caller.
__attribute__((used)) static void fault_c(uint32_t *frame, uint32_t exc_return)
{
    note(ENTER, ipsr());
    note(RETURN_TO, exc_return);
    note(FAULT_PC, frame[6]);
    note(FAULT_XPSR, frame[7] & 0x0fffffff);
    if (!(frame[7] & 1u << 24) || frame[6] >= 0x8000) {
        frame[6] = frame[5] & ~1u;
        frame[7] |= 1u << 24;
    } else {
        frame[6] += 2;
    }
    if (mixing)
        act();
    else
        ICSR = ICSR_NMIPENDSET; // preempts even HardFault
    barrier();
    note(LEAVE, ipsr());
}

FRAME_HANDLER(fault_handler, fault_c)

// Two threads on the process stack, switched by PendSV.
__attribute__((used)) static uint32_t switch_threads(uint32_t sp)
{
    note(ENTER, ipsr());
    thread_sp[thread_now] = sp;
    thread_now ^= 1;
    note(THREAD, 10 + thread_now);
    return thread_sp[thread_now];
}

// r4 to r7 are kept below the frame; r8 to r11 are not used by this program (compiler options).
__attribute__((naked)) static void switch_handler(void)
{
    __asm volatile("mrs r0, psp\n subs r0, #16\n stmia r0!, {r4-r7}\n subs r0, #16\n"
                   "push {r4, lr}\n bl switch_threads\n ldmia r0!, {r4-r7}\n msr psp, r0\n"
                   "pop {r1, r2}\n bx r2");
}

__attribute__((naked)) static void pendsv_handler(void)
{
    __asm volatile("ldr r0, =%c0\n ldr r0, [r0]\n cmp r0, #0\n beq 1f\n ldr r0, =%c1\n bx r0\n"
                   "1: ldr r0, =%c2\n bx r0\n .ltorg" ::"i"(&switching),
                   "i"(switch_handler), "i"(handle));
}

static void section(uint32_t n)
{
    note(SECTION, n);
}

static void nesting(void)
{
    section(1);
    ISPR = 1u << 8;
    barrier();
    section(2); // held back, then the most urgent first, then the lowest number
    __asm volatile("cpsid i");
    ISPR = 1u << 10 | 1u << 9 | 1u << 8;
    ICSR = ICSR_PENDSVSET | ICSR_PENDSTSET;
    barrier();
    note(PENDING, ICSR & ICSR_COMPARED);
    __asm volatile("cpsie i\n isb");
    section(3);
    ISPR = 1u << 11;
    barrier();
    ICER = 1u << 10; // not enabled: stays pending
    ISPR = 1u << 10;
    barrier();
    note(PENDING, ICSR & ICSR_COMPARED);
    ISER = 1u << 10;
    barrier();
}

static void faults(void)
{
    section(4);
    __asm volatile("udf #1");
    __asm volatile("ldr r0, [%0]" ::"l"(0x20000001) : "r0");
    __asm volatile("strh r0, [%0]" ::"l"(0x20000003));
    __asm volatile("str r0, [%0]" ::"l"(0x60000000));
    __asm volatile("ldr r0, [%0]" ::"l"(0x60000000) : "r0");
    __asm volatile("blx %0" ::"l"((uint32_t)&nesting & ~1u) : "lr", "memory");
    __asm volatile("blx %0" ::"l"(0x60000001) : "lr", "memory");
    // A stack that is not aligned to eight bytes is aligned for the frame, which tells so.
    __asm volatile("sub sp, #4\n udf #2\n add sp, #4");
    section(5);
    __asm volatile("cpsid i");
    ISPR = 1u << 9;
    __asm volatile("udf #3"); // PRIMASK does not hold faults back
    __asm volatile("cpsie i\n isb");
}

static void sleeps(void)
{
    section(6);
    __asm volatile("cpsid i");
    SYST_RVR = 5000;
    SYST_CVR = 0;
    SYST_CSR = 7;
    __asm volatile("wfi"); // wakes with the handler held back
    SYST_CSR = 0;
    note(PENDING, ICSR & ICSR_COMPARED);
    __asm volatile("cpsie i\n isb");
    __asm volatile("sev\n wfe");
    section(7);
}

static void second_thread(void)
{
    for (uint32_t i = 0;; i++) {
        note(THREAD, 200 + i);
        note(SVC_ARG, svc(100 + i));
        ICSR = ICSR_PENDSVSET;
        barrier();
    }
}

static void threads(void)
{
    uint32_t *frame = &thread_stack[1][64 - 8];
    section(8);
    frame[6] = (uint32_t)second_thread & ~1u;
    frame[7] = 1u << 24;
    thread_sp[1] = (uint32_t)(frame - 4);
    switching = 1;
    __asm volatile("msr psp, %0\n msr control, %1\n isb" ::"l"(&thread_stack[0][64]), "l"(2)
                   : "memory");
    for (uint32_t i = 0; i < 5; i++) {
        note(THREAD, 100 + i);
        ICSR = ICSR_PENDSVSET;
        barrier();
        note(SVC_ARG, svc(i));
    }
    __asm volatile("msr control, %0\n isb" ::"l"(0) : "memory");
    switching = 0;
}

static void mixture(void)
{
    section(9);
    for (uint32_t round = 0; round < 40; round++) {
        ICPR = 0xffffffff;
        IPR(0) = next_random() & PRIORITIES;
        IPR(0) ^= (next_random() << 16) & PRIORITIES;
        IPR(1) = (next_random() ^ next_random() << 16) & PRIORITIES;
        SHPR2 = (next_random() << 16) & PRIORITIES;
        SHPR3 = (next_random() << 16 ^ next_random()) & PRIORITIES;
        SHPR2 &= 0x40000000; // SVC stays above what it interrupts only by chance: 0 or 1
        note(SECTION, 100 + round);
        mixing = 12;
        __asm volatile("cpsid i");
        act();
        act();
        __asm volatile("cpsie i\n isb");
        act();
        if (round & 1)
            note(SVC_ARG, svc(round));
        __asm volatile("udf #4");
        mixing = 0;
    }
}

__attribute__((used)) static void start(void)
{
    clear_bss();
    seed = 2024;
#if __ARM_ARCH >= 7 // what differs from processor to processor
    ACTLR = ACTLR_DISDEFWBUF;
    CCR |= CCR_STKALIGN;
#endif
    SHPR2 = 0x40000000; // SVC 1, PendSV 3, SysTick 2
    SHPR3 = 0x80c00000;
    IPR(2) = 0xc0804080; // IRQ 8 to 11: 2, 1, 2, 3
    ISER = 0xfff;
    nesting();
    faults();
    sleeps();
    threads();
    mixture();
    print_log_and_end();
}

__attribute__((naked)) static void reset(void)
{
    __asm volatile("bl start\n b .");
}

__attribute__((section(".vectors"), used)) static vector *const vectors[28] = {
    (vector *)&_stack,
    reset,
    handle,
    fault_handler,
    [11] = svc_handler,
    [14] = pendsv_handler,
    handle,
    handle,
    handle,
    handle,
    handle,
    handle,
    handle,
    handle,
    handle,
    interrupt,
    interrupt,
    interrupt,
    interrupt,
};
