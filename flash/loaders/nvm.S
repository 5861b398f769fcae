// SPDX-License-Identifier: MIT
// The loader for the NVM controller of the STM32L0 (RM0367, 3): runs from SRAM, takes its work from
// slots which the debugger fills while the flash is busy, and needs no stack. Position independent.
// flash/loader.h describes the control block and the slots; flash/loaders/nvm.h holds the bytes of
// this file, made by flash/loaders/make. The same code serves flash and EEPROM: bit 19 of an address
// tells which. Another length of half a page (128 bytes on an STM32L1) is another HALF_PAGE.
    .syntax unified
    .cpu cortex-m0
    .thumb

#include "flash/loaders/slots.inc"

// Registers and bits (RM0367, 3.7).
    .equ PECR,      0x04
    .equ SR,        0x18
    .equ SR_LOW,    0x27 // of SR >> 8: WRPERR, PGAERR, SIZERR, RDERR
    .equ SR_HIGH,   0xc0 // of SR >> 10: NOTZEROERR, FWWERR
    .equ ERASES,    0x41 // of PECR >> 3: ERASE, PROG
    .equ PROGRAMS,  0x81 // of PECR >> 3: FPRG, PROG
    .equ PARALLEL,  0x80 // of PECR >> 8: PARALLELBANK
    .equ HALF_PAGE, 64

start:
    take_slots
    lsls    r0, r3, #6              // bit 25
    bmi     leave
    lsls    r0, r3, #7              // bit 24
    bmi     scan

    lsls    r0, r3, #4              // bit 27
    bpl     1f
    b       pair
1:  lsrs    r0, r3, #17             // bit 16
    bcc     program
    movs    r0, #0
    lsls    r2, r1, #12             // bit 19: a word of EEPROM is erased by writing 0
    bmi     1f
    movs    r0, #ERASES
    lsls    r0, r0, #3
1:  str     r0, [r4, #PECR]
    movs    r0, #0
    str     r0, [r1]
    bl      ready
program:
    uxth    r3, r3                  // bytes
    cmp     r3, #0
    beq     finished
    adds    r5, #PAYLOAD
    mov     r0, r5
    adds    r3, r3, r0
    lsls    r2, r1, #12
    bmi     eeprom
    movs    r2, #PROGRAMS
    lsls    r2, r2, #3
    str     r2, [r4, #PECR]
half_page:                          // r0: from, r1: to, r3: end of from
    movs    r7, #0                  // all zeros need not be programmed: looked at while the half
    movs    r2, #HALF_PAGE          // page before is still being programmed
1:  subs    r2, #4
    ldr     r5, [r0, r2]
    orrs    r7, r5
    cmp     r2, #0
    bne     1b
    cmp     r7, #0
    beq     erased
    mov     r5, r0
    bl      ready
    mov     r0, r5
    movs    r7, #HALF_PAGE / 8
2:  ldmia   r0!, {r2, r5}
    stmia   r1!, {r2, r5}
    subs    r7, #1
    bne     2b
    b       3f
erased:
    adds    r0, #HALF_PAGE
    adds    r1, #HALF_PAGE
3:  cmp     r0, r3
    bne     half_page
    bl      ready
    b       finished

eeprom:
    movs    r2, #0
    str     r2, [r4, #PECR]
word:
    ldmia   r0!, {r7}
    cmp     r7, #0
    beq     1f
    mov     r5, r0
    bl      ready
    mov     r0, r5
    str     r7, [r1]
1:  adds    r1, #4
    cmp     r0, r3
    bne     word
    bl      ready

finished:
    ldr     r0, [r4, #SR]
    lsrs    r0, r0, #8
    lsrs    r2, r0, #2
    movs    r3, #SR_HIGH
    ands    r2, r3
    movs    r3, #SR_LOW
    ands    r0, r3
    orrs    r0, r2
    lsls    r0, r0, #24
    bne     failed
    finish_slot

// Whether each page is blank and its CRC: {the complement of the OR of all words, which is all ones
// for zeros, CRC} behind the two words of payload.
    begin_scan
words:
    ldmia   r1!, {r3}
    str     r3, [r4, #CRC_DR]
    orrs    r0, r3
    cmp     r1, r2
    bne     words
    mvns    r0, r0
    ldr     r3, [r4, #CRC_DR]
    end_scan

    leave_loader

// PECR for both banks; r0: its bits >> 3. Uses r2.
parallel:
    lsls    r0, r0, #3
    movs    r2, #PARALLEL
    lsls    r2, r2, #8
    orrs    r0, r2
    str     r0, [r4, #PECR]
    bx      lr

    count_slots

// Waits for the flash, and feeds the watchdogs meanwhile. Uses r0 and r2.
ready:
    feed_dogs r0, r2
    ldr     r0, [r4, #SR]
    lsrs    r0, r0, #1
    bcs     ready
    bx      lr

    run_sequences

// Pages of two banks at once: the second address stands before the payload, in which half pages of
// both come in turn.
pair:
    ldr     r7, [r5, #PAYLOAD]
    lsrs    r0, r3, #17             // bit 16
    bcc     program_pair
    movs    r0, #ERASES
    bl      parallel
    movs    r0, #0
    str     r0, [r1]
    str     r0, [r7]
    bl      ready
program_pair:
    uxth    r3, r3
    cmp     r3, #0
    bne     1f
    b       finished
1:  movs    r0, #PROGRAMS
    bl      parallel
    adds    r5, #PAYLOAD + 4
    mov     r0, r5
    adds    r3, r3, r0
half_pages:                         // r0: from, r1 and r7: to, r3: end of from
    movs    r5, #0
    movs    r2, #2 * HALF_PAGE
1:  subs    r2, #4
    ldr     r4, [r0, r2]
    orrs    r5, r4
    cmp     r2, #0
    bne     1b
    ldr     r4, [r6, #REGS]
    cmp     r5, #0
    beq     both_erased
    mov     r5, r0
    bl      ready
    mov     r0, r5
    movs    r4, #HALF_PAGE / 8
2:  ldmia   r0!, {r2, r5}
    stmia   r1!, {r2, r5}
    subs    r4, #1
    bne     2b
    movs    r4, #HALF_PAGE / 8
3:  ldmia   r0!, {r2, r5}
    stmia   r7!, {r2, r5}
    subs    r4, #1
    bne     3b
    ldr     r4, [r6, #REGS]
    b       4f
both_erased:
    adds    r0, #2 * HALF_PAGE
    adds    r1, #HALF_PAGE
    adds    r7, #HALF_PAGE
4:  cmp     r0, r3
    bne     half_pages
    bl      ready
    b       finished

    .balign 4
control:
