#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""GDB sessions that are recorded, and replayed to a GDB that is driven by the same commands."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

import harness
from harness import Failed, Gdb, Reader, Server, Skipped, expect, expect_equal, expect_not, firmware

BOARD = "stm32f031k6"


class Replay(Server):
    """swdlink serve at a record; no board, no account."""

    def __init__(self, record, arguments=()):
        self.account_file = os.devnull
        command = harness.swdlink_command(["serve", "--listen", "127.0.0.1:0", "--once", "--probe",
                                           f"replay:{record}", *arguments])
        self._start(command)


def tell_no_time(text):
    """Without what GDB measures by the clock of the wall."""
    return re.sub(r"Transfer rate: .*", "Transfer rate: any", text)


def talk(server, elf, commands):
    """What GDB says to the commands, one string each. The last one ends the session."""
    gdb = Gdb(firmware(elf))
    said = []
    try:
        said.append(gdb.cmd(f"target remote 127.0.0.1:{server.port}"))
        for command in commands:
            if command == "Ctrl-C":
                said.append(gdb.interrupt())
            elif command == "go":
                gdb.run_away()
                gdb.take()
            else:
                said.append(gdb.cmd(command))
        gdb.quit()
    finally:
        gdb.kill()
    return [tell_no_time(text.replace(f":{server.port}", ":PORT")) for text in said]


def record(path, elf, commands, board=BOARD, status=0):
    server = Server(board, ["--once", "--record", path])
    said = talk(server, elf, commands)
    expect_equal(status, server.process.wait(harness.PATIENCE_S))
    os.unlink(server.account_file)
    return said


def replay(path, elf, commands, status=0):
    server = Replay(path)
    try:
        said = talk(server, elf, commands)
        code = server.process.wait(harness.PATIENCE_S)
    finally:
        if server.process.poll() is None:
            server.process.kill()
    if code != status:
        raise Failed(f"the replay ended with {code}:\n{server.log()}")
    return said, server


def events(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def the_same_twice(elf, commands, board=BOARD):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "session.rec")
        first = record(path, elf, commands, board)
        for text in first:
            expect_not(r"^error: ", text)
        second, server = replay(path, elf, commands)
        expect_equal(first, second)
        expect(r"replaying .*session\.rec: swdlink ", server.log())


def a_session_with_load_breakpoints_and_steps_replays():
    the_same_twice("sample.elf", [
        "monitor reset halt", "load", "monitor reset halt", "maintenance flush register-cache",
        "break main", "continue", "info registers", "next", "step", "stepi", "x/8xw 0x08000000",
        "info frame", "backtrace", "set $r0 = 5", "print $r0", "delete", "compare-sections", "detach"])


def a_running_program_that_is_interrupted_replays():
    the_same_twice("sample.elf", [
        "monitor reset halt", "load", "monitor reset halt", "go", "Ctrl-C", "info registers pc", "go", "Ctrl-C",
        "print/x $sp", "kill"])


def a_watchpoint_and_a_fault_replay():
    the_same_twice("faults.elf", [
        "monitor reset halt", "load", "monitor reset halt", "maintenance flush register-cache", "break main",
        "continue", "watch rounds", "continue", "delete", "set var fault_kind = 3", "continue", "info registers",
        "backtrace", "detach"])


def a_session_that_goes_another_way_is_told_at_the_first_difference():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "session.rec")
        record(path, "sample.elf", ["monitor reset halt", "x/4xw 0x20000000", "detach"])
        wanted = next(number for number, event in enumerate(events(path), 1)
                      if event.get("send", "").startswith("f23600000020"))
        said, server = replay(path, "sample.elf", ["monitor reset halt", "x/4xw 0x20000100", "detach"], status=1)
        expect(rf"differs from the record .*session\.rec at line {wanted}: expected was command f2 36 00 00 00 20;"
               r" what came is command f2 36 00 01 00 20", server.log())
        expect(r"^error: ", said[2])


def a_lost_probe_replays():
    commands = ["monitor reset halt", "print/x $sp", "x/4xw 0x20000000"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "session.rec")
        record(path, "sample.elf", commands)
        # As if it had been unplugged when the memory was read.
        lines = open(path, encoding="utf-8").read().splitlines()
        at = next(i for i, line in enumerate(lines) if '"send":"f23600000020' in line)
        event = json.loads(lines[at])
        del event["reply"]
        event["error"] = "lost"
        cut = lines[:at] + [json.dumps(event), json.dumps({"close": True, "at": event["at"]})]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(cut) + "\n")
        said, server = replay(path, "sample.elf", commands)
        expect(r"^error: ", said[3])
        expect(r"the debugger detached: the target is lost", server.log())


def port_of_rtt(server):
    return int(server.wait_log(r"RTT channel 0 on port (\d+)").group(1))


