// Once warm, an event is routed without a single allocation; and where memory runs out, everything is as it was.

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <set>
#include <string>

#include "event_corpus.hpp"
#include "notifier/api/api.hpp"
#include "notifier/routing/router.hpp"

namespace {

std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> allocated_bytes{0};  // all there ever were
// Allocations of this thread that still succeed; negative: all do.
thread_local long allowed = -1;

void* allocate(std::size_t size) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  allocated_bytes.fetch_add(size, std::memory_order_relaxed);
  if (allowed == 0) return nullptr;
  if (allowed > 0) --allowed;
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate_or_fail(std::size_t size) {
  void* const memory = allocate(size);
  if (memory != nullptr) return memory;
#if NOTIFIER_EXCEPTIONS
  throw std::bad_alloc();
#else
  std::abort();
#endif
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_fail(size); }
void* operator new[](std::size_t size) { return allocate_or_fail(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

using namespace notifier;

namespace {

/// Notifiers of every platform that take all, for every app of an event.
std::string config_for(const std::string& app_id, const std::string& app_name) {
  return R"({"apps":[{"id":")" + app_id + R"(","name":")" + app_name + R"(","notifiers":[
      {"name":"s","platform":"slack","send_all_events":true,"send_all_alerts":true,"type_data":{"webhook_url":"https://s.example/"}},
      {"name":"r","platform":"rocket_chat","send_all_events":true,"send_all_alerts":true,"type_data":{"webhook_url":"https://r.example/"}},
      {"name":"w","platform":"webhook","send_all_events":true,"send_all_alerts":true,"type_data":{"webhook_url":"https://w.example/"}},
      {"name":"m","platform":"email","send_all_events":true,"send_all_alerts":true,"type_data":{"user_ids":["us-1","us-2"],"emails":["a.rather.long.address@example.org"]}}]}],
      "users":[{"id":"us-1","username":"anna","email":"anna.of.the.operations.team@example.org"}]})";
}

}  // namespace

#if NOTIFIER_SIMDJSON
TEST_CASE("once warm, routing and matching allocate nothing, whatever the event") {
  Registry registry;
  REQUIRE(registry.load(config_for("5343eccd646173000a140000", "appname")));
  Router router(registry);
  const Audience audience{{"x"}, {"5343eccd646173000a140000"}, {}};
  std::size_t deliveries = 0;
  const auto all = [&] {
    for (const std::string& event : event_corpus()) {
      const auto routed = router.route(
          event, [&](const DeliveryView&) { ++deliveries; }, audience);
      const auto matched = router.match(
          event, [&](std::string_view) { ++deliveries; }, audience);
      if (!routed || !matched) ++deliveries;
    }
  };
  all();
  all();
  const std::size_t before = allocations.load();
  deliveries = 0;
  all();
  CHECK(allocations.load() == before);
  CHECK(deliveries > 8 * 50);
}

TEST_CASE("once warm, many events are matched at once without an allocation") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  Router router(registry);
  std::vector<Event> events(500);
  for (Event& event : events) event.app_id = "1";
  std::size_t matches = router.match(events.data(), events.size(), [](std::size_t, std::string_view) {});
  const std::size_t before = allocations.load();
  matches += router.match(events.data(), events.size(), [](std::size_t, std::string_view) {});
  CHECK(allocations.load() == before);
  CHECK(matches == 4000);
}

TEST_CASE("once warm, many events are routed at once without an allocation") {
  Registry registry;
  REQUIRE(registry.load(config_for("5343eccd646173000a140000", "appname")));
  Router router(registry);
  const std::vector<std::string> corpus = event_corpus();
  const std::vector<std::string_view> events(corpus.begin(), corpus.end());
  std::size_t deliveries = 0;
  const auto all = [&] {
    router.route(
        events.data(), events.size(), [&](std::size_t, const DeliveryView&) { ++deliveries; },
        [&](std::size_t, const Error&) { ++deliveries; });
  };
  all();
  all();
  const std::size_t before = allocations.load();
  deliveries = 0;
  all();
  CHECK(allocations.load() == before);
  CHECK(deliveries > 100);
}

