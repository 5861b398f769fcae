# SPDX-License-Identifier: MIT
"""What people bring along from elsewhere: a GDB that was built without XML, the views of IDEs, scripts that were
written for other servers."""

import os
import re
import socket
import subprocess
import tempfile
import threading

from harness import (FACTS, GDB, PATIENCE_S, SOURCE, Gdb, expect, expect_equal, expect_not, firmware, main, scenario,
                     swdlink_command)


class WithoutXml:
    """Stands between GDB and the server, and takes out of GDB's greeting what a GDB without expat does not say."""

    def __init__(self, port):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.server = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.server.settimeout(None)
        self.offers = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        gdb, _ = self.listening.accept()
        threading.Thread(target=self._relay, args=(self.server, gdb), daemon=True).start()
        self._relay(gdb, self.server)

    @staticmethod
    def _plain(found):
        body = re.sub(rb";?xmlRegisters=[^;#]*", b"", found.group(1))
        return b"$" + body + b"#%02x" % (sum(body) & 0xff)

    def _relay(self, source, sink):
        try:
            while data := source.recv(65536):
                if b"PacketSize=" in data:
                    self.offers = data
                sink.sendall(re.sub(rb"\$(qSupported[^#]*)#..", self._plain, data))
        except OSError:
            pass
        finally:
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


@scenario()
def a_gdb_without_xml_debugs(session):
    session.loaded("session.elf")
    session.gdbs.pop().quit()
    proxy = WithoutXml(session.server.port)
    gdb = Gdb(firmware("session.elf"))
    session.gdbs.append(gdb)
    said = gdb.cmd(f"target extended-remote 127.0.0.1:{proxy.port}")
    expect_not(r"Truncated|^error|XML", said)
    expect_equal(False, b"qXfer" in proxy.offers)
    said = gdb.cmds("monitor reset halt", "maintenance flush register-cache", "tbreak fibonacci", "continue")
    expect(r"fibonacci \(n=", said)
    said = gdb.cmd("info registers")
    expect_not(r"Truncated|^error", said)
    for name in ("r0", "r12", "sp", "lr", "pc"):
        expect(rf"^{name}\s+0x", said)
    expect(r"#1 .*in \w+ \(", gdb.cmd("backtrace"))
    expect(r"Run till exit", gdb.cmd("finish"))
    gdb.cmd("set $r12 = 0x1234")
    expect_equal(0x1234, gdb.value("$r12"))
    gdb.cmd("stepi")
    expect_equal(0x1234, gdb.value("$r12"))
    gdb.fails("load")
    session.server.wait_log(r"without XML support.*swdlink flash")


@scenario()
def a_view_of_registers_in_odd_portions_gets_them(session):
    gdb = session.gdb("session.elf")
    for address, length in ((0xe000ed00, 65), (0x40022000, 33), (0xe000ed01, 3), (0x40022001, 7), (FACTS.quiet_register + 2, 9)):
        token = gdb.token = gdb.token + 1
        gdb.process.stdin.write(f"{token}-data-read-memory-bytes {address:#x} {length}\n")
        gdb.process.stdin.flush()
        result = gdb.reader.wait(lambda lines: next((l for l in lines if l.startswith(f"{token}^")), None), "the bytes")
        expect(rf'contents="[0-9a-f]{{{2 * length}}}"', result)
    gdb.cmd("set var *(unsigned char *) 0xe000ed23 = 0xc0")
    expect(r"0xc0", gdb.cmd("output/x *(unsigned *) 0xe000ed20 >> 24"))


# GDB scripts as people have them for other servers. Between a load and the first continue each resets, so that what
# is tried here is the words alone.
OPENOCD_HOOKS = """
define hook-step
  monitor cortex_m maskisr on
end
define hookpost-step
  monitor cortex_m maskisr off
end
monitor gdb_breakpoint_override hard
monitor arm semihosting enable
monitor reset halt
load
monitor reset halt
tbreak fibonacci
continue
step
step
"""
OPENOCD_FLASH = """
monitor adapter speed 1800
monitor reset halt
monitor stm32f0x mass_erase 0
monitor flash protect 0 0 last off
monitor flash write_image erase unlock ELF
monitor flash banks
monitor mdw 0x08000000 4
monitor reset init
monitor sleep 10
monitor poll
tbreak fibonacci
continue
"""
OPENOCD_PROGRAM = """
monitor program ELF verify reset
maintenance flush register-cache
tbreak fibonacci
continue
"""
JLINK = """
monitor device STM32F031K6
monitor interface SWD
monitor endian little
monitor speed 1000
monitor clrbp
monitor reset 0
monitor halt
monitor regs
monitor flash device = STM32F031K6
monitor flash download = 1
monitor flash breakpoints = 1
monitor semihosting enable
monitor semihosting IOClient 3
monitor SWO DisableTarget 0xFFFFFFFF
load
monitor clrbp
monitor reset
monitor reg r13 = (0x08000000)
monitor reg pc = (0x08000004)
monitor speed auto
maintenance flush register-cache
tbreak fibonacci
continue
"""
CPPTOOLS = """
monitor endian little
monitor reset
monitor halt
monitor arm semihosting enable
load
monitor reset
monitor halt
tbreak fibonacci
continue
"""
BLACK_MAGIC = """
monitor version
monitor tpwr enable
monitor swd
attach 1
set mem inaccessible-by-default off
monitor vector_catch disable hard
monitor erase
load
kill
monitor s
start
"""
PYOCD = """
monitor status
monitor init
monitor set vector-catch h
monitor erase
load
monitor reset halt
monitor reg pc
monitor rw 0x08000000 8
tbreak fibonacci
continue
"""
ST_SERVER = """
monitor flash mass_erase
load
monitor reset hardware
monitor halt
maintenance flush register-cache
tbreak fibonacci
continue
"""
PLATFORMIO_JLINK = """
define pio_reset_run_target
  monitor clrbp
  monitor reset
  monitor go
end
monitor clrbp
monitor speed auto
monitor reset
monitor halt
load
pio_reset_run_target
monitor sleep 1
monitor halt
monitor reset
tbreak fibonacci
continue
"""


