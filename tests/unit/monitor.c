// SPDX-License-Identifier: MIT
// `monitor` lines as people have them in scripts for other servers: what each does to a fake
// target, and what it says. A test walks the tables, so that no word is without a line here.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "server/monitor.h"
#include "tests/unit/choose.h"
#include "tests/unit/session_bench.h"

static const struct chip some_chip;

static enum err give_image(void *user, const char *path, const uint32_t *addr, sharing_put *put,
                           void *to)
{
    struct bench *b = user;
    static const uint8_t bytes[] = "0123456789";
    if (strcmp(path, "no.elf") == 0)
        return log_fail(&b->log, ERR_FILE, "no.elf: no such file");
    enum err e = put(to, addr ? *addr : FAKE_FLASH_BASE + 0x3fc, bytes, sizeof bytes);
    return e || strstr(path, "far") ? put(to, 0x20000000, bytes, 1) : e;
}

static int open_bench(void **state)
{
    struct bench *b = bench_open();
    b->f.t.bank =
        (struct flash_bank){.base = FAKE_FLASH_BASE,
                            .size = FAKE_FLASH_SIZE,
                            .layout = {.erased = 0xff,
                                       .unit = 2,
                                       .run = {{FAKE_FLASH_BASE, FAKE_PAGE_SIZE,
                                                FAKE_FLASH_SIZE / FAKE_PAGE_SIZE, 20000, 30000}}}};
    b->f.t.id.chip = &some_chip;
    b->sharing.read_image = give_image;
    b->sharing.image_user = b;
    memset(b->f.flash, 0, sizeof b->f.flash);
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    bench_close(*state);
    return 0;
}

#define bench_test(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

// What a line is expected to do to a target that is halted.
enum effect {
    NOTHING,
    RESETS_HALTED,
    RESETS_RUNNING,
    RUNS,
    STEPS,
    ERASES_ALL,
    ERASES_PAGE_1,   // 0x08000400
    PROGRAMS,        // ten bytes over the border of the pages 0 and 1
    WRITES_RAM_BYTE, // 0x5a to 0x20000010
    WRITES_RAM_HALF, // 0x5a5b
    WRITES_RAM_WORD, // 0x5a5b5c5d
    WRITES_R1,       // 0x1234
    WRITES_PC,       // 0x08000200
    ENABLES_CALLS,   // semihosting
    CATCHES_RESET,   // and nothing else
    CATCHES_HARD,    // and nothing else
    SETS_1800_KHZ,
    ENDS,
};

