#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The bytes of a UART (8 data bits, no parity) in a logic capture in sigrok's form, as a table of hex digits.

    uart.py CHANNEL BAUD FILE.sr
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import swd_capture  # noqa: E402


def receive(levels, samples_a_bit):
    """The bytes, and how many of them had no stop bit."""
    out, errors, at = bytearray(), 0, 0
    while (at := levels.find(b"\0", at)) >= 0:
        where = [int(at + (bit + 0.5) * samples_a_bit) for bit in range(10)]
        if where[9] >= len(levels):
            break
        if levels[where[0]]:  # a glitch
            at += 1
            continue
        if not levels[where[9]]:
            errors += 1
            at = max(levels.find(b"\1", at), at + 1)
            continue
        out.append(sum(levels[where[bit + 1]] << bit for bit in range(8)))
        at = max(int(at + 9.5 * samples_a_bit) - 1, at + 1)
    return bytes(out), errors


def read(path, channel, baud):
    samples, rate, channels = swd_capture.load(path)
    bit = channels[channel]
    return receive(samples.translate(bytes(x >> bit & 1 for x in range(256))), rate / baud)


def main():
    channel, baud, path = sys.argv[1:]
    data, errors = read(path, channel.lower(), float(baud))
    print(f"# {len(data)} bytes, {errors} without a stop bit")
    for i in range(0, len(data), 32):
        print(data[i:i + 32].hex())


if __name__ == "__main__":
    main()
