// Runs the table of the wire contract through Api::handle.
//
//     notifier_conformance_api fixture.json cases.ndjson

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/api/api.hpp"

namespace {

namespace json = notifier::json;

/// What differs from what a case expects.
std::vector<std::string> differences;

void differ(const std::string& where, const std::string& expected, const std::string& actual) {
  differences.push_back("  " + where + "\n    expected " + expected + "\n    got      " + actual);
}

void expect(const std::string& where, const std::string& expected, const std::string& actual) {
  if (expected != actual) differ(where, expected, actual);
}

std::string to_text(json::View value) {
  std::string out;
  value.append_json(out);
  return out;
}

bool is_date(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return false;
  }
  return true;
}

void compare(const std::string& where, json::View expected, json::View actual) {
  const std::string_view placeholder = expected.string();
  if (placeholder == "$any") return;
  if (placeholder == "$id" && !actual.string().empty()) return;
  if (placeholder == "$date" && is_date(actual.string())) return;
  if (placeholder.substr(0, 7) == "$array:" && actual.is_array() &&
      std::to_string(actual.size()) == placeholder.substr(7)) {
    return;
  }
  if (expected.kind() != actual.kind() || expected.size() != actual.size()) {
    return differ(where, to_text(expected), to_text(actual));
  }
  if (expected.is_array()) {
    std::vector<json::View> elements;
    actual.for_each_element([&](json::View element) { elements.push_back(element); });
    std::size_t i = 0;
    expected.for_each_element([&](json::View element) {
      compare(where + "[" + std::to_string(i) + "]", element, elements[i]);
      ++i;
    });
  } else if (expected.is_object()) {
    std::vector<std::pair<std::string, json::View>> members;
    actual.for_each_member([&](std::string_view key, json::View value) { members.emplace_back(key, value); });
    std::size_t i = 0;
    expected.for_each_member([&](std::string_view key, json::View value) {
      expect(where + ": key " + std::to_string(i), std::string(key), members[i].first);
      compare(where + "." + std::string(key), value, members[i].second);
      ++i;
    });
  } else {
    expect(where, to_text(expected), to_text(actual));
  }
}

void compare(const std::string& where, json::View expected, std::string_view actual) {
  json::Document document;
  const auto root = document.parse(actual);
  if (!root) return differ(where, to_text(expected), std::string(actual));
  compare(where, expected, *root);
}

std::string body_of(json::View request) {
  std::string body;
  request["body_parts"].for_each_element([&](json::View part) {
    std::string_view text;
    std::int64_t times = 0;
    part.for_each_element([&](json::View element) {
      if (element.is_string()) text = element.string();
      element.integer(times);
    });
    for (std::int64_t i = 0; i < times; ++i) body += text;
  });
  const json::View given = request["body"];
  if (given.is_string()) return std::string(given.string());
  return given.exists() ? to_text(given) : body;
}

notifier::Outcome handle(notifier::Registry& registry, json::View from) {
  notifier::Request request;
  request.method = from["method"].string();
  request.target = from["target"].string();
  const std::string body = body_of(from);
  request.body = body;
  from["headers"].for_each_member([&](std::string_view name, json::View value) {
    request.headers.push_back({name, value.string()});
  });
  std::string_view* const user[] = {&request.username, &request.email, &request.user_id};
  std::size_t part = 0;
  from["user"].for_each_element([&](json::View text) { *user[part++] = text.string(); });
  notifier::Api api(registry);
  return api.handle(request);
}

void check_response(json::View row, const notifier::Response& response) {
  expect("status", to_text(row["status"]), std::to_string(response.status));
  row["headers"].for_each_member([&](std::string_view name, json::View value) {
    std::string actual = "(none)";
    for (const notifier::Header& header : response.headers) {
      if (header.name == name) actual = header.value;
    }
    expect(std::string(name), std::string(value.string()), actual);
  });
  if (row["text"].exists()) expect("text", std::string(row["text"].string()), response.body);
  if (row["body"].exists()) compare("body", row["body"], response.body);
}

void check_outcome(json::View row, const notifier::Outcome& outcome) {
  if (row["changes"].exists()) expect("changes", to_text(row["changes"]), std::to_string(outcome.changes.size()));
  if (row["stream"].exists()) expect("stream", std::string(row["stream"].string()), outcome.stream_app_id);

  std::string kinds = "[";
  std::string events = "[";
  for (const notifier::RecordedEvent& event : outcome.events) {
    json::Document document;
    const auto root = document.parse(event.json);
    kinds += (kinds.size() > 1 ? "," : "") + to_text((*root)["type"]);
    events += (events.size() > 1 ? "," : "") + event.json;
  }
  if (row["events"].exists()) expect("events", to_text(row["events"]), kinds + "]");
  if (row["event_bodies"].exists()) compare("event_bodies", row["event_bodies"], events + "]");

  std::string deliveries = "[";
  for (const notifier::Delivery& delivery : outcome.deliveries) {
    deliveries += (deliveries.size() > 1 ? ",\"" : "\"") + std::string(to_string(delivery.platform)) + " " +
                  delivery.notifier_name + "\"";
  }
  if (row["deliveries"].exists()) expect("deliveries", to_text(row["deliveries"]), deliveries + "]");
}

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void run(json::View row, const std::string& fixture) {
  notifier::Registry registry;
  if (const auto loaded = registry.load(fixture); !loaded) return differ("fixture", "to load", loaded.error().message);
  row["before"].for_each_element([&](json::View request) {
    const notifier::Outcome outcome = handle(registry, request);
    if (outcome.changes.empty()) differ("before", "a change", outcome.response.body);
    if (const auto applied = registry.apply(outcome.changes); !applied)
      differ("before", "to apply", applied.error().message);
  });
  const std::string snapshot = registry.snapshot();
  const notifier::Outcome outcome = handle(registry, row["request"]);
  if (registry.snapshot() != snapshot) differ("registry", "to be as it was", "a change");
  check_response(row, outcome.response);
  check_outcome(row, outcome);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string fixture = read_file(argv[1]);
  std::ifstream cases(argv[2]);
  std::size_t count = 0;
  std::size_t failed = 0;
  for (std::string line; std::getline(cases, line);) {
    json::Document document;
    const auto row = document.parse(line);
    ++count;
    differences.clear();
    if (row) {
      run(*row, fixture);
    } else {
      differ("line " + std::to_string(count), "JSON", row.error().message);
    }
    if (differences.empty()) continue;
    ++failed;
    std::printf("FAILED line %zu: %s\n", count, row ? std::string((*row)["rule"].string()).c_str() : "");
    for (const std::string& difference : differences) std::printf("%s\n", difference.c_str());
  }
  std::printf("%zu of %zu cases as the contract says\n", count - failed, count);
  return failed == 0 && count > 200 ? 0 : 1;
}
