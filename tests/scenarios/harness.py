# SPDX-License-Identifier: MIT
"""A debugging session as a test: a real GDB, a real `swdlink serve`, a virtual board.

A scenario is a function with a sentence for a name. It gets a `Session`: a server on a free port and a GDB
that is connected to it. What it checks is what the person at the keyboard would read. Results are printed
as TAP.

The environment says how the server reaches the board: in-process by default; with SWDLINK_VIA=usb through
libusb, as `swdlink-sim BOARD -- swdlink serve`. SWDLINK_WRAP puts words before swdlink (valgrind and the
like). SWDLINK_CHIP is another virtual chip for the scenarios that do not name one: a row of CHIPS.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import typing

import descendants

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import json_documents  # noqa: E402

# A shell starts its background jobs with SIGINT ignored, nohup does so with SIGHUP, and swdlink keeps to that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

BUILD = os.environ.get("top_builddir", os.getcwd())
SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
GDB = os.environ.get("GDB") or "gdb-multiarch"
PATIENCE_S = float(os.environ.get("PATIENCE", 180))  # how long anything may take; never a measure of speed


def _loopback():
    """What IDEs call it; a bare chroot does not know that name."""
    try:
        socket.getaddrinfo("localhost", None)
        return "localhost"
    except socket.gaierror:
        return "127.0.0.1"


LOOPBACK = _loopback()
VIA_USB = os.environ.get("SWDLINK_VIA") == "usb"


class Chip(typing.NamedTuple):
    """What a scenario has to know of the virtual chip it runs on, from the reference manual."""

    name: str  # of the line, as in what is found
    flash_size: int
    erased: int  # a word of flash
    block_size: int  # of flash, as GDB erases it
    sram_size: int
    cpuid: int
    idcode: int
    size_register: int  # where the chip says its KiB of flash
    boot_rom: int  # its address, which its vectors point into
    options: int  # the address of the first option word, or of its register
    open_options: int  # and that word without read protection
    clock_word: int  # what is at 0x40021004, in the clock controller, after a reset
    quiet_register: int  # one that nobody but the debugger reads, in a part that is always clocked
    debug_gate: tuple  # the register and the bit of the debug unit's clock
    flash_lock: tuple  # the register and the bit that say that the flash is locked
    load_cost: float  # USB commands for a KiB of load into blank flash, at most
    debug_unit: int = 0x40015800  # its address: DBGMCU_IDCODE, followed by DBGMCU_CR
    freeze_register: int = 0x40015808  # of the debug unit, with the bits that stop the watchdogs
    clock_config: int = 0x40021004  # RCC_CFGR, or what is in its place
    first_end: int = 0  # where the sectors of block_size end; 0: with the flash
    read_cost: float = 2.5  # USB commands for a KiB that is read, at most; packets are short where there is much EEPROM


# One of each family.
CHIPS = {
    "stm32f031k6": Chip(
        name="STM32F031", erased=0xffffffff, clock_word=0,
        flash_size=32 * 1024, block_size=0x400, sram_size=0x1000, cpuid=0x410cc200, idcode=0x10006444,
        size_register=0x1ffff7cc, boot_rom=0x1fffec00, options=0x1ffff800, open_options=0x00ff55aa,
        quiet_register=0x4002102c, debug_gate=(0x40021018, 1 << 22), flash_lock=(0x40022010, 1 << 7), load_cost=29),
    "stm32l053r8": Chip(
        name="STM32L051, L052, L053", erased=0, clock_word=0x72b059,
        flash_size=64 * 1024, block_size=0x80, sram_size=0x2000, cpuid=0x410cc601, idcode=0x10086417,
        size_register=0x1ff8007c, boot_rom=0x1ff00000, options=0x1ff80000, open_options=0xff5500aa,
        quiet_register=0x4002104c, debug_gate=(0x40021034, 1 << 22), flash_lock=(0x40022004, 1 << 0), load_cost=56),
    "stm32g071rb": Chip(
        name="STM32G070, G071", erased=0xffffffff, clock_word=0x405a,
        flash_size=128 * 1024, block_size=0x800, sram_size=0x9000, cpuid=0x410cc601, idcode=0x20006460,
        size_register=0x1fff75e0, boot_rom=0x1fff0000, options=0x1fff7800, open_options=0xfffffeaa,
        quiet_register=0x40021054, debug_gate=(0x4002103c, 1 << 27), flash_lock=(0x40022014, 1 << 31), load_cost=29),
    "stm32c031c6": Chip(
        name="STM32C031", erased=0xffffffff, clock_word=0x405a,
        flash_size=32 * 1024, block_size=0x800, sram_size=0x3000, cpuid=0x410cc601, idcode=0x10006453,
        size_register=0x1fff75a0, boot_rom=0x1fff0000, options=0x1fff7800, open_options=0x3ffffeaa,
        quiet_register=0x40021054, debug_gate=(0x4002103c, 1 << 27), flash_lock=(0x40022014, 1 << 31), load_cost=29),
    "stm32u083rc": Chip(
        name="STM32U073, U083", erased=0xffffffff, clock_word=0x405a0080,
        flash_size=256 * 1024, block_size=0x800, sram_size=0xa000, cpuid=0x410cc601, idcode=0x10006489,
        size_register=0x1fff6ea0, boot_rom=0x1fff0000, options=0x40022020, open_options=0xfffffeaa,
        quiet_register=0x40021088, debug_gate=(0x40021050, 1 << 0), flash_lock=(0x40022014, 1 << 31), load_cost=29),
    # Its debug unit is always clocked.
    "stm32f103cb": Chip(
        name="STM32F101, F102, F103", erased=0xffffffff, clock_word=0,
        flash_size=128 * 1024, block_size=0x400, sram_size=0x5000, cpuid=0x411fc231, idcode=0x20036410,
        size_register=0x1ffff7e0, boot_rom=0x1ffff000, options=0x1ffff800, open_options=0x00ff5aa5,
        quiet_register=0x4002102c, debug_gate=(0x40021018, 0), flash_lock=(0x40022010, 1 << 7), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042004),
    # And so is this one's.
    "stm32f303cc": Chip(
        name="STM32F302, F303, F358", erased=0xffffffff, clock_word=0,
        flash_size=256 * 1024, block_size=0x800, sram_size=0xa000, cpuid=0x410fc241, idcode=0x10036422,
        size_register=0x1ffff7cc, boot_rom=0x1fffd800, options=0x1ffff800, open_options=0x00ff55aa,
        quiet_register=0x4002102c, debug_gate=(0x40021018, 0), flash_lock=(0x40022010, 1 << 7), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042008),
    # And these.
    "stm32f407vg": Chip(
        name="STM32F405, F407, F415, F417", erased=0xffffffff, clock_word=0,
        flash_size=1024 * 1024, block_size=0x4000, sram_size=0x20000, cpuid=0x410fc241, idcode=0x10016413,
        size_register=0x1fff7a22, boot_rom=0x1fff0000, options=0x40023c14, open_options=0x0fffaaed,
        quiet_register=0x40023880, debug_gate=(0x40023830, 0), flash_lock=(0x40023c10, 1 << 31), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042008, clock_config=0x40023808, first_end=0x08010000),
    "stm32f429zi": Chip(
        name="STM32F427, F429, F437, F439", erased=0xffffffff, clock_word=0,
        flash_size=2048 * 1024, block_size=0x4000, sram_size=0x30000, cpuid=0x410fc241, idcode=0x10076419,
        size_register=0x1fff7a22, boot_rom=0x1fff0000, options=0x40023c14, open_options=0x0fffaaed,
        quiet_register=0x40023880, debug_gate=(0x40023830, 0), flash_lock=(0x40023c10, 1 << 31), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042008, clock_config=0x40023808, first_end=0x08010000),
    "stm32l152rb": Chip(
        name="STM32L100, L151, L152", erased=0, clock_word=0,
        flash_size=128 * 1024, block_size=0x100, sram_size=0x4000, cpuid=0x412fc230, idcode=0x10186416,
        size_register=0x1ff8004c, boot_rom=0x1ff00000, options=0x1ff80000, open_options=0xff5500aa,
        quiet_register=0x40023830, debug_gate=(0x40023820, 0), flash_lock=(0x40023c04, 1 << 0), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042008, clock_config=0x40023808, read_cost=4),
    "stm32f722ze": Chip(
        name="STM32F722, F723, F730, F732, F733", erased=0xffffffff, clock_word=0,
        flash_size=512 * 1024, block_size=0x4000, sram_size=0x40000, cpuid=0x411fc270, idcode=0x10006452,
        size_register=0x1ff07a22, boot_rom=0x1ff00000, options=0x40023c14, open_options=0xc0ffaafd,
        quiet_register=0x40023880, debug_gate=(0x40023830, 0), flash_lock=(0x40023c10, 1 << 31), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042008, clock_config=0x40023808, first_end=0x08010000),
    "stm32l476rg": Chip(
        name="STM32L471, L475, L476", erased=0xffffffff, clock_word=0x10000080,
        flash_size=1024 * 1024, block_size=0x800, sram_size=0x18000, cpuid=0x410fc241, idcode=0x10076415,
        size_register=0x1fff75e0, boot_rom=0x1fff0000, options=0x1fff7800, open_options=0xffeff8aa,
        quiet_register=0x40021054, debug_gate=(0x40021018, 0), flash_lock=(0x40022014, 1 << 31), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042008),
    "stm32g474re": Chip(
        name="STM32G471, G473, G474", erased=0xffffffff, clock_word=0x40000000,
        flash_size=512 * 1024, block_size=0x800, sram_size=0x20000, cpuid=0x410fc241, idcode=0x20036469,
        size_register=0x1fff75e0, boot_rom=0x1fff0000, options=0x1fff7800, open_options=0xffeff8aa,
        quiet_register=0x40021054, debug_gate=(0x40021018, 0), flash_lock=(0x40022014, 1 << 31), load_cost=29,
        debug_unit=0xe0042000, freeze_register=0xe0042008),
}
CHIP = os.environ.get("SWDLINK_CHIP") or "stm32f031k6"
FACTS = CHIPS[CHIP]
IS_V6M = FACTS.cpuid >> 4 & 0xfff in (0xc20, 0xc60)  # CPUID.PARTNO: Cortex-M0 and M0+
HAS_FPU = FACTS.cpuid >> 4 & 0xfff in (0xc24, 0xc27)  # of the chips above, those with a Cortex-M4 or M7


class Skipped(Exception):
    """What the scenario needs is not to be had on this computer."""


class Failed(Exception):
    """What a person would have seen is not what was expected."""


def firmware(name):
    return os.path.join(BUILD, "tests", "firmware", name)


def expect(pattern, text):
    """The regular expression is found in the text; gives the match."""
    found = re.search(pattern, text, re.MULTILINE)
    if not found:
        raise Failed(f"expected /{pattern}/ in:\n{text}")
    return found


def expect_not(pattern, text):
    if re.search(pattern, text, re.MULTILINE):
        raise Failed(f"did not expect /{pattern}/ in:\n{text}")


def expect_equal(wanted, seen):
    if wanted != seen:
        raise Failed(f"expected {wanted!r}, saw {seen!r}")


def swdlink_command(arguments, board=None):
    """The command line of swdlink on a virtual board, in-process or through libusb."""
    wrap = shlex.split(os.environ.get("SWDLINK_WRAP", ""))
    program = wrap + [os.path.join(BUILD, "swdlink")]
    if board is None:
        return program + arguments
    if VIA_USB:
        return [os.path.join(BUILD, "swdlink-sim"), board, "--"] + program + arguments
    return program + arguments + ["--probe", f"virtual:{board}"]


def swdlink(arguments, board=None, check=True):
    """Runs swdlink to its end."""
    done = subprocess.run(swdlink_command(arguments, board), capture_output=True, text=True,
                          timeout=PATIENCE_S, errors="replace")
    if check and done.returncode != 0:
        raise Failed(f"swdlink {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    json_documents.check(arguments, done.stdout)
    return done


class Reader:
    """Lines of a pipe, collected by a thread, so that nobody blocks."""

    def __init__(self, pipe):
        self.lines = []
        self.closed = False
        self.news = threading.Condition()
        self.thread = threading.Thread(target=self._run, args=(pipe,), daemon=True)
        self.thread.start()

    def _run(self, pipe):
        for line in pipe:
            with self.news:
                self.lines.append(line.rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.closed = True
            self.news.notify_all()

    def wait(self, predicate, what):
        """Waits until predicate(lines) gives something true, and gives it."""
        deadline = time.monotonic() + PATIENCE_S
        with self.news:
            while True:
                result = predicate(self.lines)
                if result:
                    return result
                left = deadline - time.monotonic()
                if left <= 0 or self.closed:
                    why = "the end came first" if self.closed else "nothing came"
                    raise Failed(f"waited for {what}: {why}:\n" + "\n".join(self.lines[-40:]))
                self.news.wait(left)


class Server:
    def __init__(self, board, arguments=()):
        self.account_file = tempfile.NamedTemporaryFile(suffix=".json", delete=False).name
        board = f"{board},account={self.account_file}"
        command = swdlink_command(["serve", "--listen", "127.0.0.1:0", *arguments], board)
        self._start(command)

    def _start(self, command):
        """Starts a server, and waits until it listens."""
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True, errors="replace")
        self.err = Reader(self.process.stderr)
        self.out = Reader(self.process.stdout)
        found = self.err.wait(lambda lines: next(
            (m for m in (re.search(r"Listening on port (\d+)", l) for l in lines) if m), None),
            "the readiness line")
        self.port = int(found.group(1))

    def log(self):
        return "\n".join(self.err.lines)

    def wait_log(self, pattern):
        return self.err.wait(lambda lines: re.search(pattern, "\n".join(lines)), f"/{pattern}/ in the log")

    def stop(self):
        """SIGTERM; gives the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failed("the server did not end on SIGTERM")

    def account(self):
        """The board's account; the server must have ended."""
        with open(self.account_file, encoding="utf-8") as file:
            return json.load(file)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)


