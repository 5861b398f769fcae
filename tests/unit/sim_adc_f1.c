// SPDX-License-Identifier: MIT
// The virtual ADC of STM32F1, F2 and F4 against RM0008, 11 and RM0090, 13: what a conversion takes,
// what it measures, and the order of a sequence.
#include "tests/unit/choose.h"
#include "tests/unit/sim_f4_bench.h"

#define F1_ADC   0x40012400u
#define F4_ADC   0x40012000u
#define F4_CCR   0x40012304u
#define APB2ENR4 0x40023844u
#define CFGR1    0x40021004u

enum { SR_ = 0, CR1 = 4, CR2 = 8, SMPR1 = 0x0c, SMPR2 = 0x10, SQR1 = 0x2c, SQR3 = 0x34, DR = 0x4c };

#define EOC        (1u << 1)
#define STRT       (1u << 4)
#define OVR        (1u << 5)
#define EOCIE      (1u << 5)
#define SCAN       (1u << 8)
#define ADON       (1u << 0)
#define CONT       (1u << 1)
#define CAL        (1u << 2)
#define EOCS       (1u << 10)
#define ALIGN      (1u << 11)
#define BY_SWSTART (7u << 17 | 1u << 20)
#define SWSTART1   (1u << 22)
#define TSVREFE1   (1u << 23)
#define SWSTART4   (1u << 30)
#define TSVREFE    (1u << 23)
#define VBATE      (1u << 22)

#define REFERENCE 17u

static int f1_setup(void **state)
{
    struct chip_bench *b = make_running("stm32f103c8");
    set_bits(b, RCC_APB2ENR, 1u << 9);
    *state = b;
    return 0;
}

static struct chip_bench *make_with_adc(const char *name)
{
    struct chip_bench *b = make_running(name);
    set_bits(b, APB2ENR4, 1u << 8);
    return b;
}

static int f4_setup(void **state)
{
    *state = make_with_adc("stm32f407vg");
    return 0;
}

#define f1_test(f) cmocka_unit_test_setup_teardown(f, f1_setup, bench_teardown)
#define f4_test(f) cmocka_unit_test_setup_teardown(f, f4_setup, bench_teardown)

static void switch_on_f1(struct chip_bench *b)
{
    wr(b, F1_ADC + CR2, ADON | TSVREFE1 | BY_SWSTART);
    run_ns(b, 20 * NS_PER_US);
    set_bits(b, F1_ADC + CR2, CAL);
    while (rd(b, F1_ADC + CR2) & CAL)
        run_ns(b, NS_PER_US);
    wr(b, F1_ADC + SMPR1, 7u << 21 | 7u << 18); // channels 16 and 17: 239.5 cycles
}

static void switch_on_f4(struct chip_bench *b)
{
    wr(b, F4_CCR, TSVREFE);
    wr(b, F4_ADC + CR2, ADON);
    wr(b, F4_ADC + SMPR1, 7u << 24 | 7u << 21 | 7u << 18); // 480 cycles
    run_ns(b, 20 * NS_PER_US);
}

static uint32_t convert(struct chip_bench *b, uint32_t adc, unsigned channel)
{
    wr(b, adc + SQR3, channel);
    set_bits(b, adc + CR2, adc == F1_ADC ? SWSTART1 : SWSTART4);
    for (unsigned i = 0; i < 1000 && !(rd(b, adc + SR_) & EOC); i++)
        run_ns(b, NS_PER_US);
    return rd(b, adc + DR);
}

static uint32_t mv_of(uint32_t code, uint32_t vdda_mv)
{
    return (code * vdda_mv + 2047) / 4095;
}

static void an_f1_measures_reference_and_temperature(void **state)
{
    struct chip_bench *b = *state;
    switch_on_f1(b);
    for (uint32_t mv = 2400; mv <= 3600; mv += 600) {
        sim_chip_set_vdda(b->chip, mv);
        assert_in_range(mv_of(convert(b, F1_ADC, REFERENCE), mv), 1199, 1201);
        assert_in_range(mv_of(convert(b, F1_ADC, 16), mv), 1429, 1431);
    }
    expect_violations(b, 0);
}

// 239.5 and 12.5 cycles of PCLK2 / 2.
static void a_conversion_takes_its_time(void **state)
{
    struct chip_bench *b = *state;
    switch_on_f1(b);
    wr(b, F1_ADC + SQR3, REFERENCE);
    set_bits(b, F1_ADC + CR2, SWSTART1);
    assert_int_equal(rd(b, F1_ADC + SR_), STRT);
    run_ns(b, 62999);
    assert_int_equal(rd(b, F1_ADC + SR_) & EOC, 0);
    run_ns(b, 1);
    assert_int_equal(rd(b, F1_ADC + SR_), STRT | EOC);
    (void)rd(b, F1_ADC + DR); // takes EOC
    assert_int_equal(rd(b, F1_ADC + SR_), STRT);
    wr(b, F1_ADC + SR_, 0);
    assert_int_equal(rd(b, F1_ADC + SR_), 0);
    wr(b, CFGR1, 3u << 14); // PCLK2 / 8
    set_bits(b, F1_ADC + CR2, SWSTART1);
    run_ns(b, 251999);
    assert_int_equal(rd(b, F1_ADC + SR_) & EOC, 0);
    run_ns(b, 1);
    assert_int_equal(rd(b, F1_ADC + SR_) & EOC, EOC);
}

