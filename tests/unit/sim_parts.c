// SPDX-License-Identifier: MIT
// Smaller peripherals of the virtual chip: GPIO (RM0091, 8), SYSCFG (9), CRC (12), USART (27), and
// the store of flash and option bytes.
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#include <unistd.h>

#define GPIOA     0x48000000u
#define GPIOB     0x48000400u
#define MODER     0x00u
#define OTYPER    0x04u
#define PUPDR     0x0cu
#define IDR       0x10u
#define ODR       0x14u
#define BSRR      0x18u
#define LCKR      0x1cu
#define AFRL      0x20u
#define AFRH      0x24u
#define BRR       0x28u
#define CRC_DR    0x40023000u
#define CRC_IDR   0x40023004u
#define CRC_CR    0x40023008u
#define CRC_INIT  0x40023010u
#define CRC_POL   0x40023014u
#define USART1    0x40013800u
#define USART_CR1 (USART1 + 0x00)
#define USART_CR2 (USART1 + 0x04)
#define USART_BRR (USART1 + 0x0c)
#define USART_ISR (USART1 + 0x1c)
#define USART_TDR (USART1 + 0x28)
#define UE        (1u << 0)
#define TE        (1u << 3)
#define TC        (1u << 6)
#define TXE       (1u << 7)

// ---- GPIO (8) -----------------------------------------------------------------------------------

static void clock_ports(struct chip_bench *b)
{
    set_bits(b, RCC_AHBENR, 0x7e0000);
}

static void port_a_starts_with_the_debug_pins_and_the_others_as_inputs(void **state)
{
    struct chip_bench *b = *state;
    clock_ports(b);
    assert_int_equal(rd(b, GPIOA + MODER), 0x28000000);
    assert_int_equal(rd(b, GPIOA + PUPDR), 0x24000000);
    assert_int_equal(rd(b, GPIOA + 0x08), 0x0c000000);
    assert_int_equal(rd(b, GPIOB + MODER), 0);
    assert_int_equal(rd(b, GPIOA + IDR), 1u << 13); // pulled up; PA14 is pulled down
}

static void bits_are_set_and_cleared_and_setting_wins(void **state)
{
    struct chip_bench *b = *state;
    clock_ports(b);
    wr(b, GPIOB + BSRR, 0x0000000f);
    assert_int_equal(rd(b, GPIOB + ODR), 0xf);
    wr(b, GPIOB + BSRR, 0x00070004);
    assert_int_equal(rd(b, GPIOB + ODR), 0xc);
    wr(b, GPIOB + BRR, 0x8);
    assert_int_equal(rd(b, GPIOB + ODR), 0x4);
}

static void a_pin_s_level_is_made_by_output_outside_and_pull(void **state)
{
    struct chip_bench *b = *state;
    clock_ports(b);
    wr(b, GPIOB + ODR, 1u << 3);
    assert_false(sim_chip_pin_level(b->chip, 'B', 3));
    wr(b, GPIOB + MODER, 1u << 6); // output
    assert_true(sim_chip_pin_level(b->chip, 'B', 3));
    assert_int_equal(rd(b, GPIOB + IDR), 1u << 3);
    wr(b, GPIOB + OTYPER, 1u << 3); // open drain, high: let go
    assert_false(sim_chip_pin_level(b->chip, 'B', 3));
    wr(b, GPIOB + PUPDR, 1u << 6);
    assert_true(sim_chip_pin_level(b->chip, 'B', 3));
    sim_chip_drive_pin(b->chip, 'B', 3, false);
    assert_int_equal(rd(b, GPIOB + IDR), 0);
    sim_chip_release_pin(b->chip, 'B', 3);
    assert_int_equal(rd(b, GPIOB + IDR), 1u << 3);
    wr(b, GPIOB + MODER, 3u << 6); // analog reads as 0
    assert_int_equal(rd(b, GPIOB + IDR), 0);
}

