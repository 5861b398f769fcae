# SPDX-License-Identifier: MIT
"""Debuggers that come, go, break off and misbehave; the server serves the next one."""

import random
import re

from harness import expect, expect_equal, expect_not, main, scenario


def packet(text):
    body = text if isinstance(text, bytes) else text.encode()
    return b"$" + body + b"#%02x" % (sum(body) & 0xff)


def unpacked(data):
    """With runs of characters written out, as GDB reads a reply."""
    return re.sub(rb"(.)\*(.)", lambda m: m[1] * (m[2][0] - 28), data, flags=re.DOTALL)


def usable(session):
    """The server serves a real debugger."""
    gdb = session.loaded("session.elf")
    expect(r"main \(\)", gdb.cmds("tbreak main", "continue"))
    gdb.quit()


def answer(connection, wanted=b"#"):
    """Reads until a whole reply packet has come."""
    data = b""
    while True:
        at = data.find(b"#", data.find(b"$") + 1 if b"$" in data else 0)
        if b"$" in data and at >= 0 and len(data) >= at + 3:
            return data
        more = connection.recv(4096)
        if not more:
            return data
        data += more


@scenario()
def detach_leaves_the_program_running(session):
    gdb = session.loaded("session.elf")
    gdb.cmds("break compute", "continue")
    expect(r"[Dd]etach", gdb.cmd("detach"))
    again = session.gdb("session.elf")
    first = again.value("rounds")
    expect_equal(True, first > 1)
    again.run_away()
    again.interrupt()
    expect_equal(True, again.value("rounds") > first)


@scenario()
def disconnect_and_reconnect_keeps_the_place(session):
    gdb = session.loaded("session.elf")
    gdb.cmds("tbreak compute", "continue")
    place = gdb.value("$pc")
    gdb.cmd("disconnect")
    expect_not(r"^error", gdb.cmd(f"target remote 127.0.0.1:{session.server.port}"))
    expect_equal(place, gdb.value("$pc"))


@scenario()
def kill_ends_the_session_and_not_the_server(session):
    gdb = session.loaded("session.elf")
    gdb.cmd("kill")
    usable(session)


@scenario()
def run_restarts_the_program_under_extended_remote(session):
    gdb = session.loaded("session.elf", connect="target extended-remote")
    gdb.cmds("break compute", "continue", "continue", "continue")
    expect_equal(3, gdb.value("rounds"))
    expect(r"compute \(a=1, b=.*2\)", gdb.cmd("run"))
    expect_equal(1, gdb.value("rounds"))


@scenario()
def kill_and_run_work_again_and_again_under_extended_remote(session):
    gdb = session.loaded("session.elf", connect="target extended-remote")
    gdb.cmd("break compute")
    for _ in range(3):
        expect(r"compute \(a=1, b=.*2\)", gdb.cmd("run"))
        gdb.cmd("kill")
    expect(r"compute \(a=1, b=.*2\)", gdb.cmd("run"))


@scenario()
def two_debuggers_one_after_the_other(session):
    first = session.loaded("session.elf")
    first.cmds("break compute", "continue")
    first.quit()
    second = session.gdb("session.elf")
    second.cmd("monitor reset halt")
    second.cmd("maintenance flush register-cache")
    expect(r"touch \(\)", second.cmds("tbreak touch", "continue"))


@scenario()
def a_debugger_that_is_killed_leaves_no_breakpoint_behind(session):
    first = session.loaded("session.elf")
    first.cmds("break compute", "break in_ram", "watch written")
    first.run_away()
    first.kill()
    session.server.wait_log("(?i)left|vanished|closed|gone")
    second = session.gdb("session.elf")
    code = second.cmd("x/xh in_ram")
    expect_not(r"0xbe", code)
    second.run_away()
    expect(r"SIGINT", second.interrupt())


