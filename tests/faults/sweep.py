#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every job of swdlink with a fault of the probe at each of its USB commands, at the virtual board.

What must hold at every point: the job ends, by itself and within a bound of the board's own time; its status is 0 only if
the chip, or the file, holds what was asked for; otherwise it says why in one sentence; and the next run, without the
fault, makes it good. A stride chooses some of the points; SWDLINK_TEST_ALL=1 (scripts/check --full) takes all.
Usage: sweep.py [WORD]...: jobs with one of these words in their names.
"""

import concurrent.futures
import json
import os
import random
import re
import resource
import shutil
import select
import signal
import subprocess
import sys
import tempfile
import time
import typing

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))
from harness import BUILD, firmware  # noqa: E402

ALL = bool(os.environ.get("SWDLINK_TEST_ALL"))
SAMPLE = int(os.environ.get("SWDLINK_TEST_SAMPLE", 1))
SWDLINK = os.path.join(BUILD, "swdlink")
PATIENCE_S = 120  # of this computer; what counts is the board's time
BOUND_NS = 60 * 10**9  # more than that a job may not take longer because of one fault
KINDS = ("unplug", "stall", "timeout", "short", "garbage", "late")
POINTS = max(2, 3 // SAMPLE)  # of each kind and job, unless all are asked for
PAIRS = max(1, 4 // SAMPLE)
FLASH, FLASH_AT, OPTIONS_AT = 32768, 35, 35 + 32768  # of the file of store=


class Point(typing.NamedTuple):
    status: int
    says: str
    out: bytes
    ns: int
    commands: int
    folder: str


class Job(typing.NamedTuple):
    name: str
    words: tuple  # {elf}, {image}, {out} are replaced
    holds: typing.Callable  # of a Point: whether what was asked for is there
    store: str = "full"  # how the chip begins
    packets: tuple = ()  # what a debugger says at standard input, one after the other
    may_differ: tuple = ()  # kinds whose damage no checksum would show


def flash_of(point):
    with open(os.path.join(point.folder, "store"), "rb") as file:
        return file.read()[FLASH_AT:FLASH_AT + FLASH]


def options_of(point):
    with open(os.path.join(point.folder, "store"), "rb") as file:
        return file.read()[OPTIONS_AT:OPTIONS_AT + 16]


def options_are(wanted):
    """All of them; a chip that lost its supply in the middle may be read-protected at level 1."""
    def check(point):
        found = options_of(point)
        unplugged = os.path.exists(os.path.join(point.folder, "unplugged"))
        return found[2:] == wanted[2:] and (found[:2] == wanted[:2] or unplugged)
    return check


def made_program(seed):
    code = bytes.fromhex("00100020" "09000008" "fee7fee7")
    return code + bytes(random.Random(seed).randrange(1, 128) for _ in range(8192 - len(code)))


IMAGES = {"full": made_program(1), "other": made_program(2)}
IMAGES["changed"] = IMAGES["full"][:5000] + b"!" + IMAGES["full"][5001:]


def has_image(name):
    return lambda point: flash_of(point)[:8192] == IMAGES[name]


def file_is(name):
    def check(point):
        with open(os.path.join(point.folder, "out"), "rb") as file:
            return file.read() == IMAGES[name]
    return check


def framed(text):
    data = text.encode() if isinstance(text, str) else text
    return b"$" + data + b"#%02x" % (sum(data) & 0xff)


def escaped(data):
    return b"".join(bytes((0x7d, byte ^ 0x20)) if byte in b"$#}*" else bytes((byte,)) for byte in data)


def written(image):
    return [b"vFlashWrite:%x:" % (0x08000000 + at) + escaped(image[at:at + 2048]) for at in range(0, len(image), 2048)]


MONITOR = "qRcmd," + b"reset halt".hex()
SESSION = ("QStartNoAckMode", "?", "vFlashErase:08000000,2000", *written(IMAGES["other"]), "vFlashDone", MONITOR, "g",
           "m20000000,40", "Z1,8000008,2", "vCont;s:1", "z1,8000008,2", "D")
AGAIN = ("QStartNoAckMode", "?", "D", "?", "Z2,20000000,80000000", "Z1,8000008,2", "Z2,20000010,4", "z1,8000008,2", MONITOR,
         "Z1,8000008,2", "D")


def replies(out):
    found = re.findall(rb"\$([^#]*)#..", out)
    return [reply for reply in found if not (reply[:1] == b"O" and reply != b"OK")]


def converse(process, asked, deadline):
    """Sends each packet when the one before has its reply; gives all output."""
    out = b""
    try:
        for number, text in enumerate(asked, 1):
            process.stdin.write(framed(text))
            process.stdin.flush()
            while len(replies(out)) < number:
                ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
                more = os.read(process.stdout.fileno(), 65536) if ready else b""
                if not more:
                    return out
                out += more
        process.stdin.close()
    except BrokenPipeError:
        pass
    return out


def session_holds(asked):
    """Each packet has its reply, and what was said to be in the flash is there."""
    def check(point):
        answered = replies(point.out)
        if len(answered) < len(asked) and "swdlink: " not in point.says:
            return False
        done = [reply for text, reply in zip(asked, answered) if text == "vFlashDone"]
        return done != [b"OK"] or flash_of(point)[:8192] == IMAGES["other"]
    return check


JOBS = (
    Job("info", ("info",), lambda point: b"F031x6" in point.out, may_differ=("garbage",)),
    Job("read", ("read", "0x08000000", "8192", "-o", "{out}"), file_is("full"), may_differ=("garbage",)),
    Job("read twice", ("read", "0x08000000", "8192", "--verify", "-o", "{out}"), file_is("full")),
    Job("verify", ("verify", "{full}"), lambda point: True),
    Job("verify of another", ("verify", "{other}"), lambda point: False),
    Job("reset", ("reset",), lambda point: True),
    Job("flash a blank chip", ("flash", "{full}"), has_image("full"), store="blank"),
    Job("flash a changed page", ("flash", "{changed}"), has_image("changed")),
    Job("flash another program", ("flash", "{other}", "--erase", "pages"), has_image("other")),
    Job("erase", ("erase", "--range", "0x08000000:8K"), lambda point: flash_of(point)[:8192] == b"\xff" * 8192),
    Job("options", ("options", "DATA0=0x5a", "--yes"), options_are(bytes.fromhex("aa55fd025aa57788fe01ff00ff00ff00")),
        store="options"),
    Job("unlock", ("unlock", "--yes"), options_are(bytes.fromhex("aa55fd02ff007788fe01ff00ff00ff00")), store="locked"),
    Job("run", ("run", "{elf:ci.elf}", "--timeout", "20"), lambda point: True, store="blank"),
    Job("run --rtt", ("run", "{elf:rtt.elf}", "--rtt", "--timeout", "1"), lambda point: False, store="blank"),
    Job("doctor", ("doctor", "--deep"), lambda point: True),
    Job("a session", ("serve", "--stdio"), session_holds(SESSION), packets=SESSION),
    Job("a debugger comes back", ("serve", "--stdio"), session_holds(AGAIN), packets=AGAIN),
)


class Bench:
    """Chips as the jobs find them, and runs."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}
        for name, image in IMAGES.items():
            self.files["{" + name + "}"] = os.path.join(folder, name + ".bin")
            with open(self.files["{" + name + "}"], "wb") as file:
                file.write(image)
        self.make_store("blank", ("info",))
        self.make_store("full", ("flash", "{full}"), "blank")
        self.make_store("options", ("options", "DATA1=0x77", "nRST_STOP=0", "WRP0=0xfe", "--yes"), "full")
        self.make_store("locked", ("options", "RDP=1", "--yes"), "options")

    def make_store(self, name, words, begin=None):
        at = os.path.join(self.folder, name)
        os.makedirs(at)
        if begin:
            shutil.copy(os.path.join(self.folder, begin, "store"), at)
        point = self.run(at, words, (), "")
        if point.status:
            raise AssertionError(f"{name}: {point.says}")

    def run(self, folder, words, packets, faults, limit=None):
        command = [SWDLINK]
        for word in words:
            word = self.files.get(word, word).replace("{out}", os.path.join(folder, "out"))
            command.append(re.sub(r"\{elf:(.*)\}", lambda m: firmware(m.group(1)), word))
        account = os.path.join(folder, "account")
        board = f"stm32f031k6,store={folder}/store,account={account}{faults}"
        environment = {**os.environ, "XDG_STATE_HOME": os.path.join(folder, "state"), "NO_COLOR": "1"}
        if os.path.exists(account):
            os.unlink(account)
        command += ["--probe", "virtual:" + board]
        if "unplug" in faults:  # the chip's supply goes with its board, which the next run opens anew
            with open(os.path.join(folder, "unplugged"), "wb"):
                pass
        with tempfile.TemporaryFile() as says, subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=says if packets else subprocess.PIPE,
                env=environment, preexec_fn=limit) as process:
            out = converse(process, packets, time.monotonic() + PATIENCE_S) if packets else b""
            if process.stdin.closed:
                process.stdin = None
            more, told = process.communicate(timeout=PATIENCE_S)
            says.seek(0)
            out, told = out + more, told or says.read()
        counted = {}
        if os.path.exists(account):
            with open(account, encoding="utf-8") as file:
                counted = json.loads(file.read() or "{}")
        return Point(process.returncode, told.decode(errors="replace"), out, counted.get("virtual_ns", 0),
                     counted.get("usb_commands", 0), folder)

    def begin(self, job):
        folder = tempfile.mkdtemp(dir=self.folder)
        shutil.copy(os.path.join(self.folder, job.store, "store"), folder)
        return folder


