#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""USB commands of captures of a real ST-LINK/V2 at a real STM32L152RB, given to the virtual ones.

captured_commands.py plays them with a store of words in the place of a chip, and what the chip answers is put there
before. Here the chip is the virtual STM32L152RB, whose flash holds what the capture reads of it, and nothing is put
anywhere. The captures are in ../shared/captures beside the source tree; without them this test is skipped.

Differences that are left: how many bytes of trace wait (F2 42), what the program has in its RAM, the voltage of that
desk (F7), and what the program or an earlier session had set before the capture began (DWT_CTRL, DBGMCU_CR).
"""
import os
import subprocess
import sys
import tempfile

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
CAPTURES = os.path.join(TOP, "..", "shared", "captures", "usb-stlink-v2-stm32l1")
sys.path.insert(0, os.path.join(TOP, "tests", "captures"))
import commands  # noqa: E402

BOARD = "stm32l152rb,probe-fw=V2J16S0"
JOINED = ["f307", "f230a3 <2", "f23e <12"]  # debug mode, for a capture that begins in it
BLOCK = b"\xf2\x07\x00\x00\x00\x08\xfc\x0f"
# The capture begins with a probe that was plugged in just now; replies, those that are equal.
TABLE = {
    "win-stlink.pressing.run.target": (False, 7, 5),
    "windows-stlink-dev106.start.stop.start.stop": (True, 344, 306),
    "windows-stlink-dev72.startswo.stopswo": (False, 59, 44),
    "winstlink-connect-again": (False, 65, 61),
    "winstlink-connect-poweron": (True, 47, 44),
}


def capture(name):
    return commands.group(commands.read_transfers(os.path.join(CAPTURES, name + ".txt")))


def write_flash(path):
    """The first 4,092 bytes of the real chip's."""
    with open(path, "wb") as out:
        out.write(next(reply for command, _, reply, _ in capture("winstlink-connect-poweron") if command[:8] == BLOCK))


def line(command, data, reply):
    """For swdlink-sim --commands. A reply that the capture does not have any more is read all the same."""
    text = command.hex().rstrip("0")
    text += "0" * (len(text) % 2)
    return f"{text} ={data.hex()}" if data is not None else f"{text} <{len(reply) or 64}"


def play(name, poweron, flash):
    """(replies of the capture, those that the virtual probe and chip give, too)"""
    grouped = capture(name)
    before = [] if poweron else JOINED
    table = before + [line(*one[:3]) for one in grouped]
    board = f"{BOARD},firmware={flash}" + ("" if poweron else ",probe-mode=debug")
    done = subprocess.run([os.path.join(BUILD, "swdlink-sim"), board, "--commands", "-"], input="\n".join(table) + "\n",
                          capture_output=True, text=True, timeout=120, check=True)
    said = done.stdout.splitlines()[len(before):]
    assert len(said) == len(grouped), done.stderr
    compared = [(command, reply, answer) for (command, _, reply, _), answer in zip(grouped, said) if reply]
    equal = 0
    for command, reply, answer in compared:
        if answer == f"ok {reply.hex()}":
            equal += 1
        elif command[:2] != b"\xf2\x42":
            print(f"# {command.hex()[:20]}: {reply.hex()[:32]} there, {answer[3:35]} here")
    return len(compared), equal


def main():
    if not os.path.isdir(CAPTURES):
        print(f"1..0 # SKIP there is no {os.path.relpath(CAPTURES, TOP)}")
        return
    failed = 0
    print(f"1..{len(TABLE)}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        flash = os.path.join(scratch, "flash.bin")
        write_flash(flash)
        for number, (name, (poweron, *wanted)) in enumerate(TABLE.items(), 1):
            got = list(play(name, poweron, flash))
            failed += got != wanted
            print(f"# {got[1]} of {got[0]} replies are equal")
            print(f"{'ok' if got == wanted else 'not ok'} {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)


main()
