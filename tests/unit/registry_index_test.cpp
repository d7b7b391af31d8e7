// What the registry is made of: hashes, the index, packed notifiers, the blocks of apps.

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "notifier/registry/kept_texts.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/registry/unique_texts.hpp"

using namespace notifier;
using namespace notifier::detail;

namespace {

using Index = HashIndex<std::uint32_t>;

std::multimap<std::uint32_t, std::uint32_t> contents(const Index& index,
                                                     const std::multimap<std::uint32_t, std::uint32_t>& model) {
  std::multimap<std::uint32_t, std::uint32_t> out;
  for (auto at = model.begin(); at != model.end(); at = model.upper_bound(at->first)) {
    index.find(at->first, [&](std::uint32_t value) {
      out.emplace(at->first, value);
      return false;
    });
  }
  return out;
}

bool same(std::multimap<std::uint32_t, std::uint32_t> a, std::multimap<std::uint32_t, std::uint32_t> b) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> x(a.begin(), a.end()), y(b.begin(), b.end());
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return x == y;
}

Notifier make_notifier(std::mt19937& random, const std::string& id) {
  Notifier n;
  n.id = id;
  n.name = std::string(random() % 40, 'n');
  n.platform = static_cast<Platform>(random() % 4);
  n.active = random() % 4 != 0;
  n.send_all_alerts = random() % 2 == 0;
  n.send_all_events = random() % 2 == 0;
  n.created_at.ms = static_cast<std::int64_t>(random()) * 1000 - 1000000000000;
  n.updated_at.ms = n.created_at.ms + static_cast<std::int64_t>(random()) - 2000000000;
  if (n.platform == Platform::email) {
    std::vector<std::string> user_ids, emails;
    for (auto i = random() % 4; i > 0; --i) user_ids.push_back(std::string(random() % 300, 'u'));
    for (auto i = random() % 4; i > 0; --i) emails.push_back(std::string(random() % 30, 'e'));
    n.type_data.set_texts("user_ids", std::move(user_ids));
    n.type_data.set_texts("emails", std::move(emails));
  } else {
    n.type_data.set_text("webhook_url", std::string(random() % 2049, 'w'));
  }
  if (n.platform == Platform::webhook && random() % 2 == 0)
    n.type_data.set_texts("signing_secret", {"whsec_a", "whsec_b"});
  if (random() % 3 == 0) n.type_data.other = std::string(random() % 3000, 'o');
  return n;
}

void check_equal(const Notifier& a, const Notifier& b) {
  CHECK(a.id == b.id);
  CHECK(a.name == b.name);
  CHECK(a.platform == b.platform);
  CHECK(a.active == b.active);
  CHECK(a.send_all_alerts == b.send_all_alerts);
  CHECK(a.send_all_events == b.send_all_events);
  CHECK(a.created_at == b.created_at);
  CHECK(a.updated_at == b.updated_at);
  CHECK(a.type_data.text("webhook_url") == b.type_data.text("webhook_url"));
  CHECK(a.type_data.texts("user_ids") == b.type_data.texts("user_ids"));
  CHECK(a.type_data.texts("emails") == b.type_data.texts("emails"));
  CHECK(a.type_data.texts("signing_secret") == b.type_data.texts("signing_secret"));
  CHECK(a.type_data.other == b.type_data.other);
}

}  // namespace

TEST_CASE("a hash depends on every byte, on the length and on the seed") {
  const Hasher hash(1);
  std::map<std::uint64_t, std::string> seen;
  std::string text;
  for (int length = 0; length < 70; ++length) {
    CHECK(seen.emplace(hash(text), text).second);
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ 1);
      CHECK(seen.emplace(hash(other), other).second);
    }
    CHECK(hash(text) == Hasher(1)(std::string(text)));
    CHECK(hash(text) != Hasher(2)(text));
    text += static_cast<char>('a' + length % 26);
  }
}

TEST_CASE("a hash is the same on every machine") {
  CHECK(Hasher(0)("") == 1996048360170750165u);
  CHECK(Hasher(0)("5f8d0f4e1c9d440000a1b2c3") == 1670794619345670482u);
  std::uint64_t all = 0;
  std::string text;
  for (char c = '!'; c < 'g'; ++c) {
    all = all * 31 + Hasher(7)(text);
    text += c;
  }
  CHECK(all == 11678958109831712481u);
}

