# SPDX-License-Identifier: MIT
"""Under a service manager: sockets that systemd hands over, what it is told, the units that are installed."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from harness import (Failed, Gdb, Reader, Skipped, expect, expect_equal, expect_not, firmware, main, scenario,
                     swdlink_command)

HAS_SYSTEMD = "\nSYSTEMD_LIBS = -l" in open(os.path.join(os.environ["top_builddir"], "Makefile"), encoding="utf-8").read()
# Starts the rest of its words with a file descriptor handed over as the third, as sd_listen_fds(3) says.
HAND_OVER = ["sh", "-c", 'fd=$1; shift; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&"$fd"', "sh"]


def needs(program=None):
    if not HAS_SYSTEMD:
        raise Skipped("this build has no libsystemd")
    if program and not shutil.which(program):
        raise Skipped(f"{program} is not installed")


class Service:
    """swdlink serve, with a socket handed over and a manager that listens, each if it is given."""

    def __init__(self, command, handed=None, notify=None):
        env = dict(os.environ)
        if notify:
            env["NOTIFY_SOCKET"] = notify
        words = command if handed is None else HAND_OVER + [str(handed)] + command
        self.process = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, pass_fds=() if handed is None else (handed,))
        self.reader = Reader(self.process.stderr)

    def wait_line(self, pattern):
        return self.reader.wait(lambda lines: next((m for m in (re.search(pattern, line) for line in lines) if m), None),
                                pattern)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()


def listening(family, address):
    s = socket.socket(family, socket.SOCK_STREAM)
    s.bind(address)
    s.listen(8)
    return s


def debug_at(address):
    gdb = Gdb(firmware("session.elf"))
    try:
        expect_not(r"^error", gdb.cmd(f"target extended-remote {address}"))
        gdb.cmds("load", "tbreak compute", "continue")
        expect(r"compute", gdb.cmd("info symbol $pc"))
        gdb.cmd("detach")
    finally:
        gdb.quit()


def listening_ports(pid):
    """The TCP ports on which this process listens."""
    inodes = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    ports = set()
    for table in ("tcp", "tcp6"):
        if os.path.exists(f"/proc/net/{table}"):
            for line in open(f"/proc/net/{table}", encoding="ascii").readlines()[1:]:
                field = line.split()
                if field[3] == "0A" and f"socket:[{field[9]}]" in inodes:
                    ports.add(int(field[1].rsplit(":", 1)[1], 16))
    return ports


@scenario()
def a_tcp_socket_is_taken_over(_session):
    needs()
    with listening(socket.AF_INET, ("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
        service = Service(swdlink_command(["serve"], "stm32f031k6"), s.fileno())
        try:
            expect_equal(port, int(service.wait_line(r"Listening on port (\d+)").group(1)))
            expect_equal({port}, listening_ports(service.process.pid))
            debug_at(f"127.0.0.1:{port}")
        finally:
            status = service.end()
        expect_equal(0, status)


@scenario()
def a_local_socket_is_taken_over(_session):
    needs()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "board")
        with listening(socket.AF_UNIX, path) as s:
            service = Service(swdlink_command(["serve"], "stm32f031k6"), s.fileno())
            try:
                service.wait_line(re.escape(f"Listening at {path}"[:60]))
                expect_equal(set(), listening_ports(service.process.pid))
                debug_at(path)
            finally:
                expect_equal(0, service.end())


@scenario()
def what_is_no_listening_socket_is_refused(_session):
    needs()
    for handed in (os.open("/dev/null", os.O_RDWR), socket.socket().detach(), socket.socket(type=socket.SOCK_DGRAM).detach()):
        service = Service(swdlink_command(["serve"], "stm32f031k6"), handed)
        os.close(handed)
        expect_equal(2, service.process.wait(120))
        service.wait_line(r"file descriptor 3, which was handed over, is no socket on which somebody listens")


@scenario()
def all_probes_take_no_socket_over(_session):
    needs()
    with listening(socket.AF_INET, ("127.0.0.1", 0)) as s:
        service = Service([swdlink_command(["serve"])[0], "serve", "--all"], s.fileno())
        expect_equal(2, service.process.wait(120))
        service.wait_line(r"--all opens a port for each probe, and takes no socket over")


@scenario()
def the_manager_is_told_when_debuggers_can_come_and_when_it_ends(_session):
    needs()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(120)
            service = Service(swdlink_command(["serve", "--listen", "0"], "stm32f031k6"), notify=path)
            try:
                expect_equal(b"READY=1", manager.recv(4096))
                port = int(service.wait_line(r"Listening on port (\d+)").group(1))
                socket.create_connection(("127.0.0.1", port), 60).close()
            finally:
                status = service.end()
            expect_equal(b"STOPPING=1", manager.recv(4096))
            expect_equal(0, status)


@scenario()
def a_server_that_cannot_serve_is_not_told_to_be_ready(_session):
    needs()
    with tempfile.TemporaryDirectory() as folder, listening(socket.AF_INET, ("127.0.0.1", 0)) as taken:
        path = os.path.join(folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            port = str(taken.getsockname()[1])
            service = Service(swdlink_command(["serve", "--listen", port], "stm32f031k6"), notify=path)
            expect_equal(1, service.process.wait(120))
            manager.setblocking(False)
            try:
                raise Failed(f"the manager was told {manager.recv(4096)}")
            except BlockingIOError:
                pass


@scenario()
def systemd_starts_it_for_the_first_debugger(_session):
    needs("systemd-socket-activate")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "board")
        service = Service(["systemd-socket-activate", "-l", path] + swdlink_command(["serve"], "stm32f031k6"))
        try:
            service.wait_line(r"Listening on .*board")
            debug_at(path)
        finally:
            service.end()


def installed_units(folder):
    subprocess.run(["make", "-s", "-C", os.environ["top_builddir"], "install-nodist_unitDATA", f"unitdir={folder}"], check=True,
                   env={k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"},
                   stdout=subprocess.DEVNULL)
    return sorted(os.listdir(folder))


@scenario()
def each_of_several_sockets_is_told_and_the_open_one_is_warned_of(_session):
    needs("systemd-socket-activate")
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        path = os.path.join(folder, "board")
        port = free.getsockname()[1]
        free.close()
        service = Service(["systemd-socket-activate", "-l", path, "-l", f"0.0.0.0:{port}"] +
                          swdlink_command(["serve", "--listen", "192.0.2.1:4242"], "stm32f031k6"))
        try:
            service.wait_line(r"Listening on .*board")
            debug_at(path)
            service.wait_line(rf"^Listening at {re.escape(path)}$")
            service.wait_line(rf"^Listening at 0\.0\.0\.0 port {port} \(whoever reaches it can debug\)$")
            service.wait_line(rf"^Listening on port {port}$")
            debug_at(f"127.0.0.1:{port}")
        finally:
            service.end()


@scenario()
def the_units_are_as_systemd_wants_them(_session):
    needs("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        units = installed_units(folder)
        expect_equal(["swdlink.service", "swdlink@.service", "swdlink@.socket"], units)
        for unit in units:
            path = os.path.join(folder, unit)
            text = open(path, encoding="utf-8").read()
            expect_not(r"@bindir@|@UDEV_GROUP@", text)
            # The program and its manual lie where they are installed, not here.
            text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text)
            text = re.sub(r"(?m)^Documentation=.*\n", "", text)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        for unit in units:
            instance = unit.replace("@.", "@066DFF48.")
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", os.path.join(folder, instance)], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                  env={**os.environ, "SYSTEMD_UNIT_PATH": folder + ":"})
            expect_equal("", "".join(line for line in done.stdout.splitlines(True) if "swdlink" in line))


@scenario()
def the_services_are_shut_in(_session):
    """What `systemd-analyze security` counts, 0 (safe) to 10; the manual names the figure."""
    needs("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        installed_units(folder)
        for unit in ("swdlink.service", "swdlink@.service"):
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager",
                                   os.path.join(folder, unit)], text=True, capture_output=True, check=False)
            if "offline" in done.stderr and "unrecognized" in done.stderr:
                raise Skipped("this systemd-analyze cannot look at a file")
            expect(r"Overall exposure level for \S+: [01]\.\d", done.stdout)


if sys.platform != "linux":
    print("1..0 # SKIP systemd is of Linux")
else:
    main()
