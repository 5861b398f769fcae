#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The doctor on a terminal of 80 columns and 24 rows: no word is cut, the verdict stays in sight, and the meter of --watch
writes over its own line, also while the probe is unplugged."""

import fcntl
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from says import Tap  # noqa: E402

BUILD = os.environ.get("top_builddir", os.getcwd())
SWDLINK = f"{BUILD}/swdlink"
SILENT = "virtual:stm32f031k6,swdio=joined"
PATIENCE_S = 60


def start(words, columns=80, rows=24):
    """A program on a terminal of its own; gives its process and the other end."""
    hand, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
    environment = dict(os.environ, LC_ALL="C.UTF-8", ASAN_OPTIONS="verify_asan_link_order=0")
    process = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    return process, hand


def read_until(hand, pattern, seen=""):
    """Until the pattern is there; None: until the end."""
    deadline = time.monotonic() + PATIENCE_S
    while not (pattern and re.search(pattern, seen)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"/{pattern}/ is not in {seen[-500:]!r}")
        try:
            piece = os.read(hand, 65536)
        except OSError:  # the other side is closed
            return seen
        seen += piece.decode(errors="replace")
        if not piece:
            return seen
    return seen


def on_terminal(*words):
    process, hand = start([SWDLINK, "doctor", "--no-journal", *words])
    text = read_until(hand, None)
    process.wait(PATIENCE_S)
    os.close(hand)
    return text.replace("\r\n", "\n")


def elsewhere(*words):
    return subprocess.run([SWDLINK, "doctor", "--no-journal", *words], capture_output=True, text=True,
                          env=dict(os.environ, LC_ALL="C.UTF-8"), timeout=PATIENCE_S).stdout


def watch_probe(tap):
    """A real cable: the board on the USB bus is unplugged and plugged in."""
    with tempfile.TemporaryDirectory() as folder:
        control = f"{folder}/control"
        process, hand = start([f"{BUILD}/swdlink-sim", "--control", control, "stm32f031k6,firmware=count", "--",
                               "sh", "-c", 'echo "meter $$"; exec "$@"', "sh", SWDLINK, "doctor", "--watch"], columns=60)
        seen = read_until(hand, r"VTref")
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(control)
            for line, pattern in (("unplug", r"is unplugged"), ("plug", r"(?s)is unplugged.*VTref")):
                wire.send(line.encode() + b"\n")
                wire.recv(4096)
                seen = read_until(hand, pattern, seen)
        os.kill(int(re.search(r"meter (\d+)", seen).group(1)), signal.SIGTERM)
        seen = read_until(hand, None, seen)
        process.wait(PATIENCE_S)
        os.close(hand)
    tap.check("--watch waits for a probe that is unplugged", True, bool(re.search(r"(?s)is unplugged.*VTref", seen)))
    shown = [part.split("\x1b[K")[0] for part in seen.split("\r") if "\x1b[K" in part]
    tap.check("... and its line fits on the terminal, and the rest of the line before goes", [],
              [part for part in shown if len(part) > 59])


def main():
    tap = Tap()
    for words in (["--probe", SILENT], ["--probe", "virtual:stm32f031k6,swdio=weak"], ["--explain", "no-answer"],
                  ["--explain", "healthy"], ["--deep", "--probe", "virtual:stm32f031k6,firmware=count"]):
        text = on_terminal(*words)
        tap.check(f"{words}: no line is longer than the terminal", [], [line for line in text.split("\n") if len(line) > 80])
        wanted = elsewhere(*words).split()
        tap.check("... and no word is cut or lost", wanted, text.split()[:len(wanted)])
    text = on_terminal("--probe", SILENT)
    tap.check("a report that is higher than the terminal ends with the verdict", True,
              bool(re.search(r"\nverdict: [^\n]*(\n[^\n]*)?\(no-answer\)\n$", text)))
    tap.check("--explain list names each verdict", True, len(elsewhere("--explain", "list").splitlines()) > 40)
    watch_probe(tap)
    tap.plan()
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
