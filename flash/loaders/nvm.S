// SPDX-License-Identifier: MIT
// The loader for the NVM controller of the STM32L0 (RM0367, 3): runs from SRAM, takes its work from
// slots which the debugger fills while the flash is busy, and needs no stack. Position independent.
// flash/loader.h describes the control block and the slots; flash/loaders/nvm.h holds the bytes of
// this file, made by flash/loaders/make. The same code serves flash and EEPROM: bit 19 of an address
// tells which. Another length of half a page (128 bytes on an STM32L1) is another HALF_PAGE.
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

// Registers and bits (RM0367, 3.7).
    .equ PECR,      0x04
    .equ SR,        0x18
    .equ SR_LOW,    0x27 // of SR >> 8: WRPERR, PGAERR, SIZERR, RDERR
    .equ SR_HIGH,   0xc0 // of SR >> 10: NOTZEROERR, FWWERR
    .equ ERASES,    0x41 // of PECR >> 3: ERASE, PROG
    .equ PROGRAMS,  0x81 // of PECR >> 3: FPRG, PROG
    .equ PARALLEL,  0x80 // of PECR >> 8: PARALLELBANK
    .equ HALF_PAGE, 64

// CRC unit.
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
    bl      count
    ldr     r5, [r6, #SLOT]
    ldr     r2, [r6, #STRIDE]
    adds    r5, r5, r2
    ldr     r2, [r6, #SLOTS_END]
    cmp     r5, r2
    bne     next
    ldr     r5, [r6, #SLOTS]
    b       next

// Whether each page is blank and its CRC: {the complement of the OR of all words, which is all ones
// for zeros, CRC} behind the two words of payload.
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
words:
    ldmia   r1!, {r3}
    str     r3, [r4, #CRC_DR]
    orrs    r0, r3
    cmp     r1, r2
    bne     words
    mvns    r0, r0
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

// PECR for both banks; r0: its bits >> 3. Uses r2.
parallel:
    lsls    r0, r0, #3
    movs    r2, #PARALLEL
    lsls    r2, r2, #8
    orrs    r0, r2
    str     r0, [r4, #PECR]
    bx      lr

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
