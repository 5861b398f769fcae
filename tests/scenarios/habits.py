# SPDX-License-Identifier: MIT
"""What people bring along from elsewhere: a GDB that was built without XML, the views of IDEs, scripts that were
written for other servers."""

import re
import socket
import threading

from harness import PATIENCE_S, Gdb, expect, expect_equal, expect_not, firmware, main, scenario


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
    for address, length in ((0xe000ed00, 65), (0x40022000, 33), (0xe000ed01, 3), (0x40022001, 7), (0x48000002, 9)):
        token = gdb.token = gdb.token + 1
        gdb.process.stdin.write(f"{token}-data-read-memory-bytes {address:#x} {length}\n")
        gdb.process.stdin.flush()
        result = gdb.reader.wait(lambda lines: next((l for l in lines if l.startswith(f"{token}^")), None), "the bytes")
        expect(rf'contents="[0-9a-f]{{{2 * length}}}"', result)
    gdb.cmd("set var *(unsigned char *) 0xe000ed23 = 0xc0")
    expect(r"0xc0", gdb.cmd("output/x *(unsigned *) 0xe000ed20 >> 24"))


main()
