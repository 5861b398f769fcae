// SPDX-License-Identifier: MIT
// What a person steps through: calls, recursion, a structure, an array, variables that are read,
// written and both, and a function that runs from SRAM.
#include <stdint.h>

struct point {
    int x, y;
};

volatile uint32_t rounds;
volatile uint32_t written;  // only ever written
volatile uint32_t consumed; // only ever read
volatile uint32_t mixed;
volatile uint8_t bytes[4]; // byte 2 is written
struct point origin = {3, 4};
int table[8] = {1, 1, 2, 3, 5, 8, 13, 21};
const char greeting[] = "hello from flash";
uint32_t zeroed[16];

__attribute__((noinline)) uint32_t fibonacci(uint32_t n)
{
    if (n < 2)
        return n;
    return fibonacci(n - 1) + fibonacci(n - 2);
}

__attribute__((noinline)) int compute(int a, int b)
{
    int sum = a + b;
    int product = a * b;
    return sum + product;
}

__attribute__((noinline)) void move(struct point *p, int dx, int dy)
{
    p->x += dx;
    p->y += dy;
}

__attribute__((noinline, section(".ramfunc"))) uint32_t in_ram(uint32_t seed)
{
    uint32_t value = seed;
    value ^= value << 7;
    value ^= value >> 9;
    mixed = value;
    return value + 1;
}

__attribute__((noinline)) void touch(void)
{
    // After a watchpoint GDB steps once more without it, so no two accesses follow each other.
    written = rounds;
    __asm__ volatile("nop\n\tnop\n\tnop");
    uint32_t taken = consumed;
    __asm__ volatile("nop\n\tnop\n\tnop");
    bytes[2] = (uint8_t)taken;
    __asm__ volatile("nop\n\tnop\n\tnop");
}

__attribute__((noinline)) int sum_table(void)
{
    int sum = 0;
    for (unsigned i = 0; i < 8; i++)
        sum += table[i];
    return sum;
}

int main(void)
{
    uint32_t seed = 1;
    for (;;) {
        rounds++;
        int result = compute((int)rounds, 2);
        move(&origin, 1, result);
        seed = in_ram(seed);
        touch();
        zeroed[rounds & 15] = fibonacci(5) + (uint32_t)sum_table() + (uint8_t)greeting[rounds & 7];
    }
}
