// Who is connected: in which state, since when, from where.

#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

namespace server {

/// What a connection is doing.
enum class Phase {
  waiting,    ///< for a request
  reading,    ///< a request has begun to come
  handling,   ///< it is whole
  writing,    ///< the answer is not yet taken
  streaming,  ///< events
  lingering,  ///< the answer was the last one; the client is to read it before the connection goes
};

/// Keeps connections alive, in the order in which they came into their phase. Used by the loop's thread.
///
/// A connection that waits or reads costs no more than its bytes, so there may be many, but descriptors end. Where they
/// do, the oldest of whoever has most of them makes room: one address never takes what is left for others.
template <class Connection>
class ConnectionTable {
 public:
  using List = std::list<std::shared_ptr<Connection>>;
  using Address = std::uint64_t;

  explicit ConnectionTable(std::size_t most) : most_(most) {}

  /// What one client is known by: an IPv4 address, or the network of an IPv6 address, of which one client has many.
  static Address address_of(const boost::asio::ip::address& ip) {
    using V6 = boost::asio::ip::address_v6;
    if (ip.is_v4()) return ip.to_v4().to_uint();
    const V6::bytes_type bytes = ip.to_v6().to_bytes();
    const bool is_v4 = ip.to_v6().is_v4_mapped();
    Address key = 0;
    for (std::size_t i = is_v4 ? 12 : 0; i < (is_v4 ? 16U : 8U); ++i) key = key << 8 | bytes[i];
    return key;
  }

  std::size_t most() const { return most_; }
  std::size_t size() const { return size_; }
  std::size_t size(Phase phase) const { return list(phase).size(); }
  List& list(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }
  const List& list(Phase phase) const { return lists_[static_cast<std::size_t>(phase)]; }

  /// Makes room for one more of an address. False where there is none.
  bool make_room(Address address) {
    const auto count = counts_.find(address);
    if (count != counts_.end() && count->second >= most_ - most_ / 4) return end_oldest_of(address);
    if (size_ < most_) return true;
    Address greediest = address;
    std::size_t has = 0;
    for (const auto& [each, number] : counts_) {
      if (number > has) {
        greediest = each;
        has = number;
      }
    }
    return end_oldest_of(greediest) || end_oldest();
  }

  void add(std::shared_ptr<Connection> connection) {
    Connection& each = *connection;
    List& first = list(Phase::waiting);
    first.push_back(std::move(connection));
    each.place_ = std::prev(first.end());
    each.phase_ = Phase::waiting;
    ++counts_[each.address_];
    ++size_;
  }

  /// Allocates nothing.
  void move(Connection& connection, Phase phase) {
    List& from = list(connection.phase_);
    List& to = list(phase);
    to.splice(to.end(), from, connection.place_);
    connection.phase_ = phase;
  }

  /// May destroy it.
  void remove(Connection& connection) {
    const auto count = counts_.find(connection.address_);
    if (--count->second == 0) counts_.erase(count);
    --size_;
    list(connection.phase_).erase(connection.place_);
  }

  /// Ends whichever has waited longest of those that cost their client little.
  bool end_oldest() {
    Connection* const idle = front(Phase::waiting);
    Connection* const reading = front(Phase::reading);
    Connection* const lingering = front(Phase::lingering);
    Connection* oldest = lingering;
    for (Connection* const each : {idle, reading}) {
      if (each != nullptr && (oldest == nullptr || each->since_ < oldest->since_)) oldest = each;
    }
    if (oldest != nullptr) oldest->close();
    return oldest != nullptr;
  }

 private:
  Connection* front(Phase phase) { return list(phase).empty() ? nullptr : list(phase).front().get(); }

  bool end_oldest_of(Address address) {
    Connection* oldest = nullptr;
    for (const Phase phase : {Phase::lingering, Phase::reading, Phase::waiting}) {
      for (const auto& each : list(phase)) {
        if (each->address_ != address) continue;
        if (oldest == nullptr || each->since_ < oldest->since_) oldest = each.get();
        break;
      }
    }
    if (oldest != nullptr) oldest->close();
    return oldest != nullptr;
  }

  const std::size_t most_;
  std::size_t size_ = 0;
  std::array<List, 6> lists_;
  std::unordered_map<Address, std::size_t> counts_;
};

}  // namespace server
