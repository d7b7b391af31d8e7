// What the command line says.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/curl_options.hpp"
#include "notifier/delivery/retry.hpp"

namespace server {

struct Options {
  std::string host;  ///< empty: 127.0.0.1 without a token, 0.0.0.0 with one
  int port = 7070;
  std::string database = "notifier.db";
  std::string token;
  std::string tokens_file;
  int requests_per_second = 0;  ///< of a token; 0: any number
  std::string cors_origin;
  std::string import_file;
  std::string email_from;
  std::string link_base;
  std::string dashboard;  ///< empty: what is installed with this program
  int request_seconds = 30;
  notifier::CurlOptions curl;
  notifier::RetryPolicy retry;
  bool dry_run = false;
  bool export_snapshot = false;
  bool access_log = true;
  bool help = false;

  bool has_no_token() const { return token.empty() && tokens_file.empty(); }
};

inline constexpr const char* usage = R"(Usage: notifier-server [OPTION]...

Serves the notifier API over HTTP, delivers what it makes, and keeps everything in one SQLite file.

  --port N           listen on this port (default 7070); 0 picks a free one
  --host ADDRESS     listen on this address (default 127.0.0.1; with a token 0.0.0.0)
  --database FILE    the database (default notifier.db); made where there is none
  --token TOKEN      ask for `Authorization: Bearer TOKEN`; the environment variable NOTIFIER_TOKEN does the same.
                     Without a token only this machine is served, and no web page but one of --cors
  --tokens FILE      ask for one of the tokens of this file (JSON), each of which may do what it says there; read again
                     at SIGHUP. See examples/server/README.md
  --rate-limit N     let each token send N requests a second, those apart that have a limit of their own; more are
                     answered with 429 (default: any number)
  --cors ORIGIN      let web pages of this origin use the server, as https://dashboard.example.com
  --request-timeout SECONDS
                     how long a client may take to send a request (default 30)
  --email-from FROM  From of mails, as "Notifier <notifier@example.com>"
  --link-base URL    the dashboard that messages link to
  --dashboard DIR    show at / the page that is in this folder: `dist` of the npm package notifier-wasm (default: what
                     is installed with this program, in ../share/notifier/dashboard)
  --import FILE      fill an empty database from a snapshot or configuration before serving
  --export           print a snapshot of the database and end; it holds secrets
  --no-access-log    do not write a line of JSON to standard error for each request and each attempt to deliver
  --help             print this and end

Delivery:
  --smtp URL         send mails by this server: smtp://USER:PASSWORD@HOST:PORT (STARTTLS, required with a login) or
                     smtps://... (TLS throughout); ?starttls=required or ?starttls=off may follow. The environment
                     variable NOTIFIER_SMTP does the same and keeps the password out of the list of processes. Without
                     it no mail is sent: each is recorded as dead, with that reason, and can be sent again later
  --allow-target T   let requests go to this host, address or network of your own (a.internal, *.corp.example,
                     10.0.0.0/8); may be given several times. Otherwise they only go to public addresses
  --allow-private-targets
                     let requests go anywhere, this machine included
  --ca-file FILE     trust these certificates (PEM) in place of the system's
  --send-timeout SECONDS
                     how long an attempt may take (default 30)
  --retry-delays S,S,...
                     seconds to wait after each failed attempt (default 5,300,1800,7200,18000,36000); after one attempt
                     more a delivery is dead
  --disable-after HOURS
                     switch off a notifier that did nothing but fail for so long, ten times or more (default 120)
  --dry-run          send nothing: deliveries are recorded as dead, with that reason; those of earlier runs stay pending

Exit status: 0 after SIGTERM or SIGINT, 1 where the server cannot start, 2 for a wrong command line.
)";

/// A whole number from 0 to `most`.
inline std::optional<int> parse_number(std::string_view text, int most) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > most) return std::nullopt;
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

/// Whether an option is about delivery and has a value.
inline bool is_delivery_option(std::string_view name) {
  for (const std::string_view known :
       {"--smtp", "--allow-target", "--ca-file", "--send-timeout", "--retry-delays", "--disable-after"}) {
    if (name == known) return true;
  }
  return false;
}

/// Reads such an option. @return what is wrong with its value, or nothing; holds nothing of the value
inline std::string read_delivery_option(std::string_view name, std::string_view value, Options& options) {
  if (name == "--smtp") {
    auto relay = notifier::SmtpRelay::parse(std::string(value));
    if (!relay) return relay.error().message;
    options.curl.relay = *std::move(relay);
  } else if (name == "--allow-target") {
    if (!options.curl.guard.allow(value)) return "needs a host, an address or a network";
  } else if (name == "--ca-file") {
    options.curl.ca_file = value;
  } else if (name == "--retry-delays") {
    const auto delays = parse_list(value);
    if (!delays) return "needs numbers of seconds, separated by commas";
    options.retry.delays_ms.clear();
    for (const double seconds : *delays) options.retry.delays_ms.push_back(milliseconds(seconds));
  } else {
    const auto number = parse_list(value);
    if (!number || number->size() != 1 || number->front() <= 0) return "needs a number above 0";
    if (name == "--send-timeout") {
      options.curl.timeout_ms = static_cast<int>(milliseconds(std::min(number->front(), 86400.0)));
    } else {
      options.retry.disable_after_ms = milliseconds(number->front() * 3600);
    }
  }
  return {};
}

/// @return what is wrong, or nothing.
inline std::string parse_options(int argc, char** argv, Options& options) {
  if (const char* token = std::getenv("NOTIFIER_TOKEN")) options.token = token;
  if (const char* smtp = std::getenv("NOTIFIER_SMTP"); smtp != nullptr && *smtp != '\0') {
    const std::string problem = read_delivery_option("--smtp", smtp, options);
    if (!problem.empty()) return "the environment variable NOTIFIER_SMTP " + problem;
  }
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--help") {
      options.help = true;
      return {};
    }
    if (name == "--export") {
      options.export_snapshot = true;
      continue;
    }
    if (name == "--no-access-log") {
      options.access_log = false;
      continue;
    }
    if (name == "--allow-private-targets") {
      options.curl.guard.allow_all();
      continue;
    }
    if (name == "--dry-run") {
      options.dry_run = true;
      continue;
    }
    std::string* text = name == "--host"         ? &options.host
                        : name == "--database"   ? &options.database
                        : name == "--token"      ? &options.token
                        : name == "--tokens"     ? &options.tokens_file
                        : name == "--cors"       ? &options.cors_origin
                        : name == "--email-from" ? &options.email_from
                        : name == "--link-base"  ? &options.link_base
                        : name == "--dashboard"  ? &options.dashboard
                        : name == "--import"     ? &options.import_file
                                                 : nullptr;
    int* number = name == "--port"              ? &options.port
                  : name == "--request-timeout" ? &options.request_seconds
                  : name == "--rate-limit"      ? &options.requests_per_second
                                                : nullptr;
    const bool is_delivery = is_delivery_option(name);
    if (text == nullptr && number == nullptr && !is_delivery) return "unknown option " + std::string(name);
    if (++i == argc || *argv[i] == '\0') return std::string(name) + " needs a value";
    if (text != nullptr) {
      *text = argv[i];
      continue;
    }
    if (is_delivery) {
      const std::string problem = read_delivery_option(name, argv[i], options);
      if (!problem.empty()) return std::string(name) + " " + problem;
      continue;
    }
    const auto value = parse_number(argv[i], 65535);
    if (!value) return std::string(name) + " needs a number from 0 to 65535";
    *number = *value;
  }
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
