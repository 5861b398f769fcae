# SPDX-License-Identifier: MIT
"""Programs that use the debugger's console and files: one on newlib, and one that makes each call that it
is told to."""

import os
import pty
import re
import select
import tempfile
import time

from harness import (GDB, PATIENCE_S, Failed, Session, Skipped, expect, expect_equal, expect_not, firmware, main,
                     scenario, wait_core)

ON = ["--semihosting"]
FAILED = 0xffffffff
OPEN, CLOSE, WRITEC, WRITE0, WRITE, READ, READC = range(0x01, 0x08)
ISERROR, ISTTY, SEEK = 0x08, 0x09, 0x0a
FLEN, TMPNAM, REMOVE, RENAME, CLOCK, TIME, SYSTEM, ERRNO = range(0x0c, 0x14)
GET_CMDLINE, HEAPINFO, EXIT, EXIT_EXTENDED, ELAPSED, TICKFREQ = 0x15, 0x16, 0x18, 0x20, 0x30, 0x31
APPLICATION_EXIT, RUN_TIME_ERROR = 0x20026, 0x20023
SELECT = ("270", "23", "72")  # pselect6 and select of x86-64, pselect6 of the newer machines
EPERM, ENOENT, EBADF, EACCES = 1, 2, 9, 13


class Caller:
    """The program semihost.elf, halted, ready to make calls."""

    def __init__(self, session, connect="target remote"):
        self.gdb = session.loaded("semihost.elf", connect)
        self.gdb.cmds("tbreak main", "continue", "break done")

    def address(self, name):
        return self.gdb.value(f"(unsigned)&{name}")

    def put(self, name, text):
        for at, byte in enumerate(text.encode() + b"\0"):
            self.gdb.cmd(f"set var {name}[{at}] = {byte}")
        return self.address(name), len(text)

    def get(self, name, length):
        return bytes(self.gdb.value(f"{name}[{at}]") for at in range(length))

    def prepare(self, op, words):
        self.gdb.cmd(f"set var op = {op}")
        if isinstance(words, int):
            self.gdb.cmd(f"set var argument = {words}")
            return
        self.gdb.cmd("set var argument = 0")
        for at, word in enumerate(words):
            self.gdb.cmd(f"set var block[{at}] = {word}")

    def call(self, op, words=()):
        """Makes a call; gives its result. What was said is in `said`."""
        self.prepare(op, words)
        self.said = self.gdb.cmd("continue")
        expect(r"done \(\)", self.said)
        return self.gdb.value("result") & 0xffffffff

    def open(self, name, mode):
        where, length = self.put("text", name)
        return self.call(OPEN, [where, mode, length])


@scenario(arguments=ON)
def a_newlib_program_prints_uses_files_and_exits(session):
    with tempfile.TemporaryDirectory() as folder:
        gdb = session.gdb("newlib.elf", connect=None)
        gdb.cmd(f"cd {folder}")
        gdb.cmd(f"target extended-remote 127.0.0.1:{session.server.port}")
        gdb.cmds("load", "set args one two")
        said = gdb.cmd("run")
        expect(r"started with 3 arguments: \S+ one two", said)
        expect(r"read: line\nread: second line\ncopy: 0\ntime is set: 1\nto the error stream", said)
        expect(r"exited with code 07", said)
        expect_equal([], os.listdir(folder))


def library_calls(session, folder):
    """Every function of newlib that becomes a call; gives what was said."""
    gdb = session.gdb("newlib_calls.elf", connect=None)
    gdb.cmd(f"cd {folder}")
    gdb.cmd(f"target extended-remote 127.0.0.1:{session.server.port}")
    gdb.cmd("load")
    said = gdb.cmd("run")
    expect_not(r"^not ok", said)
    expect(r"^1\.\.24$", said)
    expect(r"exited normally", said)
    expect_equal([], os.listdir(folder))
    made = set(re.findall(r"semihosting: (SYS_\w+)\(", session.server.log()))
    expect_equal({"SYS_OPEN", "SYS_CLOSE", "SYS_WRITE", "SYS_READ", "SYS_ISTTY", "SYS_SEEK", "SYS_FLEN", "SYS_REMOVE",
                  "SYS_RENAME", "SYS_CLOCK", "SYS_TIME", "SYS_SYSTEM", "SYS_ERRNO", "SYS_GET_CMDLINE",
                  "SYS_HEAPINFO"}, made)
    return said


