// SPDX-License-Identifier: MIT
// The loader for the controller that programs double words (RM0444, 3.3): runs from SRAM, takes its
// work from slots which the debugger fills while the flash is busy, and needs no stack. Position
// independent. flash/loader.h describes the control block and the slots; flash/loaders/dword.h holds
// the bytes of this file, made by flash/loaders/make.
//
// The payload of a slot with an erase is what CR gets. Bit 26 of a slot's work says that the bank was
// erased as a whole and whole rows may be programmed in the fast way. A row with a double word of all
// ones is programmed by double words all the same: one that was written cannot be written again.
// The words CODE0 and CODE1 of the control block are the bits of SR that are set while the
// controller works, and the bytes of a row.
    .syntax unified
    .cpu cortex-m0plus
    .thumb

#include "flash/loaders/slots.inc"

// Registers and bits of the controller (RM0444, 3.7).
    .equ SR,        0x10
    .equ CR,        0x14
    .equ ECCR,      0x18
    .equ ECCR2,     0x1c       // of the second bank
    .equ CR_PG,     1
    .equ CR_FSTPG,  18         // bit

// The start of the SRAM, and so the vector table while this runs (the debugger sets VTOR): a double
// word that was cut off in the middle of its programming is an NMI when it is read.
start:
    b       begin
    nop
    .word   0                       // reset
    .word   0                       // NMI, set below
    .word   0                       // HardFault: the debugger catches it before
begin:
    mov     r0, pc                  // begin + 4
    subs    r0, #begin + 4 - start
    adr     r1, nmi
    adds    r1, #1
    str     r1, [r0, #8]
    adr     r0, control             // below which there is room for one exception
    mov     sp, r0
    take_slots
    lsls    r0, r3, #6              // bit 25
    bpl     1f
    b       leave
1:
    lsls    r0, r3, #7              // bit 24
    bmi     scan
    adds    r5, #PAYLOAD
    lsls    r0, r3, #15             // bit 16
    bmi     erase

    mov     r8, r3                  // for its bit 26
    mov     r0, r5
    uxth    r3, r3                  // bytes
    adds    r3, r3, r0
    mov     r12, r3                 // end of the payload
chunk:                              // r0: from, r1: to, r3: end of what is programmed in one way
    mov     r3, r12
    cmp     r0, r3
    beq     programmed
    mov     r2, r8
    lsls    r2, r2, #5
    bpl     doubles
    ldr     r7, [r6, #CODE1]
    adds    r5, r0, r7
    cmp     r5, r3                  // no whole row is left
    bhi     doubles
    subs    r7, #1
    tst     r1, r7                  // in the middle of a row
    bne     doubles
    mov     r3, r5
    mov     r7, r0
ones:
    ldmia   r7!, {r2, r5}
    ands    r2, r5
    adds    r2, #1
    beq     doubles
    cmp     r7, r3
    bne     ones
    bl      ready
    movs    r2, #1
    lsls    r2, r2, #CR_FSTPG
    str     r2, [r4, #CR]
row:                                // nothing else in between: the next is wanted within 20 us
    ldmia   r0!, {r2, r5}
    stmia   r1!, {r2, r5}
    cmp     r0, r3
    bne     row
    b       chunk                   // the next row is looked at while this one is programmed
doubles:
    bl      ready
    movs    r2, #CR_PG
    str     r2, [r4, #CR]
double:                             // All but the stores is done while the one before is still
    ldmia   r0!, {r2, r5}           // being programmed.
    mov     r7, r2
    ands    r7, r5
    adds    r7, #1
    beq     erased                  // all ones are not programmed
    mov     r9, r5
    ldr     r5, [r6, #CODE0]
busy:
    ldr     r7, [r4, #SR]
    tst     r7, r5
    bne     busy
    mov     r5, r9
    str     r2, [r1]
    str     r5, [r1, #4]
    feed_dogs r5, r7
erased:
    adds    r1, #8
    cmp     r0, r3
    bne     double
    b       chunk

programmed:
    bl      ready
    movs    r2, #0
    str     r2, [r4, #CR]
    b       finished

erase:
    ldr     r0, [r5]
    str     r0, [r4, #CR]
    adds    r1, #1                  // behind the first byte, for WHERE
    bl      ready

finished:
    ldr     r0, [r4, #SR]           // bits 9:3 and 1 become 7:1 and 0
    lsrs    r2, r0, #3
    lsls    r2, r2, #25
    lsls    r0, r0, #30
    lsrs    r0, r0, #31
    lsls    r0, r0, #24
    orrs    r0, r2
    bne     failed
    finish_slot

// Runs of ones and the CRC of each page: {AND of all words, CRC} behind the two words of payload.
    begin_scan
    mov     r10, r0                 // set by an NMI
    mvns    r0, r0
    mov     r8, r5
    mov     r9, r6
words:
    ldmia   r1!, {r3, r5, r6, r7}
    str     r3, [r4, #CRC_DR]
    str     r5, [r4, #CRC_DR]
    str     r6, [r4, #CRC_DR]
    str     r7, [r4, #CRC_DR]
    ands    r0, r3
    ands    r0, r5
    ands    r0, r6
    ands    r0, r7
    cmp     r1, r2
    bne     words
    mov     r5, r8
    mov     r6, r9
    ldr     r3, [r4, #CRC_DR]
    mov     r7, r10
    cmp     r7, #0
    beq     sound
    movs    r0, #0                  // neither blank nor equal to anything
    mvns    r3, r3
sound:
    end_scan

    leave_loader

    count_slots

// Waits for the flash, and feeds the watchdogs meanwhile. Uses r2 and r7.
ready:
    feed_dogs r2, r7
    ldr     r7, [r6, #CODE0]
    ldr     r2, [r4, #SR]
    tst     r2, r7
    bne     ready
    bx      lr

    run_sequences

    .balign 4
nmi:
    adr     r0, control
    ldr     r0, [r0, #REGS]
    ldr     r1, [r0, #ECCR]         // its flags are cleared by writing ones
    str     r1, [r0, #ECCR]
    ldr     r1, [r0, #ECCR2]
    str     r1, [r0, #ECCR2]
    movs    r1, #1
    mov     r10, r1
    bx      lr

    .balign 4
    .space  40                      // an exception's frame, aligned to 8
control:
