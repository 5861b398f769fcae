#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes tables of USB commands, which tests/unit/command_player.h reads, of captures of real ST-LINKs.

    commands.py usb FILE.txt        one line a transfer: seconds, endpoint, bytes
    commands.py wires m0|m4 FILE.sr a logic capture of SWCLK and SWDIO in sigrok's form

Of the wires, the commands are inferred from the pauses between their transfers and from what these do. What a target
holds is not in the captures but where it is read: a value that nobody wrote before is put there for its first read,
which is marked "preset".
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import swd_capture  # noqa: E402

CLASSES = (0xF1, 0xF2, 0xF3, 0xF5, 0xF7)
DCRSR, DCRDR, DHCSR = 0xE000EDF4, 0xE000EDF8, 0xE000EDF0
BLOCKS = (b"\xf2\x07", b"\xf2\x08", b"\xf2\x0c", b"\xf2\x0d")
ST_UTILITY = "joined 0 23000002"


def le(value, count):
    return value.to_bytes(count, "little")


# ---- USB ----

class Memory:
    """What the target holds, as far as the capture says."""

    def __init__(self):
        self.bytes = {}

    def write(self, addr, data):
        self.bytes.update((addr + i, b) for i, b in enumerate(data))

    def missing(self, addr, data):
        """Lines that put it there, if it is not there yet."""
        if all(self.bytes.get(addr + i, 0) == b for i, b in enumerate(data)):
            return []
        self.write(addr, data)
        return [f"hold {addr + i:x} {len(data[i:i + 4])} {int.from_bytes(data[i:i + 4], 'little'):x}"
                for i in range(0, len(data), 4)]


def read_transfers(path):
    with open(path, encoding="ascii") as lines:
        return [(int(endpoint, 16), bytes.fromhex(data)) for _, endpoint, data in map(str.split, lines)]


def group(transfers):
    """[command, data or None, reply, trace] of each command. What came before the first command is not one's."""
    grouped = []
    for endpoint, data in transfers:
        if endpoint == 2 and len(data) == 16 and data[0] in CLASSES:
            grouped.append([data, None, b"", b""])
        elif endpoint == 2:
            grouped[-1][1] = data
        elif endpoint == 0x81 and grouped:
            grouped[-1][2] += data
        elif endpoint == 0x83 and grouped:
            grouped[-1][3] += data
    return grouped


def preset(memory, command, reply):
    """The lines that make the target hold what a reply shows."""
    addr = int.from_bytes(command[2:6], "little")
    if command[:2] == b"\xf2\x36":
        return memory.missing(addr, reply[4:])
    if command[:2] in (b"\xf2\x07", b"\xf2\x0c"):
        return memory.missing(addr, reply[:int.from_bytes(command[6:8], "little")])
    if command[0] == 0xF7:
        reference, half = int.from_bytes(reply[:4], "little"), int.from_bytes(reply[4:], "little")
        return [f"adc {reference} {round(half * 2400 / reference)}"]
    return []


def follow_write(memory, command, data):
    addr = int.from_bytes(command[2:6], "little")
    if command[:2] == b"\xf2\x35":
        memory.write(addr, command[6:10])
    elif command[:2] in (b"\xf2\x08", b"\xf2\x0d"):
        memory.write(addr, data)


LISTENS = 2000000
SYNC = b"\0\0\0\0\0\x80"
# The program that had set its own rate sent at 24 MHz / 8, with an oscillator that is 2 % slow.
OWN_RATE = 2940000


def sent_as(trace):
    """What was sent, and how fast, that a probe received as trace. Of the garbage of another rate only the packets
    that are known are sent at that rate."""
    if set(trace) == {0x20} and len(trace) % 3 == 0:
        return SYNC * (len(trace) // 3), OWN_RATE
    return trace, LISTENS


def usb_table(path, poweron):
    """poweron: the capture begins with a probe that was plugged in just now."""
    memory, block_seen = Memory(), poweron
    lines = ["target 2ba01477 24770011 e00ff003", "firmware 16 0"]
    lines += ["mode 0"] if poweron else [ST_UTILITY]
    for command, data, reply, trace in group(read_transfers(path)):
        presets = preset(memory, command, reply) if reply else []
        if command[:2] == b"\xf2\x36" and not block_seen:
            presets.append(f"left {int.from_bytes(reply[2:4], 'little'):x}")
        block_seen = block_seen or command[:2] in BLOCKS
        if trace:
            lines.append("swo {} {}".format(sent_as(trace)[0].hex(), sent_as(trace)[1]))
        lines += presets + [f"out {command.hex()}"]
        if data is not None:
            lines.append(f"out {data.hex()}")
        follow_write(memory, command, data)
        if reply:
            lines.append(f"in {reply.hex()}{' preset' if presets else ''}")
        if trace:
            lines.append(f"trace {trace.hex()}")
    return lines


# ---- wires ----

PAUSE_US = 20.0          # within a command packets follow each other sooner
USB_PACKET_US = 1500.0   # until the rest of a block that is written comes, at most


def duration(p):
    """Of a packet on the wires of a V2 before J22, in us."""
    if p.kind in ("ones", "bits"):
        return p.data * 0.561 if p.kind == "ones" else 12.75
    if not p.is_ok:
        return 11.5
    return 39.8 if p.kind == "W" else 36.4 + 0.083 * bin(p.data).count("1")


def bursts(listed):
    burst = []
    for p in listed:
        if burst:
            last = burst[-1]
            pause = p.time - last.time - duration(last) - 0.75 * p.idle
            within = 200.0 if last.kind in ("ones", "bits") and burst[0].kind == "ones" and len(burst) < 3 else PAUSE_US
            if pause > within:
                yield burst
                burst = []
        burst.append(p)
    if burst:
        yield burst


class Access:
    def __init__(self, kind, addr, size, value, banked):
        self.kind, self.addr, self.size, self.value, self.banked = kind, addr, size, value, banked


class Port:
    """SELECT, CSW and TAR as the probe has written them last. What it wrote before the capture shows in what it
    changes first."""

    def __init__(self, listed):
        first_csw = next((p.data for p in listed if p.is_("W", 1, 0) and p.data >> 8 == 0x230000), 0x23000000)
        self.csw = first_csw ^ 2
        self.select = 0x10 if listed[0].is_("W", 0, 8) and listed[0].data == 0 else 0
        self.tar = None

    def accesses(self, burst):
        """What a burst does with the memory."""
        done, pending = [], None
        for p in burst:
            if p.kind not in "RW" or not p.is_ok:
                continue
            if p.kind == "R" and pending:
                pending.value = p.data
                pending = None
            if p.is_("W", 0, 8):
                self.select = p.data & 0xF0
            elif p.is_("W", 1, 0) and self.select == 0:
                self.csw = p.data
            elif p.is_("W", 1, 4) and self.select == 0:
                self.tar = p.data
            elif p.ap and (access := self.access(p)):
                done.append(access)
                pending = access if p.kind == "R" else None
        return done

    def access(self, p):
        if self.tar is None:
            return None
        if self.select == 0x10:
            return Access(p.kind, self.tar & ~15 | p.addr, 4, p.data if p.kind == "W" else None, True)
        if self.select == 0 and p.addr == 0xC:
            size = 1 if self.csw & 7 == 0 else 4
            return Access(p.kind, self.tar, size, p.data if p.kind == "W" else None, False)
        return None


def is_complete(burst, accesses):
    """Not cut off by the end of the capture: the last thing is a result or a check."""
    last = burst[-1]
    if last.kind in ("ones", "bits"):
        return len(burst) == 3
    return last.is_ok and (last.is_("R", 0, 12) or last.is_("R", 0, 4) or (accesses and accesses[-1].banked
                                                                          and last.is_("W", 1, 12)))


def register_command(accesses):
    """33, 34 or 3A of accesses to DCRSR and DCRDR alone."""
    numbers = [a.value for a in accesses if a.kind == "W" and a.addr == DCRSR]
    if len(numbers) > 2:
        return b"\xf2\x3a"
    if accesses[0].addr == DCRDR:
        return bytes((0xF2, 0x34, numbers[0] & 0xFF)) + le(accesses[0].value, 4)
    return bytes((0xF2, 0x33, numbers[0]))


def block_command(accesses):
    """(command, data or None): a word alone is 36 or 35, which make the same transfers as 07 and 08."""
    first, length = accesses[0], sum(a.size for a in accesses)
    written = b"".join(le(a.value, 4)[a.addr & 3 if a.size == 1 else 0:][:a.size] for a in accesses
                       if a.kind == "W")
    if len(accesses) == 1 and first.size == 4:
        command = bytes((0xF2, 0x36 if first.kind == "R" else 0x35)) + le(first.addr, 4)
        return command + written, None
    code = {("R", 4): 7, ("W", 4): 8, ("R", 1): 0xC, ("W", 1): 0xD}[first.kind, first.size]
    return bytes((0xF2, code)) + le(first.addr, 4) + le(length, 2), written or None


def command_of(burst, accesses):
    if any(p.kind == "bits" for p in burst):
        enter = any(p.kind == "bits" and p.data == 0xE79E for p in burst)
        return (b"\xf2\x30\xa3", None) if enter else (b"\xf2\x21", None)
    if not accesses:
        return None, None
    if all(a.banked and a.addr in (DCRSR, DCRDR) for a in accesses):
        return register_command(accesses), None
    return block_command(accesses)


class Command:
    def __init__(self, burst, accesses):
        self.packets, self.accesses, self.pauses = list(burst), list(accesses), 0
        self.end = burst[-1].time + duration(burst[-1])

    def goes_on_with(self, burst, accesses):
        """A block that is written goes on with the next USB packet."""
        if not self.accesses or not accesses or burst[0].kind == "ones":
            return False
        last, first = self.accesses[-1], accesses[0]
        written = sum(a.size for a in self.accesses)
        return (last.kind == first.kind == "W" and first.addr == last.addr + last.size and written % 64 == 0
                and burst[0].time - self.end < USB_PACKET_US)

    def add(self, burst, accesses):
        self.packets += burst
        self.accesses += accesses
        self.pauses += 1
        self.end = burst[-1].time + duration(burst[-1])


def commands(listed):
    """(command, port before it); a capture's first and last burst may be cut off."""
    port, current, before = Port(listed), None, None
    for burst in bursts(listed):
        state = (port.select, port.csw)
        accesses = port.accesses(burst)
        if current and current.goes_on_with(burst, accesses):
            current.add(burst, accesses)
            continue
        if current:
            yield current, before
        current, before = Command(burst, accesses), state
    if current:
        yield current, before


def wire_lines(packets):
    for p in packets:
        if p.kind in ("ones", "bits"):
            value = p.data if p.kind == "ones" else f"{p.data:x}"
            yield f"wire {p.idle} {p.kind} {value}"
        else:
            data = f" {p.data:x}" if p.kind == "W" and p.is_ok else ""
            yield f"wire {p.idle} {p.kind} {'AP' if p.ap else 'DP'} {p.addr:x} {swd_capture.ACKS[p.ack]}{data}"


TARGETS = {"m0": "target bb11477 4770021 f0000003", "m4": "target 2ba01477 24770011 e00ff003"}


def wires_table(kind, path):
    """The table, and how many commands were cut off."""
    listed = list(swd_capture.packets(*swd_capture.clocks(path)))
    lines, cut, joined = [TARGETS[kind], "firmware 17 4"], 0, False
    for command, before in commands(listed):
        usb, data = command_of(command.packets, command.accesses)
        if usb is None or not is_complete(command.packets, command.accesses):
            cut += 1
            continue
        if not joined:
            lines.append("joined {:x} {:x}".format(*before))
            joined = True
            command.packets[0].idle = 0
        reads = [a for a in command.accesses if a.kind == "R" and a.addr not in (DCRSR, DCRDR)]
        lines += [f"hold {a.addr:x} 4 {a.value:x}" for a in reads if a.size == 4]
        lines.append("out " + usb.ljust(16, b"\0").hex())
        if data:
            lines.append("out " + data.hex())
        # The M4 answers WAIT behind AP writes, always, and so does the virtual one. An M0 does while its bus is
        # stalled, which the store does not do.
        stalled = kind == "m0" and any(p.ack == 2 for p in command.packets)
        lines += wire_lines(p for p in command.packets if not stalled or p.ack != 2)
        took = command.end - command.packets[0].time
        lines.append("wires" if command.pauses or stalled else f"wires {took:.1f}")
    return lines, cut


if __name__ == "__main__":
    if sys.argv[1] == "usb":
        print("\n".join(usb_table(sys.argv[2], "poweron" in sys.argv[2] or "dev106" in sys.argv[2])))
    else:
        print("\n".join(wires_table(sys.argv[2], sys.argv[3])[0]))
