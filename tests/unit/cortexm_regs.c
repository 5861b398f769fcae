// SPDX-License-Identifier: MIT
// cortex/cortexm_regs.c against a scripted probe: which word of READALLREGS is which register, and
// what is written back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cortex/cortexm.h"
#include "tests/unit/choose.h"
#include "tests/unit/script_link.h"

#define PSP     18
#define SPECIAL 20 // DCRSR.REGSEL of CONTROL, FAULTMASK, BASEPRI and PRIMASK (DDI 0403, C1.6.3)

// The probe reads REGSEL 0 to 20 in turn; what stands in word 19 belongs to no register.
static void reads_all(struct script *s, uint32_t special)
{
    uint8_t reply[4 + 4 * 21] = {0x80};
    for (unsigned i = 0; i < 21; i++)
        put_le32(&reply[4 + 4 * i], 0xa0000000 + 4 * i);
    put_le32(&reply[4 + 4 * 16], 1u << 24);
    put_le32(&reply[4 + 4 * 19], 0x77665544);
    put_le32(&reply[4 + 4 * SPECIAL], special);
    script_read_data(s, "f2 3a", reply, sizeof reply);
}

static struct cortexm core_of(struct script *s, enum core_arch arch)
{
    script_start(s, 2, 37);
    return (struct cortexm){.mem = &s->mem, .log = &s->log, .caps = {.arch = arch}};
}

static void each_register_is_the_word_of_its_regsel(void **state)
{
    (void)state;
    struct script s;
    uint32_t value;
    struct cortexm cm = core_of(&s, CORE_ARMV7M);
    reads_all(&s, 0x03018001);
    for (unsigned reg = 0; reg <= PSP; reg++) {
        OK(cortexm_read_reg(&cm, reg, &value));
        assert_int_equal(value, reg == 16 ? 1u << 24 : 0xa0000000 + 4 * reg);
    }
    static const struct {
        enum cortexm_reg reg;
        uint32_t value;
    } parts[] = {{CORTEXM_PRIMASK, 0x01},
                 {CORTEXM_BASEPRI, 0x80},
                 {CORTEXM_FAULTMASK, 0x01},
                 {CORTEXM_CONTROL, 0x03}};
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        OK(cortexm_read_reg(&cm, parts[i].reg, &value));
        assert_int_equal(value, parts[i].value);
    }
    script_end(&s);
}

static void writing_primask_keeps_control(void **state)
{
    (void)state;
    struct script s;
    struct cortexm cm = core_of(&s, CORE_ARMV6M);
    reads_all(&s, 0x02000000);
    script_read(&s, "f2 34 14 01 00 00 02", "80 00");
    OK(cortexm_write_reg(&cm, CORTEXM_PRIMASK, 1));
    OK(cortexm_flush_regs(&cm));
    script_end(&s);
}

static void writing_control_moves_sp_to_the_other_stack(void **state)
{
    (void)state;
    struct script s;
    uint32_t value;
    struct cortexm cm = core_of(&s, CORE_ARMV6M);
    reads_all(&s, 0x00000001);
    script_read(&s, "f2 34 14 01 00 00 02", "80 00");
    OK(cortexm_write_reg(&cm, CORTEXM_CONTROL, 2));
    OK(cortexm_read_reg(&cm, CORTEXM_SP, &value));
    assert_int_equal(value, 0xa0000000 + 4 * PSP);
    OK(cortexm_flush_regs(&cm));
    script_end(&s);
}

// In Handler mode SP is the MSP, whatever CONTROL says (DDI 0419, B1.4.1).
static void in_a_handler_sp_is_the_main_stack(void **state)
{
    (void)state;
    struct script s;
    uint32_t value;
    struct cortexm cm = core_of(&s, CORE_ARMV6M);
    reads_all(&s, 0x02000000); // Thread mode on the PSP
    script_read(&s, "f2 34 10 03 00 00 01", "80 00");
    script_read(&s, "f2 34 11 00 04 00 20", "80 00");
    script_read(&s, "f2 34 12 00 05 00 20", "80 00");
    OK(cortexm_write_reg(&cm, CORTEXM_XPSR, 0x01000003));
    OK(cortexm_read_reg(&cm, CORTEXM_SP, &value));
    assert_int_equal(value, 0xa0000000 + 4 * CORTEXM_MSP);
    OK(cortexm_write_reg(&cm, CORTEXM_SP, 0x20000400));
    OK(cortexm_read_reg(&cm, CORTEXM_MSP, &value));
    assert_int_equal(value, 0x20000400);
    OK(cortexm_read_reg(&cm, CORTEXM_PSP, &value));
    assert_int_equal(value, 0xa0000000 + 4 * PSP);
    OK(cortexm_write_reg(&cm, CORTEXM_PSP, 0x20000500)); // of the thread that was interrupted
    OK(cortexm_read_reg(&cm, CORTEXM_SP, &value));
    assert_int_equal(value, 0x20000400);
    OK(cortexm_flush_regs(&cm));
    script_end(&s);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_register_is_the_word_of_its_regsel),
        cmocka_unit_test(writing_primask_keeps_control),
        cmocka_unit_test(writing_control_moves_sp_to_the_other_stack),
        cmocka_unit_test(in_a_handler_sp_is_the_main_stack),
    };
    return cmocka_run_group_tests_name("cortexm_regs", tests, NULL, NULL);
}