static void taking_a_debug_pin_ends_swd_until_the_next_reset(void **state)
{
    static const struct {
        uint32_t reg, value;
    } takes[] = {
        {GPIOA + MODER, 0x24000000}, // PA13 output
        {GPIOA + MODER, 0x08000000}, // PA14 input
        {GPIOA + MODER, 0xfbffffff}, // all analog but PA13, as "low power" code likes it
        {GPIOA + AFRH, 1u << 20},    // PA13 another function
        {GPIOA + AFRH, 1u << 24},    // PA14
    };
    struct chip_bench *b = *state;
    for (size_t i = 0; i < sizeof takes / sizeof takes[0]; i++) {
        clock_ports(b);
        assert_true(sim_chip_swd_alive(b->chip));
        wr(b, takes[i].reg, takes[i].value);
        assert_false(sim_chip_swd_alive(b->chip));
        sim_chip_set_nrst(b->chip, true);
        assert_true(sim_chip_swd_alive(b->chip));
        sim_chip_set_nrst(b->chip, false);
        run_ns(b, NS_PER_MS);
    }
}

static void a_lock_keeps_the_configuration_until_reset(void **state)
{
    struct chip_bench *b = *state;
    clock_ports(b);
    wr(b, GPIOB + MODER, 1u << 6);
    wr(b, GPIOB + LCKR, 1u << 16 | 1u << 3);
    wr(b, GPIOB + LCKR, 1u << 3);
    wr(b, GPIOB + LCKR, 1u << 16 | 1u << 3);
    assert_int_equal(rd(b, GPIOB + LCKR), 1u << 16 | 1u << 3);
    wr(b, GPIOB + MODER, 0xffffffff);
    assert_int_equal(rd(b, GPIOB + MODER), 0xffffff7f);
    wr(b, GPIOB + ODR, 1u << 3); // data is not locked
    assert_int_equal(rd(b, GPIOB + ODR), 1u << 3);
    wr(b, GPIOB + LCKR, 0);
    assert_int_equal(rd(b, GPIOB + LCKR), 1u << 16 | 1u << 3);
}

static void a_lock_sequence_with_a_slip_locks_nothing(void **state)
{
    struct chip_bench *b = *state;
    clock_ports(b);
    wr(b, GPIOB + LCKR, 1u << 16 | 1u << 3);
    wr(b, GPIOB + LCKR, 1u << 4);
    wr(b, GPIOB + LCKR, 1u << 16 | 1u << 3);
    assert_int_equal(rd(b, GPIOB + LCKR) >> 16, 0);
}

// ---- SYSCFG (9.1.1) -----------------------------------------------------------------------------

static void mem_mode_chooses_what_address_0_shows(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_APB2ENR, 1);
    wr(b, SRAM, 0x11111111);
    assert_int_equal(rd(b, 0), rd(b, FLASH));
    wr(b, SYSCFG_CFGR1, 3);
    assert_int_equal(rd(b, 0), 0x11111111);
    wr(b, 4, 0x22222222);
    assert_int_equal(rd(b, SRAM + 4), 0x22222222);
    wr(b, SYSCFG_CFGR1, 1);
    assert_int_equal(rd(b, 0), rd(b, 0x1fffc800));
    wr(b, SYSCFG_CFGR1, 2); // x0
    assert_int_equal(rd(b, 0), rd(b, FLASH));
}

static void a_reset_puts_the_boot_mode_back(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_APB2ENR, 1);
    wr(b, SYSCFG_CFGR1, 3);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, 0), rd(b, FLASH));
}

static void system_memory_runs_code_when_booted(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_boot0(b->chip, true);
    power_cycle(b);
    uint32_t pc = sim_core_get_reg(sim_chip_core(b->chip), 15);
    assert_in_range(pc, 0x1fffc800, 0x1ffff7ff);
    assert_false(sim_core_is_locked_up(sim_chip_core(b->chip)));
}

// ---- CRC (12) -----------------------------------------------------------------------------------

static void clock_crc(struct chip_bench *b)
{
    set_bits(b, RCC_AHBENR, 1u << 6);
    wr(b, CRC_CR, 1);
}