@scenario(arguments=[*ON, "-vv"])
def all_of_newlib_that_calls_works_with_gdbs_files(session):
    with tempfile.TemporaryDirectory() as folder:
        library_calls(session, folder)


@scenario()
def all_of_newlib_that_calls_works_with_the_directory(_):
    with tempfile.TemporaryDirectory() as elsewhere, tempfile.TemporaryDirectory() as folder:
        session = Session(arguments=[*in_directory(folder), "-vv"])
        try:
            library_calls(session, elsewhere)
            expect_equal([], os.listdir(folder))
            session.close()
        except BaseException:
            session.abandon()
            raise


@scenario(arguments=ON)
def a_program_is_run_again_and_again_and_loaded_again(session):
    gdb = session.gdb("newlib.elf", connect="target extended-remote")
    gdb.cmd("load")
    for i in range(100):
        expect(r"exited with code 07", gdb.cmd("run"))
        if i % 10 == 0:
            expect(r"Start address", gdb.cmds("attach 1", "load"))


@scenario(arguments=ON)
def after_its_exit_kill_and_detach_there_is_no_thread_and_nothing_is_asked(session):
    gdb = session.gdb("newlib.elf", connect="target extended-remote")
    gdb.cmds("load", "kill", "set confirm on")
    for end in ("continue", "kill", "detach"):
        said = gdb.cmd("start")
        expect(r"main \(", said)
        expect_not(r"y or n", said)
        said = gdb.cmds(*(["set confirm off", "kill", "set confirm on"] if end == "kill" else [end]), "info threads")
        expect(r"No threads", said)
        expect_not(r"New Thread|y or n", said)
    said = gdb.cmd("run")
    expect(r"exited with code 07", said)
    expect_not(r"New Thread|y or n", said)


@scenario(arguments=ON)
def under_target_remote_one_connects_again_after_the_exit(session):
    gdb = session.loaded("newlib.elf")
    expect(r"exited with code 07", gdb.cmd("continue"))
    expect_not(r"^error", gdb.cmd(f"target remote 127.0.0.1:{session.server.port}"))
    gdb.cmds("load", "monitor reset halt", "tbreak main", "continue", "set var status = 0")
    expect(r"exited normally", gdb.cmd("continue"))


@scenario()
def without_permission_a_call_is_a_stop_that_says_what_to_type(session):
    gdb = session.loaded("newlib.elf")
    said = gdb.cmd("continue")
    expect(r"SIGTRAP", said)
    expect(r"`monitor semihosting enable`", said)
    expect(r"bkpt", gdb.cmd("x/i $pc"))
    expect(r"Semihosting is enabled; console: GDB; files: GDB's host", gdb.cmd("monitor arm semihosting enable"))
    expect(r"exited with code 07", gdb.cmd("continue"))


@scenario(arguments=ON)
def each_status_of_a_program_is_told(session):
    run = Caller(session, "target extended-remote")
    for op, words, said in ((EXIT, APPLICATION_EXIT, r"exited normally"),
                            (EXIT, RUN_TIME_ERROR, r"exited with code 01"),
                            (EXIT_EXTENDED, [APPLICATION_EXIT, 0], r"exited normally"),
                            (EXIT_EXTENDED, [APPLICATION_EXIT, 42], r"exited with code 052"),
                            (EXIT_EXTENDED, [APPLICATION_EXIT, -1], r"exited with code 0377"),
                            (EXIT_EXTENDED, [APPLICATION_EXIT, 256], r"exited with code 0377"),
                            (EXIT_EXTENDED, [RUN_TIME_ERROR, 5], r"exited with code 01")):
        run.prepare(op, words)
        expect(said, run.gdb.cmd("continue"))
        run.gdb.cmds("tbreak main", "run")


