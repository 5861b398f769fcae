# SPDX-License-Identifier: MIT
"""GDB as Cortex-Debug drives it (its servertypes external, stutil and stlink), and as Zephyr's runner
stlink_gdbserver does: the same command lines, the same text waited for, the same MI commands in the same order,
written without waiting for answers. Cortex-Debug itself needs an editor around it and is not run here.

What they send was read in their sources: cortex-debug src/external.ts, stutil.ts, stlink.ts, gdb.ts and
backend/mi2/mi2.ts (1.13); zephyr scripts/west_commands/runners/stlink_gdbserver.py.
"""

import json
import os
import re
import signal
import subprocess
import tempfile

import tap
from mi import Mi

from harness import (BUILD, CHIP, FACTS, LOOPBACK, PATIENCE_S, SOURCE, Failed, Reader, expect, expect_equal, firmware,
                     swdlink_command, VIA_USB)

SCENARIOS = []

SESSION_C = "tests/firmware/session.c"


class Habit:
    """A servertype: how the server is started, and what is sent at which occasion."""

    def __init__(self, name, program, arguments, ready, before, after, attach, reset):
        self.name = name
        self.program = program      # what is started: a function of the directory for links
        self.arguments = arguments  # for launch and for attach
        self.ready = ready
        self.before, self.after = before, after  # the download
        self.attach, self.reset = attach, reset


def swdlink_itself(_):
    return os.path.join(BUILD, "swdlink")


def st_util_wrapper(_):
    return os.path.join(SOURCE, "contrib", "st-util")


def named_gdbserver(_):
    return os.path.join(SOURCE, "contrib", "ST-LINK_gdbserver")


# The port is 0 here, where they pass a free one that they have looked for.
STUTIL = dict(arguments=lambda attach: ["-p", "0", "--no-reset", "--serial"],
              ready=r"Listening at \*", before=["monitor halt", "monitor reset"], after=["monitor reset"],
              attach=["monitor halt"], reset=["monitor halt", "monitor reset"])
HABITS = [
    Habit("external", swdlink_itself, lambda attach: ["serve", "--listen", "0", "--probe"], r"Listening on port",
          ["monitor reset halt"], ["monitor reset halt"], ["monitor halt"], ["monitor reset halt"]),
    Habit("stutil with swdlink as serverpath", swdlink_itself, **STUTIL),
    Habit("stutil with contrib/st-util", st_util_wrapper, **{
        **STUTIL, "arguments": lambda attach: ["-p", "0", "--no-reset", "--stlinkv1", "--serial"]}),
    Habit("stlink", named_gdbserver,
          lambda attach: ["-p", "0", "-cp", "/opt/st/bin", "--swd"] + (["--attach"] if attach else []) +
          ["--halt", "--serial-number"],
          r"(?i)(Waiting for debugger connection|Listening at).*", ["monitor reset"],
          ["monitor reset", "monitor halt"], [], ["monitor reset"]),
]