def what_is_wrong(job, point, plain, kinds):
    """Of a run with faults; a text, or None."""
    sentences = re.findall(r"^swdlink: .*", point.says, re.MULTILINE)
    if point.status < 0 or point.status in (134, 139) or "Sanitizer" in point.says or "runtime error" in point.says:
        return f"it crashed ({point.status})"
    if point.ns > plain.ns + BOUND_NS:
        return f"it took {point.ns // 10**9} s of the board's time"
    if point.status == 0 and plain.status != 0:
        return "its status is 0, and it should not be"
    if point.status == 0 and not set(kinds) & set(job.may_differ) and not job.holds(point):
        return "its status is 0, and what was asked for is not there"
    if point.status != 0 and not point.says.strip() and not point.out.strip():
        return "it failed without a word"
    if len(sentences) > 1:
        return "it has more than one last sentence"
    return None


def one_point(bench, job, plain, faults):
    """(failed, repaired, text or None) of a fault, or several."""
    folder = bench.begin(job)
    text = ",".join(f"usb={kind}@{at}" for kind, at in faults)
    point = bench.run(folder, job.words, job.packets, "," + text)
    wrong = what_is_wrong(job, point, plain, [kind for kind, _ in faults])
    failed = point.status != plain.status
    repaired = False
    if not wrong and failed:
        again = bench.run(folder, job.words, job.packets, "")
        if again.status != plain.status or (plain.status == 0 and not job.holds(again)):
            wrong = f"the next run does not make it good: {again.status} {again.says[-300:]}"
        repaired = not wrong
    shutil.rmtree(folder)
    return failed, repaired, wrong and f"{job.name}, {text}: {wrong}: {point.says[-300:]}"