@scenario(arguments=ON)
def the_console_is_written_character_by_character_and_as_strings(session):
    run = Caller(session)
    where, length = run.put("text", "Words, $#}* and %s\n")
    run.call(WRITE0, where)
    expect(r"^Words, \$#\}\* and %s$", run.said)
    run.call(WRITEC, where)
    expect(r"^W", run.said)
    console = run.open(":tt", 4)
    expect_equal(1, run.call(ISTTY, [console]))
    expect_equal(0, run.call(FLEN, [console]))
    where, length = run.put("text", "written")
    expect_equal(0, run.call(WRITE, [console, where, length]))
    expect(r"^written", run.said)
    expect_equal(FAILED, run.call(SEEK, [console, 1]))
    expect_equal(length, run.call(WRITE, [77, where, length]))
    expect_equal(EBADF, run.call(ERRNO))
    expect_equal(0, run.call(CLOSE, [console]))
    expect_equal(FAILED, run.call(CLOSE, [console]))


def file_calls(run, folder):
    """A file from its beginning to its end, through every call that has to do with it."""
    expect_equal(FAILED, run.open("nothing.txt", 0))
    expect_equal(ENOENT, run.call(ERRNO))
    file = run.open("file.txt", 6)
    expect_equal(True, 0 < file < 1000)
    where, length = run.put("other_text", "0123456789")
    expect_equal(0, run.call(WRITE, [file, where, length]))
    expect_equal(10, run.call(FLEN, [file]))
    expect_equal(0, run.call(ISTTY, [file]))
    expect_equal(0, run.call(SEEK, [file, 4]))
    where = run.address("text")
    expect_equal(0, run.call(READ, [file, where, 3]))
    expect_equal(b"456", run.get("text", 3))
    expect_equal(5, run.call(READ, [file, where, 8]))  # 3 bytes came
    expect_equal(b"789", run.get("text", 3))
    expect_equal(8, run.call(READ, [file, where, 8]))  # the end
    expect_equal(0, run.call(CLOSE, [file]))
    expect_equal(FAILED, run.call(READ, [file, where, 8]))
    with open(os.path.join(folder, "file.txt"), encoding="utf-8") as there:
        expect_equal("0123456789", there.read())
    file = run.open("file.txt", 8)
    where, length = run.put("other_text", "appended")
    expect_equal(0, run.call(WRITE, [file, where, length]))
    expect_equal(0, run.call(CLOSE, [file]))
    (old, old_length), (new, new_length) = run.put("text", "file.txt"), run.put("other_text", "new.txt")
    expect_equal(0, run.call(RENAME, [old, old_length, new, new_length]))
    with open(os.path.join(folder, "new.txt"), encoding="utf-8") as there:
        expect_equal("0123456789appended", there.read())
    expect_equal(0, run.call(REMOVE, [new, new_length]))
    expect_equal([], os.listdir(folder))
    expect_equal(FAILED, run.call(REMOVE, [new, new_length]))


@scenario(arguments=ON)
def files_are_those_of_gdbs_host(session):
    run = Caller(session)
    with tempfile.TemporaryDirectory() as folder:
        run.gdb.cmd(f"cd {folder}")
        file_calls(run, folder)
    run.gdb.cmd("cd /")
    where, length = run.put("text", "true")
    # GDB forbids it unless its user allows it.
    expect_equal(FAILED, run.call(SYSTEM, [where, length]))
    run.gdb.cmd("set remote system-call-allowed 1")
    expect_equal(0, run.call(SYSTEM, [where, length]))