static void words_make_the_crc_of_ethernet(void **state)
{
    struct chip_bench *b = *state;
    clock_crc(b);
    assert_int_equal(rd(b, CRC_DR), 0xffffffff);
    wr(b, CRC_DR, 0x12345678);
    assert_int_equal(rd(b, CRC_DR), 0xdf8a8a2b);
    wr(b, CRC_CR, 1);
    assert_int_equal(rd(b, CRC_DR), 0xffffffff);
}

static void bytes_reversed_in_and_out_make_the_crc_of_zip(void **state)
{
    static const char digits[] = "123456789";
    struct chip_bench *b = *state;
    clock_crc(b);
    wr(b, CRC_CR, 1u << 5 | 1u << 7);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(try_write(b, CRC_DR, 1, (uint8_t)digits[i]), SIM_BUS_OK);
    assert_int_equal(~rd(b, CRC_DR), 0xcbf43926);
}

static void halfwords_and_words_are_reversed_as_a_whole(void **state)
{
    struct chip_bench *b = *state;
    clock_crc(b);
    wr(b, CRC_CR, 3u << 5 | 1u << 7); // words, "1234" with its first byte lowest
    wr(b, CRC_DR, 0x34333231);
    assert_int_equal(~rd(b, CRC_DR), 0x9be3e0a3);
    wr(b, CRC_CR, 2u << 5 | 1u << 7 | 1);
    assert_int_equal(try_write(b, CRC_DR, 2, 0x3231), SIM_BUS_OK);
    assert_int_equal(try_write(b, CRC_DR, 2, 0x3433), SIM_BUS_OK);
    assert_int_equal(~rd(b, CRC_DR), 0x9be3e0a3);
    wr(b, CRC_CR, 3u << 5 | 1u << 7 | 1); // a byte is all there is to reverse
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(try_write(b, CRC_DR, 1, 0x31 + i), SIM_BUS_OK);
    assert_int_equal(~rd(b, CRC_DR), 0x9be3e0a3);
}

static void the_start_value_can_be_chosen_and_goes_to_dr(void **state)
{
    struct chip_bench *b = *state;
    clock_crc(b);
    wr(b, CRC_INIT, 0);
    assert_int_equal(rd(b, CRC_DR), 0);
    wr(b, CRC_DR, 1);
    assert_int_equal(rd(b, CRC_DR), 0x04c11db7);
    wr(b, CRC_IDR, 0x1ff);
    assert_int_equal(rd(b, CRC_IDR), 0xff);
}

static void the_polynomial_can_be_chosen_where_the_part_can_do_it(void **state)
{
    static const char digits[] = "123456789";
    struct chip_bench *b = *state, *small = make_chip("stm32f031k6");
    clock_crc(b);
    wr(b, CRC_POL, 0x1021); // CRC-16/XMODEM
    wr(b, CRC_INIT, 0);
    wr(b, CRC_CR, 1u << 3 | 1);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(try_write(b, CRC_DR, 1, (uint8_t)digits[i]), SIM_BUS_OK);
    assert_int_equal(rd(b, CRC_DR), 0x31c3);
    power_up(small);
    clock_crc(small);
    wr(small, CRC_POL, 0x1021);
    wr(small, CRC_CR, 1u << 3 | 1);
    assert_int_equal(rd(small, CRC_CR), 0);
    wr(small, CRC_DR, 0x12345678);
    assert_int_equal(rd(small, CRC_DR), 0xdf8a8a2b);
    drop_chip(small);
}

// ---- USART (27) ---------------------------------------------------------------------------------

static void wire_usart(struct chip_bench *b, uint32_t brr)
{
    clock_ports(b);
    set_bits(b, RCC_APB2ENR, 1u << 14);
    wr(b, GPIOA + MODER, 0x28000000 | 2u << 18); // PA9
    wr(b, GPIOA + AFRH, 1u << 4);
    wr(b, USART_BRR, brr);
    wr(b, USART_CR1, UE | TE);
}

