# SPDX-License-Identifier: MIT
"""Watchpoints as people set them: on a byte that is written as a word, on an array that no block fits, on too much."""

from harness import IS_V6M, expect, expect_equal, expect_not, main, scenario

COMPARATORS = 2 if IS_V6M else 4  # of the chips in CHIPS


def at_main(session):
    gdb = session.loaded("breaks.elf")
    expect(r"main \(\) at .*c:\d+", gdb.cmds("tbreak main", "continue"))
    return gdb


@scenario()
def a_byte_that_is_written_as_a_word_is_watched(session):
    gdb = at_main(session)
    gdb.cmd("watch mixed.b[1]")
    for n in (1, 2, 3):
        said = gdb.cmd("continue")
        expect(r"Hardware watchpoint \d+: mixed\.b\[1\]", said)
        expect(rf"New value = {n} '", said)
    gdb.cmds("delete", "watch mixed.h[0]")
    expect(r"Hardware watchpoint \d+: mixed\.h\[0\]", gdb.cmd("continue"))
    # The half that is written with the same value is no news.
    gdb.cmds("delete", "watch mixed.h[1]", "tbreak write_all")
    expect(r"write_all \(n=", gdb.cmd("continue"))


def text_of(round):
    return rf"Hardware watchpoint \d+: box\.text(?s:.*)New value(?s:.*)write_all \(n=(n@entry=)?{round}\)"


@scenario()
def an_array_that_no_block_fits_is_watched_and_its_neighbours_are_not(session):
    gdb = at_main(session)
    gdb.cmd("watch box.text")
    for n in (1, 2, 3):
        said = gdb.cmd("continue")
        expect(text_of(n), said)
        expect_not("Could not insert", said)


@scenario()
def a_long_watchpoint_makes_room_for_others(session):
    gdb = at_main(session)
    gdb.cmds("watch box.text", "watch mixed.w")
    for n in (1, 2):
        expect(rf"mixed\.w(?s:.*)New value = {n << 8}", gdb.cmd("continue"))
        expect(text_of(n), gdb.cmd("continue"))
    # The exact one beside the one that covers it.
    gdb.cmds("delete", "watch box.text", "watch box.behind")
    for n in (3, 4):
        expect(rf"box\.behind(?s:.*)New value = {n}", gdb.cmd("continue"))
        expect(text_of(n), gdb.cmd("continue"))
    gdb.cmds("delete", "watch box.text", "rwatch armed")
    expect(r"Hardware read watchpoint \d+: armed", gdb.cmd("continue"))
    said = ""
    while "box.text" not in said:
        said = gdb.cmd("continue")
        expect(r"box\.text|armed", said)
    expect(text_of(5), said)


@scenario()
def what_is_read_is_covered_exactly_or_refused_with_the_reason_at_once(session):
    gdb = at_main(session)
    gdb.cmd("awatch box.text")
    for command in ("continue", "stepi", "next"):
        said = gdb.cmd(command)
        expect(r"Could not insert hardware watchpoint at 0x2000", said)
        expect(rf"{COMPARATORS} watchpoint comparators(?s:.*)64 bytes", said)
        expect(r"delete a watchpoint first, or watch less", said)
    pc = gdb.value("$pc")
    gdb.cmds("delete", "stepi")
    expect_equal(False, pc == gdb.value("$pc"))


@scenario()
def the_condition_of_a_watchpoint_is_met_before_its_user_sees_a_stop(session):
    gdb = session.loaded("session.elf")
    gdb.cmds("tbreak main", "continue")
    gdb.cmd("watch rounds if rounds == 5")
    said = gdb.cmd("continue")
    expect(r"Old value = 4(?s:.*)New value = 5", said)
    expect_equal(5, gdb.value("rounds"))
    expect(r"already hit 1 time", gdb.cmd("info watchpoints"))


@scenario()
def one_watchpoint_too_many_is_refused_with_the_reason_at_once(session):
    gdb = at_main(session)
    gdb.cmds("watch rounds", "watch armed")
    for n in range(2, COMPARATORS):
        gdb.cmd(f"watch *(char *){0x20000c00 + 4 * n:#x}")  # which nobody writes
    gdb.cmd("watch mixed.w")
    said = gdb.cmd("continue")
    expect(r"Could not insert hardware watchpoint at 0x2000", said)
    expect(rf"this core has {COMPARATORS} watchpoint comparators, of which 0 are free", said)
    gdb.cmd("delete 3")
    expect(r"mixed\.w(?s:.*)New value = 256", gdb.cmd("continue"))


main()