TEST_CASE("an index holds what a multimap holds, through any changes") {
  std::mt19937 random(1);
  Index index;
  std::multimap<std::uint32_t, std::uint32_t> model;
  std::vector<std::pair<Index, std::multimap<std::uint32_t, std::uint32_t>>> kept;
  for (int step = 0; step < 20000; ++step) {
    // Few distinct hashes at first, so that they collide; later spread over all leaves.
    const auto hash = static_cast<std::uint32_t>(step % 3 == 0 ? (random() % 50) << 26 : random());
    const auto value = static_cast<std::uint32_t>(random() % 4);
    switch (random() % 8) {
      case 0:
      case 1: {
        if (model.empty()) break;
        auto at = model.lower_bound(hash);
        if (at == model.end()) at = model.begin();
        const auto wanted = at->second;
        CHECK(index.erase(at->first, wanted));
        model.erase(at);
        break;
      }
      case 2: {
        bool found = false;
        const auto range = model.equal_range(hash);
        for (auto at = range.first; at != range.second && !found; ++at) {
          if (at->second == value) {
            at->second = 9;
            found = true;
          }
        }
        CHECK(index.replace(hash, 9, value) == found);
        break;
      }
      default: index.insert(hash, value); model.emplace(hash, value);
    }
    CHECK(index.size() == model.size());
    if (step % 2500 == 0) kept.emplace_back(index, model);
  }
  CHECK(same(contents(index, model), model));
  // The copies that were taken on the way are as they were.
  for (const auto& copy : kept) CHECK(same(contents(copy.first, copy.second), copy.second));
  std::size_t count = 0;
  index.for_each([&](std::uint32_t) { ++count; });
  CHECK(count == model.size());
}

TEST_CASE("an index built at once holds what one built step by step does") {
  std::mt19937 random(2);
  for (const std::size_t size : {0u, 1u, 12u, 13u, 1000u, 50000u}) {
    std::vector<Index::Entry> entries;
    std::multimap<std::uint32_t, std::uint32_t> model;
    for (std::size_t i = 0; i < size; ++i) {
      const auto hash = static_cast<std::uint32_t>(random());
      entries.push_back({hash, static_cast<std::uint32_t>(i)});
      model.emplace(hash, static_cast<std::uint32_t>(i));
    }
    Index index = Index::build(entries);
    CHECK(index.size() == size);
    CHECK(same(contents(index, model), model));
    index.insert(7, 7);
    model.emplace(7, 7);
    CHECK(same(contents(index, model), model));
  }
}

TEST_CASE("hashes that are all the same are slow, not wrong") {
  Index index;
  for (std::uint32_t i = 0; i < 500; ++i) index.insert(42, i);
  std::uint32_t next = 0;
  index.find(42, [&](std::uint32_t value) {
    CHECK(value == next++);
    return false;
  });
  CHECK(next == 500);
  CHECK_FALSE(index.erase(43, 0u));
}

TEST_CASE("a notifier comes out of its record as it went in, whatever stood where it is read to") {
  std::mt19937 random(3);
  Notifier read;
  std::vector<EventBit> read_selected;
  for (int i = 0; i < 300; ++i) {
    const Notifier notifier = make_notifier(random, std::string(1 + random() % 255, 'i'));
    const std::vector<EventBit> selected(random() % 100, static_cast<EventBit>(random() % 100000));
    const auto voice = static_cast<std::uint16_t>(random());
    Buffer buffer;
    Record::append(buffer, notifier, selected, voice);
    const Record record(buffer.data());
    CHECK(record.id() == notifier.id);
    CHECK(record.name() == notifier.name);
    CHECK(record.active() == notifier.active);
    CHECK(record.platform() == notifier.platform);
    CHECK(record.voice() == voice);
    CHECK(record.updated_at() == notifier.updated_at);
    if (!is_mail(notifier.platform)) CHECK(record.first_text() == notifier.type_data.text("webhook_url"));
    std::vector<std::string> recipients;
    record.for_each_recipient([&](std::string_view id) { recipients.emplace_back(id); },
                              [&](std::string_view email) { recipients.emplace_back(email); });
    CHECK(recipients.size() == notifier.type_data.texts("user_ids").size() + notifier.type_data.texts("emails").size());
    record.read(read, read_selected);
    check_equal(read, notifier);
    CHECK(read_selected == selected);
  }
}

