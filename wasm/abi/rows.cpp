// What is known of platforms, as JSON: for the build of the package, which makes the TypeScript of it.

#include <cstdint>

#include "notifier/json/writer.hpp"
#include "notifier/platform/table.hpp"

namespace {

using notifier::PlatformField;
using Kind = PlatformField::Kind;

constexpr std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::url: return "url";
    case Kind::text: return "text";
    case Kind::token: return "token";
    case Kind::choice: return "choice";
    case Kind::number: return "number";
    case Kind::users: return "users";
    case Kind::addresses: return "addresses";
    case Kind::signing_secrets: return "signing_secrets";
    case Kind::headers: return "headers";
    case Kind::json: return "json";
    case Kind::refused: break;
  }
  return "refused";
}

void write(notifier::json::Writer& out, const PlatformField& field) {
  out.object([&] {
    out.member("key", field.key());
    out.member("kind", name_of(field.kind));
    out.key("required");
    out.boolean(field.is_required);
    out.key("secret");
    out.boolean(field.visibility != PlatformField::Visibility::open);
    out.key("shown");
    out.boolean(field.visibility != PlatformField::Visibility::write_only);
    const bool is_in_body = field.in == notifier::Place::body && field.visibility != PlatformField::Visibility::open;
    if (is_in_body) out.member("member", field.name_in_request());
    if (!field.choices.empty()) out.member("choices", field.choices);
    if (!field.fallback.empty()) out.member("fallback", field.fallback);
  });
}

notifier::Buffer text;

}  // namespace

extern "C" {

/// The address of a text that ends with a zero: the platforms in the order of their numbers.
std::uintptr_t notifier_rows() {
  notifier::json::Writer out(text);
  out.array([&] {
    for (std::size_t i = 0; i < notifier::platform_count; ++i) {
      const notifier::PlatformRow& row = notifier::platform_info(static_cast<notifier::Platform>(i));
      out.object([&] {
        out.member("name", row.name);
        out.member("transport", row.transport == notifier::Transport::smtp ? "smtp" : "http");
        out.key("fields");
        out.array([&] {
          for (const PlatformField& field : row.fields) {
            if (field.is_kept()) write(out, field);
          }
        });
      });
    }
  });
  text.append('\0');
  return reinterpret_cast<std::uintptr_t>(text.data());
}

}  // extern "C"
