// SPDX-License-Identifier: MIT
// Prints through the ITM of a Cortex-M3 or M4 as programs do with CMSIS: on port 0 lines "line
// 00000001", on port 1 their number as a word, on port 2 its low half, on port 3 what the
// supervisor call counts. Nothing is printed before a debugger has enabled ITM and port; what is
// printed waits until the port is ready. A test may write into `script`: what the program itself
// sets up.
#include <stdint.h>

#define ITM_STIM(n) (0xe0000000u + 4 * (n))
#define ITM_TER     (*(volatile uint32_t *)0xe0000e00)
#define ITM_TCR     (*(volatile uint32_t *)0xe0000e80)
#define ITM_LAR     (*(volatile uint32_t *)0xe0000fb0)
#define TPIU_ACPR   (*(volatile uint32_t *)0xe0040010)
#define TPIU_SPPR   (*(volatile uint32_t *)0xe00400f0)
#define TPIU_FFCR   (*(volatile uint32_t *)0xe0040304)
#define DEMCR       (*(volatile uint32_t *)0xe000edfc)
#define DBGMCU_CR   (*(volatile uint32_t *)0xe0042004)

#define DEMCR_TRCENA         (1u << 24)
#define DBGMCU_CR_TRACE_IOEN (1u << 5)
#define ITM_TCR_ITMENA       (1u << 0)
#define NRZ                  2u
#define ENFCONT              2u

const volatile struct {
    char mark[16];
    uint32_t lines;   // how many, 0: without end
    uint32_t pause;   // turns of a loop between two lines
    uint32_t divider; // of the clock, by which the program sets the trace up itself; 0: it does not
    uint32_t framed;  // then: not 0: with the formatter on
} script = {"swdlink itm:", 0, 2000, 0, 0};

volatile uint32_t lines, calls;

static uint32_t is_on(unsigned port)
{
    return ITM_TCR & ITM_TCR_ITMENA && ITM_TER & 1u << port;
}

// As ITM_SendChar(): size is 1, 2 or 4.
static void send(unsigned port, uint32_t value, unsigned size)
{
    if (!is_on(port))
        return;
    while (*(volatile uint32_t *)ITM_STIM(port) == 0)
        ;
    if (size == 1)
        *(volatile uint8_t *)ITM_STIM(port) = (uint8_t)value;
    else if (size == 2)
        *(volatile uint16_t *)ITM_STIM(port) = (uint16_t)value;
    else
        *(volatile uint32_t *)ITM_STIM(port) = value;
}

static void print(const char *text)
{
    while (*text)
        send(0, (uint8_t)*text++, 1);
}

static void print_line(uint32_t n)
{
    static const char digits[] = "0123456789abcdef";
    char text[10];
    for (unsigned i = 0; i < 8; i++)
        text[i] = digits[n >> (28 - 4 * i) & 15];
    text[8] = '\n';
    text[9] = '\0';
    print("line ");
    print(text);
}

void svcall_handler(void);
void svcall_handler(void)
{
    calls++;
    send(3, calls, 1);
}

static void set_up(void)
{
    DEMCR |= DEMCR_TRCENA;
    DBGMCU_CR |= DBGMCU_CR_TRACE_IOEN;
    TPIU_ACPR = script.divider - 1;
    TPIU_SPPR = NRZ;
    TPIU_FFCR = script.framed ? ENFCONT : 0;
    ITM_LAR = 0xc5acce55;
    ITM_TCR = 0x10001;
    ITM_TER = 0xf;
}

int main(void)
{
    if (script.divider)
        set_up();
    for (;;) {
        if (is_on(0) && (!script.lines || lines < script.lines)) {
            lines++;
            print_line(lines);
            send(1, lines, 4);
            send(2, lines, 2);
            __asm__ volatile("svc 0");
        }
        for (volatile uint32_t i = 0; i < script.pause; i++)
            ;
    }
}
