# SPDX-License-Identifier: MIT
"""`swdlink serve --all` at several probes on the USB bus: a port for each, whatever is plugged in and out."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time

from harness import BUILD, PATIENCE_S, Failed, Gdb, Reader, expect, expect_equal, expect_not, firmware, main, scenario

def free_ports(count):
    """A port with so many free ones behind it."""
    for _ in range(100):
        sockets = []
        try:
            sockets.append(socket.create_server(("127.0.0.1", 0)))
            base = sockets[0].getsockname()[1]
            for i in range(1, count):
                sockets.append(socket.create_server(("127.0.0.1", base + i)))
            return base
        except (OSError, OverflowError):
            continue
        finally:
            for s in sockets:
                s.close()
    raise Failed("no free ports")


class Bench:
    """Three virtual boards on one bus, a keeper of their servers, and a hand that plugs."""

    def __init__(self, count=3, board="stm32f031k6", unplugged=None):
        self.folder = tempfile.TemporaryDirectory()
        control = os.path.join(self.folder.name, "control")
        self.base = free_ports(count)
        environment = dict(os.environ)
        options = environment.get("ASAN_OPTIONS")
        environment["ASAN_OPTIONS"] = "verify_asan_link_order=0" + (f":{options}" if options else "")
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "swdlink-sim"), "--count", str(count), "--control", control, board, "--",
             "sh", "-c", 'until [ -e "$0" ]; do sleep 0.05; done; exec "$@"', os.path.join(self.folder.name, "go"),
             os.path.join(BUILD, "swdlink"), "serve", "--all", "--listen", str(self.base)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.err = Reader(self.process.stderr)
        self.gdbs = []
        deadline = time.monotonic() + PATIENCE_S
        self.control = socket.socket(socket.AF_UNIX)
        while True:  # the socket is in its folder a moment before it listens
            try:
                self.control.connect(control)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self.serials = []
        for number in range(1, count + 1):
            self.tell(f"probe {number}")
            self.serials.append(expect(r"^ok (\w+)", self.tell("serial")).group(1))
        expect_equal(sorted(self.serials), self.serials)
        if unplugged:
            self.tell(f"probe {unplugged}", "unplug")
        with open(os.path.join(self.folder.name, "go"), "w", encoding="utf-8"):
            pass

    def wait_log(self, pattern, times=1):
        return self.err.wait(lambda lines: len(re.findall(pattern, "\n".join(lines), re.MULTILINE)) >= times,
                             f"/{pattern}/")

    def tell(self, *lines):
        for line in lines:
            self.control.send(line.encode() + b"\n")
            answer = self.control.recv(4096).decode()
            expect(r"^ok", answer)
        return answer

    def ready(self, count):
        for i in range(count):
            self.wait_log(rf"^Listening at \*:{self.base + i} for {self.serials[i]} \(loopback only\)$")

    def gdb(self, number, elf="session.elf"):
        gdb = Gdb(firmware(elf))
        self.gdbs.append(gdb)
        expect_not("^error", gdb.cmd(f"target extended-remote 127.0.0.1:{self.base + number}"))
        return gdb

    def processes(self):
        """The keeper, and the servers that it keeps."""
        parents = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                    words = file.read().split("\0")
                with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if words[0].endswith("/swdlink") and str(self.base) in words:
                parents[int(pid)] = parent
        keepers = [pid for pid, parent in parents.items() if parent not in parents]
        expect_equal(1, len(keepers))
        return keepers[0], [pid for pid in parents if pid != keepers[0]]

    def close(self):
        for gdb in self.gdbs:
            gdb.quit()
        if self.process.poll() is None:
            os.kill(self.processes()[0], signal.SIGTERM)
        expect_equal(0, self.process.wait(PATIENCE_S))
        self.folder.cleanup()


def with_bench(*details, **more):
    def mark(act):
        def run(_):
            bench = Bench(*details, **more)
            try:
                act(bench)
                bench.close()
            except BaseException:
                print("\n".join("# server: " + line for line in bench.err.lines[-40:]))
                bench.process.kill()
                raise
        run.__name__ = act.__name__
        return scenario()(run)
    return mark


@with_bench()
def each_probe_has_a_server_of_its_own_on_consecutive_ports(bench):
    bench.ready(3)
    gdbs = [bench.gdb(i) for i in range(3)]
    for i, gdb in enumerate(gdbs):
        gdb.cmd(f"set var *(int *)0x20000100 = {i + 7}")
    expect_equal([7, 8, 9], [gdb.value("*(int *)0x20000100") for gdb in gdbs])
    bench.wait_log(rf"^{bench.serials[1]} port {bench.base + 1}: 127.0.0.1 port \d+ has connected")


@with_bench()
def a_probe_that_comes_back_has_its_port_again(bench):
    bench.ready(3)
    bench.tell("probe 2", "unplug")
    gdb = bench.gdb(0)
    gdb.cmd("set var *(int *)0x20000100 = 5")
    second = Gdb()
    bench.gdbs.append(second)
    second.cmd(f"target extended-remote 127.0.0.1:{bench.base + 1}")
    bench.tell("plug")
    bench.wait_log(rf"^{bench.serials[1]} port {bench.base + 1}: the target is back")
    expect_equal(5, gdb.value("*(int *)0x20000100"))
    third = bench.gdb(1)
    third.cmd("set var *(int *)0x20000100 = 6")
    expect_equal(6, third.value("*(int *)0x20000100"))


@with_bench()
def a_server_that_dies_is_started_again_on_its_port_and_disturbs_nobody(bench):
    bench.ready(3)
    gdb = bench.gdb(0)
    _, children = bench.processes()
    expect_equal(3, len(children))
    os.kill(max(children), signal.SIGKILL)
    bench.wait_log(rf"^error: the server of {bench.serials[2]} was ended by signal 9")
    bench.wait_log(rf"^Listening at \*:{bench.base + 2} for {bench.serials[2]}", times=2)
    gdb.cmd("set var *(int *)0x20000100 = 5")
    expect_equal(5, gdb.value("*(int *)0x20000100"))


@with_bench(2, unplugged=2)
def a_probe_that_is_plugged_in_later_gets_the_next_port(bench):
    bench.ready(1)
    bench.tell("plug")
    bench.ready(2)
    bench.gdb(1)


@with_bench(1, unplugged=1)
def without_any_probe_it_waits_for_one(bench):
    bench.wait_log(r"^no ST-LINK is plugged in yet: waiting for one$")
    bench.tell("plug")
    bench.ready(1)


@with_bench(2, "stm32f031k6,vdd=off")
def a_board_without_power_is_waited_for(bench):
    for i in range(2):
        bench.wait_log(rf"^{bench.serials[i]} port {bench.base + i}: .*(no target answers|not powered)|"
                       rf"^swdlink: {bench.serials[i]} port {bench.base + i}: ")
    bench.tell("probe 2", "set vdd 3300")
    bench.wait_log(rf"^{bench.serials[1]} port {bench.base + 1}: found STM32F031")
    expect_not(rf"^{bench.serials[0]} port {bench.base}: found", "\n".join(bench.err.lines))
    bench.gdb(1)


def private_kib(pid):
    """What this process has of memory that it shares with nobody."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_"))


