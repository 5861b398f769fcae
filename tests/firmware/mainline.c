// SPDX-License-Identifier: MIT
// A program for a Cortex-M3 or M4: it calculates (in floating point where there is a unit), takes
// SVC, PendSV and SysTick, and goes wrong in the way that the debugger asks for by setting
// fault_kind. With its own start and no parts of a chip but the core's.
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define SYST_CSR  REG(0xe000e010)
#define SYST_RVR  REG(0xe000e014)
#define SYST_CVR  REG(0xe000e018)
#define ICSR      REG(0xe000ed04)
#define CCR       REG(0xe000ed14)
#define SHPR3     REG(0xe000ed20)
#define SHCSR     REG(0xe000ed24)
#define CPACR     REG(0xe000ed88)
#define MPU_CTRL  REG(0xe000ed94)
#define MPU_RBAR  REG(0xe000ed9c)
#define MPU_RASR  REG(0xe000eda0)

#if defined __ARM_FP
typedef float number;
#else
typedef int32_t number;
#endif

enum {
    FAULT_NONE,
    FAULT_READ,
    FAULT_WRITE,
    FAULT_UNALIGNED,
    FAULT_UNDEFINED,
    FAULT_EVEN,
    FAULT_DIVIDE,
    FAULT_NO_UNIT,
    FAULT_MPU,
    FAULT_JUMP,
    FAULT_STACK,
};

extern uint32_t stack_top[], bss_start[], bss_end[];

volatile uint32_t fault_kind, faults_enabled, rounds, ticks, switches, sink;
volatile number result;
__attribute__((aligned(256))) volatile uint32_t table[64];
volatile uint32_t choice;

__attribute__((noinline)) number scale(number value, number factor)
{
    return value * factor + 1;
}

__attribute__((noinline)) number compute(number value)
{
    number doubled = scale(value, 2);
    return doubled - 1;
}

// Both ways in an IT block.
__attribute__((noinline)) uint32_t choose(uint32_t a, uint32_t b)
{
    uint32_t larger;
    __asm volatile("cmp %1, %2\n\tite hi\n\tmovhi %0, %1\n\tmovls %0, %2"
                   : "=&r"(larger)
                   : "r"(a), "r"(b)
                   : "cc");
    return larger;
}

__attribute__((noinline)) void call_svc(void)
{
    __asm volatile("svc #3" ::: "memory");
}

__attribute__((noinline)) void fail(void)
{
    uint32_t zero = 0, value;
    switch (fault_kind) {
    case FAULT_READ:
        sink = REG(0x60000010);
        break;
    case FAULT_WRITE:
        REG(0x60000020) = 1;
        __asm volatile("dsb");
        break;
    case FAULT_UNALIGNED:
        __asm volatile("ldm %1, {%0}" : "=r"(value) : "r"(0x20000001));
        break;
    case FAULT_UNDEFINED:
        __asm volatile("udf #1");
        break;
    case FAULT_EVEN:
        __asm volatile("bx %0" : : "r"(0x08000100));
        break;
    case FAULT_DIVIDE:
        CCR |= 1u << 4; // DIV_0_TRP
        __asm volatile("udiv %0, %1, %1" : "=r"(value) : "r"(zero));
        break;
    case FAULT_NO_UNIT:
        CPACR = 0;
        __asm volatile("dsb\n\tisb\n\t.short 0xee00, 0x0a10" ::: "memory");
        break;
    case FAULT_MPU:
        MPU_RBAR = (uint32_t)(uintptr_t)table | 1u << 4;
        MPU_RASR = 6u << 24 | 7 << 1 | 1; // its 256 bytes can only be read
        MPU_CTRL = 5;
        table[5] = 1;
        break;
    case FAULT_JUMP:
        __asm volatile("bx %0" : : "r"(0x60000101));
        break;
    case FAULT_STACK:
        __asm volatile("mov sp, %0\n\tsvc #1" : : "r"(0x60000100));
        break;
    default:
        break;
    }
}

void svc_handler(void)
{
    result = compute(result);
}

void pendsv_handler(void)
{
    switches++;
}

void systick_handler(void)
{
    ticks++;
    ICSR = 1u << 28; // PendSV
}

void fault_handler(void)
{
    for (;;)
        sink++;
}

int main(void)
{
    SYST_RVR = 2000;
    SYST_CVR = 0;
    SHPR3 = 0x80f00000;
    SYST_CSR = 7;
    for (;;) {
        result = compute(3);
        call_svc();
        table[rounds % 64] = rounds;
        choice = choose(rounds, 5);
        rounds++;
        if (faults_enabled)
            SHCSR = 0x70000;
        fail();
    }
}

void reset_handler(void);
void reset_handler(void)
{
    for (volatile uint32_t *p = bss_start; p < bss_end; p++)
        *p = 0;
#if defined __ARM_FP
    CPACR = 0x00f00000;
    __asm volatile("dsb\n\tisb");
#endif
    main();
}

typedef void (*const vector)(void);

__attribute__((section(".vectors"), used)) static vector vectors[16] = {
    (vector)(uintptr_t)stack_top,
    reset_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    [11] = svc_handler,
    [14] = pendsv_handler,
    systick_handler,
};
