// SPDX-License-Identifier: MIT
// A program that goes wrong in the way that the debugger asks for by setting fault_kind.
#include <stdint.h>

enum {
    FAULT_NONE,
    FAULT_READ,      // a read where nothing is
    FAULT_UNALIGNED, // a word read at an odd address
    FAULT_UNDEFINED, // an undefined instruction
    FAULT_ARM_STATE, // a jump to an even address
    FAULT_LOCKUP,    // a fault within the fault handler
    FAULT_BKPT,      // a BKPT of the program's own
    FAULT_RESET,     // the program resets the chip
};

volatile uint32_t fault_kind;
volatile uint32_t sink;
volatile uint32_t rounds;

__attribute__((noinline)) void read_nowhere(void)
{
    sink = *(volatile uint32_t *)0x30000000;
}

__attribute__((noinline)) void read_unaligned(void)
{
    uint32_t value = 0x20000001;
    __asm__ volatile("ldr %0, [%0]" : "+r"(value)); // the compiler would read byte by byte
    sink = value;
}

__attribute__((noinline)) void execute_undefined(void)
{
    __asm__ volatile("udf #1");
}

__attribute__((noinline)) void jump_to_even(void)
{
    __asm__ volatile("bx %0" : : "r"(0x08000100));
}

void hardfault_handler(void)
{
    if (fault_kind == FAULT_LOCKUP)
        execute_undefined();
    for (;;)
        sink++;
}

int main(void)
{
    for (;;) {
        rounds++;
        switch (fault_kind) {
        case FAULT_READ:
            read_nowhere();
            break;
        case FAULT_UNALIGNED:
            read_unaligned();
            break;
        case FAULT_UNDEFINED:
        case FAULT_LOCKUP:
            execute_undefined();
            break;
        case FAULT_ARM_STATE:
            jump_to_even();
            break;
        case FAULT_BKPT:
            __asm__ volatile("bkpt #3");
            break;
        case FAULT_RESET:
            *(volatile uint32_t *)0xe000ed0c = 0x05fa0004; // AIRCR.SYSRESETREQ
            for (;;)
                ;
        default:
            break;
        }
    }
}
