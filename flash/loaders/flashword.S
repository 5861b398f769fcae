// SPDX-License-Identifier: MIT
// The loader for the controller that programs flash words of 32 or 16 bytes in two banks with
// registers of their own (RM0433, 4.3; RM0455, 4.3): runs from RAM, takes its work from slots which
// the debugger fills while the flash is busy, and needs no stack. Position independent.
// flash/loader.h describes the control block and the slots; flash/loaders/flashword.h holds the
// bytes of this file, made by flash/loaders/make.
//
// The payload of a slot with an erase is what the two CR get: bits 15:0 for the bank of the lower
// addresses, 31:16 for the other; 0: nothing. CODE0 has the bytes of a flash word in bits 15:0 and
// PSIZE, as it stands in CR, in 31:16. CODE1 is the offset of the second bank's registers, 0 where
// there is none. Bit 20 of an address tells the bank, also when the banks are swapped: then their
// registers are, too (RM0433, 4.3.13).
//
// FAULTMASK with CCR.BFHFNMIGN, which the debugger sets, ignores the bus error of a flash word that
// was not programmed to its end; the flag in SR tells of it (RM0433, 4.7.9).
    .syntax unified
    .cpu cortex-m4
    .thumb

#include "flash/loaders/slots.inc"

// Registers and bits of the controller (RM0433, 4.9).
    .equ CR,        0x0c
    .equ SR,        0x10
    .equ CCR,       0x14
    .equ CR_PG,     1 << 1
    .equ SR_BUSY,   7               // BSY, WBNE, QW
    .equ SR_ERRORS, 17              // the lowest of eight bits: WRPERR to RDSERR
    .equ ECC_FLAGS, 3 << 25         // SNECCERR, DBECCERR
    .equ DBECCERR,  1 << 26
    .equ BANK_BIT,  1 << 20         // of an address

start:
    cpsid   f
    take_slots
    lsls    r0, r3, #6              // bit 25
    bpl     1f
    b       leave
1:
    lsls    r0, r3, #7              // bit 24
    bpl     1f
    b       scan
1:
    adds    r5, #PAYLOAD
    lsls    r0, r3, #15             // bit 16
    bmi     erase

    uxth    r8, r3                  // bytes
    cmp     r8, #0
    beq     finished
    add     r8, r8, r5              // end of the payload
    ldr     r0, [r6, #CODE0]
    lsrs    r0, r0, #16
    orr     r0, r0, #CR_PG
    lsls    r2, r3, #4              // bit 27
    bmi     pair
    bl      bank_of
    str     r0, [r10, #CR]
    dsb
1:  bl      flash_word
    cmp     r5, r8
    bne     1b
    bl      ready
    b       idle

// Flash words of two banks in turn: while one bank programs, the other gets its own.
pair:
    ldr     r11, [r5], #4           // where in the second bank
    add     r8, r8, #4
    ldr     r2, [r6, #CODE1]
    str     r0, [r4, #CR]
    add     r2, r2, r4
    str     r0, [r2, #CR]
    dsb
1:  bl      bank_of
    bl      flash_word
    mov     r12, r1
    mov     r1, r11
    bl      bank_of
    bl      flash_word
    mov     r11, r1
    mov     r1, r12
    cmp     r5, r8
    bne     1b
    bl      ready
    ldr     r0, [r4, #SR]           // where it failed, if it did: in the first bank or the second
    ubfx    r0, r0, #SR_ERRORS, #8
    cmp     r0, #0
    bne     idle
    mov     r1, r11
    b       idle

erase:
    ldr     r0, [r5]
    ldr     r2, [r6, #CODE1]
    add     r2, r2, r4
    uxth    r3, r0
    cbz     r3, 1f
    str     r3, [r4, #CR]
1:  lsrs    r3, r0, #16
    beq     1f
    str     r3, [r2, #CR]
1:  dsb
    adds    r1, #1                  // behind the first byte, for WHERE
    bl      ready
idle:
    ldr     r0, [r6, #CODE0]
    lsrs    r0, r0, #16
    str     r0, [r4, #CR]
    ldr     r2, [r6, #CODE1]
    add     r2, r2, r4
    str     r0, [r2, #CR]

finished:
    ldr     r2, [r6, #CODE1]
    ldr     r0, [r4, #SR]
    add     r2, r2, r4
    ldr     r2, [r2, #SR]
    orrs    r0, r2
    lsrs    r0, r0, #SR_ERRORS
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
    ldr     r7, [r6, #REGS]
    ldr     r8, [r6, #CODE1]
    add     r8, r8, r7
    ldr     r9, [r7, #SR]
    ldr     r10, [r8, #SR]
    orr     r9, r9, r10
    tst     r9, #DBECCERR
    beq     sound
    mov     r9, #ECC_FLAGS
    str     r9, [r7, #CCR]
    str     r9, [r8, #CCR]
    movs    r0, #0                  // neither blank nor equal to anything
    mvns    r3, r3
sound:
    end_scan

    leave_loader

    count_slots

// r10: the registers of the bank in which the address r1 is. Uses r10 only.
bank_of:
    tst     r1, #BANK_BIT
    it      eq
    moveq   r10, #0
    it      ne
    ldrne   r10, [r6, #CODE1]
    add     r10, r10, r4
    bx      lr

// Programs a flash word from r5 to r1, and leaves both behind it; one of all ones is not programmed.
// r10: the registers of its bank. Waits for what this bank was at before, and not for this one. Uses
// r0, r2, r3, r7 and r9.
flash_word:
    ldrh    r9, [r6, #CODE0]
    mov     r2, r5
    add     r9, r9, r5
    mov     r3, #-1
1:  ldr     r0, [r2], #4
    ands    r3, r0
    cmp     r2, r9
    bne     1b
    adds    r3, #1
    beq     2f
    feed_dogs r0, r7
1:  ldr     r0, [r10, #SR]
    tst     r0, #SR_BUSY
    bne     1b
1:  ldr     r0, [r5], #4
    str     r0, [r1], #4
    cmp     r5, r9
    bne     1b
    dsb                             // it is with the controller before SR is looked at again
    bx      lr
2:  sub     r9, r9, r5
    add     r1, r1, r9
    mov     r5, r2
    bx      lr

// Waits for both banks, and feeds the watchdogs meanwhile. Uses r0 and r7.
ready:
    feed_dogs r0, r7
    ldr     r7, [r6, #CODE1]
    ldr     r0, [r4, #SR]
    add     r7, r7, r4
    ldr     r7, [r7, #SR]
    orrs    r0, r7
    tst     r0, #SR_BUSY
    bne     ready
    bx      lr

    run_sequences

    .balign 4
control:
