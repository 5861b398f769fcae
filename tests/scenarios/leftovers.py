# SPDX-License-Identifier: MIT
"""However a scenario ends, no process of it is left: a virtual board that runs on takes all of a processor."""

import os
import signal
import subprocess
import sys

from harness import BUILD, SOURCE, Reader, expect_equal, main, scenario

# A scenario with a server of the harness, one of its own in another session, and one whose parent has died.
SCENARIO = """
import subprocess, sys, time
import harness

@harness.scenario()
def leaves(session):
    command = harness.swdlink_command(["serve", "--listen", "127.0.0.1:0"], "stm32f031k6")
    quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    own = subprocess.Popen(command, start_new_session=True, **quiet)
    orphan = subprocess.run(["sh", "-c", '"$@" >/dev/null 2>&1 & echo $!', "sh", *command], capture_output=True).stdout
    print("pids", session.server.process.pid, own.pid, int(orphan), file=sys.stderr, flush=True)
    {how}

harness.main()
"""


def left_by(how, number=None):
    """The processes that are left when the scenario has ended; its exit status."""
    process = subprocess.Popen([sys.executable, "-c", SCENARIO.format(how=how)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "top_builddir": BUILD, "PYTHONPATH": os.path.join(
                                   SOURCE, "tests", "scenarios")})
    said = Reader(process.stderr)
    pids = said.wait(lambda lines: [line.split()[1:] for line in lines if line.startswith("pids")], "its processes")[0]
    expect_equal(3, len(pids))
    if number:
        process.send_signal(number)
    status = process.wait()
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}")], status


@scenario()
def nothing_is_left_of_a_scenario_that_passes(_):
    expect_equal(([], 0), left_by("pass"))


@scenario()
def nothing_is_left_of_a_scenario_that_fails(_):
    expect_equal(([], 1), left_by("raise harness.Failed('on purpose')"))


@scenario()
def nothing_is_left_of_a_scenario_that_is_skipped(_):
    expect_equal(([], 0), left_by("raise harness.Skipped('on purpose')"))


@scenario()
def nothing_is_left_of_scenarios_that_are_ended(_):
    expect_equal(([], 128 + signal.SIGTERM), left_by("time.sleep(1000)", signal.SIGTERM))


main()
