// Previews: what a draft or a saved notifier would send for an event, byte for byte, with nothing sent.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/api/notifiers.hpp"
#include "notifier/api/raw_member.hpp"
#include "notifier/api/sample_event.hpp"
#include "notifier/delivery/signature.hpp"
#include "notifier/net/url.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// A webhook URL without what makes it a secret: scheme, host and port.
inline std::string mask_url(std::string_view text) {
  const auto url = parse_http_url(text);
  if (!url) return "***";
  const std::size_t secret = url->target.empty() ? text.size() : text.size() - url->target.size();
  return joined(std::string(text.substr(0, secret)), "/***");
}

/// Whether asterisks stand for a field in the bytes that are shown. Those of a URL are seen once it is to be revealed,
/// but for what nobody ever sees.
inline bool is_masked(const PlatformField& field, bool reveal_url) noexcept {
  using Visibility = PlatformField::Visibility;
  const bool is_in_url = field.in == Place::path || field.in == Place::query;
  return field.visibility != Visibility::open && field.in != Place::none && field.in != Place::url &&
         field.in != Place::whole && !(reveal_url && is_in_url && field.visibility == Visibility::secret);
}

/// The notifier with asterisks for its secrets, so that none gets into a preview, wherever in a request it stands. URLs
/// that are secrets are masked where they are shown: they have to be read first.
inline Notifier masked(const Notifier& notifier, bool reveal_url) {
  Notifier shown = notifier;
  for (const PlatformField& field : platform_info(notifier.platform).fields) {
    if (!is_masked(field, reveal_url)) continue;
    if (!notifier.type_data.text(field.key()).empty()) shown.type_data.set_text(field.key(), "***");
    const Range<std::string> texts = notifier.type_data.texts(field.key());
    std::vector<std::string> hidden(texts.begin(), texts.end());
    for (std::size_t i = 1; i < hidden.size(); i += 2) hidden[i] = "***";  // values of headers
    shown.type_data.set_texts(field.key(), std::move(hidden));
  }
  return shown;
}

/// What is shown of the URL that a delivery goes to.
inline std::string shown_url(const DeliveryView& delivery, bool reveal_url) {
  for (const PlatformField& field : platform_info(delivery.platform).fields) {
    const bool is_secret_url =
        field.kind == PlatformField::Kind::url && field.visibility != PlatformField::Visibility::open;
    if (is_secret_url && !reveal_url) return mask_url(delivery.url);
  }
  return std::string(delivery.url);
}

/// Writes a delivery as it would be sent: an HTTP request, or for email an envelope and a message; and what had to be
/// cut.
inline void write_preview(json::Writer& out, const DeliveryView& delivery, const Notifier& notifier, bool reveal_url) {
  out.object([&] {
    out.member("event_id", delivery.event_id);
    out.member("notifier_id", delivery.notifier_id);
    out.member("notifier_name", delivery.notifier_name);
    out.member("platform", to_string(delivery.platform));
    if (is_mail(delivery.platform)) {
      out.member("from", delivery.from);
      out.key("to");
      out.array([&] {
        for (const std::string_view to : delivery.to) out.string(to);
      });
      out.member("message", delivery.body);
    } else {
      out.member("method", delivery.method);
      out.member("url", shown_url(delivery, reveal_url));
      out.key("headers");
      out.object([&] {
        for (const HeaderView& header : delivery.headers) {
          out.escaped_key(header.name);
          out.string(header.value);
        }
        if (notifier.type_data.texts("signing_secret").empty()) return;
        const SignatureDialect dialect = dialect_named(notifier.type_data.text("signature"));
        if (dialect == SignatureDialect::standard) out.member("webhook-timestamp", signature_preview);
        out.member(signature_header_name(dialect), signature_preview);
      });
      out.member("body", delivery.body);
    }
    out.key("truncations");
    out.array([&] {
      for (const Truncation& cut : delivery.truncations) {
        out.object([&] {
          out.member("part", cut.part);
          out.key("length");
          out.integer(static_cast<std::int64_t>(cut.length));
          out.key("kept");
          out.integer(static_cast<std::int64_t>(cut.kept));
        });
      }
    });
  });
}

