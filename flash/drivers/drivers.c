// SPDX-License-Identifier: MIT
#include "flash/drivers/dword.h"
#include "flash/drivers/flashword.h"
#include "flash/drivers/fpec16.h"
#include "flash/drivers/nvm.h"
#include "flash/drivers/sector.h"
#include "flash/flash.h"

const struct flash_driver *const flash_drivers[] = {
    &fpec16_driver, &nvm_driver,          &nvm128_driver, &nvm_data_driver,
    &dword_driver,  &dword_pempty_driver, &sector_driver, &flashword_driver,
};
const unsigned flash_driver_count = sizeof flash_drivers / sizeof flash_drivers[0];
