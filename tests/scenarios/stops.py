# SPDX-License-Identifier: MIT
"""Programs that fault, lock up, sleep, reset themselves or live under interrupts: the stops say so."""

from harness import CHIP, expect, expect_equal, expect_not, main, scenario


def faulting(session, kind):
    gdb = session.loaded("faults.elf")
    gdb.cmds("tbreak main", "continue", f"set var fault_kind = {kind}")
    return gdb, gdb.cmd("continue")


@scenario()
def a_read_where_nothing_is_stops_as_a_fault_at_the_guilty_line(session):
    gdb, said = faulting(session, 1)
    expect(r"SIGSEGV", said)
    expect(r"HardFault", said)
    expect(r"read_nowhere|0x0*80[0-9a-f]+", said)
    expect(r"read_nowhere", gdb.cmd("backtrace"))


@scenario(v6m_only=True)
def an_unaligned_access_stops_as_a_fault(session):
    gdb, said = faulting(session, 2)
    expect(r"SIGSEGV", said)
    expect(r"read_unaligned", said + gdb.cmd("backtrace"))


@scenario()
def an_undefined_instruction_stops_as_a_fault(session):
    gdb, said = faulting(session, 3)
    expect(r"HardFault", said)
    expect(r"execute_undefined", said + gdb.cmd("backtrace"))


@scenario()
def a_jump_to_an_even_address_stops_as_a_fault(session):
    _, said = faulting(session, 4)
    expect(r"HardFault", said)


@scenario()
def lockup_is_told_and_the_session_goes_on_after_a_reset(session):
    gdb, said = faulting(session, 5)
    if "lockup" not in said.lower() and "locked up" not in said.lower():
        # The first fault is caught at the handler's entry; the second one locks up.
        said = gdb.cmd("continue")
    expect(r"(?i)lock(ed )?up", said)
    gdb.cmd("monitor reset halt")
    gdb.cmd("maintenance flush register-cache")
    expect(r"main \(\)", gdb.cmds("tbreak main", "continue"))


@scenario()
def a_bkpt_of_the_program_stops_there_and_can_be_passed(session):
    gdb, said = faulting(session, 6)
    expect(r"SIGTRAP", said)
    expect(r"bkpt", gdb.cmd("x/i $pc"))
    gdb.cmds("set var fault_kind = 0", "set var $pc = $pc + 2")
    gdb.run_away()
    expect(r"SIGINT", gdb.interrupt())


@scenario()
def a_reset_by_the_program_itself_is_told_at_the_next_stop(session):
    gdb = session.loaded("faults.elf")
    gdb.cmds("tbreak main", "continue", "set var fault_kind = 7", "hbreak main")
    said = gdb.cmd("continue")
    expect(r"(?i)reset", said)
    expect(r"main \(\)", said)


@scenario(f"{CHIP},firmware=iwdg")
def a_watchdog_that_bites_again_and_again_is_told_at_once_and_not_each_time(session):
    gdb = session.gdb()
    gdb.run_away()
    gdb.reader.wait(lambda lines: "was reset by something else" in "\n".join(lines[gdb.taken:]), "the news of a reset")
    # Once for what was before GDB let it run, and once for all the rest.
    expect_equal(True, 1 <= gdb.interrupt().count("was reset by something else") <= 2)


@scenario()
def a_sleeping_program_is_interrupted_and_goes_on(session):
    gdb = session.loaded("sleep.elf")
    gdb.cmds("tbreak main", "continue")
    gdb.run_away()
    expect(r"SIGINT", gdb.interrupt())
    gdb.cmd("hbreak systick_handler")
    expect(r"systick_handler", gdb.cmd("continue"))
    before = gdb.value("ticks")
    gdb.cmd("continue")
    expect_equal(before + 1, gdb.value("ticks"))


@scenario()
def stepping_over_wfi_waits_for_the_interrupt(session):
    gdb = session.loaded("sleep.elf")
    gdb.cmds("tbreak sleep_once", "continue")
    before = gdb.value("wakeups")
    said = gdb.cmd("next") + gdb.cmd("next")
    expect_not(r"SIGINT|systick_handler \(", said)
    expect_equal(True, gdb.value("wakeups") >= before)


@scenario()
def control_c_ends_a_step_over_wfi_that_would_last_for_ever(session):
    gdb = session.loaded("sleep.elf")
    gdb.cmds("tbreak main", "continue", "set var ticking = 0", "tbreak sleep_once", "continue")
    token = gdb.start("next")
    gdb.reader.wait(lambda lines: any(l.startswith(f"{token}^running") for l in lines), "the step")
    expect(r"SIGINT|sleep_once", gdb.interrupt())


@scenario()
def stepping_under_interrupts_stays_in_the_line_order_of_main(session):
    gdb = session.loaded("systick.elf")
    gdb.cmds("tbreak main", "continue", "next", "next", "next")
    lines = []
    for _ in range(8):
        said = gdb.cmd("next")
        expect_not(r"systick_handler", said)
        lines.append(said)
    expect(r"steps", "".join(lines))


@scenario()
def interrupts_run_while_a_person_steps(session):
    gdb = session.loaded("systick.elf")
    gdb.cmds("tbreak wait_for_tick", "continue")
    before = gdb.value("ticks")
    for _ in range(6):
        expect_not(r"systick_handler", gdb.cmd("next"))
    expect_equal(True, gdb.value("ticks") > before)


@scenario()
def stepi_under_interrupts_never_lands_in_the_handler(session):
    gdb = session.loaded("systick.elf")
    gdb.cmds("tbreak wait_for_tick", "continue")
    for _ in range(60):
        gdb.cmd("stepi")
        expect_not(r"systick_handler", gdb.cmd("info symbol $pc"))


@scenario()
def a_breakpoint_in_an_interrupt_handler_shows_both_stacks(session):
    gdb = session.loaded("systick.elf")
    gdb.cmds("tbreak wait_for_tick", "continue")
    gdb.cmd("hbreak systick_handler")
    expect(r"systick_handler", gdb.cmd("continue"))
    trace = gdb.cmd("backtrace")
    expect(r"<signal handler called>", trace)
    expect(r"main|wait_for_tick", trace)
    gdb.cmd("delete")
    expect(r"Run till exit", gdb.cmd("finish") or "Run till exit")


main()
