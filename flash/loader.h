// SPDX-License-Identifier: MIT
// Runs a loader in the target's SRAM and gives it work; doc/loader-abi.md draws this contract. From
// the start of the SRAM up: the code; the control block; the enter and leave sequences as {address,
// value} pairs that end with {0, 0}; and the slots, LOADER_SLOTS of at most LOADER_STRIDE bytes.
//
// Control block (words): slots published by the debugger; slots done (bits 31:24: error status);
// where it failed; flash registers; CRC unit; first slot; end of slots; stride; two watchdogs
// {address, value}; enter; leave; two words of its own; what LR and R0 to R7 were; two words that
// the driver has for its code (flash_access.code_word).
//
// Slot: address; work (15:0 bytes of payload, 23:16 erase command, bit 24 scan, bit 25 leave);
// payload. A scan's payload is {number of pages, page size}, and behind that it leaves {AND of all
// words, CRC} of each page. Slots are taken in turn, and everything may be written while the loader
// runs, since the debug port has its own way into SRAM.
#ifndef SWDLINK_FLASH_LOADER_H
#define SWDLINK_FLASH_LOADER_H

#include "flash/flash.h"

#define LOADER_CODE_MAX 1024u // bytes
#define LOADER_PAYLOAD  6080u // the largest of all codes
#define LOADER_GRAIN    64u
#define LOADER_STRIDE   (LOADER_PAYLOAD + 8u)
#define LOADER_SLOTS    3u

struct loader {
    struct flash_access *fa;
    const struct flash_loader_code *code;
    bool running;
    bool broken; // it stopped by itself
    // What was erased as a whole: rows may be programmed as such, upwards from next on.
    struct {
        uint32_t next, end;
    } rows[2];
    uint32_t control, slots;
    uint32_t payload;         // bytes of a slot's
    uint32_t published, done; // slots
    uint32_t status, where;   // error bits with which it stopped, and near which address
    uint64_t scan_ns_per_kib; // as the scans before took; 0: there was none of some length
    uint64_t busy_until_us;   // at the earliest
    uint64_t busy_limit_us;   // at the latest, with erases of seconds
    uint64_t due_us[LOADER_SLOTS], limit_us[LOADER_SLOTS];
    uint32_t regs[CORTEXM_REG_COUNT]; // the program's basic ones: loaders use no others
};

// Bytes of payload in each slot of a loader in so much SRAM: a multiple of LOADER_GRAIN, at most
// the code's. 0: it has no room.
uint32_t loader_payload(const struct flash_loader_code *code, uint32_t ram_size);
// Saves SRAM and registers, and lets the code run.
enum err loader_start(struct loader *l, struct flash_access *fa) MUST_CHECK;
// Queues an erase and data; waits for a free slot. len <= payload, whole units.
// ERR_FLASH: the loader met an error (status, where). ERR_STATE: it does not work.
enum err loader_work(struct loader *l, uint32_t addr, enum flash_extent erase, const uint8_t *data,
                     size_t len) MUST_CHECK;
// The same for pages of two banks at once, of which each may have no data (NULL).
enum err loader_work_pair(struct loader *l, const uint32_t addr[2], enum flash_extent erase,
                          const uint8_t *const data[2], size_t len) MUST_CHECK;
// Bytes of each of them that fit into a slot, in whole units.
size_t loader_pair_room(const struct loader *l);
// What was erased as a whole since it was started, up to two ranges: rows are programmed in them.
void loader_allow_rows(struct loader *l, uint32_t from, uint32_t end);
// Waits at most most_us for a free slot: *room tells whether there is one. ERR_FLASH and ERR_STATE
// as above.
enum err loader_wait_room(struct loader *l, uint32_t most_us, bool *room) MUST_CHECK;
// Waits for what is queued.
enum err loader_wait(struct loader *l) MUST_CHECK;
// Whether an erase that may take seconds is queued or going on; waits at most most_us for the end
// of all that is queued.
bool loader_is_at_long_work(const struct loader *l);
enum err loader_wait_longer(struct loader *l, uint32_t most_us) MUST_CHECK;
// How many pages the next scan can have: its results may fill the slots behind its own.
unsigned loader_scan_room(const struct loader *l);
// Waits for what is queued, and for the scan of so many pages: {AND, CRC} of each.
enum err loader_scan(struct loader *l, uint32_t addr, unsigned pages, uint32_t page_size,
                     uint32_t (*result)[2]) MUST_CHECK;
// Waits for what is queued, ends the loader (forcibly if it does not respond) and restores the
// registers. Returns the first error.
enum err loader_stop(struct loader *l) MUST_CHECK;

#endif
