// SPDX-License-Identifier: MIT
// What runs before newlib's own start-up code: the vector table and the copy of initialised data.
#include <stdint.h>

extern uint32_t data_load[], data_start[], data_end[], __stack[];

void _start(void) __attribute__((noreturn));
void reset_handler(void);
void hardfault_handler(void);

void reset_handler(void)
{
    volatile uint32_t *to = data_start;
    for (const uint32_t *from = data_load; to < data_end; to++, from++)
        *to = *from;
    _start();
}

void hardfault_handler(void)
{
    for (;;)
        ;
}

typedef void (*const vector)(void);

__attribute__((section(".vectors"), used)) static vector vectors[] = {
    (vector)(uintptr_t)__stack,
    reset_handler,
    hardfault_handler,
    hardfault_handler,
};