static const struct expectation {
    const char *line;
    enum effect effect;
    const char *says; // part of the console's text; NULL: anything
} expectations[] = {
    // Our own.
    {"help", NOTHING, "erase_mass"},
    {"help all", NOTHING, "flash write_image"},
    {"help mdw", NOTHING, "words of memory"},
    {"help clrbp", NOTHING, "J-Link"},
    {"reset", RESETS_HALTED, "0x08000100"},
    {"reset halt", RESETS_HALTED, "0x08000100"},
    {"reset init", RESETS_HALTED, NULL},
    {"reset run", RESETS_RUNNING, "Running"},
    {"RESET HALT", RESETS_HALTED, NULL},
    {"reset 0", RESETS_HALTED, NULL},
    {"reset 2", RESETS_HALTED, NULL},
    {"reset 10", RESETS_HALTED, NULL},
    {"reset hardware", RESETS_HALTED, NULL},
    {"reset core", RESETS_HALTED, NULL},
    {"reset halt core", RESETS_HALTED, NULL},
    {"reset system", RESETS_HALTED, NULL},
    {"reset -halt", RESETS_HALTED, NULL},
    {"reset sw", RESETS_HALTED, NULL},
    {"reset halt;", RESETS_HALTED, NULL},
    {"reset halt ; ", RESETS_HALTED, NULL},
    {"hal", NOTHING, "halted already"},
    {"jtag_reset", RESETS_HALTED, NULL},
    {"halt", NOTHING, "halted already"},
    {"halt 500", NOTHING, "halted already"},
    {"resume", RUNS, "Running"},
    {"resume 0x08000200", RUNS, NULL},
    {"step", STEPS, "0x"},
    {"step 1", STEPS, "0x"},
    {"step 0x08000200", STEPS, NULL},
    {"wait_halt", NOTHING, "halted"},
    {"wait_halt 100", NOTHING, "halted"},
    {"state", NOTHING, "halted, pc: 0x08000100"},
    {"info", NOTHING, "V2J37S7"},
    {"regs", NOTHING, "r12"},
    {"reg", NOTHING, "r12"},
    {"reg pc", NOTHING, "pc: 0x08000100"},
    {"reg PC", NOTHING, "0x08000100"},
    {"reg r15", NOTHING, "0x08000100"},
    {"reg 15", NOTHING, "0x08000100"},
    {"reg r1 0x1234", WRITES_R1, "r1: 0x00001234"},
    {"reg r1 = 0x1234", WRITES_R1, NULL},
    {"reg r1=0x1234", WRITES_R1, NULL},
    {"reg r1 = (0x20000020)", WRITES_R1, NULL},
    {"reg r1 4660 force", WRITES_R1, NULL},
    {"reg pc = (0x20000024)", WRITES_PC, NULL},
    {"mdw 0x20000020", NOTHING, "0x20000020: 00001234"},
    {"mdw 0x20000020 2", NOTHING, "00001234 08000200"},
    {"mdw phys 0x20000020", NOTHING, "00001234"},
    {"mdh 0x20000020", NOTHING, "0x20000020: 1234"},
    {"mdb 0x20000020 2", NOTHING, "0x20000020: 34 12"},
    {"mww 0x20000010 0x5a5b5c5d", WRITES_RAM_WORD, ""},
    {"mww phys 0x20000010 0x5a5b5c5d 1", WRITES_RAM_WORD, NULL},
    {"mwh 0x20000010 0x5a5b", WRITES_RAM_HALF, NULL},
    {"mmw 0x20000010 0x5a5b5c5d 0xffffffff", WRITES_RAM_WORD, NULL},
    {"mwb 0x20000010 0x5a", WRITES_RAM_BYTE, NULL},
    {"speed", NOTHING, "SWCLK"},
    {"speed 1800", SETS_1800_KHZ, "1800 kHz"},
    {"speed auto", NOTHING, "SWCLK"},
    {"speed adaptive", NOTHING, "SWCLK"},
    {"vector_catch", NOTHING, "HardFault"},
    {"vector_catch enable reset", CATCHES_RESET, "reset yes"},
    {"vector_catch none", NOTHING, "HardFault no, reset no"},
    {"uid", NOTHING, "000000"},
    {"option", NOTHING, "nBOOT1"},
    {"erase_mass", ERASES_ALL, NULL},
    {"erase_range 0x08000400 0x400", ERASES_PAGE_1, NULL},
    {"program a.elf", PROGRAMS, NULL},
    {"program a.elf verify reset", RESETS_HALTED, NULL},
    {"program {a file.elf} 0x080003fc", PROGRAMS, NULL},
    {"program \"a file.elf\" verify", PROGRAMS, NULL},
    {"swdp_scan", NOTHING, "Available Targets"},
    {"connect_rst enable", NOTHING, "yes"},
    {"tpwr", NOTHING, "3.29 V"},
    {"tpwr enable", NOTHING, "does not switch"},
    {"sleep 10", NOTHING, ""},
    {"sleep 10 busy", NOTHING, ""},
    {"gdb_sync", NOTHING, ""},
    {"version", NOTHING, "swdlink"},
    {"echo Hello, World", NOTHING, "Hello, World\n"},
    {"semihosting enable", ENABLES_CALLS, "enabled"},
    {"semihosting on", ENABLES_CALLS, NULL},
    {"semihosting enable 0x8", ENABLES_CALLS, NULL},
    {"arm semihosting enable", ENABLES_CALLS, NULL},
    {"arm semihosting_cmdline a b", NOTHING, ""},
    {"rtt", NOTHING, "RTT is"},
    {"rtt setup 0x20000000 0x1000 \"SEGGER RTT\"", NOTHING, ""},
    {"rtt start", NOTHING, NULL},
    {"rtt stop", NOTHING, NULL},
    {"rtt enable", NOTHING, NULL},
    {"rtt disable", NOTHING, NULL},
    {"rtt channels", NOTHING, NULL},
    {"rtt channellist", NOTHING, NULL},
    {"rtt polling_interval 10", NOTHING, NULL},
    {"rtt server stop 9090", NOTHING, NULL},
    {"shutdown", ENDS, "when this debugger leaves"},

    // Run control.
    {"soft_reset_halt", RESETS_HALTED, NULL},
    {"hard_srst", RESETS_HALTED, NULL},
    {"hardware_reset", RESETS_HALTED, NULL},
    {"_reset", RESETS_HALTED, NULL},
    {"system_reset", RESETS_HALTED, NULL},
    {"go", RUNS, NULL},
    {"GO", RUNS, NULL},
    {"g", RUNS, NULL},
    {"continue", RUNS, NULL},
    {"cont", RUNS, NULL},
    {"c", RUNS, NULL},
    {"stop", NOTHING, "halted already"},
    {"h", NOTHING, "halted already"},
    {"stepi", STEPS, NULL},
    {"waithalt 1000", NOTHING, "halted"},
    {"delay 10", NOTHING, ""},
    {"poll", NOTHING, "target state: halted"},
    {"poll on", NOTHING, "Nothing was changed"},
    {"poll off", NOTHING, "Nothing was changed"},
    {"status", NOTHING, "halted"},
    {"stm32f0x.cpu curstate", NOTHING, "halted"},
    {"curstate", NOTHING, "halted"},
    {"init", NOTHING, ""},
    {"reset_config srst_only", NOTHING, "Nothing was changed"},
    {"cortex_m reset_config sysresetreq", NOTHING, "Nothing was changed"},
    {"cortex_m maskisr on", NOTHING, "never end in an interrupt"},
    {"cortex_m maskisr off", NOTHING, NULL},
    {"cortex_m3 maskisr auto", NOTHING, NULL},
    {"cortex_m vector_catch reset", CATCHES_RESET, NULL},
    {"cortex_m vector_catch hard_err", CATCHES_HARD, NULL},
    {"cortex_m3 vector_catch none", NOTHING, "HardFault no"},
    {"set vector-catch r", CATCHES_RESET, NULL},
    {"set vector-catch h", CATCHES_HARD, NULL},
    {"set vector-catch all", NOTHING, "HardFault yes, reset yes"},
    {"arp_examine", NOTHING, NULL},
    {"stm32f0x.cpu arp_waitstate halted 1000", NOTHING, NULL},
    {"arp_poll", NOTHING, NULL},
    {"arp_halt", NOTHING, "halted already"},
    {"arp_reset assert 1", NOTHING, NULL}, // refused: see below
    {"halt_timeout 2000", NOTHING, NULL},

    // Who is there.
    {"s", NOTHING, "Available Targets"},
    {"swd_scan", NOTHING, "Available Targets"},
    {"jtag_scan", NOTHING, "Available Targets"},
    {"auto_scan", NOTHING, "Available Targets"},
    {"targets", NOTHING, "Available Targets"},
    {"target current", NOTHING, "* 0"},
    {"core 0", NOTHING, "* 0"},
    {"cores", NOTHING, "* 0"},
    {"list", NOTHING, "* 0"},
    {"scan_chain", NOTHING, "Available Targets"},
    {"endian little", NOTHING, "little"},
    {"connect_srst enable", NOTHING, "yes"},
    {"device STM32F031K6", NOTHING, NULL},
    {"select USB", NOTHING, NULL},
    {"interface SWD", NOTHING, NULL},
    {"transport select hla_swd", NOTHING, NULL},
    {"jtag init", NOTHING, NULL},
    {"jtagconf -1 -1", NOTHING, NULL},
    {"tdi_low_reset", NOTHING, NULL},
    {"morse", NOTHING, "No message"},
    {"heapinfo 0 0 0 0", NOTHING, NULL},
    {"debug_bmp enable", NOTHING, NULL},

    // The probe.
    {"adapter speed 1800", SETS_1800_KHZ, NULL},
    {"adapter_khz 1800", SETS_1800_KHZ, NULL},
    {"frequency 1800000", SETS_1800_KHZ, NULL},
    {"frequency 1800k", SETS_1800_KHZ, NULL},
    {"set frequency 1800000", SETS_1800_KHZ, NULL},
    {"adapter srst delay 100", NOTHING, NULL},
    {"adapter_nsrst_delay 100", NOTHING, NULL},
    {"adapter_nsrst_assert_width 100", NOTHING, NULL},
    {"hla layout stlink", NOTHING, NULL},
    {"hla_serial \"123\"", NOTHING, NULL},
    {"st-link backend usb", NOTHING, NULL},
    {"power on", NOTHING, "does not supply"},

    // Registers and memory.
    {"info registers", NOTHING, "r12"},
    {"info reg", NOTHING, "r12"},
    {"wreg r1 0x1234", WRITES_R1, NULL},
    {"arm reg", NOTHING, "r12"},
    {"MemU32 0x20000020", NOTHING, "00001234"},
    {"MemU32 0x20000010 = 0x5a5b5c5d", WRITES_RAM_WORD, NULL},
    {"memU32 0x20000010=0x5a5b5c5d", WRITES_RAM_WORD, NULL},
    {"MemU16 0x20000010 = 0x5a5b", WRITES_RAM_HALF, NULL},
    {"MemU8 0x20000010 = 0x5a", WRITES_RAM_BYTE, NULL},
    {"WriteU32 0x20000010, 0x5a5b5c5d", WRITES_RAM_WORD, NULL},
    {"WriteU16 0x20000010 = 0x5a5b", WRITES_RAM_HALF, NULL},
    {"WriteU8 0x20000010 0x5a", WRITES_RAM_BYTE, NULL},
    {"rb 0x20000020 2", NOTHING, "34 12"},
    {"rh 0x20000020", NOTHING, "1234"},
    {"rw 0x20000020 8", NOTHING, "00001234 08000200"},
    {"r8 0x20000020", NOTHING, "34"},
    {"r16 0x20000020", NOTHING, "1234"},
    {"r32 0x20000020", NOTHING, "00001234"},
    {"read8 0x20000020", NOTHING, "34"},
    {"read16 0x20000020", NOTHING, "1234"},
    {"read32 0x20000020", NOTHING, "00001234"},
    {"wb 0x20000010 0x5a", WRITES_RAM_BYTE, NULL},
    {"wh 0x20000010 0x5a5b", WRITES_RAM_HALF, NULL},
    {"ww 0x20000010 0x5a5b5c5d", WRITES_RAM_WORD, NULL},
    {"w8 0x20000010 0x5a", WRITES_RAM_BYTE, NULL},
    {"w16 0x20000010 0x5a5b", WRITES_RAM_HALF, NULL},
    {"w32 0x20000010 0x5a5b5c5d", WRITES_RAM_WORD, NULL},
    {"write8 0x20000010 0x5a", WRITES_RAM_BYTE, NULL},
    {"write16 0x20000010 0x5a5b", WRITES_RAM_HALF, NULL},
    {"write32 0x20000010 0x5a5b5c5d", WRITES_RAM_WORD, NULL},
    {"stm32f0x.cpu mdw 0x20000020", NOTHING, "00001234"},
    {"stm32f4x.cm4 mww 0x20000010 0x5a5b5c5d", WRITES_RAM_WORD, NULL},

    // Breakpoints.
    {"rbp all", NOTHING, "no others"},
    {"rwp all", NOTHING, NULL},
    {"clrbp", NOTHING, NULL},
    {"rmbreak 0x08000100", NOTHING, NULL},
    {"flash breakpoints 1", NOTHING, "comparators"},
    {"flash breakpoints = 1", NOTHING, "comparators"},
    {"gdb_breakpoint_override hard", NOTHING, NULL},

    // Flash.
    {"flash mass_erase", ERASES_ALL, NULL},
    {"stm32f0x mass_erase 0", ERASES_ALL, NULL},
    {"stm32f1x mass_erase 0", ERASES_ALL, NULL},
    {"STM32L4x mass_erase 0", ERASES_ALL, NULL},
    {"erase", ERASES_ALL, NULL},
    {"erase 0x08000400", ERASES_PAGE_1, NULL},
    {"erase 0x08000400 1", ERASES_PAGE_1, NULL},
    {"flash erase", ERASES_ALL, NULL},
    {"flash erase_address 0x08000400 0x400", ERASES_PAGE_1, NULL},
    {"flash erase_address pad 0x08000480 0x10", ERASES_PAGE_1, NULL},
    {"flash erase_sector 0 1 1", ERASES_PAGE_1, NULL},
    {"flash erase_sector 0 0 last", ERASES_ALL, NULL},
    {"flash write_image a.elf", PROGRAMS, NULL},
    {"flash write_image erase unlock a.bin 0x080003fc bin", PROGRAMS, NULL},
    {"flash write_image erase a.hex 0 ihex", PROGRAMS, NULL},
    {"load a.elf", PROGRAMS, NULL},
    {"flash banks", NOTHING, "0x08000000, size 0x8000"},
    {"flash list", NOTHING, "32 pages"},
    {"flash info 0", NOTHING, "32 pages"},
    {"flash probe 0", NOTHING, "32 pages"},
    {"stm32f1x unlock 0", NOTHING, "not read-protected"},
    {"unlock", NOTHING, "not read-protected"},
    {"stm32f1x options_read 0", NOTHING, NULL},
    {"stm32l4x option_read 0 0", NOTHING, NULL},
    {"flash protect 0 0 last off", NOTHING, NULL},
    {"flash device = STM32F207ZG", NOTHING, NULL},
    {"flash download = 1", NOTHING, NULL},
    {"WorkRAM 0x20000000-0x20000fff", NOTHING, NULL},
    {"flash padded_value 0 0xff", NOTHING, NULL},

    // Semihosting, RTT, trace.
    {"arm semihosting_fileio enable", NOTHING, ""},
    {"arm semihosting_resexit enable", NOTHING, NULL},
    {"arm semihosting_redirect tcp 4444", NOTHING, NULL},
    {"arm semihosting_basedir /tmp", NOTHING, NULL},
    {"arm core_state", NOTHING, "Thumb"},
    {"semihosting IOClient 3", NOTHING, NULL},
    {"semihosting ARMSWI 0", NOTHING, NULL},
    {"semihosting ThumbSWI 0xAB", NOTHING, NULL},
    {"semihosting BreakOnError 1", NOTHING, NULL},
    {"redirect_stdout enable", NOTHING, NULL},
    {"setargs a b", NOTHING, ""},
    {"exec SetRTTAddr 0x20000800", NOTHING, ""},
    {"exec SetRTTSearchRanges 0x20000000 0x800", NOTHING, ""},
    {"exec DisableFlashBPs", NOTHING, "Nothing was changed"},
    {"SWO EnableTarget 0 0 0xFFFFFFFF 0", NOTHING, "SWO is on: 2000000 baud"},
    {"SWO DisableTarget 0xFFFFFFFF", NOTHING, ""},
    {"swo enable", NOTHING, "SWO is on: 2000000 baud"},
    {"swo enable 500k", NOTHING, "SWO is on: 500000 baud"},
    {"swo disable", NOTHING, "SWO is off."},
    {"swo status", NOTHING, "SWO is off."},
    {"traceswo enable 1000000", NOTHING, "SWO is on: 1000000 baud"},
    {"swv", NOTHING, "SWO is on: 1000000 baud"},
    {"itm ports on", NOTHING, "all ports are on"},
    {"tpiu config internal - uart off 8000000", NOTHING, "SWO is on"},
    {"tpiu config internal itm.bin uart off 8000000 250000", NOTHING, "SWO is on: 250000 baud"},
    {"tpiu status", NOTHING, "SWO is on"},
    {"tpiu config disable", NOTHING, ""},
    {"stm32f4x.tpiu configure -protocol uart -traceclk 8000000 -pin-freq 1000000", NOTHING, ""},
    {"stm32f4x.tpiu enable", NOTHING, "SWO is on: 1000000 baud"},
    {"stm32f4x.swo disable", NOTHING, ""},
    {"CDSWOConfigure 8000000 2000000", NOTHING, "SWO is on: 2000000 baud"},
    {"CDLiveWatchSetup", NOTHING, NULL},

    // The server itself.
    {"exit", ENDS, NULL},
    {"quit", ENDS, NULL},
    {"shutdown_bmda", ENDS, NULL},
    {"puts hello", NOTHING, "hello"},
    {"usage", NOTHING, "erase_mass"},
    {"gdb_flash_program enable", NOTHING, NULL},
    {"gdb_memory_map enable", NOTHING, NULL},
    {"gdb_report_data_abort enable", NOTHING, NULL},
    {"gdb_report_register_access_error enable", NOTHING, NULL},
    {"gdb_target_description enable", NOTHING, NULL},
    {"gdb_port 3333", NOTHING, NULL},
    {"gdb breakpoint_override hard", NOTHING, NULL},
    {"tcl_port disabled", NOTHING, NULL},
    {"telnet_port disabled", NOTHING, NULL},
    {"bindto 0.0.0.0", NOTHING, NULL},
    {"log_output openocd.log", NOTHING, NULL},
    {"debug_level 3", NOTHING, NULL},
    {"verify_ircapture disable", NOTHING, NULL},
    {"verify_jtag disable", NOTHING, NULL},
    {"stm32f0x.cpu configure -work-area-size 0", NOTHING, NULL},
    {"DisableChecks", NOTHING, NULL},
    {"EnableChecks", NOTHING, NULL},
    {"getargs", NOTHING, NULL},
    {"wice rmib 1", NOTHING, NULL},
    {"set remotetimeout 3", NOTHING, "no such setting"},

    // Abbreviations.
    {"swd", NOTHING, "Available Targets"},
    {"ver", NOTHING, "swdlink"},
    {"vec", NOTHING, "HardFault"},
    {"jtag_s", NOTHING, "Available Targets"},
    {"opt", NOTHING, "nBOOT1"},
};

// Lines that end in an error, and a part of the sentence.
static const struct refused {
    const char *line, *says;
} refused[] = {
    {"dap info", "debug port"},
    {"ReadAP 0xF0", "debug port"},
    {"readdp 0", "debug port"},
    {"WriteAP 0 0", "debug port"},
    {"writedp 0 0", "debug port"},
    {"cp15 0 0 0 0", "CP15"},
    {"x /4xw 0x20000000", "GDB"},
    {"xp 0x20000000", "GDB"},
    {"read_memory 0x20000000 32 1", "mdw"},
    {"write_memory 0x20000000 32 {1}", "mww"},
    {"load_image a.bin 0x20000000", "restore"},
    {"dump_image a.bin 0x20000000 16", "dump"},
    {"verify_image a.elf", "compare-sections"},
    {"verify_image_checksum a.elf", "compare-sections"},
    {"test_image a.elf", "compare-sections"},
    {"loadbin a.bin 0x20000000", "restore"},
    {"loadmem 0x20000000 a.bin", "restore"},
    {"savemem 0x20000000 16 a.bin", "dump"},
    {"disassemble 0x08000100", "x/i"},
    {"arm disassemble 0x08000100", "x/i"},
    {"bp 0x08000100 2 hw", "hbreak"},
    {"wp 0x20000000 4", "watch"},
    {"setbp 0x08000100", "break"},
    {"break 0x08000100", "break"},
    {"stm32f1x lock 0", "swdlink options"},
    {"stm32f1x options_write 0 0", "swdlink options"},
    {"stm32l4x option_write 0 0 0", "swdlink options"},
    {"stm32f1x options_load 0", "swdlink options"},
    {"stm32l4x option_load 0", "swdlink options"},
    {"flash erase_check 0", "swdlink read"},
    {"flash write_bank 0 a.bin 0", "monitor program"},
    {"flash read_bank 0 a.bin", "dump"},
    {"flash verify_bank 0 a.bin", "compare-sections"},
    {"flash verify_image a.elf", "compare-sections"},
    {"flash fillw 0x08000000 0 4", "load"},
    {"flash fillh 0x08000000 0 4", "load"},
    {"flash fillb 0x08000000 0 4", "load"},
    {"source a.tcl", "Tcl"},
    {"script a.tcl", "Tcl"},
    {"proc a {} {}", "Tcl"},
    {"expr 1 + 1", "Tcl"},
    {"profile 10 gmon.out", "profile"},

    // Good words with bad arguments.
    {"reset hlat", "hlat"},
    {"reset halt now", "halt now"},
    {"step 11", "at most 10"},
    {"step two", "count"},
    {"resume here", "address"},
    {"wait_halt soon", "Milliseconds"},
    {"sleep", "Milliseconds"},
    {"sleep 70000", "60000"},
    {"speed fast", "kHz"},
    {"speed 0", "kHz"},
    {"frequency 4 cycles", "frequency"},
    {"vector_catch soft", "soft"},
    {"set vector-catch xyz", "letters"},
    {"reg r99", "no register"},
    {"reg basepri", "no register"}, // ARMv6-M has none
    {"reg r1 0x1234 5", "\"5\""},
    {"reg r1 1g", "value"},
    {"mdw", "address"},
    {"mdw 0x20000001", "multiple"},
    {"mdw 0x20000000 1000000", "at most"},
    {"mdw 0x40000000", "nothing at"},
    {"mdw 0x100000000", "address"},
    {"mwb 0x20000010 0x100", "does not fit"},
    {"mww 0x08000000 0", "cannot be written"},
    {"mww 0x20000010", "value"},
    {"mmw 0x20000010 1", "bits to set"},
    {"mmw 0x20000011 1 0", "multiple of 4"},
    {"core 1", "number 0"},
    {"endian big", "little-endian"},
    {"erase_range 0x08000400", "length"},
    {"erase_range 0x20000000 0x400", "outside"},
    {"flash erase_sector 0 3 2", "pages 0 to 31"},
    {"flash erase_sector 1 0 1", "bank 0"},
    {"flash erase_sector 0 0 32", "pages 0 to 31"},
    {"erase 0x08000000 4294967295", "count"},
    {"program", "which file"},
    {"program {a.elf", "which file"},
    {"program no.elf", "no such file"},
    {"program far.elf", "0x20000000"},
    {"program a.elf 0x08000000 0x08000000", "0x08000000"},
    {"rtt server start", "PORT CHANNEL"},
    {"exec SetRTTAddr there", "ADDRESS"},
    {"help nothing", "help all"},
    {"semihosting maybe", "maybe"},
    {"option write 0x1ffff800 0", "swdlink options"},

    // Unknown ones, with a sensible guess or none.
    {"rest halt", "did you mean `monitor reset`?"},
    {"hlat", "did you mean `monitor halt`?"},
    {"rst", "did you mean `monitor reset`?"},
    {"rst halt", "did you mean `monitor reset`?"},
    {"att", "there is no `monitor att`; `monitor help`"},
    {"erase_mas", "did you mean `monitor erase_mass`?"}, // never taken for it
    {"sped", "did you mean `monitor speed`?"},
    {"cortex_m nothing", "maskisr, "},
    {"flash nothing", "write_image"},
    {"stm32f0x nothing", "there is no"},
    {"res", "may mean reset or resume"},
    {"stm32_init", "there is no `monitor stm32_init`"},
    {"xyzzy", "there is no `monitor xyzzy`; `monitor help`"},
    {"bpx", "there is no"},
    {"er", "there is no"},
};

static void prepare(struct bench *b)
{
    struct fake_target *f = &b->f;
    memset(f->flash, 0, sizeof f->flash);
    memset(f->ram, 0, sizeof f->ram);
    put_le32(f->ram + 0x20, 0x1234);
    put_le32(f->ram + 0x24, 0x08000200);
    f->resets = f->reset_halts = f->resumes = f->steps = 0;
    f->t.state = TARGET_HALTED;
    f->t.core.vcatch = 0;
    f->swclk_hz = 4000000;
    f->regs[CORTEXM_PC] = FAKE_FLASH_BASE + 0x100;
    f->regs[1] = 0x01020301;
    f->stops_after_polls = 1;
    f->stop = (struct target_stop){.cause = TARGET_STOP_STEP, .pc = f->regs[CORTEXM_PC]};
    b->sharing.semihost.enabled = false;
    b->sharing.ends = false;
    f->t.id.uid_known = true;
}

static bool is_erased(const struct fake_target *f, unsigned first, unsigned count)
{
    for (uint32_t i = 0; i < FAKE_FLASH_SIZE; i++) {
        bool inside = i / FAKE_PAGE_SIZE >= first && i / FAKE_PAGE_SIZE < first + count;
        if (f->flash[i] != (inside ? 0xff : 0))
            return false;
    }
    return true;
}

