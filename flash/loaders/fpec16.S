// SPDX-License-Identifier: MIT
// The loader for the FPEC that programs halfwords (RM0091, 3.2): runs from SRAM, takes its work from
// slots which the debugger fills while the flash is busy, and needs no stack. Position independent.
// flash/loader.h describes the control block and the slots; flash/loaders/fpec16.h holds the bytes
// of this file, made by flash/loaders/make.
    .syntax unified
    .cpu cortex-m0
    .thumb

#include "flash/loaders/slots.inc"

// FPEC registers and bits (RM0091, 3.5).
    .equ SR,        0x0c
    .equ CR,        0x10
    .equ AR,        0x14
    .equ SECOND,    0x40 // from one controller to the other (PM0068)
    .equ SR_ERRORS, 0x14 // WRPRTERR, PGERR
    .equ CR_ERASES, 0x06 // PER, MER
    .equ CR_STRT,   0x40
    .equ CR_PG,     0x01

start:
    take_slots
    lsls    r0, r1, #12             // bit 19: the second bank of an STM32F1 has a controller of
    bpl     1f                      // its own
    adds    r4, #SECOND
1:  lsls    r0, r3, #6              // bit 25
    bmi     leave
    lsls    r0, r3, #7              // bit 24
    bmi     scan

    lsrs    r0, r3, #16             // the erase bit of CR, if any
    movs    r2, #CR_ERASES
    ands    r0, r2
    beq     program
    str     r0, [r4, #CR]
    str     r1, [r4, #AR]
    adds    r0, #CR_STRT
    str     r0, [r4, #CR]
    bl      ready                   // BSY is not looked at in the cycle after STRT (3.2.2)
program:
    uxth    r3, r3                  // bytes
    cmp     r3, #0
    beq     finished
    movs    r0, #CR_PG
    str     r0, [r4, #CR]
    adds    r5, #PAYLOAD
    mov     r0, r5
    adds    r3, r3, r0
halfword:                           // r0: from, r1: to, r3: end of from. All but the strh is done
    ldrh    r2, [r0]                // while the halfword before is still being programmed.
    adds    r0, #2
    adds    r5, r2, #1
    lsrs    r5, r5, #16
    bne     erased                  // all ones need not be programmed
busy:
    ldr     r5, [r4, #SR]
    lsrs    r5, r5, #1
    bcs     busy
    strh    r2, [r1]
    feed_dogs r5, r7
erased:
    adds    r1, #2
    cmp     r0, r3
    bne     halfword
    bl      ready

finished:
    ldr     r0, [r4, #SR]
    movs    r2, #SR_ERRORS
    ands    r0, r2
    lsls    r0, r0, #24
    bne     failed
    finish_slot

// Runs of ones and the CRC of each page: {AND of all words, CRC} behind the two words of payload.
    begin_scan
    mvns    r0, r0
words:
    ldmia   r1!, {r3, r7}
    str     r3, [r4, #CRC_DR]
    str     r7, [r4, #CRC_DR]
    ands    r0, r3
    ands    r0, r7
    cmp     r1, r2
    bne     words
    ldr     r3, [r4, #CRC_DR]
    end_scan

    leave_loader

    count_slots

// Waits for the flash, and feeds the watchdogs meanwhile. Uses r0 and r2.
ready:
    feed_dogs r0, r2
    ldr     r0, [r4, #SR]
    lsrs    r0, r0, #1
    bcs     ready
    bx      lr

    run_sequences

    .balign 4
control:
