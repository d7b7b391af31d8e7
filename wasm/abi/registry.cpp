// The registry and the HTTP API: compiled for size.

#include "texts.hpp"  // before all that uses texts

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "engine.hpp"
#include "notifier/delivery/signature.hpp"
#include "outcome_json.hpp"

using namespace notifier_wasm;

namespace {

/// Reads an array of changes; the first fault where there is one.
/// @param like  see notifier::read_change()
Result<void> read_changes(View array, const notifier::Vocabulary& like, std::vector<notifier::Change>& read) {
  Result<void> result;
  array.for_each_element([&](View object) {
    auto change = notifier::read_change(object, &like);
    if (change) {
      read.push_back(std::move(*change));
    } else if (result) {
      result = std::move(change).error();
    }
  });
  return result;
}

/// Refuses keys of an app or a user that nobody would read; the answer is the error then.
/// @param what  "app" or "user"
bool has_only(View object, std::string_view keys, std::string_view what) {
  notifier::detail::Problems problems;
  notifier::detail::check_keys(object, keys, {}, problems);
  notifier::detail::check_keys(object["owner"], notifier::detail::user_keys, "owner.", problems);
  if (problems.empty()) return true;
  answer.fail(std::move(problems).to_error(what));
  return false;
}

notifier_status respond_app(const Result<notifier::App>& app) {
  if (!app) return answer.fail(app.error());
  return respond_with([&](Writer& out) { notifier::detail::api::write_app(out, *app); });
}

/// Ends what a ticket stands for, if it still stands for something.
notifier_status end_prepared(notifier_engine* engine, std::uint32_t ticket, bool is_stored) {
  auto& all = engine->prepared;
  const auto found = std::find_if(all.begin(), all.end(), [ticket](const auto& one) { return one.first == ticket; });
  if (found != all.end()) {
    if (is_stored) found->second.publish();
    all.erase(found);
  }
  return respond_with([](Writer& out) { out.boolean(true); });
}

}  // namespace

