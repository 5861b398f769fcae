# SPDX-License-Identifier: MIT
"""For every ending of a program and every format of its results: the status, the JUnit and the TAP that come out."""

import os
import sys

import says

# The status; tests, failures, errors, skipped in JUnit; the lines of results in TAP, and its last line.
# What a program prints is told by its name in TEXTS.
TEXTS = {
    "nothing": "",
    "chat": "hello\nok let's go\nok\n",
    "tap": "1..2\nok 1 - a\nok 2 - b\n",
    "tap, one failed": "1..2\nok 1 - a\nnot ok 2 - b\n",
    "tap, plan not met": "1..5\nok 1 - a\n",
    "tap, bail out": "ok 1 - a\nBail out! bus\n",
    "tap, skip and todo": "1..2\nok 1 - a # SKIP dry\nnot ok 2 - b # TODO later\n",
    "tap, coloured": "\x1b[31mnot ok\x1b[0m 1 - a\n",
    "tap, behind a time stamp": "[00:00:01] not ok 1 - x\n",
    "tap, CR LF": "1..1\r\nnot ok 1 - a\r\n",
    "tap, no end of the line": "1..1\nnot ok 1 - a",
    "tap 14, subtest": "TAP version 14\n1..1\n# Subtest: s\n    1..1\n    not ok 1 - in\nok 1 - s\n",
    "unity": "t.c:1:a:PASS\nt.c:2:b:PASS\n2 Tests 0 Failures 0 Ignored \nOK\n",
    "unity, one failed": "t.c:1:a:PASS\nt.c:2:b:FAIL: no\n2 Tests 1 Failures 0 Ignored \nFAIL\n",
    "unity, summary only": "3 Tests 1 Failures 0 Ignored \nFAIL\n",
    "unity, coloured": "t.c:1:t:\x1b[42mPASS\x1b[00m\nt.c:2:u:\x1b[41mFAIL\x1b[00m: no\n",
    "unity, fixture": "TEST(G, a) PASS\nTEST(G, b)t.c:3:TEST(G, b):FAIL: no\n2 Tests 1 Failures 0 Ignored\nFAIL\n",
    "cpputest": "TEST(G, a) - 0 ms\nOK (1 tests, 1 ran, 1 checks, 0 ignored, 0 filtered out, 0 ms)\n",
    "cpputest, one failed": "t.cpp:3: error: Failure in TEST(G, a)\n\tno\n"
                            "Errors (1 failures, 1 tests, 1 ran, 1 checks, 0 ignored, 0 filtered out, 0 ms)\n",
    "ztest": "Running TESTSUITE s\nSTART - a\n PASS - a in 0.001 seconds\nTESTSUITE s succeeded\n"
             "PROJECT EXECUTION SUCCESSFUL\n",
    "ztest, one failed": "Running TESTSUITE s\nSTART - a\n FAIL - a in 0.001 seconds\nTESTSUITE s failed.\n"
                         "PROJECT EXECUTION FAILED\n",
    "gtest": "[==========] Running 1 test from 1 test suite.\n[ RUN      ] S.a\n[       OK ] S.a (0 ms)\n"
             "[==========] 1 test from 1 test suite ran. (0 ms total)\n[  PASSED  ] 1 test.\n",
    "gtest, one failed": "[==========] Running 1 test from 1 test suite.\n[ RUN      ] S.a\n[  FAILED  ] S.a (0 ms)\n"
                         "[==========] 1 test from 1 test suite ran. (0 ms total)\n[  PASSED  ] 0 tests.\n"
                         "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] S.a\n\n 1 FAILED TEST\n",
    "cmocka, one failed": "[==========] Running 2 test(s).\n[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n"
                          "[  ERROR   ] --- no\n[   LINE   ] --- t.c:3: error: Failure!\n[  FAILED  ] b\n"
                          "[==========] 2 test(s) run.\n[  PASSED  ] 1 test(s).\n",
    "libtest, one failed": "running 2 tests\ntest a ... ok\ntest m::b ... FAILED\n"
                           "test result: FAILED. 1 passed; 1 failed; 0 ignored\n",
    "something else": "checking the bus: FAIL\n",
    "not UTF-8": b"not ok 1 - \xff\xfe\xc3(\n",
}