TEST_CASE("once warm, filters are asked without an allocation, few or many") {
  for (const int count : {3, 40}) {
    CAPTURE(count);
    std::string config = R"({"apps":[{"id":"1","name":"a","notifiers":[)";
    for (int i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      config +=
          R"({"name":"n","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://w.example/"},)";
      config += R"("filter":{"$or":[{"list":{"a":[)" + n + R"(],"b":["x"]}},{"text":[{"suffix":"-)" + n + "\"}]}]}},";
    }
    config.back() = ']';
    Registry registry;
    REQUIRE(registry.load(config + "}]}"));
    Router router(registry);
    std::vector<std::string> events;
    for (int i = 0; i < 60; ++i) {
      const std::string n = std::to_string(i);
      events.push_back(R"({"type":"restart","app_id":"1","text":"a rather long text of some length-)" + n +
                       R"(","list":[{"a":)" + n + R"(,"b":"y"},{"a":2,"b":"x"}],"list":[{"a":1,"b":"x"}]})");
    }
    std::size_t matches = 0;
    const auto all = [&] {
      for (const std::string& event : events) {
        if (!router.match(event, [&](std::string_view) { ++matches; })) ++matches;
        if (!router.route(event, [&](const DeliveryView&) { ++matches; })) ++matches;
      }
    };
    for (int i = 0; i < 3; ++i) all();
    const std::size_t before = allocations.load();
    matches = 0;
    all();
    CHECK(allocations.load() == before);
    CHECK(matches > 200);
  }
}

TEST_CASE("a router allocates nothing when it sees a change") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  Router router(registry);
  const char* event = R"({"type":"restart","app_id":"1"})";
  std::size_t deliveries = 0;
  const auto route = [&] { return router.route(event, [&](const DeliveryView&) { ++deliveries; }).has_value(); };
  REQUIRE(route());
  REQUIRE(route());
  NotifierDraft patch;
  patch.active = false;
  REQUIRE(registry.update("a", registry.list("a")[0].id, patch));
  const std::size_t before = allocations.load();
  const bool good = route();
  CHECK(allocations.load() == before);
  CHECK(good);
  CHECK(deliveries == 11);
}
#endif

namespace {

/// What the bodies and events of an outcome take, each text once.
std::size_t bytes_of(const Outcome& outcome) {
  std::size_t bytes = 0;
  std::set<const std::string*> rests;
  for (const Delivery& delivery : outcome.deliveries) {
    bytes += delivery.body.front().size();
    if (rests.insert(delivery.body.shared_rest().get()).second) bytes += delivery.body.rest().size();
  }
  for (const RecordedEvent& event : outcome.events) bytes += event.json.size();
  return bytes;
}

}  // namespace

TEST_CASE("an event of 7.9 MB for 600 notifiers of each kind takes the memory of a few, not of each") {
  std::string config = R"({"apps":[{"id":"1","name":"a","notifiers":[)";
  const char* const targets[] = {R"("webhook","type_data":{"webhook_url":"https://h.example/x"})",
                                 R"("slack","type_data":{"webhook_url":"https://s.example/x"})",
                                 R"("email","type_data":{"emails":["ops@example.org"]})"};
  for (std::size_t i = 0; i < 1800; ++i) {
    config += R"({"name":"n)" + std::to_string(i) + R"(","send_all_events":true,"platform":)" + targets[i % 3] + "},";
  }
  config.back() = ']';
  Registry registry;
  REQUIRE(registry.load(config + "}]}"));
  Api api(registry);
  const std::string event =
      R"({"id":"ev","type":"crash","app_id":"1","type_data":{"logs":")" + std::string(7'900'000, 'x') + "\"}}";
  Request request;
  request.method = "POST";
  request.target = "/v1/apps/1/events";
  request.body = event;
  const std::size_t before = allocated_bytes.load();
  const Outcome outcome = api.handle(request);
  const std::size_t taken = allocated_bytes.load() - before;
  REQUIRE(outcome.response.status == 202);
  REQUIRE(outcome.deliveries.size() == 1800);
  CHECK(bytes_of(outcome) < 20'000'000);
  CHECK(taken < 150'000'000);  // readers and buffers included; 600 bodies are 4,740,000,000
  for (std::size_t i = 0; i < outcome.deliveries.size(); ++i) {
    const Body& body = outcome.deliveries[i].body;
    REQUIRE((body.shared_rest() == outcome.deliveries[i % 3].body.shared_rest()));
    if (i % 3 == 0) REQUIRE(body.size() == event.size());
    if (i % 3 == 2) REQUIRE(body.front().size() > 20);
  }
  CHECK((outcome.deliveries[0].body == event));

  // What the API makes itself is shared as well.
  request.method = "DELETE";
  const std::string target = "/v1/apps/1/notifiers/" + outcome.deliveries[0].notifier_id;
  request.target = target;
  request.body = {};
  const Outcome removal = api.handle(request);
  REQUIRE_MESSAGE(removal.response.status == 204, removal.response.body);
  REQUIRE(removal.deliveries.size() == 1799);
  for (std::size_t i = 3; i < removal.deliveries.size(); ++i) {
    REQUIRE((removal.deliveries[i].body.shared_rest() == removal.deliveries[i % 3].body.shared_rest()));
  }
}

