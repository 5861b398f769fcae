#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a table of SWD packets, which tests/unit/wire_player.h reads, of a logic capture in sigrok's .sr form.

    swd_capture.py m0|m4 FILE.sr [LINE…]

LINE: said to the player before anything else ("write e0002000 3"). The words of a table are in wire_player.h. What a
target holds when a capture begins is not on the wires: it is taken from the first read of each place, and such reads
are marked "preset". They still check the acknowledge, the order and the bits, and not the value.
"""
import re
import sys
import zipfile

ACKS = {1: "OK", 2: "WAIT", 4: "FAULT", 7: "NONE"}
PACKET_BITS = 46
SCS = 0xE000E000  # a page
DHCSR, DCRSR, DCRDR, AIRCR = 0xE000EDF0, 0xE000EDF4, 0xE000EDF8, 0xE000ED0C


def load(path):
    """Samples (a byte each), rate in Hz, channel numbers by lower-case name."""
    with zipfile.ZipFile(path) as archive:
        meta = archive.read("metadata").decode()
        number, unit = re.search(r"samplerate=\s*([\d.]+)\s*(\w*)", meta).groups()
        rate = float(number) * {"kHz": 1e3, "MHz": 1e6}.get(unit, 1.0)
        channels = {m[2].strip().lower(): int(m[1]) - 1 for m in re.finditer(r"probe(\d+)=(.*)", meta)}
        stem = re.search(r"capturefile=(.*)", meta)[1].strip()
        parts = sorted((n for n in archive.namelist() if re.fullmatch(re.escape(stem) + r"(-\d+)?", n)),
                       key=lambda n: int(n[len(stem) + 1:] or 0))
        step = int(re.search(r"unitsize=(\d+)", meta)[1])
        return b"".join(archive.read(n) for n in parts)[::step], rate, channels


def clocks(path):
    """Times in us of the rising edges of SWCLK, and SWDIO just before each."""
    samples, rate, channels = load(path)
    clk, dio = channels.get("swclk", 0), channels.get("swdio", 1)
    low_high = samples.translate(bytes(b >> clk & 1 for b in range(256)))
    times, bits, at = [], bytearray(), 0
    while (rise := low_high.find(1, at)) >= 0:
        times.append(rise * 1e6 / rate)
        bits.append(samples[max(rise - 1, 0)] >> dio & 1)
        at = low_high.find(0, rise)
        if at < 0:
            break
    return times, bytes(bits)


def parity(value):
    return bin(value).count("1") & 1


class Packet:
    """One line of the table. kind: "ones", "bits" or "R"/"W"."""

    def __init__(self, time, idle, kind, **rest):
        self.time, self.idle, self.kind = time, idle, kind
        self.ap = self.addr = self.ack = self.data = self.has_data = None
        self.before, self.notes = [], []
        self.__dict__.update(rest)

    @property
    def is_ok(self):
        return self.ack == 1

    def is_(self, kind, ap, addr=None):
        return self.kind == kind and self.ap == ap and addr in (None, self.addr)


def packets(times, bits):
    """Splits the clocks into packets. A data phase follows WAIT and FAULT while overruns are detected."""
    text = bits.translate(bytes.maketrans(b"\0\1", b"01")).decode()

    def word(at, count):
        return int(text[at:at + count][::-1], 2)

    at = idle = 0
    after_reset = overrun = False
    while at + PACKET_BITS < len(bits):
        end = bits.find(0, at)
        ones = (end if end >= 0 else len(bits)) - at
        if ones >= 50:
            yield Packet(times[at], idle, "ones", data=ones)
            at, idle, after_reset = at + ones, 0, True
            continue
        if after_reset and idle == 0 and word(at, 16) in (0xE79E, 0xE73C):
            yield Packet(times[at], 0, "bits", data=word(at, 16))
            at, after_reset = at + 16, False
            continue
        request = word(at, 8)
        if request & 0xC1 != 0x81 or request >> 5 & 1 != parity(request >> 1 & 15):
            at, idle = at + 1, idle + 1
            continue
        after_reset = False
        read = request >> 2 & 1
        p = Packet(times[at], idle, "R" if read else "W", ap=request >> 1 & 1, addr=(request >> 3 & 3) << 2,
                   ack=word(at + 9, 3))
        p.has_data = p.ack == 1 or (overrun and p.ack in (2, 4))
        if p.has_data:
            first = at + (12 if read else 13)
            p.data = word(first, 32)
            if bits[first + 32] != parity(p.data):
                raise ValueError(f"wrong parity at {times[at]:.1f} us")
            at = first + 33 + read
        else:
            at += 13
        if p.is_ok and p.is_("W", 0, 4):
            overrun = bool(p.data & 1)
        idle = 0
        yield p


class Model:
    """Follows the accesses of a capture, and writes down what the target must have held."""

    def __init__(self, core):
        self.core = core
        self.tar = self.select = 0
        self.csw = 0x23000002
        self.memory, self.regs = {}, {}
        self.regsel = self.regsel_packet = None
        self.pending = None  # (packet, address, size) of a posted read
        self.result_known = core == "m0"
        self.chain = False
        self.was_reset = False
        self.halted = None

    def is_core(self, addr):
        if self.core == "m4core":
            return addr & 0xFFFFF000 == SCS
        return self.core == "m0" and addr >= 0xE0000000

    def address(self, p):
        """The memory address that an AP access reaches, or None."""
        if self.select & 0xF0 == 0 and p.addr == 0xC:
            return self.tar
        if self.select & 0xF0 == 0x10:
            return (self.tar & ~15) | p.addr
        return None

    def size(self):
        return 4 if self.select & 0xF0 else {0: 1, 1: 2}.get(self.csw & 7, 4)

    def follow_core(self, p, addr, value, target):
        """A read of the core's debug registers on a virtual core: its registers are set as they were."""
        if addr == DCRDR and self.regsel is None:
            target.before.append(f"write {DCRDR:x} {value:x}")
            p.notes.append("preset")
        elif addr == DCRDR and self.regs.get(self.regsel) != value:
            came_by_reset = self.was_reset and self.regsel in (13, 15, 16, 17)
            if not came_by_reset:
                self.regsel_packet.before.append(f"reg {self.regsel:x} {value:x}")
                p.notes.append("preset")
            elif self.regsel == 16:
                p.notes.append("mask f0000000 flags-after-reset")
            self.regs[self.regsel] = value
        elif addr == DHCSR and value & 0x20000 and self.halted is False:
            target.before.append("halt")
        if addr == DHCSR:
            self.halted = bool(value & 0x20000)

    def deliver(self, p):
        """The value of the read before has come with this packet."""
        target, addr, size = self.pending
        self.pending = None
        if addr is None:
            return
        if self.is_core(addr):
            self.follow_core(p, addr, p.data, target)
            return
        whole = self.core == "m0"
        lanes = range(4) if whole or size == 4 else range(addr & 3, (addr & 3) + size)
        base = addr & ~3
        new = {base + k: p.data >> 8 * k & 255 for k in lanes}
        if any(self.memory.get(a) != v for a, v in new.items()):
            self.memory.update(new)
            target.before.append(f"hold {base + lanes[0]:x} {len(lanes)} {self.value(base, lanes):x}")
            # On a virtual core the capture's program runs, and not at its own pace.
            p.notes.append("mask ffffffff running-program" if whole and self.halted is False else "preset")

    def value(self, base, lanes):
        return sum(self.memory[base + lane] << 8 * k for k, lane in enumerate(lanes))

    def read(self, p):
        if self.pending:
            self.deliver(p)
        elif not self.result_known and not self.chain:
            p.before.append(f"result {p.data:x}")
            p.notes.append("preset")
        self.result_known = True
        if p.ap:
            self.chain = True
            self.pending = (p, self.address(p), self.size())
            if self.select & 0xF0 == 0 and p.addr == 0xC and self.csw & 0x10:
                self.tar = (self.tar & ~0x3FF) | (self.tar + self.size() & 0x3FF)
        else:
            self.chain = False

    def write(self, p):
        addr, size = self.address(p), self.size()
        self.chain = False
        self.pending = None
        if self.core == "m0":
            self.result_known = True
        if self.select & 0xF0 == 0 and p.addr == 0:
            self.csw = p.data
        elif self.select & 0xF0 == 0 and p.addr == 4:
            self.tar = p.data
        if addr is None:
            return
        if self.select & 0xF0 == 0 and self.csw & 0x10:
            self.tar = (self.tar & ~0x3FF) | (self.tar + size & 0x3FF)
        if addr == DCRSR:
            self.regsel, self.regsel_packet = p.data & (31 if self.core == "m0" else 127), p
            if p.data & 0x10000:
                self.regs[self.regsel] = self.dcrdr
        elif addr == DCRDR:
            self.dcrdr = p.data
        elif addr == DHCSR and p.data >> 16 == 0xA05F:
            self.was_reset = self.was_reset and bool(p.data & 2)
            stays = bool(p.data & (6 if self.core == "m4core" else 2))  # a step ends halted
            self.halted = bool(p.data & 2) or (None if self.halted is None else self.halted and stays)
        elif addr == AIRCR and p.data & 4:
            self.was_reset = True
        if not self.is_core(addr):
            for k in range(addr & 3, (addr & 3) + size):
                self.memory[(addr & ~3) + k] = p.data >> 8 * k & 255

    def follow(self, p):
        if p.kind == "ones":
            self.select, self.chain = 0, False
        elif p.kind in "RW" and p.is_ok:
            if p.is_("W", 0, 8):
                self.select = p.data
            elif p.kind == "W" and p.ap:
                self.write(p)
            elif p.kind == "R" and (p.ap or p.addr == 0xC):
                self.read(p)


