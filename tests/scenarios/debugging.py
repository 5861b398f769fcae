# SPDX-License-Identifier: MIT
"""A person debugs a program on a virtual STM32F031K6: looking, stepping, breaking, watching."""

import json
import re
import tempfile

from harness import FACTS, HAS_FPU, IS_V6M, expect, expect_equal, expect_not, main, scenario


def at_main(session, elf="session.elf"):
    gdb = session.loaded(elf)
    expect(r"main \(\) at .*c:\d+", gdb.cmds("tbreak main", "continue"))
    return gdb


@scenario()
def gdb_connects_and_learns_the_chip(session):
    gdb = session.gdb("session.elf")
    registers = gdb.cmd("info registers")
    expect(r"^pc +0x", registers)
    expect(r"^xPSR +0x|^xpsr +0x", registers)
    everything = gdb.cmd("info all-registers")
    for name in ("msp", "psp", "primask", "control") + (() if IS_V6M else ("basepri", "faultmask")):
        expect(rf"^{name} +", everything)
    for name in ("d0", "s0", "fpscr"):
        (expect if HAS_FPU else expect_not)(rf"^{name} +", everything)
    if IS_V6M:
        expect_not(r"^(basepri|faultmask) ", everything)
    regions = gdb.cmd("info mem")
    expect(rf"0x0*8000000\s+0x0*{FACTS.first_end or 0x8000000 + FACTS.flash_size:x}\s+flash blocksize {FACTS.block_size:#x}", regions)
    expect(rf"0x0*{0x8000000 + FACTS.flash_size:x}\s+flash blocksize", regions)
    expect(rf"0x20000000\s+{0x20000000 + FACTS.sram_size:#x}\s+rw", regions)


@scenario()
def load_writes_flash_and_compare_sections_agrees(session):
    gdb = session.gdb("session.elf")
    gdb.cmd("monitor reset halt")
    said = gdb.cmd("load")
    expect(r"Loading section \.(isr_vector|vectors|text)", said)
    expect(r"Start address 0x0*80", said)
    compared = gdb.cmd("compare-sections")
    expect(r"Section \.text, range .* matched", compared)
    expect_not(r"MIS-?MATCHED|error", compared)


@scenario()
def a_program_in_ram_is_loaded_compared_and_run(session):
    gdb = session.gdb("inram-ram.elf")
    gdb.cmd("monitor reset halt")
    expect(r"Transfer rate", gdb.cmd("load"))
    expect_not(r"MIS-?MATCHED|error", gdb.cmd("compare-sections"))
    gdb.cmd("break lap")
    expect(r"lap \(n=0\)", gdb.cmd("continue"))
    expect(r"lap \(n=1\)", gdb.cmd("continue"))
    expect(r"lap \(n=4\)", gdb.cmd("continue"))


@scenario()
def memory_is_read_and_written_in_every_width(session):
    gdb = at_main(session)
    expect(r"hello from flash", gdb.cmd("print greeting"))
    expect(r"0x.*:\s+1\s+1\s+2\s+3\s*\n.*:\s+5\s+8\s+13\s+21", gdb.cmd("x/8dw &table"))
    gdb.cmd("set var table[3] = 0x12345678")
    expect(r"0x78\s+0x56\s+0x34\s+0x12", gdb.cmd("x/4xb &table[3]"))
    gdb.cmd("set var *(unsigned char *)((char *)&table[3] + 1) = 0xff")
    expect(r"0x1234ff78", gdb.cmd("x/xw &table[3]"))
    gdb.cmd("set var *(unsigned short *)((char *)&table[3] + 2) = 0xabcd")
    expect(r"0xabcdff78", gdb.cmd("x/xw &table[3]"))
    expect(r"\{x = 3, y = 4\}", gdb.cmd("print origin"))
    gdb.cmd("set var origin.y = -7")
    expect(r"\{x = 3, y = -7\}", gdb.cmd("print origin"))
    gdb.cmds("set print elements unlimited", "set print repeats unlimited")
    ram = re.findall(r"0x[0-9a-f]+", gdb.cmd("output/x *(unsigned char *)0x20000000@1025"))
    expect_equal(1025, len(ram))
    for length in (2, 3, 5, 7, 64, 65, 1023):
        gdb.cmd("maintenance flush dcache")
        for start in (0, 1, 2):
            read = gdb.cmd(f"output/x *(unsigned char *){0x20000000 + start:#x}@{length}")
            expect_equal(ram[start:start + length], re.findall(r"0x[0-9a-f]+", read))