def wait_core(port, wanted):
    """Until the server on that port says this of the core: running, halted, in a semihosting call."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as onlooker:
        deadline = time.monotonic() + PATIENCE_S
        received = b""
        while time.monotonic() < deadline:
            onlooker.sendall(b"$qThreadExtraInfo,1#%02x" % (sum(b"qThreadExtraInfo,1") % 256))
            while not (reply := re.search(rb"\$([0-9a-f]*)#..", received)):
                more = onlooker.recv(4096)
                if not more:
                    raise Failed("the server turned an onlooker away")
                received += more
            state = bytes.fromhex(reply.group(1).decode()).decode()
            if wanted in state:
                return
            received = received[reply.end():]
    raise Failed(f"{state}; waited for {wanted}")


def _unquote(text):
    """An MI c-string."""
    return json.loads(re.sub(r"\\([0-7]{3})", lambda m: f"\\u00{int(m.group(1), 8):02x}", text))


class Gdb:
    """GDB behind its machine interface, spoken to with the commands that a person types."""

    def __init__(self, elf=None):
        command = [GDB, "-q", "-nx", "--interpreter=mi3"] + ([elf] if elf else [])
        environment = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "SWDLINK_WRAP")}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace",
                                        env=environment, start_new_session=True)
        self.reader = Reader(self.process.stdout)
        self.token = 0
        self.taken = 0
        self.shows_packets = False
        self.stops = 0
        for setting in (f"directories {SOURCE}", "confirm off", "pagination off", "width 0", "height 0"):
            self.cmd(f"set {setting}")

    def start(self, command):
        """Sends a command and does not wait."""
        if self.shows_packets and command != "continue":
            self.process.stdin.write("-gdb-set debug remote 0\n")
            self.shows_packets = False
        self.token += 1
        quoted = json.dumps(command)
        self.process.stdin.write(f"{self.token}-interpreter-exec console {quoted}\n")
        self.process.stdin.flush()
        return self.token

    def _stop_count(self, lines):
        return sum(line.startswith("*stopped") for line in lines)

    def finish(self, token):
        """Waits for the command's result (and for the stop when it let the target run)."""
        def done(lines):
            for at in range(self.taken, len(lines)):
                if re.match(rf"{token}\^(done|error|running|exit)", lines[at]):
                    return lines[at]
            return None
        result = self.reader.wait(done, "GDB's answer")
        if "^running" in result:
            wanted = self.stops + 1
            # A breakpoint that cannot be inserted ends a `continue` with a late error and no stop.
            self.reader.wait(lambda lines: self._stop_count(lines) >= wanted or
                             any(l.startswith(f"{token}^error") for l in lines[self.taken:]),
                             "the target to stop")
            self._settle()
        return self.take()

    def _settle(self):
        """GDB prints the source line after *stopped: an empty command marks the end of it."""
        self.token += 1
        self.process.stdin.write(f"{self.token}-gdb-set height 0\n")
        self.process.stdin.flush()
        token = self.token
        self.reader.wait(lambda lines: any(l.startswith(f"{token}^") for l in lines[self.taken:]),
                         "GDB to settle")

    def take(self):
        """What was printed since the last time, as a person would have read it."""
        with self.reader.news:
            new = self.reader.lines[self.taken:]
            self.taken = len(self.reader.lines)
            self.stops = self._stop_count(self.reader.lines)
        text = []
        for line in new:
            if line.startswith('&"[remote]'):
                continue
            if re.match(r'[~@&]"', line):
                text.append(_unquote(line[1:]))
            elif re.match(r"\d*\^error", line):
                found = re.search(r'msg="((?:[^"\\]|\\.)*)"', line)
                text.append("error: " + (_unquote(f'"{found.group(1)}"') if found else line) + "\n")
            elif line.startswith("*stopped"):
                text.append(line + "\n")
        return "".join(text)

    def cmd(self, command):
        return self.finish(self.start(command))

    def cmds(self, *commands):
        return "".join(self.cmd(command) for command in commands)

    def fails(self, command):
        """The command must end in an error; gives what GDB said."""
        said = self.cmd(command)
        expect(r"^error: ", said)
        return said

    def run_away(self):
        """continue, without waiting for a stop. GDB says that it runs before it has asked for that, and a Ctrl-C that
        comes in between ends the command: so what it sends is looked at."""
        self.cmd("set debug remote 1")
        self.shows_packets = True
        token = self.start("continue")
        self.reader.wait(lambda lines: any(re.match(r'&"\[remote\] Sending packet: \$(vCont;[cC]|[cC])', l)
                                           for l in lines[self.taken:]), "GDB to let the target run")
        return token

    def interrupt(self, may_quit=False):
        """Ctrl-C. may_quit: of a command in which GDB makes the target run and stop again and again; between two
        stops GDB itself ends it, and says "Quit" without another stop."""
        wanted = self.stops + 1
        os.kill(self.process.pid, signal.SIGINT)
        self.reader.wait(lambda lines: self._stop_count(lines) >= wanted or
                         (may_quit and '&"Quit\\n"' in lines[self.taken:]), "the target to stop")
        self._settle()
        return self.take()

    def wait_stop(self):
        wanted = self.stops + 1
        self.reader.wait(lambda lines: self._stop_count(lines) >= wanted, "the target to stop")
        self._settle()
        return self.take()

    def value(self, expression):
        said = self.cmd(f"output/d {expression}")
        return int(expect(r"^(-?\d+)", said).group(1))

    def kill(self):
        """As when the window is closed by force."""
        self.process.kill()
        self.process.wait()

    def quit(self):
        if self.process.poll() is None:
            try:
                self.process.stdin.write("-gdb-exit\n")
                self.process.stdin.flush()
                self.process.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()


