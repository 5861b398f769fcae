# SPDX-License-Identifier: MIT
"""The doctor at boards that nobody prepared: a seeded generator draws chip, probe, firmware, supply and faults, and knows the truth.

A test for each kind of board, and one for the figures over all of them. SWDLINK_SEED draws other boards, and SWDLINK_TEST_ALL ten times as many. What cannot be told without a hand on the board (a silent one) may begin with no-answer or target-lost; its truth is among the candidates all the same."""

import json
import os
import subprocess
import sys
import tempfile

from doctor_boards import Drawer, odds
from harness import BUILD

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from says import Tap  # noqa: E402

SILENT = ("no-answer", "target-lost")
BOARDS = 136 * (10 if os.environ.get("SWDLINK_TEST_ALL") else 1)


def ask(board, deep):
    command = [f"{BUILD}/swdlink", "doctor", "--json", "--no-journal", "--probe", f"virtual:{board}"] + ["--deep"] * deep
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    document = json.loads(done.stdout)
    if "candidates" not in document:
        raise SystemExit(f"{board}: {done.stdout}{done.stderr}")
    return done.returncode, document["candidates"]


class Answer:
    """What the doctor made of a board."""

    def __init__(self, kind, board, deep, truths):
        status, candidates = ask(board, deep)
        ids = [c["id"] for c in candidates]
        # Of a silent target: the places of the causes, and what they are said to weigh.
        self.causes = [(c["id"], round(100 * c["confidence"])) for c in candidates[1:] if ids[0] == "no-answer"]
        self.truths = truths
        is_healthy = ids[0] == "healthy"
        self.kind = kind
        self.first = ids[0] in truths or ids[0] in SILENT and kind in ("silent", "pair")
        self.among = bool(truths & set(ids))
        self.lie = (is_healthy != (status == 0) or is_healthy and "healthy" not in truths
                    or not is_healthy and truths == {"healthy"})
        self.text = f"{kind}: {board}{' --deep' * deep}: {ids[:4]}, status {status}; the truth is {sorted(truths)}"


def judge_odds(tap, answers):
    """Causes that look the same add up to 100, and the truths of boards drawn by the guide's table are found where it says."""
    silent = [a for a in answers if a.kind == "silent" and a.causes]
    tap.check("the odds of causes that exclude each other add up to 100", [],
              [a.text for a in silent if sum(percent for _, percent in a.causes) != 100])
    places = [min(i for i, (name, _) in enumerate(a.causes) if name in a.truths) for a in silent
              if any(name in a.truths for name, _ in a.causes)]
    prior = sorted(odds().values(), reverse=True)
    for many in (1, 3, 8):
        print(f"# odds: among the first {many} of {len(places)} silent boards: {sum(p < many for p in places) * 100 // max(1, len(places))} %; "
              f"the table says {sum(prior[:many])} %")


def main():
    seed = int(os.environ.get("SWDLINK_SEED", "20"))
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        drawer = Drawer(seed, folder)
        answers = [Answer(*drawer.draw(n)) for n in range(BOARDS)]
    for kind in dict.fromkeys(drawer.KINDS):
        of_kind = [a for a in answers if a.kind == kind]
        tap.check(f"{kind}: the truth is among the candidates of all {len(of_kind)} boards", [],
                  [a.text for a in of_kind if not a.among])
    first = sum(a.first for a in answers)
    tap.check(f"the truth comes first for 97 % of {BOARDS} boards", True, first * 100 >= 97 * BOARDS)
    tap.check("no sick board is called healthy, and no healthy one sick", [], [a.text for a in answers if a.lie])
    judge_odds(tap, answers)
    print(f"# seed {seed}: first {first} of {BOARDS}, among {sum(a.among for a in answers)}")
    for answer in answers:
        if not answer.first:
            print(f"# {answer.text}")
    tap.plan()
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
