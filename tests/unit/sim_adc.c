// SPDX-License-Identifier: MIT
// The ADC of the virtual chip against RM0091, 13, and what one measures with it: VDDA by the
// internal reference and its factory value, and the temperature (13.8 and 13.9, DS9773, 3.10).
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define ADC_ISR    0x40012400u
#define ADC_IER    0x40012404u
#define ADC_CR     0x40012408u
#define ADC_CFGR1  0x4001240cu
#define ADC_CFGR2  0x40012410u
#define ADC_SMPR   0x40012414u
#define ADC_TR     0x40012420u
#define ADC_CHSELR 0x40012428u
#define ADC_DR     0x40012440u
#define ADC_CCR    0x40012708u

#define ADRDY   (1u << 0)
#define EOC     (1u << 2)
#define EOSEQ   (1u << 3)
#define OVR     (1u << 4)
#define AWD     (1u << 7)
#define ADEN    (1u << 0)
#define ADDIS   (1u << 1)
#define ADSTART (1u << 2)
#define ADSTP   (1u << 4)
#define ADCAL   (1u << 31)
#define CONT    (1u << 13)
#define WAIT    (1u << 14)
#define VREFEN  (1u << 22)
#define TSEN    (1u << 23)
#define VREFINT (1u << 17)
#define TS      (1u << 16)

#define VREFINT_CAL 0x1ffff7bau
#define TS_CAL1     0x1ffff7b8u
#define TS_CAL2     0x1ffff7c2u

static uint32_t factory(struct chip_bench *b, uint32_t addr)
{
    uint32_t v;
    assert_int_equal(try_read(b, addr, 2, &v), SIM_BUS_OK);
    return v;
}

static void clock_it(struct chip_bench *b)
{
    set_bits(b, RCC_APB2ENR, 1u << 9);
}

static void calibrate_and_enable(struct chip_bench *b)
{
    clock_it(b);
    wr(b, ADC_CR, ADCAL);
    run_ns(b, 20 * NS_PER_US);
    assert_int_equal(rd(b, ADC_CR), 0);
    wr(b, ADC_CR, ADEN);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(rd(b, ADC_ISR), ADRDY);
}

static uint32_t convert(struct chip_bench *b, uint32_t channels)
{
    wr(b, ADC_CHSELR, channels);
    wr(b, ADC_CR, ADSTART);
    run_ns(b, 50 * NS_PER_US);
    assert_true(rd(b, ADC_ISR) & EOC);
    return rd(b, ADC_DR);
}

static void ready_for_internal(struct chip_bench *b)
{
    calibrate_and_enable(b);
    wr(b, ADC_SMPR, 7);
    wr(b, ADC_CCR, VREFEN | TSEN);
    run_ns(b, 20 * NS_PER_US);
}

static void calibration_takes_83_cycles_of_its_clock(void **state)
{
    struct chip_bench *b = *state;
    clock_it(b);
    wr(b, ADC_CFGR2, 1u << 30); // PCLK / 2: 250 ns
    wr(b, ADC_CR, ADCAL);
    run_ns(b, 83 * 250 - 10);
    assert_int_equal(rd(b, ADC_CR), ADCAL);
    run_ns(b, 20);
    assert_int_equal(rd(b, ADC_CR), 0);
    wr(b, ADC_CR, ADEN); // less than four cycles behind it
    assert_int_equal(rd(b, ADC_CR), 0);
    expect_violations(b, 1);
    run_ns(b, 1000);
    wr(b, ADC_CR, ADEN);
    assert_int_equal(rd(b, ADC_CR), ADEN);
}

static void it_is_ready_after_a_while_and_not_before(void **state)
{
    struct chip_bench *b = *state;
    clock_it(b);
    wr(b, ADC_CHSELR, VREFINT);
    wr(b, ADC_CR, ADEN);
    assert_int_equal(rd(b, ADC_ISR), 0);
    wr(b, ADC_CR, ADSTART);
    assert_int_equal(rd(b, ADC_CR), ADEN);
    expect_violations(b, 1);
    run_ns(b, 1100);
    assert_int_equal(rd(b, ADC_ISR), ADRDY);
    wr(b, ADC_CR, ADDIS);
    assert_int_equal(rd(b, ADC_CR), 0);
}

static void it_starts_its_own_oscillator(void **state)
{
    struct chip_bench *b = *state;
    clock_it(b);
    assert_int_equal(rd(b, RCC_CR2) & 3, 0);
    wr(b, ADC_CR, ADCAL);
    run_ns(b, 20 * NS_PER_US);
    assert_int_equal(rd(b, RCC_CR2) & 3, 3);
}

static void without_any_clock_it_never_ends(void **state)
{
    struct chip_bench *b = *state;
    clock_it(b);
    wr(b, RCC_CR2, 1u << 2); // HSI14DIS
    wr(b, ADC_CR, ADCAL);
    run_ns(b, 100 * NS_PER_MS);
    assert_int_equal(rd(b, ADC_CR), ADCAL);
}

