// SPDX-License-Identifier: MIT
// RTT (SEGGER UM08001, 16.3): a line that comes down goes up in capitals; "bulk" sends 16 KiB of
// numbered lines instead. `rounds` counts on all the time.
#include <stdint.h>

#define LINES 1024u // of 16 bytes

struct channel {
    const char *name;
    char *buffer;
    uint32_t size;
    volatile uint32_t writer, reader;
    uint32_t flags;
};
static char up_buffer[1024], down_buffer[16];
struct {
    char id[16];
    uint32_t ups, downs;
    struct channel up, down;
} rtt;
volatile uint32_t rounds;

// Letter by letter, so that no complete name of a control block lies in the flash.
static void start(void)
{
    static const char name[] = "TTR REGGES";
    rtt.ups = rtt.downs = 1;
    rtt.up = (struct channel){"Terminal", up_buffer, sizeof up_buffer, 0, 0, 2};
    rtt.down = (struct channel){"Terminal", down_buffer, sizeof down_buffer, 0, 0, 0};
    for (unsigned i = 0; i < 10; i++)
        ((volatile char *)rtt.id)[i] = name[9 - i];
}

static void put(char c)
{
    uint32_t next = (rtt.up.writer + 1) % sizeof up_buffer;
    while (next == rtt.up.reader)
        rounds++;
    ((volatile char *)up_buffer)[rtt.up.writer] = c;
    rtt.up.writer = next;
}

static char get(void)
{
    while (rtt.down.reader == rtt.down.writer)
        rounds++;
    char c = ((volatile char *)down_buffer)[rtt.down.reader];
    rtt.down.reader = (rtt.down.reader + 1) % sizeof down_buffer;
    return c;
}

static void put_number(uint32_t n)
{
    static const char digits[] = "0123456789abcdef";
    static const char text[] = "line xxxxxxxxxx\n";
    for (unsigned i = 0; i < 15; i++)
        put(i < 11 ? text[i] : digits[n >> (4 * (14 - i)) & 15]);
    put('\n');
}

int main(void)
{
    start();
    for (;;) {
        char line[16];
        unsigned len = 0;
        for (char c; (c = get()) != '\n';)
            if (len < sizeof line)
                line[len++] = c;
        if (len == 4 && line[0] == 'b' && line[1] == 'u') {
            for (uint32_t i = 0; i < LINES; i++)
                put_number(i);
            continue;
        }
        for (unsigned i = 0; i < len; i++)
            put(line[i] >= 'a' && line[i] <= 'z' ? (char)(line[i] - 32) : line[i]);
        put('\n');
    }
}
