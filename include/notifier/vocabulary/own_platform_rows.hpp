// What an OwnPlatformReader makes of each member of a row.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/net/link.hpp"
#include "notifier/net/url.hpp"
#include "notifier/vocabulary/own_platform_reader.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr HeaderView own_platform_headers[] = {{"content-type", "application/json"},
                                                      {"user-agent", "notifier/2.0"}};

/// Of a notifier's field on all platforms whose requests are not signed.
inline constexpr PlatformField no_signing_field = {"type_data.signing_secret", PlatformField::Kind::refused,
                                                   PlatformField::Visibility::write_only, false,
                                                   "is for webhook notifiers alone"};

NOTIFIER_NOINLINE inline void OwnPlatformReader::read(json::View row) {
  std::string json;
  row.append_json(json);
  if (json.size() > NOTIFIER_MAX_PLATFORM_BYTES) {
    return fail("name", with_number("is of a row that is longer than ", NOTIFIER_MAX_PLATFORM_BYTES, " bytes"),
                "too_long");
  }
  out_.json_ = out_.keep({json});
  check(row, platform_keys, {});
  PlatformRow& of = out_.row_;
  of.name = keep(text(row, "name", "name", longest_near_key));
  const bool is_name =
      is_key(of.name) && std::none_of(of.name.begin(), of.name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_name)
    fail("name", "must be a word of lower case letters, digits and underscores, at most 63", "invalid_text");
  of.id = keep(text(row, "id", "id", NOTIFIER_MAX_ID_BYTES));
  if (of.id.empty()) {
    const Hash128::Hex hex(Hash128().add("platform").add(of.name));
    char id[32];
    hex.write(id);
    of.id = out_.keep({{id, 24}});
  } else if (!std::all_of(of.id.begin(), of.id.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; })) {
    fail("id", "must be of letters, digits and hyphens", "invalid_text");
  }
  of.display_name = keep(text(row, "display_name", "display_name"));
  if (of.display_name.empty()) of.display_name = of.name;
  of.description = keep(text(row, "description", "description"));

  out_.fields_.reserve(max_platform_fields);
  std::size_t position = 0;
  each(row["fields"], "fields", max_platform_fields - 1,
       [&](json::View field, const std::string&) { read_field(field, position++); });
  std::string fields_json;
  row["fields"].append_json(fields_json);
  out_.fields_json_ = row["fields"].is_array() ? out_.keep({fields_json}) : std::string_view("[]");
  read_request(row["request"]);
  out_.fields_.push_back(no_signing_field);
  of.fields = {out_.fields_.data(), out_.fields_.size()};
  of.headers = {out_.headers_.data(), out_.headers_.size()};

  read_escape(row);
  read_limits(row["limits"]);
  read_success(row["success"]);
  each(row["errors"], "errors", 64, [&](json::View error, const std::string& path) { read_error(error, path); });
  out_.rules_.replies = {out_.replies_.data(), out_.replies_.size()};
  read_retry_after(row["retry_after"]);
  out_.rules_.receipt = keep(text(row, "receipt", "receipt", NOTIFIER_MAX_ID_BYTES));
  read_pace(row);
  read_idempotency(row["idempotency"]);
}

