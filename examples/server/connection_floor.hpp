// What all connections of the server share: its limits, and what it has set aside for them.

#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <utility>

#include "access.hpp"
#include "access_log.hpp"
#include "audit_log.hpp"
#include "connection_table.hpp"
#include "memory_budget.hpp"
#include "metrics.hpp"
#include "operations.hpp"
#include "route_table.hpp"
#include "service.hpp"
#include "tls.hpp"
#include "turns.hpp"
#include "worker_threads.hpp"

namespace server {

struct Limits {
  std::size_t head_bytes = 64 * 1024;           ///< of a request: its first line and all headers
  std::size_t body_bytes_at_once = 96 << 20;    ///< of all requests that come in or are handled
  std::size_t answer_bytes_at_once = 64 << 20;  ///< of all answers that clients have not taken yet
  std::size_t stream_bytes = 16 << 20;          ///< that one stream's client may be behind
  std::size_t stream_messages = 1000;           ///< and in messages
  std::chrono::milliseconds request{30'000};    ///< from a request's first byte to its last
  std::chrono::milliseconds idle{60'000};       ///< between requests
  std::chrono::milliseconds write{30'000};      ///< for the client to take an answer, and a second for each 32 KB
  std::chrono::milliseconds linger{1'000};      ///< for the client to read the last answer
  std::chrono::milliseconds ping{15'000};       ///< how long a stream is silent
};

class Connection;

/// What all connections share. Used by the loop's thread, but for what says otherwise.
struct Floor {
  Floor(Service& the_service, Operations& the_operations, Metrics& the_metrics, const RouteTable& the_routes,
        Access the_access, AccessLog the_log, AuditLog& the_audit, Limits the_limits, std::size_t most_connections)
      : service(the_service),
        operations(the_operations),
        metrics(the_metrics),
        routes(the_routes),
        access(std::move(the_access)),
        log(the_log),
        audit(the_audit),
        limits(the_limits),
        bodies(limits.body_bytes_at_once, limits.body_bytes_at_once / 4),
        answers(limits.answer_bytes_at_once),
        table(most_connections) {}

  Service& service;
  Operations& operations;  ///< used by the workers
  Metrics& metrics;
  const RouteTable& routes;
  Access access;
  AccessLog log;
  TlsCertificate certificate;  ///< none: what connections say is plain
  AuditLog& audit;             ///< used by the workers and the committing thread
  Limits limits;
  MemoryBudget bodies;
  MemoryBudget answers;
  boost::asio::io_context loop{1};  // ends after what its handlers keep, and before what that is counted in
  ConnectionTable<Connection> table;
  WorkerThreads* workers = nullptr;
  bool is_stopping = false;
  Turns turns{loop};                  ///< of streams that have something to write, a piece each
  std::atomic<std::size_t> asked{0};  ///< requests whose answer is not there yet
  std::array<char, 64 * 1024> input;  ///< what is being read: idle connections have no buffer of their own
};

}  // namespace server
