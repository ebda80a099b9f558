// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening the device in all the ways there are, and what is said when that fails. Traffic is in test_tun_traffic.c. */
#include "tests/lib/test.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/io.h"
#include "tests/lib/child.h"

static char message[LVS_IO_MESSAGE_MAX];

static int open_tun(const char *name, int fd, bool offload, struct lvs_io **ret_io)
{
	const struct lvs_io_params params = { .name = name, .fd = fd, .offload = offload };

	message[0] = '\0';
	return lvs_io_tun.open(&params, message, ret_io);
}

/* A descriptor as somebody else would make it. Return: the descriptor; ends the child where there is no TUN */
static int raw_device(const char *name, int flags)
{
	struct ifreq ifr = { .ifr_flags = (short)flags };
	int fd = open("/dev/net/tun", O_RDWR);

	if (fd < 0) {
		(void)fprintf(stderr, "cannot open /dev/net/tun: %s\n", strerror(errno));
		_exit(TEST_CHILD_SKIP);
	}
	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (flags)
		CHECK(ioctl(fd, TUNSETIFF, &ifr) == 0);
	return fd;
}

static void need_tun(void)
{
	(void)close(raw_device("probe", 0));
}

static unsigned int ethtool(const char *name, unsigned int cmd)
{
	struct ethtool_value value = { .cmd = cmd };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	CHECK(ioctl(fd, SIOCETHTOOL, &ifr) == 0);
	(void)close(fd);
	return value.data;
}

