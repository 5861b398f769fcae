# SPDX-License-Identifier: MIT
"""Ctrl-C while GDB lets the program run and stop again and again by itself: it is answered at once.

Nearly all of the time of such a session lies between two stops of which the person sees nothing.
"""

from harness import expect, expect_equal, main, scenario


def at_main(session):
    gdb = session.loaded("session.elf")
    expect(r"main \(\) at .*c:\d+", gdb.cmds("tbreak main", "continue"))
    return gdb


def interrupted(gdb, command, times=3):
    """Each Ctrl-C ends the command, which would go on for ever."""
    for _ in range(times):
        token = gdb.start(command)
        gdb.reader.wait(lambda lines: any(line.startswith(f"{token}^running") for line in lines[gdb.taken:]),
                        "the target to run")
        expect(r"SIGINT|Quit", gdb.interrupt(may_quit=True))
        expect_equal(True, gdb.value("$pc") >= 0x08000000)


@scenario()
def control_c_ends_a_breakpoint_whose_condition_is_never_true(session):
    gdb = at_main(session)
    gdb.cmd("break compute if a == -1")
    interrupted(gdb, "continue")


@scenario()
def control_c_ends_a_watchpoint_in_software(session):
    gdb = at_main(session)
    gdb.cmds("set can-use-hw-watchpoints 0", "watch table[7]")
    interrupted(gdb, "continue")


@scenario()
def control_c_ends_a_long_row_of_steps(session):
    gdb = at_main(session)
    interrupted(gdb, "stepi 100000000")


@scenario()
def control_c_ends_a_row_of_next_over_calls(session):
    gdb = at_main(session)
    interrupted(gdb, "next 100000000")


@scenario()
def control_c_ends_a_breakpoint_in_ram_whose_condition_is_never_true(session):
    gdb = at_main(session)
    gdb.cmd("break in_ram if seed == 0")
    interrupted(gdb, "continue")


@scenario()
def control_c_ends_a_watchpoint_whose_condition_is_never_true(session):
    gdb = at_main(session)
    gdb.cmd("watch rounds if rounds == 0")
    interrupted(gdb, "continue")


main()