def server_of(bench, children, number):
    """The process that listens on this probe's port."""
    port = f":{bench.base + number:04X}"
    with open("/proc/net/tcp", encoding="ascii") as file:
        inode = next(f[9] for f in map(str.split, file.readlines()[1:]) if f[1].endswith(port) and f[3] == "0A")
    for pid in children:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            if os.readlink(f"/proc/{pid}/fd/{fd}") == f"socket:[{inode}]":
                return pid
    raise Failed(f"nobody listens on {port}")


@with_bench(64)
def a_shelf_of_64_boards_bears_one_that_hangs_one_that_is_flooded_one_that_dies_and_one_that_goes(bench):
    bench.ready(64)
    _, children = bench.processes()
    expect_equal(64, len(children))
    with open(f"/proc/{children[0]}/maps", encoding="ascii") as file:
        if "libasan" not in file.read():
            expect_equal([], [kib for kib in map(private_kib, children) if kib > 4096])
    dies, hangs, goes, flooded = 5, 20, 40, 50
    hung = server_of(bench, children, hangs)
    os.kill(hung, signal.SIGSTOP)
    try:
        os.kill(server_of(bench, children, dies), signal.SIGKILL)
        bench.tell(f"probe {goes + 1}", "unplug")
        flood = socket.create_connection(("127.0.0.1", bench.base + flooded), PATIENCE_S)
        flood.settimeout(1)
        try:
            for _ in range(64):
                flood.sendall(b"$m" + b"0" * 65536)
        except OSError:
            pass  # it was shown the door, or has to wait
        for number in (0, 31, 63, flooded):
            gdb = bench.gdb(number)
            gdb.cmd(f"set var *(int *)0x20000100 = {number + 7}")
            expect_equal(number + 7, gdb.value("*(int *)0x20000100"))
        flood.close()
        bench.wait_log(rf"^error: the server of {bench.serials[dies]} was ended by signal 9")
        bench.wait_log(rf"^Listening at \*:{bench.base + dies} for {bench.serials[dies]}", times=2)
        missed = Gdb()
        bench.gdbs.append(missed)
        missed.cmd(f"target extended-remote 127.0.0.1:{bench.base + goes}")
        bench.wait_log(rf"^{bench.serials[goes]} port {bench.base + goes}: warning: the ST-LINK was unplugged")
        bench.tell("plug")
    finally:
        os.kill(hung, signal.SIGCONT)
    bench.gdb(hangs)
    bench.wait_log(rf"^{bench.serials[goes]} port {bench.base + goes}: the target is back")
    bench.gdb(goes)


main()
