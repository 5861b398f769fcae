#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""OpenOCD 0.12 as a server on the virtual board: RTT, semihosting, and clients of three kinds at a time."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
from harness import BUILD, PATIENCE_S, Failed, Gdb, Reader, expect, expect_equal, expect_not, firmware  # noqa: E402
import tap  # noqa: E402

BULK = b"".join(b"line xxxxxx%04x\n" % n for n in range(1024))
END_OF_COMMAND = b"\x1a"
INTERFACES = ("stlink.cfg", "stlink-dap.cfg")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def read_bytes(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(65536)
        if not more:
            raise Failed(f"closed after {len(data)} of {count} bytes: {data[-80:]!r}")
        data += more
    return data


class OpenOcd:
    """OpenOCD with the virtual ST-LINK plugged in, serving until it is told to end."""

    def __init__(self, interface, elf, *commands):
        self.folder = tempfile.TemporaryDirectory()
        self.account_file = os.path.join(self.folder.name, "account")
        self.ports = {kind: free_port() for kind in ("tcl", "telnet", "gdb", "rtt")}
        arguments = [f"{kind}_port {self.ports[kind]}" for kind in ("tcl", "telnet", "gdb")]
        arguments += ["init", *commands, "echo {it serves}"]
        environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0")
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "swdlink-sim"), f"stm32f031k6,firmware={firmware(elf)}", "--account",
             self.account_file, "--", "openocd", "-f", f"interface/{interface}", "-f", "target/stm32f0x.cfg",
             *[word for argument in arguments for word in ("-c", argument)]],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env=environment, cwd=self.folder.name)
        self.said = Reader(self.process.stdout)
        self.sockets = []
        self.wait("it serves")
        for kind in "tcl", "telnet":
            self.wait(f"Listening on port {self.ports[kind]} for {kind}")
        self.tcl = self.connect("tcl")

    def wait(self, pattern):
        self.said.wait(lambda lines: any(re.search(pattern, line) for line in lines), f"/{pattern}/")

    def everything(self):
        return "\n".join(self.said.lines)

    def connect(self, kind):
        connection = socket.create_connection(("127.0.0.1", self.ports[kind]), PATIENCE_S)
        self.sockets.append(connection)
        return connection

    def ask(self, command, connection=None):
        """A command over the TCL port; gives its result."""
        connection = connection or self.tcl
        connection.sendall(command.encode() + END_OF_COMMAND)
        answer = b""
        while not answer.endswith(END_OF_COMMAND):
            more = connection.recv(65536)
            if not more:
                raise Failed(f"{command}: the connection was closed")
            answer += more
        return answer[:-1].decode()

    def end(self):
        """Shuts it down; there may be no violation."""
        self.tcl.sendall(b"shutdown" + END_OF_COMMAND)
        expect_equal(0, self.process.wait(PATIENCE_S))
        expect_equal([], self.account()["violations"])

    def account(self):
        with open(self.account_file, encoding="utf-8") as file:
            return json.load(file)

    def close(self):
        for connection in self.sockets:
            connection.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def rtt_echoes_and_sends_in_bulk(interface):
    server = OpenOcd(interface, "rtt.elf", "reset run")
    try:
        server.ask('rtt setup 0x20000000 0x1000 "SEGGER RTT"')
        # The program puts its control block there when it has started.
        deadline = time.monotonic() + PATIENCE_S
        while "Terminal" not in server.ask("catch {rtt channels} said; set said"):
            if time.monotonic() > deadline:
                raise Failed("no control block:\n" + server.everything())
            server.ask("catch {rtt stop}; catch {rtt start}")
        server.ask(f"rtt server start {server.ports['rtt']} 0")
        rtt = server.connect("rtt")
        rtt.sendall(b"hello\n")
        expect_equal(b"HELLO\n", read_bytes(rtt, 6))
        rtt.sendall(b"bulk\n")
        expect_equal(BULK, read_bytes(rtt, len(BULK)))
        rtt.sendall(b"ab\n" * 4)  # what does not fit the channel of 16 bytes OpenOCD drops
        expect_equal(b"AB\n" * 4, read_bytes(rtt, 12))
        server.end()
    finally:
        server.close()


def semihosting_serves_a_newlib_program_with_arguments(interface):
    server = OpenOcd(interface, "newlib.elf", "reset halt", "arm semihosting enable",
                     "arm semihosting_cmdline prog one two", "resume")
    try:
        # OpenOCD ends when the program does. It offers no extensions to newlib, whose SYS_EXIT then only says "the
        # application exited": 0.
        expect_equal(0, server.process.wait(PATIENCE_S))
        server.wait("to the error stream")
        said = server.everything()
        expect(r"^started with 3 arguments: prog one two$", said)
        expect(r"^read: line$\n^read: second line$", said)
        expect(r"^copy: 0$\n^time is set: 1$", said)
        expect_equal([], server.account()["violations"])
    finally:
        server.close()


def clients_of_three_kinds_work_at_a_time(interface):
    server = OpenOcd(interface, "session.elf", "reset run")
    gdb = None
    try:
        others = [server.connect("tcl") for _ in range(3)]
        telnet = server.connect("telnet")
        telnet.settimeout(PATIENCE_S)
        gdb = Gdb(firmware("session.elf"))
        expect_not("^error", gdb.cmd(f"target extended-remote 127.0.0.1:{server.ports['gdb']}"))
        gdb.cmd("monitor reset halt")
        gdb.cmds("maintenance flush register-cache", "hbreak compute")
        expect(r"compute \(a=1, ", gdb.cmd("continue"))
        address = gdb.value("(int)&rounds")
        for number, client in enumerate(others):
            expect_equal("0x1", server.ask(f"read_memory {address:#x} 32 1", client))
            server.ask(f"mww {0x20000f00 + 4 * number:#x} {0x1000 + number}", client)
        telnet.sendall(b"mdw 0x20000f00 3\n")
        answer = b""
        while b"0x20000f00: 00001000 00001001 00001002" not in answer:
            more = telnet.recv(65536)
            if not more:
                raise Failed(f"telnet was closed: {answer!r}")
            answer += more
        expect_equal(0x1001, gdb.value("*(int *)0x20000f04"))
        expect(r"compute \(a=2, ", gdb.cmd("continue"))
        expect_equal("0x2", server.ask(f"read_memory {address:#x} 32 1"))
        gdb.cmd("delete")
        gdb.cmd("detach")
        server.end()
    finally:
        if gdb:
            gdb.quit()
        server.close()


def why_not():
    if not shutil.which("openocd"):
        return "openocd is not installed"
    done = subprocess.run([os.path.join(BUILD, "swdlink-sim"), "--", "true"], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    return "umockdev is not installed" if "package umockdev" in done.stderr else None


def at(interface, function):
    def run():
        if not os.path.exists(firmware("newlib.elf")) and "newlib" in function.__name__:
            raise tap.Skipped("newlib for ARM is not installed")
        function(interface)
    return run, f"{interface}: {tap.sentence(function)}"


FUNCTIONS = (rtt_echoes_and_sends_in_bulk, semihosting_serves_a_newlib_program_with_arguments,
             clients_of_three_kinds_work_at_a_time)
tap.main([at(i, f) for i in INTERFACES for f in FUNCTIONS], lambda f: f(), why_not())
