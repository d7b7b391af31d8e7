// A registry against a plain model: long random sequences of what hosts do, every answer compared.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

struct ModelNotifier {
  std::string id;
  std::string name;
  bool active = true;
  bool all = false;
  bool alerts = false;
  std::vector<std::string> selected;
  std::string url;
  std::int64_t updated = 0;
};

struct ModelApp {
  std::string id;
  std::string name;
  std::string project;
  std::vector<ModelNotifier> notifiers;
};

/// The rules once more, as plainly as can be.
class Model {
 public:
  ModelApp* find(const std::string& id_or_name) {
    for (ModelApp& app : apps) {
      if (app.id == id_or_name) return &app;
    }
    for (ModelApp& app : apps) {
      if (app.name == id_or_name) return &app;
    }
    return nullptr;
  }

  /// Whom an event goes to.
  std::vector<std::string> route(const std::string& app_id, const std::string& project, const EventKind& kind) const {
    std::vector<std::string> ids;
    for (const ModelApp& app : apps) {
      if (app_id.empty() ? app.project != project : app.id != app_id) continue;
      for (const ModelNotifier& n : app.notifiers) {
        const bool selected = !kind.selectable_as.empty() &&
                              std::find(n.selected.begin(), n.selected.end(), kind.selectable_as) != n.selected.end();
        if (n.active && (selected || (kind.type == "alert" ? n.alerts : n.all))) ids.push_back(n.id);
      }
    }
    return ids;
  }

  std::vector<ModelApp> apps;
};

