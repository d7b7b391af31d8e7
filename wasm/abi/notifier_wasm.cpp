#include "notifier_wasm.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "host.hpp"
#include "lines.hpp"
#include "outcome_json.hpp"
#include "records.hpp"

#include "notifier/api/api.hpp"
#include "notifier/notifier.hpp"

using notifier_wasm::answer;
using notifier_wasm::text_at;

notifier_wasm::Answer notifier_wasm::answer;

struct notifier_engine {
  explicit notifier_engine(std::uint32_t host)
      : registry(registry_options(host)), router(registry, router_options(host)), api(registry, api_options(host)) {}

  notifier::Registry registry;
  notifier::Router router;
  notifier_wasm::HostHistory history;
  notifier::Api api;
  notifier::json::Document document;
  notifier::json::Document audience;

 private:
  static notifier::RegistryOptions registry_options(std::uint32_t host) {
    notifier::RegistryOptions options;
    if ((host & NOTIFIER_HOST_CLOCK) != 0) options.clock = notifier_wasm::host_now;
    if ((host & NOTIFIER_HOST_IDS) != 0) options.new_id = notifier_wasm::host_new_id;
    return options;
  }

  notifier::RouterOptions router_options(std::uint32_t host) {
    notifier::RouterOptions options;
    if ((host & NOTIFIER_HOST_CLOCK) != 0) options.clock = notifier_wasm::host_now;
    if ((host & NOTIFIER_HOST_USERS) != 0) {
      options.users = [this](std::string_view id, std::string& email) {
        if (notifier_wasm::host_user(id, email)) return true;
        const auto user = registry.find_user(id);
        if (user) email = user->email;
        return user.has_value();
      };
    }
    return options;
  }

  notifier::ApiOptions api_options(std::uint32_t host) {
    notifier::ApiOptions options;
    options.router = router_options(host);
    if ((host & NOTIFIER_HOST_IDS) != 0) options.new_id = notifier_wasm::host_new_id;
    if ((host & NOTIFIER_HOST_HISTORY) != 0) options.history = &history;
    return options;
  }
};

namespace {

using notifier::Error;
using notifier::NotifierDraft;
using notifier::Result;
using notifier::json::View;
using notifier::json::Writer;

notifier::Buffer input;

Error not_found(std::string_view resource) {
  Error error;
  error.code = notifier::errc::not_found;
  error.message = "there is no such " + std::string(resource);
  error.field = resource;
  return error;
}

/// Answers with the JSON that `write` gives.
template <class Write>
notifier_status respond_with(Write&& write) {
  answer.clear();
  Writer out(answer.text);
  write(out);
  return answer.done();
}

/// Answers with a value, or its error.
template <class T>
notifier_status respond(const Result<T>& result) {
  if (!result) return answer.fail(result.error());
  return respond_with([&](Writer& out) { write_json(out, *result); });
}

notifier_status respond(const Result<void>& result) {
  if (!result) return answer.fail(result.error());
  return respond_with([](Writer& out) { out.boolean(true); });
}

/// Parses an object and goes on with it.
template <class Then>
notifier_status with_object(notifier_engine* engine, std::string_view json, std::size_t max_bytes, Then&& then) {
  const Result<View> root = engine->document.parse(json, max_bytes);
  if (!root) return answer.fail(root.error());
  if (!root->is_object()) {
    Error error;
    error.code = notifier::errc::not_an_object;
    error.message = "a JSON object is needed";
    return answer.fail(error);
  }
  return then(*root);
}

notifier::User read_user(View object) {
  return {object["id"].text(), object["username"].text(), object["email"].text()};
}

/// Reads a draft, whose platform may be given by name.
NotifierDraft read_draft(View object) {
  NotifierDraft draft = NotifierDraft::read(object);
  if (!draft.platform_id) {
    if (const auto* named = notifier::find_platform_by_name(object["platform"].string())) draft.platform_id = named->id;
  }
  return draft;
}

/// Reads who else is concerned, and goes on with it.
template <class Then>
notifier_status with_audience(notifier_engine* engine, std::string_view json, Then&& then) {
  notifier::Audience audience;
  if (!json.empty()) {
    const Result<View> root = engine->audience.parse(json, NOTIFIER_MAX_BODY_BYTES);
    if (!root) return answer.fail(root.error());
    (*root)["notifier_ids"].for_each_element([&](View id) { audience.notifier_ids.push_back(id.string()); });
    (*root)["app_ids"].for_each_element([&](View id) { audience.app_ids.push_back(id.string()); });
  }
  return then(audience);
}

}  // namespace

