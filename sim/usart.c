// SPDX-License-Identifier: MIT
// A USART's transmitter (RM0091, 27): bytes take their time at the baud rate and can be taken by the host.
// Receiving is not modelled: nothing is connected to RX.
#include "sim/chip_state.h"

#define CR1_UE   (1u << 0)
#define CR1_TE   (1u << 3)
#define CR1_TCIE (1u << 6)
#define CR1_TXEIE (1u << 7)
#define ISR_TC   (1u << 6)
#define ISR_TXE  (1u << 7)
#define ISR_TEACK (1u << 21)
#define APB2ENR_USART1EN 14u

static void update_irq(struct sim_usart *u)
{
    bool active = (u->cr1 & CR1_TXEIE && u->isr & ISR_TXE) || (u->cr1 & CR1_TCIE && u->isr & ISR_TC);
    sim_core_set_irq(u->chip->core, u->irq, active);
}

static void byte_sent(void *arg)
{
    struct sim_usart *u = arg;
    u->isr |= ISR_TC | ISR_TXE;
    update_irq(u);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_usart *u = self;
    (void)kind;
    u->cr1 = u->cr2 = u->cr3 = u->brr = 0;
    u->isr = ISR_TC | ISR_TXE;
    if (!u->sent.fire)
        sim_clock_add(u->chip->clock, &u->sent, byte_sent, u);
    sim_clock_arm(u->chip->clock, &u->sent, SIM_NEVER);
}

static void transmit(struct sim_usart *u, uint8_t byte)
{
    struct sim_chip *chip = u->chip;
    if (!(u->cr1 & CR1_UE) || !(u->cr1 & CR1_TE) || u->brr < 16)
        return;
    if (chip->usart_len < SIM_USART_ROOM)
        chip->usart_out[chip->usart_len++] = byte;
    u->isr &= ~(ISR_TC | ISR_TXE);
    // A start bit, eight data bits and a stop bit; PCLK is 8 MHz unless the program changed it.
    sim_clock_arm(chip->clock, &u->sent, chip->clock->now_ns + 10ull * u->brr * 1000000000u / 8000000u);
    update_irq(u);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_usart *u = self;
    (void)size;
    uint32_t regs[12] = {u->cr1, u->cr2, u->cr3, u->brr, 0, 0, 0,
                         u->isr | (u->cr1 & CR1_TE ? ISR_TEACK : 0)};
    *value = u->chip->rcc.apb2enr >> APB2ENR_USART1EN & 1 && offset < sizeof regs ? regs[offset / 4] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_usart *u = self;
    (void)size;
    if (!(u->chip->rcc.apb2enr >> APB2ENR_USART1EN & 1))
        return SIM_BUS_OK;
    switch (offset) {
    case 0x00:
        u->cr1 = value;
        break;
    case 0x04:
        u->cr2 = value;
        break;
    case 0x08:
        u->cr3 = value;
        break;
    case 0x0c:
        u->brr = value & 0xffff;
        break;
    case 0x20: // ICR
        u->isr &= ~(value & ISR_TC);
        break;
    case 0x28:
        transmit(u, (uint8_t)value);
        break;
    default:
        break;
    }
    update_irq(u);
    return SIM_BUS_OK;
}

const struct sim_device usart_device = {reset, read, write};
