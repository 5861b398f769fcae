// SPDX-License-Identifier: MIT
// Little- and big-endian integers in byte arrays, so that no call site shifts by hand.
#ifndef SWDLINK_BASE_BYTES_H
#define SWDLINK_BASE_BYTES_H

#include <stdint.h>

static inline uint16_t get_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get_le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t get_le64(const uint8_t *p)
{
    return get_le32(p) | (uint64_t)get_le32(p + 4) << 32;
}

// An access of a processor or a debugger: size is 1, 2 or 4.
static inline uint32_t get_le_sized(const uint8_t *p, unsigned size)
{
    return size == 4 ? get_le32(p) : size == 2 ? get_le16(p) : *p;
}

static inline uint16_t get_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void put_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

static inline void put_le_sized(uint8_t *p, unsigned size, uint32_t v)
{
    if (size == 4)
        put_le32(p, v);
    else if (size == 2)
        put_le16(p, (uint16_t)v);
    else
        *p = (uint8_t)v;
}

static inline void put_be16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

#endif
