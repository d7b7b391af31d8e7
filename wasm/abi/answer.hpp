// What a call answers: one notifier_result and the buffers that it points into, reused from call to call.

#pragma once

#include <cstdint>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/error.hpp"
#include "notifier/json/writer.hpp"
#include "notifier_wasm.h"

namespace notifier_wasm {

inline std::uint32_t address_of(const void* p) noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(p));
}

/// The text a host has put at an address.
inline std::string_view text_at(std::uint32_t address, std::uint32_t size) noexcept {
  return {reinterpret_cast<const char*>(static_cast<std::uintptr_t>(address)), size};
}

struct Answer {
  notifier_result result{};
  notifier::Buffer text;
  notifier::Buffer bodies;
  notifier::Buffer records;

  [[gnu::noinline]] void clear() noexcept {
    text.clear();
    bodies.clear();
    records.clear();
    result = {};
  }

  /// Points the result at the buffers, after the last of them has grown.
  notifier_status done() noexcept {
    result.text = address_of(text.data());
    result.text_size = static_cast<std::uint32_t>(text.size());
    result.records = address_of(records.data());
    result.bodies = address_of(bodies.data());
    result.bodies_size = static_cast<std::uint32_t>(bodies.size());
    return 0;
  }

  notifier_status fail(const notifier::Error& error);
};

extern Answer answer;

inline void write_json(notifier::json::Writer& out, const notifier::Error& error) {
  out.begin_object();
  out.member("code", notifier::to_string(error.code));
  out.member("message", error.message);
  if (error.offset != notifier::Error::no_offset) {
    out.key("offset");
    out.unsigned_integer(error.offset);
  }
  if (!error.field.empty()) out.member("field", error.field);
  if (!error.fields.empty()) {
    out.key("fields");
    out.array([&] {
      for (const notifier::FieldError& field : error.fields) {
        out.object([&] {
          out.member("field", field.field);
          out.member("message", field.message);
          out.member("code", field.code);
        });
      }
    });
  }
  out.end_object();
}

inline notifier_status Answer::fail(const notifier::Error& error) {
  clear();
  notifier::json::Writer out(text);
  write_json(out, error);
  done();
  return 1;
}

}  // namespace notifier_wasm
