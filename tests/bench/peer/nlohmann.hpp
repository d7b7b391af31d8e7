// Events read and Slack payloads built with nlohmann::json.

#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "message.hpp"

namespace peer {

struct Nlohmann {
  static constexpr bool keeps_order = true;
  using Value = nlohmann::ordered_json;

  static Value parse(const std::string& text) { return Value::parse(text); }
  static const Value& member(const Value& object, const char* key) { return object.at(key); }
  static std::string text(const Value& object, const char* key) {
    auto found = object.find(key);
    if (found == object.end()) return {};
    return found->is_string() ? found->get<std::string>() : found->dump();
  }
  template <class F>
  static void each_member(const Value& object, F&& f) {
    for (auto& [key, value] : object.items()) f(key, value.template get<std::string>());
  }
  template <class F>
  static void each_element(const Value& array, F&& f) {
    for (auto& value : array) f(value.template get<std::string>());
  }

  template <class F>
  static void each_object(const Value& array, F&& f) {
    for (auto& value : array) f(value);
  }

  static std::string slack(const Message& m) {
    auto plain = [](std::string text) {
      return Value{{"type", "plain_text"}, {"text", std::move(text)}, {"emoji", false}};
    };
    auto markdown = [](std::string text) {
      return Value{{"type", "mrkdwn"}, {"text", std::move(text)}, {"verbatim", true}};
    };
    Value inner = Value::array();
    Value fields = Value::array();
    auto flush = [&] {
      if (!fields.empty()) inner.push_back(Value{{"type", "section"}, {"fields", std::move(fields)}});
      fields = Value::array();
    };
    for (const Field& field : m.fields) {
      if (field.is_code) continue;
      if (field.is_wide) {
        flush();
        inner.push_back(Value{{"type", "section"}, {"text", plain(field.label + ": " + slack_escape(field.value))}});
        continue;
      }
      fields.push_back(field.is_link ? markdown(slack_link(field.value, field.label))
                                     : plain(field.label + ": " + slack_escape(field.value)));
      if (fields.size() == 10) flush();
    }
    if (!m.link.empty()) fields.push_back(markdown(slack_link(m.link, "View details")));
    flush();
    for (const Field& field : m.fields) {
      if (!field.is_code) continue;
      inner.push_back(Value{{"type", "section"},
                            {"text", markdown("*" + field.label + "*\n```\n" + slack_escape(field.value) + "\n```")}});
    }
    Value elements = Value::array({plain(origin(m))});
    inner.push_back(Value{{"type", "context"}, {"elements", std::move(elements)}});

    std::string title = slack_escape(m.title), sentence = slack_escape(m.sentence);
    Value body{{"text", title + "\n" + sentence}, {"mrkdwn", false}, {"unfurl_links", false}, {"unfurl_media", false}};
    body["blocks"] = Value::array(
        {Value{{"type", "header"}, {"text", plain(title)}}, Value{{"type", "section"}, {"text", plain(sentence)}}});
    body["attachments"] = Value::array({Value{{"color", m.slack_color}, {"blocks", std::move(inner)}}});
    return body.dump();
  }
};

}  // namespace peer