def points_of(job, plain):
    """Faults one by one, and pairs."""
    last = max(plain.commands, 1)
    stride = 1 if ALL else max(1, last // POINTS)
    for number, kind in enumerate(KINDS):
        for at in range(1 + number % stride, last + 1, stride):
            yield [(kind, at)]
    dice = random.Random(job.name)
    for _ in range(PAIRS * 20 if ALL else PAIRS):
        yield [(kind, dice.randint(1, last)) for kind in dice.sample(KINDS, 2)]


def sweep(bench, job, pool):
    folder = bench.begin(job)
    plain = bench.run(folder, job.words, job.packets, "")
    shutil.rmtree(folder)
    results = list(pool.map(lambda faults: one_point(bench, job, plain, faults), points_of(job, plain)))
    wrong = [text for _, _, text in results if text]
    print(f"# {job.name}: {plain.commands} commands, {len(results)} points, {sum(f for f, _, _ in results)} failed, "
          f"{sum(r for _, r, _ in results)} made good by the next run, {len(wrong)} wrong", flush=True)
    return wrong


# ---- files that cannot be written ---------------------------------------------------------------

def no_room():
    """A file may have no byte: write() fails (EFBIG), as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


WRITERS = (
    ("read -o", ("read", "0x08000000", "1K", "-o", "{out}")),
    ("read --record", ("read", "0x08000000", "1K", "--record", "{out}")),
    ("run --junit", ("run", "{elf:ci.elf}", "--junit", "{out}")),
    ("run --rtt-raw", ("run", "{elf:rtt.elf}", "--rtt-raw", "{out}", "--timeout", "1")),
    ("doctor --html", ("doctor", "--html", "{out}")),
)


def file_faults(bench):
    """Each file that is written, on a full disk and behind a limit: a sentence, and a status that is not 0."""
    wrong = []
    job = JOBS[0]
    for name, words in WRITERS:
        for how in ("full", "limit"):
            folder = bench.begin(job)
            if how == "full":
                os.symlink("/dev/full", os.path.join(folder, "out"))
            point = bench.run(folder, words, (), "" if how == "full" else ",uptime=0", no_room if how == "limit" else None)
            if point.status <= 0 or not point.says.strip():
                wrong.append(f"{name} ({how}): status {point.status}: {point.says[-200:]}")
            shutil.rmtree(folder)
    return wrong


def main():
    jobs = [job for job in JOBS if len(sys.argv) < 2 or any(word in job.name for word in sys.argv[1:])]
    files = len(sys.argv) < 2 or "files" in sys.argv[1:]
    print(f"1..{len(jobs) + files}", flush=True)
    if not ALL:
        print(f"# sampled: {POINTS} points of each kind and job, and {PAIRS} pairs")
    failed = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        bench = Bench(folder)
        tests = [(job.name, lambda job=job: sweep(bench, job, pool)) for job in jobs]
        if files:
            tests.append(("files that cannot be written", lambda: file_faults(bench)))
        for number, (name, test) in enumerate(tests, 1):
            wrong = test()
            failed += bool(wrong)
            for text in wrong[:20]:
                print("# " + text.replace("\n", "\n#   "))
            print(f"{'not ok' if wrong else 'ok'} {number} - {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
