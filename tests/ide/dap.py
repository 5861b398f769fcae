# SPDX-License-Identifier: MIT
"""A client of the Debug Adapter Protocol, as VS Code and Theia are: it starts an adapter and talks to it in
JSON over pipes. It waits for answers and events, never for a while.

An adapter is a program of others, used as it comes. This file knows the protocol; what a scenario says about
a particular adapter is in the scenario.
"""

import base64
import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from harness import PATIENCE_S, Failed  # noqa: E402


class Adapter:
    def __init__(self, command):
        environment = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "SWDLINK_WRAP")}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=environment,
                                        start_new_session=True)
        self.seq = 0
        self.messages = []  # all that came, in order
        self.seen = {}      # per kind of event: how many were taken
        self.closed = False
        self.news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        pipe = self.process.stdout
        while True:
            length = 0
            while line := pipe.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = pipe.read(length)
            with self.news:
                if length and len(body) == length:
                    self.messages.append(json.loads(body))
                else:
                    self.closed = True
                self.news.notify_all()
                if self.closed:
                    return

    def _wait(self, predicate, what):
        deadline = time.monotonic() + PATIENCE_S
        with self.news:
            while True:
                found = predicate()
                if found is not None:
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or self.closed:
                    why = "the adapter has ended" if self.closed else "nothing came"
                    last = "\n".join(json.dumps(m)[:300] for m in self.messages[-15:])
                    raise Failed(f"waited for {what}: {why}; the last messages were\n{last}")
                self.news.wait(left)

    def start(self, command, **arguments):
        """Sends a request and does not wait."""
        self.seq += 1
        text = json.dumps({"seq": self.seq, "type": "request", "command": command,
                           "arguments": arguments}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        self.process.stdin.flush()
        return self.seq

    def reply(self, seq):
        """The whole response to a request, be it a success or not."""
        return self._wait(lambda: next((m for m in self.messages if m["type"] == "response" and
                                        m["request_seq"] == seq), None), f"the answer to request {seq}")

    def finish(self, seq):
        reply = self.reply(seq)
        if not reply["success"]:
            raise Failed(f"{reply['command']} failed: {reply.get('message')}")
        return reply.get("body", {})

    def request(self, command, **arguments):
        return self.finish(self.start(command, **arguments))

    def refused(self, command, **arguments):
        """The request must fail; gives the message that a person would see."""
        reply = self.reply(self.start(command, **arguments))
        if reply["success"]:
            raise Failed(f"{command} should have failed")
        return reply.get("message", "")

    def _events(self, kind):
        return [m for m in self.messages if m["type"] == "event" and m["event"] == kind]

    def event(self, kind):
        """The next event of this kind that was not taken yet; gives its body."""
        taken = self.seen.get(kind, 0)
        self.seen[kind] = taken + 1
        def next_one():
            events = self._events(kind)
            return events[taken] if len(events) > taken else None
        return self._wait(next_one, f"the event '{kind}'").get("body", {})

    def events_left(self, kind):
        """The events of this kind that nobody has taken."""
        with self.news:
            return self._events(kind)[self.seen.get(kind, 0):]

    def output(self):
        """Everything in the debug console so far."""
        with self.news:
            return "".join(m["body"].get("output", "") for m in self._events("output"))

    def wait_output(self, text):
        """Lines of GDB and of the server, which have pipes of their own, may come in between each other's."""
        def there():
            said = {}
            for body in (m["body"] for m in self._events("output")):
                for stream in ("", body.get("category")):  # all, and each by itself
                    said[stream] = said.get(stream, "") + body.get("output", "")
            return True if any(text in whole for whole in said.values()) else None
        return self._wait(there, f"'{text}' in the debug console")

    def kill(self):
        """As when the editor's window is closed by force."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failed("the adapter does not end when its client has gone") from None

    # What an editor does with one click.

    def initialize(self):
        return self.request("initialize", adapterID="swdlink-test", pathFormat="path",
                            linesStartAt1=True, columnsStartAt1=True,
                            supportsRunInTerminalRequest=False, supportsMemoryReferences=True)

    def breakpoints(self, path, *points):
        """Sets a file's breakpoints: line numbers, or dictionaries with conditions."""
        wanted = [p if isinstance(p, dict) else {"line": p} for p in points]
        body = self.request("setBreakpoints", source={"path": path}, breakpoints=wanted)
        return body["breakpoints"]

    def go(self, command="continue", **arguments):
        """Lets the target run and waits for its next stop; gives the reason."""
        self.request(command, threadId=1, **arguments)
        return self.event("stopped")["reason"]

    def frames(self):
        return self.request("stackTrace", threadId=1)["stackFrames"]

    def frame(self):
        return self.frames()[0]

    def evaluate(self, expression, context="watch"):
        return self.request("evaluate", expression=expression, context=context,
                            frameId=self.frame()["id"])["result"]

    def watch(self, expression):
        """As a live watch asks: of the running program, without a frame."""
        return self.request("evaluate", expression=expression, context="watch")["result"]

    def scope(self, name):
        """The variables of a scope of the top frame, by name."""
        scopes = self.request("scopes", frameId=self.frame()["id"])["scopes"]
        found = next(s for s in scopes if s["name"] == name)
        return self.children(found["variablesReference"])

    def children(self, reference):
        return {v["name"]: v for v in self.request("variables", variablesReference=reference)["variables"]}

    def memory(self, reference, count, offset=0):
        body = self.request("readMemory", memoryReference=reference, offset=offset, count=count)
        return base64.b64decode(body["data"])
