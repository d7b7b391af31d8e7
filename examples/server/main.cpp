// notifier-server: the notifier API over HTTP, everything in one SQLite file, or in a PostgreSQL for many servers.

#include <malloc.h>
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access.hpp"
#include "access_log.hpp"
#include "audit_log.hpp"
#include "backup.hpp"
#include "clock_and_ids.hpp"
#include "dashboard_files.hpp"
#include "database_file.hpp"
#include "delivery_log.hpp"
#include "http_server.hpp"
#include "import.hpp"
#include "language.hpp"
#include "metrics.hpp"
#include "notifier/adapters/system_zones.hpp"
#include "openapi_json.hpp"
#include "operations.hpp"
#include "options.hpp"
#include "read_options.hpp"
#include "route_table.hpp"
#include "sender.hpp"
#include "service.hpp"
#if NOTIFIER_SERVER_POSTGRES
#include "shared_storage.hpp"
#endif
#include "storage.hpp"
#include "tls.hpp"
#include "tokens.hpp"

namespace {

int fail(const std::string& what) {
  std::fprintf(stderr, "notifier-server: %s\n", what.c_str());
  return 1;
}

int fail(const std::string& what, const notifier::Error& error) {
  fail(what + ": " + error.message);
  for (const notifier::FieldError& field : error.fields) {
    std::fprintf(stderr, "  %s: %s\n", field.field.c_str(), field.message.c_str());
  }
  return 1;
}

/// The tokens that the options name; nothing where they name none.
/// @param problem  what is wrong with them
std::optional<server::Tokens> read_tokens(const server::Options& options, std::string& problem) {
  if (options.has_no_token()) return std::nullopt;
  server::Tokens tokens;
  if (!options.token.empty()) tokens.add("token", options.token);
  if (!options.tokens_file.empty()) problem = tokens.read(options.tokens_file);
  return tokens;
}

int serve(const server::Options& options, notifier::Registry& registry, server::Storage& storage) {
  signal(SIGPIPE, SIG_IGN);

  std::string problem;
  auto tokens = read_tokens(options, problem);
  if (!problem.empty()) return fail(problem);
  server::DashboardFiles dashboard = server::DashboardFiles::installed();
  if (!options.dashboard.empty()) {
    auto files = server::DashboardFiles::read(options.dashboard);
    if (!files) return fail("there is no dashboard/index.html in " + options.dashboard);
    dashboard = *std::move(files);
  }

  auto transport = notifier::CurlTransport::create(options.curl);
  if (!transport) return fail("cannot deliver", transport.error());
  notifier::OutboxOptions outbox = options.outbox;
  outbox.random = [random = std::mt19937(std::random_device()())]() mutable { return static_cast<unsigned>(random()); };
  server::AuditLog audit(options.audit_file);
  if (!audit.open()) return fail("cannot write " + options.audit_file);
  const server::DeliveryLog delivery_log(options.access_log);
  const server::RouteTable routes(server::openapi_json());
  server::Metrics metrics(routes);
  server::Sender sender(registry, storage, metrics, *std::move(transport), std::move(outbox), options.dry_run);
  const auto store_all_of = [&](const std::vector<notifier::Outcome*>& outcomes) {
    const auto began = std::chrono::steady_clock::now();
    const notifier::Result<void> done = storage.store(outcomes);
    metrics.store_seconds.observe(std::chrono::steady_clock::now() - began);
    if (!done && done.error().code != notifier::errc::conflict) ++metrics.store_failures;
    return done;
  };
  server::Service service(registry, storage, metrics, store_all_of,
                          [&](const std::string& notifier_id, server::Standing standing) {
                            if (options.has_worker) sender.change(notifier_id, standing);
                          });
  server::Limits limits;
  limits.request = std::chrono::seconds(options.request_seconds);
  server::Operations operations(
      registry, metrics, storage, std::move(dashboard), [&] { return !options.has_worker || sender.is_taken_up(); },
      options.has_api);
  server::HttpServer http(service, operations, metrics, routes,
                          server::Access(registry, std::move(tokens), options.requests_per_second, options.cors_origin),
                          server::AccessLog(options.access_log), audit, limits);
  server::TlsCertificate certificate;
  const bool has_tls = !options.tls_certificate.empty();
  if (has_tls) problem = certificate.read(options.tls_certificate, options.tls_key);
  if (!problem.empty()) return fail(problem);
  http.use(certificate);
  const int port = http.bind(options.host, options.port);
  if (port < 0) return fail("cannot listen on " + options.host + " port " + std::to_string(options.port));
  server::Sender::Hooks hooks;
  hooks.on_arrival = [&](const notifier::OutboxRecord& record) { service.publish(record); };
  hooks.on_step = [&](const notifier::Delivery& delivery, const notifier::OutboxStep& step,
                      const notifier::Verdict& verdict) {
    delivery_log.write(delivery, step, verdict);
    service.publish(delivery, step, verdict);
  };
  hooks.on_disable = [&](const notifier::Delivery& delivery, std::string_view reason) {
    audit.write({}, reason, service.switch_off(delivery.app_id, delivery.notifier_id, reason));
  };
  hooks.on_standing = [&](const std::string& notifier_id, server::Standing standing, std::size_t count) {
    delivery_log.write(notifier_id, standing, count);
  };
  std::atomic<bool> has_failed{false};
  hooks.on_failure = [&](const notifier::Error& error) {
    has_failed = true;
    fail("cannot read the pending deliveries", error);
    ::raise(SIGTERM);
  };
  const auto begun = storage.begin(
      registry, [&service](const std::vector<notifier::Change>& changes) { service.tell_changes(changes); });
  if (!begun) return fail("cannot share the database", begun.error());
  if (auto shared = storage.share(service.streams()); !shared) return fail("cannot share streams", shared.error());
  /// Whatever comes: nobody is told of changes any more once those who are told are gone.
  struct Ending {
    ~Ending() { storage.stop(); }
    server::Storage& storage;
  };
  const Ending ending{storage};
  if (options.has_worker) sender.start(std::move(hooks));
  const bool is_ipv6 = options.host.find(':') != std::string::npos;
  std::printf("notifier-server listens on %s://%s:%d%s\n", has_tls ? "https" : "http",
              (is_ipv6 ? "[" + options.host + "]" : options.host).c_str(), port,
              options.has_no_token() ? " (no token: this machine only)" : "");
  std::fflush(stdout);

  http.on_hangup([&options, &audit, &http, certificate](server::Access& access) mutable {
    std::string unread;
    if (!options.tls_certificate.empty()) unread = certificate.read(options.tls_certificate, options.tls_key);
    if (!unread.empty()) fail(unread + "; the certificate of before goes on counting");
    http.use(certificate);
    if (!audit.open()) fail("cannot write " + options.audit_file + "; what it was before goes on being written");
    std::string wrong;
    auto list = read_tokens(options, wrong);
    if (!wrong.empty()) {
      fail(wrong + "; the tokens of before go on counting");
    } else if (list) {
      std::fprintf(stderr, "notifier-server: %zu tokens count from now on\n", list->size());
      access.replace(*std::move(list));
    }
  });
  http.run([&] {
    operations.begin_stop();
    sender.begin_stop();
  });
  sender.stop();
  return has_failed ? 1 : 0;
}

/// Does what is to be done with a registry that is loaded, and serves.
int run(const server::Options& options, notifier::Registry& registry, server::Storage& storage) {
  if (!options.import_file.empty()) {
    if (auto imported = server::import_snapshot(options.import_file, registry, storage); !imported) {
      return fail("cannot import " + options.import_file, imported.error());
    }
  }
  if (options.export_snapshot) {
    std::puts(registry.snapshot().c_str());
    return 0;
  }
  notifier::Settings settings = registry.settings();
  if (!options.email_from.empty()) settings.email_from = options.email_from;
  if (!options.link_base.empty()) settings.link_base = options.link_base;
  if (!options.language.empty()) settings.language = options.language;
  if (auto known = server::learn(settings.language, registry, storage); !known) {
    return fail("the language " + settings.language + " cannot be added to the vocabulary", known.error());
  }
  if (auto set = registry.set_settings(settings); !set) return fail("wrong setting", set.error());
  try {
    return serve(options, registry, storage);
  } catch (const std::exception& failure) {  // no threads, no memory, no descriptors
    return fail(std::string("cannot go on: ") + failure.what());
  }
}

#if NOTIFIER_SERVER_POSTGRES
/// The same where the database is a PostgreSQL.
int run_shared(const server::Options& options, notifier::Registry& registry) {
  notifier::PostgresOptions postgres;
  postgres.url = options.database;
  postgres.events_per_app = options.events_per_app;
  postgres.event_bytes_per_app = options.event_bytes_per_app;
  postgres.event_bytes = options.event_bytes;
  auto store = notifier::PostgresStore::open(std::move(postgres));
  if (!store) return fail("cannot use the database", store.error());
  server::SharedStorage storage(*std::move(store), options.database, options.curl.timeout_ms, options.has_worker);
  if (auto loaded = storage.load(registry); !loaded) return fail("cannot load the database", loaded.error());
  return run(options, registry, storage);
}
#else
int run_shared(const server::Options&, notifier::Registry&) {
  return fail("this server was built without libpq, which a PostgreSQL needs");
}
#endif

}  // namespace

