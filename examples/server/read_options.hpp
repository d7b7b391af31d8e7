// From the environment, a configuration file and the command line to Options: what comes later counts more.

#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_file.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/known_keys.hpp"
#include "options.hpp"

namespace server {

/// Every option that has a value, and every one that has none; without its hyphens.
inline constexpr std::string_view options_with_value =
    "port host database role token tokens rate-limit tls-certificate tls-key cors dashboard request-timeout email-from "
    "link-base language audit import backup "
    "config "
    "smtp allow-target ca-file send-timeout retry-delays disable-after hold keep-events keep-megabytes "
    "keep-megabytes-in-all keep-delivered keep-dead";
inline constexpr std::string_view options_without_value = "export no-access-log allow-private-targets dry-run help";
/// What a configuration may have: all that is not done once and ends.
inline constexpr std::string_view configurable =
    "port host database role token tokens rate-limit tls-certificate tls-key cors dashboard request-timeout email-from "
    "link-base language audit import smtp "
    "allow-target ca-file send-timeout retry-delays disable-after hold keep-events keep-megabytes "
    "keep-megabytes-in-all keep-delivered keep-dead "
    "no-access-log allow-private-targets dry-run";

/// A whole number from 0 to `most`.
inline std::optional<int> parse_number(std::string_view text, int most) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > most / 10) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (text.empty() || value > most) return std::nullopt;
  return value;
}

/// Numbers from 0 to a million, with decimals or without, separated by commas; nothing where one is no such number.
inline std::optional<std::vector<double>> parse_list(std::string_view text) {
  std::vector<double> values;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string part(text.substr(start, end - start));
    char* rest = nullptr;
    const double value = std::strtod(part.c_str(), &rest);
    if (part.empty() || *rest != '\0' || !(value >= 0 && value <= 1e6)) return std::nullopt;
    values.push_back(value);
    start = end + 1;
  }
  return values;
}

inline std::int64_t milliseconds(double seconds) { return std::llround(seconds * 1000); }

/// Takes the value of an option that is a text, a number or a list.
/// @return what is wrong with the value, or nothing; holds nothing of it
inline std::string take_value(std::string_view name, std::string_view value, Options& options) {
  std::string* const text = name == "host"              ? &options.host
                            : name == "database"        ? &options.database
                            : name == "token"           ? &options.token
                            : name == "tokens"          ? &options.tokens_file
                            : name == "tls-certificate" ? &options.tls_certificate
                            : name == "tls-key"         ? &options.tls_key
                            : name == "cors"            ? &options.cors_origin
                            : name == "email-from"      ? &options.email_from
                            : name == "link-base"       ? &options.link_base
                            : name == "language"        ? &options.language
                            : name == "dashboard"       ? &options.dashboard
                            : name == "audit"           ? &options.audit_file
                            : name == "import"          ? &options.import_file
                            : name == "backup"          ? &options.backup_file
                            : name == "ca-file"         ? &options.curl.ca_file
                                                        : nullptr;
  if (text != nullptr) {
    *text = value;
    return {};
  }
  if (name == "smtp") {
    auto relay = notifier::SmtpRelay::parse(std::string(value));
    if (!relay) return relay.error().message;
    options.curl.relay = *std::move(relay);
    return {};
  }
  if (name == "role") {
    const bool is_api = value == "api" || value == "api,worker" || value == "worker,api";
    const bool is_worker = value == "worker" || (is_api && value != "api");
    if (!is_api && !is_worker) return "needs api, worker, or api,worker";
    options.has_api = is_api;
    options.has_worker = is_worker;
    return {};
  }
  if (name == "allow-target") return options.curl.guard.allow(value) ? "" : "needs a host, an address or a network";
  if (name == "retry-delays") {
    const auto delays = parse_list(value);
    if (!delays) return "needs numbers of seconds, separated by commas";
    options.outbox.retry.delays_ms.clear();
    for (const double seconds : *delays) options.outbox.retry.delays_ms.push_back(milliseconds(seconds));
    return {};
  }
  if (name == "port" || name == "request-timeout" || name == "rate-limit" || name == "keep-events" ||
      name == "keep-megabytes" || name == "keep-megabytes-in-all") {
    const bool is_port = name == "port";
    const int most = is_port || name == "request-timeout" ? 65535 : 1'000'000;
    const auto number = parse_number(value, most);
    if (!number || (*number == 0 && !is_port)) {
      return std::string("needs a number from ") + (is_port ? "0" : "1") + " to " + std::to_string(most);
    }
    if (is_port) options.port = *number;
    if (name == "request-timeout") options.request_seconds = *number;
    if (name == "rate-limit") options.requests_per_second = *number;
    if (name == "keep-events") options.events_per_app = static_cast<std::size_t>(*number);
    if (name == "keep-megabytes") options.event_bytes_per_app = static_cast<std::size_t>(*number) * 1'000'000;
    if (name == "keep-megabytes-in-all") options.event_bytes = static_cast<std::size_t>(*number) * 1'000'000;
    return {};
  }
  const auto number = parse_list(value);
  if (!number || number->size() != 1 || number->front() <= 0) return "needs a number above 0";
  const double one = number->front();
  constexpr double day = 86'400;
  if (name == "send-timeout") options.curl.timeout_ms = static_cast<int>(milliseconds(std::min(one, day)));
  if (name == "disable-after") options.outbox.retry.disable_after_ms = milliseconds(one * 3600);
  if (name == "hold") options.outbox.hold_ms = milliseconds(one * day);
  if (name == "keep-delivered") options.outbox.keep_delivered_ms = milliseconds(one * day);
  if (name == "keep-dead") options.outbox.keep_dead_ms = milliseconds(one * day);
  return {};
}