static bool had_effect(const struct bench *b, enum effect effect)
{
    const struct fake_target *f = &b->f;
    uint32_t word = get_le32(f->ram + 0x10);
    switch (effect) {
    case NOTHING:
        return !f->resets && !f->resumes && !f->steps && !word && is_erased(f, 0, 0) &&
               f->regs[1] == 0x01020301 && f->t.state == TARGET_HALTED;
    case RESETS_HALTED:
        return f->reset_halts == 1 && f->resets == 1;
    case RESETS_RUNNING:
        return f->resets == 1 && f->reset_halts == 0;
    case RUNS:
        return f->resumes == 1;
    case STEPS:
        return f->steps == 1 && f->t.state == TARGET_HALTED;
    case ERASES_ALL:
        return is_erased(f, 0, FAKE_FLASH_SIZE / FAKE_PAGE_SIZE);
    case ERASES_PAGE_1:
        return is_erased(f, 1, 1);
    case PROGRAMS:
        return memcmp(f->flash + 0x3fc, "0123456789", 11) == 0 && f->flash[0x3fb] == 0xff &&
               f->flash[0x800] == 0;
    case WRITES_RAM_BYTE:
        return word == 0x5a;
    case WRITES_RAM_HALF:
        return word == 0x5a5b;
    case WRITES_RAM_WORD:
        return word == 0x5a5b5c5d;
    case WRITES_R1:
        return f->regs[1] == 0x1234;
    case WRITES_PC:
        return f->regs[CORTEXM_PC] == 0x08000200;
    case ENABLES_CALLS:
        return b->sharing.semihost.enabled;
    case CATCHES_RESET:
        return f->t.core.vcatch == DEMCR_VC_CORERESET;
    case CATCHES_HARD:
        return f->t.core.vcatch == DEMCR_VC_HARDERR;
    case SETS_1800_KHZ:
        return f->swclk_hz == 1800000;
    case ENDS:
        return b->sharing.ends;
    }
    return false;
}

