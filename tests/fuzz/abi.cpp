// The C interface of the WebAssembly module, given anything: its sources compiled for a machine whose addresses have 32
// bits, as the module's have, so that sizes wrap where they wrap there and every address fits its word.
//
// The first byte of the input says what the host offers. Each line after it is one call: a letter says which, the rest
// are its texts, with tabs between. Every text lies in memory of its own size, so that a byte read beyond it shows.
// What a host reads of an answer is read, and what two calls must say alike is compared. The host's own functions are
// played here: they answer with what they are asked.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "abi_answers.hpp"
#include "notifier/json/document.hpp"
#include "notifier_wasm.h"
#include "require.hpp"

static_assert(sizeof(void*) == sizeof(std::uint32_t), "the module's addresses have 32 bits");

using namespace abi_answers;

namespace {

namespace json = notifier::json;

std::string host_answer;

class Machine {
 public:
  explicit Machine(std::uint32_t host) : engine_(notifier_new(host)), asks_host_(host != 0) {
    const Text app(R"({"id":"1","name":"shop","owner":{"id":"us-1","username":"anna","email":"a@b.c"},)"
                   R"("project_id":"pr","default_notifier":true})");
    require(notifier_add_app(engine_, app.at(), app.size()) == 0, "the app", answer_text());
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() { notifier_delete(engine_); }

  void call(char what, std::string_view texts) {
    const std::size_t tab = texts.find('\t');
    const Text first(texts.substr(0, tab));
    const Text second(tab == std::string_view::npos ? std::string_view() : texts.substr(tab + 1));
    switch (what) {
      case 'r': return route(first, second);
      case 'm': return route_lines(first, 0);
      case 'x': return route_lines(first, NOTIFIER_LINES_EXPLAIN | NOTIFIER_LINES_ERRORS_APART);
      case 'p': return preview(first, second);
      case 'a': return check(notifier_add(engine_, second.at(), second.size(), first.at(), first.size()));
      case 'u': return check(notifier_update(engine_, second.at(), second.size(), first.at(), first.size()));
      case 'U': return update_first(first);
      case 'd': return check(notifier_remove(engine_, first.at(), first.size()));
      case 'f': return check(notifier_find(engine_, first.at(), first.size()));
      case 'l': return check(notifier_list(engine_, first.at(), first.size()));
      case 'v': return check(notifier_validate(engine_, first.at(), first.size()));
      case 'A': return check(notifier_add_app(engine_, first.at(), first.size()));
      case 'P': return check(notifier_put_user(engine_, first.at(), first.size()));
      case 'c': return check(notifier_configure(engine_, first.at(), first.size()));
      case 's': return load(first);
      case 'C': return check(notifier_catalogue(engine_));
      case 'k': return check(notifier_event_kind(engine_, first.at(), first.size()));
      case 'V': return put_vocabulary(first);
      case 'F': return judge_by_filter(first, second);
      case 'h': return handle(first, second);
      case 'y': return check(notifier_apply(engine_, first.at(), first.size()));
      default: return check(notifier_apps(engine_));
    }
  }

  /// What is stored can be written and read back.
  void check_round_trip() {
    check(notifier_snapshot(engine_));
    const std::string snapshot = answer_text();
    notifier_engine* const other = notifier_new(0);
    const Text text(snapshot);
    require(notifier_load(other, text.at(), text.size()) == 0, "a snapshot that does not load", answer_text());
    require(notifier_snapshot(other) == 0 && answer_text() == snapshot, "another snapshot", snapshot);
    notifier_delete(other);
  }

 private:
  void check(notifier_status status) {
    const std::string text = answer_text();
    const auto root = document_.parse(text, text.size());
    require(root.has_value(), "an answer that is no JSON", text);
    if (status == 0) return;
    require(status == 1 && !(*root)["code"].string().empty() && (*root)["code"].string() != "unknown" &&
                !(*root)["message"].string().empty(),
            "an error without a code or a message", text);
  }

  /// What is answered is the same vocabulary, and puts it in its own place.
  void put_vocabulary(const Text& rows) {
    const notifier_status status = notifier_vocabulary(engine_, rows.at(), rows.size());
    if (status != 0) return check(status);
    const std::string kept = answer_text();
    const Text text(kept);
    require(notifier_vocabulary(engine_, text.at(), text.size()) == 0 && answer_text() == kept, "another vocabulary",
            kept);
    require(notifier_vocabulary(engine_, 0, 0) == 0 && answer_text() == kept, "not what was put", kept);
  }

  void judge_by_filter(const Text& pattern, const Text& event) {
    const notifier_status status = notifier_filter_new(pattern.at(), pattern.size());
    if (status != 0) return check(status);
    auto* const filter = reinterpret_cast<notifier_filter*>(std::strtoul(answer_text().c_str(), nullptr, 10));
    for (const std::uint32_t explain : {0u, 1u}) {
      const notifier_status judged = notifier_filter_judge(filter, event.at(), event.size(), explain);
      check_judged(judged, explain);
    }
    notifier_filter_delete(filter);
  }

  void check_judged(notifier_status status, std::uint32_t explain) {
    if (status != 0) return check(status);
    require(result().count <= 1, "neither yes nor no");
    require(answer_text().empty() == (result().count == 1 || explain == 0), "a reason where there is none, or none");
  }

  void route(const Text& event, const Text& audience) {
    const notifier_status status = notifier_route(engine_, event.at(), event.size(), audience.at(), audience.size(), 1);
    if (status != 0) {
      check(status);
      require(notifier_match(engine_, event.at(), event.size(), audience.at(), audience.size()) == 1,
              "matches what it does not route", event.view());
      return;
    }
    const std::vector<Read> decoded = read_records(event.view(), true);
    if (asks_host_) return;  // two calls at two times
    require(notifier_route(engine_, event.at(), event.size(), audience.at(), audience.size(), 0) == 0, "second route");
    const std::vector<Read> records = read_records(event.view(), false);
    require(records.size() == decoded.size(), "as many deliveries");
    for (std::size_t i = 0; i < records.size(); ++i) {
      require(records[i].body == decoded[i].body && records[i].pairs == decoded[i].pairs, "the same delivery",
              decoded[i].body);
    }

    require(notifier_match(engine_, event.at(), event.size(), audience.at(), audience.size()) == 0, "match");
    require(result().count == records.size(), "matches as many");
    const auto* pair = reinterpret_cast<const std::uint32_t*>(static_cast<std::uintptr_t>(result().records));
    for (std::size_t i = 0; i < records.size(); ++i) {
      require(bytes_at(pair[2 * i], pair[2 * i + 1]) == records[i].id, "matches the same notifier", records[i].id);
    }
    check(notifier_explain(engine_, event.at(), event.size(), audience.at(), audience.size()));
    if (audience.size() == 0) compare_with_lines(event, records);
  }

  /// Lines of deliveries say what the records say.
  void compare_with_lines(const Text& event, const std::vector<Read>& records) {
    notifier_lines(engine_, event.at(), event.size(), 1, 0);
    require(result().count == 1 && result().failed == 0 && result().consumed == event.size(), "one line");
    const std::string lines = answer_text();
    std::string_view rest = lines;
    for (const Read& record : records) {
      const std::size_t end = rest.find('\n');
      require(end != std::string_view::npos, "a line for each delivery", lines);
      const auto root = document_.parse(rest.substr(0, end), end);
      require(root.has_value(), "a line that is no JSON", rest.substr(0, end));
      const bool email = (*root)["message"].exists();
      std::string_view body = (*root)[email ? "message" : "body"].string();
      require((*root)["notifier_id"].string() == record.id && body == record.body, "the line of another delivery",
              rest);
      require((*root)[email ? "from" : "url"].string() == record.target, "another target", record.target);
      require((*root)["truncations"].size() == record.cuts.size(), "other cuts", rest);
      rest.remove_prefix(end + 1);
    }
    require(rest.empty(), "a line for no delivery", rest);
  }

  void route_lines(const Text& texts, std::uint32_t mode) {
    std::string lines(texts.view());
    for (char& c : lines) {
      if (c == '\x1F') c = '\n';  // lines within a line of the input
    }
    const Text text(lines);
    std::uint32_t consumed = 0;
    for (std::uint32_t line = 1; consumed < text.size();) {
      notifier_lines(engine_, text.at() + consumed, text.size() - consumed, line, mode);
      require(result().consumed > 0 && result().consumed <= text.size() - consumed, "goes on", lines);
      require(result().count > 0 && result().failed <= result().count, "counts its lines", lines);
      answer_text();
      consumed += result().consumed;
      line += result().count;
    }
  }

  void preview(const Text& notifier, const Text& event) {
    const notifier_status status =
        notifier_preview(engine_, notifier.at(), notifier.size(), event.at(), event.size(), 1);
    if (status != 0) return check(status);
    require(result().count == 1, "previews one delivery");
    read_records(event.view(), true);
    digest(event);
  }

  /// Whatever is said of a digest, it is told or refused.
  void digest(const Text& said) {
    const notifier_status status = notifier_digest(engine_, said.at(), said.size(), 1);
    if (status != 0) return check(status);
    require(result().count == 1, "renders one digest");
    read_records({}, true);
  }

  void update_first(const Text& patch) {
    const Text app("1");
    if (notifier_list(engine_, app.at(), app.size()) != 0) return;
    const std::string list = answer_text();
    std::string id;
    if (const auto root = document_.parse(list, list.size())) {
      root->for_each_element([&](json::View one) { id = one["id"].string(); });
    }
    const Text name(id);
    check(notifier_update(engine_, name.at(), name.size(), patch.at(), patch.size()));
  }

  void load(const Text& snapshot) {
    require(notifier_snapshot(engine_) == 0, "snapshot");
    const std::string before = answer_text();
    const notifier_status status = notifier_load(engine_, snapshot.at(), snapshot.size());
    check(status);
    if (status == 0) return;
    require(notifier_snapshot(engine_) == 0 && answer_text() == before, "a failed load changed something", before);
  }

  /// Handles a request, then applies what is to change.
  void handle(const Text& head, const Text& body) {
    const notifier_status status = notifier_handle(engine_, head.at(), head.size(), body.at(), body.size());
    check(status);
    if (status != 0) return;
    const std::string outcome = answer_text();
    const auto root = document_.parse(outcome, outcome.size());
    std::int64_t code = 0;
    require((*root)["response"]["status"].integer(code) && code >= 200 && code < 600, "a status", outcome);
    if ((*root)["changes"].size() == 0) return;
    std::string changes;
    (*root)["changes"].append_json(changes);
    const Text text(changes);
    require(notifier_apply(engine_, text.at(), text.size()) == 0, "changes that do not apply", changes);
  }

  notifier_engine* engine_;
  bool asks_host_;
  json::Document document_;
};

}  // namespace

extern "C" {

double notifier_host_now(void) { return 1.5e12; }
uint32_t notifier_host_new_id(uint32_t prefix, uint32_t prefix_size) {
  static std::uint32_t count = 0;
  host_answer = std::string(bytes_at(prefix, prefix_size)) + std::to_string(++count);
  return static_cast<std::uint32_t>(host_answer.size());
}
uint32_t notifier_host_user(uint32_t id, uint32_t id_size) {
  host_answer = bytes_at(id, id_size);
  return id_size;
}
uint32_t notifier_host_history(uint32_t query, uint32_t query_size) {
  const std::string asked(bytes_at(query, query_size));
  host_answer = asked.size() % 2 == 0 ? asked : R"({"total":3,"items":["{}","[1]",7,")" + std::string("\\u0041\"]}");
  return static_cast<std::uint32_t>(host_answer.size());
}
uint32_t notifier_host_refuse_url(uint32_t url, uint32_t url_size) {
  host_answer = url_size % 3 == 0 ? std::string(bytes_at(url, url_size)) : std::string();
  return static_cast<std::uint32_t>(host_answer.size());
}
uint32_t notifier_host_compose(uint32_t event, uint32_t event_size) {
  host_answer = bytes_at(event, event_size);
  return event_size;
}
void notifier_host_take(uint32_t out) {
  std::memcpy(reinterpret_cast<void*>(static_cast<std::uintptr_t>(out)), host_answer.data(), host_answer.size());
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  require(notifier_abi_version() == NOTIFIER_ABI_VERSION, "the version");
  Machine machine((data[0] & 15u) | (data[0] & 64u) / 64u * NOTIFIER_HOST_COMPOSE);
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (int calls = 0; !text.empty() && calls < 20; ++calls) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty()) machine.call(line[0], line.substr(1));
  }
  machine.check_round_trip();
  const std::uint32_t area = notifier_reserve(64);
  std::memset(reinterpret_cast<void*>(static_cast<std::uintptr_t>(area)), 1, 64);
  return 0;
}

}  // extern "C"