def stalls(listed):
    """Times in which the bus was stalled, of the WAITs behind an access that was taken."""
    busy = None
    for before, p in zip(listed, listed[1:]):
        if p.kind not in "RW" or p.ack != 2:
            continue
        if before.kind in "RW" and before.ack == 1:
            busy = before
        # A write reaches the bus with its last bit, a read with its acknowledge.
        yield busy.time + (5 if busy.kind == "W" else -0.5) if busy else p.time - 0.5, p.time + 1


def table(core, path, first_lines=()):
    times, bits = clocks(path)
    listed = list(packets(times, bits))
    model = Model(core)
    for p in listed:
        model.follow(p)
    lines = [f"kind {core}"]
    ctrl = next((p.data for p in listed if p.is_ok and p.is_("R", 0, 4)), 0xF0000040)
    lines.append(f"dp {ctrl:x}")
    lines.append("state " + ("running" if starts_running(listed) else "halted"))
    lines += first_lines
    if not any(p.kind == "ones" for p in listed[:3]):
        lines.append("joined 23000002")
    if core == "m0":
        lines += [f"stall {a:.1f} {b:.1f}" for a, b in stalls(listed)]
    for p in listed:
        lines += p.before
        lines.append(text_of(p))
    return lines


def starts_running(listed):
    """The first DHCSR that is read says that the core runs, or what a capture does needs it to."""
    tar = select = 0
    take = False
    for p in listed:
        if not p.is_ok or p.kind not in "RW":
            continue
        if take and p.kind == "R":
            return not p.data & 0x20000
        if p.is_("W", 0, 8):
            select = p.data
        elif p.is_("W", 1, 4) and select == 0:
            tar = p.data
        take = p.kind == "R" and p.ap == 1 and tar == DHCSR and (
            (select == 0 and p.addr == 0xC) or (select == 0x10 and p.addr == 0))
    return False


def text_of(p):
    if p.kind == "ones":
        return f"{p.time:.1f} {p.idle} ones {p.data}"
    if p.kind == "bits":
        return f"{p.time:.1f} {p.idle} bits {p.data:04x}"
    data = f" {p.data:08x}" if p.has_data else ""
    notes = "".join(" " + n for n in p.notes)
    return f"{p.time:.1f} {p.idle} {p.kind} {'AP' if p.ap else 'DP'} {p.addr:x} {ACKS.get(p.ack, p.ack)}{data}{notes}"


if __name__ == "__main__":
    print("\n".join(table(sys.argv[1], sys.argv[2], sys.argv[3:])))
