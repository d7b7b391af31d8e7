// Events and registries for the benchmarks: made from a fixed seed, the same on every machine.

#pragma once

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace bench {

/// SplitMix64: small, and specified, which std::mt19937's distributions are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

inline std::string hex(Random& random, std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += "0123456789abcdef"[random.below(16)];
  return out;
}

inline std::string app_id(std::size_t index) {
  char out[25];
  std::snprintf(out, sizeof out, "5343eccd%08zx0a140000", index * 2654435761u % 0xffffffffu);
  return out;
}
inline std::string app_name(std::size_t index) { return "app-" + std::to_string(index); }

struct CorpusOptions {
  std::uint64_t seed = 1;
  std::size_t events = 4096;
  std::size_t apps = 10000;
  /// Also pretty-printed, not ASCII, with escapes, and from 300 to 20,000 bytes; else compact ones of about 790 bytes.
  bool mixed = false;
  /// Lines of events of all kinds: one event in ten is of such a rarer kind. Empty: only the six busiest kinds, which
  /// the programs without this library know too.
  std::vector<std::string> rare;
};

/// Which app an event is about: a few busy ones and a long tail, as in life (the density falls with the cube of the
/// rank).
inline std::size_t skewed(Random& random, std::size_t apps) {
  double u = random.unit();
  return static_cast<std::size_t>(u * u * u * static_cast<double>(apps));
}

namespace detail {

inline std::string words(Random& random, std::size_t bytes, bool unicode, bool escapes) {
  static const char* const ascii[] = {"connection", "refused", "timeout", "after",  "migrating", "table", "listening",
                                      "on",         "port",    "worker",  "exited", "with",      "status"};
  static const char* const other[] = {"d\xc3\xa9ploiement", "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x9a\x80",
                                      "stra\xc3\x9f"
                                      "e"};
  std::string out;
  while (out.size() < bytes) {
    if (!out.empty()) out += escapes && random.below(8) == 0 ? "\\n" : " ";
    if (escapes && random.below(12) == 0) out += "\\\"quoted\\\" \\u00e9 & <b>";
    out += unicode && random.below(4) == 0 ? other[random.below(4)] : ascii[random.below(13)];
  }
  return out;
}

/// Indents compact JSON by two spaces.
inline std::string pretty(const std::string& json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\')
        out += json[++i];
      else if (c == '"')
        in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '}' || c == ']') out += '\n' + std::string(2 * --depth, ' ');
    out += c;
    if (c == ':') out += ' ';
    if (c == '{' || c == '[') out += '\n' + std::string(2 * ++depth, ' ');
    if (c == ',') out += '\n' + std::string(2 * depth, ' ');
  }
  return out;
}

}  // namespace detail

/// Bytes of text that no message shows: what makes most events of 300 to 20,000 bytes, few of them long.
inline std::size_t filler(Random& random, bool mixed, std::size_t compact) {
  if (!mixed) return compact;
  const double u = random.unit();
  return static_cast<std::size_t>(u * u * u * u * u * u * 19000);
}

