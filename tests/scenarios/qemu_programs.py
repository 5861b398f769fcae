#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole programs on the virtual STM32F072 and on QEMU's microbit, whose core is a Cortex-M0, too: all of the RAM
and all registers are the same at their end. GDB looks at both, at the board through `swdlink serve`."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
from harness import Failed, Gdb, Session, expect_not  # noqa: E402
from qemu_whole import RAM_SIZE, REGISTERS, at_its_end, build, expect_alike, on_qemu, why_not  # noqa: E402
import tap  # noqa: E402


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


def compare(program, optimisation, least):
    """least: so many instructions it must have been, or it did not do its work."""
    elf, raw = build(program, optimisation, "-mcpu=cortex-m0")
    board, instructions = on_the_board(elf, raw)
    expect_alike(*board, *on_qemu("microbit", elf))
    if instructions < least:
        raise Failed(f"only {instructions} instructions")
    print(f"# {program} {optimisation}: {instructions} instructions, {RAM_SIZE} bytes, {len(REGISTERS)} registers")


PROGRAMS = (("kernels", "lists, matrices, a CRC, a state machine", 1000000),
            ("floats", "floating point in software, with newlib", 300000),
            ("scheduler", "threads and nested interrupts", 200000))


def scenario(program, what, least, optimisation):
    return lambda: compare(program, optimisation, least), f"{what} ({optimisation}) end alike on the board and on QEMU"


tap.main([scenario(*program, o) for program in PROGRAMS for o in ("-O0", "-O2", "-Os")], lambda f: f(), why_not(), sampled=True)
