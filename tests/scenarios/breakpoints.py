# SPDX-License-Identifier: MIT
"""Breakpoints where the person stands already, and where the program has a BKPT of its own."""

import os

from harness import SOURCE, expect, expect_equal, expect_not, main, scenario


def line_of(text, file="breaks.c"):
    with open(os.path.join(SOURCE, "tests", "firmware", file), encoding="utf-8") as source:
        return next(n for n, line in enumerate(source, 1) if text in line)


def at_main(session, elf="session.elf"):
    gdb = session.loaded(elf)
    expect(r"main \(\) at .*c:\d+", gdb.cmds("tbreak main", "continue"))
    return gdb


@scenario()
def jump_stops_at_a_breakpoint_at_its_goal(session):
    gdb = at_main(session)
    first, second = (line_of(text, "session.c") for text in ("seed = in_ram(seed)", "        touch();"))
    gdb.cmds(f"tbreak session.c:{second}", "continue")
    gdb.cmds(f"tbreak session.c:{first}", f"tbreak session.c:{second}")
    expect(rf"^{first}\s+seed = in_ram", gdb.cmd(f"jump {first}"))
    expect(rf"^{second}\s+touch\(\)", gdb.cmd("continue"))


@scenario()
def jump_to_the_place_where_it_stands_stops_there(session):
    gdb = at_main(session)
    gdb.cmds("break compute", "continue", "continue")
    for _ in range(2):
        expect(r"Breakpoint \d+, .*compute \(a=(a@entry=)?2,", gdb.cmd("jump *$pc"))
    gdb.cmds("delete", "stepi", "break *$pc")
    expect(r"Breakpoint \d+, .*compute \(a=(a@entry=)?2,", gdb.cmd("jump *$pc"))
    expect(r"Breakpoint \d+, .*compute \(a=(a@entry=)?3,", gdb.cmd("continue"))


@scenario()
def continue_stops_at_a_breakpoint_to_which_the_pc_was_set(session):
    gdb = at_main(session)
    gdb.cmds("tbreak compute", "continue", "tbreak touch", "tbreak *main", "set var $pc = main")
    expect(r"Temporary breakpoint \d+, .*main \(\)", gdb.cmd("continue"))
    expect_equal(gdb.value("&main") & ~1, gdb.value("$pc"))


@scenario()
def stepi_stops_at_a_breakpoint_to_which_the_pc_was_set(session):
    gdb = at_main(session)
    gdb.cmds("tbreak compute", "continue", "tbreak *main", "set var $pc = main")
    expect(r"Temporary breakpoint \d+, .*main \(\)", gdb.cmd("stepi"))


@scenario()
def a_breakpoint_at_the_first_instruction_stops_after_a_reset(session):
    gdb = at_main(session)
    gdb.cmds("tbreak compute", "continue", "monitor reset halt", "maintenance flush register-cache",
             "break *reset_handler")
    expect(r"Breakpoint \d+, .*reset_handler", gdb.cmd("continue"))


@scenario()
def it_stops_there_also_when_gdb_has_not_seen_the_reset(session):
    gdb = at_main(session)
    gdb.cmds("break *reset_handler", "break compute", "continue", "monitor reset halt")
    expect(r"Breakpoint \d+, .*reset_handler", gdb.cmd("continue"))


@scenario()
def a_breakpoint_in_ram_stops_where_the_pc_was_set(session):
    gdb = at_main(session)
    gdb.cmds("tbreak in_ram", "continue", "delete", "tbreak touch", "continue", "break in_ram")
    gdb.cmd("set var $r0 = 0x1234")
    expect(r"Breakpoint \d+, .*in_ram \(seed=(seed@entry=)?4660\)", gdb.cmd("jump in_ram"))


@scenario()
def continue_from_a_breakpoint_goes_on_as_before(session):
    gdb = at_main(session)
    gdb.cmd("break compute")
    for n in (1, 2, 3):
        expect(rf"compute \(a=(a@entry=)?{n}, b=", gdb.cmd("continue"))
    gdb.cmds("set breakpoint always-inserted on")
    for n in (4, 5):
        expect(rf"compute \(a=(a@entry=)?{n}, b=", gdb.cmd("continue"))
    # GDB knows nothing of this one, and its breakpoint is in.
    gdb.cmds("monitor resume", "monitor halt", "maintenance flush register-cache")
    expect(r"compute \(a=(a@entry=)?6, b=", gdb.cmds("frame"))


def one_continue_is_one_round(gdb, armed, place, behind):
    """A breakpoint on the line of the BKPT."""
    gdb.cmds(f"set var armed = {armed}", f"break breaks.c:{line_of(place)}")
    expect(r"Breakpoint \d+, ", gdb.cmd("continue"))
    seen = gdb.value("rounds")
    for _ in range(3):
        said = gdb.cmd("continue")
        expect_not("SIGTRAP", said)
        expect(r"Breakpoint \d+, ", said)
        expect_equal(seen + 2, gdb.value("rounds"))
        seen += 2
    expect(rf"{line_of(behind)}\s+rounds\+\+", gdb.cmd("next"))
    expect(r"Breakpoint \d+, ", gdb.cmd("continue"))
    pc = gdb.value("$pc")
    gdb.cmd("stepi")
    expect_equal(pc + 2, gdb.value("$pc"))


@scenario()
def a_bkpt_of_the_program_under_a_breakpoint_takes_one_continue(session):
    one_continue_is_one_round(at_main(session, "breaks.elf"), 1, "bkpt #1", "// behind the BKPT\n")


@scenario()
def a_bkpt_of_the_program_in_ram_under_a_breakpoint_takes_one_continue(session):
    one_continue_is_one_round(at_main(session, "breaks.elf"), 2, "bkpt #2", "// behind the BKPT in RAM")


@scenario()
def a_bkpt_of_the_program_stops_when_the_pc_is_set_on_it(session):
    gdb = at_main(session, "breaks.elf")
    gdb.cmds("set var armed = 1")
    expect(r"SIGTRAP", gdb.cmd("continue"))
    bkpt = gdb.value("$pc")
    gdb.cmds("stepi", "tbreak main", f"set var $pc = {bkpt}")
    expect(r"SIGTRAP", gdb.cmd("continue"))
    expect_equal(bkpt, gdb.value("$pc"))


main()