extern "C" {

notifier_status notifier_add_app(notifier_engine* engine, uint32_t app, uint32_t app_size) {
  View object;
  if (!read_object(engine, text_at(app, app_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  if (!has_only(object, "id name owner project_id language default_notifier", "app")) return 1;
  notifier::App draft{object["id"].text(), object["name"].text(), read_user(object["owner"]),
                      object["project_id"].text(), object["language"].text()};
  return respond_app(engine->registry.add_app(std::move(draft), object["default_notifier"].boolean()));
}

notifier_status notifier_update_app(notifier_engine* engine, uint32_t app, uint32_t app_size, uint32_t patch,
                                    uint32_t patch_size) {
  View object;
  if (!read_object(engine, text_at(patch, patch_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  if (!has_only(object, "id name owner project_id language", "app")) return 1;
  notifier::AppPatch read;
  if (object["name"].exists()) read.name = object["name"].text();
  if (object["owner"].exists()) read.owner = read_user(object["owner"]);
  if (object["project_id"].exists()) read.project_id = object["project_id"].text();
  if (object["language"].exists()) read.language = object["language"].text();
  return respond_app(engine->registry.update_app(text_at(app, app_size), read));
}

notifier_status notifier_remove_app(notifier_engine* engine, uint32_t app, uint32_t app_size) {
  return respond_app(engine->registry.remove_app(text_at(app, app_size)));
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
  if (!has_only(object, notifier::detail::user_keys, "user")) return 1;
  return respond(engine->registry.put_user(read_user(object)));
}

notifier_status notifier_remove_user(notifier_engine* engine, uint32_t id, uint32_t id_size) {
  const auto removed = engine->registry.remove_user(text_at(id, id_size));
  if (!removed) return answer.fail(removed.error());
  return respond_with([&](Writer& out) { out.boolean(true); });
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
  if (!stored) return answer.fail(no_notifier(text_at(id, id_size)));
  View object;
  if (!read_object(engine, text_at(patch, patch_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  return respond(engine->registry.update(stored->app_id, stored->id, read_draft(object)));
}

notifier_status notifier_remove(notifier_engine* engine, uint32_t id, uint32_t id_size) {
  const auto stored = engine->registry.find(text_at(id, id_size));
  if (!stored) return answer.fail(no_notifier(text_at(id, id_size)));
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
  if (!engine->registry.find_app(name)) return answer.fail(notifier::detail::no_app(name));
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
      for (const std::string& secret : notifier::signing_secrets_of(*stored)) out.string(secret);
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

notifier_status notifier_vocabulary(notifier_engine* engine, uint32_t rows, uint32_t rows_size) {
  if (rows != 0) {
    View object;
    if (!read_object(engine, text_at(rows, rows_size), NOTIFIER_MAX_EVENT_BYTES, object)) return 1;
    auto read = engine->registry.read_vocabulary(object);
    if (!read) return answer.fail(read.error());
    if (const auto put = engine->registry.put_vocabulary(*std::move(read)); !put) return answer.fail(put.error());
  }
  return respond_with([&](Writer& out) { write_json(out, *engine->registry.vocabulary()); });
}

notifier_status notifier_event_kind(notifier_engine* engine, uint32_t type, uint32_t type_size) {
  const auto vocabulary = engine->registry.vocabulary();
  const notifier::EventKind* const kind = vocabulary->find_event_kind(text_at(type, type_size));
  return respond_with([&](Writer& out) {
    if (kind != nullptr) {
      write_json(out, *vocabulary, *kind);
    } else {
      out.null();
    }
  });
}

notifier_status notifier_snapshot(notifier_engine* engine) {
  return respond_with([&](Writer& out) { out.raw(engine->registry.snapshot()); });
}

notifier_status notifier_configure(notifier_engine* engine, uint32_t settings, uint32_t settings_size) {
  View object;
  if (!read_object(engine, text_at(settings, settings_size), NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  notifier::Settings changed = engine->registry.settings();
  if (object["email_from"].is_string()) changed.email_from = object.string("email_from");
  if (object["link_base"].is_string()) changed.link_base = object.string("link_base");
  if (object["logo_url"].is_string()) changed.logo_url = object.string("logo_url");
  if (object["language"].is_string()) changed.language = object.string("language");
  notifier::detail::Problems problems;
  notifier::detail::read_links(object["links"], changed.links, problems);
  if (!problems.empty()) return respond(notifier::Result<void>(std::move(problems).to_error("settings")));
  return respond(engine->registry.set_settings(std::move(changed)));
}

uint32_t notifier_platform_changes(void) { return static_cast<uint32_t>(notifier::detail::OwnPlatforms::changes()); }

notifier_status notifier_platforms(void) {
  using notifier::detail::OwnPlatform;
  using notifier::detail::OwnPlatforms;
  return respond_with([](Writer& out) {
    out.array([&] {
      OwnPlatforms::for_each([&](const OwnPlatform& own) {
        out.object([&] {
          out.key("number");
          out.unsigned_integer(static_cast<std::size_t>(own.row().platform));
          out.key("is_meant");
          out.boolean(OwnPlatforms::find_by_name(own.row().name) == &own);
          out.key("row");
          out.raw(own.json());
        });
      });
    });
  });
}

notifier_status notifier_catalogue(notifier_engine* engine) {
  const auto held = engine->registry.vocabulary();
  const notifier::Vocabulary& vocabulary = *held;
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.key("platforms");
      out.array([&] {
        notifier::detail::for_each_platform(vocabulary, [&](const notifier::PlatformRow& row) {
          write_json(out, row, vocabulary, engine->registry.settings().logo_url);
        });
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
  request.method = object.string("method");
  request.target = object.string("target");
  request.body = text_at(body, body_size);
  object["headers"].for_each_element([&](View header) {
    request.headers.push_back({header.string("name"), header.string("value")});
  });
  request.username = user.string("username");
  request.email = user.string("email");
  request.user_id = user.string("id");
  const notifier::Outcome outcome = engine->api.handle(request);
  return respond_with([&](Writer& out) { notifier_wasm::write_json(out, outcome); });
}

notifier_status notifier_switch_off(notifier_engine* engine, uint32_t notifier, uint32_t notifier_size) {
  View object;
  if (!read_object(engine, text_at(notifier, notifier_size), notifier_size, object)) return 1;
  const notifier::Outcome outcome =
      engine->api.switch_off(object.string("app_id"), object.string("notifier_id"), object.string("reason"));
  return respond_with([&](Writer& out) { notifier_wasm::write_json(out, outcome); });
}

notifier_status notifier_prepare(notifier_engine* engine, uint32_t outcomes, uint32_t outcomes_size) {
  const Result<View> root = engine->document.parse(text_at(outcomes, outcomes_size), NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return answer.fail(root.error());
  std::vector<std::vector<notifier::Change>> read(root->size());
  std::vector<const std::vector<notifier::Change>*> all;
  std::vector<Result<void>> faults(read.size());
  const auto present = engine->registry.vocabulary();
  root->for_each_element([&](View array) {
    const std::size_t i = all.size();
    faults[i] = read_changes(array, *present, read[i]);
    if (!faults[i]) read[i].clear();
    all.push_back(&read[i]);
  });
  notifier::Prepared prepared = engine->registry.prepare(all);
  const std::uint32_t ticket = ++engine->last_ticket;
  const notifier_status status = respond_with([&](Writer& out) {
    out.object([&] {
      out.key("ticket");
      out.unsigned_integer(ticket);
      out.key("results");
      out.array([&] {
        for (std::size_t i = 0; i < all.size(); ++i) {
          const Result<void>& judged = faults[i] ? prepared.results()[i] : faults[i];
          if (judged) {
            out.null();
          } else {
            write_json(out, judged.error());
          }
        }
      });
    });
  });
  engine->prepared.emplace_back(ticket, std::move(prepared));
  return status;
}

notifier_status notifier_versions(notifier_engine* engine, uint32_t changes, uint32_t changes_size) {
  using Op = notifier::Change::Op;
  const Result<View> root = engine->document.parse(text_at(changes, changes_size), NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return answer.fail(root.error());
  std::vector<notifier::Change> read;
  const Result<void> done = read_changes(*root, *engine->registry.vocabulary(), read);
  if (!done) return answer.fail(done.error());
  return respond_with([&](Writer& out) {
    out.array([&] {
      for (const notifier::Change& change : read) {
        out.string(change.op == Op::put_app          ? version_of(change.app)
                   : change.op == Op::put_notifier   ? version_of(change.notifier)
                   : change.op == Op::put_user       ? version_of(change.user)
                   : change.op == Op::put_vocabulary ? version_of(*change.vocabulary)
                                                     : std::string());
      }
    });
  });
}

notifier_status notifier_publish(notifier_engine* engine, uint32_t ticket) {
  return end_prepared(engine, ticket, true);
}

notifier_status notifier_abandon(notifier_engine* engine, uint32_t ticket) {
  return end_prepared(engine, ticket, false);
}

notifier_status notifier_apply(notifier_engine* engine, uint32_t changes, uint32_t changes_size) {
  const Result<View> root = engine->document.parse(text_at(changes, changes_size), NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return answer.fail(root.error());
  std::vector<notifier::Change> read;
  const Result<void> is_read = read_changes(*root, *engine->registry.vocabulary(), read);
  return respond(is_read ? engine->registry.apply(read) : is_read);
}

}  // extern "C"
