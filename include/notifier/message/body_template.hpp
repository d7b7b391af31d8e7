// A body of a webhook's own: JSON whose strings may hold slots.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/message/composer.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/event.hpp"
#include "notifier/model/truncation.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "notifier/vocabulary/wording_compiler.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Tells texts of a program that is no kind's, of an event that was told already.
class BodyComposer {
 public:
  /// @param told     what people are told of the event
  /// @param scratch  anything; what it holds is overwritten
  BodyComposer(const Event& event, const Message& told, const Vocabulary& vocabulary, const Language* language,
               const KindProgram& program, Message& scratch)
      : composer_(event, scratch, vocabulary, language) {
    scratch.clear();
    composer_.told_ = &told;
    composer_.compose_envelope();
    composer_.use(program);
  }

  /// The text of a template, valid until the next call. Whether there is one.
  bool text_at(std::size_t start, std::string_view& out) {
    const std::size_t begin = composer_.text_.size();
    const bool is_there = composer_.run(composer_.step(start));
    out = composer_.text_.view(begin);
    composer_.text_.truncate(begin);
    return is_there;
  }
  /// What the one slot of a template stands for; missing where that is not there, or null.
  json::View value_at(std::size_t start) const {
    for (const Op* op = composer_.step(start); op->code == Op::Code::guard || op->code == Op::Code::value;) {
      const bool is_value = op->code == Op::Code::value;
      if (is_value && composer_.members_.has(op->key)) {
        const json::View value = Composer::follow(composer_.members_[op->key], op->text);
        if (value.exists() && !value.is_null()) return value;
      }
      op = is_value ? composer_.step(op->absent) : op + 1;
    }
    return {};
  }

 private:
  Composer composer_;
};

/// A template of JSON, compiled. Immutable: any number of threads may use it.
///
/// Each string with a slot in it is a template of the wording language, whose text is written as a string; where it is
/// dropped, null is. One that is a slot alone, without a layout or words, becomes the value itself, of whatever type it
/// is, and `{@event}` the whole event. Whatever the event holds, what is written is valid JSON.
class BodyTemplate {
 public:
  /// @param json        the template, as compact JSON
  /// @param vocabulary  whose sets of words there are, and whose secrets no slot may name; null: any, and none
  /// @param fault       what is wrong with it and where, as "at text[0], character 4: a slot has no '}'"
  /// @return null where there is a fault
  static std::shared_ptr<const BodyTemplate> compile(std::string_view json, const Vocabulary* vocabulary,
                                                     std::string& fault);

  const std::string& json() const noexcept { return json_; }

  /// Appends the body of an event.
  /// @param told     what people are told of it
  /// @param scratch  anything; what it holds is overwritten
  /// @param cut      says how many of the slots were left out, as null, since the body would be too long: beyond 1 MB
  ///                 and twice the event
  void write(const Event& event, const Message& told, const Vocabulary& vocabulary, const Language* language,
             Message& scratch, Buffer& out, Truncations& cut) const;

 private:
  /// A value to be filled in, behind what stands before it.
  struct Piece {
    enum class Kind : std::uint8_t { text, value, event };

    std::size_t literal_end = 0;  // in literals_
    Kind kind = Kind::text;
    std::uint16_t start = 0;  // in program_
  };
  /// Where the strings with slots are, while it is compiled.
  struct Place {
    std::string path;
    std::size_t size = 0;  // of the text
  };

  static Piece::Kind kind_of(std::string_view text) noexcept;
  void read(json::View value, std::string& path, std::vector<Place>& places);

