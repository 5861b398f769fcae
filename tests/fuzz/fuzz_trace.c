// SPDX-License-Identifier: MIT
// The bytes of SWO into the decoders: ITM and DWT packets, and TPIU frames around them.
#include "cortex/itm.h"
#include "cortex/tpiu_frames.h"
#include "tests/fuzz/fuzz.h"

static void take_packet(void *user, const struct itm_packet *packet)
{
    size_t *count = user;
    ++*count;
    FUZZ_CHECK(itm_kind_name(packet->kind));
    (void)itm_is_expected(packet, ITM_SENDS_TIME);
}

static void take_byte(void *user, unsigned id, uint8_t byte)
{
    (void)id;
    itm_push(user, &byte, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    struct itm itm;
    struct tpiu_frames frames;
    size_t packets = 0;
    const uint8_t flags = fuzz_byte(&in);
    itm_init(&itm, take_packet, &packets);
    tpiu_frames_init(&frames, take_byte, &itm);
    while (fuzz_left(&in)) {
        size_t len;
        const uint8_t *part = fuzz_bytes(&in, 1 + flags % 61, &len);
        if (flags & 0x80)
            tpiu_frames_push(&frames, part, len);
        else
            itm_push(&itm, part, len);
    }
    itm_restart(&itm);
    FUZZ_CHECK(packets <= 2 * size + 2);
    return 0;
}
