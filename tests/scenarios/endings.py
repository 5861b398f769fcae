# SPDX-License-Identifier: MIT
"""However a session ends, the chip is left as it was found: read from the virtual chip itself, behind the
back of probe and server."""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from harness import BUILD, CHIP, FACTS, LOOPBACK, PATIENCE_S, SOURCE, Failed, Gdb, Reader, expect, expect_equal, expect_not, firmware, main, scenario

DHCSR, DEMCR, BPU, DWT = 0xe000edf0, 0xe000edfc, 0xe0002000, 0xe0001000
FLASH_CR, FLASH_LOCK = FACTS.flash_lock
DBGMCU_CR, DBGMCU_FZ1 = FACTS.debug_unit + 4, FACTS.freeze_register
DBGMCU_GATE, DBGMCU_ON = FACTS.debug_gate
DWTENA = 1 << 24
C_DEBUGEN, C_HALT, C_STEP, C_MASKINTS, S_HALT = 1, 2, 4, 8, 1 << 17


class Desk:
    """A virtual board that outlives its server, a hand that reads the chip, and a server."""

    def __init__(self, command, unread=False):
        """unread: whoever read its standard output has gone, as head(1) does when it has its lines."""
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "control")
        options = os.environ.get("ASAN_OPTIONS")
        environment = dict(os.environ)
        environment["ASAN_OPTIONS"] = "verify_asan_link_order=0" + (f":{options}" if options else "")
        reader, unread_output = os.pipe()
        os.close(reader)
        # The board stays as long as somebody holds the pipe.
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "swdlink-sim"), "--control", path, CHIP, "--", "sh", "-c",
             'sh -c \'echo "pid $$" >&2; exec "$@"\' - "$@"; echo "status $?" >&2; exec 2>&-; cat', "-",
             os.path.join(BUILD, "swdlink"), *command],
            stdin=subprocess.PIPE, stdout=unread_output if unread else subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, env=environment)
        os.close(unread_output)
        self.err = Reader(self.process.stderr)
        self.gdbs = []
        self.port = int(self.wait_log(r"Listening on port (\d+)").group(1)) if "serve" in command else None
        self.pid = int(self.wait_log(r"pid (\d+)").group(1))
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(path)

    def wait_log(self, pattern):
        return self.err.wait(lambda lines: re.search(pattern, "\n".join(lines)), f"/{pattern}/")

    def poke(self, address, value):
        self.tell(f"poke {address:08x} {value:08x}")

    def tell(self, line):
        self.control.send(line.encode() + b"\n")
        return expect(r"^ok ?(.*)", self.control.recv(4096).decode()).group(1)

    def peek(self, address):
        return int(self.tell(f"peek {address:08x}"), 16)

    def peek_unless_reset(self, address, otherwise):
        """In reset nothing answers."""
        try:
            return self.peek(address)
        except Failed:
            return otherwise

    def gdb(self, elf="session.elf", connect="target extended-remote"):
        gdb = Gdb(firmware(elf))
        self.gdbs.append(gdb)
        expect_not("^error", gdb.cmd(f"{connect} {LOOPBACK}:{self.port}"))
        gdb.cmds("monitor reset halt", "load", "monitor reset halt", "maintenance flush register-cache")
        return gdb

    def end_server(self, number=signal.SIGTERM, status=0):
        os.kill(self.pid, number)
        expect_equal(str(status), self.wait_log(r"status (\d+)").group(1))

    def close(self):
        for gdb in self.gdbs:
            gdb.quit()
        if not re.search(r"^status", "\n".join(self.err.lines), re.MULTILINE):
            self.end_server()
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        self.folder.cleanup()

    def traces(self):
        """What a debugger has left in the chip that changes how a program runs."""
        demcr, clocks = self.peek(DEMCR), self.peek(DBGMCU_GATE)
        found = {"DEMCR": demcr}
        dhcsr = self.peek(DHCSR)
        found["DHCSR"] = dhcsr & (C_DEBUGEN | C_HALT | C_STEP | C_MASKINTS)
        found["halted"] = dhcsr >> 17 & 1
        # The DWT and the DBGMCU show themselves only while they are switched on, which is undone.
        self.poke(DEMCR, demcr | DWTENA)
        self.poke(DBGMCU_GATE, clocks | DBGMCU_ON)
        for i in range(2):
            found[f"watch {i}"] = self.peek(DWT + 0x28 + 16 * i) & 15
        for i in range(4):
            found[f"BP{i}"] = self.peek(BPU + 8 + 4 * i) & 1
        found["freeze"] = self.peek(DBGMCU_FZ1)
        found["low power"] = self.peek(DBGMCU_CR)
        self.poke(DEMCR, demcr)
        self.poke(DBGMCU_GATE, clocks)
        return {name: value for name, value in found.items() if value}

    def wait_until(self, true, what):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if true():
                return
            time.sleep(0.002)
        raise Failed(f"waited in vain for {what}")

    def wait_until_runs(self, trace):
        """GDB says that it runs before it has set its breakpoints."""
        self.wait_until(lambda: trace in (found := self.traces()) and "halted" not in found, "the program to run")

    def runs(self, gdb):
        """The program goes on: nothing holds NRST, or the core."""
        where = gdb.value("(unsigned)&rounds") if isinstance(gdb, Gdb) else gdb
        before = self.peek(where)
        for _ in range(200):
            self.tell("wait 10000")
            if self.peek(where) != before:
                return True
        return False


