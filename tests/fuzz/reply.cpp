// Classifies any reply by every platform's rules, and stops where a verdict breaks what all verdicts promise.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "notifier/delivery/classify.hpp"
#include "notifier/delivery/retry.hpp"

namespace {

using Action = notifier::Verdict::Action;

constexpr std::int64_t year_ms = std::int64_t{366} * 24 * 3'600'000;

void expect(bool promise) {
  if (!promise) std::abort();
}

/// Cuts a text at its first line break.
std::string_view line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return first;
}

void check(const notifier::Verdict& verdict, int status) {
  expect(verdict.status == status);
  expect(!verdict.reason.empty());
  expect(to_string(verdict.action) != "unknown");
  if (verdict.retry_after_ms) expect(*verdict.retry_after_ms >= 0 && *verdict.retry_after_ms <= year_ms);
  for (unsigned attempts = 1; attempts < 9; ++attempts) {
    const auto step = notifier::next_attempt(attempts, verdict, {}, 0xFFFFFFFFu);
    if (step.kind == notifier::NextStep::Kind::again) expect(5'000 <= step.wait_ms && step.wait_ms < 43'200'000);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const int status = data[0] % 8 * 100 + data[1];
  const notifier::Timestamp now{std::int64_t{data[0]} * 10'000'000'000};
  std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const notifier::HeaderView headers[] = {{"Date", line(text)}, {"Retry-After", line(text)}, {line(text), line(text)}};

  for (const auto platform : {notifier::Platform::email, notifier::Platform::slack, notifier::Platform::webhook,
                              notifier::Platform::rocket_chat}) {
    const auto verdict = notifier::classify(platform, {status, headers, text}, now);
    check(verdict, status);
    if (verdict.action == Action::delivered) expect(status >= 200 && status <= 299);
    if (status >= 300 && status <= 399) expect(verdict.action == Action::fail);
    if (platform == notifier::Platform::slack && verdict.action == Action::delivered) {
      expect(text.find("ok") != std::string_view::npos);
    }
  }
  check(notifier::classify_smtp(status, text), status);
  if (const auto date = notifier::parse_http_date(headers[0].value, now)) {
    expect(notifier::to_rfc3339(*date).size() == 24);
  }
  return 0;
}