def calls_without_files(run):
    """What the specification says of the calls that have nothing to do with a file."""
    expect_equal(1000000, run.call(TICKFREQ))
    where = run.address("text")
    expect_equal(0, run.call(ELAPSED, where))
    first = run.gdb.value("*(unsigned long long *)text")
    expect_equal(0, run.call(ELAPSED, where))
    expect_equal(True, run.gdb.value("*(unsigned long long *)text") > first > 0)
    expect_equal(True, run.call(CLOCK) < 100 * PATIENCE_S)
    expect_equal(True, abs(run.call(TIME) - time.time()) < 2 * PATIENCE_S)
    expect_equal(0, run.call(ISERROR, [5]))
    expect_equal(1, run.call(ISERROR, [-5]))
    run.gdb.cmd("monitor arm semihosting_cmdline first second")
    expect_equal(0, run.call(GET_CMDLINE, [where, 60]))
    expect_equal(b"first second\0", run.get("text", 13))
    expect_equal(12, run.gdb.value("block[1]"))
    expect_equal(FAILED, run.call(GET_CMDLINE, [where, 12]))
    expect_equal(0, run.call(HEAPINFO, [where]))
    expect_equal(bytes(16), run.get("text", 16))
    expect_equal(FAILED, run.call(0x77))
    features = run.open(":semihosting-features", 0)
    expect_equal(5, run.call(FLEN, [features]))
    expect_equal(1, run.call(READ, [features, where, 6]))
    expect_equal(b"SHFB\3", run.get("text", 5))
    expect_equal(0, run.call(SEEK, [features, 4]))
    expect_equal(0, run.call(READ, [features, where, 1]))
    expect_equal(b"\3", run.get("text", 1))


def temporary_name(run, number):
    where = run.address("text")
    expect_equal(0, run.call(TMPNAM, [where, number, 40]))
    name = run.get("text", 40).split(b"\0")[0].decode()
    expect_equal(FAILED, run.call(TMPNAM, [where, number, len(name)]))  # no room for the NUL
    expect_equal(0, run.call(TMPNAM, [where, number, len(name) + 1]))
    return name


@scenario(arguments=ON)
def the_rest_of_the_calls_answers_as_the_specification_says(session):
    run = Caller(session)
    calls_without_files(run)
    expect(r"^/tmp/\S+07", temporary_name(run, 7))
    expect(r"^/tmp/\S+ff", temporary_name(run, 255))
    expect_equal(FAILED, run.call(TMPNAM, [run.address("text"), 256, 40]))


@scenario(arguments=ON)
def a_wrong_address_fails_the_call_and_not_the_session(session):
    run = Caller(session)
    run.call(WRITE0, 0x30000000)
    expect_equal(FAILED, run.call(OPEN, [0x30000000, 0, 4]))
    expect_equal(FAILED, run.call(READ, 0x30000000))
    expect_equal(14, run.call(ERRNO))
    run.call(TICKFREQ)


def in_directory(folder):
    return ["--semihosting-dir", folder]


def serving_a_directory(act):
    with tempfile.TemporaryDirectory() as outer:
        folder = os.path.join(outer, "files")
        os.mkdir(folder)
        session = Session(arguments=in_directory(folder))
        try:
            act(Caller(session), outer, folder)
            session.close()
        except BaseException:
            session.abandon()
            raise


@scenario()
def files_are_in_the_directory_that_the_user_names(_):
    serving_a_directory(lambda run, outer, folder: file_calls(run, folder))


