// Files of ours that are one JSON object: the configuration, the tokens.

#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "notifier/json/document.hpp"

namespace server {

/// Reads one.
/// @param take  gets the object, which lives until it returns, and returns what is wrong with it, or nothing
/// @return what is wrong, which begins with the path, or nothing
template <class Take>
std::string read_json_file(const std::string& path, Take&& take) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return path + " cannot be read";
  const std::string json{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  notifier::json::Document document;
  const auto root = document.parse(json);
  if (!root) return path + " is no JSON: " + root.error().message;
  if (!root->is_object()) return path + " must be an object";
  const std::string problem = take(*root);
  return problem.empty() ? problem : path + ": " + problem;
}

}  // namespace server
