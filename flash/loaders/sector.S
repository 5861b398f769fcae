// SPDX-License-Identifier: MIT
// The loader for the controller of large sectors (RM0090, 3.6): runs from SRAM, takes its work from
// slots which the debugger fills while the flash is busy, and needs no stack. Position independent.
// flash/loader.h describes the control block and the slots; flash/loaders/sector.h holds the bytes
// of this file, made by flash/loaders/make.
//
// The payload of a slot with an erase is what CR gets. PSIZE, which the enter sequence and each
// erase write into CR, says how wide the flash is programmed.
    .syntax unified
    .cpu cortex-m3
    .thumb

#include "flash/loaders/slots.inc"

// Registers and bits of the controller (RM0090, 3.9).
    .equ SR,        0x0c
    .equ CR,        0x10
    .equ SR_BSY,    1 << 16
    .equ SR_ERRORS, 0xf9            // RDERR, PGSERR, PGPERR, PGAERR, WRPERR, OPERR, one bit down
    .equ CR_PG,     1 << 0
    .equ CR_PSIZE,  3 << 8
    .equ CR_STRT,   1 << 16

start:
    take_slots
    lsls    r0, r3, #6              // bit 25
    bpl     1f
    b       leave
1:
    lsls    r0, r3, #7              // bit 24
    bmi     scan
    adds    r5, #PAYLOAD
    ldr     r9, [r4, #CR]
    and     r9, r9, #CR_PSIZE
    lsls    r0, r3, #15             // bit 16
    bmi     erase

    uxth    r3, r3                  // bytes
    cmp     r3, #0
    beq     finished
    add     r8, r5, r3              // end of the payload
    orr     r0, r9, #CR_PG
    str     r0, [r4, #CR]
word:                               // r5: from, r1: to
    ldr     r2, [r5], #4
    add     r10, r1, #4
    adds    r0, r2, #1
    beq     erased                  // all ones need not be programmed
part:                               // All but the store is done while the part before is still
    ldr     r0, [r4, #SR]           // being programmed.
    tst     r0, #SR_BSY
    bne     part
    cmp     r9, #1 << 8
    bhi     words
    beq     halfwords
    strb    r2, [r1], #1
    lsrs    r2, r2, #8
    b       stored
halfwords:
    strh    r2, [r1], #2
    lsrs    r2, r2, #16
    b       stored
words:
    str     r2, [r1], #4
stored:
    dsb                             // BSY is set before it is looked at again
    feed_dogs r0, r7
    cmp     r1, r10
    bne     part
erased:
    mov     r1, r10
    cmp     r5, r8
    bne     word
    bl      ready
    b       idle

erase:
    ldr     r0, [r5]
    bic     r2, r0, #CR_STRT
    str     r2, [r4, #CR]
    str     r0, [r4, #CR]
    dsb
    adds    r1, #1                  // behind the first byte, for WHERE
    bl      ready
idle:
    str     r9, [r4, #CR]

finished:
    ldr     r0, [r4, #SR]
    lsrs    r0, r0, #1
    ands    r0, r0, #SR_ERRORS
    lsls    r0, r0, #24
    bne     failed
    finish_slot

// Runs of ones and the CRC of each page: {AND of all words, CRC} behind the two words of payload.
    begin_scan
    mvns    r0, r0
words_of_page:
    ldmia   r1!, {r3, r7, r8, r9, r10, r11, r12, lr}
    str     r3, [r4, #CRC_DR]
    ands    r0, r3
    str     r7, [r4, #CRC_DR]
    ands    r0, r7
    str     r8, [r4, #CRC_DR]
    and     r0, r0, r8
    str     r9, [r4, #CRC_DR]
    and     r0, r0, r9
    str     r10, [r4, #CRC_DR]
    and     r0, r0, r10
    str     r11, [r4, #CRC_DR]
    and     r0, r0, r11
    str     r12, [r4, #CRC_DR]
    and     r0, r0, r12
    str     lr, [r4, #CRC_DR]
    and     r0, r0, lr
    cmp     r1, r2
    bne     words_of_page
    ldr     r3, [r4, #CRC_DR]
    end_scan

    leave_loader

    count_slots

// Waits for the flash, and feeds the watchdogs meanwhile. Uses r0 and r7.
ready:
    feed_dogs r0, r7
    ldr     r0, [r4, #SR]
    tst     r0, #SR_BSY
    bne     ready
    bx      lr

    run_sequences

    .balign 4
control:
