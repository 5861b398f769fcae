# SPDX-License-Identifier: MIT
"""RTT on a TCP port of the server, with and without debuggers beside it."""

import re
import socket

from harness import PATIENCE_S, Session, expect, expect_equal, expect_not, main, scenario

RTT = ["--rtt", "0"]
BULK = b"".join(b"line xxxxxx%04x\n" % n for n in range(1024))


def rtt_socket(session, channel=0):
    found = session.server.wait_log(rf"RTT channel {channel} on port (\d+)")
    connection = socket.create_connection(("127.0.0.1", int(found.group(1))), timeout=PATIENCE_S)
    session.sockets.append(connection)
    return connection


def read_bytes(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(65536)
        if not more:
            break
        data += more
    return data


def started(session):
    """The program runs, and nobody debugs it."""
    gdb = session.loaded("rtt.elf")
    gdb.cmd("detach")
    gdb.quit()
    session.server.wait_log("has left")


def echo(connection, text):
    connection.sendall(text)
    return read_bytes(connection, len(text))


@scenario(arguments=RTT)
def a_line_goes_down_and_comes_up_without_any_debugger(session):
    started(session)
    connection = rtt_socket(session)
    expect_equal(b"HELLO\n", echo(connection, b"hello\n"))
    # Longer than the down channel: nothing is lost.
    expect_equal(b"AB\n" * 40, echo(connection, b"ab\n" * 40))


@scenario(arguments=RTT)
def it_works_while_gdb_runs_the_program_and_halts_nothing(session):
    gdb = session.loaded("rtt.elf")
    gdb.run_away()
    connection = rtt_socket(session)
    for _ in range(5):
        expect_equal(b"PING\n", echo(connection, b"ping\n"))
    expect_equal(0, gdb._stop_count(gdb.reader.lines[gdb.taken:]))
    expect(r"SIGINT", gdb.interrupt())
    gdb.run_away()
    expect_equal(b"AGAIN\n", echo(connection, b"again\n"))
    gdb.interrupt()


@scenario(arguments=RTT)
def a_reader_that_was_there_first_gets_what_the_program_prints_later(session):
    connection = rtt_socket(session)
    connection.sendall(b"early\n")
    started(session)
    expect_equal(b"EARLY\n", read_bytes(connection, 6))


@scenario(arguments=RTT)
def the_next_reader_is_served_and_a_second_one_turned_away(session):
    started(session)
    first = rtt_socket(session)
    expect_equal(b"ONE\n", echo(first, b"one\n"))
    second = rtt_socket(session)
    expect_equal(b"", second.recv(10))
    session.server.wait_log("turned away")
    first.close()
    third = None
    for _ in range(50):
        third = rtt_socket(session)
        third.sendall(b"three\n")
        data = b""
        try:
            data = read_bytes(third, 6)
        except ConnectionError:
            pass
        if data:
            break
    expect_equal(b"THREE\n", data)


@scenario()
def monitor_rtt_sets_it_up_in_the_words_of_openocd(session):
    gdb = session.loaded("rtt.elf")
    gdb.run_away()
    gdb.interrupt()
    said = gdb.cmds("monitor rtt setup 0x20000000 0x1000 \"SEGGER RTT\"", "monitor rtt channels")
    expect(r"Control block at 0x2000", said)
    expect(r"up 0: Terminal, 1024 bytes", said)
    expect(r"down 0: Terminal, 16 bytes", said)
    expect_not(r"^error", gdb.cmds("monitor rtt polling_interval 10", "monitor rtt server start 0 0",
                                   "monitor rtt start"))
    connection = rtt_socket(session)
    gdb.run_away()
    expect_equal(b"WORDS\n", echo(connection, b"words\n"))
    gdb.interrupt()
    expect(r"knows setup, start", gdb.fails("monitor rtt setpu"))


def cost_of(rounds):
    session = Session(arguments=RTT)
    try:
        started(session)
        connection = rtt_socket(session)
        for _ in range(rounds):
            connection.sendall(b"bulk\n")
            expect_equal(True, read_bytes(connection, len(BULK)) == BULK)
        return session.close()
    except BaseException:
        session.abandon()
        raise


@scenario()
def sixteen_kib_come_whole_and_cost_few_usb_commands(_session):
    one, three = cost_of(1), cost_of(3)
    kib = 2 * len(BULK) / 1024
    commands = (three["usb_commands"] - one["usb_commands"]) / kib
    seconds = (three["virtual_ns"] - one["virtual_ns"]) / 1e9
    print(f"# {commands:.1f} USB commands per KiB, {kib / seconds:.1f} KiB in a virtual second", flush=True)
    expect_equal(True, commands < 60)


main()
