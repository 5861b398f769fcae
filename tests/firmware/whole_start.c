// SPDX-License-Identifier: MIT
// What runs before and after the whole programs that a virtual board and QEMU are compared with.
// What the architecture leaves unknown at reset (RAM, r0 to r12, the process stack pointer) is made
// 0 first, and at the end the special registers are put where a debugger finds them.
#include <stdint.h>

enum { RAM = 0x20000000, RAM_SIZE = 0x4000 };

extern uint32_t _data[], _data_end[], _data_load[], _stack[], _heap[];

int main(void);
void reset(void) __attribute__((naked, noreturn));
void finish(void) __attribute__((naked, noreturn));
void svc(void) __attribute__((weak));
void pendsv(void) __attribute__((weak));
void irq(void) __attribute__((weak));
void hard_fault(void) __attribute__((weak, alias("fault")));
void memory_fault(void) __attribute__((weak, alias("fault")));
void bus_fault(void) __attribute__((weak, alias("fault")));
void usage_fault(void) __attribute__((weak, alias("fault")));

volatile uint32_t final_state[6]; // MSP, PSP, PRIMASK, CONTROL, IPSR, what main() gave
volatile uint32_t faults;
#ifdef __ARM_FP
volatile uint32_t final_fp[33]; // s0 to s31, FPSCR
#endif

void copy_data(void)
{
    volatile uint32_t *to = _data;
    for (const uint32_t *from = _data_load; to < _data_end; to++, from++)
        *to = *from;
}

void reset(void)
{
#ifdef __ARM_FP
    __asm volatile("ldr r0, =0xe000ed88\n" // CPACR
                   "ldr r1, [r0]\n orr r1, r1, #0xf00000\n str r1, [r0]\n"
                   "dsb\n isb\n");
#endif
    __asm volatile("ldr r0, =%c0\n"
                   "ldr r1, =%c1\n"
                   "movs r2, #0\n"
                   "1: subs r1, #4\n"
                   "str r2, [r0, r1]\n"
                   "bne 1b\n"
                   "msr psp, r2\n"
                   "movs r0, #0\n movs r1, #0\n movs r3, #0\n movs r4, #0\n movs r5, #0\n"
                   "movs r6, #0\n movs r7, #0\n mov r8, r0\n mov r9, r0\n mov r10, r0\n"
                   "mov r11, r0\n mov r12, r0\n"
                   "bl copy_data\n"
                   "bl main\n"
                   "bl finish\n" ::"i"(RAM),
                   "i"(RAM_SIZE));
}

// done is where the debugger waits.
void finish(void)
{
    __asm volatile("ldr r1, =final_state\n"
                   "str r0, [r1, #20]\n"
                   "mrs r0, msp\n str r0, [r1, #0]\n"
                   "mrs r0, psp\n str r0, [r1, #4]\n"
                   "mrs r0, primask\n str r0, [r1, #8]\n"
                   "mrs r0, control\n str r0, [r1, #12]\n"
                   "mrs r0, ipsr\n str r0, [r1, #16]\n"
#ifdef __ARM_FP
                   "vmrs r0, fpscr\n ldr r1, =final_fp\n"
                   "vstmia r1!, {s0-s31}\n str r0, [r1]\n"
#endif
                   ".global done\n .thumb_func\n"
                   "done: b done\n");
}

void fault(void)
{
    faults++;
    for (;;)
        finish();
}

// For newlib's malloc(), which printf() of floating point uses.
void *_sbrk(int more)
{
    static uint8_t *end;
    if (!end)
        end = (uint8_t *)_heap;
    end += more;
    return end - more;
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[48] = {
    (vector)(uintptr_t)_stack,
    reset,
    fault,
    hard_fault,
    memory_fault,
    bus_fault,
    usage_fault,
    0,
    0,
    0,
    0,
    svc,
    0,
    0,
    pendsv,
    0,
    irq,
    irq,
    irq,
    irq,
    irq,
    irq,
    irq,
    irq,
};
