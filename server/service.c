// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/service.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>

enum err service_sockets(struct acceptor *a, bool *handed, struct log *log)
{
    const int count = sd_listen_fds(1);
    *a = (struct acceptor){0};
    *handed = count > 0;
    if (count < 0)
        return log_fail(log, ERR_USAGE,
                        "LISTEN_FDS of the service manager is no number of sockets");
    for (int i = 0; i < count; i++) {
        enum err e = acceptor_adopt(a, SD_LISTEN_FDS_START + i, log);
        if (e) {
            acceptor_close(a);
            return e;
        }
    }
    return ERR_OK;
}

bool service_has_sockets(void)
{
    return sd_listen_fds(0) > 0;
}

void service_tell(const char *state)
{
    (void)sd_notify(0, state); // a manager that does not listen misses it
}

void service_forget(void)
{
    (void)sd_listen_fds(1);
    unsetenv("NOTIFY_SOCKET");
}
