// Whether an attempt failed for want of something on this machine: then it was none, and the target has no part in it.

#pragma once

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::net {

/// Whether a system call failed for lack of descriptors or memory.
inline bool is_shortage(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

/// Whether no descriptor can be opened now.
inline bool lacks_descriptors() noexcept {
  const int probe = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return is_shortage(errno);
  ::close(probe);
  return false;
}

/// Whether a descriptor took one of the last places there are: what else was to be opened beside it could not be.
inline bool is_among_last(int descriptor) noexcept {
  constexpr rlim_t places = 4;
  rlimit limit{};
  return descriptor >= 0 && ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         static_cast<rlim_t>(descriptor) + places >= limit.rlim_cur;
}

/// Whether it is ports that are missing where a connection to an address failed with EADDRNOTAVAIL, and not an address
/// of the same family to connect from. Datagrams have ports of their own. Sends nothing.
inline bool lacks_ports(const sockaddr* to, socklen_t size) noexcept {
  const int probe = ::socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return is_shortage(errno);
  const bool has_address = ::connect(probe, to, size) == 0;
  ::close(probe);
  return has_address;
}

}  // namespace detail::net
NOTIFIER_NAMESPACE_END