static size_t sent(struct chip_bench *b, char *text, size_t cap)
{
    size_t n = sim_chip_take_usart(b->chip, (uint8_t *)text, cap - 1);
    text[n] = '\0';
    return n;
}

static void a_byte_takes_ten_bits_at_the_baud_rate(void **state)
{
    struct chip_bench *b = *state;
    char text[8];
    wire_usart(b, 80); // 100 kBd: 100 us a frame
    wr(b, USART_TDR, 'x');
    assert_int_equal(rd(b, USART_ISR) & (TC | TXE), TXE); // gone to the shift register
    run_ns(b, 99 * NS_PER_US);
    assert_int_equal(rd(b, USART_ISR) & TC, 0);
    assert_int_equal(sent(b, text, sizeof text), 0);
    run_ns(b, 2 * NS_PER_US);
    assert_int_equal(rd(b, USART_ISR) & (TC | TXE), TC | TXE);
    sent(b, text, sizeof text);
    assert_string_equal(text, "x");
}

static void the_data_register_holds_one_more(void **state)
{
    struct chip_bench *b = *state;
    char text[8];
    wire_usart(b, 80);
    wr(b, USART_TDR, 'a');
    wr(b, USART_TDR, 'b');
    assert_int_equal(rd(b, USART_ISR) & TXE, 0);
    run_ns(b, 101 * NS_PER_US);
    assert_int_equal(rd(b, USART_ISR) & (TC | TXE), TXE);
    wr(b, USART_TDR, 'c');
    wr(b, USART_TDR, 'd'); // over 'c', which is lost
    run_ns(b, 300 * NS_PER_US);
    sent(b, text, sizeof text);
    assert_string_equal(text, "abd");
    expect_violations(b, 1);
}

static void the_frame_s_length_follows_its_format(void **state)
{
    static const struct {
        uint32_t cr1, cr2;
        unsigned us;
    } cases[] = {
        {1u << 12, 0, 110}, // nine bits
        {1u << 28, 0, 90},  // seven
        {0, 2u << 12, 110}, // two stop bits
        {1u << 15, 0, 50},  // OVER8
        {1u << 10, 0, 100}, // parity is one of the eight
    };
    struct chip_bench *b = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire_usart(b, 80);
        wr(b, USART_CR2, cases[i].cr2);
        wr(b, USART_CR1, cases[i].cr1 | UE | TE);
        wr(b, USART_TDR, 'x');
        run_ns(b, (cases[i].us - 1) * NS_PER_US);
        assert_int_equal(rd(b, USART_ISR) & TC, 0);
        run_ns(b, 2 * NS_PER_US);
        assert_int_equal(rd(b, USART_ISR) & TC, TC);
    }
}

static void only_the_bits_of_the_word_are_sent(void **state)
{
    struct chip_bench *b = *state;
    char text[8];
    wire_usart(b, 80);
    wr(b, USART_CR1, 1u << 28 | UE | TE); // seven bits
    wr(b, USART_TDR, 0xc1);
    run_ns(b, 200 * NS_PER_US);
    wr(b, USART_CR1, 1u << 10 | UE | TE); // eight, one of them parity
    wr(b, USART_TDR, 0xc2);
    run_ns(b, 200 * NS_PER_US);
    sent(b, text, sizeof text);
    assert_string_equal(text, "AB");
}

static void the_baud_rate_follows_the_chosen_clock(void **state)
{
    struct chip_bench *b = *state;
    wire_usart(b, 80);
    wr(b, RCC_CFGR, 5u << 8); // PCLK / 4
    wr(b, USART_TDR, 'x');
    run_ns(b, 390 * NS_PER_US);
    assert_int_equal(rd(b, USART_ISR) & TC, 0);
    run_ns(b, 20 * NS_PER_US);
    assert_int_equal(rd(b, USART_ISR) & TC, TC);
    wr(b, RCC_CFGR3, 3); // HSI
    wr(b, USART_TDR, 'x');
    run_ns(b, 101 * NS_PER_US);
    assert_int_equal(rd(b, USART_ISR) & TC, TC);
}