class Desk:
    """A server that an IDE has started, and the GDBs on it."""

    def __init__(self, habit):
        self.habit = habit
        self.directory = tempfile.TemporaryDirectory()
        self.account_file = os.path.join(self.directory.name, "account.json")
        self.server = None
        self.gdbs = []

    def serve(self, attach=False):
        board = f"{CHIP},account={self.account_file}"
        command = [self.habit.program(self.directory.name), *self.habit.arguments(attach)]
        environment = {**os.environ, "SWDLINK": os.path.join(BUILD, "swdlink")}
        self.start(command, board, environment)

    def start(self, command, board, environment):
        """The last option of the command wants the probe."""
        if VIA_USB:
            command = swdlink_command([], board)[:3] + command[:-1]
        else:
            command = command + [f"virtual:{board}"]
        # They listen to both pipes and do not tell them apart.
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL, text=True, errors="replace", env=environment)
        self.out = Reader(self.server.stdout)
        self.out.wait(lambda lines: re.search(self.habit.ready, "\n".join(lines)), "the text that is waited for")
        self.port = int(self.out.wait(lambda lines: re.search(r"Listening at \*:(\d+)", "\n".join(lines)),
                                      "the port").group(1))

    def gdb(self, interpreter="mi2"):
        """As Cortex-Debug starts one: nothing is waited for."""
        gdb = Mi(firmware("session.elf"), interpreter)
        self.gdbs.append(gdb)
        self.opening = [gdb.send(command) for command in (
            "gdb-set mi-async on", gdb.console("set print demangle on"), gdb.console("set print asm-demangle on"),
            "enable-pretty-printing", gdb.console(f"set directories {SOURCE}"),
            f'file-exec-and-symbols "{firmware("session.elf")}"',
            f"target-select extended-remote {LOOPBACK}:{self.port}")]
        return gdb

    def launch(self, interpreter="mi2", stop_at="main"):
        """Starts, connects, downloads, and runs to the entry point (runToEntryPoint)."""
        self.serve()
        gdb = self.gdb(interpreter)
        tokens = self.opening + [gdb.send(c) for c in (
            *map(gdb.console, self.habit.before), "target-download", *map(gdb.console, self.habit.after))]
        for token in tokens:
            gdb.done(token)
        gdb.stops = len([l for l in gdb.said().splitlines() if l.startswith("*stopped")])
        if stop_at:
            gdb.do(f"break-insert -t {stop_at}")
            expect(rf'reason="breakpoint-hit".*func="{stop_at}"', gdb.run("exec-continue --all"))
        return gdb

    def attached(self, interpreter="mi2"):
        gdb = self.gdb(interpreter)
        for token in self.opening + [gdb.send(gdb.console(c)) for c in self.habit.attach]:
            gdb.done(token)
        gdb.do(gdb.console("maintenance flush register-cache"))
        gdb.stops = len([l for l in gdb.said().splitlines() if l.startswith("*stopped")])
        return gdb

    def wait_log(self, pattern):
        self.out.wait(lambda lines: re.search(pattern, "\n".join(lines)), f"/{pattern}/ in the log")

    def close(self):
        for gdb in self.gdbs:
            gdb.quit()
        self.server.send_signal(signal.SIGTERM)
        expect_equal(0, self.server.wait(PATIENCE_S))
        with open(self.account_file, encoding="utf-8") as file:
            violations = json.load(file)["violations"]
        if violations:
            raise Failed("the virtual board saw what silicon forbids: " + "; ".join(violations))

    def abandon(self):
        if self.server:
            print("\n".join("# server: " + line for line in self.out.lines[-20:]))
        for gdb in self.gdbs:
            print("\n".join("# gdb: " + line for line in gdb.reader.lines[-25:]))
            gdb.kill()
        if self.server and self.server.poll() is None:
            self.server.kill()
            self.server.wait()


def scenario(*habits):
    """Marks a scenario and says with which servertypes it is run (all, when none is named)."""
    def mark(function):
        for habit in HABITS:
            if not habits or habit.name in habits:
                SCENARIOS.append(((function, habit), f"{habit.name}: {tap.sentence(function)}"))
        return function
    return mark


def line_of(text):
    with open(os.path.join(SOURCE, SESSION_C), encoding="utf-8") as file:
        return next(n for n, line in enumerate(file, 1) if text in line)


@scenario()
def a_launch_downloads_and_stops_at_main(desk):
    gdb = desk.launch()
    expect(r'func="main"', gdb.do("stack-info-frame"))
    # And then what an editor asks for at every stop.
    expect(r'threads=\[{id="1"', gdb.do("thread-info"))
    expect(r'frame={level="0".*func="main"', gdb.do("stack-list-frames --thread 1 0 0"))
    expect(r'name="seed"', gdb.do("stack-list-variables --thread 1 --frame 0 --simple-values"))
    # The regions of the memory map bound its disassembly.
    gdb.do(gdb.console("info mem"))
    end = FACTS.first_end or 0x08000000 + FACTS.flash_size
    expect(rf"0x08000000 {end:#010x} flash", gdb.said())


@scenario()
def an_attach_halts_the_program_where_it_is(desk):
    desk.launch().quit()
    desk.gdbs.clear()
    desk.wait_log("has left")
    gdb = desk.attached()
    # GDB let it run when it left.
    found = gdb.value("rounds")
    expect_equal(True, found > 0)
    gdb.do(f"break-insert {SESSION_C}:{line_of('int sum = a + b')}")
    expect(r'func="compute"', gdb.run("exec-continue --all"))
    expect_equal(True, 0 <= gdb.value("rounds") - found <= 1)


@scenario()
def a_restart_begins_at_the_reset_vector_again(desk):
    gdb = desk.launch()
    gdb.do('break-insert -c "a == 3" compute')
    gdb.run("exec-continue --all")
    for _ in range(3):
        gdb.all([gdb.console(line) for line in desk.habit.reset])
        expect(r'func="compute"', gdb.run("exec-continue --all"))
        expect_equal(3, gdb.value("rounds"))


