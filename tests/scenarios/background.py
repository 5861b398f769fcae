# SPDX-License-Identifier: MIT
"""Servers that scripts start in the background, and where they listen."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import tempfile
import time

from harness import (BUILD, GDB, LOOPBACK, PATIENCE_S, VIA_USB, Failed, Reader, Skipped, expect, expect_equal,
                     firmware, main, scenario, swdlink_command)
import json_documents  # found by harness

BOARD = "stm32f031k6"


class Terminal:
    """A script on a terminal, as a person has it."""

    def __init__(self, script, environment):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe("sh", ["sh", "-c", script], {**os.environ, **environment, "TERM": "dumb"})

    def wait(self, pattern, start=0):
        """Reads until the pattern comes behind `start`; gives the position behind it."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = re.search(pattern, self.text[start:])
            if found:
                return start + found.end()
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            try:
                more = os.read(self.fd, 65536) if ready else b""
            except OSError:
                more = b""
            if not more:
                raise Failed(f"waited for /{pattern}/ on the terminal:\n{self.text}")
            self.text += more.decode(errors="replace")

    def press_until(self, key, pattern, start):
        """Presses a key again and again, as people do, until the pattern comes."""
        for _ in range(int(PATIENCE_S / 0.2)):
            self.type(key)
            ready, _, _ = select.select([self.fd], [], [], 0.2)
            while ready:
                self.text += os.read(self.fd, 65536).decode(errors="replace")
                ready, _, _ = select.select([self.fd], [], [], 0.2)
            if re.search(pattern, self.text[start:]):
                break
        return self.wait(pattern, start)

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        try:
            os.close(self.fd)
        finally:
            os.waitpid(self.pid, 0)


def ignoring(*numbers):
    """As nohup and `&` of a script start a program."""
    def prepare():
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
    return prepare


def started(arguments, board=BOARD, prepare=None):
    process = subprocess.Popen(swdlink_command(arguments, board), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, errors="replace", preexec_fn=prepare)
    process.err = Reader(process.stderr)
    process.out = Reader(process.stdout)
    return process


def told(process, pattern):
    return process.err.wait(lambda lines: re.search(pattern, "\n".join(lines)), f"/{pattern}/")


def port_of(process):
    return int(told(process, r"Listening on port (\d+)").group(1))


def ended(process):
    try:
        return process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Failed("it did not end") from None


def alive(process, port):
    """It answers a packet, so whatever was sent to it before had no effect."""
    with socket.create_connection((LOOPBACK, port), timeout=PATIENCE_S) as connection:
        connection.sendall(b"$qC#b4")
        expect_equal(b"+$QC1#c5", connection.recv(64))
    expect_equal(None, process.poll())


@scenario()
def ctrl_c_in_gdb_stops_the_target_and_not_a_server_in_the_background(session):
    if VIA_USB:
        raise Skipped("the terminal is the same")
    server = " ".join(swdlink_command(["serve", "--listen", "127.0.0.1:0"], f"{BOARD},firmware={firmware('session.elf')}"))
    log = tempfile.NamedTemporaryFile()
    script = ("trap : INT\n"  # else the shell ends with GDB, before its last line
              f'{server} 2>"$LOG" & pid=$!\n'
              'until port=$(sed -n "s/^Listening on port //p" "$LOG") && [ -n "$port" ]; do sleep 0.05; done\n'
              f'{GDB} -nx -q -ex "set confirm off" -ex "set pagination off" '
              f'-ex "target extended-remote 127.0.0.1:$port" {firmware("session.elf")}\n'
              'kill $pid; wait $pid; echo "server: $?"\n')
    terminal = Terminal(script, {"LOG": log.name})
    at = terminal.wait(r"Remote debugging using[^$]*\(gdb\) ")
    for _ in range(3):
        terminal.type("continue\n")
        at = terminal.wait(r"Continuing\.", at)
        at = terminal.press_until("\x03", r"SIGINT[^$]*\(gdb\) ", at)
    terminal.type("stepi\n")
    at = terminal.wait(r"\(gdb\) ", at)
    terminal.type("output (int)$pc > 0\n")
    at = terminal.wait(r"1\(gdb\) ", at)
    terminal.type("quit\n")
    terminal.wait(r"server: 0", at)
    terminal.end()


@scenario()
def a_server_that_was_started_deaf_to_a_signal_stays_so(session):
    for number, word in ((signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated"), (signal.SIGHUP, "terminal")):
        others = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} - {number}
        process = started(["serve", "--listen", "127.0.0.1:0"], prepare=ignoring(*others))
        port = port_of(process)
        if not VIA_USB:  # there they would reach swdlink-sim
            for other in others:
                process.send_signal(other)
            alive(process, port)
        process.send_signal(number)
        expect_equal(0, ended(process))
        told(process, rf"ending \({'terminated' if VIA_USB and number != signal.SIGINT else word}|its {word}")


@scenario()
def run_flash_and_doctor_watch_stay_deaf_as_well(session):
    if VIA_USB:
        raise Skipped("swdlink-sim would get the signals")
    program = f"{BOARD},firmware={firmware('session.elf')}"
    for arguments, sign, status in ((["run", firmware("session.elf"), "-v"], "found STM32", 128 + signal.SIGTERM),
                                    (["doctor", "--watch"], None, 0)):
        process = started(arguments, program, ignoring(signal.SIGINT, signal.SIGHUP))
        if sign:
            told(process, sign)
        else:
            process.out.wait(lambda lines: lines, "the first line of the meter")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        expect_equal(status, ended(process))


@scenario()
def swdlink_sim_in_the_background_stays_as_well(session):
    process = subprocess.Popen([os.path.join(BUILD, "swdlink-sim"), BOARD, "--", *swdlink_command(
        ["serve", "--listen", "127.0.0.1:0"])], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, preexec_fn=ignoring(signal.SIGINT, signal.SIGCHLD))
    process.err = Reader(process.stderr)
    port = port_of(process)
    process.send_signal(signal.SIGINT)
    alive(process, port)
    process.send_signal(signal.SIGTERM)
    expect_equal(0, ended(process))


def with_hosts(lines, arguments):
    """swdlink where the hosts file says so: in a mount namespace of its own."""
    hosts = tempfile.NamedTemporaryFile("w", suffix=".hosts")
    hosts.write(lines)
    hosts.flush()
    script = 'mount --bind "$0" /etc/hosts && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", script, hosts.name]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        raise Skipped("this user may not change the hosts file of a process")
    process = subprocess.Popen([*command, *swdlink_command(arguments, BOARD)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.hosts = hosts
    process.err = Reader(process.stderr)
    return process


def reachable(host, port):
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_S):
            return True
    except OSError:
        return False


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@scenario()
def a_name_with_several_addresses_is_listened_at_on_all_of_them(session):
    if not has_ipv6():
        raise Skipped("this machine has no IPv6")
    # One address is there twice, and one is not of this machine.
    process = with_hosts("127.0.0.1 here\n::1 here\n127.0.0.1 here\n127.0.0.9 here\n192.0.2.1 here\n",
                         ["serve", "-v", "--listen", "here:0"])
    port = port_of(process)
    told(process, r"192\.0\.2\.1: ")
    told(process, r"\(loopback only\)")
    for host in ("127.0.0.1", "::1", "127.0.0.9"):
        expect_equal((host, True), (host, reachable(host, port)))
    expect_equal(False, reachable("127.0.0.2", port))
    process.send_signal(signal.SIGTERM)
    expect_equal(0, ended(process))


@scenario()
def a_port_in_use_at_one_address_is_told_with_that_address(session):
    if not has_ipv6():
        raise Skipped("this machine has no IPv6")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        port = other.getsockname()[1]
        process = with_hosts("127.0.0.1 here\n::1 here\n", ["serve", "--listen", f"here:{port}"])
        expect_equal(1, ended(process))
        told(process, rf"port {port} is in use \(::1: ")


@scenario()
def all_addresses_are_those_of_both_protocols(session):
    for host in ("[::]", "*"):
        process = started(["serve", "--listen", f"{host}:0"])
        port = port_of(process)
        told(process, r"whoever reaches it can debug")
        expect_equal(True, reachable("127.0.0.1", port))
        expect_equal(has_ipv6(), reachable("::1", port))
        process.send_signal(signal.SIGTERM)
        expect_equal(0, ended(process))


@scenario()
def an_ipv4_address_written_as_one_of_ipv6_is_that_address(session):
    process = started(["serve", "--listen", "[::ffff:127.0.0.1]:0"])
    port = port_of(process)
    told(process, r"loopback only")
    expect_equal(True, reachable("127.0.0.1", port))
    expect_equal(False, reachable("::1", port))
    process.send_signal(signal.SIGTERM)
    expect_equal(0, ended(process))


@scenario()
def a_name_that_nobody_knows_is_told(session):
    process = started(["serve", "--listen", "no-such-host.invalid:0"])
    expect_equal(2, ended(process))
    told(process, r"no-such-host\.invalid is no address of this machine")


def documents(process, count):
    """So many JSON documents of its standard output, as they come."""
    def parse(lines):
        text, found = "\n".join(lines), []
        decoder = json.JSONDecoder()
        while text.strip():
            try:
                document, end = decoder.raw_decode(text.lstrip())
            except ValueError:
                break
            found.append(document)
            text = text.lstrip()[end:]
        return found if len(found) == count else None
    found = process.out.wait(parse, f"{count} JSON documents")
    json_documents.check(["serve", "--json"], "\n".join(json.dumps(document) for document in found))
    return found


@scenario()
def serve_json_is_one_document_with_the_ports(session):
    process = started(["serve", "--json", "--listen", "127.0.0.1:0", "--rtt", "127.0.0.1:0"])
    document = documents(process, 1)[0]
    expect_equal(port_of(process), document["port"])
    expect_equal(int(told(process, r"RTT channel 0 on port (\d+)").group(1)), document["rtt_port"])
    expect_equal(["127.0.0.1"], document["addresses"])
    expect_equal("STM32F031", document["target"]["chip"]["name"][:9])
    alive(process, document["port"])
    process.send_signal(signal.SIGTERM)
    expect_equal(0, ended(process))
    expect_equal(1, len(documents(process, 1)))


@scenario()
def serve_json_without_rtt_and_on_loopback(session):
    process = started(["serve", "--json", "--listen", "0"])
    document = documents(process, 1)[0]
    expect_equal(None, document["rtt_port"])
    expect_equal(["127.0.0.1", "::1"] if has_ipv6() else ["127.0.0.1"], document["addresses"])
    process.send_signal(signal.SIGTERM)
    expect_equal(0, ended(process))


@scenario()
def serve_json_that_cannot_listen_is_one_document_with_the_error(session):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = started(["serve", "--json", "--listen", f"127.0.0.1:{port}"])
        expect_equal(1, ended(process))
        expect_equal({"schema", "error"}, set(documents(process, 1)[0]))


@scenario()
def serve_all_json_is_a_document_for_each_server(session):
    if VIA_USB:
        raise Skipped("it is on USB anyway")
    process = subprocess.Popen([os.path.join(BUILD, "swdlink-sim"), "--count", "2", BOARD, "--", *swdlink_command(
        ["serve", "--all", "--json", "--listen", "0"])], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    process.err = Reader(process.stderr)
    process.out = Reader(process.stdout)
    found = documents(process, 2)
    expect_equal(2, len({d["probe"]["serial"] for d in found}))
    for document in found:
        told(process, rf"Listening at \*:{document['port']} for {document['probe']['serial']}")
        with socket.create_connection((LOOPBACK, document["port"]), timeout=PATIENCE_S):
            pass
    process.send_signal(signal.SIGTERM)
    expect_equal(0, ended(process))


main()