class Session:
    """A server on a board and, when asked for, GDBs on the server."""

    def __init__(self, board=CHIP, arguments=()):
        self.gdbs = []
        self.sockets = []
        self.server = Server(board, arguments)

    def gdb(self, elf=None, connect="target remote"):
        gdb = Gdb(firmware(elf) if elf else None)
        self.gdbs.append(gdb)
        if connect:
            gdb.hello = gdb.cmd(f"{connect} 127.0.0.1:{self.server.port}")
            expect_not("^error: ", gdb.hello)
        return gdb

    def loaded(self, elf, connect="target remote"):
        """A GDB with the program in flash, halted at its first instruction."""
        gdb = self.gdb(elf, connect)
        gdb.cmd("monitor reset halt")
        said = gdb.cmd("load")
        gdb.load_size = int(expect(r"load size (\d+)", said).group(1))
        gdb.cmd("monitor reset halt")
        gdb.cmd("maintenance flush register-cache")
        return gdb

    def raw(self):
        """A plain socket to the server, for clients that misbehave."""
        connection = self.server.connect()
        self.sockets.append(connection)
        return connection

    def close(self, violations=()):
        for gdb in self.gdbs:
            gdb.quit()
        for connection in self.sockets:
            connection.close()
        status = self.server.stop()
        expect_equal(0, status)
        # Under USB the board lives in swdlink-sim, which ends after the server and has then written too.
        account = self.server.account()
        unexpected = [v for v in account["violations"] if not any(re.search(e, v) for e in violations)]
        if unexpected:
            raise Failed("the virtual board saw what silicon forbids: " + "; ".join(unexpected))
        return account

    def abandon(self):
        for gdb in self.gdbs:
            gdb.kill()
        for connection in self.sockets:
            connection.close()
        if self.server.process.poll() is None:
            self.server.process.kill()