# name, text, options of the program, options of run, status, (JUnit), (TAP: passed, failed, last line)
OK, BAD = "pass", "fail"
FORMATS = [
    ("chat", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("nothing", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("tap", 0, (2, 0, 0, 0), (2, 0, "1..2")),
    ("tap, one failed", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("tap, plan not met", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("tap, bail out", 1, (2, 1, 0, 0), (1, 0, "Bail out! bus")),
    ("tap, skip and todo", 0, (2, 0, 0, 2), (1, 1, "1..2")),
    ("tap, coloured", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("tap, behind a time stamp", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("tap, CR LF", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("tap, no end of the line", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("tap 14, subtest", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("unity", 0, (2, 0, 0, 0), (2, 0, "1..2")),
    ("unity, one failed", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("unity, summary only", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("unity, coloured", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("unity, fixture", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("cpputest", 0, (1, 0, 0, 0), (1, 0, "1..1")),
    ("cpputest, one failed", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("ztest", 0, (1, 0, 0, 0), (1, 0, "1..1")),
    ("ztest, one failed", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("gtest", 0, (1, 0, 0, 0), (1, 0, "1..1")),
    ("gtest, one failed", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("cmocka, one failed", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("libtest, one failed", 1, (2, 1, 0, 0), (1, 1, "1..2")),
    ("something else", 1, (1, 1, 0, 0), (0, 1, "1..1")),
    ("not UTF-8", 1, (1, 1, 0, 0), (0, 1, "1..1")),
]

# ending of the program, its status, options of run, board, status of run, what JUnit says is wrong. The program has
# printed two tests that passed.
HARD_FAULT = "failure: the program ended in a HardFault"
WAS_RESET = ("failure: the chip was reset by something else than swdlink: by its watchdog, by the program, by its "
             "supply or by NRST")
LATE = "failure: the program did not end within 0.5 s"
ENDED_WITH = "failure: the program ended with status "
RIG = "rig"
ENDINGS = [
    ("exit", 0, [], "", 0, []),
    ("exit-extended", 0, [], "", 0, []),
    ("exit-extended", 3, [], "", 3, [ENDED_WITH + "3"]),
    ("exit-extended", 255, [], "", 255, [ENDED_WITH + "255"]),
    ("exit-extended", 256, [], "", 255, [ENDED_WITH + "255"]),
    ("exit-extended", -1, [], "", 255, [ENDED_WITH + "255"]),
    ("exit-extended", 124, [], "", 124, [ENDED_WITH + "124"]),
    ("exit-for-ever", 0, [], "", 0, []),
    ("exit-error", 0, [], "", 1, [ENDED_WITH + "1"]),
    ("break", 0, [], "", 1, ["failure: the program ran into a BKPT instruction of its own"]),
    ("fault", 0, [], "", 1, [HARD_FAULT]),
    ("lockup", 0, [], "", 1, ["failure: the program ended in a lockup: a fault within its fault handler"]),
    ("reset", 0, [], "", 1, [WAS_RESET]),
    ("watchdog", 0, [], "", 1, [WAS_RESET]),
    ("hang", 0, ["--timeout", "0.5"], "", 124, [LATE]),
    ("hang", 0, ["--timeout", "500ms"], "", 124, [LATE]),
    ("hang", 0, ["--exit-at", "reached"], "", 0, []),
    ("hang", 0, ["--exit-at", "reached=7"], "", 7, [ENDED_WITH + "7"]),
    ("hang", 0, ["--timeout", "10"], ",usb=unplug@400", 121, RIG),
    ("exit", 0, [], ",usb=busy", 121, RIG),
    ("exit", 0, [], ",swdio=open", 122, RIG),
    ("exit", 0, [], ",vdd=0", 122, RIG),
    ("exit", 0, [], ",chip=dead", 122, RIG),
    ("exit", 0, [], ",rdp=1", 123, RIG),
]


def tap_lines(output):
    lines = output.splitlines()
    return (sum(line.startswith("ok ") for line in lines), sum(line.startswith("not ok ") for line in lines),
            lines[-1] if lines else "")


def check_formats(tap, stride):
    channels = says.CHANNELS[:3]
    for n, (name, status, junit, wanted_tap) in enumerate(FORMATS):
        for k, channel in enumerate(channels):
            if (n + k) % stride:
                continue
            path = says.program("p.elf", TEXTS[name], channel)
            rtt = ["--rtt"] if channel == "rtt" else []
            got = says.run(path, "--junit", os.path.join(says.DIR, "r.xml"), "--timeout", "20", *rtt)
            report = says.Junit(os.path.join(says.DIR, "r.xml"))
            tap.check(f"{name} by {channel}: status and JUnit", (status, junit), (got.returncode, report.counts))
            got = says.run(path, "--tap", "--timeout", "20", *rtt)
            tap.check(f"{name} by {channel}: status and TAP", (status, wanted_tap),
                      (got.returncode, tap_lines(got.stdout)))
            got = says.run(path, "--timeout", "20", *rtt)
            text = TEXTS[name]
            text = text.decode(errors="replace") if isinstance(text, bytes) else text
            tap.check(f"{name} by {channel}: what it prints", text.replace("\r\n", "\n"), got.stdout)
            plain = 0 if name in ("chat", "nothing", "something else") else status
            tap.check(f"{name} by {channel}: status without a report", plain, got.returncode)


def check_endings(tap, stride):
    for n, (ending, status, options, board, wanted, bad) in enumerate(ENDINGS):
        channels = says.CHANNELS[:3] if stride == 1 else [says.CHANNELS[n % 3]]
        for channel in channels:
            path = says.program("p.elf", TEXTS["tap"], channel, ending, status)
            rtt = ["--rtt"] if channel == "rtt" else []
            what = f"{ending} {status} {' '.join(options)}{board} by {channel}"
            report_path = os.path.join(says.DIR, "r.xml")
            with open(report_path, "w", encoding="utf-8") as f:
                f.write("stale")
            got = says.run(path, "--junit", report_path, *rtt, *options, board=says.BOARD + board)
            report = says.Junit(report_path)
            if bad == RIG:
                tap.check(f"{what}: status, an error", (wanted, 1), (got.returncode, report.counts[2]))
                sentence = report.bad()[-1].removeprefix("error: ")
                tap.check(f"{what}: its sentence is the one of standard error", True,
                          f"swdlink: {sentence}" in got.stderr)
            else:
                # A program that starts again may print again before it is stopped.
                found = [b for b in report.bad() if b == WAS_RESET] if bad == [WAS_RESET] else report.bad()
                tap.check(f"{what}: status, failures", (wanted, bad), (got.returncode, found))
                tap.check(f"{what}: the tests before", ["a", "b"], report.names()[:2])
            got = says.run(path, "--tap", *rtt, *options, board=says.BOARD + board)
            lines = got.stdout.splitlines()
            if bad == RIG:
                tap.check(f"{what}: TAP bails out", (wanted, f"Bail out! {sentence}"), (got.returncode, lines[-1]))
            else:
                passed, failed, _ = tap_lines(got.stdout)
                if bad == [WAS_RESET]:
                    passed, failed = min(passed, 2), min(failed, 1)
                tap.check(f"{what}: TAP", (wanted, 2, len(bad)), (got.returncode, passed, failed))


def main():
    tap = says.Tap()
    if says.is_possible():
        # SWDLINK_TEST_ALL=1: every text through every channel, not a third of the pairs.
        stride = 1 if os.environ.get("SWDLINK_TEST_ALL") else 3
        check_formats(tap, stride)
        check_endings(tap, stride)
    else:
        tap.skip("endings and formats", "this build has no virtual board, or no ARM compiler")
    tap.plan()
    return 0


if __name__ == "__main__":
    sys.exit(main())
