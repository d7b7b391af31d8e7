// Real events, and as many different filters for them as are asked for: the same for the same seed.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/notifier.hpp"

namespace bench {

/// The example payloads of GitHub's webhooks, compact, each made an event of app 1.
/// @param path  index.json of @octokit/webhooks-examples
inline std::vector<std::string> read_payloads(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> payloads;
  notifier::json::Document document;
  const auto root = document.parse(text, std::size_t{64} << 20);
  if (!root) return payloads;
  root->for_each_element([&](notifier::json::View hook) {
    hook["examples"].for_each_element([&](notifier::json::View example) {
      std::string json = R"({"type":"restart","app_id":"1",)";
      std::string own;
      example.append_json(own);
      payloads.push_back(json.append(own, 1, std::string::npos));
    });
  });
  return payloads;
}

/// Draws filters in equal parts from each of the kinds of condition. Half of them ask of one field that nearly all
/// events have, the others of the fields that are most often there and differ.
class FilterCorpus {
 public:
  /// @param fields  how many other fields are asked of
  FilterCorpus(const std::vector<std::string>& events, std::size_t fields, std::uint64_t seed)
      : documents_(events.size()), random_(seed) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      roots_.push_back(*documents_[i].parse(events[i]));
      collect(roots_[i], "", i);
    }
    std::vector<const Field*> all;
    for (auto& [path, field] : found_) {
      field.path = path;
      const bool is_added = path == "app_id" || path == "type";
      if (!is_added && path != shared && field.texts.size() >= 3) all.push_back(&field);
    }
    const auto is_more = [](const Field* a, const Field* b) { return a->events.size() > b->events.size(); };
    std::stable_sort(all.begin(), all.end(), is_more);
    all.resize((std::min)(all.size(), fields));
    fields_ = std::move(all);
  }

  /// @param count    how many, all different
  /// @param matches  how large a part of them is to match an event, on average
  std::vector<std::string> make(std::size_t count, double matches) {
    std::vector<std::string> filters;
    std::set<std::string> known;
    double sum = 0;
    for (std::size_t tries = 0; filters.size() < count; ++tries) {
      const std::string filter = draw(filters.size() % kinds, filters.size() / kinds % 2 == 0);
      if (known.count(filter) != 0) continue;
      const double rate = rate_of(filter);
      const double mean = (sum + rate) / static_cast<double>(filters.size() + 1);
      const bool is_wanted =
          sum < matches * static_cast<double>(filters.size()) ? rate > 0 && mean < 3 * matches : rate <= matches;
      if (!is_wanted && tries % 64 != 63) continue;
      known.insert(filter);
      filters.push_back(filter);
      sum += rate;
    }
    matched_ = sum / static_cast<double>(count);
    return filters;
  }
  /// The part of the filters made last that match an event, on average.
  double matched() const { return matched_; }

 private:
  static constexpr std::size_t kinds = 9;
  static constexpr const char* shared = "repository.full_name";

  struct Field {
    std::string path;
    std::vector<std::string> texts;  // its values as JSON, each once
    std::set<std::size_t> events;
  };

  void collect(notifier::json::View value, const std::string& path, std::size_t event) {
    if (value.is_array()) {
      value.for_each_element([&](notifier::json::View element) { collect(element, path, event); });
    } else if (value.is_object()) {
      value.for_each_member([&](std::string_view key, notifier::json::View member) {
        collect(member, path.empty() ? std::string(key) : path + "." + std::string(key), event);
      });
    } else {
      Field& field = found_[path];
      field.events.insert(event);
      std::string json;
      value.append_json(json);
      if (std::find(field.texts.begin(), field.texts.end(), json) == field.texts.end()) field.texts.push_back(json);
    }
  }

  std::size_t below(std::size_t end) { return random_() % end; }
  std::string number() { return std::to_string(below(100000)); }
  const Field& field(bool is_shared) { return is_shared ? found_[shared] : *fields_[below(fields_.size())]; }

  /// A value that some event has; or one like it, that none has.
  std::string text_of(const Field& field) {
    std::string json = field.texts[below(field.texts.size())];
    std::string text = json[0] == '"' ? json.substr(1, json.size() - 2) : json;
    if (text.find('\\') != std::string::npos || text.size() > 100) text = "x";
    if (below(4) != 0) text.insert(below(text.size() + 1), number());
    return text;
  }
  static std::string quoted(const std::string& text) { return "\"" + text + "\""; }
  static std::string list(const std::string& path, const std::string& condition) {
    return quoted(path) + ":[" + condition + "]";
  }
  static std::string operation(const char* name, const std::string& operand) {
    return "{" + quoted(name) + ":" + operand + "}";
  }
  std::string exact(const Field& of) { return list(of.path, quoted(text_of(of))); }
  const Field& other_than(const Field& of) {
    for (;;) {
      const Field& other = *fields_[below(fields_.size())];
      if (&other != &of) return other;
    }
  }

  std::string draw(std::size_t kind, bool is_shared) {
    const Field& of = field(is_shared);
    const std::string text = text_of(of);
    const std::size_t cut = below(text.size() + 1);
    switch (kind) {
      case 0: return "{" + list(of.path, quoted(text)) + "}";
      case 1: return "{" + list(of.path, operation("prefix", quoted(text.substr(0, cut)))) + "}";
      case 2: return "{" + list(of.path, operation("suffix", quoted(text.substr(cut)))) + "}";
      case 3: {
        const std::size_t end = cut + below(text.size() - cut + 1);
        const char* const before[] = {"*", ""};
        return "{" +
               list(of.path, operation("wildcard", quoted(before[below(2)] + text.substr(0, cut) +
                                                          (cut == 0 ? "" : "*") + text.substr(end)))) +
               "}";
      }
      case 4: {
        const std::size_t low = below(1000000);
        return "{" +
               list(of.path, operation("numeric", "[\">=\"," + std::to_string(low) + ",\"<\"," +
                                                      std::to_string(low + 1 + below(1000)) + "]")) +
               "}";
      }
      case 5:
        return "{" + list(of.path, operation("anything-but", "[" + quoted(text) + "," + quoted(text_of(of)) + "]")) +
               "," + exact(other_than(of)) + "}";
      case 6: return "{" + list(of.path, operation("exists", "true")) + "," + exact(other_than(of)) + "}";
      case 7:
        return "{" +
               list(of.path, operation("cidr", "\"10." + std::to_string(below(256)) + "." + std::to_string(below(256)) +
                                                   ".0/" + std::to_string(16 + below(9)) + "\"")) +
               "}";
      default: return "{\"$or\":[{" + exact(of) + "},{" + exact(other_than(of)) + "}]}";
    }
  }

  double rate_of(const std::string& filter) {
    const auto compiled = notifier::Filter::compile(filter);
    if (!compiled) return 1;
    std::size_t count = 0;
    for (const notifier::json::View root : roots_) count += compiled->matches(root) ? 1u : 0u;
    return static_cast<double>(count) / static_cast<double>(roots_.size());
  }

  std::vector<notifier::json::Document> documents_;
  std::vector<notifier::json::View> roots_;
  std::map<std::string, Field> found_;
  std::vector<const Field*> fields_;
  std::mt19937_64 random_;
  double matched_ = 0;
};

}  // namespace bench
