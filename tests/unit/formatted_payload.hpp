// What a platform's writer makes of a message, read as JSON.

#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/json/document.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/truncation.hpp"

inline std::vector<notifier::json::View> elements(notifier::json::View array) {
  std::vector<notifier::json::View> found;
  array.for_each_element([&](notifier::json::View element) { found.push_back(element); });
  return found;
}

template <void (*format)(const notifier::Message&, notifier::Buffer&, notifier::Truncations&)>
struct FormattedPayload {
  std::string body;
  notifier::Truncations cut;
  notifier::json::Document document;
  notifier::json::View root;

  explicit FormattedPayload(const notifier::Message& message) {
    notifier::Buffer out;
    out.append("before");
    format(message, out, cut);
    CHECK(out.view().substr(0, 6) == "before");
    body = std::string(out.view(6));
    const auto parsed = document.parse(body, body.size());
    REQUIRE_MESSAGE(parsed.has_value(), body);
    root = *parsed;
  }
};
