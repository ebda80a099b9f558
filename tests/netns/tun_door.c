// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens /dev/net/tun for processes that may not.
 *
 *	tun_door serve SOCKET			as root: for each client, in the network namespace it names, until killed
 *	tun_door SOCKET NAME COMMAND...		as anybody: gets a descriptor, makes device NAME with it, and runs COMMAND
 *						with it as a handed-in descriptor called "device"
 *
 * The kernel takes the namespace of a TUN descriptor from whoever opens it, and asks for CAP_NET_ADMIN there of whoever
 * attaches it: so root opens, and the owner of the namespace attaches.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void give_up(const char *what)
{
	fprintf(stderr, "tun_door: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void send_fd(int sock, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	if (sendmsg(sock, &msg, 0) != 1)
		give_up("sendmsg");
}

static int receive_fd(int sock)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	int fd;

	if (recvmsg(sock, &msg, 0) != 1)
		give_up("recvmsg");
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		give_up("no descriptor came");
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static void serve(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (door < 0 || bind(door, (struct sockaddr *)&address, sizeof(address)) || chmod(path, 0666) || listen(door, 8))
		give_up("cannot open the door");
	for (;;) {
		int sock = accept(door, NULL, NULL), netns, fd;

		if (sock < 0)
			give_up("accept");
		netns = receive_fd(sock);
		if (setns(netns, CLONE_NEWNET))
			give_up("setns");
		fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
		if (fd < 0)
			give_up("/dev/net/tun");
		send_fd(sock, fd);
		close(fd);
		close(netns);
		close(sock);
	}
}

static void run(const char *path, const char *name, char *command[])
{
	struct sockaddr_un address = address_of(path);
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd;
	char pid[16];

	if (sock < 0 || netns < 0 || connect(sock, (struct sockaddr *)&address, sizeof(address)))
		give_up("cannot reach the door");
	send_fd(sock, netns);
	fd = receive_fd(sock);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request))
		give_up("TUNSETIFF");
	if (fd != 3 && (dup2(fd, 3) < 0 || close(fd)))
		give_up("dup2");
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (setenv("LISTEN_FDS", "1", 1) || setenv("LISTEN_PID", pid, 1) || setenv("LISTEN_FDNAMES", "device", 1))
		give_up("setenv");
	execvp(command[0], command);
	give_up(command[0]);
}

int main(int argc, char *argv[])
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve(argv[2]);
	if (argc < 4)
		return 2;
	run(argv[1], argv[2], argv + 3);
	return 1;
}
