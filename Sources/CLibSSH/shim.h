// What Swift needs of libssh and of Linux, and cannot import by itself.
#ifndef LABGATE_CLIBSSH_SHIM_H
#define LABGATE_CLIBSSH_SHIM_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

// The accessors of a message are marked deprecated in favour of callbacks that answer at once.
// labgate answers later (a password hash takes its time), so the message list is its API.
#define SSH_SUPPRESS_DEPRECATED 1
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

// accept4(2) is declared for _GNU_SOURCE only, with which this module would disagree with Swift's Glibc.
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);

static inline int labgate_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// epoll_event is packed with a union inside; a plain integer is all that labgate stores in it.
static inline int labgate_epoll_ctl(int epoll, int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data = {.fd = fd}};
    return epoll_ctl(epoll, operation, fd, &event);
}

static inline int labgate_epoll_fd(const struct epoll_event *event) { return event->data.fd; }

// The peer's maximum packet size of an open channel, which libssh has no accessor for; -1 if this
// libssh keeps its channels in another shape than 0.10 to 0.12 do. The three neighbours whose
// values are known make the look-up safe to trust: a new channel has our window and packet size.
// Why it is needed: ssh_channel_write() of 0.10 subtracts 10 from it and loops for ever on 0.
static inline int64_t labgate_peer_maximum_packet_size(ssh_channel channel) {
    enum { ourWindow = 3, ourPacketSize = 5, peerWindow = 7, peerPacketSize = 9 };
    const uint32_t *words = (const uint32_t *)(const void *)channel;
    int isOlderShape = words[ourWindow] == 32000 && words[ourPacketSize] == 35000;
    int isNewerShape = words[ourWindow] == 64 * 32768 && words[ourPacketSize] == 32768;
    int isKnownShape = (isOlderShape || isNewerShape) && words[peerWindow] == ssh_channel_window_size(channel);
    return isKnownShape ? words[peerPacketSize] : -1;
}

// gss_OID_set_desc of RFC 2744 §4, laid out as libgssapi does.
struct labgate_gss_oid_set {
    size_t count;
    void *elements;
};

#endif
