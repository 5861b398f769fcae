# SPDX-License-Identifier: MIT
"""Scenarios with sentences for names, run one after the other and printed as TAP."""

import os
import sys
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))
import descendants


class Skipped(Exception):
    """What the scenario needs is not to be had on this computer."""


def sentence(function):
    return function.__name__.replace("_", " ")


def main(scenarios, run_one, why_not=None, sampled=False):
    """Runs all, or those with one of the command line's words in their names; why_not skips them by name. sampled: every
    Nth where SWDLINK_TEST_SAMPLE=N asks for a sample."""
    chosen = [(f, n) for f, n in scenarios if len(sys.argv) < 2 or any(w in n for w in sys.argv[1:])]
    stride = int(os.environ.get("SWDLINK_TEST_SAMPLE", 1)) if sampled and len(sys.argv) < 2 else 1
    if stride > 1:
        print(f"# sampled: {len(chosen[::stride])} of {len(chosen)} scenarios")
    chosen = chosen[::stride]
    chosen = chosen[int(os.environ.get("SWDLINK_TEST_OFFSET", 0))::int(os.environ.get("SWDLINK_TEST_STRIDE", 1))]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    descendants.adopt()
    for number, (function, name) in enumerate(chosen, 1):
        if why_not:
            print(f"ok {number} - {name} # SKIP {why_not}")
            continue
        try:
            with descendants.none_left():
                run_one(function)
            print(f"ok {number} - {name}", flush=True)
        except Skipped as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print(f"not ok {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)