int main(int argc, char** argv) {
  server::Options options;
  const std::string problem = server::parse_options(argc, argv, options);
  if (!problem.empty()) {
    std::fprintf(stderr, "notifier-server: %s; see --help\n", problem.c_str());
    return 2;
  }
  if (options.help) {
    std::fputs(server::usage, stdout);
    return 0;
  }
  // What is large goes back to the system when it is done with, and threads share what is small: memory that is counted
  // is memory that is held.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  mallopt(M_ARENA_MAX, 2);
  // The database holds secrets: it is for its owner alone.
  ::umask(077);
  if (!options.warning.empty()) fail(options.warning);
  if (const std::string refused = options.refused_by_database(); !refused.empty()) return fail(refused);
  if (!options.backup_file.empty()) {
    const auto done = server::back_up(options.database, options.backup_file);
    return done ? 0 : fail("cannot copy " + options.database + " into " + options.backup_file, done.error());
  }
  notifier::RegistryOptions registry_options;
  registry_options.clock = server::now;
  registry_options.new_id = server::new_id;
  registry_options.hash_seed = server::random_seed();
  registry_options.refuse_url = [&guard = options.curl.guard](std::string_view url) {
    const notifier::GuardReason reason = guard.judge_url(url);
    return reason == notifier::GuardReason::none ? std::string_view() : describe(reason);
  };
  registry_options.zones = notifier::system_zones();
  notifier::Registry registry(registry_options);
  if (options.is_shared()) return run_shared(options, registry);
  server::DatabaseFile file;
  const bool is_ours = file.lock(options.database);
  if (!is_ours && options.export_snapshot) {
    const auto loaded = server::load_beside(options.database, registry);
    if (!loaded) return fail("cannot read " + options.database, loaded.error());
    std::puts(registry.snapshot().c_str());
    return 0;
  }
  if (!is_ours) return fail("another server uses " + options.database + ", or it cannot be written");

  notifier::SqliteOptions sqlite;
  sqlite.path = options.database;
  sqlite.with_outbox = true;
  sqlite.events_per_app = options.events_per_app;
  sqlite.event_bytes_per_app = options.event_bytes_per_app;
  sqlite.event_bytes = options.event_bytes;
  auto store = notifier::SqliteStore::open(std::move(sqlite));
  if (!store) return fail("cannot use " + options.database, store.error());

  if (file.hide()) fail("others could read " + options.database + ", which holds secrets: no longer");

  if (auto loaded = (*store)->load(registry); !loaded) return fail("cannot load " + options.database, loaded.error());

  server::FileStorage storage(**store, file, options.database);
  return run(options, registry, storage);
}