@scenario()
def memory_that_does_not_exist_is_an_error_and_not_zeros(session):
    gdb = session.gdb("session.elf")
    said = gdb.fails("x/xw 0x30000000")
    expect(r"Cannot access memory at address 0x30000000", said)
    end = 0x20000000 + FACTS.sram_size
    gdb.fails(f"print *(int *){end:#x}")
    expect(rf"{end - 4:#x}:\s+0x", gdb.cmd(f"x/xw {end - 4:#x}"))


RECORD = tempfile.NamedTemporaryFile(suffix=".rec")  # what passed the probe
READS = {"f236": 4, "f207": 4, "f247": 2, "f20c": 1}  # commands of the ST-LINK, and the width of their accesses


def reads_of(address):
    """The accesses to that register in the record: their width, address and number."""
    with open(RECORD.name, encoding="utf-8") as file:
        sent = [json.loads(line).get("send", "") for line in file]
    reads = []
    for command in sent:
        width = READS.get(command[:4])
        at = int.from_bytes(bytes.fromhex(command[4:12]), "little")
        if width and at & ~3 == address:
            size = 4 if command.startswith("f236") else int(command[12:14], 16)
            reads.append((width, at, size // width))
    return reads


@scenario(arguments=["--record", RECORD.name])
def a_peripheral_register_is_read_with_one_access_of_its_width(session):
    gdb = session.gdb("session.elf")
    expect(rf"{FACTS.idcode:#x}", gdb.cmd(f"x/xw {FACTS.debug_unit:#x}"))
    expect(rf"{FACTS.cpuid:#x}", gdb.cmd("x/xw 0xe000ed00"))
    expect(rf"{FACTS.flash_size // 1024}$",
           gdb.cmd(f"output *(unsigned short *){FACTS.size_register:#x}").strip())
    quiet = FACTS.quiet_register
    for width, kind in ((4, "int"), (2, "short"), (1, "char")):
        gdb.cmd(f"output *(unsigned {kind} *){quiet + 4 - width:#x}")
    gdb.quit()
    session.server.stop()
    expect_equal([(4, quiet, 1), (2, quiet + 2, 1), (1, quiet + 3, 1)], reads_of(quiet))


@scenario()
def registers_are_written_and_read_back(session):
    gdb = at_main(session)
    gdb.cmds("set var $r4 = 0xdeadbeef", "set var $r12 = 42", "set var $lr = 0x08000101")
    gdb.cmd("maintenance flush register-cache")
    expect_equal(0xdeadbeef, gdb.value("$r4") & 0xffffffff)
    expect_equal(42, gdb.value("$r12"))
    expect_equal(0x08000101, gdb.value("$lr"))
    sp = gdb.value("$sp")
    expect_equal(sp, gdb.value("$msp"))
    gdb.cmd("set var $primask = 1")
    gdb.cmd("maintenance flush register-cache")
    expect_equal(1, gdb.value("$primask"))
    gdb.cmd("set var $primask = 0")


@scenario()
def stepping_goes_line_by_line_into_over_and_out(session):
    gdb = at_main(session)
    expect(r"result = compute", "".join(gdb.cmd("next") for _ in range(4)))
    gdb.cmd("tbreak compute")
    expect(r"compute \(a=.*\d+, b=.*2\)", gdb.cmd("continue"))
    expect(r"product = a \* b", gdb.cmd("next") + gdb.cmd("next") + gdb.cmd("frame"))
    finished = gdb.cmd("finish")
    expect(r"Run till exit", finished)
    expect(r"Value returned is \$\d+ = \d+", finished)
    before = gdb.value("$pc")
    gdb.cmd("stepi")
    after = gdb.value("$pc")
    expect_equal(True, before != after)


@scenario()
def step_enters_a_function_and_until_leaves_a_loop(session):
    gdb = at_main(session)
    gdb.cmd("tbreak sum_table")
    expect(r"sum_table \(\)", gdb.cmd("continue"))
    here = gdb.cmd("info source")
    expect(r"session\.c", here)
    expect(r"for \(", gdb.cmd("next") + gdb.cmd("next"))
    while_in_loop = gdb.cmd("next")
    expect(r"sum \+=", while_in_loop)
    expect(r"for \(", gdb.cmd("next"))
    # At the head of the loop, where `next` would go round again.
    expect(r"return sum", gdb.cmd("until"))
    gdb.cmd("tbreak touch")
    gdb.cmd("continue")
    expect(r"touch \(\)", gdb.cmd("frame"))
    expect(r"in_ram \(seed=", gdb.cmd("advance in_ram") + gdb.cmds("tbreak in_ram", "continue"))


@scenario()
def a_backtrace_shows_the_recursion(session):
    gdb = at_main(session)
    gdb.cmd("break fibonacci if n == 1")
    expect(r"fibonacci \(n=(n@entry=)?1\)", gdb.cmd("continue"))
    trace = gdb.cmd("backtrace")
    for depth, n in enumerate((1, 2, 3, 4, 5)):
        expect(rf"#{depth}\s+.*fibonacci \(n=(n@entry=)?{n}\)", trace)
    expect(r"#5\s+.*main \(\)", trace)
    expect(r"rounds = |No locals|result", gdb.cmds("frame 5", "info locals"))


@scenario(v6m_only=True)
def breakpoints_in_flash_are_comparators_and_four_at_most(session):
    gdb = at_main(session)
    for name in ("compute", "move", "touch", "fibonacci"):
        gdb.cmd(f"break {name}")
    expect(r"compute \(a=", gdb.cmd("continue"))
    expect(r"move \(p=", gdb.cmd("continue"))
    expect(r"touch \(\)", gdb.cmd("continue"))
    expect(r"fibonacci \(n=(n@entry=)?5\)", gdb.cmd("continue"))
    gdb.cmd("break sum_table")
    said = gdb.cmd("continue")
    expect(r"Could not insert hardware breakpoint|Cannot insert", said)
    said += gdb.cmd("monitor breakpoints")
    expect(r"4 (hardware )?(breakpoint )?comparators", said + session.server.log())
    gdb.cmd("delete")
    gdb.cmd("hbreak sum_table")
    expect(r"sum_table \(\)", gdb.cmd("continue"))


@scenario()
def a_breakpoint_in_ram_is_an_instruction_and_leaves_no_trace(session):
    gdb = at_main(session)
    before = gdb.cmd("x/4xh in_ram")
    gdb.cmd("set breakpoint always-inserted on")
    gdb.cmd("break in_ram")
    expect(r"in_ram \(seed=", gdb.cmd("continue"))
    expect_equal(before, gdb.cmd("x/4xh in_ram"))
    expect(r"in_ram \(seed=", gdb.cmd("continue"))
    gdb.cmd("delete")
    gdb.cmd("stepi 3")
    expect_equal(before, gdb.cmd("x/4xh in_ram"))


@scenario()
def a_breakpoint_in_code_that_startup_copies_to_ram_does_not_spoil_it(session):
    gdb = session.loaded("session.elf")
    gdb.cmds("break in_ram", "tbreak compute")
    # The breakpoint goes in before startup has copied the function, and is copied over.
    expect(r"compute \(a=1", gdb.cmd("continue"))
    gdb.cmd("delete")
    gdb.cmds("tbreak touch")
    expect(r"touch \(\)", gdb.cmd("continue"))
    expect(r"touch \(\)", gdb.cmds("tbreak touch", "continue"))
    expect_not(r"HardFault|SIGSEGV", gdb.cmds("tbreak fibonacci", "continue"))


@scenario()
def more_than_four_breakpoints_fit_when_the_rest_is_in_ram(session):
    gdb = at_main(session)
    for name in ("compute", "move", "touch", "sum_table", "in_ram"):
        gdb.cmd(f"break {name}")
    seen = "".join(gdb.cmd("continue") for _ in range(5))
    for name in ("compute", "move", "touch", "sum_table", "in_ram"):
        expect(rf"{name} \(", seen)


@scenario()
def a_conditional_breakpoint_stops_when_its_condition_holds(session):
    gdb = at_main(session)
    gdb.cmd("break compute if a == 6")
    expect(r"compute \(a=(a@entry=)?6, b=(b@entry=)?2\)", gdb.cmd("continue"))
    gdb.cmd("delete")
    gdb.cmds("break move", "ignore $bpnum 3")
    gdb.cmd("continue")
    expect_equal(9, gdb.value("rounds"))


@scenario()
def a_write_watchpoint_names_the_variable_and_its_values(session):
    gdb = at_main(session)
    gdb.cmd("watch written")
    said = gdb.cmd("continue")
    expect(r"Hardware watchpoint \d+: written", said)
    expect(r"Old value = \d+\s+New value = \d+", said)
    expect(r"touch \(\)", said)


@scenario()
def a_read_watchpoint_stops_at_the_read_and_only_there(session):
    gdb = at_main(session)
    gdb.cmd("rwatch consumed")
    said = gdb.cmd("continue")
    expect(r"Hardware read watchpoint \d+: consumed", said)
    expect(r"touch \(\)", said)


@scenario()
def an_access_watchpoint_sees_one_byte_of_a_word(session):
    gdb = at_main(session)
    gdb.cmd("awatch bytes[2]")
    said = gdb.cmd("continue")
    expect(r"Hardware access \(read/write\) watchpoint \d+: bytes\[2\]", said)
    expect(r"touch \(\)", said)


@scenario(v6m_only=True)
def two_watchpoints_report_the_right_one_and_a_third_is_refused(session):
    gdb = at_main(session)
    gdb.cmd("watch written")
    gdb.cmd("rwatch consumed")
    said = gdb.cmd("continue")
    expect(r"Hardware watchpoint \d+: written", said)
    said = gdb.cmd("continue")
    expect(r"Hardware read watchpoint \d+: consumed", said)
    gdb.cmd("awatch origin.x")
    said = gdb.cmd("continue")
    expect(r"Could not insert hardware watchpoint|You may have requested too many", said)


@scenario()
def control_c_stops_a_running_program_and_continue_goes_on(session):
    gdb = session.loaded("session.elf")
    gdb.run_away()
    said = gdb.interrupt()
    expect(r"SIGINT", said)
    first = gdb.value("rounds")
    gdb.run_away()
    expect(r"SIGINT", gdb.interrupt())
    expect_equal(True, gdb.value("rounds") > first)


@scenario()
def monitor_reset_halt_stops_at_the_first_instruction(session):
    gdb = at_main(session)
    said = gdb.cmd("monitor reset halt")
    expect_not("rror", said)
    gdb.cmd("maintenance flush register-cache")
    expect(r"reset_handler", gdb.cmd("info symbol $pc"))
    expect_equal(gdb.value("*(unsigned *)0x08000000"), gdb.value("$sp"))


@scenario()
def monitor_reset_of_a_halted_program_stops_at_its_first_instruction_as_well(session):
    gdb = session.loaded("session.elf")
    gdb.cmd("break compute")
    gdb.cmd("continue")
    expect(r"Reset and halted at 0x080", gdb.cmd("monitor reset"))
    expect(r"It is halted already, at 0x080", gdb.cmd("monitor halt"))
    gdb.cmd("maintenance flush register-cache")
    expect(r"reset_handler", gdb.cmd("info symbol $pc"))


@scenario()
def monitor_help_lists_the_words_and_a_wrong_word_gets_the_nearest(session):
    gdb = session.gdb("session.elf")
    said = gdb.cmd("monitor help")
    for word in ("help", "reset", "halt"):
        expect(rf"^\s*{word}\b", said)
    expect(r"reset", gdb.cmd("monitor rest"))
    gdb.cmd("monitor reset halt")


@scenario()
def find_searches_memory_and_dump_reads_it(session):
    gdb = at_main(session)
    said = gdb.cmd("find /w &table, +32, 13")
    expect(r"<table\+24>|0x2000", said)
    expect(r"1 pattern found", said)


@scenario()
def variables_change_what_the_program_does(session):
    gdb = at_main(session)
    gdb.cmd("tbreak compute")
    gdb.cmd("continue")
    gdb.cmd("set var a = 100")
    said = gdb.cmd("finish")
    expect_equal(302, int(expect(r"Value returned is \$\d+ = (\d+)", said).group(1)))


@scenario()
def a_function_of_the_target_is_called_from_gdb(session):
    gdb = at_main(session)
    expect_equal(17, gdb.value("compute(3, 2) + compute(2, 2) - 2"))
    expect_equal(8, gdb.value("fibonacci(6)"))


main()