inline void OwnPlatformReader::read_field(json::View value, std::size_t position) {
  using Kind = PlatformField::Kind;
  constexpr std::string_view kinds = "url text token choice number";
  const std::string path = with_number("fields[", position, "]");
  const auto at = [&](std::string_view member) { return joined(path, ".", member); };
  if (!value.is_object()) return fail(path, "must be an object", "type");
  check(value, "key label kind required secret in name choices default help", path);
  const std::string_view key = text(value, "key", at("key"));
  if (!is_key(key)) {
    return fail(at("key"), "must be a word of letters, digits and underscores, at most 63", "invalid_text");
  }
  if (key == "signing_secret" || key == "signature") return fail(at("key"), "is a webhook's own", "taken");
  if (out_.find_field(key) != nullptr) return fail(at("key"), "is given twice", "taken");
  PlatformField field;
  field.path = out_.keep({"type_data.", key});
  const std::string_view kind = value["kind"].exists() ? text(value, "kind", at("kind")) : std::string_view("text");
  if (!is_word(kind, kinds, at("kind"))) return;
  field.kind = kind == "url"      ? Kind::url
               : kind == "token"  ? Kind::token
               : kind == "choice" ? Kind::choice
               : kind == "number" ? Kind::number
                                  : Kind::text;
  field.is_required = boolean(value, "required", at("required"));
  const bool is_secret = boolean(value, "secret", at("secret"));
  if (is_secret) field.visibility = PlatformField::Visibility::write_only;
  field.name = keep(text(value, "name", at("name"), NOTIFIER_MAX_ID_BYTES));
  std::string choices;
  each(value["choices"], at("choices"), 100, [&](json::View choice, const std::string& where) {
    const std::string_view word = choice.string();
    const bool is_visible = std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 127; });
    if (word.empty() || word.size() > NOTIFIER_MAX_ID_BYTES || !is_visible) {
      fail(where, "must be a word of visible ASCII characters", "invalid_text");
    }
    choices.append(choices.empty() ? "" : " ").append(word);
  });
  if (choices.empty() == (field.kind == Kind::choice)) {
    fail(at("choices"), field.kind == Kind::choice ? "can't be blank" : "are for a field of kind choice", "blank");
  }
  field.choices = keep(choices);
  field.fallback = keep(text(value, "default", at("default")));
  text(value, "label", at("label"));
  text(value, "help", at("help"));
  if (!field.fallback.empty() && (is_secret || field.is_required)) {
    fail(at("default"), is_secret ? "can't be a secret's" : "can't be where something is required", "unsupported");
  } else if (!field.fallback.empty() && field.kind == Kind::choice && !is_among(field.fallback, choices)) {
    fail(at("default"), "must be one of the choices", "unknown");
  } else if (!field.fallback.empty() && field.kind == Kind::url && !parse_http_url(field.fallback)) {
    fail(at("default"), "must be an http or https URL", "invalid_url");
  } else if (!field.fallback.empty() && field.kind == Kind::number &&
             field.fallback.find_first_not_of("0123456789") != std::string_view::npos) {
    fail(at("default"), "must be a number", "type");
  }
  place_field(field, text(value, "in", at("in")), path);
  out_.fields_.push_back(field);
}

inline void OwnPlatformReader::place_field(PlatformField& field, std::string_view in, const std::string& path) {
  const std::string where = joined(path, ".in");
  if (in.empty() || !is_word(in, "url path query header body", where)) return;
  if (in == "query") field.in = Place::query;
  if (in == "header") field.in = Place::header;
  if (in == "body") field.in = Place::body;
  // Those in the URL are named there.
  if (in == "header" && field.kind == PlatformField::Kind::url) {
    fail(where, "can't be so: a URL may hold what no header does", "unsupported");
  }
}

inline PlatformField* OwnPlatformReader::find_field(std::string_view key, std::string_view where, std::size_t at) {
  for (PlatformField& field : out_.fields_) {
    if (field.key() == key) return &field;
  }
  const std::string place = joined("character ", decimal(at + 1), ": ");
  fail(where, with_quoted(joined(place, "no field is called "), key, nearest_or_all(key, keys())), "wording");
  return nullptr;
}

