# SPDX-License-Identifier: MIT
"""Eclipse CDT's debug adapter (npm cdt-gdb-adapter, the `gdbtarget` of VS Code and Theia), as it comes from
its makers, debugs the virtual board through GDB and `swdlink serve`. What is checked is what the editor is told.

SWDLINK_CDT_ADAPTER is the path of its dist/debugTargetAdapter.js; without, every scenario is skipped by name.
"""

import base64
import json
import os
import re
import signal
import tempfile
import time

import tap
from dap import Adapter

from harness import (CHIP, FACTS, GDB, IS_V6M, LOOPBACK, PATIENCE_S, SOURCE, Failed, Server, expect, expect_equal, expect_not, firmware,
                     swdlink_command)

ADAPTER = os.environ.get("SWDLINK_CDT_ADAPTER", "")
NODE = os.environ.get("NODE", "node")
SESSION_C = os.path.join(os.path.realpath(SOURCE), "tests", "firmware", "session.c")
SCENARIOS = []


def scenario(function):
    """Its name is its sentence; it gets a Desk."""
    SCENARIOS.append(function)
    return function


def line_of(text):
    with open(SESSION_C, encoding="utf-8") as file:
        return next(n for n, line in enumerate(file, 1) if text in line)


class Desk:
    """An editor's window: adapters, and the board that they reach."""

    def __init__(self):
        self.adapters = []
        self.servers = []
        self.account_file = tempfile.NamedTemporaryFile(suffix=".json", delete=False).name

    def adapter(self):
        adapter = Adapter([NODE, ADAPTER])
        self.adapters.append(adapter)
        adapter.initialize()
        return adapter

    def server(self, *arguments):
        """A server that runs already when the editor comes."""
        server = Server(CHIP, arguments)
        self.servers.append(server)
        return server

    def serve_command(self, *arguments):
        """What the editor starts."""
        board = f"{CHIP},account={self.account_file}"
        return swdlink_command(["serve", "--listen", "127.0.0.1:0", *arguments], board)

    def settings(self, elf="session.elf", **more):
        """What stands in launch.json whatever is done with it."""
        return {"program": firmware(elf), "gdb": GDB,
                "preConnectCommands": [f"set directories {os.path.realpath(SOURCE)}"],
                "customResetCommands": ["monitor reset halt", "maintenance flush register-cache"], **more}

    def launch(self, elf="session.elf", arguments=(), **more):
        """Starts the server, connects and downloads; the editor may then configure breakpoints."""
        program, *parameters = self.serve_command(*arguments)
        adapter = self.adapter()
        started = adapter.start(
            "launch", **self.settings(elf), initCommands=["monitor reset halt"],
            imageAndSymbols={"imageFileName": firmware(elf)}, preRunCommands=["monitor reset halt"],
            target={"server": program, "serverParameters": parameters, "host": LOOPBACK}, **more)
        adapter.event("initialized")
        adapter.finish(started)
        return adapter

    def at(self, *points, **more):
        """Launched and run to the first of these breakpoints."""
        adapter = self.launch(**more)
        for point in adapter.breakpoints(SESSION_C, *points):
            expect_equal(True, point["verified"])
        adapter.request("configurationDone")  # the adapter itself continues when breakpoints were set
        expect_equal("breakpoint", adapter.event("stopped")["reason"])
        return adapter

    def attach(self, server, *points, **more):
        """To a server that runs; what was halted goes on. Waits for one of the breakpoints if there are any."""
        adapter = self.adapter()
        started = adapter.start("attach", **self.settings(), **more,
                                target={"port": str(server.port), "host": "127.0.0.1"})
        adapter.event("initialized")
        adapter.finish(started)
        if points:
            adapter.breakpoints(SESSION_C, *points)
        adapter.request("configurationDone")
        if points:
            expect_equal("breakpoint", adapter.event("stopped")["reason"])
        return adapter

    def download(self, server, *points):
        """As attach(), but with the program downloaded and reset."""
        return self.attach(server, *points, initCommands=["monitor reset halt", "load"],
                           preRunCommands=["monitor reset halt"])

    def close(self):
        for adapter in self.adapters:
            if adapter.process.poll() is None:
                if not adapter.closed:
                    adapter.request("disconnect")
                adapter.close()
        for server in self.servers:
            expect_equal(0, server.stop())
            check_account(server.account())
        if os.path.getsize(self.account_file):
            with open(self.account_file, encoding="utf-8") as file:
                check_account(json.load(file))

    def abandon(self):
        for adapter in self.adapters:
            print("\n".join("# console: " + line for line in adapter.output().splitlines()[-30:]))
            # The group: adapter, GDB and server.
            if adapter.process.poll() is None:
                os.killpg(adapter.process.pid, signal.SIGKILL)
                adapter.process.wait()
        for server in self.servers:
            if server.process.poll() is None:
                server.process.kill()

    def clean(self):
        files = [self.account_file] + [server.account_file for server in self.servers]
        for file in files:
            if os.path.exists(file):
                os.unlink(file)


