# SPDX-License-Identifier: MIT
"""The doctor at boards that nobody prepared: a seeded generator draws chip, probe, firmware, supply and faults, and knows the truth.

A test for each kind of board, and one for the figures over all of them. SWDLINK_SEED draws other boards, and SWDLINK_TEST_ALL ten times as many. What cannot be told without a hand on the board (a silent one) may begin with no-answer or target-lost; its truth is among the candidates all the same."""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile

from harness import BUILD

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from says import Tap  # noqa: E402

CHIPS = ("stm32f031k6", "stm32f042k6", "stm32f051c8", "stm32f072rb", "stm32f091rc")
PROBES = ("v2", "v2-1", "v3")
SILENT = ("no-answer", "target-lost")
BOARDS = 136 * (10 if os.environ.get("SWDLINK_TEST_ALL") else 1)

GPIOA_MODER, RCC_AHBENR, RCC_APB1ENR, PWR_CR = 0x48000000, 0x40021014, 0x4002101C, 0x40007000
SCR, AIRCR = 0xE000ED10, 0xE000ED0C
SWD_OFF = ((RCC_AHBENR, 1 << 17), (GPIOA_MODER, 0x0))
STOP = ((RCC_APB1ENR, 1 << 28), (PWR_CR, 1), (SCR, 4))
STANDBY = ((RCC_APB1ENR, 1 << 28), (PWR_CR, 6), (SCR, 4))
RESET = ((AIRCR, 0x05FA0004),)


def program(path, wait_us, writes):
    """A program that waits, writes these registers, and sleeps for ever (RM0091; 8 MHz, 4 cycles a turn)."""
    code, pool = [0x4800, 0x3801, 0xD1FD], [max(1, wait_us * 2)]  # ldr r0; subs; bne
    for address, value in writes:
        code += [0x4900, 0x4A00, 0x600A]  # ldr r1, ldr r2, str r2, [r1]
        pool += [address, value]
    code += [0xBF30, 0xE7FD]  # wfi, and again
    code += [0xBF00] * (len(code) % 2)
    literals, slot = 2 * len(code), 0
    for at, word in enumerate(code):  # the literals follow the code, in the order of their loads
        if word & 0xF800 == 0x4800:
            base = (2 * at + 4) & ~3
            code[at] = word & 0xFF00 | (literals + 4 * slot - base) // 4
            slot += 1
    vectors = struct.pack("<16I", 0x20001000, *[0x08000041] * 15)
    with open(path, "wb") as file:
        file.write(vectors + struct.pack(f"<{len(code)}H", *code) + struct.pack(f"<{len(pool)}I", *pool))
    return path