SCENARIOS = []


def scenario(board=CHIP, arguments=(), violations=(), v6m_only=False):
    """Marks a scenario: its name is its sentence; it gets an open Session. SWDLINK_CHIP leaves out those on other chips,
    and on one with an ARMv7-M core those of what only ARMv6-M is like (mainline.py has what the others are like)."""
    def mark(function):
        if not os.environ.get("SWDLINK_CHIP") or board.split(",")[0] == CHIP and (IS_V6M or not v6m_only):
            SCENARIOS.append((function, board, arguments, violations))
        return function
    return mark


def _run_one(function, board, arguments, violations):
    session = Session(board, arguments)
    try:
        function(session)
        session.close(violations)
    except Skipped:
        session.abandon()
        raise
    except BaseException:
        log = session.server.log()
        session.abandon()
        print("\n".join("# server: " + line for line in log.splitlines()[-30:]))
        raise
    finally:
        if os.path.exists(session.server.account_file):
            os.unlink(session.server.account_file)


def main():
    chosen = [s for s in SCENARIOS if len(sys.argv) < 2 or any(w in s[0].__name__ for w in sys.argv[1:])]
    chosen = chosen[int(os.environ.get("SWDLINK_TEST_OFFSET", 0))::int(os.environ.get("SWDLINK_TEST_STRIDE", 1))]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    descendants.adopt()
    for number, (function, board, arguments, violations) in enumerate(chosen, 1):
        name = function.__name__.replace("_", " ")
        try:
            with descendants.none_left():
                _run_one(function, board, arguments, violations)
            print(f"ok {number} - {name}", flush=True)
        except Skipped as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print(f"not ok {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)
