/* SPDX-License-Identifier: MIT */
#include "base/systemd_bus.h"

#include <unistd.h>

#define PRIVATE_SOCKET "unix:path=/run/systemd/private"

static int open_private(sd_bus **out)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = sd_bus_set_address(bus, PRIVATE_SOCKET);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0)
		sd_bus_unref(bus);
	else
		*out = bus;
	return r < 0 ? r : 0;
}

int systemd_bus_open(sd_bus **out)
{
	int r;

	if (geteuid() == 0 && open_private(out) == 0)
		return 0;
	r = sd_bus_open_system(out);
	return r < 0 ? r : 0;
}