static void each_line_does_what_it_says(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const struct expectation *x = &expectations[i];
        if (strncmp(x->line, "arp_reset", 9) == 0)
            continue;
        prepare(b);
        const char *reply = bench_monitor(b, x->line);
        if (!reply || strcmp(reply, "OK") != 0)
            fail_msg("`monitor %s` answered %s and said: %s", x->line, reply ? reply : "nothing",
                     b->console);
        if (!had_effect(b, x->effect))
            fail_msg("`monitor %s` had another effect; it said: %s", x->line, b->console);
        if (x->says && (x->says[0] ? !strstr(b->console, x->says) : b->console[0]))
            fail_msg("`monitor %s` should say \"%s\" and says: %s", x->line, x->says, b->console);
    }
}

static void what_cannot_be_done_is_refused_with_a_reason(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        prepare(b);
        const char *reply = bench_monitor(b, refused[i].line);
        if (!reply || reply[0] != 'E')
            fail_msg("`monitor %s` answered %s and said: %s", refused[i].line,
                     reply ? reply : "nothing", b->console);
        if (!strstr(b->console, refused[i].says))
            fail_msg("`monitor %s` should say \"%s\" and says: %s", refused[i].line,
                     refused[i].says, b->console);
        if (!had_effect(b, NOTHING))
            fail_msg("`monitor %s` was refused and had an effect", refused[i].line);
    }
}

