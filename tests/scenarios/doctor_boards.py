# SPDX-License-Identifier: MIT
"""Draws boards for the doctor, each with the set of verdicts that are true of it: chips of seven families, probes of five
models with old and new firmware, programs made on the spot, single faults and pairs."""

import os
import random
import re
import struct
import typing

SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCR, AIRCR = 0xE000ED10, 0xE000ED0C
DEEP, RESET = ((SCR, 4),), ((AIRCR, 0x05FA0004),)


class Family(typing.NamedTuple):
    """What a program needs to end debugging, from the reference manuals, and what the family does not have."""

    chips: tuple
    loops_per_us: float  # of `subs; bne` after a reset
    swd_off: tuple  # writes that take the pins away
    stop: tuple
    standby: tuple
    least_mv: int  # of the supply
    reset_mv: int  # below it the power-on reset holds the chip
    has_vdda: bool = True  # a pin of its own that must not be below VDD, and an ADC that the doctor can ask
    without: tuple = ()  # kinds of faults


def power(enable, bit, control, stop, standby):
    """The writes before a deep sleep: the clock of PWR, its control register, SLEEPDEEP."""
    return (((enable, 1 << bit), (control, stop)) + DEEP, ((enable, 1 << bit), (control, standby)) + DEEP)


def gpio_analog(enable, port):
    return ((enable, 1 << (17 if enable == 0x40021014 else 0)), (port, 0))


PWR = 0x40007000
F0_STOP, F0_STANDBY = power(0x4002101C, 28, PWR, 1, 6)  # RM0091, RM0008, RM0316: LPDS, PDDS and CWUF
F4_STOP, F4_STANDBY = power(0x40023840, 28, PWR, 1, 6)  # RM0090
L0_STOP, L0_STANDBY = power(0x40021038, 28, PWR, 0x1001, 0x1006)  # RM0367: VOS stays at range 2
G0_STOP, G0_STANDBY = power(0x4002103C, 28, PWR, 0x208, 0x20B)  # RM0444: LPMS
L4_STOP, L4_STANDBY = power(0x40021058, 28, PWR, 0x200, 0x203)  # RM0351: LPMS

FAMILIES = {
    "F0": Family(("stm32f031k6", "stm32f042k6", "stm32f051c8", "stm32f072rb", "stm32f091rc"), 2, gpio_analog(0x40021014, 0x48000000),
                 F0_STOP, F0_STANDBY, 2000, 1800),
    "F1": Family(("stm32f103cb", "stm32f103c8", "stm32f100rb"), 2.6, ((0x40021018, 1), (0x40010004, 4 << 24)), F0_STOP, F0_STANDBY,
                 2000, 1800, has_vdda=False, without=("rdp=2", "idcode=0", "dpidr")),
    "F3": Family(("stm32f303cc", "stm32f373cc", "stm32f334k8"), 2.6, gpio_analog(0x40021014, 0x48000000), F0_STOP, F0_STANDBY,
                 2000, 1800, has_vdda=False),
    "F4": Family(("stm32f407vg", "stm32f411re", "stm32f446re"), 5.3, gpio_analog(0x40023830, 0x40020000), F4_STOP, F4_STANDBY, 1800, 1600,
                 has_vdda=False, without=("slow-clock",)),
    "G0": Family(("stm32g071rb", "stm32g031k8", "stm32g0b1re"), 5.3, gpio_analog(0x40021034, 0x50000000), G0_STOP, G0_STANDBY, 1700, 1550,
                 has_vdda=False, without=("boot0",)),
    "L0": Family(("stm32l053r8", "stm32l031k6", "stm32l072cz"), 0.7, gpio_analog(0x4002102C, 0x50000000), L0_STOP, L0_STANDBY, 1650, 1450),
    "L4": Family(("stm32l476rg", "stm32l432kc", "stm32l452re"), 1.3, gpio_analog(0x4002104C, 0x48000000), L4_STOP, L4_STANDBY, 1710, 1550,
                 has_vdda=False, without=("slow-clock", "boot0")),
}
PROBES = ("v2", "v2-1", "v3", "v3e", "v3pwr")
# What the fault of a board is, where nothing answers: text, verdict.
SILENT = (
    ("swdio=swapped", "swd-swapped"), ("swclk=open", "swclk-fault"), ("swclk=gnd", "swclk-fault"), ("swclk=vcc", "swclk-fault"),
    ("swclk=47k", "swclk-fault"), ("swdio=open", "swdio-open"), ("swdio={ohms}k", "swdio-open"), ("gnd=open,vtref=fake", "gnd-open"),
    ("swdio=gnd", "swdio-low"), ("swdio=gnd@board", "swdio-low"), ("swdio=joined", "swd-joined"), ("swdio=joined@board", "swd-joined"),
    ("vdd=off,vtref=fake", "target-unpowered"), ("firmware=swd-off,nrst=open", "swd-off-by-program"), ("firmware=stop,nrst=open", "low-power"),
    ("firmware=standby,nrst=open", "low-power"), ("swdio=vcc", "swdio-high"), ("swdio=vcc@board", "swdio-high"), ("vdda=off", "vdda-low"),
    ("chip=dead", "chip-dead"), ("chip=missing", "chip-dead"), ("cable=out,vtref=fake", "not-connected"),
    ("nrst=gnd,swdio=open", "nrst-low"), ("swdio=noise=0.02", "link-marginal"), ("rdp=2", "read-protected-2"))


