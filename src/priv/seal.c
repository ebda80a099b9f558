// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dropped -> sealed: the system calls that a director makes while packets flow, each with its reason. Everything else ends
 * the process at once: there is no way to be half sealed, and a kill with SIGSYS is seen by the service manager and by the
 * audit log, where a call that merely fails would be a riddle.
 *
 * Not in the list on purpose: sockets of other kinds than health checks need, listen(), execve(), clone(), ioctl() of
 * devices, prctl(), anything that makes, renames or removes files, and memory that can be executed. Calls that an
 * architecture does not have are passed over by libseccomp.
 */
#include "priv/stages.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"

#ifndef LVS_SANITIZED
struct rule {
	int call;
	unsigned int nargs;
	struct scmp_arg_cmp args[2];
};

#define CALL(name) { .call = SCMP_SYS(name) }
/* Allowed only while argument @n, counted from 0, has no bit of @mask, or equals @value. */
#define CALL_WITHOUT(name, n, mask) \
	{ .call = SCMP_SYS(name), .nargs = 1, .args = { { (n), SCMP_CMP_MASKED_EQ, (mask), 0 } } }
#define CALL_WITH(name, n, value) \
	{ .call = SCMP_SYS(name), .nargs = 1, .args = { { (n), SCMP_CMP_EQ, (value), 0 } } }
/* Of this family and type, whatever its flags. */
#define SOCKET(family, type)                                                                                         \
	{ .call = SCMP_SYS(socket), .nargs = 2,                                                                      \
	  .args = { { 0, SCMP_CMP_EQ, (family), 0 }, { 1, SCMP_CMP_MASKED_EQ, SOCK_TYPE_BITS, (type) } } }
#define SOCK_TYPE_BITS 0xf	/* of the kernel's net.h */
#define OPTION(level, option)                                                                                        \
	{ .call = SCMP_SYS(setsockopt), .nargs = 2, .args = { { 1, SCMP_CMP_EQ, (level), 0 }, { 2, SCMP_CMP_EQ, (option), 0 } } }

