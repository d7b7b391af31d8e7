// Registries of any size, as they are in life: most apps have one to three notifiers, some have dozens.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus.hpp"
#include "notifier/notifier.hpp"

namespace bench {

struct RegistryCorpus {
  std::string snapshot;
  std::vector<std::string> app_ids;
  std::size_t notifiers = 0;
  std::size_t text_bytes = 0;  ///< of the notifiers' ids, names and type_data
};

inline RegistryCorpus make_registry(std::size_t notifiers, std::uint64_t seed = 1) {
  const auto vocabulary = notifier::Vocabulary::standard();
  const auto& types = vocabulary->event_types();
  Random random(seed);
  RegistryCorpus corpus;
  notifier::Buffer buffer;
  notifier::json::Writer out(buffer);
  constexpr notifier::Platform platforms[] = {notifier::Platform::slack, notifier::Platform::webhook,
                                              notifier::Platform::email, notifier::Platform::rocket_chat};
  const auto write_notifier = [&](std::size_t number) {
    const notifier::Platform platform = platforms[random.below(4)];
    const std::string id = "no-" + hex(random, 8) + "-" + hex(random, 4) + "-" + hex(random, 4) + "-" + hex(random, 4) +
                           "-" + hex(random, 12);
    const std::string name = "Notifier " + std::to_string(number) + " of the team";
    out.member("id", id);
    out.member("name", name);
    out.member("platform_id", notifier::platform_info(platform).id);
    out.key("active");
    out.boolean(random.below(10) != 0);
    out.key("send_all_alerts");
    out.boolean(random.below(4) == 0);
    out.key("send_all_events");
    out.boolean(random.below(4) == 0);
    out.key("selected_event_ids");
    out.array([&] {
      for (std::size_t n = random.below(7); n > 0; --n) out.string(types[random.below(types.size())].id);
    });
    out.member("created_at", "2018-05-14T09:46:42.077Z");
    out.member("updated_at", "2019-04-10T18:51:32.298Z");
    out.key("type_data");
    corpus.text_bytes += id.size() + name.size();
    if (platform == notifier::Platform::email) {
      const std::string user = "us-" + hex(random, 32);
      const std::string email = hex(random, 10) + "@example.com";
      corpus.text_bytes += user.size() + email.size();
      out.object([&] {
        out.key("user_ids");
        out.array([&] { out.string(user); });
        out.key("emails");
        out.array([&] { out.string(email); });
      });
    } else {
      const std::string url = "https://hooks.example.com/services/" + hex(random, 9) + "/" + hex(random, 24);
      corpus.text_bytes += url.size();
      out.object([&] { out.member("webhook_url", url); });
    }
  };
  const auto write_app = [&] {
    const std::size_t draw = random.below(100);
    std::size_t count = draw < 45   ? 1
                        : draw < 70 ? 2
                        : draw < 85 ? 3
                        : draw < 95 ? 4 + random.below(6)
                                    : 10 + random.below(30);
    count = (std::min)(count, notifiers - corpus.notifiers);
    corpus.app_ids.push_back(hex(random, 24));
    out.member("id", corpus.app_ids.back());
    out.member("name", "app-" + hex(random, 12));
    out.key("notifiers");
    out.array([&] {
      for (std::size_t i = 0; i < count; ++i) out.object([&] { write_notifier(i); });
    });
    corpus.notifiers += count;
  };
  out.object([&] {
    out.key("apps");
    out.array([&] {
      while (corpus.notifiers < notifiers) out.object(write_app);
    });
  });
  corpus.snapshot = buffer.str();
  return corpus;
}

/// Events of these apps and of any kind, in a few bytes each, so that what is timed is not the reading of events.
class EventStream {
 public:
  /// @param even  all apps alike, which is what caches like least; else a few busy ones and a long tail
  EventStream(const RegistryCorpus& corpus, std::size_t count, bool even) {
    const std::vector<notifier::EventKind>& kinds = notifier::Vocabulary::standard()->event_kinds();
    Random random(7);
    app_ids_.reserve(count * id_size);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t apps = corpus.app_ids.size();
      app_ids_ += corpus.app_ids[even ? random.below(apps) : skewed(random, apps)];
      types_.push_back(kinds[random.below(kinds.size())].type);
    }
  }

  std::size_t size() const { return types_.size(); }
  /// Makes an event as it is once its JSON is read.
  void read(std::size_t index, notifier::Event& out) const {
    out.app_id = std::string_view(app_ids_).substr(index * id_size, id_size);
    out.type = types_[index];
  }

 private:
  static constexpr std::size_t id_size = 24;

  std::string app_ids_;
  std::vector<std::string_view> types_;
};

}  // namespace bench