#if NOTIFIER_EXCEPTIONS
namespace {

/// Lets an action fail at its first allocation, its second and so on until it succeeds; nothing may have changed
/// before.
template <class Action>
int fail_everywhere(const Registry& registry, Action&& action) {
  const std::string before = registry.snapshot();
  for (int allowed_now = 0;; ++allowed_now) {
    bool failed = false;
    try {
      allowed = allowed_now;
      action();
      allowed = -1;
    } catch (const std::bad_alloc&) {
      allowed = -1;
      failed = true;
    }
    if (!failed) return allowed_now;
    const std::string after = registry.snapshot();
    if (after != before) {
      FAIL("changed after the failure of allocation " << allowed_now);
    }
  }
}

}  // namespace

TEST_CASE("where memory runs out in a change, everything is as it was, and the next try succeeds") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  NotifierDraft draft;
  draft.platform = "slack";
  draft.name = "a name that is too long to be stored in place";
  draft.type_data = R"({"webhook_url":"https://s.example/","other":["things",{"of":"all"},"kinds"]})";
  draft.selected_events = {{"restart", "app_deployed"}};
  CHECK(fail_everywhere(registry, [&] { static_cast<void>(registry.add("a", draft)); }) > 10);
  CHECK(registry.notifier_count() == 5);
  const std::string id = registry.list("a")[4].id;
  draft.name = "another name that is too long to be stored in place";
  CHECK(fail_everywhere(registry, [&] { static_cast<void>(registry.update("a", id, draft)); }) > 10);
  CHECK(registry.find(id)->name == *draft.name);
  CHECK(fail_everywhere(registry, [&] { static_cast<void>(registry.remove("a", id)); }) > 5);
  CHECK_FALSE(registry.find(id));
  CHECK(fail_everywhere(registry, [&] {
          static_cast<void>(registry.add_app({"2", "b", {"us-7", "gert", "gert@example.org"}, "pr-1"}, true));
        }) > 10);
  CHECK(registry.list("b").size() == 1);
  CHECK(fail_everywhere(registry, [&] { static_cast<void>(registry.put_user({"us-7", "gert", ""})); }) > 3);
  CHECK(registry.find_user("us-7"));
  CHECK(fail_everywhere(registry, [&] { static_cast<void>(registry.remove_user("us-7")); }) > 3);
  CHECK(fail_everywhere(registry, [&] {
          static_cast<void>(registry.rename_app("b", "a name that is too long to be stored in place"));
        }) > 5);
  CHECK(fail_everywhere(registry, [&] { static_cast<void>(registry.remove_app("2")); }) > 5);
  CHECK(registry.app_count() == 1);
  const std::vector<Change> changes = *registry.plan_remove_app("1");
  CHECK(fail_everywhere(registry, [&] { static_cast<void>(registry.prepare({&changes})); }) > 10);
}

