// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hash table with chains over a fixed array. An entry in which nothing is written, neither a connection nor a debt to
 * the rate, is as good as none and goes at once, or when somebody needs it.
 *
 * A flood from forged addresses makes an entry per packet. None of them ever has an established connection, so that they
 * only replace each other, and other clients whose handshakes are under way or whose connections are closing: who has an
 * established connection keeps his entry, and with it his limit. Connections whose entry went notice by its generation,
 * and by whose it is: a flood uses an entry often enough for generations to come around.
 */
#include "engine/client.h"

#include <errno.h>
#include <stdlib.h>

#define INDEX_BITS 24
/* Entries looked at for one that knows nothing. */
#define LOOKS 8

int lvs_clients_init(struct lvs_clients *clients, uint32_t max, const struct lvs_hash_key *key)
{
	uint32_t nheads = 1;

	if (max > LVS_CLIENTS_MAX)
		return -EINVAL;
	memset(clients, 0, sizeof(*clients));
	while (nheads < max)
		nheads *= 2;
	clients->key = *key;
	clients->max = max;
	clients->mask = nheads - 1;
	clients->clients = calloc((size_t)max + 1, sizeof(*clients->clients));
	clients->heads = calloc(nheads, sizeof(*clients->heads));
	if (!clients->clients || !clients->heads) {
		lvs_clients_fini(clients);
		return -ENOMEM;
	}
	return 0;
}

void lvs_clients_fini(struct lvs_clients *clients)
{
	free(clients->clients);
	free(clients->heads);
	memset(clients, 0, sizeof(*clients));
}

static uint32_t *head_of(const struct lvs_clients *clients, uint64_t service, const struct lvs_prefix *who)
{
	const uint64_t words[4] = { who->addr.halves[0], who->addr.halves[1], who->bits, service };

	return &clients->heads[lvs_hash_words(&clients->key, words, ARRAY_LEN(words)) & clients->mask];
}

static uint32_t index_of(const struct lvs_clients *clients, const struct lvs_client *client)
{
	return (uint32_t)(client - clients->clients);
}

static uint32_t ref_of(const struct lvs_clients *clients, const struct lvs_client *client)
{
	return (uint32_t)client->generation << INDEX_BITS | index_of(clients, client);
}

/* The entry that a connection of @addr names. Return: NULL if it was given up since */
static struct lvs_client *at(const struct lvs_clients *clients, uint32_t ref, const struct lvs_addr *addr)
{
	struct lvs_client *client = &clients->clients[ref & LVS_CLIENTS_MAX];

	if (!(ref & LVS_CLIENTS_MAX) || client->generation != ref >> INDEX_BITS || !client->conns)
		return NULL;
	return lvs_prefix_has(&client->who, addr) ? client : NULL;
}

static void leave_ring(struct lvs_clients *clients, struct lvs_client *client)
{
	if (client->ring == LVS_CLIENT_KEPT)
		return;
	if (client->older)
		clients->clients[client->older].newer = client->newer;
	else
		clients->rings[client->ring].oldest = client->newer;
	if (client->newer)
		clients->clients[client->newer].older = client->older;
	else
		clients->rings[client->ring].newest = client->older;
	client->older = client->newer = 0;
	client->ring = LVS_CLIENT_KEPT;
}

/* Into the ring that suits it now, as its newest. */
static void enter_ring(struct lvs_clients *clients, struct lvs_client *client)
{
	uint32_t index = index_of(clients, client);

	leave_ring(clients, client);
	if (client->established)
		return;
	client->ring = client->conns ? LVS_CLIENT_LOOSE : LVS_CLIENT_SPENT;
	client->older = clients->rings[client->ring].newest;
	if (client->older)
		clients->clients[client->older].newer = index;
	else
		clients->rings[client->ring].oldest = index;
	clients->rings[client->ring].newest = index;
}

