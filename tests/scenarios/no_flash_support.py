# SPDX-License-Identifier: MIT
"""Chips whose flash swdlink cannot program: they say so by name, and all that needs no flash works.

Virtual chips answer with other ids than their own: an STM32F031 as an STM32G431 with a foreign core, and as nothing that
anybody knows; and so does an STM32F103, which has a Cortex-M3."""

import json
import os
import shutil
import subprocess
import tempfile

from harness import BUILD, PATIENCE_S, Skipped, expect, expect_equal, expect_not, firmware, main, scenario, swdlink

G431 = "stm32f031k6,idcode=0x20006468"
NOBODY = "stm32f031k6,idcode=0x12345678"
NOBODY_M3 = "stm32f103cb,idcode=0x87654321"
CHIPS = {G431: "STM32G431, G441", NOBODY: "an unknown chip", NOBODY_M3: "an unknown chip"}
SEEN_BY_ALL = {"stm32l152rb": "stm32l1", "stm32l151cb-a": "stm32l1"}


def on_all(function):
    """The scenario on each of these chips, with a program in the flash."""
    for board, name in CHIPS.items():
        def one(session, function=function, name=name):
            function(session, name)
        one.__name__ = f"{function.__name__}_{board.split('=')[-1]}"
        scenario(f"{board},firmware={firmware('session.elf')}")(one)
    return function


@on_all
def a_load_into_flash_is_refused_by_name(session, name):
    gdb = session.gdb("sample.elf")
    said = gdb.take() + gdb.cmd("monitor reset halt")
    expect(rf"{name}.*cannot load into the flash of this chip" if name != "an unknown chip" else "", said)
    expect(r"flash", gdb.fails("load"))
    # GDB before 16 has a sentence of its own; ours comes as soon as GDB takes one.
    expect(rf"swdlink cannot erase or program the flash of this chip \({name}.*programs run in its RAM",
           gdb.take() + gdb.cmd("monitor info"))
    session.server.wait_log(rf"cannot erase or program the flash of this chip \({name}")
    for word in ("flash erase", "erase_mass", "option"):
        expect(rf"this chip \({name}", gdb.fails(f"monitor {word}") + gdb.take())
    expect(r"read protection of this chip", gdb.fails("monitor unlock") + gdb.take())


@on_all
def the_program_in_the_flash_is_debugged(session, name):
    gdb = session.gdb("session.elf")
    gdb.cmd("monitor reset halt")
    expect(r"hardware breakpoints", gdb.cmd("break compute") + gdb.take())
    expect(r"compute \(a=\d+", gdb.cmd("continue"))
    expect(r"main \(\)", gdb.cmd("finish"))
    gdb.cmd("delete")
    gdb.cmd("watch rounds")
    expect(r"New value = ", gdb.cmd("continue"))
    gdb.cmd("delete")
    gdb.cmd("stepi")
    expect(r"sp +0x2000", gdb.cmd("info registers sp"))


@on_all
def a_program_in_ram_is_loaded_and_debugged(session, name):
    gdb = session.gdb("inram-ram.elf")
    gdb.cmd("monitor reset halt")
    expect(r"Transfer rate", gdb.cmd("load"))
    expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))
    gdb.cmd("break lap")
    expect(r"lap \(n=0\)", gdb.cmd("continue"))
    expect(r"lap \(n=1\)", gdb.cmd("continue"))
    gdb.cmd("set var laps = 7")
    expect(r"= 7", gdb.cmd("print laps"))
    gdb.cmd("delete")
    gdb.cmd("watch laps")
    expect(r"New value = 4", gdb.cmd("continue"))


@on_all
def all_addresses_can_be_looked_at(session, name):
    gdb = session.gdb("sample.elf")
    gdb.cmd("monitor reset halt")
    expect(r"0x8000000.*:\s+0x2000", gdb.cmd("x/2xw 0x08000000"))
    expect(r"0xe000ed00.*:\s+0x41", gdb.cmd("x/xw 0xe000ed00"))
    expect(r"0x20000000.*:\s+0x", gdb.cmd("x/xw 0x20000000"))
    regions = gdb.cmd("info mem")
    expect(r"0x0*8000000.*flash" if name != "an unknown chip" else r"0x0*0\s+0x0*20000000\s+flash", regions)


def run_in_ram(board, name, arguments=()):
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, name + ".elf")
        shutil.copy(firmware("ci-ram.elf"), program)
        return swdlink(["run", program, "--timeout", "10", *arguments], board, check=False)


@scenario()
def a_program_in_ram_is_run_with_its_output_and_its_status(_):
    for board in list(CHIPS) + ["stm32f031k6"]:
        done = run_in_ram(board, "hello")
        expect_equal(0, done.returncode)
        expect(r"hello from the target", done.stdout)
        expect_equal(42, run_in_ram(board, "status").returncode)


@scenario()
def a_program_for_the_flash_is_refused_by_run(_):
    for board, name in CHIPS.items():
        done = swdlink(["run", firmware("ci.elf")], board, check=False)
        expect_equal(123, done.returncode)
        expect(rf"swdlink cannot program the flash of this chip \({name}", done.stderr)


@scenario()
def rtt_of_a_program_in_ram_is_found(_):
    for board in (G431, *CHIPS):
        if board in (NOBODY, NOBODY_M3):
            continue
        done = run_in_ram(board, "rtt", ["--rtt"])
        expect_equal(0, done.returncode)
        expect(r"a line by RTT", done.stdout)


def seen_by_swdlink(board):
    die = json.loads(swdlink(["info", "--json"], board).stdout)["target"]["die"]
    return die["device_id"], die["flash_size"]


def seen_by_other(command, board, device, size, kib):
    if not shutil.which(command[0]):
        raise Skipped(f"{command[0]} is not installed")
    done = subprocess.run([os.path.join(BUILD, "swdlink-sim"), board, "--", *command], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    said = done.stdout + done.stderr
    number = int(expect(device, said).group(1), 16) & 0xfff
    return number, int(expect(size, said).group(1)) * kib


@scenario()
def stlink_tools_see_the_same_chips(_):
    for board in SEEN_BY_ALL:
        expect_equal(seen_by_swdlink(board), seen_by_other(["st-info", "--probe"], board, r"chipid:\s+0x(\w+)",
                                                           r"flash:\s+(\d+)", 1))


@scenario()
def openocd_sees_the_same_chips(_):
    for board, target in SEEN_BY_ALL.items():
        command = ["openocd", "-f", "interface/stlink.cfg", "-f", f"target/{target}.cfg", "-c", "gdb_port disabled", "-c",
                   "init; reset halt; flash probe 0", "-c", "mdw 0xe0042000", "-c", "shutdown"]
        expect_equal(seen_by_swdlink(board), seen_by_other(command, board, r"0xe0042000: (\w+)",
                                                           r"flash size is (\d+)kb", 1024))


main()