def busy(desk):
    """A session with everything set that can be set."""
    gdb = desk.gdb()
    gdb.cmds("tbreak main", "continue", "break compute", "break in_ram", "watch written", "continue")
    gdb.rounds = gdb.value("(unsigned)&rounds")
    gdb.in_ram = gdb.value("(unsigned)&in_ram") & ~3
    gdb.code = desk.peek(gdb.in_ram)
    expect_equal(True, "DEMCR" in desk.traces())
    return gdb


SERVE = ("serve", "--listen", "0")


def chatterbox():
    """A program that prints a line, and then neither prints nor ends."""
    sys.path.append(os.path.join(SOURCE, "tests", "cli"))
    import says
    return says.program("chatterbox", "hello\n", ending="hang") if says.is_possible() else ""


def address_of(name):
    gdb = Gdb(firmware("session.elf"))
    value = gdb.value(f"(unsigned)&{name}")
    gdb.quit()
    return value


def on_desk(*command, unread=False):
    def mark(act):
        def run(_):
            desk = Desk(command or SERVE, unread)
            try:
                act(desk)
                desk.close()
            except BaseException:
                print("\n".join("# server: " + line for line in desk.err.lines[-40:]))
                desk.process.kill()
                raise
        run.__name__ = act.__name__
        return scenario()(run)
    return mark


def expect_untouched(desk, gdb):
    expect_equal({}, desk.traces())
    expect_equal(True, desk.runs(gdb.rounds))
    expect_not(r"be", f"{desk.peek(gdb.in_ram):08x}"[0:2])


@on_desk()
def detaching_leaves_the_chip_as_it_was_found(desk):
    gdb = busy(desk)
    expect_not(r"^error", gdb.cmd("detach"))
    expect_untouched(desk, gdb)


@on_desk()
def killing_leaves_the_chip_as_it_was_found(desk):
    gdb = busy(desk)
    gdb.cmd("kill")
    expect_untouched(desk, gdb)


@on_desk()
def a_debugger_that_dies_while_the_program_runs_leaves_the_chip_as_it_was_found(desk):
    gdb = busy(desk)
    gdb.cmds("delete", "watch table[7]")
    gdb.run_away()
    desk.wait_until_runs("watch 0")
    gdb.kill()
    desk.wait_log("has left")
    expect_untouched(desk, gdb)


@on_desk()
def a_debugger_that_dies_at_a_stop_leaves_a_halted_core_and_nothing_else(desk):
    gdb = busy(desk)
    gdb.kill()
    desk.wait_log("has left")
    traces = desk.traces()
    expect_equal(C_DEBUGEN | C_HALT, traces.pop("DHCSR"))
    expect_equal(1, traces.pop("halted"))
    traces.pop("freeze", 0)  # its watchdogs stand still as long as it does
    traces.pop("low power", 0)
    expect_equal({}, traces)
    desk.end_server()
    expect_untouched(desk, gdb)


@on_desk()
def a_network_that_is_lost_is_as_a_debugger_that_dies(desk):
    gdb = busy(desk)
    gdb.cmd("detach")
    connection = socket.create_connection((LOOPBACK, desk.port))
    connection.sendall(b"+$?#3f")
    connection.recv(1)
    for text in (b"Z1,8007f00,2", b"vCont;c"):
        connection.sendall(b"+$" + text + b"#%02x" % (sum(text) & 0xff))
    connection.recv(1000)
    desk.wait_until_runs("BP0")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    desk.wait_log("has left")
    expect_untouched(desk, gdb)


