// SPDX-License-Identifier: MIT
// The loader for the FPEC that programs halfwords (RM0091, 3.2): runs from SRAM, takes its work from
// slots which the debugger fills while the flash is busy, and needs no stack. Position independent.
// flash/loader.h describes the control block and the slots; flash/loaders/fpec16.h holds the bytes
// of this file, made by flash/loaders/make.
    .syntax unified
    .cpu cortex-m0
    .thumb

// The control block.
    .equ PUBLISHED, 0x00
    .equ DONE,      0x04
    .equ WHERE,     0x08
    .equ REGS,      0x0c
    .equ CRC,       0x10
    .equ SLOTS,     0x14
    .equ SLOTS_END, 0x18
    .equ STRIDE,    0x1c
    .equ DOG1,      0x20
    .equ DOG2,      0x28
    .equ ENTER,     0x30
    .equ LEAVE,     0x34
    .equ SLOT,      0x38
    .equ COUNT,     0x3c
    .equ LR,        0x40
    .equ R0,        0x44

// A slot.
    .equ ADDR,      0x00
    .equ WORK,      0x04
    .equ PAYLOAD,   0x08

// FPEC registers and bits (RM0091, 3.5).
    .equ SR,        0x0c
    .equ CR,        0x10
    .equ AR,        0x14
    .equ SECOND,    0x40 // from one controller to the other (PM0068)
    .equ SR_ERRORS, 0x14 // WRPRTERR, PGERR
    .equ CR_ERASES, 0x06 // PER, MER
    .equ CR_STRT,   0x40
    .equ CR_PG,     0x01

// CRC unit (RM0091, 5.4).
    .equ CRC_DR,    0x00
    .equ CRC_CR,    0x08

start:
    adr     r6, control             // stays
    ldr     r0, [r6, #ENTER]
    bl      script
    ldr     r5, [r6, #SLOTS]
next:
    ldr     r4, [r6, #REGS]
    bl      ready
    ldr     r0, [r6, #PUBLISHED]
    ldr     r1, [r6, #COUNT]
    cmp     r0, r1
    beq     next
    str     r5, [r6, #SLOT]
    ldr     r1, [r5, #ADDR]
    ldr     r3, [r5, #WORK]
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
    ldr     r5, [r6, #DOG1]
    ldr     r7, [r6, #DOG1 + 4]
    str     r7, [r5]
    ldr     r5, [r6, #DOG2]
    ldr     r7, [r6, #DOG2 + 4]
    str     r7, [r5]
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
    bl      count
    ldr     r5, [r6, #SLOT]
    ldr     r2, [r6, #STRIDE]
    adds    r5, r5, r2
    ldr     r2, [r6, #SLOTS_END]
    cmp     r5, r2
    bne     next
    ldr     r5, [r6, #SLOTS]
    b       next

// Runs of ones and the CRC of each page: {AND of all words, CRC} behind the two words of payload.
scan:
    adds    r5, #PAYLOAD + 8
page:
    mov     r4, r5
    ldr     r5, [r6, #SLOT]
    ldr     r2, [r5, #PAYLOAD + 4]
    adds    r2, r2, r1              // end of the page
    mov     r5, r4
    ldr     r4, [r6, #CRC]
    movs    r0, #1
    str     r0, [r4, #CRC_CR]
    movs    r0, #0
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
    stmia   r5!, {r0, r3}
    ldr     r4, [r6, #REGS]
    bl      ready
    ldr     r3, [r6, #SLOT]
    ldr     r0, [r3, #PAYLOAD]
    subs    r0, #1
    str     r0, [r3, #PAYLOAD]
    bne     page
    b       finished

failed:
    str     r1, [r6, #WHERE]
    mov     r5, r0
    b       restore
leave:
    movs    r5, #0
restore:
    ldr     r0, [r6, #LEAVE]
    bl      script
    mov     r0, r5
    bl      count
    ldr     r0, [r6, #LR]
    mov     lr, r0
    adds    r6, #R0
    ldmia   r6!, {r0, r1, r2, r3, r4, r5}
    ldr     r7, [r6, #4]
    ldr     r6, [r6]
    bkpt    #0

// One more slot is done; r0: error bits to go with it.
count:
    ldr     r2, [r6, #COUNT]
    adds    r2, #1
    str     r2, [r6, #COUNT]
    orrs    r0, r2
    str     r0, [r6, #DONE]
    bx      lr

// Waits for the flash, and feeds the watchdogs meanwhile. Uses r0 and r2.
ready:
    ldr     r0, [r6, #DOG1]
    ldr     r2, [r6, #DOG1 + 4]
    str     r2, [r0]
    ldr     r0, [r6, #DOG2]
    ldr     r2, [r6, #DOG2 + 4]
    str     r2, [r0]
    ldr     r0, [r4, #SR]
    lsrs    r0, r0, #1
    bcs     ready
    bx      lr

// Carries out the list at r0: {address, value} is a write, {address + 1, mask} waits until all bits
// of the mask are set, {address + 2, mask} until all are clear, {0, 0} ends it. Uses r0 to r3.
script:
    ldmia   r0!, {r1, r2}
    lsrs    r3, r1, #1
    beq     script_end
    bcs     wait_set
    lsrs    r3, r1, #2
    bcs     wait_clear
    str     r2, [r1]
    b       script
wait_set:
    subs    r1, #1
1:  ldr     r3, [r1]
    ands    r3, r2
    cmp     r3, r2
    bne     1b
    b       script
wait_clear:
    subs    r1, #2
1:  ldr     r3, [r1]
    tst     r3, r2
    bne     1b
    b       script
script_end:
    bx      lr

    .balign 4
control:
