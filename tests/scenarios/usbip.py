# SPDX-License-Identifier: MIT
"""swdlink-sim --usbip, as the kernel of another machine talks to it (Linux, Documentation/usb/usbip_protocol.rst)."""

import os
import random
import re
import socket
import struct
import subprocess
import tempfile

import sys

import descendants
from harness import BUILD, PATIENCE_S, Reader, expect, expect_equal

EPIPE, ECONNRESET = -32, -104
OUT, IN = 0, 1


class Sim:
    """swdlink-sim with a board, and a control socket."""

    def __init__(self, board="stm32f031k6"):
        self.folder = tempfile.TemporaryDirectory()
        control = os.path.join(self.folder.name, "control")
        self.process = subprocess.Popen([os.path.join(BUILD, "swdlink-sim"), board, "--usbip", "0", "--control", control],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.says = Reader(self.process.stderr)
        line = self.says.wait(lambda lines: re.search(r"USB/IP at 127\.0\.0\.1:(\d+), bus id (\S+)", "\n".join(lines)),
                              "where it listens")
        self.port, self.bus_id = int(line.group(1)), line.group(2)
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(control)

    def tell(self, line):
        self.control.sendall(line.encode() + b"\n")
        expect(r"(?i)ok", self.control.recv(4096).decode())

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
        return connection

    def close(self):
        self.control.close()
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.folder.cleanup()


def receive(connection, length):
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise EOFError(f"closed after {len(data)} of {length} bytes")
        data += more
    return data


def device_list(sim):
    """(count, fields of the device, interfaces)"""
    with sim.connect() as connection:
        connection.sendall(struct.pack(">HHI", 0x0111, 0x8005, 0))
        expect_equal((0x0111, 0x0005, 0), struct.unpack(">HHI", receive(connection, 8)))
        count, = struct.unpack(">I", receive(connection, 4))
        if not count:
            return 0, None, []
        device = receive(connection, 312)
        interfaces = [tuple(receive(connection, 4)[:3]) for _ in range(device[311])]
    return count, device, interfaces


class Imported:
    """A connection that has the device, and numbers its requests as the kernel does."""

    def __init__(self, sim):
        self.connection = sim.connect()
        self.connection.sendall(struct.pack(">HHI32s", 0x0111, 0x8003, 0, sim.bus_id.encode()))
        version, code, self.status = struct.unpack(">HHI", receive(self.connection, 8))
        expect_equal((0x0111, 0x0003), (version, code))
        self.device = receive(self.connection, 312) if self.status == 0 else None
        self.number = 0

    def submit(self, direction, endpoint, length, data=b"", setup=bytes(8)):
        self.number += 1
        self.connection.sendall(struct.pack(">IIIIIIIIII8s", 1, self.number, 0x10002, direction, endpoint, 0, length, 0,
                                            0xffffffff, 0, setup) + data)
        return self.number

    def answer(self, with_data=True):
        """(number, status, data) of the next answer to a transfer."""
        command, number, _, _, _, status, length, _, _, _ = struct.unpack(">IIIIIiIIII8x", receive(self.connection, 48))
        expect_equal(3, command)
        return number, status, receive(self.connection, length) if with_data else length

    def control_in(self, setup, length):
        number = self.submit(IN, 0, length, setup=setup)
        answered, status, data = self.answer()
        expect_equal(number, answered)
        return status, data

    def command(self, *data):
        number = self.submit(OUT, 2, 16, bytes(data).ljust(16, b"\0"))
        expect_equal((number, 0, 16), self.answer(with_data=False))

    def read(self, length):
        number = self.submit(IN, 1, length)
        answered, status, data = self.answer()
        expect_equal((number, 0), (answered, status))
        return data

    def close(self):
        self.connection.close()


def the_list_names_the_probe(sim):
    count, device, interfaces = device_list(sim)
    expect_equal(1, count)
    expect_equal(sim.bus_id.encode(), device[256:288].rstrip(b"\0"))
    _, _, speed, vid, pid = struct.unpack(">IIIHH", device[288:304])
    expect_equal((2, 0x0483, 0x3748), (speed, vid, pid))
    expect_equal([(0xff, 0xff, 0xff)], interfaces)


def descriptors_and_commands_work(sim):
    probe = Imported(sim)
    expect_equal(0, probe.status)
    status, data = probe.control_in(bytes([0x80, 6, 0, 1, 0, 0, 18, 0]), 18)
    expect_equal((0, 18, 0x0483, 0x3748), (status, len(data), *struct.unpack("<HH", data[8:12])))
    status, data = probe.control_in(bytes([0x80, 6, 0, 1, 0, 0, 64, 0]), 8)
    expect_equal((0, 8), (status, len(data)))  # never more than there is room for
    probe.command(0xf1, 0x80)
    expect_equal(6, len(probe.read(6)))
    probe.close()


def a_stall_is_told_and_an_endpoint_can_be_cleared(sim):
    probe = Imported(sim)
    status, _ = probe.control_in(bytes([0x80, 6, 9, 3, 0, 0, 255, 0]), 255)  # a string that is not there
    expect_equal(EPIPE, status)
    clear = probe.submit(OUT, 0, 0, setup=bytes([2, 1, 0, 0, 0x81, 0, 0, 0]))
    expect_equal((clear, 0, 0), probe.answer(with_data=False))
    probe.command(0xf5)
    expect_equal(2, len(probe.read(2)))
    probe.close()


def a_transfer_that_waits_can_be_unlinked(sim):
    probe = Imported(sim)
    waiting = probe.submit(IN, 1, 64)  # nobody has asked anything
    probe.number += 1
    probe.connection.sendall(struct.pack(">IIIIII24x", 2, probe.number, 0x10002, 0, 0, waiting))
    expect_equal((4, probe.number, ECONNRESET), struct.unpack(">II12xi24x", receive(probe.connection, 48)))
    probe.number += 1
    probe.connection.sendall(struct.pack(">IIIIII24x", 2, probe.number, 0x10002, 0, 0, 77))
    expect_equal((4, probe.number, 0), struct.unpack(">II12xi24x", receive(probe.connection, 48)))
    probe.command(0xf5)
    expect_equal(2, len(probe.read(2)))
    probe.close()


def one_machine_at_a_time(sim):
    first = Imported(sim)
    second = Imported(sim)
    expect_equal((0, 1), (first.status, second.status))
    first.close()
    second.close()
    for _ in range(100):
        third = Imported(sim)
        third.close()
        if third.status == 0:
            return
    expect_equal(0, third.status)


def unplugging_ends_the_connection_and_replugging_lists_it_again(sim):
    probe = Imported(sim)
    sim.tell("unplug")
    expect_equal(b"", probe.connection.recv(1))
    expect_equal(0, device_list(sim)[0])
    expect_equal(1, Imported(sim).status)
    sim.tell("plug")
    expect_equal(1, device_list(sim)[0])
    again = Imported(sim)
    again.command(0xf5)
    expect_equal(2, len(again.read(2)))
    again.close()


def nonsense_ends_the_connection_and_harms_nothing(sim):
    for data in (b"GET / HTTP/1.1\r\n\r\n", struct.pack(">HHI32s", 0x0111, 0x8003, 0, b"1-1") + b"\xff" * 48,
                 struct.pack(">HHI32s", 0x0111, 0x8003, 0, b"1-1") + struct.pack(
                     ">IIIIIIIIII8x", 1, 1, 0x10002, 0, 2, 0, 0xffffffff, 0, 0, 0)):
        with sim.connect() as connection:
            connection.sendall(data)
            while connection.recv(4096):
                pass
    expect_equal(1, device_list(sim)[0])


def leaving_with_transfers_under_way_harms_nothing(sim):
    for count in (1, 2, 5, 40):
        for _ in range(5):
            probe = Imported(sim)
            for _ in range(count):
                probe.submit(IN, 1, 64)
                probe.submit(OUT, 2, 16, b"\xf1\x80".ljust(16, b"\0"))
            probe.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            probe.close()
            while Imported(sim).status:  # until its leaving was seen
                pass
    expect_equal(1, device_list(sim)[0])


def more_transfers_than_fit_end_the_connection(sim):
    probe = Imported(sim)
    try:
        for _ in range(1100):
            probe.submit(IN, 1, 65536)
        while probe.connection.recv(65536):
            pass
    except ConnectionError:
        pass
    expect_equal(1, device_list(sim)[0])


def requests_made_by_dice_are_survived(sim):
    dice = random.Random(21)
    for _ in range(150):
        probe = Imported(sim)
        if probe.status:
            probe.close()
            continue
        try:
            for _ in range(dice.randint(1, 12)):
                setup = bytes((dice.choice((0, 0x80, 2, 0xc0)), dice.randrange(12), *dice.randbytes(6)))
                probe.submit(dice.choice((OUT, IN)), dice.choice((0, 1, 2, 3, 15)), dice.choice((0, 1, 16, 64, 65535)),
                             dice.randbytes(dice.choice((0, 16, 64))), setup)
            if dice.randrange(2):
                probe.connection.sendall(dice.randbytes(48))
            probe.connection.shutdown(socket.SHUT_WR)
            while probe.connection.recv(65536):
                pass
        except OSError:
            pass
        probe.close()
    expect_equal(1, device_list(sim)[0])


SCENARIOS = (the_list_names_the_probe, descriptors_and_commands_work, a_stall_is_told_and_an_endpoint_can_be_cleared,
             a_transfer_that_waits_can_be_unlinked, one_machine_at_a_time,
             unplugging_ends_the_connection_and_replugging_lists_it_again,
             nonsense_ends_the_connection_and_harms_nothing, leaving_with_transfers_under_way_harms_nothing,
             more_transfers_than_fit_end_the_connection, requests_made_by_dice_are_survived)


def main():
    failed = 0
    descendants.adopt()
    print(f"1..{len(SCENARIOS)}", flush=True)
    for number, scenario in enumerate(SCENARIOS, 1):
        result = "ok"
        try:
            with descendants.none_left():
                sim = Sim()
                scenario(sim)
                sim.close()
        except Exception as error:  # whatever it is, the next one shall run
            failed += 1
            result = "not ok"
            print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
        print(f"{result} {number} - {scenario.__name__.replace('_', ' ')}", flush=True)
    return 1 if failed else 0


sys.exit(main())
