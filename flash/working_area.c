// SPDX-License-Identifier: MIT
// The SRAM that a loader works in: what stood there comes back.
#include <stdlib.h>

#include "flash/flash.h"
#include "swd/mem_ap.h"

enum err flash_working_area_restore(struct flash_working_area *working_area,
                                    const struct mem_ap *mem)
{
    enum err e = working_area->len
                     ? mem_ap_write(mem, working_area->addr, working_area->bytes, working_area->len)
                     : ERR_OK;
    flash_working_area_forget(working_area);
    return e;
}

void flash_working_area_forget(struct flash_working_area *working_area)
{
    free(working_area->bytes);
    *working_area = (struct flash_working_area){0};
}
