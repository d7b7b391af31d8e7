#pragma once

#include <string>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a host's dashboard shows what an event is about, for events without a link of their own: URLs with slots, as
/// "https://dash.example.org/{region}/{@app}"; vocabulary/wording.hpp describes them. Where one is empty, a slot of it
/// is absent or no URL comes of it, `link_base` counts.
struct Links {
  std::string app;         ///< of events of an app
  std::string project;     ///< of others of a project
  std::string account;     ///< of all others
  std::string deployment;  ///< where a deployment's log is, which a failed one links to
};

/// Settings that travel with a snapshot.
struct Settings {
  std::string email_from = "notifier@localhost";  ///< From of mails: an address, or `Name <address>`
  std::string link_base = {};  ///< URL of the host's dashboard, without a final slash; empty: no such links
  Links links = {};
  std::string logo_url = {};  ///< of a platform's picture, as the API tells it; "{platform}" stands for its name
  std::string language = {};  ///< what people read whose notifier and app say nothing else; empty: English
};

NOTIFIER_NAMESPACE_END
