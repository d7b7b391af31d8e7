// Memory and routing.

#include "texts.hpp"  // before all that uses texts

#include "hot.hpp"  // before all that calls it

#include <string_view>

#include "engine.hpp"
#include "lines.hpp"
#include "records.hpp"

using namespace notifier_wasm;

Answer notifier_wasm::answer;

namespace {

notifier::Buffer input;

}  // namespace

extern "C" {

uint32_t notifier_abi_version() { return NOTIFIER_ABI_VERSION; }

uint32_t notifier_answer() { return notifier_wasm::address_of(&answer.result); }

uint32_t notifier_reserve(uint32_t size) {
  if (size == 0) input = notifier::Buffer();
  input.clear();
  return notifier_wasm::address_of(input.room(size));
}

notifier_status notifier_route(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size, uint32_t decode) {
  notifier::Audience named;
  if (!read_audience(engine, text_at(audience, audience_size), named)) return 1;
  const std::string_view text = text_at(event, event_size);
  notifier_wasm::RecordWriter records(text, decode != 0);
  const auto routed = engine->router.route(text, records, named);
  return routed ? answer.done() : answer.fail(routed.error());
}

notifier_status notifier_match(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size) {
  notifier::Audience named;
  if (!read_audience(engine, text_at(audience, audience_size), named)) return 1;
  answer.clear();
  const auto matched = engine->router.match(text_at(event, event_size), notifier_wasm::IdWriter(), named);
  return matched ? answer.done() : answer.fail(matched.error());
}

void notifier_lines(notifier_engine* engine, uint32_t lines, uint32_t lines_size, uint32_t first_line, uint32_t mode) {
  notifier_wasm::route_lines(engine->router, text_at(lines, lines_size), first_line, mode);
}

}  // extern "C"