static const struct rule rules[] = {
	/* packets, signals (libevent's pipe or socket pair), configuration, stderr */
	CALL(read),
	CALL(write),
	CALL(readv),
	CALL(writev),

	/* the loop: libevent, by the name that the C library gives it on each architecture */
	CALL(epoll_wait),
	CALL(epoll_pwait),
	CALL(epoll_pwait2),
	CALL(epoll_ctl),
	CALL(poll),	/* may stderr be written to? */
	CALL(ppoll),

	/* health checks: TCP and UDP as any process may have them */
	SOCKET(AF_INET, SOCK_STREAM),
	SOCKET(AF_INET6, SOCK_STREAM),
	SOCKET(AF_INET, SOCK_DGRAM),
	SOCKET(AF_INET6, SOCK_DGRAM),
	CALL(bind),	/* "source" */
	CALL(connect),
	CALL(getsockopt),
	CALL(getsockname),
	CALL(getpeername),
	CALL(shutdown),
	/* Not those of the levels below, among which are netfilter's. */
	CALL_WITH(setsockopt, 1, SOL_SOCKET),
	CALL_WITH(setsockopt, 1, IPPROTO_TCP),
	OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT),	/* libcurl's, for either family */
	CALL_WITH(fcntl, 1, F_SETFL),
	CALL_WITH(fcntl64, 1, F_SETFL),
	CALL_WITH(fcntl, 1, F_SETFD),
	CALL_WITH(fcntl64, 1, F_SETFD),
	CALL(timer_settime),	/* for servers that keep libcurl reading: sys/transfers.c */
	CALL(timer_settime64),
	CALL(timer_delete),

	/* the state file */
	CALL(pwrite64),
	CALL(fdatasync),

	/* at the end: the process that runs scripts */
	CALL(wait4),
	CALL(waitpid),

	/* sockets that are open: netlink, raw, journal, service manager, libevent's socket pair */
	CALL(send),
	CALL(sendto),
	CALL(sendmsg),
	CALL(recv),
	CALL(recvfrom),
	CALL(recvmsg),

	/* clients of the control socket, who they are, and how much they have sent */
	CALL(accept4),
	CALL(getsockopt),
	CALL(geteuid),
	CALL(geteuid32),
	CALL_WITH(ioctl, 1, FIONREAD),
	CALL(shutdown),

	/* reading lvs.conf again on SIGHUP; what may be opened is below */
	CALL(fstat),
	CALL(fstat64),
	CALL(stat),
	CALL(stat64),
	CALL(newfstatat),
	CALL(fstatat64),
	CALL(statx),
	CALL(lseek),
	CALL(_llseek),
	CALL(close),
	CALL_WITH(fcntl, 1, F_GETFL),	/* fdopen() */
	CALL_WITH(fcntl64, 1, F_GETFL),
	CALL_WITH(ioctl, 1, TCGETS),	/* stdio: is this stream a terminal? */

	/* malloc(), for a new configuration; never to be executed */
	CALL(brk),
	CALL_WITHOUT(mmap, 2, PROT_EXEC),
	CALL_WITHOUT(mmap2, 2, PROT_EXEC),
	CALL_WITHOUT(mprotect, 2, PROT_EXEC),
	CALL(munmap),
	CALL(mremap),
	CALL(madvise),	/* giving memory back, and huge pages for the connection pool */
	CALL(sysinfo),	/* qsort() asks how much memory there is before it takes some */

	/* the clock, where the vDSO cannot answer */
	CALL(clock_gettime),
	CALL(clock_gettime64),
	CALL(gettimeofday),
	CALL(time),

	/* keys of new hash tables, and of malloc() in newer C libraries */
	CALL(getrandom),

	/* a second thread, made before: what it does first when it runs */
	CALL(set_robust_list),
	CALL(rseq),

	/* signals, interrupted calls, locks */
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
	CALL(sigreturn),
	CALL(restart_syscall),
	CALL(futex),
	CALL(futex_time64),

	/* the end: exit(), and abort() for an assertion, which shall be seen as SIGABRT (tgkill is below) */
	CALL(exit),
	CALL(exit_group),
	CALL(getpid),
	CALL(gettid),
};

/* Return: 0 or -Exxx */
static int add_rules(scmp_filter_ctx ctx, bool write)
{
	/* Existing files only, for reading; with @write also for writing (/proc/sys: permissions and mounts decide). */
	const scmp_datum_t refused = O_CREAT | (O_TMPFILE & ~O_DIRECTORY) | (write ? 0 : O_ACCMODE);
	const struct rule computed[] = {
		CALL_WITHOUT(openat, 2, refused),
		CALL_WITHOUT(open, 1, refused),
		CALL_WITH(tgkill, 0, (scmp_datum_t)getpid()),
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_LEN(rules) + ARRAY_LEN(computed) && err == 0; i++) {
		const struct rule *rule = i < ARRAY_LEN(rules) ? &rules[i] : &computed[i - ARRAY_LEN(rules)];

		err = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, rule->call, rule->nargs, rule->args);
	}
	return err;
}

int lvs_priv_seal(const struct lvs_priv_params *params, char message[LVS_PRIV_MESSAGE_MAX])
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err = -ENOMEM;

	if (ctx)
		err = add_rules(ctx, params->net_admin);
	/* The thread that reads lvs.conf is sealed with the rest. */
	if (err == 0)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	/* A tree instead of a list: kernels before 5.11 walk the filter for every read() and write(). */
	if (err == 0)
		(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (err == 0)
		err = seccomp_load(ctx);
	if (ctx)
		seccomp_release(ctx);
	if (err < 0)
		(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "cannot seal: system calls cannot be restricted: %s", strerror(-err));
	else
		(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "sealed: system calls are restricted");
	return err;
}
#else
int lvs_priv_seal(const struct lvs_priv_params *params, char message[LVS_PRIV_MESSAGE_MAX])
{
	(void)params;
	(void)snprintf(message, LVS_PRIV_MESSAGE_MAX, "not sealed: system calls are not restricted in a build with sanitizers");
	return 0;
}
#endif
