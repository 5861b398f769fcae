// SPDX-License-Identifier: MIT
#include "config.h"

#include "base/version.h"
#include "commit.h"

const char *version_text(void)
{
    return sizeof COMMIT > 1 ? PACKAGE_VERSION " (commit " COMMIT ")" : PACKAGE_VERSION;
}
