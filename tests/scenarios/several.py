# SPDX-License-Identifier: MIT
"""Several debuggers on one target: the first controls it, the others look on, and all of them hear the truth."""

import re
import time

from harness import PATIENCE_S, Gdb, expect, expect_equal, expect_not, firmware, main, scenario

LOOKS = 40


def onlooker(session, elf="session.elf"):
    """A second GDB, as Cortex-Debug's live watch starts it."""
    gdb = Gdb(firmware(elf))
    session.gdbs.append(gdb)
    gdb.cmds("set remote interrupt-on-connect off", "set non-stop off")
    gdb.hello = gdb.cmd(f"target remote 127.0.0.1:{session.server.port}")
    expect_not("^error: ", gdb.hello)
    return gdb


def packet(text):
    body = text.encode()
    return b"$" + body + b"#%02x" % (sum(body) & 0xff)


def ask(connection, text):
    """The reply to one packet, O packets left out."""
    connection.sendall(packet(text))
    data = b""
    while True:
        found = re.search(rb"\$(?!O[0-9a-f]{2})([^#]*)#..", data)
        if found:
            connection.sendall(b"+")
            return found.group(1).decode("latin-1")
        more = connection.recv(4096)
        if not more:
            return data.decode("latin-1")
        data += more


def address_of(gdb, name):
    return gdb.value(f"(unsigned long)&{name}")


@scenario()
def a_second_gdb_reads_a_running_program_and_does_not_halt_it(session):
    first = session.loaded("session.elf")
    first.cmds("tbreak compute", "continue")
    where = address_of(first, "rounds")
    first.run_away()
    watch = onlooker(session)
    raw = session.raw()
    seen = [ask(raw, f"m{where:x},4") for _ in range(LOOKS)]
    expect_equal([], [s for s in seen if not re.fullmatch(r"(?:[0-9a-f](?:\*.)?)+", s)])
    # What a person asks of the second GDB, while the first one's program runs.
    expect(r"= \{x = \d+, y = -?\d+\}", watch.cmd("print origin"))
    expect_not(r"^error", watch.cmd("print/x table"))
    deadline = time.monotonic() + PATIENCE_S
    while ask(raw, f"m{where:x},4") == seen[0]:
        expect_equal(True, time.monotonic() < deadline)  # the program counts its rounds
    # Nobody stopped the program: the first still waits, and it is its own Ctrl-C that ends that.
    expect_equal(0, first._stop_count(first.reader.lines[first.taken:]))
    expect(r"SIGINT", first.interrupt())
    watch.quit()
    expect(r"compute", first.cmds("tbreak compute", "continue"))


@scenario()
def a_second_gdb_that_wants_to_move_the_core_is_told_who_controls_it(session):
    first = session.loaded("session.elf")
    first.cmds("tbreak compute", "continue")
    place = first.value("$pc")
    second = onlooker(session)
    for move in ("stepi", "next", "continue"):
        expect(r"controls the target(.*\n)*.*SIGINT", second.cmd(move))
        expect_equal(place, second.value("$pc"))
    expect(r"compute|main", first.cmds("next", "frame"))


@scenario()
def the_second_moves_nothing_while_the_first_is_there(session):
    first = session.loaded("session.elf")
    first.cmds("tbreak compute", "continue")
    place = first.value("$pc")
    raw = session.raw()
    for move in ("vCont;s", "vCont;c", "c"):
        expect(rf"{re.escape(move)} T02.*thread:1", move + " " + ask(raw, move))  # GDB repeats for ever what is answered with an error
    for move in ("s", "Z0,8000100,2", "Z1,8000100,2", "vKill;1", "vRun;", "vFlashErase:08000000,400",
                 "vFlashDone"):
        expect(r"^E", ask(raw, move))
    for word in ("reset", "reset halt", "halt", "resume", "vector_catch none"):
        expect(r"^E", ask(raw, "qRcmd," + word.encode().hex()))
    expect(r"^OK", ask(raw, "qRcmd," + b"version".hex()))
    expect_equal(place, first.value("$pc"))
    expect(r"touch \(\)", first.cmds("tbreak touch", "continue"))


@scenario()
def the_second_writes_memory_that_the_first_reads(session):
    first = session.loaded("session.elf")
    first.cmds("tbreak compute", "continue")
    where = address_of(first, "consumed")
    raw = session.raw()
    expect_equal("OK", ask(raw, f"M{where:x},4:78563412"))
    expect_equal(0x12345678, first.value("consumed"))


@scenario()
def a_stop_of_the_first_is_told_to_the_second_that_waits(session):
    first = session.loaded("session.elf")
    first.cmds("tbreak compute", "continue", "break touch")
    first.run_away()
    # Deliberately before the stop or after it: either way the truth is told.
    raw = session.raw()
    said = ask(raw, "vCont;c")
    expect(r"^T0[25]", said)  # the breakpoint, or, when it was there already, a refusal
    first.wait_stop()
    expect(r"^T", ask(raw, "?"))


@scenario()
def control_goes_on_to_the_second_when_the_first_leaves(session):
    first = session.loaded("session.elf")
    first.cmds("tbreak compute", "continue")
    second = session.raw()
    expect(r"^T02", ask(second, "vCont;s"))
    first.cmd("detach")
    first.quit()
    session.server.wait_log("has left")
    session.gdb("session.elf").cmds("tbreak touch", "continue")


def account_of(looks):
    """USB commands of a session in which somebody else reads a variable so many times."""
    from harness import Session
    session = Session()
    try:
        first = session.loaded("session.elf")
        first.cmds("tbreak compute", "continue")
        where = address_of(first, "rounds")
        raw = session.raw()
        for _ in range(looks):
            ask(raw, f"m{where:x},4")
        return session.close()
    except BaseException:
        session.abandon()
        raise


@scenario()
def a_look_at_a_variable_costs_few_usb_commands(_session):
    few, many = account_of(10), account_of(110)
    each = (many["usb_commands"] - few["usb_commands"]) / 100
    print(f"# a look costs {each:.2f} USB commands", flush=True)
    expect_equal(True, 0 < each <= 3)


main()
