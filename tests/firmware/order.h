// SPDX-License-Identifier: MIT
// What the programs that tell of their exceptions have in common: registers, the log, semihosting.
// For one program each: everything is static.
#ifndef SWDLINK_TESTS_FIRMWARE_ORDER_H
#define SWDLINK_TESTS_FIRMWARE_ORDER_H

#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define ACTLR     REG(0xe000e008)
#define SYST_CSR  REG(0xe000e010)
#define SYST_RVR  REG(0xe000e014)
#define SYST_CVR  REG(0xe000e018)
#define ISER      REG(0xe000e100)
#define ICER      REG(0xe000e180)
#define ISPR      REG(0xe000e200)
#define ICPR      REG(0xe000e280)
#define IABR      REG(0xe000e300)
#define IPR(n)    REG(0xe000e400 + 4 * (n))
#define ICSR      REG(0xe000ed04)
#define AIRCR     REG(0xe000ed0c)
#define CCR       REG(0xe000ed14)
#define SHPR1     REG(0xe000ed18)
#define SHPR2     REG(0xe000ed1c)
#define SHPR3     REG(0xe000ed20)
#define SHCSR     REG(0xe000ed24)
#define CFSR      REG(0xe000ed28)
#define HFSR      REG(0xe000ed2c)
#define MMFAR     REG(0xe000ed34)
#define BFAR      REG(0xe000ed38)
#define CPACR     REG(0xe000ed88)
#define MPU_CTRL  REG(0xe000ed94)
#define MPU_RBAR  REG(0xe000ed9c)
#define MPU_RASR  REG(0xe000eda0)
#define STIR      REG(0xe000ef00)
#define FPCCR     REG(0xe000ef34)
#define FPCAR     REG(0xe000ef38)

#define ICSR_NMIPENDSET 0x80000000u
#define ICSR_PENDSVSET  0x10000000u
#define ICSR_PENDSTSET  0x04000000u
// NMIPENDSET, PENDSVSET, PENDSTSET, VECTPENDING, VECTACTIVE.
#define ICSR_COMPARED   0x9403f03fu

#define ACTLR_DISDEFWBUF 2u // every store is precise, as QEMU's are
#define CCR_STKALIGN     0x200u

enum { LOG_SIZE = 3000, SYS_WRITE0 = 4, SYS_EXIT = 0x18, EXIT_OK = 0x20026 };

extern uint32_t _stack, _bss, _bss_end;
static volatile uint32_t events[LOG_SIZE], event_count;

static inline void note_word(uint32_t word)
{
    uint32_t primask;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(primask)::"memory");
    if (event_count < LOG_SIZE)
        events[event_count++] = word;
    __asm volatile("msr primask, %0" ::"r"(primask) : "memory");
}

static inline void barrier(void)
{
    __asm volatile("dsb\n isb" ::: "memory");
}

static inline uint32_t ipsr(void)
{
    uint32_t value;
    __asm volatile("mrs %0, ipsr" : "=r"(value));
    return value;
}

static inline uint32_t svc(uint32_t argument)
{
    register uint32_t r0 __asm("r0") = argument;
    __asm volatile("svc #5" : "+r"(r0)::"memory");
    return r0;
}

// The frame is at PSP or MSP, as bit 2 of EXC_RETURN says.
#define FRAME_HANDLER(name, function)                                                              \
    __attribute__((naked)) static void name(void)                                                  \
    {                                                                                              \
        __asm volatile("movs r0, #4\n mov r1, lr\n tst r0, r1\n beq 1f\n mrs r0, psp\n b 2f\n"     \
                       "1: mrs r0, msp\n2: push {r4, lr}\n bl " #function "\n pop {r4, pc}");      \
    }

static inline uint32_t semihost(uint32_t operation, uint32_t argument)
{
    register uint32_t r0 __asm("r0") = operation;
    register uint32_t r1 __asm("r1") = argument;
    __asm volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static inline void print_word(uint32_t word)
{
    char text[10];
    for (uint32_t i = 0; i < 8; i++)
        text[i] = "0123456789abcdef"[word >> (28 - 4 * i) & 15];
    text[8] = '\n';
    text[9] = 0;
    semihost(SYS_WRITE0, (uint32_t)text);
}

static inline void clear_bss(void)
{
    for (uint32_t *p = &_bss; p < &_bss_end; p++)
        *p = 0;
}

static inline void print_log(void)
{
    for (uint32_t i = 0; i < event_count; i++)
        print_word(events[i]);
    event_count = 0;
}

static inline void print_log_and_end(void)
{
    print_log();
    semihost(SYS_EXIT, EXIT_OK);
    for (;;) {
    }
}

typedef void vector(void);

#endif