TEST_CASE(
    "where memory runs out in a commit, what is said to be stored is, and is seen with the next change at the latest") {
  int failures = 0;
  for (long allowed_now = 0;; ++allowed_now) {
    Registry registry;
    REQUIRE(registry.load(config_for("1", "a")));
    struct Planned {
      std::vector<Change> changes;
    };
    AppPatch patch;
    patch.name = "a name that is too long to be stored in place";
    Planned planned{{*registry.plan_update_app("1", patch)}};
    Planned other{{*registry.plan_remove_app("1")}};  // of the same app: it is judged once the first is stored
    const std::vector<Planned*> outcomes{&planned, &other};
    int stored = 0;
    bool is_said = false;
    bool failed = false;
    try {
      allowed = allowed_now;
      const auto results = registry.commit(outcomes, [&](const auto&) {
        ++stored;
        return Result<void>();
      });
      allowed = -1;
      is_said = results[0].has_value();
      failed = !is_said || results[1].error().code != errc::conflict;
    } catch (const std::bad_alloc&) {
      allowed = -1;
      failed = true;
    }
    CHECK((stored == 1) == is_said);
    REQUIRE(registry.put_user({"us-9", "i", {}}));
    CHECK(registry.find_app(*patch.name).has_value() == is_said);
    CHECK(registry.rename_app("1", "b"));
    if (!failed) break;
    ++failures;
  }
  CHECK(failures > 20);
}

TEST_CASE("where memory runs out while what is stored is published, it is reserved until the next change shows it") {
  int later = 0;
  for (long allowed_now = 0;; ++allowed_now) {
    Registry registry;
    REQUIRE(registry.load(config_for("1", "a")));
    NotifierDraft draft;
    draft.name = "a name that is too long to be stored in place";
    const std::string id = registry.list("a")[0].id;
    const std::vector<Change> changes{*registry.plan_update("a", id, draft)};
    auto prepared = registry.prepare({&changes});
    REQUIRE(prepared.results()[0]);
    REQUIRE(registry.put_user({"us-7", "gert", ""}));  // what was prepared has to be made anew
    allowed = allowed_now;
    prepared.publish();
    allowed = -1;
    const bool is_seen = registry.find(id)->name == *draft.name;
    const std::vector<Change> none;
    static_cast<void>(registry.prepare({&none}));
    CHECK(registry.find(id)->name == *draft.name);
    CHECK(registry.find_user("us-7"));
    CHECK(registry.remove("a", id));
    if (is_seen) break;
    ++later;
  }
  CHECK(later > 3);
}

TEST_CASE("where memory runs out in loading, everything is as it was") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  const std::string other = config_for("2", "b");
  CHECK(fail_everywhere(registry, [&] {
          // Out of memory may also be told as a value: the reader of JSON has none to give.
          if (!registry.load(other)) throw std::bad_alloc();
        }) > 20);
  CHECK(registry.find_app("b"));
}

namespace {

/// Asks a new router, which fails at its first allocation, its second and so on until it succeeds; asked once more
/// after a failure, it must say what it always says.
/// @param ask  answers a router with a text; begins with "refused" where the router gave an error as a value
template <class Ask>
void check_recovery(const Registry& registry, Ask&& ask) {
  Router warm(registry);
  const std::string expected = ask(warm);
  REQUIRE(expected.find("refused") != 0);
  std::size_t failures = 0;
  for (long allowed_now = 0;; ++allowed_now) {
    Router router(registry);
    std::string said = "refused";
    try {
      allowed = allowed_now;
      said = ask(router);
    } catch (const std::bad_alloc&) {
    }
    allowed = -1;
    if (said == expected) break;
    ++failures;
    CHECK_MESSAGE(said.find("refused") == 0, said);
    REQUIRE(ask(router) == expected);
  }
  CHECK(failures > 10);
}

}  // namespace

TEST_CASE("where memory runs out in reading a text, others are still read") {
  const std::string long_text = "[" + std::string(100000, ' ') + "]";
  for (int some = 0; some < 12; ++some) {
    json::Document document;
    allowed = some;
    try {
      (void)document.parse(long_text);
    } catch (const std::bad_alloc&) {
    }
    allowed = -1;
    const auto read = document.parse("1");
    REQUIRE(read);
    CHECK(read->text() == "1");
  }
}

