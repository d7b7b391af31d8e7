// A worker on a PostgreSQL with 64 places: sends what is in its shards until it is ended.
//
//     postgres_worker URL

#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>

#include "notifier/adapters/courier.hpp"
#include "notifier/adapters/postgres.hpp"
#include "notifier/adapters/postgres_outbox.hpp"

namespace {

volatile std::sig_atomic_t is_over = 0;

int fail(const notifier::Error& error) {
  std::fprintf(stderr, "postgres_worker: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int, char** arguments) {
  std::signal(SIGTERM, [](int) { is_over = 1; });
  notifier::PostgresOptions options;
  options.url = arguments[1];
  auto opened = notifier::PostgresStore::open(options);
  if (!opened) return fail(opened.error());
  const std::unique_ptr<notifier::PostgresStore> store = *std::move(opened);
  notifier::CurlOptions transport_options;
  transport_options.guard.allow_all();
  auto transport = notifier::CurlTransport::create(std::move(transport_options));
  if (!transport) return fail(transport.error());

  notifier::Outbox outbox(store->outbox());
  if (auto done = outbox.recover(notifier::system_moment()); !done) return fail(done.error());
  store->outbox().on_arrival([&] { (*transport)->wake(); });
  if (auto done = store->outbox().start({}); !done) return fail(done.error());
  notifier::CourierOptions places;
  places.places = 64;
  notifier::Courier courier(outbox, **transport, std::move(places));
  while (is_over == 0) {
    static_cast<void>(store->outbox().turn(outbox, notifier::system_moment(), [](const notifier::OutboxRecord&) {}));
    courier.turn(100);
  }
  store->outbox().begin_stop();
  while (courier.in_flight() > 0) courier.finish(100);
  store->outbox().stop();
}