// Nothing but ADON once more is a start on an STM32F1.
static void adon_once_more_starts(void **state)
{
    struct chip_bench *b = *state;
    switch_on_f1(b);
    wr(b, F1_ADC + SQR3, REFERENCE);
    wr(b, F1_ADC + CR2, rd(b, F1_ADC + CR2));
    run_ns(b, 63 * NS_PER_US);
    assert_int_equal(rd(b, F1_ADC + SR_) & EOC, EOC);
    wr(b, F1_ADC + SR_, 0);
    wr(b, F1_ADC + CR2, rd(b, F1_ADC + CR2) | ALIGN); // something else changes
    run_ns(b, 63 * NS_PER_US);
    assert_int_equal(rd(b, F1_ADC + SR_) & EOC, 0);
    assert_in_range(mv_of(convert(b, F1_ADC, REFERENCE) >> 4, 3300), 1199, 1201);
}

static void without_calibration_or_time_it_is_wrong(void **state)
{
    struct chip_bench *b = *state;
    wr(b, F1_ADC + CR2, ADON | TSVREFE1 | BY_SWSTART);
    run_ns(b, 20 * NS_PER_US);
    wr(b, F1_ADC + SMPR1, 7u << 21);
    assert_int_equal(convert(b, F1_ADC, REFERENCE), 1489 + 12);
    switch_on_f1(b);
    assert_int_equal(convert(b, F1_ADC, REFERENCE), 1489);
    wr(b, F1_ADC + SMPR1, 5u << 21); // 55.5 cycles: 13.9 us are too short
    assert_true(convert(b, F1_ADC, REFERENCE) < 1400);
    expect_violations(b, 0);
    wr(b, F1_ADC + CR2, 0);
    wr(b, F1_ADC + CR2, ADON | BY_SWSTART);
    set_bits(b, F1_ADC + CR2, SWSTART1);
    expect_violations(b, 1);
    assert_true(said(b, "less than 3 us behind ADON"));
}

static void an_f4_measures_reference_temperature_and_battery(void **state)
{
    struct chip_bench *b = *state;
    switch_on_f4(b);
    assert_in_range(mv_of(convert(b, F4_ADC, REFERENCE), 3300), 1209, 1211);
    assert_int_equal(convert(b, F4_ADC, REFERENCE), rd(b, 0x1fff7a28) >> 16); // VREFINT_CAL
    assert_in_range(mv_of(convert(b, F4_ADC, 16), 3300), 759, 761);
    set_bits(b, F4_CCR, VBATE);
    run_ns(b, 20 * NS_PER_US);
    assert_in_range(mv_of(convert(b, F4_ADC, 18), 3300), 1649, 1651);
    sim_chip_set_vdda(b->chip, 2400);
    assert_in_range(mv_of(convert(b, F4_ADC, REFERENCE), 2400), 1209, 1211);
    expect_violations(b, 0);
}

static void temperature_and_battery_share_a_channel_on_an_f429(void **state)
{
    struct chip_bench *b = make_with_adc("stm32f429zi");
    (void)state;
    switch_on_f4(b);
    assert_in_range(mv_of(convert(b, F4_ADC, 18), 3300), 759, 761);
    set_bits(b, F4_CCR, VBATE);
    run_ns(b, 20 * NS_PER_US);
    assert_in_range(mv_of(convert(b, F4_ADC, 18), 3300), 824, 826); // a quarter
    drop_chip(b);
}

static void sequences_follow_their_order(void **state)
{
    struct chip_bench *b = *state;
    switch_on_f4(b);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    sim_chip_drive_pin(b->chip, 'A', 1, false);
    wr(b, F4_ADC + CR1, SCAN | EOCIE);
    wr(b, F4_ADC + SQR1, 2u << 20);
    wr(b, F4_ADC + SQR3, 0 | 1u << 5 | REFERENCE << 10);
    wr(b, F4_ADC + CR2, ADON | EOCS);
    set_bits(b, F4_ADC + CR2, SWSTART4);
    static const uint32_t results[] = {4095, 0, 1502};
    for (unsigned i = 0; i < 3; i++) {
        while (!(rd(b, F4_ADC + SR_) & EOC))
            run_ns(b, NS_PER_US);
        assert_int_equal(rd(b, NVIC_ISPR) >> 18 & 1, 1);
        assert_in_range(rd(b, F4_ADC + DR), results[i] ? results[i] - 1 : 0, results[i] + 1);
    }
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, F4_ADC + SR_) & EOC, 0);
    set_bits(b, F4_ADC + CR2, SWSTART4); // nobody reads
    run_ns(b, 200 * NS_PER_US);
    assert_int_equal(rd(b, F4_ADC + SR_) & OVR, OVR);
    assert_int_equal(rd(b, F4_ADC + DR), 4095);
}

static void resolution_and_continuous_conversion(void **state)
{
    struct chip_bench *b = *state;
    switch_on_f4(b);
    wr(b, F4_ADC + CR1, 2u << 24); // 8 bits
    assert_in_range(convert(b, F4_ADC, REFERENCE), 93, 94);
    set_bits(b, F4_ADC + CR2, CONT);
    for (unsigned i = 0; i < 3; i++)
        assert_in_range(convert(b, F4_ADC, REFERENCE), 93, 94);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, F4_ADC + SR_) & EOC, EOC);
    wr(b, F4_ADC + CR2, 0);
    (void)rd(b, F4_ADC + DR);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, F4_ADC + SR_) & EOC, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        f1_test(an_f1_measures_reference_and_temperature),
        f1_test(a_conversion_takes_its_time),
        f1_test(adon_once_more_starts),
        f1_test(without_calibration_or_time_it_is_wrong),
        f4_test(an_f4_measures_reference_temperature_and_battery),
        cmocka_unit_test(temperature_and_battery_share_a_channel_on_an_f429),
        f4_test(sequences_follow_their_order),
        f4_test(resolution_and_continuous_conversion),
    };
    return cmocka_run_group_tests_name("sim_adc_f1", tests, NULL, NULL);
}