@scenario()
def a_wrong_checksum_is_refused_and_the_right_one_taken(session):
    connection = session.raw()
    connection.sendall(b"$?#00")
    expect_equal(b"-", connection.recv(1))
    connection.sendall(packet("?"))
    expect(r"^\+\$T[0-9a-f]{2}", answer(connection).decode())
    connection.close()
    usable(session)


@scenario()
def garbage_is_named_in_the_log_and_harms_nothing(session):
    seeded = random.Random(7)
    connection = session.raw()
    connection.sendall(bytes(seeded.randrange(256) for _ in range(5000)).replace(b"$", b"x"))
    connection.close()
    connection = session.raw()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    connection.close()
    connection = session.raw()
    connection.sendall(b"$m20000000,4#")  # half a packet
    connection.close()
    session.server.wait_log(r"is no debugger: it begins with '[^G]")
    session.server.wait_log(r"is no debugger: it begins with 'GET / HTTP")
    session.server.wait_log(r"the connection ended in the middle of a packet \(11 bytes")
    usable(session)


@scenario()
def huge_lengths_and_wrong_numbers_get_errors(session):
    connection = session.raw()
    connection.sendall(packet("QStartNoAckMode"))
    answer(connection)
    connection.sendall(b"+")
    # What can be read of it is the answer: the 4 KiB of SRAM at most.
    connection.sendall(packet("m20000000,ffffffff"))
    expect(r"^\$(E[^#]*|[0-9a-f]{2,8192})#..$", unpacked(answer(connection)).decode())
    for bad in ("m20000000,", "mxyz", "m123456789,4", "M20000000,4:00",
                "M20000000,ffffffff:00", "X20000000,10:abc", "Z0,zz,2", "Z9,0,0", "vFlashErase:0,ffffffff",
                "vFlashErase:08000001,400", "vFlashWrite:08000000", "vFlashWrite:ffffffff:abcd", "P1", "Pff=0",
                "pffff", "qXfer:features:read:target.xml:ffffffff,10", "qXfer:memory-map:read::0,",
                "qCRC:0,ffffffff", "qSearch:memory:0;ffffffff;a", "vCont;", "vCont;x", "vCont;r1", "g1", "G00",
                "qRcmd,1", "qRcmd,zz", "H", "Hg", "T", "z1", "c123456789", "Z2,20000000,ffffffff"):
        connection.sendall(packet(bad))
        said = answer(connection)
        if not (b"$E" in said or b"$#00" in said or b"$O" in said or b"$l" in said or b"$m" in said):
            expect_equal(f"an error for {bad}", said)
    connection.close()
    usable(session)


@scenario()
def a_packet_that_is_longer_than_promised_is_dropped(session):
    connection = session.raw()
    connection.sendall(b"$X20000000,40000:" + b"a" * 300000)
    connection.close()
    usable(session)


@scenario()
def one_byte_at_a_time_is_as_good_as_all_at_once(session):
    connection = session.raw()
    for byte in packet("qSupported:swbreak+") + b"+" + packet("m20000000,4") + b"+":
        connection.sendall(bytes([byte]))
    said = answer(connection)
    expect(r"PacketSize=", said.decode("latin-1"))
    connection.close()
    usable(session)


@scenario()
def a_second_debugger_does_not_disturb_the_first(session):
    first = session.loaded("session.elf")
    first.cmds("tbreak compute", "continue")
    place = first.value("$pc")
    connection = session.raw()
    connection.sendall(packet("?"))
    expect(r"[TS]\d\d", answer(connection).decode("latin-1"))
    connection.close()
    expect_equal(place, first.value("$pc"))
    expect(r"touch \(\)", first.cmds("tbreak touch", "continue"))


@scenario()
def the_server_listens_on_loopback_only(session):
    import subprocess
    said = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True).stdout
    port = f"{session.server.port:04X}"
    listening = [line.split()[1] for line in said.splitlines()[1:] if line.split()[3] == "0A"]
    mine = [address for address in listening if address.endswith(":" + port)]
    expect_equal([f"0100007F:{port}"], mine)


main()
