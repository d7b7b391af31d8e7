// What the server answers to: paths, methods, and who may ask, as the description of its API has it.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/target.hpp"
#include "notifier/json/document.hpp"

namespace server {

/// What a token has to be allowed for a request.
enum class Scope {
  open,    ///< nothing, nor is there to be a token
  read,    ///< to look
  events,  ///< to send events, and deliveries again
  manage,  ///< to change apps, notifiers and users
};

constexpr std::string_view to_string(Scope scope) noexcept {
  switch (scope) {
    case Scope::open: return "open";
    case Scope::read: return "read";
    case Scope::events: return "events";
    case Scope::manage: return "manage";
  }
  return "unknown";
}

/// What a request asks for.
struct RouteMatch {
  std::size_t route = 0;        ///< RouteTable::pattern() has its name
  Scope scope = Scope::manage;  ///< also of what is not known
  std::string app;              ///< that the path names, decoded; empty where it names none
};

/// The paths of an OpenAPI document. Immutable, so thread-safe.
class RouteTable {
 public:
  /// @param description  an OpenAPI document of ours: `security` of each operation names the scope
  explicit RouteTable(std::string_view description) {
    notifier::json::Document document;
    const auto root = document.parse(description);
    if (!root) throw std::invalid_argument("the description of the API is no JSON");
    (*root)["paths"].for_each_member([&](std::string_view path, notifier::json::View item) { add(path, item); });
    routes_.push_back({"dashboard", {}, {}});
    routes_.push_back({"other", {}, {}});
  }

  std::size_t size() const { return routes_.size(); }
  std::size_t other() const { return routes_.size() - 1; }
  std::size_t dashboard() const { return routes_.size() - 2; }
  /// As the document has it: /v1/apps/{app}/notifiers; "dashboard", or "other" for all that it does not have.
  std::string_view pattern(std::size_t route) const { return routes_[route].pattern; }

  /// @param target  path and query, percent-encoded
  RouteMatch find(std::string_view method, std::string_view target) const {
    RouteMatch match;
    match.route = other();
    const auto parsed = notifier::detail::api::parse_target(target.substr(0, target.find('?')));
    if (!parsed) return match;
    for (std::size_t i = 0; i < dashboard(); ++i) {
      const Route& route = routes_[i];
      if (!fits(route.segments, parsed->segments)) continue;
      match.route = i;
      const auto app = std::find(route.segments.begin(), route.segments.end(), "{app}");
      if (app != route.segments.end())
        match.app = parsed->segments[static_cast<std::size_t>(app - route.segments.begin())];
      match.scope = scope_of(route, method);
      return match;
    }
    return match;
  }

 private:
  struct Route {
    std::string pattern;
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, Scope>> methods;
  };

  void add(std::string_view path, notifier::json::View item) {
    Route route{std::string(path), {}, {}};
    notifier::detail::api::split(path.substr(1), '/', [&](std::string_view segment) {
      route.segments.emplace_back(segment);
      return true;
    });
    item.for_each_member([&](std::string_view name, notifier::json::View operation) {
      if (!operation.is_object()) return;
      std::string method(name);
      for (char& c : method) c = static_cast<char>(c - 'a' + 'A');
      route.methods.emplace_back(std::move(method), read_scope(operation));
    });
    // What names more of itself goes first: /v1/notification_platforms/search before .../{id}.
    const auto place = std::find_if(routes_.begin(), routes_.end(), [&](const Route& other) {
      return other.segments.size() == route.segments.size() && variables(route) < variables(other);
    });
    routes_.insert(place, std::move(route));
  }

  static std::ptrdiff_t variables(const Route& route) {
    return std::count_if(route.segments.begin(), route.segments.end(), is_variable);
  }
  static bool is_variable(const std::string& segment) { return !segment.empty() && segment.front() == '{'; }

  static Scope read_scope(notifier::json::View operation) {
    Scope scope = Scope::open;
    operation["security"].for_each_element([&](notifier::json::View each) {
      each["token"].for_each_element([&](notifier::json::View name) {
        scope = Scope::manage;
        for (const Scope known : {Scope::read, Scope::events})
          if (name.string() == to_string(known)) scope = known;
      });
    });
    return scope;
  }

  static bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    return pattern.size() == path.size() &&
           std::equal(pattern.begin(), pattern.end(), path.begin(), [](const auto& expected, const auto& actual) {
             return is_variable(expected) ? !actual.empty() : expected == actual;
           });
  }

  /// A method that the document does not have is answered with 405, or is not documented: that takes all there is.
  static Scope scope_of(const Route& route, std::string_view method) {
    if (method == "HEAD") method = "GET";
    for (const auto& [name, scope] : route.methods)
      if (name == method) return scope;
    return Scope::manage;
  }

  std::vector<Route> routes_;
};

}  // namespace server
