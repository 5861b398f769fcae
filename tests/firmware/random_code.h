// SPDX-License-Identifier: MIT
// The random instructions of whole_random.c, and their random numbers. r0 to r3 are pointers and
// r12 an index that stay what they are, but for small write-backs: results go to r4 to r11.
#ifndef SWDLINK_TESTS_FIRMWARE_RANDOM_CODE_H
#define SWDLINK_TESTS_FIRMWARE_RANDOM_CODE_H

#include <stdint.h>

#ifndef SEED
#define SEED 0x2545f491
#endif

enum { CODE_WORDS = 64 };

static uint16_t code[2 * CODE_WORDS] __attribute__((aligned(4)));
static unsigned length, end; // end: what is behind the random ones
volatile uint32_t seed = SEED;

static uint32_t next_random(void)
{
    uint32_t x = seed;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return seed = x;
}

static uint32_t below(uint32_t limit)
{
    return (next_random() >> 8) % limit;
}

static void emit(uint32_t op)
{
    code[length++] = (uint16_t)op;
}

static void emit_wide(uint32_t op, uint32_t op2)
{
    emit(op);
    emit(op2);
}

static uint32_t result(void)
{
    return 4 + below(8);
}

static uint32_t pointer(void)
{
    return below(4);
}

static void narrow(void)
{
    uint32_t x = next_random(), low = 4 + below(4);
    switch (below(6)) {
    case 0: // shifts
        emit((x % 3) << 11 | (x >> 4 & 0x7f8) | low);
        break;
    case 1: // ADD, SUB
        emit(0x1800 | (x & 0x7f8) | low);
        break;
    case 2: // MOV, CMP, ADD, SUB with an immediate
        emit(0x2000 | (x & 0x18ff) | low << 8);
        break;
    case 3:
        emit(0x4000 | (x & 0x3f8) | low);
        break;
    case 4: // extensions
        emit(0xb200 | (x & 0xf8) | low);
        break;
    default: // MOV and ADD of high registers; CMP
        emit((x & 1 ? 0x4600 : 0x4400) | (x >> 1 & 0x38) | low);
        break;
    }
}

static void wide_data(void)
{
    static const unsigned char operations[] = {0, 1, 2, 3, 4, 8, 10, 11, 13, 14};
    uint32_t x = next_random(), op = (uint32_t)operations[below(10)] << 5 | (x & 0x10);
    uint32_t n = below(13), d = result(), m = below(13);
    switch (below(6)) {
    case 0:
        emit_wide(0xea00 | op | n, (x >> 8 & 0x70f0) | d << 8 | m);
        break;
    case 1:
        emit_wide(0xf000 | op | n, (x >> 8 & 0x70ff) | 1 | d << 8);
        break;
    case 2: // MOVW, MOVT, ADDW, SUBW
        emit_wide((x & 1 ? (x & 2 ? 0xf240 : 0xf2c0) : (x & 2 ? 0xf200 : 0xf2a0)) | n,
                  (x >> 8 & 0x70ff) | d << 8);
        break;
    case 3: { // SBFX, UBFX
        uint32_t lsb = below(32);
        emit_wide((x & 1 ? 0xf340 : 0xf3c0) | n,
                  (lsb & 0x1c) << 10 | d << 8 | (lsb & 3) << 6 | below(32 - lsb));
        break;
    }
    case 4: // MUL, SMULL
        if (x & 1)
            emit_wide(0xfb00 | n, 0xf000 | d << 8 | m);
        else
            emit_wide(0xfb80 | n, d << 12 | (4 + (d - 3) % 8) << 8 | m);
        break;
    default: // SSAT, USAT
        emit_wide((x & 1 ? 0xf300 : 0xf380) | n, (x >> 8 & 0x70c0) | d << 8 | below(32));
        break;
    }
}

static void divide(void)
{
    emit_wide((next_random() & 0x100 ? 0xfb90 : 0xfbb0) | below(13),
              0xf0f0 | result() << 8 | result());
}