static void nobody_hears_a_pin_that_is_not_tx(void **state)
{
    struct chip_bench *b = *state;
    char text[8];
    wire_usart(b, 80);
    wr(b, GPIOA + AFRH, 0);
    wr(b, USART_TDR, 'x');
    run_ns(b, 200 * NS_PER_US);
    assert_int_equal(sent(b, text, sizeof text), 0);
}

static void writing_while_it_is_off_is_a_violation(void **state)
{
    struct chip_bench *b = *state;
    char text[8];
    wire_usart(b, 80);
    wr(b, USART_CR1, UE);
    wr(b, USART_TDR, 'x');
    run_ns(b, 200 * NS_PER_US);
    assert_int_equal(sent(b, text, sizeof text), 0);
    expect_violations(b, 1);
}

static void txe_and_tc_interrupt(void **state)
{
    struct chip_bench *b = *state;
    wire_usart(b, 80);
    assert_false(rd(b, NVIC_ISPR) & 1u << 27);
    wr(b, USART_CR1, UE | TE | 1u << 7); // TXEIE
    assert_true(rd(b, NVIC_ISPR) & 1u << 27);
}

// ---- store --------------------------------------------------------------------------------------

static void a_store_brings_flash_and_options_back(void **state)
{
    char path[] = "/tmp/sim_parts.XXXXXX";
    struct chip_bench *b = *state, *again = make_chip("stm32f072rb");
    static const uint8_t data1[2] = {0x12, 0xed};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(sim_chip_poke(b->chip, OPTIONS + 6, data1, 2));
    assert_int_equal(sim_chip_store_write(b->chip, path), ERR_OK);
    assert_int_equal(sim_chip_store_read(again->chip, path), ERR_OK);
    power_up(again);
    assert_int_equal(rd(again, FLASH + 8) & 0xffff, 0xe7fe);
    assert_int_equal(rd(again, FLASH_OBR) >> 24, 0x12);
    drop_chip(again);
    again = make_chip("stm32f031k6");
    assert_int_equal(sim_chip_store_read(again->chip, path), ERR_FILE);
    drop_chip(again);
    unlink(path);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(port_a_starts_with_the_debug_pins_and_the_others_as_inputs),
        bench_test(bits_are_set_and_cleared_and_setting_wins),
        bench_test(a_pin_s_level_is_made_by_output_outside_and_pull),
        bench_test(taking_a_debug_pin_ends_swd_until_the_next_reset),
        bench_test(a_lock_keeps_the_configuration_until_reset),
        bench_test(a_lock_sequence_with_a_slip_locks_nothing),
        bench_test(mem_mode_chooses_what_address_0_shows),
        bench_test(a_reset_puts_the_boot_mode_back),
        bench_test(system_memory_runs_code_when_booted),
        bench_test(words_make_the_crc_of_ethernet),
        bench_test(bytes_reversed_in_and_out_make_the_crc_of_zip),
        bench_test(halfwords_and_words_are_reversed_as_a_whole),
        bench_test(the_start_value_can_be_chosen_and_goes_to_dr),
        bench_test(the_polynomial_can_be_chosen_where_the_part_can_do_it),
        bench_test(a_byte_takes_ten_bits_at_the_baud_rate),
        bench_test(the_data_register_holds_one_more),
        bench_test(the_frame_s_length_follows_its_format),
        bench_test(only_the_bits_of_the_word_are_sent),
        bench_test(the_baud_rate_follows_the_chosen_clock),
        bench_test(nobody_hears_a_pin_that_is_not_tx),
        bench_test(writing_while_it_is_off_is_a_violation),
        bench_test(txe_and_tc_interrupt),
        bench_test(a_store_brings_flash_and_options_back),
    };
    return cmocka_run_group_tests_name("sim_parts", tests, NULL, NULL);
}
