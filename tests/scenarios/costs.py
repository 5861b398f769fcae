# SPDX-License-Identifier: MIT
"""What a person's actions cost in USB commands, from the board's account.

Each figure is the difference between a session that does the thing more often and one that does it less
often, so that connecting and leaving do not count. What runs while the server polls costs fewer polls on a
slow computer, because the board's time follows the wall's: there the figure is the most that it may be, and
tests/unit/session_board.c has exact ones.
"""

import random
import subprocess
import tempfile

from harness import FACTS, Failed, Session, expect, main, scenario


def usb_commands(act):
    session = Session()
    try:
        gdb = session.loaded("session.elf")
        gdb.cmds("tbreak main", "continue")
        act(gdb)
        gdb.quit()
        session.server.wait_log("has left")  # else the server lets the target go in another way
        return session.close()["usb_commands"]
    except BaseException:
        session.abandon()
        raise


def per_time(what, few, many, act, at_most):
    cost = (usb_commands(lambda gdb: act(gdb, many)) - usb_commands(lambda gdb: act(gdb, few))) / (many - few)
    print(f"# USB commands per {what}: {cost:.2f}", flush=True)
    if not 0 < cost <= at_most:
        raise Failed(f"{what} costs {cost} USB commands, more than {at_most}")


@scenario()
def a_stepi_costs_few_commands(_):
    per_time("stepi", 5, 55, lambda gdb, n: [gdb.cmd("stepi") for _ in range(n)], 2.8)


@scenario()
def a_continue_to_a_breakpoint_costs_few_commands(_):
    def act(gdb, n):
        gdb.cmd("break compute")
        for _ in range(n):
            expect(r"compute \(a=", gdb.cmd("continue"))
    per_time("continue to a breakpoint", 2, 22, act, 12)


@scenario()
def reading_a_kibibyte_costs_few_commands(_):
    def act(gdb, n):
        for _ in range(n):
            gdb.cmd("dump binary memory /dev/null 0x20000000 0x20000400")
    per_time("1 KiB read", 2, 42, act, FACTS.read_cost)


def image(kib):
    """An ELF file with bytes that look random for the second half of the flash."""
    elf = tempfile.NamedTemporaryFile(suffix=".elf")
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(random.Random(kib).randbytes(kib * 1024))
        file.flush()
        subprocess.run(["arm-none-eabi-objcopy", "-I", "binary", "-O", "elf32-littlearm", "-B", "arm",
                        "--rename-section", ".data=.image,alloc,load,contents",
                        "--change-section-address", ".data=0x08004000", file.name, elf.name], check=True)
    return elf


@scenario()
def the_load_of_8_kib_costs_few_commands(_):
    def act(gdb, n):
        with image(n) as elf:
            expect(r"Transfer rate", gdb.cmd(f"load {elf.name}"))
    per_time("1 KiB of load into blank flash", 1, 9, act, FACTS.load_cost)


main()
