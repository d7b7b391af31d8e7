// Events read and Slack payloads built with picojson. Its objects are std::map, so keys come out in alphabetical order:
// the payloads are compared as values, not as bytes.

#pragma once

#include <picojson.h>

#include <string>

#include "message.hpp"

namespace peer {

struct Picojson {
  static constexpr bool keeps_order = false;
  using Value = picojson::value;

  static Value parse(const std::string& text) {
    Value value;
    std::string error = picojson::parse(value, text);
    if (!error.empty()) throw std::runtime_error(error);
    return value;
  }
  static const Value& member(const Value& object, const char* key) { return object.get(key); }
  static std::string text(const Value& object, const char* key) {
    const Value& value = object.get(key);
    return value.is<picojson::null>() ? std::string() : value.to_str();
  }
  template <class F>
  static void each_member(const Value& object, F&& f) {
    for (auto& [key, value] : object.get<picojson::object>()) f(key, value.to_str());
  }
  template <class F>
  static void each_element(const Value& array, F&& f) {
    for (auto& value : array.get<picojson::array>()) f(value.to_str());
  }

  template <class F>
  static void each_object(const Value& array, F&& f) {
    for (auto& value : array.get<picojson::array>()) f(value);
  }

  static std::string slack(const Message& m) {
    auto object = [](std::initializer_list<picojson::object::value_type> members) {
      return Value(picojson::object(members));
    };
    auto plain = [&object](const std::string& text) {
      return object({{"type", Value("plain_text")}, {"text", Value(text)}, {"emoji", Value(false)}});
    };
    auto markdown = [&object](const std::string& text) {
      return object({{"type", Value("mrkdwn")}, {"text", Value(text)}, {"verbatim", Value(true)}});
    };
    picojson::array inner, fields;
    auto flush = [&] {
      if (!fields.empty()) inner.push_back(object({{"type", Value("section")}, {"fields", Value(std::move(fields))}}));
      fields = picojson::array();
    };
    for (const Field& field : m.fields) {
      if (field.is_code) continue;
      if (field.is_wide) {
        flush();
        inner.push_back(
            object({{"type", Value("section")}, {"text", plain(field.label + ": " + slack_escape(field.value))}}));
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
      inner.push_back(
          object({{"type", Value("section")},
                  {"text", markdown("*" + field.label + "*\n```\n" + slack_escape(field.value) + "\n```")}}));
    }
    picojson::array elements{plain(origin(m))};
    inner.push_back(object({{"type", Value("context")}, {"elements", Value(std::move(elements))}}));

    std::string title = slack_escape(m.title), sentence = slack_escape(m.sentence);
    picojson::array blocks{object({{"type", Value("header")}, {"text", plain(title)}}),
                           object({{"type", Value("section")}, {"text", plain(sentence)}})};
    picojson::array attachments{object({{"color", Value(m.slack_color)}, {"blocks", Value(std::move(inner))}})};
    return object({{"text", Value(title + "\n" + sentence)},
                   {"mrkdwn", Value(false)},
                   {"unfurl_links", Value(false)},
                   {"unfurl_media", Value(false)},
                   {"blocks", Value(std::move(blocks))},
                   {"attachments", Value(std::move(attachments))}})
        .serialize();
  }
};

}  // namespace peer