def odds():
    """The guide's table: verdict and percent."""
    with open(os.path.join(SOURCE, "doc", "cannot-connect.md"), encoding="utf-8") as file:
        return {name: int(percent) for name, percent in re.findall(r"^\| `([a-z0-9-]+)` \| (\d+) \|", file.read(), re.MULTILINE)}


def program(path, loops, writes):
    """A program that waits, writes these registers, and sleeps for ever."""
    code, pool = [0x4800, 0x3801, 0xD1FD], [max(1, int(loops))]  # ldr r0; subs; bne
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

    KINDS = ("healthy", "healthy", "to_know", "silent", "silent", "shaky", "nrst", "supply", "supply", "ends_debugging",
             "ends_debugging", "reset_loop", "reset_loop", "chip", "hiccup", "pair", "pair")

    def __init__(self, seed, folder):
        self.r, self.folder, self.made, self.family = random.Random(seed), folder, 0, FAMILIES["F0"]
        self.weights = odds()

    def timed(self, low_us, high_us, writes):
        self.made += 1
        wait_us = int(low_us * (high_us / low_us) ** self.r.random())
        return program(f"{self.folder}/{self.made}.bin", wait_us * self.family.loops_per_us, writes), wait_us

    def choose(self, rows):
        """One of the rows whose text the family can have."""
        return self.r.choice([row for row in rows if not any(word in row[0] for word in self.family.without)])

    def healthy(self):
        good = self.r.choice(("", f"vdd={self.r.randrange(self.family.least_mv + 50, 3560, 10)}", "vtref=fake",
                              f"swdio={self.r.randrange(10, 470)}", f"swclk={self.r.randrange(10, 470)}", "nrst=4.7k", "probe-mode=debug",
                              f"probe-fw=J{self.r.randrange(15, 46)},probe=v2" if self.r.random() < 0.5 else "nrst=1k"))
        return good + f",firmware={self.r.choice(('count', 'sleep'))}", self.r.random() < 0.4, {"healthy"}

    def to_know(self):
        good = self.r.choice(("nrst=open", f"hse={self.r.choice((4, 10, 12, 16, 20, 25, 32))}000000", "hse=none", "vtref=0",
                              "vtref=adc-dead", "usb=slow"))
        return good + ",firmware=count", True, {"healthy"}

    def silent(self):
        """Drawn by the odds of the guide, of which there is none for a probe that reaches nothing."""
        rows = [row for row in SILENT if not any(word in row[0] for word in self.family.without)]
        count = {truth: sum(t == truth for _, t in rows) for _, truth in rows}
        fault, truth = self.r.choices(rows, [self.weights[t] / count[t] for _, t in rows])[0]
        return fault.format(ohms=self.r.randrange(40, 200)), self.r.random() < 0.2, {truth}

    def shaky(self):
        fault = self.r.choice(("swdio=10k", "swdio=weak", "swclk=weak", "swdio=flaky", "swclk=flaky",
                               f"swdio=noise={self.r.uniform(2e-4, 2e-3):.5f}", f"swclk=noise={self.r.uniform(2e-4, 2e-3):.5f}"))
        return fault + ",firmware=count", self.r.random() < 0.2, {"link-marginal"}

    def nrst(self):
        fault, deep, truth = self.r.choice((
            ("nrst=gnd", False, "nrst-low"), ("nrst=gnd@board", True, "nrst-low"), ("nrst=slow", True, "nrst-slow"),
            (f"supervisor={self.r.randrange(100, 1700)}", True, "reset-while-halted")))
        return fault + ",firmware=count", deep, {truth}

    def supply(self):
        low = self.family.reset_mv
        rows = [
            ("vdd=off", False, {"target-unpowered"}), (f"vdd={self.r.randrange(500, 1200)}", False, {"target-unpowered"}),
            ("vdd=pins", False, {"target-unpowered"}), (f"vdd={self.r.randrange(1300, low)}", False, {"target-undervoltage"}),
            ("vdd=flaky", False, {"supply-unstable"}), (f"vtref={self.r.randrange(3720, 5100)}", False, {"target-overvoltage"}),
            ("vtref=open", False, {"vtref-not-wired"}), ("cable=out", False, {"not-connected"})]
        if self.family.has_vdda:
            rows += [(f"vdda={self.r.randrange(2020, 2700)}", True, {"vdda-low"}),
                     (f"vdda={self.r.randrange(3700, 4000)}", True, {"vdda-high"})]
        fault, deep, truths = self.r.choice(rows)
        return fault + ",firmware=count", deep, truths

    def ends_debugging(self):
        f = self.family
        writes, truth = self.r.choice(((f.swd_off, "swd-off-by-program"), (f.stop, "low-power"), (f.standby, "low-power")))
        path, wait_us = self.timed(20, 2_000_000, writes)
        # Either long ago, or before the look is over.
        uptime = wait_us // 1000 + self.r.randrange(20, 5000) if wait_us > 400_000 or self.r.random() < 0.5 else 0
        return f"firmware={path}" + (f",uptime={uptime}" if uptime else ""), self.r.random() < 0.3, {truth}

    def reset_loop(self):
        path, wait_us = self.timed(10, 2_500_000, RESET)
        nrst = ",nrst=open" if self.r.random() < 0.3 else ""
        return f"firmware={path},uptime={100 + 3 * wait_us // 1000 + self.r.randrange(0, 3000)}{nrst}", self.r.random() < 0.5, {"reset-loop"}

    def chip(self):
        fault, truth = self.choose((("idcode=0,firmware=count", "unknown-chip"), ("designer=0x751", "foreign-chip"), ("dpidr=0x1ba01478", "foreign-chip"),
                                    ("rdp=1", "read-protected-1"), ("ap=closed", "debug-locked"), ("chip=blank", "blank-flash"),
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
        return a[0] + ("," + rest if rest else ""), a[1] or b[1], truths

    def draw(self, n):
        kind = self.KINDS[n % len(self.KINDS)]
        # Half of the boards have an STM32F0, for which most of this was written.
        self.family = FAMILIES[self.r.choice(("F0",) * 6 + tuple(FAMILIES))]
        head = self.r.choice(self.family.chips)
        text, deep, truths = getattr(self, kind)()
        if kind == "chip" and "blank" in text and self.family is FAMILIES["F0"]:
            head = "stm32f031k6"  # a larger one starts its boot loader then, too
        if "probe-fw" in text and "probe=" not in text.replace("probe-fw=", ""):
            head += ",probe=v2"  # the numbers are those of a V2
        elif "probe=" not in text:
            head += f",probe={self.r.choice(PROBES)}"
        return kind, f"{head},seed={self.r.randrange(1, 10**6)},{text.strip(',')}", deep, truths