static void a_conversion_takes_sampling_and_twelve_and_a_half_cycles(void **state)
{
    static const struct {
        uint32_t smpr, cfgr1;
        unsigned half_cycles;
    } cases[] = {{0, 0, 3 + 25}, {7, 0, 479 + 25}, {3, 0, 57 + 25}, {0, 3u << 3, 3 + 15}};
    struct chip_bench *b = *state;
    clock_it(b);
    wr(b, ADC_CFGR2, 2u << 30); // PCLK / 4: 500 ns
    wr(b, ADC_CR, ADEN);
    run_ns(b, 2 * NS_PER_US);
    wr(b, ADC_CHSELR, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wr(b, ADC_SMPR, cases[i].smpr);
        wr(b, ADC_CFGR1, cases[i].cfgr1);
        wr(b, ADC_CR, ADSTART);
        run_ns(b, cases[i].half_cycles * 250 - 10);
        assert_int_equal(rd(b, ADC_ISR) & EOC, 0);
        assert_int_equal(rd(b, ADC_CR), ADEN | ADSTART);
        run_ns(b, 20);
        assert_int_equal(rd(b, ADC_ISR) & (EOC | EOSEQ), EOC | EOSEQ);
        assert_int_equal(rd(b, ADC_CR), ADEN);
        wr(b, ADC_ISR, 0xff);
    }
}

static void the_reference_tells_vdda(void **state)
{
    static const uint32_t vdda_mv[] = {3300, 3000, 2400, 3600};
    struct chip_bench *b = *state;
    ready_for_internal(b);
    uint32_t cal = factory(b, VREFINT_CAL);
    assert_in_range(cal, 1489, 1551); // 1.20 to 1.25 V at 3.3 V
    for (size_t i = 0; i < sizeof vdda_mv / sizeof vdda_mv[0]; i++) {
        sim_chip_set_vdda(b->chip, vdda_mv[i]);
        uint32_t measured = 3300 * cal / convert(b, VREFINT);
        assert_in_range(measured, vdda_mv[i] - 4, vdda_mv[i] + 4);
    }
}

static void the_temperature_lies_between_the_two_factory_points(void **state)
{
    struct chip_bench *b = *state;
    ready_for_internal(b);
    int32_t ts = (int32_t)convert(b, TS);
    int32_t cal1 = (int32_t)factory(b, TS_CAL1), cal2 = (int32_t)factory(b, TS_CAL2);
    int32_t degrees = (ts - cal1) * (110 - 30) / (cal2 - cal1) + 30;
    assert_in_range(degrees, 23, 27);
}

static void an_internal_channel_wants_to_be_on_and_sampled_for_long(void **state)
{
    struct chip_bench *b = *state;
    ready_for_internal(b);
    uint32_t right = convert(b, VREFINT);
    wr(b, ADC_SMPR, 0);
    assert_true(convert(b, VREFINT) < right - 100);
    wr(b, ADC_SMPR, 7);
    assert_int_equal(convert(b, VREFINT), right);
    wr(b, ADC_CCR, 0);
    wr(b, ADC_CCR, VREFEN);
    wr(b, ADC_SMPR, 6); // 71.5 cycles of 14 MHz: long enough, but the reference is not up yet
    wr(b, ADC_CHSELR, VREFINT);
    wr(b, ADC_CR, ADSTART);
    run_ns(b, 7 * NS_PER_US);
    assert_true(rd(b, ADC_ISR) & EOC);
    assert_true(rd(b, ADC_DR) < right - 100);
}

static void without_calibration_there_is_an_offset(void **state)
{
    struct chip_bench *b = *state;
    clock_it(b);
    wr(b, ADC_CR, ADEN);
    run_ns(b, 10 * NS_PER_US);
    wr(b, ADC_SMPR, 7);
    wr(b, ADC_CCR, VREFEN);
    run_ns(b, 20 * NS_PER_US);
    assert_int_not_equal(convert(b, VREFINT), factory(b, VREFINT_CAL));
}

static void pins_read_what_drives_them(void **state)
{
    struct chip_bench *b = *state;
    calibrate_and_enable(b);
    sim_chip_drive_pin(b->chip, 'A', 3, true);
    sim_chip_drive_pin(b->chip, 'B', 1, false);
    sim_chip_drive_pin(b->chip, 'C', 5, true);
    assert_int_equal(convert(b, 1u << 3), 4095);
    assert_int_equal(convert(b, 1u << 9), 0);
    assert_int_equal(convert(b, 1u << 15), 4095);
}