@scenario()
def nothing_outside_of_the_directory_can_be_touched(_):
    def act(run, outer, folder):
        secret = os.path.join(outer, "secret.txt")
        with open(secret, "w", encoding="utf-8") as file:
            file.write("secret")
        os.symlink(secret, os.path.join(folder, "link"))
        os.symlink(outer, os.path.join(folder, "up"))
        os.mkdir(os.path.join(folder, "inside"))
        os.mkfifo(os.path.join(folder, "fifo"))
        for name in (secret, "../secret.txt", "inside/../../secret.txt", "link", "up/secret.txt", "./up/secret.txt",
                     "..", "/", "", ".", "inside", "inside/", "fifo", "/etc/passwd", "inside//..//../secret.txt"):
            for mode in (0, 2, 4, 8):
                expect_equal(FAILED, run.open(name, mode))
            where, length = run.put("text", name)
            new, new_length = run.put("other_text", "taken")
            if name not in ("link", "fifo", "inside", "inside/"):
                expect_equal(FAILED, run.call(REMOVE, [where, length]))
                expect_equal(FAILED, run.call(RENAME, [where, length, new, new_length]))
        expect_equal(FAILED, run.open("x" * 200 + "/" + "y" * 54, 4))
        where, length = run.put("text", "true")
        expect_equal(FAILED, run.call(SYSTEM, [where, length]))
        expect_equal(["files", "secret.txt"], sorted(os.listdir(outer)))
        expect_equal("secret", open(secret, encoding="utf-8").read())
        good = run.open("inside/./good.txt", 4)
        expect_equal(0, run.call(CLOSE, [good]))
        expect_equal(["good.txt"], os.listdir(os.path.join(folder, "inside")))
    serving_a_directory(act)


@scenario()
def nothing_is_put_outside_of_the_directory_by_renaming(_):
    def act(run, outer, folder):
        os.symlink(outer, os.path.join(folder, "up"))
        old, length = run.put("text", "good.txt")
        expect_equal(0, run.call(CLOSE, [run.open("good.txt", 4)]))
        for name in ("../taken", "up/taken", os.path.join(outer, "taken"), "/tmp/swdlink-taken", "..", "/", "", ".",
                     "./up/../taken"):
            new, new_length = run.put("other_text", name[:63])
            expect_equal(FAILED, run.call(RENAME, [old, length, new, new_length]))
        expect_equal(["files"], os.listdir(outer))
        expect_equal(["good.txt", "up"], sorted(os.listdir(folder)))
    serving_a_directory(act)


@scenario()
def a_temporary_name_is_one_of_the_directory(_):
    def act(run, outer, folder):
        name = temporary_name(run, 7)
        file = run.open(name, 4)
        expect_equal([name], os.listdir(folder))
        expect_equal(0, run.call(CLOSE, [file]))
    serving_a_directory(act)


@scenario()
def with_a_directory_the_rest_of_the_calls_is_the_same(_):
    def act(run, _outer, _folder):
        calls_without_files(run)
        where, length = run.put("text", "true")
        expect_equal(FAILED, run.call(SYSTEM, [where, length]))
        expect_equal(EPERM, run.call(ERRNO))
        run.gdb.cmd("set remote system-call-allowed 1")
        expect_equal(FAILED, run.call(SYSTEM, [where, length]))
        expect_equal(FAILED, run.open("../outside.txt", 4))
        expect_equal(EACCES, run.call(ERRNO))
    serving_a_directory(act)


@scenario(arguments=ON)
def a_breakpoint_right_behind_a_call_is_hit(session):
    run = Caller(session)
    listing = run.gdb.cmd("disassemble main")
    behind = int(expect(r"bkpt\s+0x00ab\n\s+0x([0-9a-f]+)", listing).group(1), 16)
    run.prepare(TICKFREQ, 0)
    run.gdb.cmd(f"hbreak *{behind:#x}")
    run.gdb.cmd("continue")
    expect_equal(behind, run.gdb.value("$pc"))
    expect_equal(1000000, run.gdb.value("$r0"))


@scenario(arguments=ON)
def a_call_is_one_step(session):
    run = Caller(session)
    listing = run.gdb.cmd("disassemble main")
    at = int(expect(r"0x([0-9a-f]+) <\+\d+>:\s+bkpt\s+0x00ab", listing).group(1), 16)
    run.prepare(TICKFREQ, 0)
    run.gdb.cmds(f"tbreak *{at:#x}", "continue")
    expect_equal(at, run.gdb.value("$pc"))
    before = run.gdb.cmd("info registers r1 r2 r3 r4 r5 r6 r7 sp lr")
    run.gdb.cmd("stepi")
    expect_equal(at + 2, run.gdb.value("$pc"))
    expect_equal(1000000, run.gdb.value("$r0"))
    expect_equal(before, run.gdb.cmd("info registers r1 r2 r3 r4 r5 r6 r7 sp lr"))
    expect(r"done \(\)", run.gdb.cmd("continue"))


