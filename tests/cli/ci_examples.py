# SPDX-License-Identifier: MIT
"""The CI jobs of contrib/ci, whose script parts run here against the virtual board: with a program whose tests pass,
with one whose test fails, and with a board that does not answer."""

import os
import re
import shutil
import subprocess
import sys

import says

CI = os.path.join(os.environ["top_srcdir"], "contrib/ci")
GOOD, BAD = "1..1\nok 1 - a\n", "1..1\nnot ok 1 - a\n"


def gitlab(load):
    job = load("gitlab-ci.yml")["board"]
    assert job["artifacts"]["reports"]["junit"] == "results.xml" and job["artifacts"]["when"] == "always"
    return job["script"], job["after_script"]


def github(load):
    steps = load("github.yml")["jobs"]["board"]["steps"]
    commands = {s["name"]: s["run"] for s in steps if "run" in s}
    return [commands["run"]], [commands["diagnose"]]


def jenkins(_):
    with open(os.path.join(CI, "Jenkinsfile"), encoding="utf-8") as f:
        commands = re.findall(r"sh '([^']*)'", f.read())
    return [c for c in commands if c.startswith("swdlink run")], [c for c in commands if "doctor" in c]


def environment(board):
    """swdlink is the one of this build, its probe is virtual."""
    tools = os.path.join(says.DIR, "bin")
    if not os.path.isdir(tools):
        os.mkdir(tools)
        os.symlink(os.path.abspath(says.SWDLINK), os.path.join(tools, "swdlink"))
    return {**os.environ, "PATH": tools + ":" + os.environ["PATH"], "SWDLINK_PROBE": board, "CI_JOB_STATUS": "failed"}


def run_script(commands, folder, board):
    """As a runner does: one shell, which ends at the first command that fails."""
    return subprocess.run(["sh", "-ec", "\n".join(commands)], cwd=folder, env=environment(board), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)


def check_job(tap, name, script, after):
    cases = (("passes", GOOD, says.BOARD, 0, (1, 0, 0, 0)), ("fails", BAD, says.BOARD, 1, (1, 1, 0, 0)),
             ("has no target", GOOD, says.BOARD + ",swdio=open", 122, (1, 0, 1, 0)))
    for what, text, board, status, counts in cases:
        folder = os.path.join(says.DIR, re.sub(r"\W", "-", f"{name} {what}"))
        os.mkdir(folder)
        shutil.move(says.program("tests.elf", text), folder)
        got = run_script(script, folder, board)
        tap.check(f"{name}: a job that {what}", (status, counts),
                  (got.returncode, says.Junit(os.path.join(folder, "results.xml")).counts))
        got = run_script(after, folder, board)
        tap.check(f"{name}: what is done after it", (0, True),
                  (got.returncode, os.path.getsize(os.path.join(folder, "doctor.json")) > 0))


def check_makefile(tap):
    if not says.find("make"):
        tap.skip("Makefile", "make is not installed")
        return
    folder = os.path.join(says.DIR, "make")
    os.makedirs(os.path.join(folder, "tests"))
    for name, text in (("good", GOOD), ("bad", BAD)):
        shutil.move(says.program(f"{name}.elf", text), os.path.join(folder, "tests"))
    shutil.copy(os.path.join(CI, "Makefile"), folder)
    env = {k: v for k, v in environment(says.BOARD).items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    got = subprocess.run(["make", "-k", "check"], cwd=folder, env=env, check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, timeout=120)
    reports = {n: says.Junit(os.path.join(folder, "results", n + ".xml")).counts for n in ("good", "bad")}
    tap.check("Makefile: both programs ran", (2, {"good": (1, 0, 0, 0), "bad": (1, 1, 0, 0)}),
              (got.returncode, reports))


def main():
    tap = says.Tap()
    try:
        import yaml  # pylint: disable=import-outside-toplevel
    except ImportError:
        yaml = None

    def load(name):
        with open(os.path.join(CI, name), encoding="utf-8") as f:
            return yaml.safe_load(f)

    if not says.is_possible():
        tap.skip("CI jobs", "this build has no virtual board, or no ARM compiler")
    else:
        for name, read in (("GitLab", gitlab), ("GitHub", github), ("Jenkins", jenkins)):
            if read is not jenkins and not yaml:
                tap.skip(f"{name}'s job", "python3-yaml is not installed")
                continue
            check_job(tap, name, *read(load))
        check_makefile(tap)
    tap.plan()
    return 0


if __name__ == "__main__":
    sys.exit(main())
