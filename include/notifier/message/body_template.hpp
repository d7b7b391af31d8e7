// A body of a webhook's or a platform's own: JSON whose strings may hold slots.

#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/function_ref.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/message/body_escape.hpp"
#include "notifier/message/composer.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/event.hpp"
#include "notifier/model/truncation.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/vocabulary/own_platform.hpp"
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
               const KindProgram& program, Message& scratch, OwnPlatform::Escape escape = {})
      : composer_(event, scratch, vocabulary, language) {
    scratch.clear();
    composer_.escape_ = escape;
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
    const auto leads_on = [](const Op& op) {
      return op.code == Op::Code::guard || op.code == Op::Code::value || (op.code == Op::Code::encode && op.key == 0);
    };
    for (const Op* op = composer_.step(start); leads_on(*op);) {
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
///
/// Of a platform of a host's own, strings may name the notifier's fields, too; what the event says is escaped as the
/// platform has it, and cut to its limits: there a slot alone is a value where neither is at stake, or it is a number
/// or a boolean.
class BodyTemplate {
 public:
  /// The text of a notifier's field; empty where it has none.
  using FieldText = FunctionRef<std::string_view(std::string_view key)>;

  /// @param json        the template, as compact JSON
  /// @param vocabulary  whose sets of words there are, and whose secrets no slot may name; null: any, and none
  /// @param fault       what is wrong with it and where, as "at text[0], character 4: a slot has no '}'"
  /// @param own         whose body it is; null: a webhook's
  /// @return null where there is a fault
  static std::shared_ptr<const BodyTemplate> compile(std::string_view json, const Vocabulary* vocabulary,
                                                     std::string& fault, const OwnPlatform* own = nullptr);
  /// That of a platform, which is compiled at the first call.
  static std::shared_ptr<const BodyTemplate> of(const OwnPlatform& own);

  const std::string& json() const noexcept { return json_; }

  /// Appends the body of an event.
  /// @param told     what people are told of it
  /// @param scratch  anything; what it holds is overwritten
  /// @param cut      says how many of the slots were left out, as null, since the body would be too long: beyond 1 MB
  ///                 and twice the event; and what was cut to a platform's limits
  /// @param fields   of the notifier; null where none is named
  void write(const Event& event, const Message& told, const Vocabulary& vocabulary, const Language* language,
             Message& scratch, Buffer& out, Truncations& cut, const FieldText* fields = nullptr) const;

 private:
  /// A value to be filled in, behind what stands before it.
  struct Piece {
    enum class Kind : std::uint8_t { text, value, event };

    std::size_t literal_end = 0;  // in literals_
    Kind kind = Kind::text;
    std::uint16_t first = 0;  // of its parts
    std::uint16_t parts = 0;
    bool is_alone = false;  // a slot that is all of the text
    const PayloadLimit* limit = nullptr;
  };
  /// What a text is made of.
  struct Part {
    std::size_t begin = 0, size = 0;       // in texts_
    std::size_t at = 0;                    // in the string, for faults
    const PlatformField* field = nullptr;  // of the notifier; null: a template
    std::uint16_t start = 0;               // in program_
  };

  void find_kind(std::string_view text, Piece& piece) const noexcept;
  const PayloadLimit* find_limit(std::string_view path) const noexcept;
  /// @param paths  gets that of each piece
  void read(json::View value, std::string& path, std::vector<std::string>& paths);
  void write_all(BodyComposer& composer, const Event& event, std::size_t most, std::size_t longest, Buffer& out,
                 Truncations& cut, const FieldText* fields) const;
  bool write_text(BodyComposer& composer, const Piece& piece, std::size_t longest, Buffer& out, Truncations& cut,
                  const FieldText* fields) const;

  std::string json_;
  const OwnPlatform* own_ = nullptr;
  OwnPlatform::Escape escape_ = OwnPlatform::Escape::plain;
  Buffer literals_;
  std::string texts_;  // the program borrows from it
  KindProgram program_;
  std::vector<Piece> pieces_;
  std::vector<Part> parts_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

/// Whether a text is a slot alone, and which.
inline void BodyTemplate::find_kind(std::string_view text, Piece& piece) const noexcept {
  const std::string_view slot = text.substr(1, text.size() - 2);
  piece.is_alone = text.front() == '{' && text.back() == '}' && slot.find_first_of("{}'@:?#*") == std::string::npos;
  const bool is_free = piece.limit == nullptr && escape_ == OwnPlatform::Escape::plain;
  if (piece.is_alone && is_free) piece.kind = Piece::Kind::value;
  if (text == "{@event}") piece.kind = Piece::Kind::event;
}

/// The limit of a text, where "[]" of its part stands for any element.
NOTIFIER_NOINLINE inline const PayloadLimit* BodyTemplate::find_limit(std::string_view path) const noexcept {
  if (own_ == nullptr) return nullptr;
  for (const PayloadLimit& limit : own_->limits()) {
    std::string_view part = limit.part;
    std::size_t at = 0;
    while (at < path.size() && !part.empty() && part[0] == path[at]) {
      if (path[at] == '[') at = path.find(']', at) - 1;
      part.remove_prefix(1);
      ++at;
    }
    if (at == path.size() && part.empty()) return &limit;
  }
  return nullptr;
}

/// Keeps what stands fast, and remembers the rest.
NOTIFIER_NOINLINE inline void BodyTemplate::read(json::View value, std::string& path, std::vector<std::string>& paths) {
  const std::size_t size = path.size();
  if (value.is_string() && value.string().find('{') != std::string_view::npos) {
    const std::string_view text = value.string();
    Piece piece;
    piece.literal_end = literals_.size();
    piece.limit = find_limit(path);
    find_kind(text, piece);
    piece.first = static_cast<std::uint16_t>(parts_.size());
    const auto add = [&](std::string_view part, bool is_field, std::size_t at) {
      parts_.push_back({texts_.size(), part.size(), at, is_field ? own_->find_field(part) : nullptr, 0});
      texts_.append(part);
    };
    if (own_ != nullptr) {
      for_each_template_part(text, add);
    } else {
      add(text, false, 0);
    }
    piece.parts = static_cast<std::uint16_t>(parts_.size() - piece.first);
    pieces_.push_back(piece);
    paths.push_back(path);
  } else if (value.is_array()) {
    std::size_t count = 0;
    literals_.append('[');
    value.for_each_element([&](json::View element) {
      if (count != 0) literals_.append(',');
      path.append(with_number("[", count++, "]"));
      read(element, path, paths);
      path.resize(size);
    });
    literals_.append(']');
  } else if (value.is_object()) {
    json::Writer keys(literals_);
    keys.begin_object();
    value.for_each_member([&](std::string_view key, json::View member) {
      keys.escaped_key(key);
      path.append(size == 0 ? "" : ".").append(key);
      read(member, path, paths);
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
                                                                                   std::string& fault,
                                                                                   const OwnPlatform* own) {
  json::Document document;
  const auto root = document.parse(json, json.size());
  if (!root) {
    fault = "is not JSON";
    return nullptr;
  }
  auto made = std::make_shared<BodyTemplate>();
  made->json_ = json;
  made->own_ = own;
  if (own != nullptr) made->escape_ = own->escape();
  std::vector<std::string> paths;
  std::string path;
  made->read(*root, path, paths);
  made->texts_.append(text_padding, ' ');

  const WordingRules rules{{},
                           vocabulary == nullptr ? nullptr : &vocabulary->state().word_sets,
                           vocabulary == nullptr ? nullptr : &vocabulary->state().secret_names};
  WordingCompiler compiler(made->program_, &rules);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Piece& piece = made->pieces_[i];
    for (std::size_t at = piece.first; at < std::size_t{piece.first} + piece.parts; ++at) {
      Part& part = made->parts_[at];
      if (piece.kind == Piece::Kind::event || part.field != nullptr) continue;
      part.start =
          compiler.add_text({made->texts_.data() + part.begin, part.size}, made->escape_ != OwnPlatform::Escape::plain);
      const WordingFault& found = compiler.fault();
      if (found.message.empty()) continue;
      fault = with_number(", character ", part.at + found.character, ": ");
      fault = joined(paths[i].empty() ? "at its start" : joined("at ", paths[i]), fault, found.message);
      return nullptr;
    }
  }
  return made;
}

NOTIFIER_NOINLINE inline std::shared_ptr<const BodyTemplate> BodyTemplate::of(const OwnPlatform& own) {
  using Kept = std::shared_ptr<const BodyTemplate>;
  std::atomic<const void*>& slot = own.made_of_body();
  const void* found = slot.load(std::memory_order_acquire);
  if (found == nullptr) {
    std::string fault;
    auto made = std::make_unique<const Kept>(compile(own.body(), nullptr, fault, &own));
    // It is kept as long as the platform is: for ever. Who comes second takes the first one's.
    if (slot.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) found = made.release();
  }
  return *static_cast<const Kept*>(found);
}

/// Whether there is a text.
NOTIFIER_NOINLINE inline bool BodyTemplate::write_text(BodyComposer& composer, const Piece& piece, std::size_t longest,
                                                       Buffer& out, Truncations& cut, const FieldText* fields) const {
  std::string text;
  for (std::size_t at = piece.first; at < std::size_t{piece.first} + piece.parts; ++at) {
    const Part& part = parts_[at];
    std::string_view said;
    if (part.field != nullptr) {
      if (fields != nullptr) said = (*fields)(part.field->key());
      if (said.empty()) return false;
      if (piece.parts == 1 && part.field->kind == PlatformField::Kind::number) {
        out.append(said);
        return true;
      }
    } else if (const json::View value = piece.is_alone ? composer.value_at(part.start) : json::View();
               value.kind() == json::Kind::number || value.kind() == json::Kind::boolean) {
      value.append_json(out);
      return true;
    } else if (!composer.text_at(part.start, said)) {
      return false;
    }
    if (piece.parts == 1 && piece.limit == nullptr && said.size() <= longest) {
      json::Writer(out).string(said);
      return true;
    }
    text.append(said);
  }
  constexpr std::string_view mark = "\xE2\x80\xA6";  // an ellipsis
  const PayloadLimit::Unit unit = piece.limit != nullptr ? piece.limit->unit : PayloadLimit::Unit::bytes;
  std::size_t most = piece.limit != nullptr ? piece.limit->amount : text.size();
  if (length_of(text, unit) <= most && text.size() <= longest) {
    json::Writer(out).string(text);
    return true;
  }
  // In bytes there are at least as many as in any other unit.
  most = (std::min)(most, longest);
  const std::size_t length = length_of(text, unit);
  const std::size_t dots = length_of(mark, unit);
  text.resize(cut_body_text(text, most - (std::min)(most, dots), unit, escape_).size());
  text.append(mark);
  cut.push_back({piece.limit != nullptr ? piece.limit->part : std::string_view("text"), length,
                 (std::min)(length, length_of(text, unit))});
  json::Writer(out).string(text);
  return true;
}

/// @param longest  no text is longer
NOTIFIER_NOINLINE inline void BodyTemplate::write_all(BodyComposer& composer, const Event& event, std::size_t most,
                                                      std::size_t longest, Buffer& out, Truncations& cut,
                                                      const FieldText* fields) const {
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
      const json::View value = composer.value_at(parts_[piece.first].start);
      is_there = value.exists();
      value.append_json(out);
    } else {
      is_there = write_text(composer, piece, longest, out, cut, fields);
    }
    const bool is_too_long = out.size() > most || (piece.kind != Piece::Kind::text && out.size() - mark > longest);
    if (is_too_long) out.truncate(mark);
    if (is_too_long || !is_there) out.append("null");
    left_out += is_too_long;
  }
  out.append(literals_.view(begin));
  if (left_out != 0) cut.push_back({"values", pieces_.size(), pieces_.size() - left_out});
}

NOTIFIER_NOINLINE inline void BodyTemplate::write(const Event& event, const Message& told, const Vocabulary& vocabulary,
                                                  const Language* language, Message& scratch, Buffer& out,
                                                  Truncations& cut, const FieldText* fields) const {
  const std::size_t begin = out.size();
  const std::size_t cuts = cut.size();
  const std::size_t most = begin + (std::size_t{1} << 20) + 2 * event.body.size();
  const PayloadLimit* const whole = find_limit({});
  std::size_t longest = static_cast<std::size_t>(-1);
  const auto is_too_long = [&] { return whole != nullptr && length_of(out.view(begin), whole->unit) > whole->amount; };
  do {
    out.truncate(begin);
    cut.resize(cuts);
    BodyComposer composer(event, told, vocabulary, language, program_, scratch, escape_);
    write_all(composer, event, most, longest, out, cut, fields);
    // All texts get shorter until they fit; what stands fast may be too long by itself.
    if (is_too_long()) longest = longest > whole->amount ? whole->amount : longest / 2;
  } while (is_too_long() && longest >= 8);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