TEST_CASE("where memory runs out in routing, the next try gives what it always gives") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  const std::string event =
      R"({"id":"ev-1","type":"new_collaborator","app_id":"1","app_name":"a","created_at":"2024-05-01T10:00:00Z","user":{"username":"anna"},"type_data":{"collaborator":{"email":")" +
      std::string(300, 'x') + R"(@example.org","number":1e400,"username":"\ud800"}}})";
  check_recovery(registry, [&](Router& router) {
    std::string all;
    const auto routed = router.route(event, [&](const DeliveryView& delivery) { all.append(delivery.body); });
    return routed ? all : "refused: " + routed.error().message;
  });
}

TEST_CASE("where memory runs out in routing many events, the next try gives what it always gives") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  const std::string_view event = R"({"id":"ev-1","type":"restart","app_id":"1","type_data":{"scope":["web"]}})";
  const std::string_view events[] = {event, "[]", event};
  check_recovery(registry, [&](Router& router) {
    std::string all;
    router.route(
        events, 3, [&](std::size_t, const DeliveryView& delivery) { all.append(delivery.body); },
        [&](std::size_t, const Error& error) { all.append(error.message); });
    return all;
  });
}

TEST_CASE("where memory runs out in explaining and previewing, the next try gives what it always gives") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  const std::string event = R"({"type":"restart","app_id":"1","app_name":"a","type_data":{"scope":["web"]}})";
  const Notifier notifier = registry.list("1")[3];
  check_recovery(registry, [&](Router& router) {
    const auto explained = router.explain(event);
    const auto preview = router.preview(notifier, event);
    return explained && preview ? explained->text + explained->notifiers[3].text + std::string(preview->body)
                                : std::string("refused");
  });
}

TEST_CASE("where memory runs out in answering a request, the registry is as it was, and the next request is answered") {
  Registry registry;
  REQUIRE(registry.load(config_for("1", "a")));
  const std::string first = registry.list("1")[0].id;
  const struct {
    const char* method;
    std::string target;
    const char* body;
    int status;
  } requests[] = {
      {"GET", "/v1/apps/a/notifiers", "", 200},
      {"POST", "/v1/apps/a/notifiers",
       R"({"notifier":{"platform_id":"5982f145d48c3600273ef08a","name":"a name that is not kept in place","selected_events":["restart"],"type_data":{"webhook_url":"https://h.example/","x":[1,{}]}}})",
       201},
      {"POST", "/v1/apps/a/notifiers",
       R"({"notifier":{"platform_id":"5982f145d48c3600273ef08a","name":"","send_all_events":"maybe","type_data":{}}})",
       422},
      {"PATCH", "/v1/apps/a/notifiers/" + first, R"({"notifier":{"name":"another name that is not kept in place"}})",
       200},
      {"POST", "/v1/apps/a/notifiers/" + first + "/test", "", 200},
      {"POST", "/v1/apps/a/events", R"({"type":"restart","type_data":{"scope":["web"]}})", 202},
      {"DELETE", "/v1/apps/a/notifiers/" + first, "", 204},
      {"GET", "/v1/notification_platforms", "", 200},
      {"POST", "/v1/apps/a/notifiers", R"({"notifier":)", 400},
  };
  for (const auto& row : requests) {
    CAPTURE(row.method);
    CAPTURE(row.target);
    Api api(registry);
    int status = 0;
    const auto handle = [&](Api& by) {
      Request request;
      request.method = row.method;
      request.target = row.target;
      request.headers = {{"Content-Type", "application/json"}};
      request.body = row.body;
      return by.handle(request).response.status;
    };
    status = handle(api);
    CHECK(status == row.status);
    CHECK(fail_everywhere(registry, [&] {
            // Out of memory may also be told as a value: the reader of JSON has none to give.
            if (handle(api) != status) throw std::bad_alloc();
          }) > 3);
    CHECK(handle(api) == status);
  }
}
#endif
