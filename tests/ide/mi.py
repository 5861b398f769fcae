# SPDX-License-Identifier: MIT
"""GDB behind its machine interface, spoken to as IDEs do: in MI commands, asynchronously, several written before
the first is answered. (The scenarios' Gdb speaks the commands that a person types.)
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from harness import GDB, PATIENCE_S, Failed, Reader  # noqa: E402


class Mi:
    def __init__(self, elf, interpreter="mi2"):
        environment = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "SWDLINK_WRAP")}
        self.process = subprocess.Popen([GDB, "-q", "-nx", f"--interpreter={interpreter}"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace",
                                        env=environment, start_new_session=True)
        self.reader = Reader(self.process.stdout)
        self.token = 0
        self.stops = 0  # how many were taken
        self.elf = elf

    def send(self, command):
        """Writes a command and does not wait; gives its token."""
        self.token += 1
        self.process.stdin.write(f"{self.token}-{command}\n")
        self.process.stdin.flush()
        return self.token

    def answer(self, token):
        """The result record of a command: what stands behind its ^."""
        line = self.reader.wait(
            lambda lines: next((l for l in lines if l.startswith(f"{token}^")), None),
            f"the answer to command {token}")
        return line.split("^", 1)[1]

    def done(self, token):
        record = self.answer(token)
        if record.startswith("error"):
            raise Failed(f"command {token} failed: {record}")
        return record

    def do(self, command):
        return self.done(self.send(command))

    def fails(self, command):
        record = self.answer(self.send(command))
        if not record.startswith("error"):
            raise Failed(f"{command} should have failed: {record}")
        return record

    def all(self, commands):
        """Writes them all, then waits for all to succeed."""
        return [self.done(token) for token in [self.send(command) for command in commands]]

    def console(self, line):
        return f'interpreter-exec console "{line}"'

    def stop(self):
        """The next *stopped record that was not taken yet."""
        wanted = self.stops
        self.stops += 1
        def next_one(lines):
            stops = [l for l in lines if l.startswith("*stopped")]
            return stops[wanted] if len(stops) > wanted else None
        return self.reader.wait(next_one, "the target to stop")

    def stops_left(self):
        with self.reader.news:
            return [l for l in self.reader.lines if l.startswith("*stopped")][self.stops:]

    def run(self, command):
        """Lets the target run and waits for the stop."""
        self.do(command)
        return self.stop()

    def value(self, expression):
        record = self.do(f'data-evaluate-expression "{expression}"')
        return int(re.search(r'value="(0x[0-9a-f]+|-?\d+)', record).group(1), 0)

    def said(self):
        with self.reader.news:
            return "\n".join(self.reader.lines)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def quit(self):
        if self.process.poll() is None:
            self.send("gdb-exit")
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failed("GDB does not end") from None