def runs_through(session, script):
    elf = firmware("session.elf")
    server = " ".join(swdlink_command(["serve", "--stdio", "-q"], "stm32f031k6"))
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
        file.write("set confirm off\nset pagination off\ntbreak main\ndelete\n"
                   f"target extended-remote | {server}\n" + script.replace("ELF", elf) +
                   "\ninfo registers pc\n")
        file.flush()
        done = subprocess.run([GDB, "-nx", "-q", "-batch", "-ex", f"directory {SOURCE}", "-x", file.name, elf],
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    said = done.stdout + done.stderr
    expect_not(r"Error in sourced|Protocol error|not supported", said)
    expect(r"^pc +0x80", said)
    return said


@scenario()
def scripts_for_openocd_run_through(session):
    for script in (OPENOCD_HOOKS, OPENOCD_FLASH, OPENOCD_PROGRAM):
        expect(r"fibonacci \(n=", runs_through(session, script))


@scenario()
def scripts_for_j_link_run_through(session):
    for script in (JLINK, PLATFORMIO_JLINK):
        expect(r"fibonacci \(n=", runs_through(session, script))


@scenario()
def scripts_for_black_magic_pyocd_st_and_cpptools_run_through(session):
    runs_through(session, BLACK_MAGIC)
    for script in (PYOCD, ST_SERVER, CPPTOOLS):
        expect(r"fibonacci \(n=", runs_through(session, script))


@scenario()
def contribs_gdbinit_and_start_do_what_the_guide_says(session):
    with open(os.path.join(SOURCE, "contrib", "ide", "gdb", "gdbinit"), encoding="utf-8") as file:
        lines = file.read().replace("localhost:4242", f"127.0.0.1:{session.server.port}")
    gdb = session.gdb("session.elf", connect=None)
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
        file.write(lines)
        file.flush()
        expect_not(r"^error", gdb.cmd(f"source {file.name}"))
    # No flush: what GDB shows is true at once.
    expect(r"Reset_Handler|reset_handler", gdb.cmd("flash") + gdb.cmd("info symbol $pc"))
    entry = gdb.value("*(unsigned *) 0x08000004 & ~1")
    expect_equal(entry, gdb.value("(unsigned) $pc"))
    expect(r"main \(\)", gdb.cmd("start"))
    gdb.cmds("tbreak fibonacci", "continue")
    expect(r"main \(\)", gdb.cmd("start"))


@scenario()
def a_makefiles_debug_target_needs_no_server(session):
    server = " ".join(swdlink_command(["serve", "--stdio", "-q"], "stm32f031k6"))
    done = subprocess.run([GDB, "-nx", "-q", "-batch", firmware("session.elf"), "-ex", f"directory {SOURCE}",
                           "-ex", f"target extended-remote | {server}", "-ex", "load", "-ex", "start"],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    expect(r"Temporary breakpoint 1, main \(\)", done.stdout)


@scenario()
def the_clock_is_changed_while_gdb_is_connected(session):
    gdb = session.loaded("session.elf")
    expect(r"SWCLK is 950 kHz", gdb.cmd("monitor speed 1000"))
    expect(r"SWCLK is 4000 kHz", gdb.cmd("monitor adapter speed 4000"))
    expect(r"SWCLK is 1800 kHz", gdb.cmd("monitor frequency 1800k"))
    expect(r"1800 kHz", gdb.cmd("monitor info"))
    expect(r"compute", gdb.cmds("tbreak compute", "continue"))


@scenario()
def shutdown_ends_the_server_when_the_debugger_leaves(session):
    gdb = session.gdb("session.elf")
    expect(r"ends when this debugger leaves", gdb.cmd("monitor shutdown"))
    expect_equal(None, session.server.process.poll())
    gdb.quit()
    expect_equal(0, session.server.process.wait(PATIENCE_S))


main()
