# SPDX-License-Identifier: MIT
"""Watchpoints as people set them: on a byte that is written as a word, on an array that no block fits, on too much."""

from harness import expect, expect_equal, expect_not, main, scenario


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


main()