def check_account(account):
    if account["violations"]:
        raise Failed("the virtual board saw what silicon forbids: " + "; ".join(account["violations"]))


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"waited for {what} in vain")


def number(text):
    return int(re.match(r"-?\d+", text)[0])


@scenario
def launch_starts_the_server_downloads_and_runs_to_a_breakpoint(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    frames = adapter.frames()
    expect_equal(["compute", "main"], [frame["name"] for frame in frames])
    expect_equal(SESSION_C, os.path.realpath(frames[0]["source"]["path"]))
    expect(r"Listening on port \d+", adapter.output())
    expect(r"flash: .* programmed", adapter.output())
    threads = adapter.request("threads")["threads"]
    expect_equal([1], [thread["id"] for thread in threads])


@scenario
def an_attach_finds_the_program_where_it_is_and_does_not_restart_it(desk):
    server = desk.server()
    line = line_of("int sum = a + b")
    first = desk.download(server, {"line": line, "condition": "rounds == 3"})
    first.request("disconnect")
    first.close()
    second = desk.attach(server, line)
    expect_equal("compute", second.frame()["name"])
    expect_equal(4, number(second.evaluate("rounds")))


@scenario
def line_breakpoints_stop_in_their_order_and_removed_ones_do_not(desk):
    first, second, third = (line_of(t) for t in ("int sum = a + b", "p->x += dx", "written = rounds"))
    adapter = desk.at(first, second, third)
    for name in ("move", "touch", "compute"):
        expect_equal("breakpoint", adapter.go())
        expect_equal(name, adapter.frame()["name"])
    adapter.breakpoints(SESSION_C, third)
    for _ in range(2):
        adapter.go()
        expect_equal("touch", adapter.frame()["name"])


@scenario
def conditions_and_hit_counts_decide_whether_a_breakpoint_stops(desk):
    line = line_of("int sum = a + b")
    adapter = desk.at({"line": line, "condition": "a == 5"})
    expect_equal(5, number(adapter.evaluate("rounds")))
    adapter.breakpoints(SESSION_C, {"line": line, "hitCondition": "3"})
    adapter.go()
    expect_equal(True, number(adapter.evaluate("rounds")) > 6)


@scenario
def a_function_breakpoint_and_one_in_ram_stop_too(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    points = adapter.request("setFunctionBreakpoints", breakpoints=[{"name": "in_ram"}])["breakpoints"]
    expect_equal([True], [point["verified"] for point in points])
    expect_equal("function breakpoint", adapter.go())
    expect_equal("in_ram", adapter.frame()["name"])


@scenario
def one_breakpoint_too_many_is_told_and_the_session_goes_on(desk):
    if not IS_V6M:
        raise tap.Skipped("other cores have more than four comparators")
    # The fifth needs a comparator that a Cortex-M0 does not have.
    lines = [line_of(t) for t in ("int sum = a + b", "p->x += dx", "written = rounds", "sum += table",
                                  "return fibonacci(n - 1)")]
    adapter = desk.launch()
    adapter.breakpoints(SESSION_C, *lines)
    adapter.request("configurationDone")
    expect_equal("error", adapter.event("stopped")["reason"])
    adapter.wait_output("HW breakpoint limit reached")
    adapter.wait_output("4 breakpoint comparators and all are in use")
    adapter.breakpoints(SESSION_C, *lines[:4])
    expect_equal("breakpoint", adapter.go())
    expect_equal("compute", adapter.frame()["name"])


@scenario
def a_log_point_prints_and_does_not_stop(desk):
    adapter = desk.at({"line": line_of("int sum = a + b"), "logMessage": "in compute"},
                      line_of("p->x += dx"))
    expect_equal("move", adapter.frame()["name"])
    adapter.wait_output("in compute")


@scenario
def data_breakpoints_stop_at_writes_reads_and_both(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    adapter.breakpoints(SESSION_C)
    for name, access, after in (("written", "write", "written = rounds"), ("consumed", "read", "taken = consumed"),
                                ("bytes[2]", "readWrite", "bytes[2] =")):
        info = adapter.request("dataBreakpointInfo", name=name)
        points = adapter.request("setDataBreakpoints", breakpoints=[
            {"dataId": info["dataId"], "accessType": access}])["breakpoints"]
        expect_equal([True], [point["verified"] for point in points])
        adapter.go()
        expect_equal("touch", adapter.frame()["name"])
        # The access has been done: the core is in its line, or just behind.
        expect_equal(True, 0 <= adapter.frame()["line"] - line_of(after) <= 1)
    adapter.request("setDataBreakpoints", breakpoints=[])
    adapter.breakpoints(SESSION_C, line_of("int sum = a + b"))
    expect_equal("breakpoint", adapter.go())


@scenario
def steps_go_into_over_and_out_of_functions(desk):
    adapter = desk.at(line_of("int result = compute"))
    expect_equal("step", adapter.go("stepIn"))
    expect_equal("compute", adapter.frame()["name"])
    before = adapter.frame()["line"]
    expect_equal("step", adapter.go("next"))
    expect_equal(True, adapter.frame()["line"] > before)
    expect_equal("step", adapter.go("stepOut"))
    expect_equal("main", adapter.frame()["name"])
    while adapter.frame()["line"] != line_of("zeroed[rounds & 15] ="):
        expect_equal("step", adapter.go("next"))
        expect_equal("main", adapter.frame()["name"])
    # Over a recursion, a call and what they call.
    adapter.breakpoints(SESSION_C)
    expect_equal("step", adapter.go("next"))
    expect_equal("main", adapter.frame()["name"])


@scenario
def an_instruction_step_moves_by_one_instruction(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    before = int(adapter.frame()["instructionPointerReference"], 16)
    expect_equal("step", adapter.go("next", granularity="instruction"))
    after = int(adapter.frame()["instructionPointerReference"], 16)
    expect_equal(True, after - before in (2, 4))


@scenario
def the_stack_shows_a_recursion_with_its_arguments(desk):
    adapter = desk.at({"line": line_of("if (n < 2)"), "condition": "n == 1"})
    frames = adapter.frames()
    expect_equal(["fibonacci"] * 5 + ["main"], [frame["name"] for frame in frames])
    seen = [number(adapter.request("evaluate", expression="n", context="watch", frameId=f["id"])["result"])
            for f in frames[:5]]
    expect_equal([1, 2, 3, 4, 5], seen)


@scenario
def variables_are_shown_expanded_and_changed(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    adapter.go("stepOut")
    local = adapter.scope("Local")
    expect_equal({"seed", "result"}, set(local))
    expect_equal("1", local["seed"]["value"])
    frame = adapter.frame()["id"]
    origin = adapter.request("evaluate", expression="origin", context="watch", frameId=frame)
    expect_equal({"x": "3", "y": "4"},
                 {k: v["value"] for k, v in adapter.children(origin["variablesReference"]).items()})
    adapter.request("setVariable", variablesReference=origin["variablesReference"], name="y", value="40")
    expect_equal(40, number(adapter.evaluate("origin.y")))
    expect_equal(40, number(adapter.evaluate("origin.y", "hover")))
    expect_equal(1 + 1 + 2 + 3, number(adapter.evaluate("table[0]+table[1]+table[2]+table[3]")))


@scenario
def registers_are_listed_with_their_values(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    registers = adapter.scope("Registers")
    for name in ("r0", "r12", "sp", "lr", "pc", "xpsr", "msp", "psp", "primask"):
        expect_equal(True, name in registers)
    pc = int(adapter.frame()["instructionPointerReference"], 16)
    expect_equal(pc, int(registers["pc"]["value"], 0))


@scenario
def the_memory_view_reads_and_writes_and_tells_what_is_not_there(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    expect_equal(b"hello from flash\0", adapter.memory("&greeting", 17))
    expect_equal(b"from", adapter.memory("&greeting", 4, offset=6))
    adapter.request("writeMemory", memoryReference="&table[1]",
                    data=base64.b64encode(bytes([0x78, 0x56, 0x34, 0x12])).decode())
    expect_equal(0x12345678, number(adapter.evaluate("table[1]")))
    with open(firmware("session.elf"), "rb") as file:
        flash = adapter.memory("0x08000000", 256)
        expect_equal(True, flash in file.read())
    expect(r"(?i)memory", adapter.refused("readMemory", memoryReference="0x30000000", count=16))
    body = adapter.request("cdt-gdb-adapter/Memory", address="&greeting", length=5, offset=0)
    expect_equal("68656c6c6f", body["data"])


@scenario
def code_is_disassembled_around_the_program_counter(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    here = adapter.frame()["instructionPointerReference"]
    lines = adapter.request("disassemble", memoryReference=here, instructionCount=8)["instructions"]
    expect_equal(8, len(lines))
    expect_equal(int(here, 16), int(lines[0]["address"], 16))
    expect_not("unknown", "".join(line["instruction"] for line in lines))


@scenario
def pause_stops_a_running_program_and_continue_goes_on(desk):
    adapter = desk.launch()
    adapter.request("configurationDone")
    adapter.request("pause", threadId=1)
    expect_equal("SIGINT", adapter.event("stopped")["reason"])
    first = number(adapter.evaluate("rounds"))
    # Anything but the clock may tell that it ran: a breakpoint that is set while it runs stops it.
    adapter.request("continue", threadId=1)
    adapter.breakpoints(SESSION_C, line_of("int sum = a + b"))
    expect_equal("breakpoint", adapter.event("stopped")["reason"])
    expect_equal(True, number(adapter.evaluate("rounds")) > first)
    expect_equal([], adapter.events_left("stopped"))


@scenario
def restart_begins_again_from_the_reset_vector(desk):
    adapter = desk.at({"line": line_of("int sum = a + b"), "condition": "rounds >= 1"})
    for wanted in (2, 3):
        adapter.go()
        expect_equal(wanted, number(adapter.evaluate("rounds")))
    adapter.request("cdt-gdb-adapter/customReset")
    expect_equal("reset_handler", adapter.frame()["name"])
    expect_equal("breakpoint", adapter.go())
    expect_equal(1, number(adapter.evaluate("rounds")))


@scenario
def restart_works_while_the_program_runs(desk):
    adapter = desk.launch()
    adapter.request("configurationDone")
    adapter.request("cdt-gdb-adapter/customReset")
    adapter.breakpoints(SESSION_C, line_of("int sum = a + b"))
    expect_equal("breakpoint", adapter.go())
    expect_equal(1, number(adapter.evaluate("rounds")))


@scenario
def live_watch_reads_a_running_program_without_stopping_it(desk):
    adapter = desk.launch(auxiliaryGdb=True)
    adapter.request("configurationDone")

    def is_running():  # the adapter takes a watch without a frame only when GDB has said so
        try:
            return bool(adapter.watch("rounds"))
        except Failed as why:
            if "without frameId" in str(why):
                return False
            raise

    until(is_running, "the program to run")
    for _ in range(3):
        first = number(adapter.watch("rounds"))
        until(lambda seen=first: number(adapter.watch("rounds")) > seen, "the variable to count on")
    expect_equal(b"hello from flash", adapter.memory("&greeting", 16))
    expect_equal([], adapter.events_left("stopped"))
    adapter.request("pause", threadId=1)
    expect_equal("SIGINT", adapter.event("stopped")["reason"])
    adapter.breakpoints(SESSION_C, line_of("int sum = a + b"))
    expect_equal("breakpoint", adapter.go())


@scenario
def gdb_commands_in_the_debug_console_reach_the_server(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    adapter.request("evaluate", expression=">monitor info", context="repl", frameId=adapter.frame()["id"])
    adapter.wait_output(FACTS.name.split()[0][:9])


@scenario
def semihosting_output_appears_in_the_debug_console(desk):
    adapter = desk.launch("ci.elf", arguments=["--semihosting"])
    adapter.request("configurationDone")
    adapter.wait_output("hello from the target")
    # The program's exit is the session's end.
    adapter.event("terminated")


@scenario
def disconnect_ends_the_server_that_the_editor_started(desk):
    adapter = desk.at(line_of("int sum = a + b"))
    adapter.request("disconnect")
    adapter.close()
    expect(r"gdbserver exited with code 0", adapter.output())


@scenario
def disconnect_while_the_program_runs_leaves_a_server_that_serves_the_next(desk):
    server = desk.server()
    desk.download(server, line_of("int sum = a + b")).request("disconnect")
    for _ in range(3):
        adapter = desk.attach(server)
        adapter.request("disconnect")
        adapter.close()
    expect_equal(None, server.process.poll())


@scenario
def an_editor_that_is_killed_leaves_a_server_that_serves_the_next(desk):
    server = desk.server()
    adapter = desk.download(server, line_of("int sum = a + b"))
    adapter.breakpoints(SESSION_C)
    adapter.request("continue", threadId=1)
    os.killpg(adapter.process.pid, signal.SIGKILL)
    adapter.process.wait()
    server.wait_log("has left")
    again = desk.attach(server, line_of("int sum = a + b"))
    expect_equal("compute", again.frame()["name"])


@scenario
def a_server_that_cannot_start_is_told_in_its_own_words(desk):
    adapter = desk.adapter()
    program, *parameters = desk.serve_command()
    board = parameters.index("--probe") + 1 if "--probe" in parameters else 0
    parameters[board] = f"virtual:{CHIP},swdio=gnd"
    said = adapter.refused("launch", **desk.settings(),
                           target={"server": program, "serverParameters": parameters, "host": LOOPBACK})
    expect(r"SWDIO", said)
    adapter.close()


def run_one(function):
    desk = Desk()
    try:
        function(desk)
        desk.close()
    except BaseException:
        desk.abandon()
        raise
    finally:
        desk.clean()


tap.main([(function, tap.sentence(function)) for function in SCENARIOS], run_one,
         None if os.path.exists(ADAPTER) else "SWDLINK_CDT_ADAPTER does not name the adapter")
