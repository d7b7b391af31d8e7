// Who may do what: bearer tokens by name, of which only hashes are kept.

#pragma once

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json_file.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/text/ascii.hpp"
#include "route_table.hpp"

namespace server {

struct Token {
  using Hash = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

  std::string name;  ///< in logs and figures; no secret
  Hash sha256{};     ///< of the token. Drawn at random as they should be, tokens need no slow hash
  bool may_read = false;
  bool may_send_events = false;
  bool may_manage = false;
  std::vector<std::string> apps;   ///< names or ids; empty: of all apps, and what is of none
  double requests_per_second = 0;  ///< 0: as many as others may

  bool may(Scope scope) const {
    switch (scope) {
      case Scope::open: return true;
      case Scope::read: return may_read;
      case Scope::events: return may_send_events;
      case Scope::manage: return may_manage;
    }
    return false;
  }

  static Hash hash(std::string_view text) {
    Hash hash{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
    return hash;
  }
};

/// A list of tokens. Immutable once it is made.
class Tokens {
 public:
  bool empty() const { return tokens_.empty(); }
  std::size_t size() const { return tokens_.size(); }

  /// Adds one that may do everything.
  void add(std::string name, std::string_view token) {
    tokens_.push_back({std::move(name), Token::hash(token), true, true, true, {}, 0});
  }

  /// Adds what a file has: `{"tokens":[{"name":"ci","sha256":"...","scopes":["read","events"],"apps":["shop"]}]}`.
  /// @return what is wrong with it, or nothing; names a place, and nothing of a hash
  std::string read(const std::string& path) {
    return read_json_file(path, [&](notifier::json::View root) {
      std::string problem = unknown_key(root, "tokens");
      if (problem.empty() && !root["tokens"].is_array()) problem = "tokens must be an array";
      std::size_t place = 0;
      root["tokens"].for_each_element([&](notifier::json::View view) {
        const std::string found = problem.empty() ? read_one(view) : std::string();
        if (!found.empty()) problem = "tokens[" + std::to_string(place) + "]: " + found;
        ++place;
      });
      return problem;
    });
  }

  /// Whose a token is, or null. Takes as long for each that is as long, whether it is somebody's or not.
  const Token* find(std::string_view given) const {
    const Token::Hash hash = Token::hash(given);
    const Token* found = nullptr;
    for (const Token& token : tokens_)
      if (CRYPTO_memcmp(hash.data(), token.sha256.data(), hash.size()) == 0) found = &token;
    return found;
  }

 private:
  static std::string unknown_key(notifier::json::View object, std::string_view known) {
    if (!object.is_object()) return "must be an object";
    std::string problem;
    object.for_each_member([&](std::string_view key, notifier::json::View) {
      if (problem.empty() && !notifier::detail::is_among(key, known))
        problem = notifier::detail::quoted(key) + " is not known here" + notifier::detail::nearest_or_all(key, known);
    });
    return problem;
  }

  std::string read_one(notifier::json::View view) {
    if (std::string problem = unknown_key(view, "name sha256 scopes apps requests_per_second"); !problem.empty())
      return problem;
    Token token;
    token.name = view["name"].string();
    if (token.name.empty() || token.name.size() > 64 || !is_name(token.name))
      return "name must be of 1 to 64 letters, digits, dots, hyphens and underscores";
    if (!read_hash(view["sha256"].string(), token.sha256)) return "sha256 must be 64 hexadecimal digits";
    for (const Token& other : tokens_) {
      if (other.name == token.name) return "the name is another token's";
      if (other.sha256 == token.sha256) return "the token is that of " + other.name;
    }
    bool has_faults = !view["scopes"].is_array();
    view["scopes"].for_each_element([&](notifier::json::View scope) {
      token.may_read = token.may_read || scope.string() == "read";
      token.may_send_events = token.may_send_events || scope.string() == "events";
      token.may_manage = token.may_manage || scope.string() == "manage";
      has_faults = has_faults || !notifier::detail::is_among(scope.string(), "read events manage");
    });
    if (has_faults || view["scopes"].size() == 0) return "scopes must be an array of read, events and manage";
    if (view["apps"].exists() && !(view["apps"].is_array() && view["apps"].size() > 0))
      return "apps must be an array of names or ids";
    view["apps"].for_each_element([&](notifier::json::View app) {
      has_faults = has_faults || app.string().empty();
      token.apps.emplace_back(app.string());
    });
    if (has_faults) return "apps must be an array of names or ids";
    if (const auto rate = view["requests_per_second"]; rate.exists()) {
      std::int64_t value = 0;
      if (!rate.integer(value) || value < 1 || value > 1'000'000)
        return "requests_per_second must be a whole number from 1 to 1000000";
      token.requests_per_second = static_cast<double>(value);
    }
    tokens_.push_back(std::move(token));
    return {};
  }

  static bool is_name(std::string_view text) {
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
           std::string_view::npos;
  }

  static bool read_hash(std::string_view hex, Token::Hash& out) {
    if (hex.size() != 2 * out.size()) return false;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto high = notifier::detail::hex_digit(hex[2 * i]);
      const auto low = notifier::detail::hex_digit(hex[2 * i + 1]);
      if (!high || !low) return false;
      out[i] = static_cast<unsigned char>(*high << 4 | *low);
    }
    return true;
  }

  std::vector<Token> tokens_;
};

}  // namespace server