def talk_to_rtt(server):
    """GDB runs the program, and somebody types lines for it. What comes back."""
    gdb = Gdb(firmware("rtt.elf"))
    heard = []
    try:
        for command in (f"target remote 127.0.0.1:{server.port}", "monitor reset halt", "load", "monitor reset halt"):
            expect_not(r"^error: ", gdb.cmd(command))
        gdb.run_away()
        with socket.create_connection(("127.0.0.1", port_of_rtt(server)), timeout=harness.PATIENCE_S) as connection:
            for line in (b"hello\n", b"ping\n", b"and more\n"):
                connection.sendall(line)
                data = b""
                while len(data) < len(line):
                    data += connection.recv(4096)
                heard.append(data)
        expect(r"SIGINT", gdb.interrupt())
        gdb.cmd("detach")
        gdb.quit()
    finally:
        gdb.kill()
    return heard


def rtt_beside_gdb_replays():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "session.rec")
        server = Server(BOARD, ["--once", "--rtt", "0", "--record", path])
        first = talk_to_rtt(server)
        expect_equal(0, server.process.wait(harness.PATIENCE_S))
        os.unlink(server.account_file)
        again = Replay(path, ["--rtt", "0"])
        second = talk_to_rtt(again)
        expect_equal(first, second)
        expect_equal(0, again.process.wait(harness.PATIENCE_S))


def watch_live(server):
    """GDB runs the program, and a second one looks at a variable five times."""
    gdb, other = Gdb(firmware("sample.elf")), Gdb(firmware("sample.elf"))
    seen = []
    try:
        for command in (f"target remote 127.0.0.1:{server.port}", "monitor reset halt", "load", "monitor reset halt"):
            expect_not(r"^error: ", gdb.cmd(command))
        gdb.run_away()
        other.cmd("set non-stop off")
        other.cmd(f"target remote 127.0.0.1:{server.port}")
        for _ in range(5):
            seen.append(other.cmd("output counter"))
            other.cmd("maintenance flush dcache")
        other.quit()
        expect(r"SIGINT", gdb.interrupt())
        seen.append(gdb.cmd("info registers"))
        gdb.cmd("detach")
        gdb.quit()
    finally:
        gdb.kill()
        other.kill()
    return seen


def a_second_debugger_that_watches_live_replays():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "session.rec")
        server = Server(BOARD, ["--once", "--record", path])
        first = watch_live(server)
        expect_equal(0, server.process.wait(harness.PATIENCE_S))
        os.unlink(server.account_file)
        again = Replay(path)
        try:
            expect_equal(first, watch_live(again))
            expect_equal(0, again.process.wait(harness.PATIENCE_S))
        except Failed:
            raise Failed(again.log()) from None


class PluggedServer(Server):
    """A recorded server at a board on the mocked bus, which can be unplugged."""

    def __init__(self, folder, record):
        control = os.path.join(folder, "control")
        self.account_file = os.devnull
        self.process = subprocess.Popen(
            [os.path.join(harness.BUILD, "swdlink-sim"), "--control", control, BOARD, "--",
             os.path.join(harness.BUILD, "swdlink"), "serve", "--listen", "127.0.0.1:0", "--once", "--record", record],
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace")
        self.err = Reader(self.process.stderr)
        self.out = Reader(self.process.stdout)
        self.port = int(self.wait_log(r"Listening on port (\d+)").group(1))
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(control)

    def tell(self, line):
        self.control.send(line.encode() + b"\n")
        expect(r"^ok", self.control.recv(4096).decode())


def lose_and_find(server, tell):
    gdb = Gdb(firmware("sample.elf"))
    try:
        said = [gdb.cmd(command) for command in (f"target remote 127.0.0.1:{server.port}", "monitor reset halt", "load",
                                                 "monitor reset halt")]
        gdb.run_away()
        tell("unplug")  # in a replay the loss may have come already
        said.append(gdb.wait_stop())
        tell("plug")
        server.wait_log("the target is back")
        said += [gdb.cmd(command) for command in ("info registers pc", "monitor reset halt", "detach")]
        gdb.quit()
    finally:
        gdb.kill()
    return [tell_no_time(text.replace(f":{server.port}", ":PORT")) for text in said]


def a_probe_that_is_unplugged_and_plugged_in_again_replays():
    if not shutil.which("umockdev-run"):
        raise Skipped("umockdev is not installed")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "session.rec")
        server = PluggedServer(folder, path)
        first = lose_and_find(server, server.tell)
        server.control.close()
        expect_equal(0, server.process.wait(harness.PATIENCE_S))
        expect(r"SIGLOST", first[4])
        again = Replay(path)
        expect_equal(first, lose_and_find(again, lambda line: None))
        expect_equal(0, again.process.wait(harness.PATIENCE_S))


TESTS = [
    a_session_with_load_breakpoints_and_steps_replays,
    a_running_program_that_is_interrupted_replays,
    a_watchpoint_and_a_fault_replay,
    a_session_that_goes_another_way_is_told_at_the_first_difference,
    a_lost_probe_replays,
    rtt_beside_gdb_replays,
    a_second_debugger_that_watches_live_replays,
    a_probe_that_is_unplugged_and_plugged_in_again_replays,
]


def main():
    import traceback
    chosen = [t for t in TESTS if len(sys.argv) < 2 or any(w in t.__name__ for w in sys.argv[1:])]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, test in enumerate(chosen, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skipped as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print(f"not ok {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
