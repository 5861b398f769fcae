// SPDX-License-Identifier: MIT
// A program in the form that Rust's embedded-test gives to tests, protocol 1: the section
// ".embedded_test" holds a version and, for each test, a symbol whose name is a JSON object and
// whose value is {entry, path, length of the path}; SYS_GET_CMDLINE says "run_addr ENTRY". With
// -DPROTOCOL=0 it is one of before version 0.7: it lists its tests by call 0x100 when the command
// line is "list", and runs one for "run NAME".
#include <stdint.h>

#ifndef PROTOCOL
#define PROTOCOL 1
#endif

enum { SYS_WRITE0 = 0x04, SYS_GET_CMDLINE = 0x15, SYS_EXIT = 0x18, CALL_LIST = 0x100 };
#define APPLICATION_EXIT 0x20026u
#define RUN_TIME_ERROR   0x20023u

static inline uint32_t call(uint32_t number, uint32_t value)
{
    register uint32_t r0 __asm__("r0") = number;
    register uint32_t r1 __asm__("r1") = value;
    __asm__ volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

__attribute__((noreturn)) static void leave(uint32_t reason)
{
    for (;;)
        call(SYS_EXIT, reason);
}

void it_works(void)
{
    call(SYS_WRITE0, (uint32_t) "it works\n");
    leave(APPLICATION_EXIT);
}

void it_fails(void)
{
    call(SYS_WRITE0, (uint32_t) "not equal\n");
    leave(RUN_TIME_ERROR);
}

void it_hangs(void)
{
    for (;;)
        ;
}

void it_faults(void)
{
    volatile uint32_t addr = 0x20000001;
    *(volatile uint32_t *)addr = 1;
    leave(APPLICATION_EXIT);
}

#if PROTOCOL == 1
const char module_path[] = "my_crate::sums";

__asm__(".section .embedded_test, \"\", %progbits\n"
        ".balign 4\n"
        ".global EMBEDDED_TEST_VERSION\n"
        ".type EMBEDDED_TEST_VERSION, %object\n"
        ".size EMBEDDED_TEST_VERSION, 4\n"
        "EMBEDDED_TEST_VERSION: .word 1\n"
#define TEST(json, entry)                                                                          \
    ".global \"" json "\"\n.type \"" json "\", %object\n.size \"" json "\", 12\n\"" json "\":\n"   \
    ".word " #entry ", module_path, 14\n"
#define JSON(name, ignored, panics, timeout)                                                       \
    "{\\\"disambiguator\\\":0,\\\"name\\\":\\\"" name "\\\",\\\"ignored\\\":" ignored              \
    ",\\\"should_panic\\\":" panics ",\\\"timeout\\\":" timeout "}"
        TEST(JSON("works", "false", "false", "null"),
             it_works) TEST(JSON("fails", "false", "false", "null"), it_fails)
            TEST(JSON("panics", "false", "true", "null"), it_fails)
                TEST(JSON("should_panic", "false", "true", "10"), it_works)
                    TEST(JSON("later", "true", "false", "null"), it_fails)
                        TEST(JSON("hangs", "false", "false", "1"), it_hangs)
                            TEST(JSON("faults", "false", "false", "null"), it_faults) ".text\n");
#else
__attribute__((section(".embedded_test"), used)) const uint32_t EMBEDDED_TEST_VERSION = 0;
static const char list[] = "[{\"name\":\"sums::works\",\"should_error\":false,\"ignored\":false},"
                           "{\"name\":\"sums::fails\",\"should_error\":false,\"ignored\":false},"
                           "{\"name\":\"sums::panics\",\"should_error\":true,\"ignored\":false}]";
#endif

static int begins_with(const char *text, const char *word)
{
    while (*word)
        if (*text++ != *word++)
            return 0;
    return 1;
}

int main(void)
{
    char line[64];
    uint32_t block[2] = {(uint32_t)line, sizeof line};
    if (call(SYS_GET_CMDLINE, (uint32_t)block) != 0)
        leave(RUN_TIME_ERROR);
#if PROTOCOL == 1
    uint32_t entry = 0;
    if (!begins_with(line, "run_addr "))
        leave(RUN_TIME_ERROR);
    for (const char *p = line + 9; *p >= '0' && *p <= '9'; p++)
        entry = entry * 10 + (uint32_t)(*p - '0');
    ((void (*)(void))entry)();
#else
    uint32_t where[2] = {(uint32_t)list, sizeof list - 1};
    if (begins_with(line, "list") && call(CALL_LIST, (uint32_t)where) == 0)
        leave(APPLICATION_EXIT);
    if (begins_with(line, "run sums::works"))
        it_works();
    if (begins_with(line, "run sums::fails") || begins_with(line, "run sums::panics"))
        it_fails();
#endif
    leave(RUN_TIME_ERROR);
}
