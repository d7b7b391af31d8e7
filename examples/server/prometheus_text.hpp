#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace server {

/// Writes figures as Prometheus reads them (https://prometheus.io/docs/instrumenting/exposition_formats/, version
/// 0.0.4).
class PrometheusText {
 public:
  /// Begins the figures of a name; all of them follow at once.
  void family(std::string_view name, std::string_view type, std::string_view help) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }

  /// @param labels  `name="value"`, with commas between; values need no escape
  void sample(std::string_view name, std::string_view labels, std::uint64_t value) {
    line(name, {}, labels, {}, number(value));
  }
  void sample(std::string_view name, std::string_view labels, double value) {
    line(name, {}, labels, {}, number(value));
  }

  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "counter", help);
    sample(name, {}, value);
  }
  template <class Value>
  void gauge(std::string_view name, std::string_view help, Value value) {
    family(name, "gauge", help);
    sample(name, {}, value);
  }

  /// @param bound  in seconds; below 0: none
  void bucket(std::string_view name, std::string_view labels, double bound, std::uint64_t count) {
    const std::string le = "le=\"" + (bound < 0 ? std::string("+Inf") : number(bound)) + "\"";
    line(name, "_bucket", labels, le, number(count));
  }
  void sum_and_count(std::string_view name, std::string_view labels, double sum, std::uint64_t count) {
    line(name, "_sum", labels, {}, number(sum));
    line(name, "_count", labels, {}, number(count));
  }

  std::string take() { return std::move(text_); }

 private:
  static std::string number(std::uint64_t value) { return std::to_string(value); }
  static std::string number(double value) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
  }

  void line(std::string_view name, std::string_view suffix, std::string_view labels, std::string_view more,
            std::string_view value) {
    text_.append(name).append(suffix);
    if (!labels.empty() || !more.empty()) {
      text_.append("{").append(labels).append(labels.empty() || more.empty() ? "" : ",").append(more).append("}");
    }
    text_.append(" ").append(value).append("\n");
  }

  std::string text_;
};

}  // namespace server
