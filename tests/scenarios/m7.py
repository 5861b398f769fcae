# SPDX-License-Identifier: MIT
"""Cortex-M7 under GDB: caches that are on, code in ITCM and SRAM, breakpoints there by comparators and by BKPT, the unit
in double precision, steps of revision r0p1, and the flash of the STM32F7 by both buses. The programs are
tests/firmware/cached.c and mainline.c."""

import os
import re
import subprocess
import tempfile

from harness import expect, expect_equal, expect_not, firmware, main, scenario, swdlink

F722, F746, F767 = "stm32f722ze", "stm32f746zg", "stm32f767zi"
CACHES, MAINLINE = "cached.elf", "mainline-m7.elf"
ITCM_CODE = 0x100
ALIAS = 0x00200000


def on(program, *chips):
    """The scenario on each of these chips, with the program in the flash."""
    def mark(function):
        for chip in chips:
            def one(session, function=function, chip=chip):
                function(session, chip)
            one.__name__ = f"{function.__name__}_{chip}"
            scenario(f"{chip},firmware={firmware(program)}")(one)
        return function
    return mark


def ask(connection, text):
    """The reply to one packet, with runs of characters written out."""
    connection.sendall(b"$%s#%02x" % (text.encode(), sum(text.encode()) & 0xff))
    data = b""
    while not (found := re.search(rb"\$([^#]*)#..", data)):
        data += connection.recv(4096)
    connection.sendall(b"+")
    return re.sub(r"(.)\*(.)", lambda m: m[1] * (ord(m[2]) - 28), found.group(1).decode("latin-1"))


def with_caches(session):
    """The program has gone round a few times, and its caches are on."""
    gdb = session.gdb(CACHES)
    gdb.cmds("monitor reset halt", "maintenance flush register-cache", "break met", "continue", "continue", "continue")
    expect_equal(3, gdb.value("*(unsigned *)0xe000ed14 >> 16 & 3"))
    return gdb


@on(CACHES, F767)
def what_the_caches_hold_is_seen(session, _):
    gdb = with_caches(session)
    expect_equal(2, gdb.value("rounds"))
    expect_equal(3, gdb.value("sum"))
    expect_equal(3, gdb.value("itcm_sum"))
    expect(r"= 4\.5$", gdb.cmd("print product"))
    walk = gdb.cmd("backtrace")
    for n in range(4):
        expect(rf"deeper \(n={n}\)|deeper \(n=n@entry={n}\)", walk)
    expect(r"main \(\)", walk)


@on(CACHES, F767)
def a_live_watch_sees_what_the_caches_hold(session, _):
    gdb = with_caches(session)
    gdb.cmd("delete")
    first, where = gdb.value("sum"), gdb.value("(unsigned)&sum")
    gdb.run_away()
    watch = session.raw()
    seen = [int.from_bytes(bytes.fromhex(ask(watch, f"m{where:x},4")), "little") for _ in range(10)]
    expect_equal(sorted(set(seen)), seen)  # each later than the one before
    expect_equal(True, seen[0] >= first)  # the first look may come before its first round
    expect(r"SIGINT", gdb.interrupt())


@on(CACHES, F767)
def what_is_written_is_what_the_program_reads(session, _):
    gdb = with_caches(session)
    gdb.cmds("set var asked = 4711", "set var sum = 100", "continue")
    expect_equal(4711, gdb.value("seen"))
    expect_equal(101, gdb.value("sum"))
    expect_equal(3, gdb.value("rounds"))  # beside them, and as it was


@on(CACHES, F767)
def code_that_is_written_is_what_runs(session, _):
    gdb = with_caches(session)
    gdb.cmds("set var code[0] = 0x3005", f"set var *(unsigned short *){ITCM_CODE:#x} = 0x3007", "continue")
    expect_equal(8, gdb.value("sum"))
    expect_equal(10, gdb.value("itcm_sum"))


@on(CACHES, F767)
def breakpoints_work_in_every_memory(session, _):
    gdb = with_caches(session)
    gdb.cmd("delete")
    for kind in ("break", "hbreak"):
        for place in ("*(unsigned)&code", f"*{ITCM_CODE:#x}", "deeper"):
            gdb.cmds(f"t{kind} {place}", "continue")
            wanted = {"*(unsigned)&code": gdb.value("(unsigned)&code"), "deeper": gdb.value("$pc")}.get(place, ITCM_CODE)
            expect_equal(wanted, gdb.value("$pc"))
    expect_equal(0x3001, gdb.value("code[0]"))
    gdb.cmds("break met", "continue")
    expect_equal(gdb.value("rounds") + 1, gdb.value("sum"))


@on(CACHES, F767)
def eight_comparators_and_many_bkpts(session, _):
    gdb = with_caches(session)
    gdb.cmd("delete")
    for n in range(8):
        gdb.cmd(f"hbreak *{ITCM_CODE + 0x20 + 2 * n:#x}")
    gdb.cmds("break *(unsigned)&code", "continue")  # no comparator is free
    expect_equal(gdb.value("(unsigned)&code"), gdb.value("$pc"))
    gdb.cmd(f"hbreak *{ITCM_CODE:#x}")
    expect(r"this core has 8 breakpoint comparators and all are in use", gdb.cmd("continue") + gdb.take())