class Drawer:
    """Draws boards: a kind, the board's text, whether --deep is needed, and the set of truths."""

    def __init__(self, seed, folder):
        self.r, self.folder, self.made = random.Random(seed), folder, 0

    def timed(self, low_us, high_us, writes):
        self.made += 1
        wait_us = int(low_us * (high_us / low_us) ** self.r.random())
        return program(f"{self.folder}/{self.made}.bin", wait_us, writes), wait_us

    def healthy(self):
        good = self.r.choice(("", f"vdd={self.r.randrange(2050, 3560, 10)}", "vtref=fake", f"swdio={self.r.randrange(10, 470)}",
                              f"swclk={self.r.randrange(10, 470)}", "nrst=4.7k", "probe-mode=debug",
                              f"probe-fw=J{self.r.randrange(15, 46)},probe=v2" if self.r.random() < 0.5 else "nrst=1k"))
        return good + f",firmware={self.r.choice(('count', 'sleep'))}", self.r.random() < 0.4, {"healthy"}

    def to_know(self):
        good = self.r.choice(("nrst=open", f"hse={self.r.choice((4, 10, 12, 16, 20, 25, 32))}000000", "hse=none", "vtref=0",
                              "vtref=adc-dead", "usb=slow"))
        return good + ",firmware=count", True, {"healthy"}

    def silent(self):
        fault, truth = self.r.choice((
            ("swdio=gnd", "swdio-low"), ("swdio=gnd@board", "swdio-low"), ("swdio=vcc", "swdio-high"), ("swdio=open", "swdio-open"),
            (f"swdio={self.r.randrange(40, 200)}k", "swdio-open"), ("swdio=swapped", "swd-swapped"), ("swdio=joined", "swd-joined"),
            ("swdio=joined@board", "swd-joined"), ("swclk=open", "swclk-fault"), ("swclk=gnd", "swclk-fault"), ("swclk=vcc", "swclk-fault"),
            ("chip=dead", "chip-dead"), ("chip=missing", "chip-dead"), ("rdp=2", "read-protected-2"), ("vdda=off", "vdda-low"),
            ("vdd=off,vtref=fake", "target-unpowered"), ("cable=out,vtref=fake", "not-connected"),
            ("firmware=swd-off,nrst=open", "swd-off-by-program"), ("firmware=stop,nrst=open", "low-power")))
        return fault, self.r.random() < 0.2, {truth}

    def shaky(self):
        fault = self.r.choice(("swdio=10k", "swdio=weak", "swclk=weak", "swdio=flaky", "swclk=flaky",
                               f"swdio=noise={self.r.uniform(2e-4, 2e-3):.5f}", f"swclk=noise={self.r.uniform(2e-4, 2e-3):.5f}"))
        return fault + ",firmware=count", self.r.random() < 0.2, {"link-marginal"}

    def nrst(self):
        fault, deep, truth = self.r.choice((("nrst=gnd", False, "nrst-low"), ("nrst=gnd@board", True, "nrst-low"), ("nrst=slow", True, "nrst-slow")))
        return fault + ",firmware=count", deep, {truth}

    def supply(self):
        fault, deep, truths = self.r.choice((
            ("vdd=off", False, {"target-unpowered"}), (f"vdd={self.r.randrange(500, 1200)}", False, {"target-unpowered"}),
            ("vdd=pins", False, {"target-unpowered"}), (f"vdd={self.r.randrange(1400, 1940)}", False, {"target-undervoltage"}),
            ("vdd=flaky", False, {"supply-unstable"}), (f"vtref={self.r.randrange(3720, 5100)}", False, {"target-overvoltage"}),
            ("vtref=open", False, {"vtref-not-wired"}), ("cable=out", False, {"not-connected"}),
            (f"vdda={self.r.randrange(2020, 2700)}", True, {"vdda-low"}), (f"vdda={self.r.randrange(3700, 4000)}", True, {"vdda-high"})))
        return fault + ",firmware=count", deep, truths

    def ends_debugging(self):
        writes, truth = self.r.choice(((SWD_OFF, "swd-off-by-program"), (STOP, "low-power"), (STANDBY, "low-power")))
        path, wait_us = self.timed(20, 2_000_000, writes)
        # Either long ago, or before the look is over.
        uptime = wait_us // 1000 + self.r.randrange(20, 5000) if wait_us > 400_000 or self.r.random() < 0.5 else 0
        return f"firmware={path}" + (f",uptime={uptime}" if uptime else ""), self.r.random() < 0.3, {truth}

    def reset_loop(self):
        path, wait_us = self.timed(10, 2_500_000, RESET)
        nrst = ",nrst=open" if self.r.random() < 0.3 else ""
        return f"firmware={path},uptime={100 + 3 * wait_us // 1000 + self.r.randrange(0, 3000)}{nrst}", self.r.random() < 0.5, {"reset-loop"}

    def chip(self):
        fault, truth = self.r.choice((("idcode=0,firmware=count", "unknown-chip"), ("designer=0x751", "foreign-chip"), ("chip=clone", "foreign-chip"),
                                      ("chip=foreign", "foreign-chip"), ("rdp=1", "read-protected-1"), ("chip=blank", "blank-flash"),
                                      ("boot0=1,firmware=count", "boot-system-memory"), ("firmware=lockup", "lockup"),
                                      ("firmware=slow-clock", "core-slow"), (f"designer=0x751,probe-fw=J{self.r.randrange(15, 24)}", "foreign-chip")))
        return fault, False, {truth}

    def hiccup(self):
        return f"usb={self.r.choice(('garbage', 'stall', 'short'))}@{self.r.randrange(6, 90)},firmware=count", False, {"probe-usb", "healthy"}

    def pair(self):
        first, second = self.r.choice(((self.shaky, self.chip), (self.supply, self.chip), (self.silent, self.supply), (self.nrst, self.shaky)))
        a, b = first(), second()
        keys = {part.split("=")[0] for part in a[0].split(",")}
        rest = ",".join(part for part in b[0].split(",") if part.split("=")[0] not in keys)
        truths = a[2] | (b[2] if rest.split(",")[0] == b[0].split(",")[0] else set())
        return a[0] + ("," + rest if rest else ""), a[1] and b[1], truths

    KINDS = ("healthy", "healthy", "to_know", "silent", "silent", "shaky", "nrst", "supply", "supply", "ends_debugging",
             "ends_debugging", "reset_loop", "reset_loop", "chip", "hiccup", "pair", "pair")

    def draw(self, n):
        kind = self.KINDS[n % len(self.KINDS)]
        text, deep, truths = getattr(self, kind)()
        head = self.r.choice(CHIPS)
        if kind == "chip" and "blank" in text:
            head = "stm32f031k6"  # a larger one starts its boot loader then, too
        if "probe" not in text.replace("probe-mode", ""):
            head += f",probe={self.r.choice(PROBES)}"
        return kind, f"{head},seed={self.r.randrange(1, 10**6)},{text.strip(',')}", deep, truths


def ask(board, deep):
    command = [f"{BUILD}/swdlink", "doctor", "--json", "--no-journal", "--probe", f"virtual:{board}"] + ["--deep"] * deep
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    document = json.loads(done.stdout)
    if "candidates" not in document:
        raise SystemExit(f"{board}: {done.stdout}{done.stderr}")
    return done.returncode, [c["id"] for c in document["candidates"]]


class Answer:
    """What the doctor made of a board."""

    def __init__(self, kind, board, deep, truths):
        status, ids = ask(board, deep)
        is_healthy = ids[0] == "healthy"
        self.kind = kind
        self.first = ids[0] in truths or ids[0] in SILENT and kind in ("silent", "pair")
        self.among = bool(truths & set(ids))
        self.lie = (is_healthy != (status == 0) or is_healthy and "healthy" not in truths
                    or not is_healthy and truths == {"healthy"})
        self.text = f"{kind}: {board}{' --deep' * deep}: {ids[:4]}, status {status}; the truth is {sorted(truths)}"


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
    print(f"# seed {seed}: first {first} of {BOARDS}, among {sum(a.among for a in answers)}")
    for answer in answers:
        if not answer.first:
            print(f"# {answer.text}")
    tap.plan()
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
