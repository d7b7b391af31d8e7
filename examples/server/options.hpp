// What the server is told to do.

#pragma once

#include <cstddef>
#include <string>

#include "notifier/adapters/curl_options.hpp"
#include "notifier/outbox/options.hpp"

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
  std::string audit_file;
  std::string email_from;
  std::string link_base;
  std::string language;
  std::string tls_certificate;  ///< PEM file; empty: no TLS
  std::string tls_key;
  std::string dashboard;  ///< empty: what is installed with this program
  int request_seconds = 30;
  std::size_t events_per_app = 1000;
  std::size_t event_bytes_per_app = 256'000'000;
  std::size_t event_bytes = 0;
  notifier::CurlOptions curl;
  notifier::OutboxOptions outbox;
  bool has_api = true;     ///< answers requests
  bool has_worker = true;  ///< sends
  bool dry_run = false;
  bool export_snapshot = false;
  std::string backup_file;
  bool access_log = true;
  bool help = false;
  std::string warning;  ///< of what was read; empty: there is none

  /// Whether what `--database` names is no file.
  bool is_shared() const { return database.rfind("postgresql://", 0) == 0 || database.rfind("postgres://", 0) == 0; }
  /// What goes with a file alone, or with a PostgreSQL. @return what is wrong, or nothing
  std::string refused_by_database() const {
    if (!is_shared())
      return has_api && has_worker ? "" : "--role needs a PostgreSQL: a file is one server's, which does all there is";
    if (!backup_file.empty()) return "--backup copies a file; for a PostgreSQL there is pg_dump";
    if (dry_run) return "--dry-run would end what other servers are to send";
    return {};
  }
  bool has_no_token() const { return token.empty() && tokens_file.empty(); }
};

inline constexpr const char* usage = R"(Usage: notifier-server [OPTION]...

Serves the notifier API over HTTP, delivers what it makes, and keeps everything in one SQLite file.

  --port N           listen on this port (default 7070); 0 picks a free one
  --host ADDRESS     listen on this address (default 127.0.0.1; with a token 0.0.0.0)
  --database FILE    the database (default notifier.db); made where there is none. postgresql://... is a PostgreSQL
                     that several servers share, each of which sends a part; see include/MANY_MACHINES.md
  --role ROLES       what this server does of those that share a PostgreSQL: api, which takes requests, worker, which
                     sends, or api,worker (default). A worker alone answers /healthz, /readyz and /metrics
  --token TOKEN      ask for `Authorization: Bearer TOKEN`; the environment variable NOTIFIER_TOKEN does the same.
                     Without a token only this machine is served, and no web page but one of --cors
  --tokens FILE      ask for one of the tokens of this file (JSON), each of which may do what it says there; read again
                     at SIGHUP. See examples/server/README.md
  --rate-limit N     let each token send N requests a second, those apart that have a limit of their own; more are
                     answered with 429 (default: any number)
  --tls-certificate FILE, --tls-key FILE
                     speak TLS, 1.2 or later, by this certificate, with those that lead to its authority, and its key
                     (PEM); read again at SIGHUP
  --cors ORIGIN      let web pages of this origin use the server, as https://dashboard.example.com
  --request-timeout SECONDS
                     how long a client may take to send a request (default 30)
  --email-from FROM  From of mails, as "Notifier <notifier@example.com>"
  --link-base URL    the dashboard that messages link to
  --language TAG     what messages are in whose notifier and app name no language, as fr, which is known without
                     further ado; others are the vocabulary's (default: what an imported configuration says, or en)
  --dashboard DIR    show at / the page that is in this folder: `dist` of the npm package notifier-wasm (default: what
                     is installed with this program, in ../share/notifier/dashboard)
  --import FILE      fill an empty database from a snapshot or configuration before serving
  --export           print a snapshot of the database and end, also while a server uses it; it holds secrets
  --backup FILE      copy the database into this file, look whether the copy is whole, and end, also while a server uses
                     it: as it was at one moment, nothing half done. It holds secrets
  --config FILE      take options from this file (JSON), by their names: {"port":7070,"dry-run":true,
                     "allow-target":["10.0.0.0/8"]}. What the command line says counts more
  --audit FILE       write a line of JSON to this file for each request that changes apps, notifiers or users: who, when,
                     what; no secrets. SIGHUP has it opened again
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
  --hold DAYS        how long a delivery is held for a notifier that is switched off (default 3); then it is dead
  --dry-run          send nothing: deliveries are recorded as dead, with that reason; those of earlier runs stay pending

What is kept, beside apps, notifiers and users:
  --keep-events N    so many events of each app, the latest (default 1000),
  --keep-megabytes N
                     and no more of them than take so many megabytes, but for the very latest (default 256)
  --keep-megabytes-in-all N
                     the same of all apps together, the oldest going first (default: whatever they take)
  --keep-delivered DAYS
                     what became of a delivery that arrived (default 7); as long, it is not sent again
  --keep-dead DAYS   the same of one that did not, which can be sent again (default 30)

Exit status: 0 after SIGTERM or SIGINT, 1 where the server cannot start, 2 for a wrong command line or configuration.
)";

}  // namespace server
