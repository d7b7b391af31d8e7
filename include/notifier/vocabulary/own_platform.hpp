// A platform of a host's own: a row of a vocabulary, which is read at run time.

#pragma once

#include <atomic>
#include <cstdint>
#include <forward_list>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/model/header_view.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/range.hpp"
#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What is read of such a row: the same that is known of a built-in platform, and what takes the place of its writer.
/// Its parts borrow from it, so it stays where it is. Nothing of it changes once it is read.
class OwnPlatform {
 public:
  /// How what an event says stands in the texts of a body, so that none of it is markup there.
  enum class Escape : std::uint8_t { plain, markdown, html, slack };

  explicit OwnPlatform(Platform number = Platform::webhook) noexcept { row_.platform = number; }
  OwnPlatform(const OwnPlatform&) = delete;
  OwnPlatform& operator=(const OwnPlatform&) = delete;

  const PlatformRow& row() const noexcept { return row_; }
  const ReplyRules& rules() const noexcept { return rules_; }
  Range<PayloadLimit> limits() const noexcept { return {limits_.data(), limits_.size()}; }
  Escape escape() const noexcept { return escape_; }
  /// The row itself, as compact JSON.
  std::string_view json() const noexcept { return json_; }
  /// Of the row: its fields, with what forms say of them.
  std::string_view fields_json() const noexcept { return fields_json_; }
  /// Of the row: the template of a request's body.
  std::string_view body() const noexcept { return body_; }
  /// Whether notifiers share what becomes of it: it names nothing that is theirs.
  bool is_body_shared() const noexcept { return is_body_shared_; }
  /// Where secrets stand in a body, as "to[0].key".
  const std::vector<std::string>& secret_paths() const noexcept { return secret_paths_; }

  const PlatformField* find_field(std::string_view key) const noexcept {
    for (const PlatformField& field : fields_) {
      if (field.is_kept() && field.key() == key) return &field;
    }
    return nullptr;
  }

  /// The same row with a number of its own; null until it has one.
  std::atomic<const OwnPlatform*>& numbered() const noexcept { return numbered_; }
  /// What others make of its body once, to be kept with it; null until then.
  std::atomic<const void*>& made_of_body() const noexcept { return made_of_body_; }

 private:
  friend class OwnPlatformReader;

  /// Keeps a text, with padding behind it.
  std::string_view keep(std::initializer_list<std::string_view> parts) {
    std::string& text = texts_.emplace_front();
    for (const std::string_view part : parts) text.append(part);
    const std::size_t size = text.size();
    text.append(text_padding, ' ');
    return {text.data(), size};
  }

  PlatformRow row_;
  ReplyRules rules_;
  Escape escape_ = Escape::plain;
  bool is_body_shared_ = true;
  std::string_view json_, fields_json_, body_;
  std::vector<PlatformField> fields_;
  std::vector<HeaderView> headers_;
  std::vector<std::string_view> target_;
  std::vector<int> statuses_;
  std::vector<KnownReply> replies_;
  std::vector<PayloadLimit> limits_;
  std::vector<std::string> secret_paths_;
  std::forward_list<std::string> texts_;
  mutable std::atomic<const OwnPlatform*> numbered_{nullptr};
  mutable std::atomic<const void*> made_of_body_{nullptr};
};

/// Calls `f(part, is_field, at)` for the parts of a template: text, and between it the keys of a notifier's fields,
/// which stand there as `{@notifier.KEY}`; each with its place. A slot without an end is text.
template <class F>
void for_each_template_part(std::string_view text, F&& f) {
  constexpr std::string_view open = "{@notifier.";
  for (std::size_t at = 0; at < text.size();) {
    std::size_t slot = text.find(open, at);
    const std::size_t end = slot == std::string_view::npos ? slot : text.find('}', slot);
    if (end == std::string_view::npos) slot = text.size();
    if (slot != at) f(text.substr(at, slot - at), false, at);
    if (slot == text.size()) break;
    f(text.substr(slot + open.size(), end - slot - open.size()), true, slot);
    at = end + 1;
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
