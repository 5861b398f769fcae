# SPDX-License-Identifier: MIT
"""The processes of a test. None may be left over: a virtual board whose program runs takes all of a processor."""

import contextlib
import ctypes
import glob
import os
import signal
import sys
import time

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def _end(number, _frame):
    sys.exit(128 + number)


def adopt():
    """Processes whose parent has died become ours instead of init's, so that they are found; and a signal
    that ends us runs what cleans up."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, _end)


def _all():
    """The process ids of our children, of theirs, and so on."""
    children = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                stat = file.read()
        except OSError:
            continue  # it has just ended
        parent = int(stat.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(stat.split()[0]))
    found, new = set(), [os.getpid()]
    while new:
        new = [child for parent in new for child in children.get(parent, ())]
        found.update(new)
    return found


@contextlib.contextmanager
def none_left():
    """Kills, at the end, what was started in between and still runs. The child of another process becomes
    ours, and can be waited for, when that has ended."""
    before = _all()
    try:
        yield
    finally:
        while left := _all() - before:
            for pid in left:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
            time.sleep(0.001)