@scenario(arguments=ON)
def a_talking_program_can_be_interrupted_and_goes_on(session):
    run = Caller(session)
    run.gdb.cmds("delete", "set var op = 0", "set var argument = 0")
    for _ in range(3):
        run.gdb.run_away()
        run.gdb.reader.wait(lambda lines, gdb=run.gdb: any("hello" in l for l in lines[gdb.taken:]), "its words")
        said = run.gdb.interrupt()
        expect(r"SIGINT", said)
        expect_not(r"SIGTRAP", said)


@scenario(arguments=ON)
def a_debugger_that_dies_in_a_call_leaves_a_server_that_serves(session):
    run = Caller(session)
    run.gdb.cmds("delete", "set var op = 0", "set var argument = 0")
    run.gdb.run_away()
    run.gdb.kill()
    session.server.wait_log(r"has left")
    gdb = session.loaded("newlib.elf")
    expect(r"exited with code 07", gdb.cmd("continue"))


class Terminal:
    """GDB as a person has it, on a terminal where the program's questions are answered."""

    def __init__(self, session, *commands):
        try:
            self.pid, self.fd = pty.fork()
        except OSError as error:
            raise Skipped(f"no pseudo-terminal can be had here: {error}") from error
        if self.pid == 0:
            words = [GDB, "-q", "-nx", firmware("semihost.elf")]
            for command in ("set confirm off", "set pagination off", "set style enabled off", "set width 0",
                            f"target remote 127.0.0.1:{session.server.port}", *commands):
                words += ["-ex", command]
            os.environ["TERM"] = "dumb"
            os.execvp(words[0], words)
        self.seen = ""
        self.port = session.server.port

    def wait(self, pattern):
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.seen)):
            if time.monotonic() > deadline or not select.select([self.fd], [], [], PATIENCE_S)[0]:
                raise Failed(f"waited for /{pattern}/ in:\n{self.seen}")
            self.seen += os.read(self.fd, 4096).decode(errors="replace")
        self.seen = self.seen[found.end():]
        return found

    def wait_reading(self):
        """Until GDB waits for what is typed on behalf of the program: the call has been sent to it, and it waits, no
        longer in poll() for the server but in select() for its standard input."""
        wait_core(self.port, "in a semihosting call")
        deadline = time.monotonic() + PATIENCE_S
        while self.system_call() not in SELECT:
            if time.monotonic() > deadline:
                raise Failed(f"GDB does not read: {self.system_call()}")
            time.sleep(0.001)

    def system_call(self):
        """The number of the call that GDB is in, as a text."""
        try:
            with open(f"/proc/{self.pid}/syscall", encoding="ascii") as f:
                return f.read().split()[0]
        except OSError as error:
            raise Skipped(f"what GDB waits for cannot be seen: {error}") from error

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def reading_terminal(session):
    gdb = session.loaded("semihost.elf")
    tt, text = gdb.value("(unsigned)&text"), gdb.value("(unsigned)&other_text")
    gdb.cmds("tbreak main", "continue")
    gdb.quit()
    return Terminal(session, "monitor reset halt", "tbreak main", "continue", "break done", "set var op = 1",
                    "set var text[0] = 58", "set var text[1] = 116", "set var text[2] = 116",
                    f"set var block[0] = {tt}", "set var block[1] = 0", "set var block[2] = 3", "continue",
                    "set var op = 6", "set var block[0] = result", f"set var block[1] = {text}",
                    "set var block[2] = 20", "continue")


