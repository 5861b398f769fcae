# SPDX-License-Identifier: MIT
"""An STM32H7 under GDB: a program is loaded and debugged, the memories of all domains are in the map, both banks take
a load, and the second core of an H745 is a target of its own."""

from harness import expect, expect_equal, expect_not, main, scenario

CPUID = 0xe000ed00
M7, M4 = 0xc27, 0xc24


def part(gdb):
    return gdb.value(f"*(unsigned *){CPUID:#x}") >> 4 & 0xfff


def loads_and_debugs(session):
    gdb = session.gdb("session.elf")
    expect("Transfer rate", gdb.cmd("load"))
    expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))
    gdb.cmd("break compute")
    expect(r"compute \(a=\d+", gdb.cmd("continue"))
    expect(r"main \(\)", gdb.cmd("finish"))
    gdb.cmd("delete")
    gdb.cmd("watch rounds")
    expect(r"New value = ", gdb.cmd("continue"))
    gdb.cmd("delete")
    gdb.cmd("stepi")
    expect_equal(M7, part(gdb))
    return gdb


@scenario("stm32h743zi")
def a_program_is_loaded_and_debugged_on_an_h743(session):
    gdb = loads_and_debugs(session)
    memories = gdb.cmd("info mem")
    for region in ("0x00000000 0x00010000 rw", "0x20000000 0x20020000 rw", "0x24000000 0x24080000 rw",
                   "0x30000000 0x30048000 rw", "0x38000000 0x38010000 rw", "0x38800000 0x38801000 rw",
                   "0x08000000 0x08100000 flash", "0x08100000 0x08200000 flash"):
        expect(region, memories)
    for ram in (0x00000000, 0x20010000, 0x24000000, 0x38000000):
        gdb.cmd(f"set var *(unsigned *){ram + 0x100:#x} = {ram + 1}")
        expect_equal(ram + 1, gdb.value(f"*(unsigned *){ram + 0x100:#x}"))


@scenario("stm32h723zg")
def a_program_is_loaded_and_debugged_on_an_h723(session):
    loads_and_debugs(session)


@scenario("stm32h7a3zi")
def a_program_is_loaded_and_debugged_on_an_h7a3(session):
    loads_and_debugs(session)


@scenario("stm32h745zi")
def the_first_core_of_an_h745_is_the_one_that_is_debugged(session):
    loads_and_debugs(session)


@scenario("stm32h745zi", arguments=("--core", "m4"))
def the_second_core_of_an_h745_is_debugged_when_asked_for(session):
    gdb = session.gdb("session.elf")
    gdb.cmd("monitor reset halt")
    expect_equal(M4, part(gdb))
    gdb.cmd("set var *(unsigned *)0x38000000 = 0x46c046c0")  # nop; nop
    gdb.cmd("set var *(unsigned *)0x38000004 = 0xe7fe3001")  # adds r0, #1; b .
    gdb.cmd("set $r0 = 41")
    gdb.cmd("set $xpsr = 0x01000000")
    gdb.cmd("set $pc = 0x38000000")
    gdb.cmd("stepi 3")
    expect_equal(0x38000006, gdb.value("$pc"))
    expect_equal(42, gdb.value("$r0"))


if __name__ == "__main__":
    main()