static void a_sequence_goes_through_its_channels_in_the_direction_asked_for(void **state)
{
    struct chip_bench *b = *state;
    ready_for_internal(b);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    wr(b, ADC_CFGR1, WAIT);
    wr(b, ADC_CHSELR, 1u | VREFINT);
    wr(b, ADC_CR, ADSTART);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, ADC_ISR) & (EOC | EOSEQ), EOC); // waits for DR to be read
    assert_int_equal(rd(b, ADC_DR), 4095);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, ADC_ISR) & (EOC | EOSEQ), EOC | EOSEQ);
    assert_int_equal(rd(b, ADC_DR), factory(b, VREFINT_CAL));
    wr(b, ADC_CFGR1, WAIT | 1u << 2); // SCANDIR
    wr(b, ADC_CR, ADSTART);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, ADC_DR), factory(b, VREFINT_CAL));
}

static void results_that_nobody_reads_are_an_overrun(void **state)
{
    struct chip_bench *b = *state;
    calibrate_and_enable(b);
    wr(b, ADC_IER, OVR);
    wr(b, ADC_CFGR1, CONT);
    wr(b, ADC_CHSELR, 1);
    wr(b, ADC_CR, ADSTART);
    run_ns(b, 100 * NS_PER_US);
    assert_true(rd(b, ADC_ISR) & OVR);
    assert_true(rd(b, NVIC_ISPR) & 1u << 12);
    assert_true(rd(b, ADC_CR) & ADSTART);
    wr(b, ADC_CR, ADSTP);
    assert_int_equal(rd(b, ADC_CR), ADEN);
}

static void an_overrun_keeps_the_old_result_or_takes_the_new_one(void **state)
{
    struct chip_bench *b = *state;
    calibrate_and_enable(b);
    wr(b, ADC_CHSELR, 1);
    for (unsigned ovrmod = 0; ovrmod < 2; ovrmod++) {
        wr(b, ADC_CFGR1, ovrmod << 12);
        sim_chip_drive_pin(b->chip, 'A', 0, true);
        wr(b, ADC_CR, ADSTART);
        run_ns(b, 5 * NS_PER_US);
        sim_chip_drive_pin(b->chip, 'A', 0, false);
        wr(b, ADC_CR, ADSTART);
        run_ns(b, 5 * NS_PER_US);
        assert_true(rd(b, ADC_ISR) & OVR);
        assert_int_equal(rd(b, ADC_DR), ovrmod ? 0 : 4095);
        wr(b, ADC_ISR, 0xff);
    }
}

static void the_analog_watchdog_sees_what_is_outside(void **state)
{
    struct chip_bench *b = *state;
    ready_for_internal(b);
    wr(b, ADC_CFGR1, 1u << 23);
    wr(b, ADC_TR, 1600u << 16 | 1400);
    convert(b, VREFINT);
    assert_int_equal(rd(b, ADC_ISR) & AWD, 0);
    wr(b, ADC_TR, 1500u << 16 | 1400);
    convert(b, VREFINT);
    assert_int_equal(rd(b, ADC_ISR) & AWD, AWD);
}

static void fewer_bits_and_left_alignment_are_done(void **state)
{
    struct chip_bench *b = *state;
    calibrate_and_enable(b);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    wr(b, ADC_CFGR1, 1u << 3); // 10 bits
    assert_int_equal(convert(b, 1), 0x3ff);
    wr(b, ADC_CFGR1, 1u << 5); // 12 bits, left
    assert_int_equal(convert(b, 1), 0xfff0);
}

static void settings_wait_for_the_end_of_conversions(void **state)
{
    struct chip_bench *b = *state;
    calibrate_and_enable(b);
    wr(b, ADC_SMPR, 7);
    wr(b, ADC_CHSELR, 1);
    wr(b, ADC_CR, ADSTART);
    wr(b, ADC_CHSELR, 2);
    assert_int_equal(rd(b, ADC_CHSELR), 1);
    expect_violations(b, 1);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(calibration_takes_83_cycles_of_its_clock),
        bench_test(it_is_ready_after_a_while_and_not_before),
        bench_test(it_starts_its_own_oscillator),
        bench_test(without_any_clock_it_never_ends),
        bench_test(a_conversion_takes_sampling_and_twelve_and_a_half_cycles),
        bench_test(the_reference_tells_vdda),
        bench_test(the_temperature_lies_between_the_two_factory_points),
        bench_test(an_internal_channel_wants_to_be_on_and_sampled_for_long),
        bench_test(without_calibration_there_is_an_offset),
        bench_test(pins_read_what_drives_them),
        bench_test(a_sequence_goes_through_its_channels_in_the_direction_asked_for),
        bench_test(results_that_nobody_reads_are_an_overrun),
        bench_test(an_overrun_keeps_the_old_result_or_takes_the_new_one),
        bench_test(the_analog_watchdog_sees_what_is_outside),
        bench_test(fewer_bits_and_left_alignment_are_done),
        bench_test(settings_wait_for_the_end_of_conversions),
    };
    return cmocka_run_group_tests_name("sim_adc", tests, NULL, NULL);
}
