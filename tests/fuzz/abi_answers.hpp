// Answers of the WebAssembly module's C interface, read as a host reads them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/json/document.hpp"
#include "notifier/model/platform.hpp"
#include "notifier_wasm.h"
#include "require.hpp"

namespace abi_answers {

namespace json = notifier::json;

inline std::uint32_t address_of(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

/// Memory of exactly a text's size.
class Text {
 public:
  explicit Text(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    if (size_ != 0) std::memcpy(bytes_.get(), text.data(), size_);
  }
  std::uint32_t at() const { return address_of(bytes_.get()); }
  std::uint32_t size() const { return size_; }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::uint32_t size_;
};

inline const notifier_result& result() {
  return *reinterpret_cast<const notifier_result*>(static_cast<std::uintptr_t>(notifier_answer()));
}

inline std::string_view bytes_at(std::uint32_t address, std::uint32_t size) {
  return {reinterpret_cast<const char*>(static_cast<std::uintptr_t>(address)), size};
}

/// The answer's text, copied, which reads all of it.
inline std::string answer_text() { return std::string(bytes_at(result().text, result().text_size)); }

/// Text by its UTF-16 units, as a host that has decoded it sees it.
class Decoded {
 public:
  explicit Decoded(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if ((byte & 0xC0) == 0x80) continue;
      starts_.push_back(i);
      if (byte >= 0xF0) starts_.push_back(i);  // two units
    }
    starts_.push_back(text.size());
  }

  std::string_view slice(std::uint32_t start, std::uint32_t size) const {
    require(start < starts_.size() && size < starts_.size() - start, "a slice beyond the decoded text", text_);
    return text_.substr(starts_[start], starts_[start + size] - starts_[start]);
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

/// A delivery as a host reads it from a record.
struct Read {
  std::string id;
  std::string target;
  std::string body;
  std::vector<std::string> pairs;
  std::vector<std::string> cuts;
};

inline std::vector<Read> read_records(std::string_view event, bool decode) {
  constexpr std::uint32_t still_bit = 0x80000000u;
  const std::string heads_bytes = answer_text();
  const std::string bodies_bytes(bytes_at(result().bodies, result().bodies_size));
  const Decoded heads(heads_bytes);
  const Decoded bodies(bodies_bytes);
  const auto* word = reinterpret_cast<const std::uint32_t*>(static_cast<std::uintptr_t>(result().records));
  const auto text = [&] {
    const std::uint32_t start = *word++;
    const std::uint32_t size = *word++;
    return std::string((size & still_bit) != 0 ? bytes_at(start, size & ~still_bit) : heads.slice(start, size));
  };
  std::vector<Read> read;
  for (std::uint32_t i = 0; i < result().count; ++i) {
    Read one;
    const std::uint32_t platform = *word++;
    require(platform < notifier::platform_count || platform >= notifier::first_own_platform,
            "a platform that there is not");
    one.id = text();
    text();  // name
    text();  // app
    one.target = text();
    text();  // event id
    text();  // event type
    require(!text().empty(), "no idempotency key", event);
    require(text().empty() == (platform == 0), "a request without a method, or a mail with one", event);
    const std::string arrival = text();
    json::Document as_json;
    require(arrival.empty() || as_json.parse(arrival, arrival.size()), "an arrival that is no JSON", arrival);
    word += 2;  // what it is paced as
    const std::uint32_t body = *word++;
    const std::uint32_t body_size = *word++;
    if (body_size == UINT32_MAX) {
      one.body = event;
    } else if (decode) {
      one.body = bodies.slice(body, body_size);
    } else {
      require(body <= bodies_bytes.size() && body_size <= bodies_bytes.size() - body, "a body beyond the bodies");
      one.body = bodies_bytes.substr(body, body_size);
    }
    const std::uint32_t pairs = *word++;
    const std::uint32_t cuts = *word++;
    for (std::uint32_t p = 0; p < pairs; ++p) {
      one.pairs.push_back(text());
      if (platform != 0) one.pairs.push_back(text());
    }
    for (std::uint32_t c = 0; c < cuts; ++c) {
      one.cuts.push_back(text() + " " + std::to_string(word[0]) + " " + std::to_string(word[1]));
      require(word[1] <= word[0], "a cut that adds");
      word += 2;
    }
    read.push_back(std::move(one));
  }
  return read;
}

}  // namespace abi_answers