/// One event of a busy kind, in about the proportion that a platform sees them.
inline std::string make_busy_event(Random& random, std::size_t app, bool mixed) {
  const bool unicode = mixed && random.below(4) == 0;
  const bool escapes = mixed && random.below(4) == 0;
  const std::string id = hex(random, 24);
  const std::string sha = hex(random, 40);
  const auto note = [&](std::size_t compact) {
    return detail::words(random, filler(random, mixed, compact), unicode, escapes);
  };
  std::string text = "{\"id\":\"" + id +
                     "\",\"created_at\":\"2025-11-21T08:42:" + std::to_string(10 + random.below(50)) +
                     ".103Z\",\"user\":{\"username\":\"johndoe\",\"email\":\"john@doe.com\",\"id\":\"us-0e6d8e46-5cd0-"
                     "42a4-acba-372b2be605ac\"},\"app_id\":\"" +
                     app_id(app) + "\",\"app_name\":\"" + app_name(app) + "\",\"type\":\"";
  const std::size_t pick = random.below(100);
  if (pick < 40) {
    static const char* const states[] = {"success", "success", "success", "build-error", "crashed-error", "aborted"};
    text += "deployment\",\"type_data\":{\"deployment_id\":\"" + hex(random, 24) +
            "\",\"deployment_type\":\"deployment\",\"pusher\":\"johndoe\",\"git_ref\":\"" + sha +
            "\",\"git_ref_url\":\"https://github.com/johndoe/repo/commit/" + sha + "\",\"status\":\"" +
            states[random.below(6)] + "\",\"duration\":" + std::to_string(random.below(400)) +
            ",\"stack\":\"scalingo-22\",\"finished_at\":\"2025-11-21T08:42:10.000Z\",\"last_commits\":{\"commits\":[{"
            "\"id\":\"" +
            hex(random, 40) + "\",\"message\":\"" + detail::words(random, 60, unicode, escapes) +
            "\"}],\"remaining\":2}" + (mixed ? ",\"note\":\"" + note(0) + "\"" : std::string()) + "}}";
  } else if (pick < 55) {
    text +=
        "scale\",\"type_data\":{\"previous_containers\":{\"web\":\"1:S\",\"worker\":\"1:M\"},\"containers\":{\"web\":"
        "\"3:S\",\"worker\":\"2:M\"},\"note\":\"" +
        note(420) + "\"}}";
  } else if (pick < 70) {
    text += "restart\",\"type_data\":{\"scope\":[\"web\",\"worker\"],\"reason\":\"user_restart\",\"note\":\"" +
            note(460) + "\"}}";
  } else if (pick < 80) {
    text += "crash\",\"type_data\":{\"container_type\":\"web-1\",\"crash_logs\":\"" +
            detail::words(random, 380, unicode, escapes) +
            "\",\"logs_url\":\"https://my.example.com/apps/shop/events/" + id + "\"}}";
  } else if (pick < 90) {
    text += "run\",\"type_data\":{\"command\":\"bundle exec rake db:migrate\",\"audit_log_id\":\"" + hex(random, 24) +
            "\",\"audit_log_size\":122445385,\"detached\":false,\"note\":\"" + note(400) + "\"}}";
  } else {
    text += "edit_variable\",\"type_data\":{\"name\":\"DATABASE_URL\",\"old_value\":\"" + note(200) +
            "\",\"value\":\"" + note(220) + "\"}}";
  }
  return text;
}

/// A sample event, of another app.
inline std::string make_rare_event(const std::string& sample, std::size_t app) {
  std::string text = sample;
  const auto replace = [&text](const std::string& key, const std::string& value) {
    const std::size_t begin = text.find(key);
    if (begin == std::string::npos) return;
    const std::size_t from = begin + key.size();
    text.replace(from, text.find('"', from) - from, value);
  };
  replace("\"app_id\":\"", app_id(app));
  replace("\"app_name\":\"", app_name(app));
  return text;
}

inline std::vector<std::string> make_events(const CorpusOptions& options) {
  Random random(options.seed);
  std::vector<std::string> events;
  for (std::size_t i = 0; i < options.events; ++i) {
    const std::size_t app = skewed(random, options.apps);
    const bool is_rare = !options.rare.empty() && random.below(10) == 0;
    std::string event = is_rare ? make_rare_event(options.rare[random.below(options.rare.size())], app)
                                : make_busy_event(random, app, options.mixed);
    events.push_back(options.mixed && random.below(3) == 0 ? detail::pretty(event) : std::move(event));
  }
  return events;
}

/// The lines of a file.
inline std::vector<std::string> read_lines(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// A snapshot with three notifiers an app: Slack, email and webhook.
inline std::string make_snapshot(std::size_t notifiers) {
  std::string out = "{\"version\":1,\"apps\":[";
  std::size_t apps = notifiers / 3 + (notifiers % 3 != 0 ? 1 : 0);
  for (std::size_t i = 0; i < apps; ++i) {
    std::string n = std::to_string(i);
    const std::string filter = "\"send_all_events\":true";
    out += (i ? ",{" : "{") + ("\"id\":\"" + app_id(i)) + "\",\"name\":\"" + app_name(i) + "\",\"notifiers\":[";
    out += "{\"name\":\"chat\",\"platform\":\"slack\"," + filter +
           ",\"type_data\":{\"webhook_url\":\"https://hooks.slack.com/services/T" + n + "/B" + n + "/secret" + n +
           "\"}},";
    out += "{\"name\":\"mail\",\"platform\":\"email\"," + filter + ",\"type_data\":{\"emails\":[\"ops" + n +
           "@example.com\"],\"user_ids\":[]}},";
    out += "{\"name\":\"hook\",\"platform\":\"webhook\"," + filter +
           ",\"type_data\":{\"webhook_url\":\"https://hooks.example.com/in/" + n + "\"}}]}";
  }
  return out + "],\"email_from\":\"Notifier <notifier@example.com>\"}";
}

}  // namespace bench
