# SPDX-License-Identifier: MIT
"""Programs that print what a test says, and runs of them on the virtual board."""

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import json_documents  # noqa: E402

BUILD = os.environ.get("top_builddir", ".")
SWDLINK = os.path.join(BUILD, "swdlink")
SIM = os.path.join(BUILD, "swdlink-sim")
PROGRAM = os.path.join(BUILD, "tests/firmware/says.elf")
MARK = b"swdlink script:\0"
TEXT_SIZE = 3000
CHANNELS = ["console", "letters", "rtt", "rtt-drops"]
ENDINGS = ["exit-extended", "exit", "exit-error", "break", "fault", "lockup", "reset", "watchdog", "hang",
           "exit-for-ever", "say-for-ever", "lose-rtt", "read"]
BOARD = "virtual:stm32f031k6"

_directory = tempfile.TemporaryDirectory()
DIR = _directory.name


def is_possible():
    return os.path.exists(PROGRAM) and subprocess.run(
        [SWDLINK, "list", "--probe", "virtual"], capture_output=True, check=False).returncode == 0


def program(name, text, channel="console", ending="exit-extended", status=0):
    """The path of an ELF file that prints the text and ends so."""
    with open(PROGRAM, "rb") as f:
        data = bytearray(f.read())
    at = data.index(MARK) + len(MARK)
    body = text if isinstance(text, bytes) else text.encode()
    assert len(body) < TEXT_SIZE and b"\0" not in body, name
    words = (CHANNELS.index(channel), ENDINGS.index(ending), status & 0xffffffff)
    data[at:at + 12] = b"".join(w.to_bytes(4, "little") for w in words)
    data[at + 12:at + 12 + TEXT_SIZE] = body.ljust(TEXT_SIZE, b"\0")
    path = os.path.join(DIR, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


class Junit:
    """What a CI server reads in a report."""

    def __init__(self, path):
        suite = xml.etree.ElementTree.parse(path).getroot().find("testsuite")
        self.counts = tuple(int(suite.get(k)) for k in ("tests", "failures", "errors", "skipped"))
        self.cases = suite.findall("testcase")
        self.output = suite.find("system-out").text or ""

    def bad(self):
        """The messages of failures and errors, in order."""
        return [f"{e.tag}: {e.get('message')}" for c in self.cases for e in c if e.tag in ("failure", "error")]

    def names(self):
        return [c.get("name") for c in self.cases]


def run(path, *options, board=BOARD, before=(), timeout=60, env=None, text_input=""):
    """The finished process of `swdlink run`."""
    done = subprocess.run([*before, SWDLINK, "run", path, "--probe", board, *options], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                          input=text_input, timeout=timeout, env={**os.environ, **(env or {})})
    json_documents.check(["run", *options], done.stdout)
    return done


class Tap:
    """Our own results, as the tests of this project are told them."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, wanted, got):
        self.count += 1
        good = wanted == got
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.count} - {name}".replace("#", "no. "))
        if not good:
            for word, value in (("wanted", wanted), ("got", got)):
                for line in f"{word}: {value}".splitlines():
                    print("#", line)

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def plan(self):
        print(f"1..{self.count}")


def find(program_name):
    return shutil.which(program_name)
