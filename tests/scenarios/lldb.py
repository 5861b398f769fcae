#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debugging sessions with LLDB: what a person types at its prompt, and what they read."""

import os
import re
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PATIENCE_S, Failed, Reader, Skipped, expect, expect_not, firmware, main, scenario  # noqa: E402

# The program is Debian's `lldb`, or one of its versions.
LLDB = next((path for path in map(shutil.which, ("lldb", "lldb-14")) if path), None)


class Lldb:
    """LLDB with its commands on a pipe. It echoes each command before it carries it out, so the echo of a
    comment tells that the commands before it are done. What the target does comes when it comes: wait()."""

    def __init__(self, session, elf=None):
        if not LLDB:
            raise Skipped("lldb is not installed")
        environment = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "SWDLINK_WRAP")}
        self.process = subprocess.Popen([LLDB, "--no-use-colors", "--no-lldbinit"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        errors="replace", env=environment)
        self.reader = Reader(self.process.stdout)
        self.taken = 0
        self.markers = 0
        self.cmd("settings set auto-confirm true")
        if elf:
            self.cmd(f"target create {firmware(elf)}")
        self.hello = self.go(f"gdb-remote 127.0.0.1:{session.server.port}")

    def _send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _take(self):
        with self.reader.news:
            text = "\n".join(self.reader.lines[self.taken:])
            self.taken = len(self.reader.lines)
        return text

    def cmd(self, command):
        """Carries out a command; gives what was printed since the last time."""
        self.markers += 1
        marker = f"# done {self.markers}"
        self._send(command)
        self._send(marker)
        self.reader.wait(lambda lines: any(line.endswith(marker) for line in lines[self.taken:]), command)
        return self._take()

    def wait(self, pattern):
        """Waits until what was printed since the last time matches, and gives it."""
        self.reader.wait(lambda lines: re.search(pattern, "\n".join(lines[self.taken:]), re.MULTILINE),
                         f"/{pattern}/")
        return self.cmd("")

    def go(self, command, pattern="Process 1 stopped"):
        """A command that lets the program run, and waits."""
        self._send(command)
        return self.wait(pattern)

    def run_away(self):
        self.go("process continue", "Process 1 resuming")

    def interrupt(self):
        """What Ctrl-C does. LLDB says that the program runs before it will interrupt it."""
        deadline = time.monotonic() + PATIENCE_S
        while "Process is not running" in (said := self.cmd("process interrupt")):
            if time.monotonic() > deadline:
                raise Failed(said)
        return said if "Process 1 stopped" in said else said + self.wait("Process 1 stopped")

    def everything(self):
        return "\n".join(self.reader.lines)

    def quit(self):
        """LLDB must have run into no assertion of its own."""
        self._send("quit")
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed("LLDB did not end:\n" + self.everything()) from None
        expect_not("Assertion failed|please file a bug report", self.everything())

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


SESSION = "stm32f031k6,firmware=" + firmware("session.elf")


def lldb_scenario(board=SESSION, elf="session.elf"):
    """A scenario that gets an LLDB beside its session, with the program's ELF and connected."""
    def mark(function):
        def run(session):
            lldb = Lldb(session, elf)
            try:
                function(session, lldb)
                lldb.quit()
            finally:
                lldb.kill()
        run.__name__ = function.__name__
        scenario(board)(run)
        return function
    return mark


@lldb_scenario("stm32f031k6")
def lldb_loads_a_blank_chip_and_stops_in_a_function(session, lldb):
    expect("stop reason = signal SIGBUS", lldb.hello)  # a blank chip locks up
    lldb.cmd("target modules load --load --set-pc-to-entry --file session.elf --slide 0")
    lldb.cmd("process plugin packet monitor reset halt")
    expect(r"pc = 0x0800\w+  session.elf`reset_handler", lldb.cmd("register read pc"))
    lldb.cmd("breakpoint set --name compute")
    said = lldb.go("process continue")
    expect(r"thread #1, name = 'core', stop reason = breakpoint 1\.1$", said)
    expect(r"frame #0: 0x0800\w+ session.elf`compute\(a=1, b=2\) at session.c:\d+", said)
    expect(r"frame #1: 0x0800\w+ session.elf`main at session.c", lldb.cmd("thread backtrace"))
    expect(r"\(int\) a = 1\n\(int\) b = 2", lldb.cmd("frame variable a b"))


@lldb_scenario()
def lldb_steps_over_into_and_out(session, lldb):
    lldb.cmd("breakpoint set --name compute")
    lldb.go("process continue")
    line = int(expect(r"at session.c:(\d+)", lldb.cmd("frame info")).group(1))
    expect(rf"stop reason = step over\n.*compute.* at session.c:{line + 1}", lldb.go("thread step-over"))
    expect(r"stop reason = step out\n(.*\n)*.*frame #0: .*`main", lldb.go("thread step-out"))
    said = lldb.go("thread step-in")
    while "`main" in said:
        said = lldb.go("thread step-in")
    expect(r"stop reason = step in\n.*`move\(", said)
    before = int(expect(r"pc = (0x\w+)", lldb.cmd("register read pc")).group(1), 16)
    expect("stop reason = instruction step into", lldb.go("thread step-inst"))
    expect(f"pc = 0x{before + 2:08x}", lldb.cmd("register read pc"))


@lldb_scenario()
def lldb_shows_the_old_and_the_new_value_of_a_watched_variable(session, lldb):
    said = lldb.cmd("watchpoint set variable rounds")
    old = int(expect(r"new value: (\d+)", said).group(1))
    said = lldb.go("process continue")
    expect(rf"Watchpoint 1 hit:\nold value: {old}\nnew value: {old + 1}$", said)
    expect("stop reason = watchpoint 1$", said)
    expect(rf"rounds = {old + 1}$", lldb.cmd("target variable rounds"))
    lldb.cmd("watchpoint delete 1")
    lldb.cmd("watchpoint set variable --watch read consumed")
    expect("stop reason = watchpoint 2$", lldb.go("process continue"))
    expect("`touch at session.c", lldb.cmd("frame info"))


@lldb_scenario()
def lldb_is_told_how_many_watchpoints_there_are(session, lldb):
    for name in ("rounds", "written"):
        expect("Watchpoint created", lldb.cmd(f"watchpoint set variable {name}"))
    expect_not("Watchpoint created", lldb.cmd("watchpoint set variable consumed"))
    expect("Number of supported hardware watchpoints: 2", lldb.cmd("watchpoint list"))


@lldb_scenario()
def lldb_writes_and_reads_registers_and_memory(session, lldb):
    lldb.cmd("register write r7 0x1234")
    expect("r7 = 0x00001234", lldb.cmd("register read r7"))
    lldb.cmd("memory write --size 4 0x20000f00 0x11223344 0x55667788")
    said = lldb.cmd("memory read --size 1 --count 8 --format x 0x20000f00")
    expect("0x20000f00: 0x44 0x33 0x22 0x11 0x88 0x77 0x66 0x55", said)
    expect("error: memory read failed for 0x30000000", lldb.cmd("memory read 0x30000000"))
    said = lldb.cmd("register read --all")
    for name in ("r0", "r12", "sp", "lr", "pc", "xpsr", "msp", "psp", "primask", "control"):
        expect(rf"^ *{name} = 0x", said)


@lldb_scenario()
def lldb_evaluates_expressions(session, lldb):
    expect(r"\(int\) \$0 = 5$", lldb.cmd("expression (int)(2+3)"))
    lldb.cmd("expression rounds = 1000")
    expect("= 1000$", lldb.cmd("print rounds"))
    expect("rounds = 1000$", lldb.cmd("target variable rounds"))
    lldb.cmd("breakpoint set --name compute --condition 'a == 1003'")
    expect(r"compute\(a=1003, b=2\)", lldb.go("process continue"))


@lldb_scenario()
def lldb_knows_the_regions_of_the_chip(session, lldb):
    for address, region in (
            ("0x08000000", r"\[0x0000000008000000-0x0000000008008000\) r-x flash"),
            ("0x20000800", r"\[0x0000000020000000-0x0000000020001000\) rwx RAM"),
            ("0x40021000", r"\[0x0000000040000000-0x0000000060000000\) rw- peripherals"),
            ("0x30000000", r"\[0x0000000020001000-0x0000000040000000\) ---"),
            ("0x100000000", r"\[0x0000000100000000-0xffffffffffffffff\) ---"),
            ("0x08000004", r"r-x flash")):
        expect(region, lldb.cmd(f"memory region {address}"))


@lldb_scenario()
def lldb_interrupts_and_detaches(session, lldb):
    lldb.run_away()
    expect("stop reason = signal SIGINT", lldb.interrupt())
    rounds = int(expect(r"rounds = (\d+)", lldb.cmd("target variable rounds")).group(1))
    lldb.run_away()
    lldb.interrupt()
    lldb.go("process detach", "Process 1 detached")
    gdb = session.gdb("session.elf")
    if gdb.value("rounds") <= rounds:
        raise Failed("the program did not run")


@lldb_scenario()
def lldb_tells_why_a_breakpoint_was_refused(session, lldb):
    for name in ("compute", "move", "touch", "sum_table", "fibonacci"):
        lldb.cmd(f"breakpoint set --name {name}")
    expect("this core has 4 breakpoint comparators and all are in use", lldb.go("process continue"))


@lldb_scenario(elf=None)
def lldb_knows_the_core_without_an_elf(session, lldb):
    expect("arch=armv6m-none-unknown-eabi", lldb.cmd("target list"))
    address = subprocess.run(["arm-none-eabi-nm", firmware("session.elf")], capture_output=True, text=True, check=True)
    compute = int(expect(r"^(\w+) T compute$", address.stdout).group(1), 16)
    said = lldb.cmd(f"disassemble --start-address {compute:#x} --count 4")
    expect(r"adds +r3, r0, r1\n(.*\n)?.*muls +r0, r1", said)


@lldb_scenario("stm32f031k6,swdio=joined", elf=None)
def lldb_is_told_why_the_target_cannot_be_reached(session, lldb):
    expect(r"stop reason = the target cannot be reached: nothing answers on SWD.*\(no-answer\)", lldb.hello)


@lldb_scenario("stm32f031k6", elf="inram-ram.elf")
def lldb_stops_at_breakpoints_in_ram(session, lldb):
    lldb.cmd("target modules load --load --set-pc-to-entry --file inram-ram.elf --slide 0")
    lldb.cmd("register write sp 0x20001000")
    lldb.cmd("register write xpsr 0x01000000")
    lldb.cmd("breakpoint set --name lap")
    for laps in (0, 1, 4, 13):
        expect(rf"stop reason = breakpoint 1\.1\n.*`lap\(n={laps}\)", lldb.go("process continue"))
    lldb.cmd("breakpoint delete 1")
    lldb.run_away()
    lldb.interrupt()


main()