class Machine {
 public:
  explicit Machine(unsigned seed) : random_(seed), router_(registry_) {}

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      switch (draw(20)) {
        case 0: add_app(); break;
        case 1:
        case 2:
        case 3:
        case 4:
        case 5: add(); break;
        case 6:
        case 7:
        case 8: update(); break;
        case 9: remove(); break;
        case 10: stale_plan(); break;
        case 11: batch(); break;
        case 12: reload(); break;
        case 13: rename_app(); break;
        default: route(); break;
      }
    }
    compare();
  }

 private:
  unsigned draw(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  std::string some_app() { return std::to_string(draw(12)); }

  NotifierDraft some_patch(ModelNotifier& model) {
    NotifierDraft draft;
    if (draw(2) == 0) draft.name = model.name = "name " + std::to_string(draw(1000));
    if (draw(2) == 0) draft.active = model.active = draw(3) != 0;
    if (draw(2) == 0) draft.send_all_events = model.all = draw(2) == 0;
    if (draw(2) == 0) draft.send_all_alerts = model.alerts = draw(2) == 0;
    if (draw(2) == 0) {
      model.selected.clear();
      draft.selected_event_ids.emplace();
      const auto& types = registry_.vocabulary()->event_types();
      for (unsigned i = draw(6); i > 0; --i) {
        const EventType& type = types[draw(static_cast<unsigned>(types.size()))];
        if (std::find(model.selected.begin(), model.selected.end(), type.name) != model.selected.end()) continue;
        draft.selected_event_ids->emplace_back(type.id);
        model.selected.emplace_back(type.name);
      }
    }
    if (draw(4) == 0) {
      model.url = "https://h.example/" + std::to_string(draw(1000));
      draft.type_data = "{\"webhook_url\":\"" + model.url + "\"}";
    }
    return draft;
  }

  void add_app() {
    const App app{
        some_app(), "app " + std::to_string(draw(15)), {}, draw(2) == 0 ? "" : "pr" + std::to_string(draw(3))};
    const bool possible = std::none_of(model_.apps.begin(), model_.apps.end(), [&](const ModelApp& other) {
      return other.id == app.id || other.name == app.name;
    });
    CHECK(registry_.add_app(app).has_value() == possible);
    if (possible) model_.apps.push_back({app.id, app.name, app.project_id, {}});
  }

  void rename_app() {
    Change change;
    change.op = Change::Op::put_app;
    change.app = {
        some_app(), "app " + std::to_string(draw(15)), {}, draw(2) == 0 ? "" : "pr" + std::to_string(draw(3))};
    const auto present = registry_.find_app(change.app.id);
    change.expected = present ? version_of(*present) : "none";
    ModelApp* app = nullptr;
    bool is_free = true;
    for (ModelApp& other : model_.apps) {
      if (other.id == change.app.id) app = &other;
      if (other.id != change.app.id && other.name == change.app.name) is_free = false;
    }
    CHECK(registry_.apply({change}).has_value() == (app != nullptr && is_free));
    if (app == nullptr || !is_free) return;
    app->name = change.app.name;
    app->project = change.app.project_id;
  }

  void add() {
    const std::string app = some_app();
    ModelNotifier model;
    NotifierDraft draft = some_patch(model);
    draft.platform = "webhook";
    if (!draft.name) draft.name = model.name = "new";
    model.url = "https://h.example/new";
    draft.type_data = "{\"webhook_url\":\"" + model.url + "\"}";
    const auto added = registry_.add(app, draft);
    ModelApp* const at = model_.find(app);
    REQUIRE(added.has_value() == (at != nullptr));
    if (at == nullptr) return;
    model.id = added->id;
    model.updated = added->updated_at.ms;
    at->notifiers.push_back(model);
  }

  ModelNotifier* some_notifier(ModelApp*& app) {
    app = model_.find(some_app());
    if (app == nullptr || app->notifiers.empty()) return nullptr;
    return &app->notifiers[draw(static_cast<unsigned>(app->notifiers.size()))];
  }

  void update() {
    ModelApp* app;
    ModelNotifier* const model = some_notifier(app);
    if (model == nullptr) return;
    ModelNotifier changed = *model;
    const NotifierDraft patch = some_patch(changed);
    const auto updated = registry_.update(draw(2) == 0 ? app->id : app->name, model->id, patch);
    REQUIRE(updated);
    CHECK(updated->updated_at.ms > model->updated);
    changed.updated = updated->updated_at.ms;
    *model = changed;
  }

  void remove() {
    ModelApp* app;
    ModelNotifier* const model = some_notifier(app);
    if (model == nullptr) return;
    REQUIRE(registry_.remove(app->id, model->id));
    CHECK_FALSE(registry_.find(model->id));
    app->notifiers.erase(app->notifiers.begin() + (model - app->notifiers.data()));
  }

  void stale_plan() {
    ModelApp* app;
    ModelNotifier* const model = some_notifier(app);
    if (model == nullptr) return;
    ModelNotifier ignored;
    const auto plan = draw(2) == 0 ? registry_.plan_remove(app->id, model->id)
                                   : registry_.plan_update(app->id, model->id, some_patch(ignored));
    REQUIRE(plan);
    const auto updated = registry_.update(app->id, model->id, {});
    REQUIRE(updated);
    model->updated = updated->updated_at.ms;
    const auto applied = registry_.apply({*plan});
    REQUIRE_FALSE(applied);
    CHECK(applied.error().code == errc::conflict);
  }

  /// Two good changes and perhaps one that fails: all or nothing.
  void batch() {
    ModelApp* app;
    ModelNotifier* const model = some_notifier(app);
    if (model == nullptr) return;
    NotifierDraft draft;
    draft.platform = "webhook";
    draft.name = "batch";
    draft.type_data = R"({"webhook_url":"https://h.example/batch"})";
    const auto addition = registry_.plan_add(app->id, draft);
    const auto removal = registry_.plan_remove(app->id, model->id);
    std::vector<Change> changes{*addition, *removal};
    if (draw(2) == 0) {
      changes.push_back(*removal);
      CHECK_FALSE(registry_.apply(changes));
      return;
    }
    REQUIRE(registry_.apply(changes));
    app->notifiers.erase(app->notifiers.begin() + (model - app->notifiers.data()));
    ModelNotifier added;
    added.id = addition->notifier.id;
    added.name = "batch";
    added.url = "https://h.example/batch";
    added.updated = addition->notifier.updated_at.ms;
    app->notifiers.push_back(added);
  }

  void reload() {
    const std::string snapshot = registry_.snapshot();
    Registry other;
    REQUIRE(other.load(snapshot));
    CHECK(other.snapshot() == snapshot);
    REQUIRE(registry_.load(snapshot));
    CHECK(registry_.snapshot() == snapshot);
  }

  void route() {
    const auto& kinds = registry_.vocabulary()->event_kinds();
    const EventKind kind =
        draw(8) == 0 ? EventKind{"nobody knows", Scope::app, {}} : kinds[draw(static_cast<unsigned>(kinds.size()))];
    const std::string app = draw(4) == 0 ? "" : some_app();
    const std::string project = "pr" + std::to_string(draw(3));
    const std::string event =
        "{\"type\":\"" + std::string(kind.type) + "\",\"app_id\":\"" + app + "\",\"project_id\":\"" + project + "\"}";
    std::vector<std::string> ids;
    REQUIRE(router_.match(event, [&](std::string_view id) { ids.emplace_back(id); }));
    CHECK(ids == model_.route(app, project, kind));
  }

  void compare() {
    std::size_t count = 0;
    CHECK(registry_.app_count() == model_.apps.size());
    const auto apps = registry_.apps();
    REQUIRE(apps.size() == model_.apps.size());
    for (std::size_t a = 0; a < apps.size(); ++a) {
      const ModelApp& model = model_.apps[a];
      CHECK(apps[a].id == model.id);
      CHECK(apps[a].name == model.name);
      CHECK(apps[a].project_id == model.project);
      CHECK(registry_.find_app(model.name)->id == model_.find(model.name)->id);
      const auto list = registry_.list(model.id);
      REQUIRE(list.size() == model.notifiers.size());
      count += list.size();
      for (std::size_t i = 0; i < list.size(); ++i) {
        const ModelNotifier& n = model.notifiers[i];
        CHECK(list[i].id == n.id);
        CHECK(list[i].name == n.name);
        CHECK(list[i].active == n.active);
        CHECK(list[i].send_all_events == n.all);
        CHECK(list[i].send_all_alerts == n.alerts);
        CHECK(list[i].type_data.text("webhook_url") == n.url);
        CHECK(list[i].updated_at.ms == n.updated);
        CHECK(list[i].app == model.name);
        std::vector<std::string> names;
        for (const auto& id : list[i].selected_event_ids) {
          names.emplace_back(registry_.vocabulary()->find_event_type_by_id(id)->name);
        }
        CHECK(names == n.selected);
        CHECK(registry_.find(n.id)->app_id == model.id);
      }
    }
    CHECK(registry_.notifier_count() == count);
  }

  std::mt19937 random_;
  Model model_;
  Registry registry_;
  Router router_;
};

}  // namespace

TEST_CASE("a registry does what a plain model does, through long random lives") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Machine(seed).run(1500);
  }
}
