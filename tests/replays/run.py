#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Replays every record of this folder: NAME.rec is played to the command that stands in its first line, and
what is printed and the exit status must be those of NAME.expected. A record of `serve` has the debugger's
packets in NAME.rsp, one a line: `^C` is Ctrl-C, and a packet with ` &` behind it is not waited for.

    run.py [NAME...]            as a test
    run.py --accept NAME...     writes NAME.expected from what the replay prints now
    run.py --again [NAME...]    makes records of virtual boards anew, and accepts them: of all, those that do not
                                replay any more

doc/records.md tells how a record from the field becomes one of these.
"""

import difflib
import glob
import json
import os
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("top_builddir") or os.path.join(HERE, "..", "..", "build-dev")
SWDLINK = os.path.abspath(os.path.join(BUILD, "swdlink"))
PATIENCE_S = float(os.environ.get("PATIENCE", 60))  # a hang is a failure; never a measure of speed


def header(name):
    with open(os.path.join(HERE, name + ".rec"), encoding="utf-8") as file:
        return json.loads(file.readline())


def opened(name):
    with open(os.path.join(HERE, name + ".rec"), encoding="utf-8") as file:
        file.readline()
        return json.loads(file.readline()).get("open") or {}


def without(words, *options):
    """The words without these options and their arguments."""
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in options:
            skip = True
        elif not any(word.startswith(option + "=") for option in options):
            kept.append(word)
    return kept


class Debugger:
    """Sends packets to `serve --stdio`, and keeps what comes back."""

    def __init__(self, process):
        self.process = process
        self.said = []

    def byte(self):
        byte = self.process.stdout.read(1)
        if not byte:
            raise EOFError
        return byte

    def packet(self):
        while self.byte() != b"$":
            pass
        text = b""
        while (byte := self.byte()) != b"#":
            text += byte
        self.byte(), self.byte()
        self.send(b"+")
        return text.decode("latin-1")

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def reply(self):
        while True:
            text = self.packet()
            self.said.append("  " + text)
            if not (text.startswith("O") and text != "OK"):  # console output is no reply
                return

    def ask(self, line):
        self.said.append(line)
        text = line.removesuffix(" &")
        if text == "^C":
            self.send(b"\x03")
        else:
            data = text.encode()
            self.send(b"$" + data + b"#%02x" % (sum(data) & 0xff))
        if text == line:
            self.reply()


def talk(process, script):
    debugger = Debugger(process)
    try:
        for line in script:
            debugger.ask(line)
        process.stdin.close()
    except (EOFError, BrokenPipeError):
        debugger.said.append("(the server has ended)")
    return "".join(line + "\n" for line in debugger.said)


def run(name, extra):
    """What the command prints, as the text of an .expected file."""
    first = header(name)
    command = [SWDLINK, first["command"], *without(first["arguments"], "--probe", "--record"), *extra]
    environment = {k: v for k, v in os.environ.items() if k not in ("SWDLINK_PROBE", "NO_COLOR")}
    environment["XDG_STATE_HOME"] = "/dev/null"
    process = subprocess.Popen(command, cwd=HERE, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.start()
    script = os.path.join(HERE, name + ".rsp")
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    reader.start()
    if os.path.exists(script):
        with open(script, encoding="utf-8") as file:
            output = talk(process, file.read().splitlines())
    else:
        process.stdin.close()
        output = process.stdout.read().decode("utf-8", "replace")
    status = process.wait()
    reader.join()
    timer.cancel()
    messages = "".join(line for line in errors[0].decode("utf-8", "replace").splitlines(True)
                       if not line.startswith("replaying "))
    return f"status {status}\n--- output\n{output}--- messages\n{messages}"


def replay(name):
    return run(name, ["--probe", f"replay:{name}.rec"])


def expected_file(name):
    return os.path.join(HERE, name + ".expected")


def accept(name):
    text = replay(name)
    with open(expected_file(name), "w", encoding="utf-8") as file:
        file.write(text)


def again(name):
    words = header(name)["arguments"]
    board = words[words.index("--probe") + 1]
    run(name, ["--probe", board, "--record", f"{name}.rec"])
    accept(name)


def as_expected(name):
    with open(expected_file(name), encoding="utf-8") as file:
        return replay(name) == file.read()


def test(names):
    print(f"1..{len(names)}", flush=True)
    failed = 0
    for number, name in enumerate(names, 1):
        with open(expected_file(name), encoding="utf-8") as file:
            wanted = file.read()
        got = replay(name)
        if got != wanted:
            failed += 1
            for line in difflib.unified_diff(wanted.splitlines(), got.splitlines(), "wanted", "got", lineterm=""):
                print("# " + line)
        print(f"{'ok' if got == wanted else 'not ok'} {number} - {name} replays", flush=True)
    if failed:
        print("# if the program shall talk to the probe in another way: tests/replays/run.py --again")
    return 1 if failed else 0


def main():
    words = sys.argv[1:]
    mode = words.pop(0) if words and words[0].startswith("--") else ""
    names = words or sorted(os.path.basename(path)[:-4] for path in glob.glob(os.path.join(HERE, "*.rec")))
    if mode == "--accept" and words:
        for name in names:
            accept(name)
    elif mode == "--again":
        for name in names:
            if opened(name).get("virtual") and (words or not as_expected(name)):
                again(name)
    elif mode:
        sys.exit(__doc__)
    else:
        sys.exit(test(names))


if __name__ == "__main__":
    main()
