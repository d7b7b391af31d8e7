// What the command line says.

#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace server {

struct Options {
  std::string host;  ///< empty: 127.0.0.1 without a token, 0.0.0.0 with one
  int port = 7070;
  std::string database = "notifier.db";
  std::string token;
  std::string cors_origin;
  std::string import_file;
  std::string email_from;
  std::string link_base;
  int request_seconds = 30;
  bool export_snapshot = false;
  bool access_log = true;
  bool help = false;
};

inline constexpr const char* usage = R"(Usage: notifier-server [OPTION]...

Serves the notifier API over HTTP and keeps everything in one SQLite file.

  --port N           listen on this port (default 7070); 0 picks a free one
  --host ADDRESS     listen on this address (default 127.0.0.1; with a token 0.0.0.0)
  --database FILE    the database (default notifier.db); made where there is none
  --token TOKEN      ask for `Authorization: Bearer TOKEN`; the environment variable NOTIFIER_TOKEN does the same.
                     Without a token only this machine is served, and no web page but one of --cors
  --cors ORIGIN      let web pages of this origin use the server, as https://dashboard.example.com
  --request-timeout SECONDS
                     how long a client may take to send a request (default 30)
  --email-from FROM  From of mails, as "Notifier <notifier@example.com>"
  --link-base URL    the dashboard that messages link to
  --import FILE      fill an empty database from a snapshot or configuration before serving
  --export           print a snapshot of the database and end; it holds secrets
  --no-access-log    do not write a line of JSON to standard error for each request
  --help             print this and end

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

/// @return what is wrong, or nothing.
inline std::string parse_options(int argc, char** argv, Options& options) {
  if (const char* token = std::getenv("NOTIFIER_TOKEN")) options.token = token;
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
    std::string* text = name == "--host"         ? &options.host
                        : name == "--database"   ? &options.database
                        : name == "--token"      ? &options.token
                        : name == "--cors"       ? &options.cors_origin
                        : name == "--email-from" ? &options.email_from
                        : name == "--link-base"  ? &options.link_base
                        : name == "--import"     ? &options.import_file
                                                 : nullptr;
    int* number = name == "--port" ? &options.port : name == "--request-timeout" ? &options.request_seconds : nullptr;
    if (text == nullptr && number == nullptr) return "unknown option " + std::string(name);
    if (++i == argc || *argv[i] == '\0') return std::string(name) + " needs a value";
    if (text != nullptr) {
      *text = argv[i];
      continue;
    }
    const auto value = parse_number(argv[i], 65535);
    if (!value) return std::string(name) + " needs a number from 0 to 65535";
    *number = *value;
  }
  if (options.token.empty() && options.cors_origin == "*")
    return "--cors * needs a token: without one every web page could use the server";
  if (options.token.empty() && !options.host.empty() && options.host != "127.0.0.1" && options.host != "::1" &&
      options.host != "localhost") {
    return "--host needs a token: without one only this machine is served";
  }
  if (options.host.empty()) options.host = options.token.empty() ? "127.0.0.1" : "0.0.0.0";
  return {};
}

}  // namespace server
