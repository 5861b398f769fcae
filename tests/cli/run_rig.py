# SPDX-License-Identifier: MIT
"""`swdlink run` and its rig: what a program before has left, probes that are busy or go away, power that fails, reports
that cannot be written, boards that are used at a time, many runs in a row.

SWDLINK_TEST_LONG=1: a thousand runs in a row, and a thousand with four at a time, instead of a few."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time

import says

PATIENCE_S = 60
LONG = bool(os.environ.get("SWDLINK_TEST_LONG"))
SERIAL = "30303030303030303030303%X"
PASS, FAIL = "ok 1 - adc\n", "not ok 1 - adc\n"


def report(name="r.xml"):
    return os.path.join(says.DIR, name)


def simulated(*options, boards=1, board="stm32f031k6"):
    """The command in front of another one, which then sees these probes."""
    return [says.SIM, *options, "--count", str(boards), board, "--"]


def sim_works(tap, name):
    """Whether programs can be given mocked USB devices here."""
    got = subprocess.run([*simulated(), says.SWDLINK, "list"], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    if got.returncode == 0 and "ST-LINK" in got.stdout:
        return True
    tap.skip(name, "swdlink-sim cannot give devices to programs here")
    return False


def control(path, words):
    """One command to the control socket of swdlink-sim; its answer."""
    with socket.socket(socket.AF_UNIX) as s:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                s.connect(path)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        s.sendall((words + "\n").encode())
        return s.recv(4096).decode()


def stale_rtt(tap):
    """Each program's block is its own: at the symbol of the file, and without a file's symbol wherever it is."""
    store = f",store={os.path.join(says.DIR, 'store')}"
    for strip in (False, True):
        for first, second in ((PASS, FAIL), (FAIL, PASS), (PASS, "")):
            codes = []
            for name, text in (("first.elf", first), ("second.elf", second)):
                path = says.program(name, text, "rtt")
                if strip:
                    subprocess.run(["arm-none-eabi-strip", path], check=True)
                got = says.run(path, "--rtt", "--junit", report(), "--timeout", "20", board=says.BOARD + store)
                codes.append((got.returncode, got.stdout))
            wanted = [(0 if text == PASS else 1, text) for text in (first, second)]
            tap.check(f"RTT of {'another' if first != second else 'this'} program before is not taken: {first!r}, "
                      f"{second!r}{', without symbols' if strip else ''}", wanted, codes)


def stale_rtt_in_one_session(tap):
    """The RAM keeps what it had: one board, two programs."""
    if not sim_works(tap, "a stale RTT block on one board"):
        return
    paths = [says.program(f"{i}.elf", text, "rtt") for i, text in enumerate((PASS, FAIL))]
    for path in paths:
        subprocess.run(["arm-none-eabi-strip", path], check=True)
    line = "; ".join(f"{says.SWDLINK} run -q {p} --rtt --junit {report()} --timeout 20; echo $?" for p in paths)
    got = subprocess.run([*simulated(), "sh", "-c", line], check=False, stdout=subprocess.PIPE, text=True, timeout=60)
    tap.check("a stale RTT block in the RAM of the same board", f"{PASS}0\n{FAIL}1\n", got.stdout)


def rtt_of_short_programs(tap):
    for drops in ("rtt", "rtt-drops"):
        path = says.program("short.elf", FAIL, drops)
        for chip in ("stm32f031k6", "stm32f072rb", "stm32f091rc"):
            got = says.run(path, "--rtt", "--junit", report(), board=f"virtual:{chip}")
            tap.check(f"RTT ({drops}) of a program that ends at once, on {chip}", (1, FAIL),
                      (got.returncode, got.stdout))
    path = says.program("none.elf", "", "console")
    for options, wanted in (((), 0), (("--junit", report()), 1), (("--tap",), 1),
                            (("--junit", report(), "--allow-no-tests"), 0)):
        got = says.run(path, "--rtt", *options)
        tap.check(f"no RTT block, {options[:1]}{options[2:]}", (wanted, True),
                  (got.returncode, "no RTT control block was found" in got.stderr))


def rtt_that_goes_wrong(tap):
    for channel in ("rtt", "rtt-drops", "console", "letters"):
        path = says.program("p.elf", "a line\n", channel, "say-for-ever")
        got = says.run(path, "--rtt", "--timeout", "0.2")
        tap.check(f"who prints for ever by {channel} is late still", (124, "a line"),
                  (got.returncode, got.stdout.split("\n", 1)[0]))
    path = says.program("p.elf", PASS + "# more than its buffer holds\n" * 20, "rtt", "lose-rtt")
    for options, status in (["--rtt"], 0), (["--rtt", "--junit", report()], 1):
        got = says.run(path, *options)
        tap.check(f"{options}: a control block that went is told".replace(says.DIR, "DIR"), (status, True),
                  (got.returncode, "control block was lost" in got.stderr))
    tap.check("it is a failure in the report", True, "failure: the RTT control block was lost" in
              " ".join(says.Junit(report()).bad()))


def reports(tap):
    path = says.program("p.elf", PASS)
    account = report("account")
    got = says.run(path, "--junit", "/nowhere/at/all.xml", board=f"{says.BOARD},account={account}")
    tap.check("a report that cannot be opened is told before anything is done", (125, False),
              (got.returncode, os.path.exists(account)))
    got = says.run(report("no such file"), "--junit", report())
    tap.check("a file that is not there is an error in the report", (125, 1),
              (got.returncode, says.Junit(report()).counts[2]))
    for options in (["--tap", "--json"], ["--rtt-raw", "-", "--tap"], ["--rtt-raw", "-", "--json"],
                    ["--swo-json", "-", "--json"], ["--swo-json", "-", "--rtt-raw", "-"]):
        got = says.run(path, *options)
        tap.check(f"{' '.join(options)} both want standard output", 125, got.returncode)
    own = os.path.join(says.DIR, "own.elf")
    shutil.copy(path, own)
    for options in (["--junit", own], ["--rtt-raw", own], ["--junit", f"{says.DIR}/./own.elf"],
                    ["--junit", report("new"), "--rtt-raw", report("new")], ["--swo-json", own],
                    ["--swo-json", report("new"), "--junit", report("new")],
                    ["--swo-json", report("new"), "--rtt-raw", report("new")]):
        got = says.run(own, *options)
        with open(path, "rb") as a, open(own, "rb") as b:
            tap.check(f"{' '.join(options)}: nothing is written over another file", (125, True),
                      (got.returncode, a.read() == b.read()))
    with open(report("out"), "w", encoding="utf-8") as f:
        got = subprocess.run([says.SWDLINK, "run", path, "--probe", says.BOARD, "--tap", "--junit", report("out")],
                             check=False, stdout=f, stderr=subprocess.DEVNULL)
    tap.check("a report is not written over standard output", 125, got.returncode)
    got = says.run(path, "--junit", "-", board=says.BOARD)
    with open(report("out"), "w", encoding="utf-8") as f:
        f.write(got.stdout)
    tap.check("--junit - is standard output, and the program's is standard error", (0, (1, 0, 0, 0), PASS),
              (got.returncode, says.Junit(report("out")).counts, got.stderr))
    for options in ([], ["--tap"], ["--json"], ["--junit", "/dev/full"]):
        with open("/dev/full" if not options[1:] else "/dev/null", "w", encoding="utf-8") as f:
            got = subprocess.run([says.SWDLINK, "run", path, "--probe", says.BOARD, *options], check=False, stdout=f,
                                 stderr=subprocess.DEVNULL)
        tap.check(f"{' '.join(options)} on a full disk", 125, got.returncode)
    process = subprocess.Popen([says.SWDLINK, "run", says.program("h.elf", PASS, ending="hang"), "--probe", says.BOARD,
                                "--junit", report()], stdout=subprocess.PIPE)
    process.stdout.read(len(PASS))
    process.kill()
    process.wait()
    tap.check("who is killed leaves a report that says so", (1, 0, 1, 0), says.Junit(report()).counts)
    process = subprocess.Popen([says.SWDLINK, "run", says.program("h.elf", PASS, ending="hang"), "--probe", says.BOARD,
                                "--junit", report()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.read(len(PASS))
    process.terminate()
    tap.check("SIGTERM is the ending", (143, ["failure: interrupted"]),
              (process.wait(timeout=60), says.Junit(report()).bad()))


def documents(tap):
    text = "t.c:3:a:PASS\nt.c:4:b:FAIL: no\xe4\nok 1 - c # SKIP dry\n".encode("latin-1")
    got = says.run(says.program("p.elf", text, status=3), "--json")
    document = json.loads(got.stdout)
    tap.check("--json: the whole run is one document", {
        "schema": 1, "status": 3, "ending": {"kind": "exit", "text": ""}, "passed": 1, "failed": 1, "skipped": 1,
        "errors": 0, "output": text.decode("utf-8", "replace"), "output_dropped": 0},
        {k: v for k, v in document.items() if k not in ("file", "seconds", "tests")})
    tap.check("--json: its tests", [("a", "passed", "t.c", 3), ("b", "failed", "t.c", 4), ("c", "skipped", None, None)],
              [(t["name"], t["result"], t.get("file"), t.get("line")) for t in document["tests"]])
    got = says.run(says.program("p.elf", PASS), "--json", board=says.BOARD + ",swdio=open")
    document = json.loads(got.stdout)
    tap.check("--json: a rig that fails", (122, None, 1, True),
              (document["status"], document["ending"], document["errors"], len(document["error"]["text"]) > 0))
    got = says.run(says.program("p.elf", PASS, ending="hang"), "--json", "--timeout", "0.25")
    tap.check("--json: a time-out", (124, "timeout"), (json.loads(got.stdout)["status"],
                                                       json.loads(got.stdout)["ending"]["kind"]))


def documents_of_what_makes_no_sense(tap):
    path = says.program("p.elf", PASS)
    for words in ([path, "--timeout", "x"], [], [path, "--nonsense"], [path, "--exit-at", "nowhere"],
                  [path, "--probe", "virtual:nochip"], [path, "--tap"], [path + "-is-missing"],
                  [path, "--junit", "/nowhere/at/all.xml"]):
        got = subprocess.run([says.SWDLINK, "run", "--json", "--probe", says.BOARD, *words], check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            text = json.loads(got.stdout)["error"]["text"]
        except ValueError:
            text = "no document"
        tap.check(f"--json {' '.join(words)}: a document with the sentence".replace(says.DIR, "DIR"), (125, True),
                  (got.returncode, f"swdlink: {text}\n" in got.stderr))


def times(tap):
    path = says.program("p.elf", PASS)
    for text, good in (("90", True), ("1.5", True), ("30s", True), ("5m", True), ("2h", True), ("250ms", True),
                       ("0", True), ("1K", False), ("2M", False), ("", False), ("-1", False), ("5x", False)):
        for option in ("--timeout", "--wait"):
            got = says.run(path, f"{option}={text}")
            tap.check(f"{option} {text}", 0 if good else 125, got.returncode)


def busy_and_absent(tap):
    if not sim_works(tap, "--wait"):
        return
    path, socket_path = says.program("p.elf", PASS), os.path.join(says.DIR, "control")
    got = subprocess.run([*simulated(boards=2), says.SWDLINK, "run", path, "--wait", "600"], check=False, timeout=60,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    tap.check("--wait does not wait for one of several probes to go", (121, True, False),
              (got.returncode, "several ST-LINKs fit" in got.stderr, "waiting" in got.stderr))
    hang = says.program("h.elf", "started\n", ending="hang")
    # The first one has the probe until it is ended; the second one waits, and says so; a third one does not wait.
    script = f"""{says.SWDLINK} run {hang} >first & first=$!
