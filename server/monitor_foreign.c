// SPDX-License-Identifier: MIT
// `monitor` words of other servers, as people's GDB scripts and IDEs send them: GDB ends a script
// at the first error, so what has a meaning here does it, what is harmless without one is answered
// with a note, and only what a script cannot do without is refused.
// Facts: OpenOCD's manual, Black Magic's command tables, pyOCD's command reference, SEGGER's
// UM08001 (3.3), ST's UM2576, QEMU's monitor, and public launch configurations.
#include "server/monitor.h"

#define OPENOCD "OpenOCD"
#define JLINK   "J-Link"
#define BMP     "Black Magic"
#define PYOCD   "pyOCD"
#define ST      "ST"
#define QEMU    "QEMU"

#define AS(w, server, ours)                                                                        \
    {                                                                                              \
        .word = (w), .of = (server), .as = (ours)                                                  \
    }
#define NOTE(w, server, text)                                                                      \
    {                                                                                              \
        .word = (w), .of = (server), .note = (text)                                                \
    }
#define REFUSE(w, server, text)                                                                    \
    {                                                                                              \
        .word = (w), .of = (server), .refusal = (text)                                             \
    }
#define SIZED(w, server, does, n)                                                                  \
    {                                                                                              \
        .word = (w), .of = (server), .run_sized = (does), .unit = (n)                              \
    }
#define RUN(w, server, does)                                                                       \
    {                                                                                              \
        .word = (w), .of = (server), .run = (does)                                                 \
    }
#define CONTROL(w, server, does)                                                                   \
    {                                                                                              \
        .word = (w), .of = (server), .run = (does), .control = true                                \
    }
#define WRITES(w, server, does, n)                                                                 \
    {                                                                                              \
        .word = (w), .of = (server), .run_sized = (does), .unit = (n), .whole = true               \
    }
#define ERASES(w, server, does)                                                                    \
    {                                                                                              \
        .word = (w), .of = (server), .run = (does), .control = true, .whole = true                 \
    }

static const char by_gdb[] = "breakpoints are GDB's: use its break, hbreak, watch and delete";
static const char no_breaks[] =
    "GDB's own breakpoints are out while it is halted, and there are no others.";
static const char no_file[] =
    "files are GDB's: use its restore, dump and compare-sections, or `swdlink verify`";
static const char as_it_is[] = "Nothing was changed: swdlink does this by itself.";
static const char command_line[] = "Nothing was changed: options of `swdlink serve` decide this.";
static const char masked[] =
    "Nothing was changed: steps never end in an interrupt, and interrupts run between them.";
static const char swd_only[] = "Nothing was changed: this is SWD.";
static const char no_tcl[] = "there is no Tcl here: only the words of `monitor help all`";
static const char no_dap[] =
    "the debug port's registers are not for debuggers here; `swdlink doctor` reads them";
static const char no_protect[] = "protection is changed by `swdlink options` and `swdlink unlock`, "
                                 "because the chip loads it by a reset";
static const char unprotect[] = "Nothing was changed: if pages are protected, erasing says so, and "
                                "`swdlink options` changes it.";

