# SPDX-License-Identifier: MIT
"""A Cortex-M7 with both caches on under GDB: what is shown is what the program sees, what is written it gets, and
breakpoints in code that it put into RAM stop it. The program is tests/firmware/caches.c."""

from harness import expect, expect_equal, firmware, main, scenario

CHIPS = "stm32f746zg", "stm32f767zi"  # with 0x20010000 in the SRAM, and in the DTCM, which is not cached
SHARED = 0x20010000


def on_all(function):
    """The scenario on each of these chips, with the program in the flash."""
    for chip in CHIPS:
        def one(session):
            function(session)
        one.__name__ = f"{function.__name__}_{chip}"
        scenario(f"{chip},firmware={firmware('caches.elf')}")(one)
    return function


def word(gdb, offset):
    return gdb.value(f"*(unsigned *)({SHARED + offset})")


def after_rounds(session, count):
    gdb = session.gdb("caches.elf")
    gdb.cmds("monitor reset halt", "maintenance flush register-cache", "hbreak round_is_over")
    gdb.cmds(*["continue"] * count)
    return gdb


@on_all
def what_the_program_keeps_in_its_cache_is_shown(session):
    gdb = after_rounds(session, 1)
    for count in range(1, 6):
        expect_equal(count, word(gdb, 0))
        expect_equal(3 * count, word(gdb, 12))
        gdb.cmd("continue")


@on_all
def what_is_written_is_what_the_program_gets(session):
    gdb = after_rounds(session, 2)
    for value in (0x1234, 0xdeadbeef, 7):
        gdb.cmd(f"set var *(unsigned *)({SHARED + 4}) = {value}")
        gdb.cmd("continue")
        expect_equal(value, word(gdb, 8) & 0xffffffff)
    # A byte beside words that only the cache has.
    gdb.cmd(f"set var *(unsigned char *)({SHARED + 5}) = 0x55")
    gdb.cmd("continue")
    expect_equal(0x5507, word(gdb, 8))
    expect_equal(6, word(gdb, 0))


@on_all
def breakpoints_in_code_in_ram_stop_and_leave_it_as_it_was(session):
    gdb = after_rounds(session, 2)
    gdb.cmds("delete", f"break *{SHARED + 0x24}")
    for count in range(2, 5):
        gdb.cmd("continue")
        expect_equal(SHARED + 0x24, gdb.value("$pc"))
        expect_equal(3 * count, gdb.value("$r0"))
        expect(r"adds\s+r0, #3", gdb.cmd("x/i $pc"))
    gdb.cmds("stepi", "stepi")
    expect_equal(15, gdb.value("$r0"))
    gdb.cmds("delete", "hbreak round_is_over", "continue", "continue")
    expect_equal(18, word(gdb, 12))


@on_all
def code_that_is_written_is_what_runs(session):
    gdb = after_rounds(session, 2)
    gdb.cmd(f"set var *(unsigned short *)({SHARED + 0x24}) = 0x3005")  # ADDS r0, #5
    gdb.cmd("continue")
    expect_equal(11, word(gdb, 12))
    gdb.cmd("continue")
    expect_equal(16, word(gdb, 12))


@on_all
def a_program_loaded_over_a_cached_one_is_the_one_that_runs(session):
    gdb = after_rounds(session, 3)
    expect("matched", gdb.cmds("load", "compare-sections"))
    gdb.cmds("maintenance flush register-cache", "monitor reset halt", "maintenance flush register-cache", "continue")
    expect_equal(1, word(gdb, 0))


if __name__ == "__main__":
    main()
