// What a program without this library says of an event, in the words of this library so that the bytes can be compared.
// Written as a good user would: plain std::string, one function a kind, no limits and none of the odd cases.

#pragma once

#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

namespace peer {

struct Field {
  std::string label, value;
  bool is_code = false, is_link = false;
  bool is_wide = false;  // has lines of its own where others stand two by two
};

struct Message {
  std::string title, sentence, actor, app, kind, event_id, link;
  std::string name;  // in quotes in the sentence
  std::string slack_color = "#1d9bd1", mail_color = "#2563eb";
  std::string readable_time, mail_time;
  std::vector<Field> fields;

  void success() { slack_color = "#2eb67d", mail_color = "#1a7f5a"; }
  void warning() { slack_color = "#ecb22e", mail_color = "#d99e0b"; }
  void error() { slack_color = "#e01e5a", mail_color = "#c5284c"; }
  void field(const char* label, std::string value, bool is_code = false) {
    if (!value.empty()) fields.push_back({label, std::move(value), is_code, false});
  }
};

inline std::string duration(const std::string& text) {
  long seconds = std::stol(text);
  if (seconds < 60) return text + " s";
  std::string out = std::to_string(seconds / 60) + " min";
  return seconds % 60 != 0 ? out + " " + std::to_string(seconds % 60) + " s" : out;
}

inline std::string commit(const std::string& hash) { return hash.substr(0, 7); }

inline std::string megabytes(const std::string& text) {
  long bytes = std::stol(text);
  return std::to_string(bytes / 1000000) + "." + std::to_string(bytes % 1000000 / 100000) + " MB";
}

/// The first lines of the messages of up to three commits, and how many more there are.
template <class Json>
std::string changes(const typename Json::Value& last_commits) {
  std::vector<std::string> lines;
  long more = std::stol(Json::text(last_commits, "remaining"));
  Json::each_object(Json::member(last_commits, "commits"), [&](const typename Json::Value& commit) {
    const std::string message = Json::text(commit, "message"), author = Json::text(commit, "author");
    if (lines.size() == 3) {
      ++more;
    } else if (!message.empty()) {
      lines.push_back('"' + message.substr(0, message.find('\n')) + '"' + (author.empty() ? "" : " (" + author + ")"));
    }
  });
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i)
    out += (i == 0 ? "" : i + 1 == lines.size() && more == 0 ? " and " : ", ") + lines[i];
  return more == 0 || lines.empty() ? out : out + " and " + std::to_string(more) + " more";
}

/// From "1:S" to "3:S" is "from 1 to 3 (S)".
inline std::string scaling(const std::string& before, const std::string& after) {
  std::size_t old_colon = before.find(':'), colon = after.find(':');
  std::string old_size = before.substr(old_colon + 1), size = after.substr(colon + 1);
  return "from " + before.substr(0, old_colon) + (old_size == size ? "" : " (" + old_size + ")") + " to " +
         after.substr(0, colon) + " (" + size + ")";
}

inline void set_time(Message& m, const std::string& created_at) {
  std::tm time = {};
  if (std::sscanf(created_at.c_str(), "%d-%d-%dT%d:%d:%d", &time.tm_year, &time.tm_mon, &time.tm_mday, &time.tm_hour,
                  &time.tm_min, &time.tm_sec) != 6) {
    return;
  }
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  timegm(&time);  // fills tm_wday
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &time);
  m.mail_time = text;
  std::strftime(text, sizeof text, "%d %b %Y, %H:%M UTC", &time);
  m.readable_time = text[0] == '0' ? text + 1 : text;
}