inline void OwnPlatformReader::read_request(json::View request) {
  if (!request.is_object()) return fail("request", "must be an object", "type");
  check(request, "method url headers body", "request");
  const std::string_view method = text(request, "method", "request.method");
  if (!method.empty() && is_word(method, "POST PUT PATCH", "request.method")) out_.row_.method = keep(method);
  read_url(request["url"]);
  out_.headers_.assign(std::begin(own_platform_headers), std::end(own_platform_headers));
  const json::View headers = request["headers"];
  if (headers.exists() && !headers.is_null() && !headers.is_object())
    fail("request.headers", "must be an object", "type");
  headers.for_each_member([this](std::string_view name, json::View value) { read_header(name, value); });

  const json::View body = request["body"];
  std::string json;
  body.append_json(json);
  if (!body.exists() || body.is_null()) return fail("request.body", "can't be blank: it is what is sent", "blank");
  if (json.size() > NOTIFIER_MAX_BODY_TEMPLATE_BYTES) {
    return fail("request.body", with_number("is longer than ", NOTIFIER_MAX_BODY_TEMPLATE_BYTES, " bytes"), "too_long");
  }
  out_.body_ = out_.keep({json});
  read_body(body, {});
  for (const PlatformField& field : out_.fields_) {
    if (field.in != Place::body) continue;
    out_.is_body_shared_ = false;
    if (!body.is_object()) fail("request.body", "must be an object, since fields are members of it", "type");
    if (body[field.name_in_request()].exists())
      fail("request.body", with_quoted("has a member that is a field's, too: ", field.name_in_request()), "taken");
  }
}

/// Of a template all that a RequestBuilder takes: fields stand as "{key}".
inline void OwnPlatformReader::read_url(json::View value) {
  const std::string where = "request.url";
  if (!value.exists() || value.is_null()) {
    if (out_.fields_.empty() || out_.fields_[0].kind != PlatformField::Kind::url || !out_.fields_[0].is_required)
      fail(where, "can't be blank, unless the first field is a url that is required", "blank");
    return;
  }
  const std::string_view given = value.string();
  if (!value.is_string() || given.size() > NOTIFIER_MAX_URL_BYTES) {
    return fail(where, value.is_string() ? "is too long" : "must be a string", value.is_string() ? "too_long" : "type");
  }
  std::string url, tried;
  for_each_template_part(given, [&](std::string_view part, bool is_field, std::size_t at) {
    const std::string place = joined("character ", decimal(at + 1), ": ");
    if (!is_field) {
      constexpr std::string_view key = "{@idempotency_key}";
      std::string literal(part);
      std::string shown(part);
      if (const std::size_t slot = literal.find(key); slot != std::string::npos) {
        literal.replace(slot, key.size(), "{idempotency_key}");
        shown.replace(slot, key.size(), "x");
      }
      if (shown.find_first_of("{}") != std::string::npos)
        fail(where, joined(place, "of slots there are {@notifier.KEY} and {@idempotency_key}"), "wording");
      url += literal;
      tried += shown;
      return;
    }
    PlatformField* const field = find_field(part, where, at);
    if (field == nullptr) return;
    const bool is_url = field->kind == PlatformField::Kind::url;
    const std::size_t path = tried.find('/', web_scheme_size(tried));
    if (is_url ? at != 0 : web_scheme_size(tried) == 0 || path == std::string::npos) {
      fail(where,
           joined(place, is_url ? "a url stands at the beginning" : "a field stands behind the host, in path or query"),
           "wording");
    }
    if (field->in != Place::none && field->in != Place::path && field->in != Place::url)
      fail(where, joined(place, "this field stands elsewhere in the request already"), "wording");
    field->in = is_url ? Place::url : Place::path;
    url.append("{").append(part).append("}");
    tried += is_url ? "https://example.com" : "x";
  });
  if (!parse_http_url(tried)) fail(where, "must be an http or https URL", "invalid_url");
  out_.row_.url = out_.keep({url});
}

