// The registry and the HTTP API: compiled for size.

#include <string_view>
#include <utility>
#include <vector>

#include "engine.hpp"
#include "outcome_json.hpp"

using namespace notifier_wasm;

extern "C" {

notifier_status notifier_add_app(notifier_engine* engine, uint32_t app, uint32_t app_size) {
  View object;
  if (!read_object(engine, text_at(app, app_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  notifier::App draft{object["id"].text(), object["name"].text(), read_user(object["owner"]),
                      object["project_id"].text()};
  const auto added = engine->registry.add_app(std::move(draft), object["default_notifier"].boolean());
  if (!added) return answer.fail(added.error());
  return respond_with([&](Writer& out) { notifier::detail::api::write_app(out, *added); });
}

notifier_status notifier_apps(notifier_engine* engine) {
  return respond_with([&](Writer& out) {
    out.array([&] {
      for (const notifier::App& app : engine->registry.apps()) notifier::detail::api::write_app(out, app);
    });
  });
}

notifier_status notifier_put_user(notifier_engine* engine, uint32_t user, uint32_t user_size) {
  View object;
  if (!read_object(engine, text_at(user, user_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  return respond(engine->registry.put_user(read_user(object)));
}

notifier_status notifier_add(notifier_engine* engine, uint32_t app, uint32_t app_size, uint32_t draft,
                             uint32_t draft_size) {
  View object;
  if (!read_object(engine, text_at(draft, draft_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  return respond(engine->registry.add(text_at(app, app_size), read_draft(object)));
}

notifier_status notifier_update(notifier_engine* engine, uint32_t id, uint32_t id_size, uint32_t patch,
                                uint32_t patch_size) {
  const auto stored = engine->registry.find(text_at(id, id_size));
  if (!stored) return answer.fail(not_found("notifier"));
  View object;
  if (!read_object(engine, text_at(patch, patch_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  return respond(engine->registry.update(stored->app_id, stored->id, read_draft(object)));
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

notifier_status notifier_signing_secrets(notifier_engine* engine, uint32_t id, uint32_t id_size) {
  const auto stored = engine->registry.find(text_at(id, id_size));
  return respond_with([&](Writer& out) {
    out.array([&] {
      if (!stored) return;
      for (const std::string& secret : stored->type_data.signing_secrets) out.string(secret);
    });
  });
}

notifier_status notifier_validate(notifier_engine* engine, uint32_t draft, uint32_t draft_size) {
  View object;
  if (!read_object(engine, text_at(draft, draft_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  return respond(notifier::validate(read_draft(object), *engine->registry.vocabulary()));
}

notifier_status notifier_load(notifier_engine* engine, uint32_t snapshot, uint32_t snapshot_size) {
  return respond(engine->registry.load(text_at(snapshot, snapshot_size)));
}

notifier_status notifier_snapshot(notifier_engine* engine) {
  return respond_with([&](Writer& out) { out.raw(engine->registry.snapshot()); });
}

notifier_status notifier_configure(notifier_engine* engine, uint32_t settings, uint32_t settings_size) {
  View object;
  if (!read_object(engine, text_at(settings, settings_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  notifier::Settings changed = engine->registry.settings();
  if (object["email_from"].is_string()) changed.email_from = object["email_from"].string();
  if (object["link_base"].is_string()) changed.link_base = object["link_base"].string();
  return respond(engine->registry.set_settings(std::move(changed)));
}

notifier_status notifier_catalogue(notifier_engine* engine) {
  const auto held = engine->registry.vocabulary();
  const notifier::Vocabulary& vocabulary = *held;
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.key("platforms");
      out.array([&] {
        for (const auto* platform = notifier::platforms_begin(); platform != notifier::platforms_end(); ++platform) {
          write_json(out, *platform, vocabulary);
        }
      });
      out.key("event_categories");
      out.array([&] {
        for (const notifier::Category& category : vocabulary.categories()) write_json(out, category);
      });
      out.key("event_types");
      out.array([&] {
        for (const notifier::EventType& type : vocabulary.event_types()) write_json(out, type);
      });
      out.key("event_kinds");
      out.array([&] {
        for (const notifier::EventKind& kind : vocabulary.event_kinds()) {
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
  View object;
  if (!read_object(engine, text_at(head, head_size), head_size, object)) return 1;
  const View user = object["user"];
  notifier::Request request;
  request.method = object["method"].string();
  request.target = object["target"].string();
  request.body = text_at(body, body_size);
  object["headers"].for_each_element([&](View header) {
    request.headers.push_back({header["name"].string(), header["value"].string()});
  });
  request.username = user["username"].string();
  request.email = user["email"].string();
  request.user_id = user["id"].string();
  const notifier::Outcome outcome = engine->api.handle(request);
  return respond_with([&](Writer& out) { notifier_wasm::write_json(out, outcome); });
}

notifier_status notifier_switch_off(notifier_engine* engine, uint32_t notifier, uint32_t notifier_size) {
  View object;
  if (!read_object(engine, text_at(notifier, notifier_size), notifier_size, object)) return 1;
  const notifier::Outcome outcome =
      engine->api.switch_off(object["app_id"].string(), object["notifier_id"].string(), object["reason"].string());
  return respond_with([&](Writer& out) { notifier_wasm::write_json(out, outcome); });
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
