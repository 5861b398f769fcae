// SPDX-License-Identifier: MIT
// SRAM that a loader borrowed, on its way back.
#include <stdlib.h>

#include "flash/flash.h"
#include "swd/mem_ap.h"

enum err flash_loan_return(struct flash_loan *loan, const struct mem_ap *mem)
{
    enum err e = loan->len ? mem_ap_write(mem, loan->addr, loan->bytes, loan->len) : ERR_OK;
    flash_loan_drop(loan);
    return e;
}

void flash_loan_drop(struct flash_loan *loan)
{
    free(loan->bytes);
    *loan = (struct flash_loan){0};
}
