# SPDX-License-Identifier: MIT
"""Whole programs (tests/firmware/whole_*.c) and how QEMU runs them: for the scenarios that compare with it."""

import os
import shutil
import subprocess
import tempfile
import time

from harness import GDB, PATIENCE_S, SOURCE, Failed, Gdb, expect, expect_equal, expect_not

FIRMWARE = os.path.join(SOURCE, "tests", "firmware")
RAM, RAM_SIZE = 0x20000000, 0x4000
REGISTERS = [f"r{n}" for n in range(13)] + ["sp", "lr", "pc", "xpsr"]
FLAGS = ["-mthumb", "-masm-syntax-unified", "-g", "-std=gnu11", "-ffreestanding", "-nostartfiles",
         "--specs=nano.specs", "--specs=nosys.specs", "-u", "_printf_float", "-Wall", "-Wextra", "-Werror",
         "-Wl,--build-id=none", "-T", os.path.join(FIRMWARE, "whole.ld")]
FOLDER = tempfile.TemporaryDirectory()


def build(program, optimisation, *core):
    """The ELF and its bytes; both linked at 0."""
    elf = os.path.join(FOLDER.name, f"{program}{optimisation}.elf")
    raw = elf.replace(".elf", ".bin")
    sources = [os.path.join(FIRMWARE, f"whole_{name}.c") for name in (program, "start")]
    done = subprocess.run(["arm-none-eabi-gcc", *core, *FLAGS, optimisation, "-o", elf, *sources, "-lm"],
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
    registers = {register: gdb.value(f"(unsigned)${register}") & 0xffffffff for register in REGISTERS}
    with open(dump, "rb") as file:
        return registers, file.read()


def on_qemu(machine, elf):
    path = os.path.join(FOLDER.name, "gdb")
    process = subprocess.Popen(
        ["qemu-system-arm", "-M", machine, "-display", "none", "-monitor", "none", "-serial", "none", "-S",
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
        # QEMU makes the socket a moment before it listens.
        while "Connection refused" in (said := gdb.cmd(f"target remote {path}")) and time.monotonic() < deadline:
            time.sleep(0.02)
        expect_not("^error", said)
        return at_its_end(gdb, "qemu")
    finally:
        gdb.kill()
        process.kill()
        process.wait()
        if os.path.exists(path):
            os.unlink(path)


def expect_alike(own, own_ram, qemu, qemu_ram):
    expect_equal({name: hex(value) for name, value in qemu.items()}, {name: hex(value) for name, value in own.items()})
    different = [f"{RAM + at:#x}: {own_ram[at:at + 4][::-1].hex()} and {qemu_ram[at:at + 4][::-1].hex()}"
                 for at in range(0, RAM_SIZE, 4) if own_ram[at:at + 4] != qemu_ram[at:at + 4]]
    if different:
        raise Failed(f"{len(different)} words of the RAM differ: {'; '.join(different[:8])}")
    if sum(byte != 0 for byte in own_ram) < 500:
        raise Failed("the program did not do its work")


def why_not():
    for tool in ("qemu-system-arm", "arm-none-eabi-gcc", "arm-none-eabi-objcopy", "arm-none-eabi-nm", GDB):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    specs = subprocess.run(["arm-none-eabi-gcc", "-print-file-name=nano.specs"], capture_output=True, text=True)
    return None if os.path.isabs(specs.stdout.strip()) else "newlib for ARM is not installed"
