// SPDX-License-Identifier: MIT
// A build without libsystemd.
#include "server/service.h"

enum err service_sockets(struct acceptor *a, bool *handed, struct log *log)
{
    (void)a;
    (void)log;
    *handed = false;
    return ERR_OK;
}

bool service_has_sockets(void)
{
    return false;
}

void service_tell(const char *state)
{
    (void)state;
}

void service_forget(void)
{
}
