// Memory, engines and routing: compiled for speed.

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

notifier_engine* notifier_new(uint32_t host) { return new notifier_engine(host); }

void notifier_delete(notifier_engine* engine) { delete engine; }

notifier_status notifier_route(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size, uint32_t decode) {
  return with_audience(engine, text_at(audience, audience_size),
                       [&](const notifier::Audience& named) -> notifier_status {
                         const std::string_view text = text_at(event, event_size);
                         notifier_wasm::RecordWriter records(text, decode != 0);
                         const auto routed = engine->router.route(text, records, named);
                         return routed ? answer.done() : answer.fail(routed.error());
                       });
}

notifier_status notifier_match(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size) {
  return with_audience(
      engine, text_at(audience, audience_size), [&](const notifier::Audience& named) -> notifier_status {
        answer.clear();
        const auto matched = engine->router.match(text_at(event, event_size), notifier_wasm::IdWriter(), named);
        return matched ? answer.done() : answer.fail(matched.error());
      });
}

void notifier_lines(notifier_engine* engine, uint32_t lines, uint32_t lines_size, uint32_t first_line, uint32_t mode) {
  notifier_wasm::route_lines(engine->router, text_at(lines, lines_size), first_line, mode);
}

notifier_status notifier_explain(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                                 uint32_t audience_size) {
  return with_audience(engine, text_at(audience, audience_size), [&](const notifier::Audience& named) {
    return respond(engine->router.explain(text_at(event, event_size), named));
  });
}

notifier_status notifier_preview(notifier_engine* engine, uint32_t notifier, uint32_t notifier_size, uint32_t event,
                                 uint32_t event_size, uint32_t decode) {
  const std::string_view text = text_at(event, event_size);
  const auto show = [&](const notifier::Notifier& shown) -> notifier_status {
    const auto delivery = engine->router.preview(shown, text);
    if (!delivery) return answer.fail(delivery.error());
    notifier_wasm::RecordWriter records(text, decode != 0);
    records(*delivery);
    return answer.done();
  };
  const std::string_view draft = text_at(notifier, notifier_size);
  if (draft.empty() || draft.front() != '{') {
    const auto stored = engine->registry.find(draft);
    return stored ? show(*stored) : answer.fail(not_found("notifier"));
  }
  return with_object(engine, draft, NOTIFIER_MAX_BODY_BYTES, [&](View object) -> notifier_status {
    const auto valid = notifier::validate(read_draft(object), engine->registry.catalogue());
    return valid ? show(*valid) : answer.fail(valid.error());
  });
}

}  // extern "C"