/// Takes an option that has no value.
inline void take_flag(std::string_view name, Options& options) {
  if (name == "help") options.help = true;
  if (name == "export") options.export_snapshot = true;
  if (name == "no-access-log") options.access_log = false;
  if (name == "allow-private-targets") options.curl.guard.allow_all();
  if (name == "dry-run") options.dry_run = true;
}

/// One member of a configuration. @return what is wrong with it, or nothing
inline std::string take_member(std::string_view name, notifier::json::View value, Options& options) {
  namespace detail = notifier::detail;
  if (!detail::is_among(name, configurable))
    return detail::quoted(name) + " is not known here" + detail::nearest_or_all(name, configurable);
  std::string problem;
  if (detail::is_among(name, options_without_value)) {
    const auto kind = value.kind();
    if (kind != notifier::json::Kind::boolean) problem = "needs true or false";
    if (problem.empty() && value.boolean()) take_flag(name, options);
  } else if (value.is_array() && name == "allow-target") {
    value.for_each_element([&](notifier::json::View each) {
      if (problem.empty()) problem = take_value(name, each.string(), options);
    });
  } else if (value.is_array() && name == "retry-delays") {
    std::string list;
    value.for_each_element(
        [&](notifier::json::View each) { list.append(list.empty() ? "" : ",").append(each.text()); });
    problem = take_value(name, list, options);
  } else if (value.is_string() || value.kind() == notifier::json::Kind::number) {
    const std::string text = value.text();
    problem = text.empty() ? "needs a value" : take_value(name, text, options);
  } else {
    problem = "needs a text or a number";
  }
  return problem.empty() ? problem : detail::quoted(name) + " " + problem;
}

/// @return what is wrong, or nothing.
inline std::string read_configuration(const std::string& path, Options& options) {
  return read_json_file(path, [&](notifier::json::View root) {
    std::string problem;
    root.for_each_member([&](std::string_view name, notifier::json::View value) {
      if (problem.empty()) problem = take_member(name, value, options);
    });
    struct stat state {};
    const bool has_secrets = root["token"].exists() || root["smtp"].exists();
    if (problem.empty() && has_secrets && ::stat(path.c_str(), &state) == 0 && (state.st_mode & S_IRWXO) != 0)
      options.warning = "others can read " + path + ", which holds secrets: chmod o= " + path;
    return problem;
  });
}

/// One of the command line. @param place  of its name; is moved to its value @return what is wrong, or nothing
inline std::string take_argument(int argc, char** argv, int& place, Options& options) {
  namespace detail = notifier::detail;
  const std::string_view argument = argv[place];
  const std::string_view name = argument.substr(0, 2) == "--" ? argument.substr(2) : std::string_view();
  if (detail::is_among(name, options_without_value)) {
    take_flag(name, options);
    return {};
  }
  if (!detail::is_among(name, options_with_value)) {
    const std::string_view nearest = detail::nearest_key(name, configurable);
    return "unknown option " + std::string(argument) +
           (nearest.empty() ? std::string() : "; did you mean --" + std::string(nearest) + "?");
  }
  if (++place == argc || *argv[place] == '\0') return std::string(argument) + " needs a value";
  if (name == "config") return {};  // read before all others
  const std::string problem = take_value(name, argv[place], options);
  return problem.empty() ? problem : std::string(argument) + " " + problem;
}

/// @return what is wrong, or nothing.
inline std::string parse_options(int argc, char** argv, Options& options) {
  if (const char* token = std::getenv("NOTIFIER_TOKEN")) options.token = token;
  if (const char* smtp = std::getenv("NOTIFIER_SMTP"); smtp != nullptr && *smtp != '\0') {
    const std::string problem = take_value("smtp", smtp, options);
    if (!problem.empty()) return "the environment variable NOTIFIER_SMTP " + problem;
  }
  std::string problem;
  for (int i = 1; i + 1 < argc && problem.empty(); ++i)
    if (std::string_view(argv[i]) == "--config") problem = read_configuration(argv[i + 1], options);
  for (int i = 1; i < argc && problem.empty() && !options.help; ++i) problem = take_argument(argc, argv, i, options);
  if (!problem.empty() || options.help) return problem;
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return "--tls-certificate and --tls-key need each other";
  if (options.has_no_token() && options.cors_origin == "*")
    return "--cors * needs a token: without one every web page could use the server";
  if (options.has_no_token() && !options.host.empty() && options.host != "127.0.0.1" && options.host != "::1" &&
      options.host != "localhost") {
    return "--host needs a token: without one only this machine is served";
  }
  if (options.host.empty()) options.host = options.has_no_token() ? "127.0.0.1" : "0.0.0.0";
  return {};
}

}  // namespace server