const struct monitor_word monitor_foreign[] = {
    // Run control.
    AS("soft_reset_halt", OPENOCD, "reset halt"),
    AS("hard_srst", BMP, "reset halt"),
    AS("hardware_reset", ST, "reset halt"),
    AS("_reset", "PEmicro", "reset halt"),
    AS("system_reset", QEMU, "reset halt"),
    AS("go", JLINK ", " PYOCD, "resume"),
    AS("g", PYOCD, "resume"),
    AS("continue", PYOCD, "resume"),
    AS("cont", QEMU, "resume"),
    AS("c", QEMU ", " PYOCD, "resume"),
    AS("stop", QEMU, "halt"),
    AS("h", PYOCD, "halt"),
    AS("stepi", JLINK, "step"),
    AS("waithalt", JLINK, "wait_halt"),
    AS("delay", "Eclipse", "sleep"),
    AS("poll", OPENOCD, "state"),
    NOTE("poll on", OPENOCD, as_it_is),
    NOTE("poll off", OPENOCD, as_it_is),
    AS("status", PYOCD, "state"),
    AS("curstate", OPENOCD, "state"),
    NOTE("init", OPENOCD ", " PYOCD, ""),
    NOTE("reset_config", OPENOCD, as_it_is),
    NOTE("cortex_m reset_config", OPENOCD, as_it_is),
    NOTE("cortex_m maskisr", OPENOCD, masked),
    NOTE("cortex_m3 maskisr", OPENOCD, masked),
    CONTROL("cortex_m vector_catch", OPENOCD, monitor_vector_catch_only),
    CONTROL("cortex_m3 vector_catch", OPENOCD, monitor_vector_catch_only),
    CONTROL("set vector-catch", PYOCD, monitor_vector_letters),
    NOTE("arp_examine", OPENOCD, as_it_is),
    NOTE("arp_waitstate", OPENOCD, as_it_is),
    NOTE("arp_poll", OPENOCD, as_it_is),
    AS("arp_halt", OPENOCD, "halt"),
    AS("arp_reset", OPENOCD, "reset halt"),
    NOTE("halt_timeout", BMP, as_it_is),

    // Who is there.
    AS("s", BMP, "swdp_scan"),
    AS("swd_scan", BMP, "swdp_scan"),
    AS("jtag_scan", BMP, "swdp_scan"),
    AS("auto_scan", BMP, "swdp_scan"),
    RUN("targets", OPENOCD ", " BMP, monitor_swdp_scan),
    RUN("target", OPENOCD, monitor_core),
    RUN("core", PYOCD, monitor_core),
    RUN("cores", PYOCD, monitor_core),
    RUN("list", PYOCD, monitor_core),
    RUN("scan_chain", OPENOCD, monitor_swdp_scan),
    RUN("endian", JLINK, monitor_endian),
    AS("connect_srst", BMP, "connect_rst"),
    NOTE("device", JLINK, as_it_is),
    NOTE("select", JLINK, command_line),
    NOTE("interface", JLINK ", " OPENOCD, swd_only),
    NOTE("transport", OPENOCD, swd_only),
    NOTE("jtag", OPENOCD, swd_only),
    NOTE("jtagconf", JLINK, swd_only),
    NOTE("tdi_low_reset", BMP, swd_only),
    NOTE("morse", BMP, "No message."),
    NOTE("heapinfo", BMP, command_line),
    NOTE("debug_bmp", BMP, command_line),
    REFUSE("dap", OPENOCD, no_dap),
    REFUSE("readap", ST ", " PYOCD, no_dap),
    REFUSE("readdp", ST ", " PYOCD, no_dap),
    REFUSE("writeap", ST ", " PYOCD, no_dap),
    REFUSE("writedp", ST ", " PYOCD, no_dap),
    REFUSE("cp15", JLINK, "a Cortex-M has no CP15"),

    // The probe.
    AS("adapter speed", OPENOCD, "speed"),
    AS("adapter_khz", OPENOCD, "speed"),
    CONTROL("frequency", BMP, monitor_frequency),
    CONTROL("set frequency", PYOCD, monitor_frequency),
    NOTE("adapter", OPENOCD, command_line),
    NOTE("adapter_nsrst_delay", OPENOCD, as_it_is),
    NOTE("adapter_nsrst_assert_width", OPENOCD, as_it_is),
    NOTE("hla", OPENOCD, command_line),
    NOTE("hla_serial", OPENOCD, command_line),
    NOTE("st-link", OPENOCD, command_line),
    NOTE("power", JLINK, "An ST-LINK does not supply the target."),

    // Registers.
    AS("info registers", QEMU, "regs"),
    AS("info reg", QEMU, "regs"),
    AS("wreg", PYOCD, "reg"),
    AS("arm reg", OPENOCD, "regs"),

    // Memory.
    SIZED("memu8", JLINK, monitor_access, 1),
    SIZED("memu16", JLINK, monitor_access, 2),
    SIZED("memu32", JLINK, monitor_access, 4),
    WRITES("writeu8", JLINK, monitor_write, 1),
    WRITES("writeu16", JLINK, monitor_write, 2),
    WRITES("writeu32", JLINK, monitor_write, 4),
    RUN("mmw", OPENOCD, monitor_modify),
    SIZED("rb", PYOCD, monitor_read_bytes, 1),
    SIZED("rh", PYOCD, monitor_read_bytes, 2),
    SIZED("rw", PYOCD, monitor_read_bytes, 4),
    SIZED("r8", PYOCD, monitor_read_bytes, 1),
    SIZED("r16", PYOCD, monitor_read_bytes, 2),
    SIZED("r32", PYOCD, monitor_read_bytes, 4),
    SIZED("read8", PYOCD, monitor_read_bytes, 1),
    SIZED("read16", PYOCD, monitor_read_bytes, 2),
    SIZED("read32", PYOCD, monitor_read_bytes, 4),
    WRITES("wb", PYOCD, monitor_write, 1),
    WRITES("wh", PYOCD, monitor_write, 2),
    WRITES("ww", PYOCD, monitor_write, 4),
    WRITES("w8", PYOCD, monitor_write, 1),
    WRITES("w16", PYOCD, monitor_write, 2),
    WRITES("w32", PYOCD, monitor_write, 4),
    WRITES("write8", PYOCD, monitor_write, 1),
    WRITES("write16", PYOCD, monitor_write, 2),
    WRITES("write32", PYOCD, monitor_write, 4),
    REFUSE("x", QEMU, "memory is GDB's: use its x"),
    REFUSE("xp", QEMU, "memory is GDB's: use its x"),
    REFUSE("read_memory", OPENOCD, "use mdw, mdh or mdb"),
    REFUSE("write_memory", OPENOCD, "use mww, mwh or mwb"),
    REFUSE("load_image", OPENOCD, no_file),
    REFUSE("dump_image", OPENOCD, no_file),
    REFUSE("verify_image", OPENOCD, no_file),
    REFUSE("verify_image_checksum", OPENOCD, no_file),
    REFUSE("test_image", OPENOCD, no_file),
    REFUSE("loadbin", JLINK, no_file),
    REFUSE("loadmem", PYOCD, no_file),
    REFUSE("savemem", PYOCD, no_file),
    REFUSE("disassemble", PYOCD, "code is GDB's: use its x/i"),
    REFUSE("arm disassemble", OPENOCD, "code is GDB's: use its x/i"),

    // Breakpoints.
    REFUSE("bp", OPENOCD, by_gdb),
    REFUSE("wp", OPENOCD, by_gdb),
    REFUSE("setbp", JLINK, by_gdb),
    REFUSE("break", PYOCD, by_gdb),
    NOTE("rbp", OPENOCD, no_breaks),
    NOTE("rwp", OPENOCD, no_breaks),
    NOTE("clrbp", JLINK, no_breaks),
    NOTE("rmbreak", PYOCD, no_breaks),
    NOTE("flash breakpoints", JLINK,
         "Nothing was changed: breakpoints in flash are the core's comparators."),
    NOTE("gdb_breakpoint_override", OPENOCD,
         "Nothing was changed: breakpoints in flash are the core's comparators."),

    // Flash.
    ERASES("flash mass_erase", ST, monitor_erase_all),
    ERASES("stm32* mass_erase", OPENOCD, monitor_erase_all),
    ERASES("erase", PYOCD, monitor_erase),
    ERASES("flash erase", PYOCD, monitor_erase),
    ERASES("flash erase_address", OPENOCD, monitor_erase_range),
    ERASES("flash erase_sector", OPENOCD, monitor_erase_sectors),
    ERASES("flash write_image", OPENOCD, monitor_program),
    ERASES("load", PYOCD, monitor_program),
    RUN("flash banks", OPENOCD, monitor_banks),
    RUN("flash list", OPENOCD, monitor_banks),
    RUN("flash info", OPENOCD, monitor_banks),
    RUN("flash probe", OPENOCD, monitor_banks),
    RUN("stm32* unlock", OPENOCD, monitor_unlock),
    RUN("unlock", PYOCD, monitor_unlock),
    RUN("stm32* options_read", OPENOCD, monitor_option_of_bank),
    RUN("stm32* option_read", OPENOCD, monitor_option_of_bank),
    REFUSE("stm32* lock", OPENOCD, no_protect),
    REFUSE("stm32* options_write", OPENOCD, no_protect),
    REFUSE("stm32* option_write", OPENOCD, no_protect),
    REFUSE("stm32* options_load", OPENOCD, no_protect),
    REFUSE("stm32* option_load", OPENOCD, no_protect),
    NOTE("flash protect", OPENOCD, unprotect),
    NOTE("flash device", JLINK, as_it_is),
    NOTE("flash download", JLINK, as_it_is),
    NOTE("workram", JLINK, as_it_is),
    NOTE("flash padded_value", OPENOCD, as_it_is),
    REFUSE("flash erase_check", OPENOCD, "use `swdlink read` or GDB's x"),
    REFUSE("flash write_bank", OPENOCD, "use `monitor program FILE 0xADDRESS`"),
    REFUSE("flash read_bank", OPENOCD, no_file),
    REFUSE("flash verify_bank", OPENOCD, no_file),
    REFUSE("flash verify_image", OPENOCD, no_file),
    REFUSE("flash fillw", OPENOCD, "flash is programmed by `load` in GDB"),
    REFUSE("flash fillh", OPENOCD, "flash is programmed by `load` in GDB"),
    REFUSE("flash fillb", OPENOCD, "flash is programmed by `load` in GDB"),

    // Semihosting, RTT, trace.
    NOTE("arm semihosting_fileio", OPENOCD, ""),
    NOTE("arm semihosting_resexit", OPENOCD, "Nothing was changed: an exit is told to GDB."),
    NOTE("arm semihosting_redirect", OPENOCD, command_line),
    NOTE("arm semihosting_basedir", OPENOCD, command_line),
    NOTE("arm core_state", OPENOCD, "core state: Thumb"),
    NOTE("semihosting ioclient", JLINK, command_line),
    NOTE("semihosting armswi", JLINK, as_it_is),
    NOTE("semihosting thumbswi", JLINK, as_it_is),
    NOTE("semihosting breakonerror", JLINK, as_it_is),
    NOTE("redirect_stdout", BMP, command_line),
    AS("setargs", JLINK, "arm semihosting_cmdline"),
    RUN("exec setrttaddr", JLINK, monitor_rtt_at),
    RUN("exec setrttsearchranges", JLINK, monitor_rtt_at),
    NOTE("exec", JLINK, "Nothing was changed: this is a command of J-Link's."),
    RUN("swo enabletarget", JLINK, monitor_swo_jlink),
    RUN("swo disabletarget", JLINK, monitor_swo_jlink_off),
    AS("traceswo", BMP, "swo"),
    AS("swv", ST, "swo"),
    NOTE("itm", OPENOCD, "Nothing was changed: with SWO all ports are on."),
    RUN("tpiu config", OPENOCD, monitor_swo_tpiu_config),
    AS("tpiu", OPENOCD, "swo"),
    RUN("stm32*.tpiu", OPENOCD, monitor_swo_tpiu),
    RUN("stm32*.swo", OPENOCD, monitor_swo_tpiu),
    RUN("cdswoconfigure", "Cortex-Debug", monitor_swo_cortex_debug),
    NOTE("cdlivewatchsetup", "Cortex-Debug", as_it_is),

    // The server itself.
    AS("exit", OPENOCD ", " PYOCD, "shutdown"),
    AS("quit", QEMU, "shutdown"),
    AS("shutdown_bmda", BMP, "shutdown"),
    AS("puts", OPENOCD, "echo"),
    AS("usage", OPENOCD, "help"),
    NOTE("gdb_flash_program", OPENOCD, as_it_is),
    NOTE("gdb_memory_map", OPENOCD, as_it_is),
    NOTE("gdb_report_data_abort", OPENOCD, as_it_is),
    NOTE("gdb_report_register_access_error", OPENOCD, as_it_is),
    NOTE("gdb_target_description", OPENOCD, as_it_is),
    NOTE("gdb_port", OPENOCD, command_line),
    NOTE("gdb", OPENOCD, as_it_is),
    NOTE("tcl_port", OPENOCD, command_line),
    NOTE("telnet_port", OPENOCD, command_line),
    NOTE("bindto", OPENOCD, command_line),
    NOTE("log_output", OPENOCD, command_line),
    NOTE("debug_level", OPENOCD, command_line),
    NOTE("verify_ircapture", OPENOCD, swd_only),
    NOTE("verify_jtag", OPENOCD, swd_only),
    NOTE("configure", OPENOCD, as_it_is),
    NOTE("disablechecks", JLINK, as_it_is),
    NOTE("enablechecks", JLINK, as_it_is),
    NOTE("getargs", JLINK, command_line),
    NOTE("wice", JLINK, as_it_is),
    NOTE("set", PYOCD ", " OPENOCD, "Nothing was changed: there is no such setting here."),
    REFUSE("source", OPENOCD, no_tcl),
    REFUSE("script", OPENOCD, no_tcl),
    REFUSE("proc", OPENOCD, no_tcl),
    REFUSE("expr", OPENOCD, no_tcl),
    REFUSE("profile", OPENOCD, "there is no profile here"),
};
const unsigned monitor_foreign_count = sizeof monitor_foreign / sizeof monitor_foreign[0];
