// Reads any bytes as templates, any JSON as a vocabulary, and tells any event by it: stops where what is told is no
// UTF-8, has a control character, calls itself inert and is not, has a link that is none or a name that is not in the
// sentence; where a vocabulary that was read is not written and read again as the same; where a platform's payload is
// no JSON, in every language that the vocabulary has; and where the body of a platform of the vocabulary's own does not
// compile, is no JSON, or holds a text that is longer than it may be. Replies are judged by its rules.
//
// Chunks of the input end in 0xFF: a vocabulary, an event, a link base. One that does not begin with '{' is the
// templates of one kind: when, title, sentence, fields, actor and link, a line each.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "../unit/inert_text.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/message/body_template.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/text/is_utf8.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "require.hpp"

namespace {

using namespace notifier;

std::string_view take_until(std::string_view& input, char end_mark) {
  const std::size_t end = (std::min)(input.find(end_mark), input.size());
  const std::string_view chunk = input.substr(0, end);
  input.remove_prefix((std::min)(end + 1, input.size()));
  return chunk;
}

std::string written(const Vocabulary& vocabulary) {
  Buffer out;
  json::Writer writer(out);
  write_json(writer, vocabulary);
  return out.str();
}

void check_fault(const Error& error) {
  require(!error.message.empty() && is_utf8(error.message), "a fault without a message", error.message);
  if (error.code != errc::invalid) return;
  require(!error.fields.empty(), "a fault without a place", error.message);
  for (const FieldError& field : error.fields) {
    require(!field.message.empty(), "a fault without a message", error.message);  // a key may be empty
  }
}

/// The vocabulary that an input describes, or the empty one.
Vocabulary read_vocabulary(std::string_view text) {
  if (text.substr(0, 1) == "{") {
    auto read = Vocabulary::read(text);
    if (!read) {
      check_fault(read.error());
      return Vocabulary::empty();
    }
    const std::string once = written(*read);
    const auto again = Vocabulary::read(once);
    require(again.has_value(), "a written vocabulary is not read", once);
    require(written(*again) == once, "a written vocabulary is read as another", once);
    return *std::move(read);
  }
  Vocabulary vocabulary = Vocabulary::empty();
  if (!is_utf8(text)) return vocabulary;
  Wording wording;
  for (std::string_view* part :
       {&wording.when, &wording.title, &wording.sentence, &wording.fields, &wording.actor, &wording.link}) {
    const std::string_view line = take_until(text, '\n');
    if (!line.empty()) *part = line;
  }
  const auto added = vocabulary.add_event_kind(
      {
          "k",
          Scope::app,
          "",
      },
      {wording});
  if (!added) check_fault(added.error());
  require(vocabulary.event_kinds().size() == (added ? 1u : 0u), "a faulty row is kept");
  return vocabulary;
}

void check_line(std::string_view text, bool is_block = false) {
  require(is_utf8(text), "no UTF-8", text);
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    require(!is_control || (is_block && (c == '\n' || c == '\t')), "a control character", text);
  }
}

void check_text(const Message::Text& text, bool is_block = false) {
  check_line(text, is_block);
  require(is_block || is_inert_or_does_not_say_so(text), "calls itself inert and is not", text);
}

void check_message(const Message& message) {
  require(!message.title().empty() && !message.sentence().empty(), "nothing is told");
  for (const Message::Text& text : {message.title(), message.sentence(), message.actor(), message.subject(),
                                    message.kind(), message.link(), message.event_id()}) {
    check_text(text);
  }
  const std::string_view link = message.link();
  require(link.empty() || (detail::is_link(link) && std::all_of(link.begin(), link.end(), detail::is_url_byte)),
          "a link that is none", link);
  std::size_t at = 0;
  for (std::size_t i = 0; i < message.name_count(); ++i) {
    const Message::Name name = message.name(i);
    const bool is_within = at <= name.begin && name.begin + 1 < name.end && name.end <= message.sentence().size();
    require(is_within && message.sentence()[name.begin] == '"' && message.sentence()[name.end - 1] == '"',
            "a name that is none", message.sentence());
    at = name.end;
  }
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    const Message::Field field = message.field(i);
    require(!field.label.empty() && !field.value.empty(), "an empty field");
    check_text(field.label);
    check_text(field.value, field.is_code);
  }
}

void check_payloads(const Message& message) {
  static Buffer out;
  static Truncations cut;
  static json::Document document;
  for (const auto format : {format_slack, format_rocket_chat}) {
    out.clear();
    cut.clear();
    format(message, out, cut);
    require(document.parse(out.view()).has_value(), "a payload is no JSON", out.view());
  }
}

/// By the row itself, which gets no number: there are not that many.
void check_platform(const detail::OwnPlatform& own, const Event& event, const Message& told,
                    const Vocabulary& vocabulary) {
  using detail::BodyTemplate;
  std::string fault;
  const auto body = BodyTemplate::compile(own.body(), nullptr, fault, &own);
  require(body != nullptr, "the body of a row that was read is none", fault);
  static Message scratch;
  Buffer out;
  Truncations cut;
  const auto find = [&](std::string_view key) -> std::string_view {
    const PlatformField* const field = own.find_field(key);
    require(field != nullptr, "a body names what is no field", key);
    return field->kind == PlatformField::Kind::number ? "1" : "a*b";
  };
  const BodyTemplate::FieldText fields(find);
  body->write(event, told, vocabulary, nullptr, scratch, out, cut, &fields);
  json::Document written;
  require(written.parse(out.view()).has_value() && is_utf8(out.view()), "a body is no JSON", out.view());
  for (const Truncation& one : cut) require(one.kept <= one.length, "more is kept than there was", one.part);

  HttpReply reply;
  reply.status = 200;
  reply.body = event.body;
  const Verdict verdict = detail::net::classify_by(own.rules(), reply, {});
  require(!verdict.reason.empty(), "a verdict without a reason");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 65536) return 0;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const Vocabulary vocabulary = read_vocabulary(take_until(input, '\xFF'));
  const std::string event(take_until(input, '\xFF'));
  const std::string links(input);

  static json::Document document;
  const auto root = document.parse(event);
  if (!root || !root->is_object()) return 0;
  static Message message;
  for (const std::string_view language : vocabulary.languages()) {
    for (const std::string_view base : {"", "https://d.example"}) {
      describe(Event::read(*root, event), base, message, vocabulary, language);
      check_message(message);
      require(message.text_size() <= (std::size_t{2} << 20) + 16 * event.size(), "too much is told");
      check_payloads(message);
      for (const auto& own : vocabulary.state().platforms) {
        check_platform(*own, Event::read(*root, event), message, vocabulary);
      }
    }
  }

  // The same within a registry, with links of its own.
  if (links.empty() || !is_utf8(links)) return 0;
  RegistryOptions options;
  options.vocabulary = std::make_shared<const Vocabulary>(vocabulary);
  Registry registry(options);
  Settings settings;
  settings.links.app = settings.links.project = settings.links.account = settings.links.deployment = links;
  if (const auto set = registry.set_settings(settings); !set) {
    check_fault(set.error());
    return 0;
  }
  Notifier notifier;
  notifier.platform = Platform::slack;
  notifier.name = "n";
  notifier.app_id = "1";
  Router router(registry);
  if (const auto delivery = router.preview(notifier, event)) {
    json::Document body;
    require(body.parse(std::string(delivery->body)).has_value(), "a preview is no JSON");
  }
  return 0;
}