@on_desk()
def sigterm_at_a_breakpoint_leaves_the_chip_as_it_was_found(desk):
    gdb = busy(desk)
    desk.end_server()
    expect_untouched(desk, gdb)


@on_desk()
def sigterm_while_the_program_runs_leaves_the_chip_as_it_was_found(desk):
    gdb = busy(desk)
    gdb.cmds("delete", "watch table[7]")
    gdb.run_away()
    desk.wait_until_runs("watch 0")
    desk.end_server()
    expect_untouched(desk, gdb)


@on_desk()
def control_c_of_the_server_leaves_the_chip_as_it_was_found(desk):
    gdb = busy(desk)
    desk.end_server(signal.SIGINT)
    expect_untouched(desk, gdb)


@on_desk(*SERVE, "--connect", "under-reset")
def connecting_under_reset_does_not_hold_it_afterwards(desk):
    gdb = desk.gdb()
    rounds = gdb.value("(unsigned)&rounds")
    gdb.cmd("detach")
    desk.end_server()
    expect_equal({}, desk.traces())
    expect_equal(True, desk.runs(rounds))


@on_desk("flash", firmware("session.elf"), "--erase", "pages")
def control_c_of_a_download_is_no_sudden_death(desk):
    desk.wait_until(lambda: not desk.peek_unless_reset(FLASH_CR, FLASH_LOCK) & FLASH_LOCK, "the flash to be unlocked")
    os.kill(desk.pid, signal.SIGINT)
    # Whether all was done already is a matter of speed.
    if expect(r"^(0|130)$", desk.wait_log(r"status (\d+)").group(1)).group() == "130":
        expect(r"interrupted|incomplete", "\n".join(desk.err.lines))
    expect_equal(FLASH_LOCK, desk.peek(FLASH_CR) & FLASH_LOCK)
    found = desk.traces()
    expect_not(r"BP|watch|freeze|low power", str(found))


# What a CI job stops: the program has no end.
RUN = ("run", firmware("session.elf"), "--exit-at", "unexpected_exception")


def wait_until_run_is_under_way(desk):
    """DHCSR is not looked at: that would take from swdlink what it waits for, the flag of a reset."""
    rounds = address_of("rounds")
    desk.wait_until(lambda: desk.peek_unless_reset(BPU + 8, 0) & 1 and desk.peek_unless_reset(rounds, 0) > 0,
                    "the program to run")


@on_desk(*RUN)
def sigterm_to_a_run_leaves_the_chip_as_it_was_found(desk):
    wait_until_run_is_under_way(desk)
    desk.end_server(signal.SIGTERM, 128 + signal.SIGTERM)
    expect_equal({}, desk.traces())
    expect_equal(True, desk.runs(address_of("rounds")))


@on_desk(*RUN)
def control_c_of_a_run_leaves_the_chip_as_it_was_found(desk):
    wait_until_run_is_under_way(desk)
    desk.end_server(signal.SIGINT, 128 + signal.SIGINT)
    expect_equal({}, desk.traces())
    expect_equal(True, desk.runs(address_of("rounds")))


@on_desk("run", firmware("session.elf"), "--timeout", "1")
def a_run_whose_time_is_over_leaves_the_chip_as_it_was_found(desk):
    expect_equal("124", desk.wait_log(r"status (\d+)").group(1))
    expect_equal({}, desk.traces())
    expect_equal(True, desk.runs(address_of("rounds")))


@on_desk("run", chatterbox(), unread=True)
def a_run_whose_output_nobody_reads_any_more_leaves_the_chip_as_it_was_found(desk):
    expect_equal(str(128 + signal.SIGPIPE), desk.wait_log(r"status (\d+)").group(1))
    expect_equal({}, desk.traces())


@on_desk("doctor", "--watch", unread=True)
def a_watch_that_nobody_reads_any_more_ends(desk):
    expect_equal(str(128 + signal.SIGPIPE), desk.wait_log(r"status (\d+)").group(1))
    expect_equal({}, desk.traces())


@on_desk("info", unread=True)
def an_info_that_nobody_reads_any_more_is_no_news(desk):
    expect_equal(str(128 + signal.SIGPIPE), desk.wait_log(r"status (\d+)").group(1))
    expect_not(r"^swdlink: ", "\n".join(desk.err.lines))
    expect_equal({}, desk.traces())


main()
