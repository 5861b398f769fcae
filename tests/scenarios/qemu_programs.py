#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole programs on the virtual STM32F072 and on QEMU's microbit, whose core is a Cortex-M0, too: all of the RAM
and all registers are the same at their end. GDB looks at both, at the board through `swdlink serve`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
from harness import GDB, PATIENCE_S, SOURCE, Failed, Gdb, Session, expect, expect_equal, expect_not  # noqa: E402
import tap  # noqa: E402

FIRMWARE = os.path.join(SOURCE, "tests", "firmware")
RAM, RAM_SIZE = 0x20000000, 0x4000
REGISTERS = [f"r{n}" for n in range(13)] + ["sp", "lr", "pc", "xpsr"]
FLAGS = ["-mcpu=cortex-m0", "-mthumb", "-masm-syntax-unified", "-g", "-std=gnu11", "-ffreestanding", "-nostartfiles",
         "--specs=nano.specs", "--specs=nosys.specs", "-u", "_printf_float", "-Wall", "-Wextra", "-Werror",
         "-Wl,--build-id=none", "-T", os.path.join(FIRMWARE, "whole.ld")]
FOLDER = tempfile.TemporaryDirectory()


def build(program, optimisation):
    """The ELF and its bytes; both linked at 0, where the chip's flash has its alias."""
    elf = os.path.join(FOLDER.name, f"{program}{optimisation}.elf")
    raw = elf.replace(".elf", ".bin")
    sources = [os.path.join(FIRMWARE, f"whole_{name}.c") for name in (program, "start")]
    done = subprocess.run(["arm-none-eabi-gcc", *FLAGS, optimisation, "-o", elf, *sources, "-lm"],
                          capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stderr)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, raw], check=True)
    return elf, raw


def at_its_end(gdb, name):
    """Lets the program run from its reset to its end; gives registers and RAM."""
    gdb.cmds("hbreak *done", "hbreak *fault")
    expect("stopped", gdb.cmd("continue"))
    expect_equal(gdb.value("(unsigned)&done") & ~1, gdb.value("(unsigned)$pc"))
    expect_equal(0, gdb.value("faults"))
    dump = os.path.join(FOLDER.name, name)
    expect_not("^error", gdb.cmd(f"dump binary memory {dump} {RAM:#x} {RAM + RAM_SIZE:#x}"))
    registers = {register: gdb.value(f"(unsigned)${register}") for register in REGISTERS}
    with open(dump, "rb") as file:
        return registers, file.read()


def on_the_board(elf, raw):
    session = Session(f"stm32f072rb,firmware={raw}")
    try:
        gdb = Gdb(elf)
        session.gdbs.append(gdb)
        expect_not("^error", gdb.cmd(f"target extended-remote 127.0.0.1:{session.server.port}"))
        gdb.cmds("monitor reset halt", "maintenance flush register-cache")
        seen = at_its_end(gdb, "board")
        account = session.close()
    except BaseException:
        session.abandon()
        raise
    finally:
        if os.path.exists(session.server.account_file):
            os.unlink(session.server.account_file)
    return seen, account["instructions"]


def on_qemu(elf):
    path = os.path.join(FOLDER.name, "gdb")
    process = subprocess.Popen(
        ["qemu-system-arm", "-M", "microbit", "-display", "none", "-monitor", "none", "-serial", "none", "-S",
         "-gdb", f"unix:{path},server=on,wait=off", "-kernel", elf], stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    gdb = Gdb(elf)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not os.path.exists(path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed("QEMU does not listen")
            time.sleep(0.02)
        gdb.cmd("set osabi none")
        expect_not("^error", gdb.cmd(f"target remote {path}"))
        return at_its_end(gdb, "qemu")
    finally:
        gdb.kill()
        process.kill()
        process.wait()
        if os.path.exists(path):
            os.unlink(path)


def compare(program, optimisation, least):
    """least: so many instructions it must have been, or it did not do its work."""
    elf, raw = build(program, optimisation)
    (board, board_ram), instructions = on_the_board(elf, raw)
    qemu, qemu_ram = on_qemu(elf)
    expect_equal({name: hex(value) for name, value in qemu.items()}, {name: hex(value) for name, value in board.items()})
    different = [f"{RAM + at:#x}: {board_ram[at:at + 4][::-1].hex()} and {qemu_ram[at:at + 4][::-1].hex()}"
                 for at in range(0, RAM_SIZE, 4) if board_ram[at:at + 4] != qemu_ram[at:at + 4]]
    if different:
        raise Failed(f"{len(different)} words of the RAM differ: {'; '.join(different[:8])}")
    if sum(byte != 0 for byte in board_ram) < 500 or instructions < least:
        raise Failed(f"only {instructions} instructions")
    print(f"# {program} {optimisation}: {instructions} instructions, {RAM_SIZE} bytes, {len(REGISTERS)} registers")


PROGRAMS = (("kernels", "lists, matrices, a CRC, a state machine", 1000000),
            ("floats", "floating point in software, with newlib", 300000),
            ("scheduler", "threads and nested interrupts", 200000))


def scenario(program, what, least, optimisation):
    return lambda: compare(program, optimisation, least), f"{what} ({optimisation}) end alike on the board and on QEMU"


def why_not():
    for tool in ("qemu-system-arm", "arm-none-eabi-gcc", "arm-none-eabi-objcopy", GDB):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    specs = subprocess.run(["arm-none-eabi-gcc", "-print-file-name=nano.specs"], capture_output=True, text=True)
    return None if os.path.isabs(specs.stdout.strip()) else "newlib for ARM is not installed"


tap.main([scenario(*program, o) for program in PROGRAMS for o in ("-O0", "-O2", "-Os")], lambda f: f(), why_not())
