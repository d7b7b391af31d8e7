// Events read and Slack payloads built with Boost.JSON.

#pragma once

#include <boost/json.hpp>
#include <string>

#include "message.hpp"

namespace peer {

struct BoostJson {
  static constexpr bool keeps_order = true;
  using Value = boost::json::value;

  static Value parse(const std::string& text) { return boost::json::parse(text); }
  static const Value& member(const Value& object, const char* key) { return object.as_object().at(key); }
  static std::string text(const Value& object, const char* key) {
    const Value* found = object.as_object().if_contains(key);
    return found == nullptr ? std::string() : scalar(*found);
  }
  template <class F>
  static void each_member(const Value& object, F&& f) {
    for (auto& member : object.as_object()) f(std::string(member.key()), scalar(member.value()));
  }
  template <class F>
  static void each_element(const Value& array, F&& f) {
    for (auto& value : array.as_array()) f(scalar(value));
  }

  template <class F>
  static void each_object(const Value& array, F&& f) {
    for (auto& value : array.as_array()) f(value);
  }

  static std::string slack(const Message& m) {
    using boost::json::array;
    using boost::json::object;
    auto plain = [](const std::string& text) {
      return object{{"type", "plain_text"}, {"text", text}, {"emoji", false}};
    };
    auto markdown = [](const std::string& text) {
      return object{{"type", "mrkdwn"}, {"text", text}, {"verbatim", true}};
    };
    array inner, fields;
    auto flush = [&] {
      if (!fields.empty()) inner.push_back(object{{"type", "section"}, {"fields", std::move(fields)}});
      fields = array();
    };
    for (const Field& field : m.fields) {
      if (field.is_code) continue;
      if (field.is_wide) {
        flush();
        inner.push_back(object{{"type", "section"}, {"text", plain(field.label + ": " + slack_escape(field.value))}});
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
      inner.push_back(object{{"type", "section"},
                             {"text", markdown("*" + field.label + "*\n```\n" + slack_escape(field.value) + "\n```")}});
    }
    array elements;
    elements.push_back(plain(origin(m)));
    inner.push_back(object{{"type", "context"}, {"elements", std::move(elements)}});

    std::string title = slack_escape(m.title), sentence = slack_escape(m.sentence);
    array blocks;
    blocks.push_back(object{{"type", "header"}, {"text", plain(title)}});
    blocks.push_back(object{{"type", "section"}, {"text", plain(sentence)}});
    array attachments;
    attachments.push_back(object{{"color", m.slack_color}, {"blocks", std::move(inner)}});
    return boost::json::serialize(object{{"text", title + "\n" + sentence},
                                         {"mrkdwn", false},
                                         {"unfurl_links", false},
                                         {"unfurl_media", false},
                                         {"blocks", std::move(blocks)},
                                         {"attachments", std::move(attachments)}});
  }

 private:
  static std::string scalar(const Value& value) {
    if (const auto* string = value.if_string()) return std::string(string->data(), string->size());
    return boost::json::serialize(value);
  }
};

}  // namespace peer