static int created(void *arg)
{
	struct lvs_io *io;

	(void)arg;
	need_tun();
	if (open_tun("lvs7", -1, true, &io) != 0)
		(void)fprintf(stderr, "%s\n", message);
	CHECK(message[0] == '\0');
	CHECK(strcmp(io->name, "lvs7") == 0);
	CHECK(if_nametoindex("lvs7") != 0);
	CHECK(io->ops == &lvs_io_tun && !io->persistent);
	CHECK(fcntl(io->fd, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(io->fd, F_GETFL) & O_NONBLOCK);
	lvs_io_close(io);
	CHECK(if_nametoindex("lvs7") == 0);
	CHECK(open_tun("lvs%d", -1, true, &io) == 0);	/* the kernel counts */
	CHECK(strcmp(io->name, "lvs0") == 0);
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

/* Granted is what the device then really does: asked of the device, not of the driver. */
static int offloads(void *arg)
{
	struct lvs_io *io;

	(void)arg;
	need_tun();
	CHECK(open_tun("lvs0", -1, true, &io) == 0);
	CHECK(!!(io->offloads & LVS_IO_CSUM) == !!ethtool("lvs0", ETHTOOL_GTXCSUM));
	CHECK(!!(io->offloads & LVS_IO_TSO) == !!ethtool("lvs0", ETHTOOL_GTSO));
	CHECK((io->offloads & (LVS_IO_CSUM | LVS_IO_TSO)) == (LVS_IO_CSUM | LVS_IO_TSO));	/* since Linux 2.6.27 */
	lvs_io_close(io);
	CHECK(open_tun("lvs0", -1, false, &io) == 0);
	CHECK(io->offloads == 0);
	CHECK(!ethtool("lvs0", ETHTOOL_GTXCSUM) && !ethtool("lvs0", ETHTOOL_GTSO));
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

static int persistent(void *arg)
{
	int fd = raw_device("op0", IFF_TUN | IFF_NO_PI);	/* an operator's tool knows nothing of IFF_VNET_HDR */
	struct lvs_io *io;

	(void)arg;
	CHECK(ioctl(fd, TUNSETPERSIST, 1) == 0);
	(void)close(fd);
	CHECK(open_tun("op0", -1, true, &io) == 0);
	CHECK(io->persistent && io->offloads & LVS_IO_TSO);
	lvs_io_close(io);
	CHECK(if_nametoindex("op0") != 0);
	return TEST_CHILD_OK;
}

static int handed_in(void *arg)
{
	int fd = raw_device("given0", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
	int header = 12;
	struct lvs_io *io;

	(void)arg;
	CHECK(ioctl(fd, TUNSETVNETHDRSZ, &header) == 0);
	CHECK(open_tun(NULL, fd, true, &io) == 0);
	CHECK(io->fd == fd && strcmp(io->name, "given0") == 0 && !io->persistent);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK(ioctl(fd, TUNGETVNETHDRSZ, &header) == 0 && header == 10);
	CHECK(io->offloads & LVS_IO_TSO);
	lvs_io_close(io);
	CHECK(if_nametoindex("given0") == 0);	/* consumed */
	return TEST_CHILD_OK;
}

/* Each of these is refused, says why, and is left open. */
static void refused(int fd, int err, const char *why)
{
	struct lvs_io *io = (struct lvs_io *)&message;

	int got = open_tun("unused", fd, true, &io);

	if (got != err || !strstr(message, why))
		(void)fprintf(stderr, "%s, not %s: %s\n", strerror(-got), strerror(-err), message);
	CHECK(got == err && (void *)io == (void *)&message);
	CHECK(strstr(message, why));
	CHECK(fcntl(fd, F_GETFD) >= 0);
}

static int handed_in_wrong(void *arg)
{
	int fds[2];

	(void)arg;
	need_tun();
	CHECK(pipe(fds) == 0);
	refused(fds[0], -ENOTTY, "is no TUN device");
	refused(raw_device("none", 0), -EBADFD, "attached to none yet");
	refused(raw_device("tap0", IFF_TAP | IFF_NO_PI | IFF_VNET_HDR), -EINVAL, "it is a TAP device");
	refused(raw_device("plain0", IFF_TUN | IFF_NO_PI), -EINVAL, "IFF_VNET_HDR");
	return TEST_CHILD_OK;
}

/* Opening by name fails with @err and says @why. */
static void fails(const char *name, int err, const char *why)
{
	struct lvs_io *io = NULL;
	int got = open_tun(name, -1, true, &io);

	if (got != err || !strstr(message, why))
		(void)fprintf(stderr, "\"%s\": %s, not %s: %s\n", name, strerror(-got), strerror(-err), message);
	CHECK(got == err && !io);
	CHECK(strstr(message, why));
	CHECK(strlen(message) + 1 < sizeof(message));	/* not cut */
}

static int names(void *arg)
{
	struct lvs_io *io;
	int fd;

	(void)arg;
	need_tun();
	fails("", -EINVAL, "is not 1 to 15 characters long");
	fails("sixteencharacter", -EINVAL, "is not 1 to 15 characters long");
	fails("a/b", -EINVAL, "not a name for a network device");
	fails("lo", -EINVAL, "it exists and is no TUN device");
	fd = raw_device("tap0", IFF_TAP | IFF_NO_PI);
	fails("tap0", -EINVAL, "it exists and is no TUN device");
	(void)close(fd);
	fd = raw_device("many0", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE);
	fails("many0", -EINVAL, "with one queue");
	(void)close(fd);
	CHECK(open_tun("lvs0", -1, true, &io) == 0);
	fails("lvs0", -EBUSY, "another process has it open");
	lvs_io_close(io);
	CHECK(open_tun("lvs0", -1, true, &io) == 0);	/* failures kept nothing */
	lvs_io_close(io);
	return TEST_CHILD_OK;
}

static void drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	CHECK(capng_apply(CAPNG_SELECT_CAPS) == 0);
}

static int no_capability(void *arg)
{
	(void)arg;
	need_tun();
	drop_capabilities();
	fails("lvs0", -EPERM, "no CAP_NET_ADMIN");
	return TEST_CHILD_OK;
}

static int no_node(void *arg)
{
	(void)arg;
	CHECK(mkdir("/dev/net", 0755) == 0 || errno == EEXIST);
	CHECK(mount("none", "/dev/net", "tmpfs", 0, NULL) == 0);
	fails("lvs0", -ENOENT, "--device /dev/net/tun");
	(void)close(open("/dev/net/tun", O_CREAT | O_WRONLY, 0));
	drop_capabilities();
	fails("lvs0", -EACCES, "chmod 0666 /dev/net/tun");
	return TEST_CHILD_OK;
}

static void makes_a_device(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, created, NULL));
}

static void takes_the_offloads_that_are_granted(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, offloads, NULL));
}

static void opens_an_operators_device(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, persistent, NULL));
}

static void takes_a_descriptor(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, handed_in, NULL));
}

static void refuses_descriptors_of_another_kind(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, handed_in_wrong, NULL));
}

static void says_what_is_wrong_with_a_name(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, names, NULL));
}

static void says_that_a_capability_is_missing(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, no_capability, NULL));
}

static void says_what_is_wrong_with_the_device_node(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET | CLONE_NEWNS, no_node, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_device),
		cmocka_unit_test(takes_the_offloads_that_are_granted),
		cmocka_unit_test(opens_an_operators_device),
		cmocka_unit_test(takes_a_descriptor),
		cmocka_unit_test(refuses_descriptors_of_another_kind),
		cmocka_unit_test(says_what_is_wrong_with_a_name),
		cmocka_unit_test(says_that_a_capability_is_missing),
		cmocka_unit_test(says_what_is_wrong_with_the_device_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
