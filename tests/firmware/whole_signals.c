// SPDX-License-Identifier: MIT
// What a Cortex-M4 is bought for: filters, a transform and a matrix in single precision, sums of
// products of halfwords, saturation; and on a Cortex-M3 the same in software. Also bit fields, bits
// counted, long products and table branches.
#include <math.h>
#include <stdint.h>
#include <string.h>
#ifdef __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif

enum { POINTS = 64, SIDE = 6, ROUNDS = 40, TAPS = 8 };

static float re[POINTS], im[POINTS], filtered[POINTS], matrix[SIDE][2 * SIDE];
static int16_t samples[POINTS], taps[TAPS];
volatile float spectrum[ROUNDS], traces[ROUNDS];
volatile int32_t sums[ROUNDS], saturated[ROUNDS];
volatile uint32_t fields[ROUNDS], words[ROUNDS][4];
static uint32_t seed = 2463534242u;

static uint32_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    return seed ^= seed << 5;
}

// In place, decimation in time.
static void transform(void)
{
    for (unsigned i = 0, j = 0; i < POINTS; i++) {
        if (i < j) {
            float x = re[i];
            re[i] = re[j];
            re[j] = x;
        }
        unsigned bit = POINTS / 2;
        while (bit && j & bit) {
            j ^= bit;
            bit /= 2;
        }
        j |= bit;
    }
    for (unsigned size = 2; size <= POINTS; size *= 2) {
        float step = -6.2831853f / (float)size;
        for (unsigned i = 0; i < POINTS; i++) {
            unsigned k = i % size;
            if (k >= size / 2)
                continue;
            float c = cosf(step * (float)k), s = sinf(step * (float)k);
            float *x = &re[i], *y = &im[i], *u = &re[i + size / 2], *v = &im[i + size / 2];
            float p = *u * c - *v * s, q = *u * s + *v * c;
            *u = *x - p;
            *v = *y - q;
            *x += p;
            *y += q;
        }
    }
}

static float invert(void)
{
    float trace = 0;
    for (unsigned i = 0; i < SIDE; i++) {
        float pivot = matrix[i][i];
        for (unsigned j = 0; j < 2 * SIDE; j++)
            matrix[i][j] /= pivot;
        for (unsigned k = 0; k < SIDE; k++) {
            float factor = matrix[k][i];
            for (unsigned j = 0; k != i && j < 2 * SIDE; j++)
                matrix[k][j] -= factor * matrix[i][j];
        }
    }
    for (unsigned i = 0; i < SIDE; i++)
        trace += sqrtf(fabsf(matrix[i][SIDE + i]));
    return trace;
}

static int32_t filter(unsigned at)
{
    int32_t sum = 0;
#ifdef __ARM_FEATURE_DSP
    for (unsigned i = 0; i < TAPS; i += 2) {
        int16x2_t x, t;
        memcpy(&x, &samples[at + i], 4);
        memcpy(&t, &taps[i], 4);
        sum = __smlad(x, t, sum);
    }
    return __qadd(sum, sum);
#else
    for (unsigned i = 0; i < TAPS; i++)
        sum += samples[at + i] * taps[i];
    return sum * 2;
#endif
}

static uint32_t classify(uint32_t x)
{
    switch (x & 7) {
    case 0:
        return __builtin_clz(x | 1);
    case 1:
        return x >> 5 & 0x3ff;
    case 2:
        return __builtin_bswap32(x);
    case 3:
        return (uint32_t)((uint64_t)x * (x ^ 0x5a5a) >> 29);
    case 4:
        return x % ((x >> 20) + 1);
    case 5:
        return (uint32_t)((int32_t)x / (int32_t)((x >> 24) + 3));
    case 6:
        return (x & 0xff00ff) + (x >> 8 & 0xff00ff);
    default:
        return x ^ (x << 7 | x >> 25);
    }
}

static void one_round(unsigned n)
{
    for (unsigned i = 0; i < POINTS; i++) {
        samples[i] = (int16_t)next_random();
        re[i] = (float)samples[i] / 256.0f;
        im[i] = 0;
        filtered[i] = i ? filtered[i - 1] * 0.75f + re[i] * 0.25f : re[i];
    }
    for (unsigned i = 0; i < TAPS; i++)
        taps[i] = (int16_t)next_random() / 8;
    transform();
    for (unsigned i = 0; i < SIDE; i++)
        for (unsigned j = 0; j < 2 * SIDE; j++)
            matrix[i][j] = j >= SIDE ? (float)(j - SIDE == i) : i == j ? 9.0f : re[i + j] / 1024.0f;
    spectrum[n] = sqrtf(re[5] * re[5] + im[5] * im[5]) + filtered[POINTS - 1];
    traces[n] = invert();
    for (unsigned i = 0; i + TAPS < POINTS; i++) {
        sums[n] += filter(i);
        int32_t x = (int32_t)(filtered[i] * 1000.0f);
        saturated[n] += x > 32767 ? 32767 : x < -32768 ? -32768 : x;
        fields[n] = fields[n] * 31 + classify(next_random());
    }
    for (unsigned i = 0; i < 4; i++)
        words[n][i] = next_random();
}

int main(void)
{
    for (unsigned n = 0; n < ROUNDS; n++)
        one_round(n);
    return (int)fields[ROUNDS - 1];
}