tries=0
while ! grep -q started first && [ $tries -lt 6000 ]; do sleep 0.01; tries=$((tries + 1)); done
{says.SWDLINK} run {path}; echo "busy $?"
{says.SWDLINK} info --wait 0.1 >third; echo "late $?"
{says.SWDLINK} run {path} --wait 60 2>told & second=$!
while ! grep -q waiting told && [ $tries -lt 6000 ]; do sleep 0.01; tries=$((tries + 1)); done
kill $first; wait $first; echo "first $?"
wait $second; echo "waited $?"
"""
    got = subprocess.run([*simulated(), "sh", "-c", script], cwd=says.DIR, check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, timeout=120,
                         env={**os.environ, "PATH": os.environ["PATH"]})
    tap.check("--wait waits for a probe that is busy", f"busy 121\nlate 1\nfirst 143\n{PASS}waited 0\n", got.stdout)
    process = subprocess.Popen([*simulated("--control", socket_path), "sh", "-c",
                                f"while [ ! -e gone ]; do sleep 0.01; done; {says.SWDLINK} run {path} --wait 60 2>told"],
                               cwd=says.DIR, stdout=subprocess.PIPE, text=True)
    control(socket_path, "unplug")
    os.remove(os.path.join(says.DIR, "told"))
    with open(os.path.join(says.DIR, "gone"), "w", encoding="utf-8"):
        pass
    told = os.path.join(says.DIR, "told")
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and (
            not os.path.exists(told) or "waiting" not in open(told, encoding="utf-8").read()):
        time.sleep(0.01)
    control(socket_path, "plug")
    output = process.communicate(timeout=60)[0]
    tap.check("--wait waits for a probe that is absent", (0, PASS), (process.returncode, output))


def losses_in_the_middle(tap):
    if not sim_works(tap, "a lost probe, lost power"):
        return
    hang = says.program("h.elf", "ok 1 - a\n", ending="hang")
    for words, status in (("unplug", 121), ("set vdd 0", 122), ("set swdio open", 122)):
        socket_path = os.path.join(says.DIR, "control-" + words.replace(" ", "-"))
        process = subprocess.Popen([*simulated("--control", socket_path), says.SWDLINK, "run", hang, "--junit",
                                    report(), "--timeout", "60"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(9)
        control(socket_path, words)
        process.communicate(timeout=100)
        junit = says.Junit(report())
        tap.check(f"{words} in the middle: status, and the report has the test before and the error",
                  (status, ["a", "the test rig"], (2, 0, 1, 0)), (process.returncode, junit.names(), junit.counts))


def cost(tap):
    """A program that is in the flash already: one reset, and no more USB commands than these."""
    store, account = report("cost"), report("account")
    for text, commands in (("", 41), (PASS, 48)):
        path = says.program("p.elf", text, ending="exit")
        board = f"{says.BOARD},store={store},account={account}"
        says.run(path, board=board)
        got = says.run(path, "-vv", board=board)
        with open(account, encoding="utf-8") as f:
            counted = json.load(f)["usb_commands"]
        resets = got.stderr.count("usb f2 35 0c ed 00 e0 04 00 fa 05")  # AIRCR.SYSRESETREQ
        tap.check(f"an unchanged program that prints {text!r}: status, resets, USB commands", (0, 1, commands),
                  (got.returncode, resets, counted))


LEFT = {"DHCSR": ("e000edf0", 0x2000d), "DEMCR": ("e000edfc", 0x1000501), "BP_CTRL": ("e0002000", 1),
        "BP_COMP0": ("e0002008", 0xffffffff), "DBGMCU_CR": ("40015804", 0xffffffff), "APB1_FZ": ("40015808", 0xffffffff)}


def left_as_found(tap):
    if not sim_works(tap, "the target is left as found"):
        return
    for ending, options, halted in (("exit", [], False), ("exit", [], True), ("exit-for-ever", [], False),
                                    ("fault", [], False), ("hang", ["--timeout", "0.1"], False),
                                    ("hang", ["--exit-at", "reached"], True)):
        path = says.program("p.elf", PASS, ending=ending)
        socket_path = os.path.join(says.DIR, f"left-{ending}-{len(options)}-{halted}")
        script = (f"{says.SWDLINK} flash -q {path} 2>flashed; {says.SWDLINK} reset {'--halt' if halted else ''} -q 2>reset; echo; read x; "
                  f"{says.SWDLINK} run -q {path} {' '.join(options)} >run.out 2>&1; echo; read x")
        process = subprocess.Popen([*simulated("--control", socket_path), "sh", "-c", script], cwd=says.DIR,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        states = []
        for _ in range(2):
            process.stdout.readline()
            words = {}
            control(socket_path, "poke 40021018 400000")  # the clock of DBGMCU
            for name, (address, mask) in LEFT.items():
                words[name] = int(control(socket_path, f"peek {address}").split()[-1], 16) & mask
            states.append(words)
            process.stdin.write("\n")
            process.stdin.flush()
        process.communicate(timeout=60)
        wanted = {name: 0 for name in LEFT} | ({"DHCSR": 0x20001} if halted else {})
        wanted["DBGMCU_CR"], wanted["APB1_FZ"] = states[0]["DBGMCU_CR"], states[0]["APB1_FZ"]
        tap.check(f"a target that {'was halted' if halted else 'ran'} is left so after {ending} {' '.join(options)}",
                  (wanted, wanted), tuple(states))


def in_a_row(tap):
    bad = 0
    rounds = 250 if LONG else 5
    path = {name: says.program(f"{name}.elf", text, channel, status=status) for name, text, channel, status in (
        ("passes", PASS, "console", 0), ("fails", FAIL, "console", 0), ("rtt", FAIL, "rtt", 0),
        ("status", PASS, "letters", 9))}
    board = f"{says.BOARD},store={os.path.join(says.DIR, 'row')}"
    wanted = {"passes": (0, PASS), "fails": (1, FAIL), "rtt": (1, FAIL), "status": (9, PASS)}
    for _ in range(rounds):
        for name, result in wanted.items():
            got = says.run(path[name], "--rtt", "--timeout", "60", board=board)
            bad += (got.returncode, got.stdout) != result
    tap.check(f"{4 * rounds} runs in a row have no flake", 0, bad)


def at_a_time(tap):
    if not sim_works(tap, "boards that are used at a time"):
        return
    path = says.program("p.elf", PASS)
    for boards, rounds in ((4, 250 if LONG else 3), (8, 4 if LONG else 1)):
        script = "\n".join(
            f"(for n in $(seq {rounds}); do {says.SWDLINK} run -q {path} --timeout 100 --probe {SERIAL % i}; echo $?; "
            "done) &" for i in range(boards)) + "\nwait\n"
        got = subprocess.run([*simulated(boards=boards), "sh", "-c", script], check=False, stdout=subprocess.PIPE,
                             text=True, timeout=1200 if LONG else 200)
        lines = got.stdout.split("\n")
        tap.check(f"{boards} boards at a time, {rounds} times: all end well", (boards * rounds, boards * rounds),
                  (lines.count("0"), lines.count(PASS.strip())))


def input_that_has_ended(tap):
    """A program that goes on reading after the end of standard input is told of, once."""
    told = {}
    for reads in (1, 2, 3, 50):
        done = says.run(says.program(f"read{reads}.elf", "", ending="read", status=reads))
        told[reads] = (done.returncode, done.stderr.count("goes on reading its console"))
    tap.check("whoever reads on after the end of standard input is told of, once",
              {1: (0, 0), 2: (0, 0), 3: (0, 1), 50: (0, 1)}, told)
    done = says.run(says.program("reads.elf", "", ending="read", status=3), text_input="xy")
    tap.check("input that comes is no end", (0, 1), (done.returncode, done.stderr.count("goes on reading")))


def main():
    tap = says.Tap()
    if not says.is_possible():
        tap.skip("the rig", "this build has no virtual board, or no ARM compiler")
    else:
        for part in (stale_rtt, stale_rtt_in_one_session, rtt_of_short_programs, rtt_that_goes_wrong, reports, documents,
                     documents_of_what_makes_no_sense, times,
                     input_that_has_ended, busy_and_absent, losses_in_the_middle, cost, left_as_found, in_a_row, at_a_time):
            part(tap)
    tap.plan()
    return 0


if __name__ == "__main__":
    sys.exit(main())