extern "C" {

uint32_t notifier_abi_version() { return NOTIFIER_ABI_VERSION; }

uint32_t notifier_answer() { return notifier_wasm::address_of(&answer.result); }

uint32_t notifier_reserve(uint32_t size) {
  if (size == 0) input = notifier::Buffer();
  input.clear();
  return notifier_wasm::address_of(input.room(size));
}

notifier_engine* notifier_new(uint32_t host) { return new notifier_engine(host); }

void notifier_delete(notifier_engine* engine) { delete engine; }

notifier_status notifier_route(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size, uint32_t decode) {
  return with_audience(engine, text_at(audience, audience_size),
                       [&](const notifier::Audience& named) -> notifier_status {
                         const std::string_view text = text_at(event, event_size);
                         notifier_wasm::RecordWriter records(text, decode != 0);
                         const auto routed = engine->router.route(text, records, named);
                         return routed ? answer.done() : answer.fail(routed.error());
                       });
}

notifier_status notifier_match(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size) {
  return with_audience(
      engine, text_at(audience, audience_size), [&](const notifier::Audience& named) -> notifier_status {
        answer.clear();
        const auto matched = engine->router.match(text_at(event, event_size), notifier_wasm::IdWriter(), named);
        return matched ? answer.done() : answer.fail(matched.error());
      });
}

void notifier_lines(notifier_engine* engine, uint32_t lines, uint32_t lines_size, uint32_t first_line, uint32_t mode) {
  notifier_wasm::route_lines(engine->router, text_at(lines, lines_size), first_line, mode);
}

notifier_status notifier_explain(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                                 uint32_t audience_size) {
  return with_audience(engine, text_at(audience, audience_size), [&](const notifier::Audience& named) {
    return respond(engine->router.explain(text_at(event, event_size), named));
  });
}

notifier_status notifier_preview(notifier_engine* engine, uint32_t notifier, uint32_t notifier_size, uint32_t event,
                                 uint32_t event_size, uint32_t decode) {
  const std::string_view text = text_at(event, event_size);
  const auto show = [&](const notifier::Notifier& shown) -> notifier_status {
    const auto delivery = engine->router.preview(shown, text);
    if (!delivery) return answer.fail(delivery.error());
    notifier_wasm::RecordWriter records(text, decode != 0);
    records(*delivery);
    return answer.done();
  };
  const std::string_view draft = text_at(notifier, notifier_size);
  if (draft.empty() || draft.front() != '{') {
    const auto stored = engine->registry.find(draft);
    return stored ? show(*stored) : answer.fail(not_found("notifier"));
  }
  return with_object(engine, draft, NOTIFIER_MAX_BODY_BYTES, [&](View object) -> notifier_status {
    const auto valid = notifier::validate(read_draft(object), engine->registry.catalogue());
    return valid ? show(*valid) : answer.fail(valid.error());
  });
}

notifier_status notifier_add_app(notifier_engine* engine, uint32_t app, uint32_t app_size) {
  return with_object(engine, text_at(app, app_size), NOTIFIER_MAX_BODY_BYTES, [&](View object) -> notifier_status {
    notifier::App draft{object["id"].text(), object["name"].text(), read_user(object["owner"]),
                        object["project_id"].text()};
    const auto added = engine->registry.add_app(std::move(draft), object["default_notifier"].boolean());
    if (!added) return answer.fail(added.error());
    return respond_with([&](Writer& out) { notifier::detail::api::write_app(out, *added); });
  });
}

notifier_status notifier_apps(notifier_engine* engine) {
  return respond_with([&](Writer& out) {
    out.array([&] {
      for (const notifier::App& app : engine->registry.apps()) notifier::detail::api::write_app(out, app);
    });
  });
}

notifier_status notifier_put_user(notifier_engine* engine, uint32_t user, uint32_t user_size) {
  return with_object(engine, text_at(user, user_size), NOTIFIER_MAX_BODY_BYTES,
                     [&](View object) { return respond(engine->registry.put_user(read_user(object))); });
}

notifier_status notifier_add(notifier_engine* engine, uint32_t app, uint32_t app_size, uint32_t draft,
                             uint32_t draft_size) {
  return with_object(engine, text_at(draft, draft_size), NOTIFIER_MAX_BODY_BYTES, [&](View object) {
    return respond(engine->registry.add(text_at(app, app_size), read_draft(object)));
  });
}

notifier_status notifier_update(notifier_engine* engine, uint32_t id, uint32_t id_size, uint32_t patch,
                                uint32_t patch_size) {
  const auto stored = engine->registry.find(text_at(id, id_size));
  if (!stored) return answer.fail(not_found("notifier"));
  return with_object(engine, text_at(patch, patch_size), NOTIFIER_MAX_BODY_BYTES, [&](View object) {
    return respond(engine->registry.update(stored->app_id, stored->id, read_draft(object)));
  });
}

notifier_status notifier_remove(notifier_engine* engine, uint32_t id, uint32_t id_size) {
  const auto stored = engine->registry.find(text_at(id, id_size));
  if (!stored) return answer.fail(not_found("notifier"));
  return respond(engine->registry.remove(stored->app_id, stored->id));
}

notifier_status notifier_find(notifier_engine* engine, uint32_t id, uint32_t id_size) {
  const auto stored = engine->registry.find(text_at(id, id_size));
  return respond_with([&](Writer& out) {
    if (stored) {
      write_json(out, *stored);
    } else {
      out.null();
    }
  });
}

notifier_status notifier_list(notifier_engine* engine, uint32_t app, uint32_t app_size) {
  const std::string_view name = text_at(app, app_size);
  if (!engine->registry.find_app(name)) return answer.fail(not_found("app"));
  return respond_with([&](Writer& out) {
    out.array([&] {
      for (const notifier::Notifier& notifier : engine->registry.list(name)) write_json(out, notifier);
    });
  });
}

notifier_status notifier_validate(notifier_engine* engine, uint32_t draft, uint32_t draft_size) {
  return with_object(engine, text_at(draft, draft_size), NOTIFIER_MAX_BODY_BYTES, [&](View object) {
    return respond(notifier::validate(read_draft(object), engine->registry.catalogue()));
  });
}

notifier_status notifier_load(notifier_engine* engine, uint32_t snapshot, uint32_t snapshot_size) {
  return respond(engine->registry.load(text_at(snapshot, snapshot_size)));
}

notifier_status notifier_snapshot(notifier_engine* engine) {
  return respond_with([&](Writer& out) { out.raw(engine->registry.snapshot()); });
}

notifier_status notifier_configure(notifier_engine* engine, uint32_t settings, uint32_t settings_size) {
  return with_object(engine, text_at(settings, settings_size), NOTIFIER_MAX_BODY_BYTES, [&](View object) {
    notifier::Settings changed = engine->registry.settings();
    if (object["email_from"].is_string()) changed.email_from = object["email_from"].string();
    if (object["link_base"].is_string()) changed.link_base = object["link_base"].string();
    return respond(engine->registry.set_settings(std::move(changed)));
  });
}

notifier_status notifier_catalogue(notifier_engine* engine) {
  const notifier::Catalogue& catalogue = engine->registry.catalogue();
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.key("platforms");
      out.array([&] {
        for (const auto* platform = notifier::platforms_begin(); platform != notifier::platforms_end(); ++platform) {
          write_json(out, *platform, catalogue);
        }
      });
      out.key("event_categories");
      out.array([&] {
        for (const notifier::Category& category : catalogue.categories()) write_json(out, category);
      });
      out.key("event_types");
      out.array([&] {
        for (const notifier::EventType& type : catalogue.event_types()) write_json(out, type);
      });
      out.key("event_kinds");
      out.array([&] {
        for (const notifier::EventKind& kind : catalogue.event_kinds()) {
          out.object([&] {
            out.member("type", kind.type);
            out.member("scope", kind.scope == notifier::Scope::app       ? "app"
                                : kind.scope == notifier::Scope::project ? "project"
                                                                         : "account");
            if (!kind.selectable_as.empty()) out.member("selectable_as", kind.selectable_as);
          });
        }
      });
    });
  });
}