TEST_CASE("an app's block keeps its notifiers in order through any changes, few or many, short or long") {
  std::mt19937 random(4);
  const Hasher hash(5);
  for (const std::size_t words : {1u, 3u}) {
    const App app{"app-1", "shop", {"us-1", "anna", "anna@example.org"}, "pr-1"};
    Ref<const AppBlock> block = AppBlock::make(app, 77, {}, words);
    struct Entry {
      Notifier notifier;
      std::uint64_t bits;
    };
    std::vector<Entry> model;
    int drawn = 0;
    for (int step = 0; step < 3000; ++step) {
      // Grows to some hundred, shrinks to nothing, grows again.
      const bool growing = step / 500 % 2 == 0;
      const auto choice = random() % 10;
      Notifier notifier = make_notifier(random, "");
      if (random() % 50 == 0) notifier.type_data.other = std::string(60000, 'o');
      std::vector<std::uint64_t> row(words, 0);
      row[words - 1] = random();
      Buffer record;
      const auto item = [&] {
        record.clear();
        Record::append(record, notifier, {}, 0);
        return RowItem{row.data(), record.data(), record.size(), static_cast<std::uint16_t>(hash(notifier.id))};
      };
      if (model.empty() || choice < (growing ? 6u : 1u)) {
        notifier.id = "n" + std::to_string(drawn++);
        block = block->with_added(item());
        model.push_back({notifier, row[words - 1]});
      } else {
        const std::size_t at = random() % model.size();
        const auto place = block->find(model[at].notifier.id, static_cast<std::uint16_t>(hash(model[at].notifier.id)));
        REQUIRE(place.exists);
        if (choice < (growing ? 9u : 3u)) {
          notifier.id = model[at].notifier.id;
          block = block->with_replaced(place, item());
          model[at] = {notifier, row[words - 1]};
        } else {
          block = block->with_removed(place);
          model.erase(model.begin() + static_cast<std::ptrdiff_t>(at));
        }
      }
      REQUIRE(block->notifier_count() == model.size());
      if (step % 100 != 0) continue;
      block = block->with_app(app);
      std::size_t i = 0;
      block->for_each_rows([&](const Rows& rows) {
        CHECK(rows.words() == words);
        for (std::size_t r = 0; r < rows.count(); ++r, ++i) {
          CHECK(rows.bits(r)[words - 1] == model[i].bits);
          Notifier read;
          std::vector<EventBit> selected;
          rows.record(r).read(read, selected);
          check_equal(read, model[i].notifier);
        }
      });
      CHECK(i == model.size());
      CHECK_FALSE(block->find("none", 0).exists);
      CHECK(block->app().owner.email == "anna@example.org");
      CHECK(block->name() == "shop");
      CHECK(block->project_id() == "pr-1");
      CHECK(block->owner_id() == "us-1");
      CHECK(block->sequence() == 77);
    }
  }
}

TEST_CASE("an app's notifiers lie in as few runs as they can") {
  Notifier notifier;
  Buffer record;
  Record::append(record, notifier, {}, 0);
  const std::uint64_t row = 0;
  const std::vector<RowItem> items(1000, RowItem{&row, record.data(), record.size(), 0});
  std::size_t runs = 0;
  AppBlock::make(App(), 0, items, 1)->for_each_rows([&](const Rows&) { ++runs; });
  CHECK(runs == (items.size() + Rows::most_rows - 1) / Rows::most_rows);
}

TEST_CASE("a text given twice is found among many") {
  const Hasher hash(6);
  UniqueTexts texts;
  std::vector<std::string> all;
  for (int i = 0; i < 5000; ++i) all.push_back(std::to_string(i));
  CHECK_FALSE(texts.contains("1", hash("1")));
  for (const std::string& text : all) CHECK(texts.insert(text, hash(text)));
  for (const std::string& text : all) CHECK_FALSE(texts.insert(text, hash(text)));
  CHECK(texts.contains("4999", hash("4999")));
  CHECK_FALSE(texts.contains("5000", hash("5000")));
  // Texts whose hashes are the same are told apart.
  CHECK(texts.insert("x", 1));
  CHECK(texts.insert("y", 1));
  CHECK_FALSE(texts.insert("y", 1));
  texts.clear();
  CHECK(texts.empty());
  CHECK_FALSE(texts.contains("1", hash("1")));
  CHECK(texts.insert("1", hash("1")));
  CHECK_FALSE(texts.insert("1", hash("1")));
}

TEST_CASE("a kept text stays where it is, however many and however long those after it are") {
  KeptTexts kept;
  std::vector<std::string_view> views;
  for (int i = 0; i < 20000; ++i) views.push_back(kept.keep(std::to_string(i)));
  const std::string large(200000, 'x');
  CHECK(kept.keep(large) == large);
  CHECK(kept.keep("") == "");
  CHECK(kept.keep("after") == "after");
  for (int i = 0; i < 20000; ++i) CHECK(views[static_cast<std::size_t>(i)] == std::to_string(i));
}

TEST_CASE("a row has a bit for all events but alerts where all are asked for, and none beyond") {
  const Vocabulary& vocabulary = *Vocabulary::standard();
  const RowShape shape(vocabulary);
  std::vector<std::uint64_t> row(shape.words, 0xABu);
  Notifier notifier;
  notifier.active = true;
  notifier.send_all_events = true;
  shape.write(notifier, {}, row.data());
  for (std::size_t bit = 0; bit < 64 * shape.words; ++bit) {
    CAPTURE(bit);
    CHECK((row[bit / 64] >> bit % 64 & 1) == (bit < shape.bits && bit != shape.alert_bit));
  }
}
