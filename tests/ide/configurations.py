# SPDX-License-Identifier: MIT
"""The launch configurations of contrib/ide for CLion and Eclipse: their files are read, and GDB does what these IDEs
make of them. The IDEs themselves are not run here.

What they make of them was read in Eclipse CDT's GDBJtagDSFFinalLaunchSequence (the order of its steps) and
DefaultGDBJtagDeviceImpl (the commands of its generic device), and in CLion's help on "Embedded GDB Server": it starts
the server, waits, connects, loads, and sends the reset command.
"""

import os
import re
import shlex
import signal
import subprocess
import xml.etree.ElementTree as ElementTree

import tap
from mi import Mi

from harness import BUILD, LOOPBACK, PATIENCE_S, SOURCE, Reader, expect, expect_equal, firmware

SCENARIOS = []
CDT = "org.eclipse.cdt.debug.gdbjtag.core."


def scenario(function):
    SCENARIOS.append((function, tap.sentence(function)))
    return function


class Desk:
    def __init__(self):
        self.server = self.gdb = None

    def serve(self, arguments):
        self.server = subprocess.Popen([os.path.join(BUILD, "swdlink"), *arguments, "--probe", "virtual:stm32f031k6"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                       text=True, errors="replace")
        self.log = Reader(self.server.stderr)
        self.port = int(self.log.wait(lambda lines: re.search(r"Listening at \*:(\d+)", "\n".join(lines)),
                                      "the port").group(1))

    def start_gdb(self):
        self.gdb = Mi(firmware("session.elf"))
        return self.gdb

    def at(self, address):
        """The address of the file, with the port that this test has."""
        expect(r"localhost:4242$", address)
        return f"{LOOPBACK}:{self.port}"

    def stopped_in(self, function):
        self.gdb.stops = len([l for l in self.gdb.said().splitlines() if l.startswith("*stopped")]) - 1
        return expect(rf'func="{function}"', self.gdb.stop())

    def close(self):
        self.gdb.quit()
        self.server.send_signal(signal.SIGTERM)
        expect_equal(0, self.server.wait(PATIENCE_S))

    def abandon(self):
        if self.gdb:
            print("\n".join("# gdb: " + line for line in self.gdb.reader.lines[-25:]))
            self.gdb.kill()
        if self.server and self.server.poll() is None:
            self.server.kill()
            self.server.wait()


def eclipse_attributes():
    root = ElementTree.parse(os.path.join(SOURCE, "contrib/ide/eclipse/swdlink.launch")).getroot()
    expect_equal("org.eclipse.cdt.debug.gdbjtag.launchConfigurationType", root.get("type"))
    return {e.get("key"): e.get("value") for e in root if e.get("value") is not None}


def eclipse_steps(a, desk):
    """The commands of CDT's steps, in their order."""
    def on(name):
        return a[CDT + name] == "true"
    def lines(name):
        return [line for line in a[CDT + name].splitlines() if line]
    elf = firmware("session.elf")
    if on("loadSymbols"):
        yield f'file-symbol-file "{elf}"'
    if on("useRemoteTarget"):
        yield f'target-select remote {desk.at(a[CDT + "connection"])}'
    if on("doReset"):
        yield desk.gdb.console("monitor reset run")
        yield desk.gdb.console(f'monitor delay {int(a[CDT + "delay"]) * 1000}')
    if on("doHalt"):
        yield desk.gdb.console("monitor halt")
    yield from map(desk.gdb.console, lines("initCommands"))
    if on("loadImage"):
        yield desk.gdb.console(f"load {elf}")
    if on("setStopAt"):
        yield f'break-insert -t {a[CDT + "stopAt"]}'
    yield from map(desk.gdb.console, lines("runCommands"))
    if on("setResume"):
        yield "exec-continue"


@scenario
def eclipse_launches_and_stops_at_main(desk):
    attributes = eclipse_attributes()
    desk.serve(["serve", "--listen", "0"])
    gdb = desk.start_gdb()
    for step in list(eclipse_steps(attributes, desk)):
        gdb.do(step)
    desk.gdb.reader.wait(lambda lines: any("breakpoint-hit" in l for l in lines), "the stop at main")
    desk.stopped_in("main")
    gdb.do("break-insert compute")
    expect(r'func="compute"', gdb.run("exec-continue"))


def clion_server():
    root = ElementTree.parse(os.path.join(SOURCE, "contrib/ide/clion/swdlink.run.xml")).getroot()
    configuration = root.find("configuration")
    expect_equal("com.jetbrains.cidr.embedded.customgdbserver.type", configuration.get("type"))
    return configuration, configuration.find("custom-gdb-server")


@scenario
def clion_starts_the_server_and_debugs(desk):
    configuration, server = clion_server()
    expect_equal("swdlink", server.get("executable"))
    arguments = shlex.split(configuration.get("PROGRAM_PARAMS"))
    expect_equal(["serve", "--listen", "4242"], arguments)
    desk.serve(arguments[:-1] + ["0"])
    gdb = desk.start_gdb()
    gdb.do(f'file-exec-and-symbols "{firmware("session.elf")}"')
    gdb.do(gdb.console(f'target remote {desk.at(server.get("gdb-connect"))}'))
    if server.get("download-type") == "ALWAYS":
        gdb.do("target-download")
    if server.get("reset-after-download") == "true":
        gdb.do(gdb.console(server.get("reset-cmd")))
    gdb.stops = len([l for l in gdb.said().splitlines() if l.startswith("*stopped")])
    gdb.do("break-insert compute")
    expect(r'func="compute"', gdb.run("exec-continue"))
    gdb.do("break-delete")
    gdb.do("exec-next")
    gdb.stop()


def run_one(function):
    desk = Desk()
    try:
        function(desk)
        desk.close()
    except BaseException:
        desk.abandon()
        raise


tap.main(SCENARIOS, run_one)