inline void OwnPlatformReader::read_header(std::string_view name, json::View value) {
  constexpr std::string_view ours =
      "host content-length transfer-encoding connection keep-alive proxy-connection te trailer upgrade expect "
      "webhook-id webhook-timestamp webhook-signature";
  const std::string where = joined("request.headers.", quoted(name));
  std::string lower(name.substr(0, longest_near_key + 1));
  for (char& c : lower) c = to_lower(c);
  const bool is_token =
      !lower.empty() && lower.size() <= longest_near_key &&
      std::all_of(lower.begin(), lower.end(), [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
  if (!is_token || is_among(lower, ours)) return fail(where, "can't be a header of a request's own", "invalid_text");
  if (!value.is_string() || value.string().size() > NOTIFIER_MAX_URL_BYTES)
    return fail(where, "must be a string, and not too long", "type");
  std::string written;
  for_each_template_part(value.string(), [&](std::string_view part, bool is_field, std::size_t at) {
    const std::string place = joined("character ", decimal(at + 1), ": ");
    if (!is_field) {
      const bool is_visible = std::all_of(part.begin(), part.end(), [](char c) { return c >= ' ' && c < 127; });
      if (part.find_first_of("{}") != std::string_view::npos || !is_visible) {
        fail(where, joined(place, "there are visible ASCII characters and {@notifier.KEY}"), "wording");
      }
      written.append(part);
      return;
    }
    PlatformField* const field = find_field(part, where, at);
    using Kind = PlatformField::Kind;
    if (field != nullptr && (field->kind == Kind::url || field->kind == Kind::text)) {
      fail(where, joined(place, "a header holds a token, a choice or a number"), "wording");
    }
    if (field != nullptr && field->in == Place::none) field->in = Place::slot;
    out_.row_.has_header_slots = true;
    written.append("{").append(part).append("}");
  });
  const HeaderView header = {out_.keep({lower}), out_.keep({written})};
  auto& headers = out_.headers_;
  const auto same =
      std::find_if(headers.begin(), headers.end(), [&](const HeaderView& one) { return one.name == header.name; });
  if (same != headers.end()) {
    *same = header;
  } else if (headers.size() == max_platform_headers) {
    fail(where, with_number("is one too many: at most ", max_platform_headers), "too_many");
  } else {
    headers.push_back(header);
  }
}

NOTIFIER_NOINLINE inline void OwnPlatformReader::read_body(json::View value, std::string path) {
  std::size_t position = 0;
  value.for_each_element([&](json::View element) { read_body(element, joined(path, "[", decimal(position++), "]")); });
  value.for_each_member([&](std::string_view key, json::View member) {
    const bool has_path = key.find_first_of(".[") == std::string_view::npos && !key.empty();
    read_body(member, joined(path, path.empty() ? "" : ".", has_path ? key : std::string_view("?")));
  });
  for_each_template_part(value.string(), [&](std::string_view part, bool is_field, std::size_t at) {
    if (!is_field) return;
    const std::string where = joined("request.body", path.empty() || path[0] == '[' ? "" : ".", path);
    PlatformField* const field = find_field(part, where, at);
    if (field == nullptr) return;
    if (field->in == Place::none) field->in = Place::slot;
    out_.is_body_shared_ = false;
    if (field->visibility == PlatformField::Visibility::open) return;
    if (path.find('?') != std::string::npos)
      fail(where, "can't hold a secret below a member whose name has a dot or a bracket", "unsupported");
    out_.secret_paths_.push_back(path);
  });
}

inline void OwnPlatformReader::read_escape(json::View row) {
  const std::string_view escape = text(row, "escape", "escape");
  if (escape.empty() || !is_word(escape, "plain markdown html slack", "escape")) return;
  using Escape = OwnPlatform::Escape;
  out_.escape_ = escape == "markdown" ? Escape::markdown
                 : escape == "html"   ? Escape::html
                 : escape == "slack"  ? Escape::slack
                                      : Escape::plain;
}

inline void OwnPlatformReader::read_limits(json::View list) {
  each(list, "limits", 32, [&](json::View value, const std::string& path) {
    check(value, "part amount unit", path);
    PayloadLimit limit;
    limit.part = keep(text(value, "part", joined(path, ".part"), NOTIFIER_MAX_ID_BYTES));
    limit.amount = static_cast<std::size_t>(
        number(value["amount"], joined(path, ".amount"), 16, static_cast<std::int64_t>(NOTIFIER_MAX_BODY_BYTES)));
    const std::string_view unit = text(value, "unit", joined(path, ".unit"));
    if (!unit.empty() && is_word(unit, "bytes code_points utf16", joined(path, ".unit")))
      limit.unit = unit == "bytes"   ? PayloadLimit::Unit::bytes
                   : unit == "utf16" ? PayloadLimit::Unit::utf16
                                     : PayloadLimit::Unit::code_points;
    out_.limits_.push_back(limit);
  });
}

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/vocabulary/own_platform_replies.hpp"
