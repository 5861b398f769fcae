# SPDX-License-Identifier: MIT
"""What gets lost while GDB is there: the probe's cable, the board's supply. Each is told, and there is a way on
without restarting the server or GDB."""

import os
import signal
import socket
import subprocess
import tempfile

from harness import BUILD, PATIENCE_S, Gdb, Reader, expect, expect_equal, expect_not, firmware, main, scenario, \
    wait_core


class Bench:
    """A virtual board on the USB bus, a server for it, and a hand at its cables."""

    def __init__(self, board="stm32f031k6"):
        self.folder = tempfile.TemporaryDirectory()
        control = os.path.join(self.folder.name, "control")
        environment = dict(os.environ)
        options = environment.get("ASAN_OPTIONS")
        environment["ASAN_OPTIONS"] = "verify_asan_link_order=0" + (f":{options}" if options else "")
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "swdlink-sim"), "--control", control, board, "--",
             "sh", "-c", 'echo "server $$" >&2; exec "$@"', "sh",
             os.path.join(BUILD, "swdlink"), "serve", "--listen", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.err = Reader(self.process.stderr)
        self.pid = int(self.wait_log(r"^server (\d+)").group(1))
        self.port = int(self.wait_log(r"Listening on port (\d+)").group(1))
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(control)
        self.gdb = Gdb(firmware("session.elf"))
        expect_not("^error", self.gdb.cmd(f"target extended-remote 127.0.0.1:{self.port}"))
        self.gdb.cmds("monitor reset halt", "load", "monitor reset halt", "maintenance flush register-cache")

    def wait_log(self, pattern):
        import re
        return self.err.wait(lambda lines: re.search(pattern, "\n".join(lines), re.MULTILINE), f"/{pattern}/")

    def tell(self, line):
        self.control.send(line.encode() + b"\n")
        expect(r"^ok", self.control.recv(4096).decode())

    def close(self):
        self.gdb.quit()
        os.kill(self.pid, signal.SIGTERM)
        expect_equal(0, self.process.wait(PATIENCE_S))
        self.folder.cleanup()


def with_bench(act):
    def run(_):
        bench = Bench()
        try:
            act(bench)
            bench.close()
        except BaseException:
            print("\n".join("# server: " + line for line in bench.err.lines[-40:]))
            bench.gdb.kill()
            os.kill(bench.pid, signal.SIGKILL)
            bench.process.kill()
            raise
    run.__name__ = act.__name__
    return scenario()(run)


def debugs(gdb):
    """From a reset on, all is as ever."""
    gdb.cmds("monitor reset halt", "maintenance flush register-cache")
    expect(r"touch \(\)", gdb.cmds("tbreak touch", "continue"))
    gdb.cmd("stepi")
    expect_equal(True, gdb.value("rounds") >= 1)


@with_bench
def a_replugged_probe_is_taken_up_again_while_the_program_ran(bench):
    bench.gdb.cmds("tbreak compute", "continue")
    bench.gdb.run_away()
    wait_core(bench.port, "running")
    bench.tell("unplug")
    expect(r"(?i)lost|SIGLOST|unplugged", bench.gdb.wait_stop())
    bench.tell("plug")
    bench.wait_log("the target is back")
    debugs(bench.gdb)


@with_bench
def a_replugged_probe_is_taken_up_again_while_the_core_was_halted(bench):
    bench.gdb.cmds("tbreak compute", "continue")
    bench.tell("unplug")
    bench.gdb.cmd("maintenance flush dcache")
    expect(r"^error: ", bench.gdb.cmd("print *(int *)0x20000100"))
    bench.tell("plug")
    bench.wait_log("the target is back")
    debugs(bench.gdb)


@with_bench
def a_board_that_lost_its_supply_is_taken_up_again(bench):
    bench.gdb.cmds("tbreak compute", "continue")
    bench.gdb.run_away()
    wait_core(bench.port, "running")
    bench.tell("set vdd off")
    expect(r"(?i)lost|supply|power", bench.gdb.wait_stop())
    bench.tell("set vdd 3300")
    bench.wait_log("the target is back")
    debugs(bench.gdb)


@with_bench
def steps_at_a_lost_target_end_and_say_why(bench):
    bench.gdb.cmds("tbreak compute", "continue")
    for step in ("stepi", "next", "step"):
        before = len(bench.err.lines)
        bench.tell("unplug")
        expect(r"SIGLOST", bench.gdb.cmd(step))
        bench.tell("plug")
        bench.err.wait(lambda lines, start=before: any("the target is back" in l for l in lines[start:]),
                       "the target to be back")
        bench.gdb.cmds("monitor reset halt", "maintenance flush register-cache", "tbreak compute", "continue")
    debugs(bench.gdb)


@with_bench
def unplugging_ten_times_does_not_tire_it(bench):
    for _ in range(10):
        before = len(bench.err.lines)
        bench.tell("unplug")
        expect(r"SIGLOST", bench.gdb.cmd("continue"))
        bench.tell("plug")
        bench.err.wait(lambda lines, start=before: any("the target is back" in l for l in lines[start:]),
                       "the target to be back")
    debugs(bench.gdb)


main()