/* Its connections, if it has any, do not find it any more. */
static void give_up(struct lvs_clients *clients, struct lvs_client *client)
{
	uint32_t index = index_of(clients, client), *link = head_of(clients, client->service, &client->who);

	while (*link != index)
		link = &clients->clients[*link].next;
	*link = client->next;
	leave_ring(clients, client);
	client->generation++;
	client->next = clients->free;
	clients->free = index;
	clients->used--;
}

static bool knows_nothing(const struct lvs_client *client, lvs_ns now)
{
	return !client->conns && client->due <= now;
}

/* Who has been spent for long is most likely to have worked off his debts too. */
static bool collect(struct lvs_clients *clients, lvs_ns now)
{
	uint32_t index = clients->rings[LVS_CLIENT_SPENT].oldest;

	for (unsigned int looks = LOOKS; looks && index; looks--) {
		struct lvs_client *client = &clients->clients[index];

		if (knows_nothing(client, now)) {
			give_up(clients, client);
			return true;
		}
		index = client->newer;
	}
	return false;
}

static bool make_room(struct lvs_clients *clients, lvs_ns now)
{
	uint32_t oldest;

	if (clients->free || clients->touched < clients->max || collect(clients, now))
		return true;
	oldest = clients->rings[LVS_CLIENT_LOOSE].oldest;
	if (!oldest)
		oldest = clients->rings[LVS_CLIENT_SPENT].oldest;
	if (!oldest)
		return false;
	clients->evicted++;
	give_up(clients, &clients->clients[oldest]);
	return true;
}

static struct lvs_client *new_client(struct lvs_clients *clients, uint64_t service, const struct lvs_prefix *who,
				     lvs_ns now)
{
	struct lvs_client *client;
	uint32_t *head;

	/* One comes, up to one goes: the table holds no more than it has to. */
	(void)collect(clients, now);
	if (!make_room(clients, now))
		return NULL;
	if (clients->free) {
		client = &clients->clients[clients->free];
		clients->free = client->next;
	} else {
		client = &clients->clients[++clients->touched];
	}
	*client = (struct lvs_client){ .who = *who, .service = service, .ring = LVS_CLIENT_KEPT,
				       .generation = client->generation };
	head = head_of(clients, service, who);
	client->next = *head;
	*head = index_of(clients, client);
	clients->used++;
	return client;
}

struct lvs_client *lvs_clients_find(const struct lvs_clients *clients, uint64_t service, const struct lvs_prefix *who)
{
	uint32_t index = *head_of(clients, service, who);

	while (index) {
		struct lvs_client *client = &clients->clients[index];

		if (client->service == service && lvs_prefix_equal(&client->who, who))
			return client;
		index = client->next;
	}
	return NULL;
}

uint32_t lvs_clients_join(struct lvs_clients *clients, uint64_t service, const struct lvs_prefix *who,
			  const struct lvs_rate *rate, bool counted, lvs_ns now)
{
	struct lvs_client *client = lvs_clients_find(clients, service, who);

	if (!client)
		client = new_client(clients, service, who, now);
	if (!client) {
		clients->unlimited++;
		return LVS_CLIENT_NOBODY;
	}
	if (rate)
		client->due = lvs_rate_charge(rate, client->due, now);
	client->conns += counted;
	enter_ring(clients, client);
	return ref_of(clients, client);
}

bool lvs_clients_know(const struct lvs_clients *clients, uint32_t ref, const struct lvs_addr *addr)
{
	return at(clients, ref, addr) != NULL;
}

void lvs_clients_establish(struct lvs_clients *clients, uint32_t ref, const struct lvs_addr *addr, int by)
{
	struct lvs_client *client = at(clients, ref, addr);

	if (!client)
		return;
	if (by > 0 || client->established)
		client->established += (uint32_t)by;
	enter_ring(clients, client);
}

void lvs_clients_leave(struct lvs_clients *clients, uint32_t ref, const struct lvs_addr *addr, bool established, lvs_ns now)
{
	struct lvs_client *client = at(clients, ref, addr);

	if (!client)
		return;
	client->conns--;
	client->established -= established && client->established;
	enter_ring(clients, client);
	if (knows_nothing(client, now))
		give_up(clients, client);
}
