# SPDX-License-Identifier: MIT
"""`target extended-remote | swdlink serve --stdio`: no port, and the server ends with its GDB."""

import os
import shlex
import time

from harness import Gdb, expect, expect_equal, expect_not, firmware, main, scenario, swdlink, swdlink_command


def piped(session, *more):
    gdb = Gdb(firmware("session.elf"))
    session.gdbs.append(gdb)
    command = shlex.join(swdlink_command(["serve", "--stdio", "--quiet", *more], "stm32f031k6"))
    gdb.hello = gdb.cmd(f"target extended-remote | {command}")
    expect_not(r"^error", gdb.hello)
    return gdb


@scenario()
def a_session_over_a_pipe(session):
    gdb = piped(session)
    gdb.cmds("monitor reset halt", "load", "monitor reset halt", "maintenance flush register-cache")
    expect(r"compute", gdb.cmds("tbreak compute", "continue"))
    gdb.run_away()
    expect(r"SIGINT", gdb.interrupt())
    gdb.cmd("detach")


@scenario()
def the_server_ends_when_its_gdb_is_killed(session):
    gdb = piped(session)
    pid = gdb.process.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = file.read().split()
    expect_equal(True, len(children) >= 1)
    gdb.kill()
    for _ in range(1200):
        left = [c for c in children if os.path.exists(f"/proc/{c}")
                and open(f"/proc/{c}/stat", encoding="ascii", errors="replace").read().split(")")[1].split()[0] != "Z"]
        if not left:
            return
        time.sleep(0.05)
    expect_equal([], left)


@scenario()
def what_needs_standard_output_itself_is_refused(_session):
    done = swdlink(["serve", "--stdio", "--json"], "stm32f031k6", check=False)
    expect_equal(2, done.returncode)
    expect(r"--stdio does not go with --json", done.stderr)


main()