/// What a preview is asked for: `{"notifier":{...}?, "event":{...} or a kind's name?, "reveal_url":true?}`.
struct PreviewRequest {
  json::View body;    ///< missing where the request has none
  std::string event;  ///< the given one byte for byte, or a sample
  bool reveal_url = false;
};

/// What is previewed where nobody says of what: the first kind, where the one that everybody knows is not there.
inline std::string_view usual_kind(const Vocabulary& vocabulary) {
  constexpr std::string_view known = "deployment";
  if (vocabulary.find_event_kind(known) != nullptr) return known;
  return vocabulary.event_kinds().empty() ? "test" : vocabulary.event_kinds().front().type;
}

/// Reads the body; the rule that no key is given twice stops at the event, which may be any JSON.
inline Result<PreviewRequest> read_preview_request(Call& call, const App& app) {
  PreviewRequest preview;
  const std::string_view text = call.request.body;
  if (!text.empty()) {
    auto root = call.document.parse(text, NOTIFIER_MAX_EVENT_BYTES);
    if (!root) return root.error();
    preview.body = *root;
    const std::string_view event = raw_member(text, "event");
    std::string rest(text);
    if (!event.empty()) {
      const std::size_t start = static_cast<std::size_t>(event.data() - text.data());
      rest.replace(start, event.size(), event.size(), ' ').replace(start, 1, "0");
    }
    const std::size_t duplicate = json::find_duplicate_key(rest);
    if (duplicate != Error::no_offset) return duplicate_key_error(duplicate);
    if (event.substr(0, 1) == "{") {
      preview.event = event;
    } else if (!event.empty() && event[0] != '"' && event != "null") {
      Error error;
      error.fields.push_back({"event", "must be an event, or the name of an event kind", "type"});
      return error;
    }
    const json::View reveal = (*root)["reveal_url"];
    preview.reveal_url = reveal.boolean() || reveal.string() == "true";
  }
  if (preview.event.empty()) {
    const auto vocabulary = call.registry.vocabulary();
    std::string_view kind = preview.body.string("event");
    if (kind.empty()) kind = usual_kind(*vocabulary);
    preview.event = sample_event(kind, app, call.now(), *vocabulary);
  }
  return preview;
}

inline Response preview_response(Call& call, const Notifier& notifier, const PreviewRequest& preview) {
  const auto delivery = call.router.preview(masked(notifier, preview.reveal_url), preview.event);
  if (!delivery) return failure(delivery.error());
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key("preview");
      write_preview(out, *delivery, notifier, preview.reveal_url);
    });
  });
}

/// A draft needs no name to be previewed.
inline Response preview_draft(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto preview = read_preview_request(call, *app);
  if (!preview) return failure(preview.error());
  auto draft = read_draft(preview->body);
  if (!draft) return failure(draft.error());
  if (!draft->name || draft->name->empty()) draft->name = "Preview";
  auto notifier = validate(*draft, *call.registry.vocabulary(), call.registry.zones());
  if (!notifier) return failure(notifier.error());
  notifier->app_id = app->id;
  notifier->app = app->name;
  return preview_response(call, *notifier, *preview);
}

/// A saved notifier, with the changes that `notifier` in the body asks for, unsaved.
inline Response preview_notifier(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto notifier = call.registry.find(app->id, call.notifier_id());
  if (!notifier) return not_found("base");
  const auto preview = read_preview_request(call, *app);
  if (!preview) return failure(preview.error());
  if (!preview->body["notifier"].exists()) return preview_response(call, *notifier, *preview);

  const auto patch = read_draft(preview->body);
  if (!patch) return failure(patch.error());
  const auto change = call.registry.plan_update(app->id, notifier->id, *patch);
  if (!change) return failure(change.error());
  return preview_response(call, change->notifier, *preview);
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
