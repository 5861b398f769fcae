#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmark beside programs that fail, hang, lie or are missing: each has its row, and only swdlink's own
failure is a failure."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
from harness import BUILD, GDB, PATIENCE_S, SOURCE, Failed, expect, expect_equal  # noqa: E402
import tap  # noqa: E402

FAILS = "#!/bin/sh\necho 'something broke' >&2\nexit 3\n"
HANGS = "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n"
LIES = "#!/bin/sh\necho 'Flash written and verified! jolly good!'\n"
DIES = "#!/bin/sh\nkill -SEGV $$\n"
TOOLS = ("openocd", "st-util", "st-flash")
NEEDED = ("sh", "sleep", "arm-none-eabi-objcopy", GDB)
OTHERS = ("--program", "OpenOCD", "--program", "st-util")


def run(scripts, *arguments, build=BUILD):
    """The benchmark with these in place of the programs; None: not installed. Gives status and table."""
    with tempfile.TemporaryDirectory() as folder:
        for name in NEEDED:
            os.symlink(shutil.which(name), os.path.join(folder, os.path.basename(name)))
        for name, text in scripts.items():
            if text:
                path = os.path.join(folder, name)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                os.chmod(path, 0o755)
        environment = dict(os.environ, PATH=folder, top_builddir=build, top_srcdir=SOURCE)
        done = subprocess.run([sys.executable, os.path.join(SOURCE, "tests", "bench", "peers"), "--no-wall", "--quick",
                               "--peer-patience", "3", *arguments], env=environment, capture_output=True, text=True,
                              timeout=10 * PATIENCE_S)
    if "Traceback" in done.stderr:
        raise Failed(done.stderr)
    return done.returncode, done.stdout


def row(table, job, program):
    """The line of a program in a job; the job stands in its first line only."""
    lines = table.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(job)), None)
    if start is None:
        raise Failed(f"no job {job!r} in\n{table}")
    for number in range(start, len(lines)):
        if number > start and not lines[number].startswith(" "):
            break
        if re.search(rf"\b{program}\b", lines[number]):
            return lines[number]
    raise Failed(f"no row of {program} in {job!r}:\n{table}")


def a_program_that_fails_has_a_row():
    status, table = run(dict.fromkeys(TOOLS, FAILS), "--jobs", "loading", "--jobs", "large")
    expect_equal(0, status)
    job = "command line: flash 128 KiB"
    expect(r"\d+ /1\.00", row(table, job, "swdlink"))
    for program in "OpenOCD", "st-flash":
        expect(r" - .*failed: exit 3, not programmed: something broke$", row(table, job, program))
    expect(r"failed: .*something broke", row(table, "connect and halt", "OpenOCD"))  # as a server


def a_program_that_hangs_is_given_up():
    status, table = run(dict.fromkeys(TOOLS, HANGS), *OTHERS, "--jobs", "debugging", "--jobs", "large")
    expect_equal(0, status)
    for program in "OpenOCD", "st-util":
        expect(r" - .*hangs: ", row(table, "connect and halt", program))
    expect_equal(2, len(re.findall("hangs: ", table)))  # nobody is waited for a second time


def success_that_did_nothing_is_a_failure():
    status, table = run(dict.fromkeys(TOOLS, LIES), *OTHERS, "--jobs", "large")
    expect_equal(0, status)
    for program in "OpenOCD", "st-flash":
        expect(r"failed: exit 0, not programmed", row(table, "command line: flash 128 KiB", program))


def a_crash_is_told_by_its_status():
    status, table = run(dict.fromkeys(TOOLS, DIES), *OTHERS, "--jobs", "large")
    expect_equal(0, status)
    expect(r"failed: exit 139, not programmed", row(table, "command line: flash 128 KiB", "OpenOCD"))


def a_program_that_is_missing_has_a_row():
    status, table = run({"openocd": None, "st-util": FAILS, "st-flash": None}, *OTHERS, "--jobs", "large")
    expect_equal(0, status)
    expect(r"openocd is not installed$", row(table, "(every job)", "OpenOCD"))
    expect(r"st-flash is not installed$", row(table, "(every job)", "st-util"))


def swdlinks_own_failure_is_one():
    with tempfile.TemporaryDirectory() as build:
        for name in "swdlink-sim", "tests":
            os.symlink(os.path.join(BUILD, name), os.path.join(build, name))
        with open(os.path.join(build, "swdlink"), "w", encoding="utf-8") as file:
            file.write(FAILS)
        os.chmod(os.path.join(build, "swdlink"), 0o755)
        status, table = run(dict.fromkeys(TOOLS), "--jobs", "flashing", build=build)
    expect_equal(1, status)
    expect(r"failed: exit 3, not programmed: something broke$", row(table, "command line: flash 32 KiB", "swdlink"))


def why_not():
    for tool in NEEDED:
        if not shutil.which(tool):
            return f"{tool} is not installed"
    done = subprocess.run([os.path.join(BUILD, "swdlink-sim"), "--", "true"], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    return "umockdev is not installed" if "package umockdev" in done.stderr else None


SCENARIOS = (a_program_that_fails_has_a_row, a_program_that_hangs_is_given_up, success_that_did_nothing_is_a_failure,
             a_crash_is_told_by_its_status, a_program_that_is_missing_has_a_row, swdlinks_own_failure_is_one)
tap.main([(f, tap.sentence(f)) for f in SCENARIOS], lambda f: f(), why_not())