static bool has_line(const struct monitor_word *w)
{
    const char *args;
    for (unsigned i = 0; i < sizeof expectations / sizeof expectations[0]; i++)
        if (monitor_find(expectations[i].line, &args) == w)
            return true;
    for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (monitor_find(refused[i].line, &args) == w)
            return true;
    return false;
}

static void every_word_of_the_tables_has_a_line(void **state)
{
    (void)state;
    for (unsigned i = 0; i < monitor_word_count; i++)
        if (!has_line(&monitor_words[i]))
            fail_msg("nothing tests `monitor %s`", monitor_words[i].word);
    for (unsigned i = 0; i < monitor_foreign_count; i++)
        if (!has_line(&monitor_foreign[i]))
            fail_msg("nothing tests `monitor %s`", monitor_foreign[i].word);
}

static void the_tables_are_in_order(void **state)
{
    (void)state;
    for (unsigned i = 0; i < monitor_foreign_count; i++) {
        const struct monitor_word *w = &monitor_foreign[i];
        unsigned ways = !!w->run + !!w->run_sized + !!w->as + !!w->note + !!w->refusal;
        const char *args;
        if (ways != 1 || !w->of)
            fail_msg("the row of `monitor %s` is not complete", w->word);
        if (w->as && (!monitor_find(w->as, &args) || monitor_find(w->as, &args)->of))
            fail_msg("`monitor %s` stands for a word that is not ours", w->word);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(w->word, monitor_foreign[j].word);
        for (unsigned j = 0; j < monitor_word_count; j++)
            assert_string_not_equal(w->word, monitor_words[j].word);
    }
}

