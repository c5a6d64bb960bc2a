/*
 * An SSH server of nothing but libssh: what a handshake and an idle session cost before a gateway adds anything.
 * Lets every public key in, and answers every command with a line. One epoll loop per core, which is how labgate uses libssh.
 *
 *     bare PORT HOST_KEY_FILE
 */
#define _GNU_SOURCE
#define SSH_SUPPRESS_DEPRECATED 1
#include <libssh/callbacks.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_ROUND = 256, BACKLOG = 4096 };

struct connection {
    ssh_session session;
    ssh_event event;
    int fd;
    int has_keys;
    uint32_t interest;
};

static int listener;
static const char *host_key;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void end(int epoll, struct connection *connection) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, connection->fd, NULL);
    ssh_event_remove_session(connection->event, connection->session);
    ssh_event_free(connection->event);
    ssh_disconnect(connection->session);
    ssh_free(connection->session);
    free(connection);
}

static void answer(ssh_message message) {
    switch (ssh_message_type(message)) {
    case SSH_REQUEST_SERVICE:
        ssh_message_service_reply_success(message);
        break;
    case SSH_REQUEST_AUTH:
        if (ssh_message_auth_publickey_state(message) == SSH_PUBLICKEY_STATE_VALID) {
            ssh_message_auth_reply_success(message, 0);
        } else if (ssh_message_auth_publickey_state(message) == SSH_PUBLICKEY_STATE_NONE
                   && ssh_message_subtype(message) == SSH_AUTH_METHOD_PUBLICKEY) {
            ssh_message_auth_reply_pk_ok_simple(message);
        } else {
            ssh_message_auth_set_methods(message, SSH_AUTH_METHOD_PUBLICKEY);
            ssh_message_reply_default(message);
        }
        break;
    case SSH_REQUEST_CHANNEL_OPEN:
        ssh_message_channel_request_open_reply_accept(message);
        break;
    case SSH_REQUEST_CHANNEL:
        ssh_message_channel_request_reply_success(message);
        if (ssh_message_subtype(message) == SSH_CHANNEL_REQUEST_EXEC)
            ssh_channel_write(ssh_message_channel_request_channel(message), "ready\n", 6);
        break;
    default:
        ssh_message_reply_default(message);
    }
    ssh_message_free(message);
}

static void serve(int epoll, struct connection *connection) {
    int result;
    if (connection->has_keys) {
        result = ssh_event_dopoll(connection->event, 0);
    } else {
        result = ssh_handle_key_exchange(connection->session);
        connection->has_keys = result == SSH_OK;
    }
    ssh_message message;
    while (connection->has_keys && (message = ssh_message_get(connection->session))) answer(message);
    if (result == SSH_ERROR || (ssh_get_status(connection->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)))
        return end(epoll, connection);

    int flags = ssh_get_poll_flags(connection->session);
    uint32_t interest = (flags & SSH_READ_PENDING ? EPOLLIN : 0) | (flags & SSH_WRITE_PENDING ? EPOLLOUT : 0);
    if (interest == connection->interest) return;
    struct epoll_event event = {.events = connection->interest = interest, .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

static void take(int epoll, ssh_bind bind) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    *connection = (struct connection){ssh_new(), ssh_event_new(), fd, 0, EPOLLIN};
    ssh_set_blocking(connection->session, 0);
    ssh_options_set(connection->session, SSH_OPTIONS_COMPRESSION, "none");
    if (ssh_bind_accept_fd(bind, connection->session, fd) != SSH_OK) fail("accept");
    ssh_handle_key_exchange(connection->session);
    ssh_event_add_session(connection->event, connection->session);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void *loop(void *unused) {
    ssh_bind bind = ssh_bind_new();
    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &(int){0});
    if (ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY, host_key) != SSH_OK) fail(host_key);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL}, ready[EVENTS_PER_ROUND];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, ready, EVENTS_PER_ROUND, -1);
        for (int index = 0; index < count; index++) {
            if (ready[index].data.ptr) serve(epoll, ready[index].data.ptr);
            else take(epoll, bind);
        }
    }
    return unused;
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "usage: bare PORT HOST_KEY_FILE\n"), 2;
    host_key = arguments[2];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, BACKLOG)) fail("listen");
    puts("listening");
    fflush(stdout);

    for (long other = sysconf(_SC_NPROCESSORS_ONLN); other > 1; other--) {
        pthread_t thread;
        pthread_create(&thread, NULL, loop, NULL);
    }
    loop(NULL);
}