/// Says what happened. `Json` is one of the libraries' access classes: see nlohmann.hpp.
template <class Json>
Message describe(const typename Json::Value& event) {
  Message m;
  const auto& data = Json::member(event, "type_data");
  auto text = [&data](const char* key) { return Json::text(data, key); };
  m.kind = Json::text(event, "type");
  m.event_id = Json::text(event, "id");
  m.app = Json::text(event, "app_name");
  m.actor = Json::text(Json::member(event, "user"), "username");
  set_time(m, Json::text(event, "created_at"));

  if (m.kind == "deployment") {
    std::string status = text("status"), ref = text("git_ref");
    m.link = text("git_ref_url");
    if (status == "success") {
      m.success();
      m.title = "deployment succeeded";
      m.sentence = "Commit " + commit(ref) + " was deployed to " + m.app + " in " + duration(text("duration")) + ".";
    } else if (status == "aborted") {
      m.warning();
      m.title = "deployment aborted";
      m.sentence = "The deployment of commit " + commit(ref) + " to " + m.app + " was aborted after " +
                   duration(text("duration")) + ".";
    } else {
      m.error();
      m.title = "deployment failed";
      m.link.clear();
      m.sentence = "The deployment of commit " + commit(ref) + " to " + m.app + " failed after " +
                   duration(text("duration")) + ": " +
                   (status == "build-error" ? "the build failed" : "the new version crashed on start") + ".";
    }
    if (m.link.empty()) m.fields.push_back({"Commit", text("git_ref_url"), false, true});
    std::string commits = changes<Json>(Json::member(data, "last_commits"));
    if (!commits.empty()) m.fields.push_back({"Changes", commits, false, false, true});
    if (text("pusher") != m.actor) m.field("Pushed by", text("pusher"));
    m.field("Stack", text("stack"));
  } else if (m.kind == "scale") {
    const auto& before = Json::member(data, "previous_containers");
    std::string changes;
    Json::each_member(Json::member(data, "containers"), [&](const std::string& type, const std::string& count) {
      std::string old = Json::text(before, type.c_str());
      if (old != count) changes += (changes.empty() ? "" : ", ") + type + " " + scaling(old, count);
    });
    m.title = "scaled";
    m.sentence = m.app + " was scaled: " + changes + ".";
  } else if (m.kind == "restart") {
    std::string scope;
    Json::each_element(Json::member(data, "scope"),
                       [&scope](const std::string& type) { scope += (scope.empty() ? "" : ", ") + type; });
    std::string types = scope;
    if (const auto comma = types.rfind(", "); comma != std::string::npos) types.replace(comma, 2, " and ");
    std::string reason = text("reason") == "user_restart" ? "asked for by a user" : text("reason");
    m.title = "restarting";
    m.sentence = "The " + types + " containers of " + m.app + " are restarting (" + reason + ").";
  } else if (m.kind == "crash") {
    m.error();
    m.link = text("logs_url");
    m.title = text("container_type") + " crashed";
    m.sentence = "The container " + text("container_type") + " of " + m.app + " crashed.";
    m.field("Logs", text("crash_logs"), true);
  } else if (m.kind == "run") {
    m.title = "one-off container started";
    m.name = text("command");
    m.sentence = "A one-off container of " + m.app + " runs the command \"" + m.name + "\".";
    m.field("Audit log", text("audit_log_id") + " (" + megabytes(text("audit_log_size")) + ")");
  } else if (m.kind == "edit_variable") {
    m.title = "variable changed";
    m.name = text("name");
    m.sentence = "The variable \"" + m.name + "\" in the environment of " + m.app + " was changed.";
  } else {
    throw std::runtime_error("no wording for " + m.kind);
  }
  m.title = m.app + ": " + m.title;
  return m;
}

/// What Slack wants replaced: https://api.slack.com/reference/surfaces/formatting#escaping
inline std::string slack_escape(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  }
  return out;
}

inline std::string slack_link(const std::string& url, const std::string& label) {
  return "<" + slack_escape(url) + "|" + label + ">";
}

/// Actor, kind and time, as the context line shows them.
inline std::string origin(const Message& m) {
  return slack_escape(m.actor + " \xC2\xB7 " + m.kind + " \xC2\xB7 " + m.readable_time);
}

}  // namespace peer
