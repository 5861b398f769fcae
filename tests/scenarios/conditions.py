# SPDX-License-Identifier: MIT
"""Conditions and commands of breakpoints, which GDB hands over and the server evaluates: GDB hears of the
breakpoint when the condition is true, and not before."""

import re

from harness import expect, expect_equal, expect_not, main, scenario


def at_main(session):
    gdb = session.loaded("session.elf")
    expect(r"main \(\) at .*c:\d+", gdb.cmds("tbreak main", "continue"))
    return gdb


def turns(gdb, *commands):
    """How often GDB let the program go, and what was said."""
    before = sum("packet: $vCont;c" in line for line in gdb.reader.lines)
    said = gdb.cmds("set debug remote 1", *commands, "set debug remote 0")
    return sum("packet: $vCont;c" in line for line in gdb.reader.lines) - before, said


@scenario()
def gdb_hears_of_a_breakpoint_when_its_condition_is_true(session):
    gdb = at_main(session)
    gdb.cmds("break compute if a == 20 && b == 2")
    times, said = turns(gdb, "continue")
    expect(r"compute \(a=(a@entry=)?20,", said)
    expect_equal(1, times)
    # In memory, with signs, widths and a structure; and at a breakpoint in RAM.
    gdb.cmds("delete", "break touch if rounds % 7 == 3 && origin.x > -5 && bytes[2] == 0")
    times, said = turns(gdb, "continue")
    expect_equal(1, times)
    expect_equal(3, gdb.value("rounds % 7"))
    gdb.cmds("delete", "break in_ram if rounds == 30")
    times, said = turns(gdb, "continue")
    expect(r"in_ram \(", said)
    expect_equal(1, times)
    expect_equal(30, gdb.value("rounds"))


@scenario()
def a_condition_may_be_changed_and_taken_away(session):
    gdb = at_main(session)
    gdb.cmds("break compute if a == 5", "continue")
    expect_equal(5, gdb.value("a"))
    gdb.cmds("condition $bpnum a == 9", "continue")
    expect_equal(9, gdb.value("a"))
    gdb.cmds("condition $bpnum", "continue")
    expect_equal(10, gdb.value("a"))
    gdb.cmds("set breakpoint condition-evaluation host", "condition $bpnum a == 13", "continue")
    expect_equal(13, gdb.value("a"))


@scenario()
def two_breakpoints_at_a_place_stop_when_one_is_true(session):
    gdb = at_main(session)
    gdb.cmds("break compute if a == 5", "break compute if a == 8", "continue")
    expect_equal(5, gdb.value("a"))
    gdb.cmd("continue")
    expect_equal(8, gdb.value("a"))


@scenario()
def a_condition_without_a_value_stops_and_says_so(session):
    gdb = at_main(session)
    said = gdb.cmds("break compute if *(int *)0x30000000 == 1", "continue")
    expect(r"has no value: memory that it needs cannot be read", said)
    expect(r"compute \(a=(a@entry=)?\d+", said)


@scenario()
def a_watchpoint_and_a_step_are_told_beside_a_false_condition(session):
    gdb = at_main(session)
    gdb.cmds("break compute if a == 1000", "watch written")
    expect(r"Hardware watchpoint \d+: written", gdb.cmd("continue"))
    gdb.cmds("delete", "tbreak main.c:1", "tbreak move", "continue", "break in_ram if rounds == 5000", "finish")
    expect(r"seed = in_ram|main \(\)", gdb.cmd("frame"))
    expect_not(r"Breakpoint", gdb.cmd("next"))


@scenario()
def an_interrupt_comes_between_two_false_conditions(session):
    gdb = at_main(session)
    gdb.cmds("break compute if a == -1")
    gdb.run_away()
    expect(r"SIGINT", gdb.interrupt())
    rounds = gdb.value("rounds")
    gdb.run_away()
    expect(r"SIGINT", gdb.interrupt())
    expect_equal(True, gdb.value("rounds") >= rounds)


@scenario()
def dprintf_in_the_agent_style_prints_without_a_stop(session):
    gdb = at_main(session)
    gdb.cmds("set dprintf-style agent", r'dprintf compute,"a=%d of %u:\t%s\n", a, rounds, &greeting[0]',
             "break touch if rounds == 4")
    times, said = turns(gdb, "continue")
    expect_equal(1, times)
    for a in (2, 3, 4):
        expect(rf"a={a} of {a}:\thello from flash\n", said)


@scenario()
def a_dprintf_that_gdb_cannot_hand_over_does_not_hold_the_program(session):
    gdb = at_main(session)
    gdb.cmds("set dprintf-style agent", r'dprintf compute,"%s\n", greeting', "break touch if rounds == 4")
    expect(r"touch \(\)", gdb.cmd("continue"))


@scenario()
def next_goes_over_a_function_with_a_dprintf(session):
    gdb = at_main(session)
    gdb.cmds("set dprintf-style agent", r'dprintf compute,"a=%d;\n", a', *3 * ["next"])
    expect(r"73\b.*compute", gdb.cmd("frame"))
    for a in (1, 2, 3):
        times, said = turns(gdb, "next")
        expect(r"74\b.*move", said)
        expect_equal(a, gdb.value("rounds"))
        expect_equal(True, times <= 2)
        gdb.cmds("tbreak 73", "continue")
    # By steps of one instruction, and from a place that the PC was set to.
    gdb.cmds("set range-stepping off")
    times, said = turns(gdb, "next")
    expect(r"74\b.*move", said)
    expect_equal(True, times <= 2)
    gdb.cmd("tbreak touch")
    times, said = turns(gdb, "jump *compute")
    expect(r"touch \(\)", said)
    expect_equal(True, times <= 2)


@scenario()
def a_dprintf_prints_once_however_the_program_comes_to_it(session):
    gdb = at_main(session)
    gdb.cmds("set dprintf-style agent", r'dprintf compute,"a=%d;\n", a')

    def prints(count, *commands):
        said = gdb.cmds(*commands)
        expect_equal(count, len(re.findall(r"\ba=-?\d+;", said)))
        return said

    prints(0, "next", "next", "next")
    expect(r"compute \(a=1", prints(1, "step"))
    prints(0, "next")
    prints(0, "finish")
    prints(0, "tbreak 73", "continue")
    expect(r"74\b.*move", prints(1, "next"))
    for range_stepping in ("on", "off"):
        gdb.cmd(f"set range-stepping {range_stepping}")
        prints(0, "tbreak 73", "continue")
        prints(0, "stepi", "stepi")
        expect(r"compute \(a=", prints(1, "stepi"))
        prints(0, "stepi")
        prints(0, "tbreak 73", "continue")
        expect(r"74\b.*move", prints(1, "next"))
    prints(1, "tbreak touch", "jump *compute")


@scenario()
def a_jump_to_a_breakpoint_stops_there(session):
    gdb = at_main(session)
    gdb.cmds("break touch", "continue", "stepi")
    for _ in range(2):
        expect(r"Breakpoint \d+, touch", gdb.cmd("jump *touch"))


main()