@scenario()
def a_restart_of_a_running_program_is_an_interrupt_and_a_reset(desk):
    gdb = desk.launch()
    gdb.do("exec-continue --all")
    gdb.do("exec-interrupt --all")
    expect(r'signal-name="SIGINT"', gdb.stop())
    gdb.all([gdb.console(line) for line in desk.habit.reset])
    gdb.do("break-insert -t main")
    expect(r'func="main"', gdb.run("exec-continue --all"))
    expect_equal(0, gdb.value("rounds"))


@scenario()
def the_end_of_a_launch_leaves_a_server_for_the_next(desk):
    gdb = desk.launch()
    gdb.do("break-insert compute")
    gdb.do("exec-continue --all")
    gdb.stop()
    gdb.all(["break-delete 2", "target-disconnect"])
    gdb.kill()
    desk.gdbs.clear()
    again = desk.attached()
    expect_equal(1, again.value("rounds"))
    again.do("break-insert touch")
    expect(r'func="touch"', again.run("exec-continue --all"))


@scenario()
def the_end_of_an_attach_leaves_the_program_running(desk):
    desk.launch().quit()
    desk.gdbs.clear()
    desk.wait_log("has left")
    gdb = desk.attached()
    gdb.do("target-detach")
    gdb.kill()
    desk.gdbs.clear()
    for _ in range(3):
        before = desk.attached()
        rounds = before.value("rounds")
        before.do("target-detach")
        before.kill()
        desk.gdbs.clear()
    expect_equal(True, rounds > 1)


@scenario("external", "stlink")
def breakpoints_conditions_and_hit_counts(desk):
    gdb = desk.launch()
    line = line_of("int sum = a + b")
    expect(r'func="compute"', gdb.do(f'break-insert -c "a == 4" {SESSION_C}:{line}'))
    stop = gdb.run("exec-continue --all")
    expect(r'bkptno="2".*name="a",value="4"', stop)
    gdb.do("break-delete 2")
    gdb.do(f"break-insert -i 2 {SESSION_C}:{line}")
    expect(r'name="a",value="7"', gdb.run("exec-continue --all"))
    gdb.do("break-delete 3")
    gdb.do("break-insert -h touch")
    gdb.do("break-insert in_ram")
    expect(r'func="in_ram"', gdb.run("exec-continue --all"))
    expect(r'func="touch"', gdb.run("exec-continue --all"))


@scenario("external", "stlink")
def a_breakpoint_is_set_and_deleted_while_the_program_runs(desk):
    # The editor interrupts, sets and continues by itself.
    gdb = desk.launch()
    gdb.do("exec-continue --all")
    gdb.do("exec-interrupt --all")
    gdb.stop()
    gdb.do("break-insert touch")
    expect(r'func="touch"', gdb.run("exec-continue --all"))
    gdb.do("break-delete 2")
    gdb.do("exec-continue --all")
    gdb.do("exec-interrupt --all")
    expect(r'signal-name="SIGINT"', gdb.stop())
    expect_equal([], gdb.stops_left())


@scenario("external", "stlink")
def data_breakpoints_for_writing_reading_and_both(desk):
    gdb = desk.launch()
    for command, what in (("break-watch written", "watchpoint-trigger"),
                          ("break-watch -r consumed", "read-watchpoint-trigger"),
                          ("break-watch -a bytes[2]", "access-watchpoint-trigger")):
        number = re.search(r'number="(\d+)"', gdb.do(command)).group(1)
        expect(rf'reason="{what}".*func="touch"', gdb.run("exec-continue --all"))
        gdb.do(f"break-delete {number}")


@scenario("external", "stlink")
def steps_into_over_out_and_by_instruction(desk):
    gdb = desk.launch()
    gdb.do(f"break-insert -t {SESSION_C}:{line_of('int result = compute')}")
    gdb.run("exec-continue --all")
    expect(r'reason="end-stepping-range".*func="compute"', gdb.run("exec-step --thread 1"))
    expect(r'reason="end-stepping-range".*func="compute"', gdb.run("exec-next --thread 1"))
    expect(r'reason="function-finished".*func="main"', gdb.run("exec-finish --thread 1"))
    while not re.search(rf'line="{line_of("zeroed[rounds & 15] =")}"', gdb.run("exec-next --thread 1")):
        pass
    expect(r'func="main"', gdb.run("exec-next --thread 1"))
    before = gdb.value("$pc")
    expect(r'reason="end-stepping-range"', gdb.run("exec-step-instruction --thread 1"))
    expect_equal(True, gdb.value("$pc") != before)