  std::string json_;
  Buffer literals_;
  std::string texts_;  // the program borrows from it
  KindProgram program_;
  std::vector<Piece> pieces_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

/// Whether a text is a slot alone, and which.
inline BodyTemplate::Piece::Kind BodyTemplate::kind_of(std::string_view text) noexcept {
  if (text == "{@event}") return Piece::Kind::event;
  const std::string_view slot = text.substr(1, text.size() - 2);
  const bool is_alone =
      text.front() == '{' && text.back() == '}' && slot.find_first_of("{}'@:?#*") == std::string::npos;
  return is_alone ? Piece::Kind::value : Piece::Kind::text;
}

/// Keeps what stands fast, and remembers the rest.
NOTIFIER_NOINLINE inline void BodyTemplate::read(json::View value, std::string& path, std::vector<Place>& places) {
  const std::size_t size = path.size();
  if (value.is_string() && value.string().find('{') != std::string_view::npos) {
    pieces_.push_back({literals_.size(), kind_of(value.string()), 0});
    places.push_back({path, value.string().size()});
    texts_.append(value.string());
  } else if (value.is_array()) {
    std::size_t count = 0;
    literals_.append('[');
    value.for_each_element([&](json::View element) {
      if (count != 0) literals_.append(',');
      path.append(with_number("[", count++, "]"));
      read(element, path, places);
      path.resize(size);
    });
    literals_.append(']');
  } else if (value.is_object()) {
    json::Writer keys(literals_);
    keys.begin_object();
    value.for_each_member([&](std::string_view key, json::View member) {
      keys.escaped_key(key);
      path.append(size == 0 ? "" : ".").append(key);
      read(member, path, places);
      keys.raw({});
      path.resize(size);
    });
    keys.end_object();
  } else {
    value.append_json(literals_);
  }
}

NOTIFIER_NOINLINE inline std::shared_ptr<const BodyTemplate> BodyTemplate::compile(std::string_view json,
                                                                                   const Vocabulary* vocabulary,
                                                                                   std::string& fault) {
  json::Document document;
  const auto root = document.parse(json, json.size());
  if (!root) {
    fault = "is not JSON";
    return nullptr;
  }
  auto made = std::make_shared<BodyTemplate>();
  made->json_ = json;
  std::vector<Place> places;
  std::string path;
  made->read(*root, path, places);
  made->texts_.append(text_padding, ' ');

  const SecretNames none;
  const WordingRules rules{{},
                           vocabulary == nullptr ? nullptr : &vocabulary->state().word_sets,
                           vocabulary == nullptr ? nullptr : &vocabulary->state().secret_names};
  WordingCompiler compiler(made->program_, &rules);
  const char* next = made->texts_.data();
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (made->pieces_[i].kind != Piece::Kind::event) {
      made->pieces_[i].start = compiler.add_text({next, places[i].size});
    }
    next += places[i].size;
    const WordingFault& found = compiler.fault();
    if (found.message.empty()) continue;
    fault = with_number(", character ", found.character, ": ");
    fault = joined(places[i].path.empty() ? "at its start" : joined("at ", places[i].path), fault, found.message);
    return nullptr;
  }
  return made;
}

NOTIFIER_NOINLINE inline void BodyTemplate::write(const Event& event, const Message& told, const Vocabulary& vocabulary,
                                                  const Language* language, Message& scratch, Buffer& out,
                                                  Truncations& cut) const {
  const std::size_t most = out.size() + (std::size_t{1} << 20) + 2 * event.body.size();
  BodyComposer composer(event, told, vocabulary, language, program_, scratch);
  std::size_t begin = 0;
  std::size_t left_out = 0;
  for (const Piece& piece : pieces_) {
    out.append(literals_.view(begin).substr(0, piece.literal_end - begin));
    begin = piece.literal_end;
    const std::size_t mark = out.size();
    bool is_there = true;
    if (piece.kind == Piece::Kind::event) {
      out.append(event.body);
    } else if (piece.kind == Piece::Kind::value) {
      const json::View value = composer.value_at(piece.start);
      is_there = value.exists();
      value.append_json(out);
    } else {
      std::string_view text;
      is_there = composer.text_at(piece.start, text);
      if (is_there) json::Writer(out).string(text);
    }
    const bool is_too_long = out.size() > most;
    if (is_too_long) out.truncate(mark);
    if (is_too_long || !is_there) out.append("null");
    left_out += is_too_long;
  }
  out.append(literals_.view(begin));
  if (left_out != 0) cut.push_back({"values", pieces_.size(), pieces_.size() - left_out});
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
