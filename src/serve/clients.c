/* clients.c - connections. A client that sends its request a byte at a time is never idle: each has a time by which its request
 * must be there, and another by which it must have taken the answer. */
#include "serve/http.h"

#include <sys/socket.h>

static const double REQUEST_S = 15;

static vvi_client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void add(vvi_clients *clients, struct MHD_Connection *connection, void **socket_context)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    vvi_client *client = info == NULL ? NULL : vvi_calloc(1, sizeof *client);
    if (client == NULL) return;
    *client = (vvi_client){ .fd = info->connect_fd, .due_s = vvi_clock_s() + REQUEST_S };
    pthread_mutex_lock(&clients->lock);
    client->next = clients->list;
    if (client->next != NULL) client->next->previous = client;
    clients->list = client;
    clients->n++;
    pthread_mutex_unlock(&clients->lock);
    *socket_context = client;
}

static void drop(vvi_clients *clients, vvi_client *client)
{
    pthread_mutex_lock(&clients->lock);
    if (client->next != NULL) client->next->previous = client->previous;
    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        clients->list = client->next;
    clients->n--;
    pthread_mutex_unlock(&clients->lock);
    vvi_free(client);
}

void vvi_clients_notify(void *context, struct MHD_Connection *connection, void **socket_context,
                        enum MHD_ConnectionNotificationCode code)
{
    vvi_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = NULL;
        add(&server->clients, connection, socket_context);
    } else if (*socket_context != NULL) {
        drop(&server->clients, *socket_context);
        *socket_context = NULL;
    }
}

void vvi_client_due(vvi_clients *clients, struct MHD_Connection *connection, double seconds)
{
    vvi_client *client = client_of(connection);
    if (client == NULL) return;
    pthread_mutex_lock(&clients->lock);
    client->due_s = seconds > 0 ? vvi_clock_s() + seconds : 0;
    pthread_mutex_unlock(&clients->lock);
}

/* The descriptor is the connection's until it was dropped from the list: it is never somebody else's here. */
void vvi_clients_let_go_of_slow(vvi_clients *clients)
{
    const double now = vvi_clock_s();
    pthread_mutex_lock(&clients->lock);
    for (vvi_client *client = clients->list; client != NULL; client = client->next)
        if (client->due_s > 0 && now > client->due_s) shutdown(client->fd, SHUT_RDWR);
    pthread_mutex_unlock(&clients->lock);
}
