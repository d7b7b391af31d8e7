// Engines, filters, and what is told of routing without doing it: compiled for size.

#include "texts.hpp"  // before all that uses texts

#include "engine.hpp"

#include <string_view>
#include <utility>

#include "lines.hpp"
#include "notifier/filter/filter.hpp"
#include "notifier/grouping/group_json.hpp"
#include "records.hpp"

using namespace notifier_wasm;

struct notifier_filter {
  notifier::Filter filter;
  notifier::json::Document document;
};

Result<std::size_t> notifier_wasm::explain_line(notifier::Router& router, std::string_view line) {
  const auto explained = router.explain(line);
  if (!explained) return explained.error();
  Writer out(answer.text);
  write_json(out, *explained);
  answer.text.append('\n');
  return explained->notifiers.size();
}

extern "C" {

notifier_engine* notifier_new(uint32_t host) { return new notifier_engine(host); }

void notifier_delete(notifier_engine* engine) { delete engine; }

notifier_status notifier_filter_new(uint32_t json, uint32_t json_size) {
  auto filter = notifier::Filter::compile(text_at(json, json_size));
  if (!filter) return answer.fail(filter.error());
  const auto* const made = new notifier_filter{*std::move(filter), {}};
  return respond_with([&](Writer& out) { out.unsigned_integer(address_of(made)); });
}

void notifier_filter_delete(notifier_filter* filter) { delete filter; }

notifier_status notifier_filter_judge(notifier_filter* filter, uint32_t event, uint32_t event_size, uint32_t explain) {
  const auto root = filter->document.parse(text_at(event, event_size));
  if (!root) return answer.fail(root.error());
  answer.clear();
  const bool matches = filter->filter.matches(*root);
  if (!matches && explain != 0) answer.text.append(filter->filter.explain(*root));
  answer.result.count = matches ? 1 : 0;
  return answer.done();
}

notifier_status notifier_explain(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                                 uint32_t audience_size) {
  notifier::Audience named;
  if (!read_audience(engine, text_at(audience, audience_size), named)) return 1;
  return respond(engine->router.explain(text_at(event, event_size), named));
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
    return stored ? show(*stored) : answer.fail(no_notifier(draft));
  }
  View object;
  if (!read_object(engine, draft, NOTIFIER_MAX_BODY_BYTES, object)) return 1;
  const auto valid = notifier::validate(read_draft(object), *engine->registry.vocabulary());
  return valid ? show(*valid) : answer.fail(valid.error());
}

notifier_status notifier_digest(notifier_engine* engine, uint32_t digest, uint32_t digest_size, uint32_t decode) {
  View object;
  if (!read_object(engine, text_at(digest, digest_size), digest_size, object)) return 1;
  notifier::Digest told;
  notifier::detail::read_held(object["digest"], told);
  const auto delivery =
      engine->router.digest(object.string("app_id"), object.string("notifier_id"), told, object.string("key"));
  if (!delivery) return answer.fail(delivery.error());
  notifier_wasm::RecordWriter records({}, decode != 0);
  records(*delivery);
  return answer.done();
}

}  // extern "C"