notifier_status notifier_handle(notifier_engine* engine, uint32_t head, uint32_t head_size, uint32_t body,
                                uint32_t body_size) {
  // The API accepts bodies up to its own limit and answers 413 itself; a long path is for it to refuse, too.
  return with_object(engine, text_at(head, head_size), head_size, [&](View object) {
    const View user = object["user"];
    notifier::Request request;
    request.method = object["method"].string();
    request.target = object["target"].string();
    request.body = text_at(body, body_size);
    if (object["content_type"].is_string())
      request.headers.push_back({"Content-Type", object["content_type"].string()});
    request.username = user["username"].string();
    request.email = user["email"].string();
    request.user_id = user["id"].string();
    const notifier::Outcome outcome = engine->api.handle(request);
    return respond_with([&](Writer& out) { notifier_wasm::write_json(out, outcome); });
  });
}

notifier_status notifier_apply(notifier_engine* engine, uint32_t changes, uint32_t changes_size) {
  const Result<View> root = engine->document.parse(text_at(changes, changes_size), NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return answer.fail(root.error());
  std::vector<notifier::Change> read;
  Error error;
  root->for_each_element([&](View object) {
    auto change = notifier::read_change(object);
    if (change) {
      read.push_back(std::move(*change));
    } else if (error.message.empty()) {
      error = change.error();
    }
  });
  return error.message.empty() ? respond(engine->registry.apply(read)) : answer.fail(error);
}

}  // extern "C"
