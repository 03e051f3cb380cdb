/* SPDX-License-Identifier: MIT */
/* The way to systemd's own manager over D-Bus. */
#ifndef PERMFIX_BASE_SYSTEMD_BUS_H
#define PERMFIX_BASE_SYSTEMD_BUS_H

#include <systemd/sd-bus.h>

#define SYSTEMD_SERVICE "org.freedesktop.systemd1"
#define SYSTEMD_OBJECT  "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"

/* For root the manager's private socket, as systemctl does: it answers without a bus, too. Else, and where that is not there, the system bus.
 * -errno. The caller closes by sd_bus_flush_close_unref. */
int systemd_bus_open(sd_bus **out);

#endif
