// SPDX-License-Identifier: MIT
// Which version this is.
#ifndef SWDLINK_BASE_VERSION_H
#define SWDLINK_BASE_VERSION_H

// The number, and the commit where it is known: "0.1.0 (commit 1a2b3c4d5e)"; a + behind the commit
// says that the sources were changed since.
const char *version_text(void);

#endif