@scenario(arguments=ON)
def a_reload_and_rerun_after_exit_works_hundreds_of_times_in_a_session(session):
    run = Caller(session, "target extended-remote")
    for status in range(200):
        run.prepare(EXIT_EXTENDED, [APPLICATION_EXIT, status])
        said = run.gdb.cmd("continue")
        expect(r"exited normally" if status == 0 else rf"exited with code 0{status:o}\b", said)
        expect(r"Error erasing flash", run.gdb.fails("load"))  # there is no program: GDB would break down
        expect(r"Start address", run.gdb.cmds("attach 1", "load"))
        expect(r"main \(\)", run.gdb.cmds("tbreak main", "run"))


@scenario(arguments=ON)
def what_is_typed_at_gdbs_terminal_reaches_the_program(session):
    terminal = reading_terminal(session)
    terminal.wait(r"Continuing(?s:.*)Continuing(?s:.*)Continuing")
    terminal.wait_reading()
    terminal.type("typed\n")
    terminal.wait(r"done \(\)")
    terminal.type("print result\nprint other_text[4]\n")
    terminal.wait(r"= 14\r")
    terminal.wait(r"= 100 'd'")
    terminal.close()


@scenario(arguments=ON)
def characters_typed_at_gdbs_terminal_are_read_one_by_one(session):
    gdb = session.loaded("semihost.elf")
    gdb.cmds("tbreak main", "continue")
    gdb.quit()
    terminal = Terminal(session, "monitor reset halt", "tbreak main", "continue", "break done", "set var op = 7",
                        "continue")
    terminal.wait(r"Continuing(?s:.*)Continuing")
    terminal.wait_reading()
    terminal.type("xy\n")
    for number, character in enumerate("xy\n", 1):
        terminal.wait(r"done \(\)")
        terminal.type(f"print/d {1000 * number} + result\n")
        terminal.wait(rf"= {1000 * number + ord(character)}\r")
        if number < 3:
            terminal.type("continue\n")
    terminal.close()


@scenario(arguments=ON)
def control_c_while_the_program_waits_for_typing_stops_it_and_the_call_can_be_made_again(session):
    terminal = reading_terminal(session)
    terminal.wait(r"Continuing(?s:.*)Continuing(?s:.*)Continuing")
    terminal.wait_reading()
    terminal.type("\x03")
    terminal.wait(r"SIGINT")
    terminal.type("x/i $pc\n")
    terminal.wait(r"bkpt")
    terminal.type("continue\n")
    terminal.wait(r"Continuing")
    terminal.wait_reading()
    terminal.type("again\n")
    terminal.wait(r"done \(\)")
    terminal.type("print other_text[0]\n")
    terminal.wait(r"= 97 'a'")
    terminal.close()


@scenario(arguments=["--semihosting-console", "stdio"])
def the_console_can_be_the_servers_own(session):
    gdb = session.loaded("newlib.elf")
    said = gdb.cmd("continue")
    expect_not(r"started", said)
    expect(r"exited with code 07", said)
    session.server.out.wait(lambda lines: "to the error stream" in lines, "the program's output")
    expect(r"^started with 1 argument: program$", "\n".join(session.server.out.lines))


@scenario(arguments=["--semihosting-console", "stdio"])
def at_the_end_of_our_input_the_program_reads_the_end(session):
    run = Caller(session)
    console = run.open(":tt", 0)
    expect_equal(8, run.call(READ, [console, run.address("other_text"), 8]))
    expect_equal(FAILED, run.call(READC))


def chatter_cost(rounds):
    session = Session(arguments=ON)
    try:
        run = Caller(session)
        run.prepare(0, 0)
        for _ in range(rounds):
            expect(r"hello from the target", run.gdb.cmd("continue"))
        run.gdb.quit()
        return session.close()["usb_commands"]
    except BaseException:
        session.abandon()
        raise


@scenario()
def a_call_costs_few_usb_commands(_):
    cost = (chatter_cost(5) - chatter_cost(1)) / 400
    print(f"# USB commands per SYS_WRITE0 of 22 characters: {cost:.2f}", flush=True)
    expect_equal(True, 0 < cost <= 12)


main()
