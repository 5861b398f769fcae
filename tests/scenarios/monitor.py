# SPDX-License-Identifier: MIT
"""The words after `monitor`: ours, and those that other servers' users type by habit."""

import os
import re

from harness import FACTS, SOURCE, expect, expect_equal, expect_not, main, scenario

# What the help must have a line for.
WORDS = ("reset", "halt", "resume", "jtag_reset", "gdb_sync", "semihosting", "arm", "swdp_scan", "connect_rst",
         "erase_mass", "vector_catch", "option", "uid", "rtt", "info", "version", "sleep", "help")


@scenario()
def help_has_a_line_for_every_word(session):
    said = session.gdb("session.elf").cmd("monitor help")
    for word in WORDS:
        expect(rf"^  {word}\b.{{20,}}", said)


@scenario()
def the_manual_has_the_words_of_the_help_and_no_others(session):
    told = set(re.findall(r"(?m)^  (\w+)", session.gdb("session.elf").cmd("monitor help")))
    with open(os.path.join(SOURCE, "doc", "swdlink.1"), encoding="utf-8") as file:
        section = file.read().split(".Sh MONITOR COMMANDS", 1)[1].split("\n.Sh ", 1)[0]
    expect_equal(sorted(told), sorted(set(re.findall(r"(?m)^\.It Cm (\w+)", section))))


@scenario()
def the_manual_has_the_words_of_other_servers_and_no_others(session):
    said = session.gdb("session.elf").cmd("monitor help all")
    servers = "OpenOCD|J-Link|Black Magic|pyOCD|ST|QEMU|Eclipse|PEmicro|Cortex-Debug"
    told = re.findall(rf"(?m)^  (.+?) +(?:{servers})(?:, [^:]*)?: ", said)
    with open(os.path.join(SOURCE, "doc", "swdlink.1"), encoding="utf-8") as file:
        section = file.read().split(".Ss Words of other servers", 1)[1].split("\n.Sh ", 1)[0]
    expect_equal(sorted(told), sorted(re.findall(r"(?m)^\.Ic (.+?)(?: [,.])?$", section)))


@scenario()
def an_unknown_word_gets_the_nearest_one(session):
    gdb = session.gdb("session.elf")
    expect(r"did you mean `monitor swdp_scan`", gdb.fails("monitor swdp_scna"))
    expect(r"did you mean `monitor erase_mass`", gdb.fails("monitor erase_mas"))
    expect(r"monitor help", gdb.fails("monitor completely_other"))


@scenario()
def erase_mass_leaves_nothing_and_load_works_after_it(session):
    gdb = session.loaded("session.elf")
    expect_equal(0, gdb.value(f"*(unsigned *)0x08000000 == {FACTS.erased:#x}"))
    expect_not(r"^error", gdb.cmd("monitor erase_mass"))
    gdb.cmd("maintenance flush dcache")
    expect(rf"{FACTS.erased:#010x}\s+{FACTS.erased:#010x}", gdb.cmd("x/2xw 0x08000000"))
    gdb.cmds("load", "monitor reset halt", "maintenance flush register-cache")
    expect(r"compute", gdb.cmds("tbreak compute", "continue"))


@scenario()
def uid_option_and_swdp_scan_tell_what_is_there(session):
    gdb = session.gdb("session.elf")
    expect(r"^[0-9a-f]{24}$", gdb.cmd("monitor uid"))
    said = gdb.cmd("monitor option")
    expect(r"(?m)^RDP\s+0x00", said)
    expect(rf"\*\s+.*{FACTS.name}", gdb.cmd("monitor swdp_scan"))
    expect(r"swdlink options", gdb.fails("monitor option write 0x1ffff800 0x5aa5"))


@scenario()
def connect_rst_is_remembered(session):
    gdb = session.gdb("session.elf")
    expect(r"only if needed", gdb.cmd("monitor connect_rst"))
    expect(r": yes", gdb.cmd("monitor connect_rst enable"))
    expect(r"only if needed", gdb.cmd("monitor connect_rst disable"))
    expect(r"knows enable and disable", gdb.fails("monitor connect_rst maybe"))


@scenario()
def habits_of_other_servers_are_no_errors(session):
    gdb = session.loaded("session.elf")
    for word in ("init", "gdb_sync", "reset init", "jtag_reset", "semihosting enable", "semihosting disable",
                 "arm semihosting enable", "reset halt", "halt", "swo", "tpiu"):
        expect_not(r"^error", gdb.cmd(f"monitor {word}"))
    gdb.cmd("maintenance flush register-cache")
    expect(r"compute", gdb.cmds("tbreak compute", "continue"))
    expect_equal(True, gdb.value("rounds") >= 1)


main()
