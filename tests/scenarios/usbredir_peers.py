#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""swdlink-sim --usbredir and peers that are no QEMU: every kind of packet, with bodies of all sorts. The board goes on, and
the next peer is greeted (usbredir's docs/usb-redirection-protocol.md)."""

import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
import descendants  # noqa: E402
import tap  # noqa: E402
from harness import BUILD, PATIENCE_S, expect, expect_equal  # noqa: E402

HELLO = 0
CONTROL, BULK = 100, 101
KINDS = tuple(range(0, 28)) + tuple(range(CONTROL, 106))


class Sim:
    def __init__(self, board="stm32f031k6"):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "redir")
        self.process = subprocess.Popen([os.path.join(BUILD, "swdlink-sim"), "--usbredir", self.path, board],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(self.path) and self.process.poll() is None:
            os.sched_yield()

    def knock(self, peer):
        """The socket is in its folder a moment before it listens."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return peer.connect(self.path)
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                os.sched_yield()

    def connect(self, capabilities=0):
        """A peer that has been greeted; without any capability, packet headers are the shortest."""
        for _ in range(10000):  # the peer before may not have been seen to leave
            peer = socket.socket(socket.AF_UNIX)
            peer.settimeout(PATIENCE_S)
            try:
                self.knock(peer)
                return self.greet(peer, capabilities)
            except (EOFError, ConnectionError):
                peer.close()
        raise AssertionError("nobody is greeted any more")

    @staticmethod
    def greet(peer, capabilities):
        header = receive(peer, 12)
        kind, length, _ = struct.unpack("<III", header)
        expect_equal(HELLO, kind)
        expect(r"^swdlink-sim", receive(peer, length)[:64].decode())
        peer.sendall(struct.pack("<III64sI", HELLO, 68, 0, b"a stranger", capabilities))
        return peer

    def close(self):
        if self.process.poll() is not None:
            raise AssertionError(f"it has ended with {self.process.returncode}")
        self.process.terminate()
        expect_equal(0, self.process.wait(PATIENCE_S))
        self.folder.cleanup()


def receive(peer, length):
    data = b""
    while len(data) < length:
        more = peer.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def strike(sim, *packets):
    """Sends packets (kind, body) as a peer, and leaves."""
    peer = sim.connect()
    try:
        for number, (kind, body) in enumerate(packets):
            peer.sendall(struct.pack("<III", kind, len(body), number) + body)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(65536):
            pass
    except ConnectionError:
        pass
    peer.close()


def every_kind_of_packet_with_any_body_is_survived(sim):
    for kind in KINDS:
        for length in (0, 1, 2, 4, 8, 9, 10, 11, 12, 18, 40, 200):
            strike(sim, (kind, bytes(length)))
            strike(sim, (kind, b"\xff" * length))
            strike(sim, (kind, bytes((0x81, 0, 64, 0)) + bytes(range(length))))
    sim.connect().close()


def a_bulk_packet_for_endpoint_0_is_no_control_transfer(sim):
    for setup in (b"\x80\x06\x00\x02\x00\x00\xff\xff", b"\x80\x06\x00", b""):
        for endpoint in (0, 0x80):
            body = struct.pack("<BBHI", endpoint, 0, len(setup), 0)
            strike(sim, (BULK, body + (b"" if endpoint else setup)))
    sim.connect().close()


def more_transfers_than_fit_end_the_connection(sim):
    strike(sim, *[(BULK, struct.pack("<BBHI", 0x81, 0, 64, 0))] * 1500)
    sim.connect().close()


def a_peer_that_leaves_with_transfers_under_way_harms_nothing(sim):
    for count in (1, 3, 50):
        peer = sim.connect()
        for number in range(count):
            peer.sendall(struct.pack("<III", BULK, 8, number) + struct.pack("<BBHI", 0x81, 0, 64, 0))
            peer.sendall(struct.pack("<III", BULK, 24, number) + struct.pack("<BBHI", 2, 0, 16, 0) + b"\xf1\x80" + bytes(14))
        peer.close()
    sim.connect().close()


def packets_made_by_dice_are_survived(sim):
    dice = random.Random(21)
    for _ in range(150):
        packets = []
        for _ in range(dice.randint(1, 12)):
            kind = dice.choice(KINDS + (CONTROL, BULK) * 10)
            body = bytes((dice.choice((0, 2, 0x80, 0x81, 0x82, 0xff)),)) + dice.randbytes(dice.choice((7, 9, 11, 17, 40)))
            packets.append((kind, body))
        strike(sim, *packets)
    sim.connect().close()


def run_one(scenario):
    sim = Sim()
    scenario(sim)
    sim.close()


def why_not():
    told = subprocess.run([os.path.join(BUILD, "swdlink-sim"), "--usbredir", "/nonexistent/x", "stm32f031k6"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stderr
    return "this build has no usbredir" if "built without" in told or "libusbredirparser" in told else None


if __name__ == "__main__":
    tap.main([(f, tap.sentence(f)) for f in (every_kind_of_packet_with_any_body_is_survived,
                                             a_bulk_packet_for_endpoint_0_is_no_control_transfer,
                                             more_transfers_than_fit_end_the_connection,
                                             a_peer_that_leaves_with_transfers_under_way_harms_nothing,
                                             packets_made_by_dice_are_survived)],
             run_one, why_not())
