// Events of a test, and what is told of them.

#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/message/describe.hpp"

/// Describes one event; what it gives lives until the next.
class Describer {
 public:
  const notifier::Message& operator()(const std::string& event, std::string_view link_base = "") {
    auto root = document_.parse(event);
    INFO(event);
    REQUIRE(root);
    describe(notifier::Event::read(*root, event), link_base, message_);
    return message_;
  }

 private:
  notifier::json::Document document_;
  notifier::Message message_;
};

inline std::string event_of(std::string_view kind, std::string_view type_data,
                            std::string_view envelope = R"("app_name":"shop",)") {
  return R"({"id":"e",)" + std::string(envelope) + R"("type":")" + std::string(kind) + R"(","type_data":)" +
         std::string(type_data) + "}";
}

inline std::string sentence_of(std::string_view kind, std::string_view type_data) {
  return std::string(Describer()(event_of(kind, type_data)).sentence());
}

inline std::string field_of(const notifier::Message& message, std::string_view label) {
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    if (message.field(i).label == label) return std::string(message.field(i).value);
  }
  return "(none)";
}

/// All that people may read of it.
inline std::string all_text_of(const notifier::Message& message) {
  std::string text;
  for (const auto part : {message.title(), message.sentence(), message.actor(), message.subject(), message.link()}) {
    text += std::string(part) + "\n";
  }
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    text += std::string(message.field(i).label) + ": " + std::string(message.field(i).value) + "\n";
  }
  return text;
}