@on(CACHES, F767)
def the_unit_is_of_double_precision(session, _):
    gdb = with_caches(session)
    gdb.cmds("set var $d9 = -2.25", "stepi")
    expect(r"= -2\.25$", gdb.cmd("print $d9"))
    expect(r"^d15 ", gdb.cmd("info all-registers"))


@on(CACHES, F767)
def a_program_that_is_loaded_while_caches_are_on_runs(session, _):
    gdb = with_caches(session)
    gdb.cmds("delete", f"file {firmware(MAINLINE)}", "load", "compare-sections", "tbreak compute", "continue")
    expect(r"compute \(value=(value@entry=)?3\)", gdb.cmd("frame"))


def data_at_the_end(folder, name, content):
    """An ELF file with these bytes at the end of the flash."""
    plain, elf = (os.path.join(folder, name + end) for end in (".bin", ".elf"))
    with open(plain, "wb") as file:
        file.write(content)
    subprocess.run(["arm-none-eabi-objcopy", "-I", "binary", "-O", "elf32-littlearm", "--change-section-address",
                    f".data={0x08200000 - len(content):#x}", plain, elf], check=True, capture_output=True)
    return elf


@on(CACHES, F767)
def data_that_is_loaded_while_caches_are_on_leaves_them_on(session, _):
    with tempfile.TemporaryDirectory() as folder:
        before = data_at_the_end(folder, "before", bytes(range(256)) * 16)
        after = data_at_the_end(folder, "after", b"\0\0\0\0\xff\xff\xff\xff" * 512)
        gdb = session.gdb(CACHES)
        gdb.cmds("monitor reset halt", f"load {before}", "monitor reset halt", "maintenance flush register-cache", "break met",
                 "continue", "continue")
        expect_equal(3, gdb.value("*(unsigned *)0xe000ed14 >> 16 & 3"))
        here = gdb.value("$pc")
        gdb.cmds(f"load {after}", f"set var $pc = {here}")
        expect_equal(-1, gdb.value("*(int *)0x081ffffc"))
        expect_equal(0, gdb.value("*(unsigned *)0x081ffff8"))
        expect_equal(3, gdb.value("*(unsigned *)0xe000ed14 >> 16 & 3"))
        gdb.cmd("continue")
        expect_equal(2, gdb.value("rounds"))


@on(CACHES, F746)
def a_unit_of_single_precision_has_no_doubles_to_count_with(session, _):
    gdb = session.gdb(CACHES)
    gdb.cmds("monitor reset halt", "maintenance flush register-cache", "break met")
    said = gdb.cmd("continue") + gdb.take()
    expect(r"UFSR\.(NOCP|UNDEFINSTR)", said)


@on(MAINLINE, F722, F746, F767)
def steps_go_over_interrupts(session, chip):
    gdb = session.gdb(MAINLINE)
    gdb.cmds("monitor reset halt", "maintenance flush register-cache", "tbreak main", "continue", "tbreak call_svc", "continue",
             "stepi", "finish", "set var ticks = 0")  # into the SVC and out of it
    for _ in range(20):  # SysTick is due all the time and never met
        gdb.cmd("next")
        expect_equal(0, gdb.value("$xpsr & 0x1ff"))
        expect_equal(0, gdb.value("$primask"))
    (expect if chip == F746 else expect_not)(r"revision r0p1.*702596", session.server.log())
    gdb.cmds("tbreak systick_handler", "continue")
    expect_equal(15, gdb.value("$xpsr & 0x1ff"))


@on(MAINLINE, F722, F746, F767)
def single_instructions_are_stepped_too(session, _):
    gdb = session.gdb(MAINLINE)
    gdb.cmds("monitor reset halt", "maintenance flush register-cache", "tbreak compute", "continue")
    for _ in range(30):
        gdb.cmd("stepi")
        expect_equal(0, gdb.value("$primask"))
        expect(r"0|11", str(gdb.value("$xpsr & 0x1ff")))  # SVC is of the program's own


@scenario(F767)
def a_program_for_the_bus_of_the_itcm_is_loaded(session):
    with tempfile.TemporaryDirectory() as folder:
        moved = os.path.join(folder, "moved.elf")
        subprocess.run(["arm-none-eabi-objcopy", "--change-addresses", str(ALIAS - 0x08000000), "-j", ".text",
                        firmware(MAINLINE), moved], check=True, capture_output=True)
        gdb = session.gdb()
        gdb.cmds("monitor reset halt", f"file {moved}", "load")
        for at in (0, 4, 64, 256):
            expect_equal(gdb.value(f"*(unsigned *){ALIAS + at:#x}"), gdb.value(f"*(unsigned *){0x08000000 + at:#x}"))
        expect_not("0xffffffff", gdb.cmd("x/2xw 0x08000000"))


@scenario()
def swo_is_received_and_its_clock_followed(_):
    for chip in (F722, F746, F767):
        done = swdlink(["run", "--swo", "--swo-clock", "168M", firmware("swo-f407-fast.elf")], chip, check=False)
        expect_equal(7, done.returncode)
        expect(r"round 000\n\[1\] at 0x00000000\nround 001\n", done.stdout)
        expect(r"round 059\n\[1\] at 0x0000003b\nthe end\n$", done.stdout)
        done = swdlink(["run", "--swo", firmware("swo-f407-fast.elf")], chip, check=False)
        expect_equal("start\n", done.stdout[:6])
        expect_not(r"\\x", done.stdout)


if __name__ == "__main__":
    main()