static void a_running_target_keeps_its_flash_and_registers(void **state)
{
    struct bench *b = *state;
    static const char *const lines[] = {"erase_mass", "program a.elf", "regs", "step",
                                        "resume 0x08000100"};
    prepare(b);
    bench_monitor(b, "resume");
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_true(bench_monitor(b, lines[i])[0] == 'E');
        assert_non_null(strstr(b->console, "running"));
    }
    assert_string_equal(bench_monitor(b, "state"), "OK");
    assert_non_null(strstr(b->console, "running"));
}

static void waiting_for_a_halt_ends_with_it_or_with_the_time(void **state)
{
    struct bench *b = *state;
    prepare(b);
    b->f.stops_after_polls = 0;
    bench_monitor(b, "resume");
    assert_true(bench_monitor(b, "wait_halt 50")[0] == 'E');
    assert_non_null(strstr(b->console, "within 50 ms"));
    b->f.stops_after_polls = 3;
    assert_string_equal(bench_monitor(b, "wait_halt 1000"), "OK");
    assert_non_null(strstr(b->console, "It has halted at 0x08000100"));
}

static void a_protected_chip_is_not_said_to_be_free(void **state)
{
    struct bench *b = *state;
    b->f.t.id.rdp_level = 1;
    assert_true(bench_monitor(b, "stm32f0x unlock 0")[0] == 'E');
    assert_non_null(strstr(b->console, "swdlink unlock"));
    b->f.t.id.rdp_level = 0;
    b->f.t.id.chip = NULL;
    assert_true(bench_monitor(b, "unlock")[0] == 'E');
    assert_non_null(strstr(b->console, "cannot change the read protection"));
}

static void files_are_read_for_this_computer_only(void **state)
{
    struct bench *b = *state;
    b->sharing.read_image = NULL;
    assert_true(bench_monitor(b, "flash write_image a.elf")[0] == 'E');
    assert_non_null(strstr(b->console, "`load` in GDB"));
}

static void an_armv7m_has_more_to_catch(void **state)
{
    struct bench *b = *state;
    b->f.t.core.caps.arch = CORE_ARMV7M;
    b->f.t.core.vcatch = DEMCR_VC_HARDERR;
    assert_string_equal(bench_monitor(b, "vector_catch enable bus mm"), "OK");
    assert_int_equal(b->f.t.core.vcatch, DEMCR_VC_HARDERR | DEMCR_VC_BUSERR | DEMCR_VC_MMERR);
    assert_string_equal(bench_monitor(b, "vector_catch disable bus"), "OK");
    assert_int_equal(b->f.t.core.vcatch, DEMCR_VC_HARDERR | DEMCR_VC_MMERR);
    assert_string_equal(bench_monitor(b, "cortex_m vector_catch int_err"), "OK");
    assert_int_equal(b->f.t.core.vcatch, DEMCR_VC_INTERR);
    assert_string_equal(bench_monitor(b, "set vector-catch hbr"), "OK");
    assert_int_equal(b->f.t.core.vcatch, DEMCR_VC_HARDERR | DEMCR_VC_BUSERR | DEMCR_VC_CORERESET);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(each_line_does_what_it_says),
        bench_test(what_cannot_be_done_is_refused_with_a_reason),
        cmocka_unit_test(every_word_of_the_tables_has_a_line),
        cmocka_unit_test(the_tables_are_in_order),
        bench_test(a_running_target_keeps_its_flash_and_registers),
        bench_test(waiting_for_a_halt_ends_with_it_or_with_the_time),
        bench_test(a_protected_chip_is_not_said_to_be_free),
        bench_test(files_are_read_for_this_computer_only),
        bench_test(an_armv7m_has_more_to_catch),
    };
    return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
