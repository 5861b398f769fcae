# SPDX-License-Identifier: MIT
"""What gets lost while GDB is there, or is not there yet: the probe's cable, the board's supply, a wire. Each is told,
and there is a way on without restarting the server or GDB."""

import os
import re
import signal
import socket
import subprocess
import tempfile

from harness import BUILD, PATIENCE_S, VIA_USB, Gdb, Reader, Skipped, expect, expect_equal, expect_not, firmware, main, \
    scenario, swdlink, wait_core


class Bench:
    """A virtual board on the USB bus, a server for it, and a hand at its cables."""

    def __init__(self, board="stm32f031k6", debugs=True):
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
        if debugs:
            expect_not("^error", self.attach())
            self.load()

    def attach(self):
        return self.gdb.cmd(f"target extended-remote 127.0.0.1:{self.port}")

    def load(self):
        self.gdb.cmds("monitor reset halt", "load", "monitor reset halt", "maintenance flush register-cache")

    def wait_log(self, pattern):
        return self.err.wait(lambda lines: re.search(pattern, "\n".join(lines), re.MULTILINE), f"/{pattern}/")

    def tell(self, line):
        self.control.send(line.encode() + b"\n")
        expect(r"^ok", self.control.recv(4096).decode())

    def close(self):
        self.gdb.quit()
        os.kill(self.pid, signal.SIGTERM)
        expect_equal(0, self.process.wait(PATIENCE_S))
        self.folder.cleanup()


def with_bench(act, **how):
    def run(_):
        bench = Bench(**how)
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


@with_bench
def a_wire_that_breaks_while_the_core_stands_is_told_at_once(bench):
    bench.gdb.cmds("tbreak compute", "continue", "maintenance flush dcache")
    bench.tell("set swdio gnd")
    # GDB has no words for it: its protocol's answer to a read of memory is "cannot". The server's terminal says it.
    expect(r"^error: ", bench.gdb.cmd("x/4x 0x20000000"))
    bench.wait_log(r"the target is lost: .*ST-LINK status")
    expect(r"cannot be reached: .*(ST-LINK status|swdio-low|no-answer)", bench.gdb.cmd("stepi"))
    bench.tell("set swdio ok")
    bench.wait_log("the target is back")
    debugs(bench.gdb)


@with_bench
def the_first_register_that_is_asked_for_tells_the_loss(bench):
    bench.gdb.cmds("tbreak compute", "continue", "maintenance flush dcache")
    bench.tell("set swdio gnd")
    expect(r"^error: ", bench.gdb.cmd("x/4x 0x20000000"))
    # Some GDBs ask again at once.
    expect(r"the target is lost: ", bench.gdb.cmd("maintenance flush register-cache") + bench.gdb.cmd("info registers r0"))
    expect(r"target state: lost\n(?s:.*)ST-LINK status|no-answer", bench.gdb.cmd("monitor state"))
    bench.tell("set swdio ok")
    bench.wait_log("the target is back")
    debugs(bench.gdb)


def unreachable(board):
    return lambda act: with_bench(act, board=board, debugs=False)


@unreachable("stm32f031k6,swdio=joined")
def gdb_is_told_why_the_target_cannot_be_reached(bench):
    for _ in range(2):
        expect(r"^error: .*cannot be reached: nothing answers on SWD.*\(no-answer\)", bench.attach())
    bench.tell("set swdio ok")
    bench.wait_log("the target answers now")
    expect_not("^error", bench.attach())
    bench.load()
    debugs(bench.gdb)
    # And from here on it is a target as any other.
    bench.tell("set swdio open")
    expect(r"SIGLOST", bench.gdb.cmd("continue"))
    bench.tell("set swdio ok")
    bench.wait_log("the target is back")
    debugs(bench.gdb)


@unreachable("stm32f303cc,vdd=off")
def the_reason_changes_with_the_board(bench):
    expect(r"^error: .*cannot be reached: .*\(target-unpowered\)", bench.attach())
    bench.tell("set nrst gnd")
    bench.tell("set vdd 3300")
    bench.err.wait(lambda lines: "(nrst-low)" in bench.attach(), "the other reason")
    bench.tell("set nrst ok")
    bench.wait_log("the target answers now")
    expect_not("^error", bench.attach())
    bench.load()
    bench.gdb.cmds("tbreak compute", "continue")
    expect(r"d0 ", bench.gdb.cmd("info registers float"))


@unreachable("stm32f031k6,ap=closed")
def a_chip_that_lets_nobody_in_is_told_as_such(bench):
    expect(r"^error: .*cannot be reached: .*closed its access port", bench.attach())
    bench.tell("set ap ok")
    bench.wait_log("the target answers now")
    expect_not("^error", bench.attach())


@unreachable("stm32f303cc,swclk=open")
def who_stays_gets_the_target_when_it_appears(bench):
    with socket.create_connection(("127.0.0.1", bench.port), PATIENCE_S) as raw:
        expect(r"\$T1d", ask(raw, "?"))
        expect(r"\$E\..*no-answer", ask(raw, "g"))
        bench.tell("set swclk ok")
        bench.wait_log("the target answers now")
        expect(r"\$[0-9a-f]", ask(raw, "g"))
        expect(r"basepri", ask(raw, "qXfer:features:read:target.xml:0,4000"))


@unreachable("stm32f303cc,swclk=open")
def who_has_the_registers_of_an_unseen_core_connects_again(bench):
    with socket.create_connection(("127.0.0.1", bench.port), PATIENCE_S) as raw:
        expect(r"primask", ask(raw, "qXfer:features:read:target.xml:0,4000"))
        bench.tell("set swclk ok")
        bench.wait_log("has to connect again")
        raw.settimeout(PATIENCE_S)
        expect_equal(b"", raw.recv(100).lstrip(b"+"))


def ask(raw, packet):
    """The answer to a packet, at once or never."""
    raw.sendall(f"${packet}#{sum(packet.encode()) & 255:02x}".encode())
    answer = b""
    while not re.search(rb"\$.*#..", answer, re.DOTALL):
        answer += raw.recv(65536) or expect("an answer", answer.decode())
    raw.sendall(b"+")
    return answer.decode()


@scenario()
def what_ends_when_the_target_cannot_be_reached(_):
    sick = "stm32f031k6,swdio=gnd"
    for words in (["--once"], ["--json"], ["--stdio"]):
        done = swdlink(["serve", *words], sick, check=False)
        expect_equal(1, done.returncode)
        expect(r"\(no-answer\)", done.stderr)


@scenario()
def a_probe_that_may_not_be_opened_ends_serve(_):
    if VIA_USB:
        raise Skipped("the bus of swdlink-sim forbids nothing")
    done = swdlink(["serve", "--listen", "0"], "stm32f031k6,usb=forbidden", check=False)
    expect_equal(1, done.returncode)


main()