@scenario("external", "stlink")
def the_stack_of_a_recursion_and_its_variables(desk):
    gdb = desk.launch()
    gdb.do('break-insert -c "n == 1" fibonacci')
    gdb.run("exec-continue --all")
    frames = gdb.do("stack-list-frames --thread 1 0 20")
    expect_equal(["fibonacci"] * 5 + ["main"], re.findall(r'func="(\w+)"', frames))
    expect(r'depth="6"', gdb.do("stack-info-depth --thread 1"))
    expect(r'name="n".*value="5"', gdb.do("stack-list-variables --thread 1 --frame 4 --simple-values"))
    gdb.do("var-create --thread 1 --frame 0 watched * origin")
    expect(r'name="watched.x".*value="\d+"', gdb.do("var-list-children --all-values watched"))
    gdb.do("var-assign watched.x 77")
    expect_equal(77, gdb.value("origin.x"))
    expect(r'changelist=\[', gdb.do("var-update --all-values *"))


@scenario("external", "stlink")
def memory_registers_and_disassembly(desk):
    gdb = desk.launch()
    record = gdb.do('data-read-memory-bytes "&greeting" 16')
    expect(b"hello from flash".hex(), record)
    gdb.do('data-write-memory-bytes "&table[2]" 78563412')
    expect_equal(0x12345678, gdb.value("table[2]"))
    expect(r"(?i)memory", gdb.fails("data-read-memory-bytes 0x30000000 16"))
    # A view of 4 KiB of flash is one request.
    expect(r'end="0x08001000"', gdb.do("data-read-memory-bytes 0x08000000 4096"))
    names = re.findall(r'"(\w*)"', gdb.do("data-list-register-names"))
    for name in ("r0", "sp", "lr", "pc", "xpsr", "msp", "psp", "primask", "control"):
        expect_equal(True, name in names)
    values = gdb.do("data-list-register-values x")
    expect(rf'number="{names.index("pc")}",value="{gdb.value("$pc"):#x}"', values)
    expect(r'inst="', gdb.do("data-disassemble -s $pc -e $pc+16 -- 2"))


@scenario("external")
def the_newer_interpreter_is_served_as_well(desk):
    gdb = desk.launch("mi3")
    gdb.do("break-insert compute")
    expect(r'func="compute"', gdb.run("exec-continue --all"))
    gdb.do("break-delete 2")
    gdb.do("exec-continue --all")
    gdb.do("exec-interrupt --all")
    expect(r'signal-name="SIGINT"', gdb.stop())


@scenario("external")
def an_ide_that_is_killed_while_the_program_runs_leaves_nothing_behind(desk):
    gdb = desk.launch()
    gdb.do('break-insert -c "rounds == 0" compute')
    gdb.do("exec-continue --all")
    gdb.kill()
    desk.gdbs.clear()
    desk.wait_log("has left")
    again = desk.attached()
    again.do("break-insert touch")
    expect(r'func="touch"', again.run("exec-continue --all"))


@scenario("stlink")
def zephyrs_runner_starts_server_and_gdb_at_once(desk):
    desk.habit = Habit("west", named_gdbserver, None, r"Listening at", [], [], [], [])
    board = f"{CHIP},account={desk.account_file}"
    desk.start([named_gdbserver(None), "--stm32cubeprogrammer-path", "/opt/st/bin", "--port-number", "0", "--apid",
                "0", "--halt", "--swd", "--initialize-reset", "--serial-number"], board,
               {**os.environ, "SWDLINK": os.path.join(BUILD, "swdlink")})
    gdb = Mi(firmware("session.elf"))
    desk.gdbs.append(gdb)
    # ":PORT", as the runner says it, where GDB can find the name localhost behind it.
    host = "" if LOOPBACK == "localhost" else LOOPBACK
    gdb.all([f'file-exec-and-symbols "{firmware("session.elf")}"', gdb.console(f"target remote {host}:{desk.port}"),
             gdb.console(f"load {firmware('session.elf')}")])
    gdb.stops = len([l for l in gdb.said().splitlines() if l.startswith("*stopped")])
    gdb.do("break-insert main")
    expect(r'func="main"', gdb.run("exec-continue"))


def run_one(chosen):
    function, habit = chosen
    desk = Desk(habit)
    try:
        function(desk)
        desk.close()
    except BaseException:
        desk.abandon()
        raise
    finally:
        desk.directory.cleanup()


tap.main(SCENARIOS, run_one)
