#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole programs on the virtual board's ARMv7-M core and on QEMU's mps2-an385 (Cortex-M3), mps2-an386 (Cortex-M4 with
its floating-point unit) and mps2-an500 (Cortex-M7 with double precision): all of the RAM and all registers are the same at their end, those of the
unit too, which the programs store. Programs without exceptions run on the instruction engine alone, and how fast it was
is printed; those with exceptions run on the whole core, as a Cortex-M7 with its caches on, too, unless they write code."""

import os
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
from harness import Failed  # noqa: E402
from qemu_whole import FOLDER, RAM_SIZE, REGISTERS, build, expect_alike, on_qemu, why_not  # noqa: E402
import tap  # noqa: E402

HELPERS = os.path.join(os.environ.get("top_builddir", "."), "tests", "scenarios")
CORES = {"m3": ("mps2-an385", "-mcpu=cortex-m3"),
         "m4": ("mps2-an386", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
         "m7": ("mps2-an500", "-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"),
         "m7-cached": ("mps2-an500", "-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16")}
PROGRAMS = (("kernels", "engine", "lists, matrices, a CRC, a state machine", 500000),
            ("floats", "engine", "floating point in double precision, with newlib", 50000),
            ("signals", "engine", "filters, a transform and a matrix in single precision, saturation", 500000),
            ("scheduler", "core", "threads and nested interrupts", 200000),
            ("contexts", "core", "threads with floating-point contexts, BASEPRI", 50000),
            ("random", "core", "random instructions, IT blocks, their faults, the MPU", 1000000))


def address_of(elf, symbol):
    lines = subprocess.run(["arm-none-eabi-nm", elf], capture_output=True, text=True, check=True).stdout.splitlines()
    return next(line.split()[0] for line in lines if line.split()[-1] == symbol)


def on_this_side(part, core, elf, raw):
    dump = os.path.join(FOLDER.name, part)
    done = subprocess.run([os.path.join(HELPERS, f"{part}_program"), core, raw, "0x" + address_of(elf, "done"), dump],
                          capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stderr or f"exit status {done.returncode}")
    values = dict(line.split() for line in done.stdout.splitlines())
    with open(dump, "rb") as file:
        return {register: int(values[register], 16) for register in REGISTERS}, file.read(), values


def compare(program, part, core, optimisation, least):
    """least: so many instructions it must have been, or it did not do its work."""
    machine, *flags = CORES[core]
    seed = zlib.crc32(f"{core} {optimisation}".encode())
    elf, raw = build(program, optimisation, *flags, f"-DSEED={seed}u")
    registers, ram, values = on_this_side(part, core, elf, raw)
    expect_alike(registers, ram, *on_qemu(machine, elf))
    if int(values["instructions"]) < least:
        raise Failed(f"only {values['instructions']} instructions")
    speed = values.get("millions-a-second")
    print(f"# {program} {core} {optimisation}: {values['instructions']} instructions, {RAM_SIZE} bytes" +
          (f", {speed} million instructions a second" if speed else ""))


def scenario(program, part, what, least, core, optimisation):
    return (lambda: compare(program, part, core, optimisation, least),
            f"{what} ({core}, {optimisation}) end alike on the {part} and on QEMU")


def runs_on(program, part, core):
    return core != "m7-cached" or (part == "core" and program != "random")


tap.main([scenario(*program, core, o) for program in PROGRAMS for core in CORES for o in ("-O0", "-O2", "-Os")
          if runs_on(*program[:2], core)],
         lambda f: f(), why_not(), sampled=True)