static void single(void)
{
    uint32_t x = next_random(), size = below(3), op = 0xf800 | size << 5 | (x & 0x10);
    uint32_t n = pointer(), t = result(), sign = (x & 0x110) == 0x110 && size < 2 ? 0x100 : 0;
    switch (below(5)) {
    case 4: // LDRT, STRT and their like
        emit_wide(op | sign | n, t << 12 | 0xe00 | (x >> 8 & 0x7f));
        break;
    case 0: // 16 bits
        emit(0x6000 | (x & 0x800) | (x >> 4 & 0x1c0) | n << 3 | (4 + below(4)));
        break;
    case 1:
        emit_wide(op | sign | 0x80 | n, t << 12 | (x >> 8 & 0x7f));
        break;
    case 2:
        emit_wide(op | sign | n, t << 12 | (x >> 8 & 0x30) | 12);
        break;
    default: // with write-back by up to 15
        emit_wide(op | sign | n, t << 12 | 0x800 | (x & 0x20000 ? 0x500 : 0x100) |
                                     (x >> 8 & 0x200) | (x >> 24 & 15));
        break;
    }
}

static void several(void)
{
    uint32_t x = next_random(), n = pointer(), load = x & 0x10;
    uint32_t list = (x >> 8 & 0xff0) | 0x030;
    switch (below(4)) {
    case 0:
        emit_wide((x & 0x20 ? 0xe880 : 0xe900) | (x >> 10 & 0x20) | load | n, list);
        break;
    case 1:
        emit_wide(0xe940 | (x & 0x80) | (x >> 10 & 0x20) | load | n, 0x4500 | (x >> 24 & 15));
        break;
    case 2: // LDREX
        emit_wide(0xe850 | n, result() << 12 | 0xf00 | (x >> 24 & 15));
        break;
    default: // LDM, STM of 16 bits
        emit(0xc000 | (load ? 0x800 : 0) | n << 8 | 0x70);
        break;
    }
}

#ifdef __ARM_FP
static void floating(void)
{
    uint32_t x = next_random(), d = below(8) << 12, n = pointer();
    switch (below(5)) {
    case 0:
        emit_wide(0xee30 | (x & 0x47), d | 0xa00 | (x >> 8 & 0xe7));
        break;
    case 1:
        emit_wide(0xee20 | (x & 0x47), d | 0xa00 | (x >> 8 & 0xe7));
        break;
    case 2: // VLDR, VSTR
        emit_wide(0xed80 | (x & 0x50) | n, d | 0xa00 | (x >> 24 & 15));
        break;
    case 3: // VLDM, VSTM
        emit_wide((x & 0x100 ? 0xeca0 : 0xed20) | (x & 0x10) | n, (d & 0x3000) | 0xa04);
        break;
    default: // VMOV, VCMP and VMRS
        if (x & 1)
            emit_wide(0xee10 | below(8), result() << 12 | 0xa10);
        else
            emit_wide(0xeef1, 0xfa10);
        break;
    }
}
#endif

static void fails(void)
{
    switch (below(5)) {
    case 0:
        emit(0xde00 | below(256)); // UDF
        break;
    case 1:
        emit_wide(0xf7f0, 0xa000 | below(16)); // UDF.W
        break;
    case 2:
        emit_wide(0xee00, 0x0010 | result() << 12); // MCR p0
        break;
    case 3:                                        // to ARM state: r4 is even
        emit_wide(0xf240, 0x0400 | below(64) * 4); // else QEMU has an unaligned fault
        emit(0x4720);                              // BX r4
        break;
    default:
        emit(0xdf00 | below(256)); // SVC
        break;
    }
}

static void instruction(void)
{
    switch (below(16)) {
    case 0:
    case 1:
    case 2:
        narrow();
        break;
    case 3:
    case 4:
    case 5:
        wide_data();
        break;
    case 6:
        divide();
        break;
    case 7:
    case 8:
    case 9:
        single();
        break;
    case 10:
    case 11:
    case 12:
        several();
        break;
    case 13:
        if (below(4))
            emit(0xdf00 | below(256)); // SVC
        else
            emit_wide(0xf7f0, 0xa000); // UDF.W
        break;
#ifdef __ARM_FP
    case 14:
        floating();
        break;
#endif
    default:
        narrow();
        break;
    }
}

// An IT block of one to four.
static void block(void)
{
    uint32_t mask = 1 + below(15);
    unsigned count = 4u - (unsigned)__builtin_ctz(mask);
    emit(0xbf00 | below(14) << 4 | mask);
    while (count--)
        instruction();
}

static void make_code(void)
{
    unsigned parts = 1 + below(5);
    length = 0;
    while (parts--) {
        if (below(2))
            block();
        else
            instruction();
        if (below(12) == 0)
            fails();
    }
    end = length;
    emit(0xbf00);
}

#endif
