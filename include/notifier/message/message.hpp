#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/model/severity.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
class Composer;
struct Language;

/// Padded; phrases.hpp has it, too.
inline constexpr char english_link_title[32] = "View details";
}  // namespace detail

/// An event as people read it, the same for every platform: plain text in UTF-8, not escaped for anything, and without
/// secrets. All of it is untrusted: every format escapes it in its own way.
///
/// Filled by describe(), or by a host in its own words, and reused from event to event: its text lives in one buffer
/// that keeps its capacity. Views are valid until the next change. All are padded (see text/bytes.hpp): formats copy
/// them by whole vectors.
class Message {
 public:
  /// A text, and whether formats can copy it as it is: see detail::is_inert(). False says nothing.
  struct Text : std::string_view {
    bool is_inert = false;
  };

  /// A labelled fact.
  struct Field {
    Text label;            ///< ASCII letters, digits and spaces, as "Git reference"; inert: of nothing else for sure
    Text value;            ///< not empty
    bool is_short = true;  ///< two fit side by side
    bool is_code = false;  ///< a log or a command: monospaced where the platform can, line breaks kept
    bool is_link = false;  ///< the value is a URL to follow: an absolute http or https one, where a format takes it
  };

  /// A name within the sentence, which stands in quotes there: a format that can sets it apart in another way.
  struct Name {
    std::size_t begin = 0;  ///< of the opening quote, counted from the sentence's start
    std::size_t end = 0;    ///< behind the closing quote
  };

  /// What it is to an alert.
  enum class Alert : std::uint8_t {
    none,    ///< it is about something else
    begins,  ///< it says that something is beyond its limit
    ends,    ///< it says that this is over
  };

  Severity severity = Severity::info;
  Alert alert = Alert::none;

  /// Whether nobody has to do anything about it: it is no trouble, nor the end of an alert.
  bool is_news() const noexcept { return severity < Severity::warning && alert != Alert::ends; }

  Text title() const noexcept { return text(title_); }        ///< as "my-app: deployment succeeded"; one line
  Text sentence() const noexcept { return text(sentence_); }  ///< one sentence with its full stop; one line
  /// How many names the sentence has.
  std::size_t name_count() const noexcept { return names_.size(); }
  /// The sentence's names, in order, apart from each other.
  /// @param index  below name_count()
  Name name(std::size_t index) const noexcept {
    return {names_[index].begin - sentence_.begin(), names_[index].end - sentence_.begin()};
  }
  Text actor() const noexcept { return text(actor_); }  ///< who did it, as "johndoe"; may be empty
  /// App or project the event is about, by name; empty for account events.
  Text subject() const noexcept { return text(subject_); }
  /// Absolute http(s) URL to look at, checked; empty where there is none. Inert only where all of its bytes can stand
  /// in a URL.
  Text link() const noexcept { return text(link_); }
  Text kind() const noexcept { return text(kind_); }          ///< the event's `type`, untrusted; one line
  Text event_id() const noexcept { return text(event_id_); }  ///< untrusted, may be empty; one line
  std::size_t field_count() const noexcept { return fields_.size(); }
  /// In bytes, no less than all texts together, but for the library's own labels.
  std::size_t text_size() const noexcept { return text_.size(); }
  /// When it happened, where that is known.
  std::optional<Timestamp> time() const noexcept {
    return readable_time_.empty() ? std::nullopt : std::optional<Timestamp>(time_);
  }
  const CivilTime& civil_time() const noexcept { return civil_time_; }  ///< where there is a time()
  Text readable_time() const noexcept { return text(readable_time_); }  ///< as "14 May 2018, 09:46 UTC"; may be empty
  /// What a button or a link says that leads to link().
  std::string_view link_title() const noexcept {
    return link_title_.empty() ? std::string_view(detail::english_link_title) : view(link_title_);
  }
  /// The tag of the language that it is in, as "en".
  std::string_view language() const noexcept { return language_.empty() ? "en" : view(language_); }
  /// @param index  below field_count()
  Field field(std::size_t index) const noexcept {
    const Entry& entry = fields_[index];
    const char* const label =
        entry.static_label != nullptr ? entry.static_label : text_.data() + entry.value.begin() - entry.label_size;
    return {{{label, entry.label_size}, entry.static_label != nullptr},
            text(entry.value),
            entry.is_short,
            entry.is_code,
            entry.is_link};
  }

  /// How long a link was that a host's template or function made and that is no http or https URL, in bytes; it is not
  /// used. 0: there was none.
  std::size_t refused_link() const noexcept { return refused_link_; }
  /// How many values of an event that no row describes are not told: they may be secrets, are nested too deep, or are
  /// too many.
  std::size_t left_out() const noexcept { return left_out_; }

  /// Empties everything and keeps the capacity.
  void clear() noexcept;

  /// Takes all fields away.
  void clear_fields() noexcept { fields_.clear(); }

  /// Text is copied, and brought to one line: control characters and line breaks become spaces. It is not itself a view
  /// of this message.
  void set_title(std::string_view text) { set(title_, text); }
  void set_sentence(std::string_view text) {
    names_.clear();
    set(sentence_, text);
  }
  void set_actor(std::string_view text) { set(actor_, text); }
  void set_subject(std::string_view text) { set(subject_, text); }
  void set_kind(std::string_view text) { set(kind_, text); }
  void set_event_id(std::string_view text) { set(event_id_, text); }
  /// @param url  an absolute http or https URL that holds no secret; not checked here.
  void set_link(std::string_view url);
  /// Takes a link away that is no absolute http or https URL; refused_link() is its size then.
  void refuse_bad_link() noexcept;
  /// @param time  when it happened; none where that is not known
  void set_time(std::optional<Timestamp> time) { set_time(time, nullptr); }
  /// Adds a field at the end, unless its value is blank.
  /// @param label    brought to one line
  /// @param is_code  keep the value's line breaks and tabs
  void add_field(std::string_view label, std::string_view value, bool is_short = true, bool is_code = false);
  /// Adds a field whose value leads somewhere.
  /// @param url  as set_link()
  void add_link(std::string_view label, std::string_view url);

  /// For the library itself.
  void set_time(std::optional<Timestamp> time, const detail::Language* language);
  /// The same.
  void set_language(const detail::Language& language);

 private:
  friend class detail::Composer;

  /// Two words: that many a function returns in registers.
  class Span {
   public:
    Span() = default;
    Span(std::size_t begin, std::size_t size, bool is_inert) noexcept : begin_(begin), bits_(size * 2 + is_inert) {}
    std::size_t begin() const noexcept { return begin_; }
    std::size_t size() const noexcept { return bits_ / 2; }
    bool empty() const noexcept { return size() == 0; }
    bool is_inert() const noexcept { return bits_ % 2 != 0; }

   private:
    std::size_t begin_ = 0;
    std::size_t bits_ = 0;
  };
  struct Entry {
    const char* static_label = nullptr;  // padded, ours; nullptr: the label stands in the text, right before the value
    std::size_t label_size = 0;
    Span value;
    bool is_short = true;
    bool is_code = false;
    bool is_link = false;
  };

  std::string_view view(const Span& span) const noexcept { return {text_.data() + span.begin(), span.size()}; }
  Text text(const Span& span) const noexcept { return {view(span), span.is_inert()}; }
  Span since(std::size_t begin, bool is_inert) const noexcept { return Span(begin, text_.size() - begin, is_inert); }
  void set(Span& part, std::string_view text);
  /// Writes civil_time_ for people; time_ is there, too.
  /// @param language  nullptr: English
  void write_time(const detail::Language* language);
  void pad();

  /// Member by member, straight into the vector: an Entry on the way there is read back before its stores have settled.
  void push_field(const char* static_label, std::size_t label_size, Span value, bool is_short, bool is_code) {
    Entry& entry = fields_.emplace_back();
    entry.static_label = static_label;
    entry.label_size = label_size;
    entry.value = value;
    entry.is_short = is_short;
    entry.is_code = is_code;
  }

  Buffer text_;
  std::vector<Entry> fields_;
  std::vector<Name> names_;  // counted from the start of text_
  Timestamp time_;
  CivilTime civil_time_{};
  Span readable_time_;
  Span title_;
  Span sentence_;
  Span actor_;
  Span subject_;
  Span link_;
  Span kind_;
  Span event_id_;
  Span link_title_;
  Span language_;
  std::size_t refused_link_ = 0;  // in bytes
  std::size_t left_out_ = 0;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/message/date.hpp"
#include "notifier/net/link.hpp"
#include "notifier/text/plain_text.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE void Message::set(Span& part, std::string_view text) {
  const std::size_t begin = text_.size();
  bool inert = true;
  detail::append_line(text_, text, inert);
  part = since(begin, inert);
  pad();
}

NOTIFIER_INLINE void Message::pad() { text_.room(detail::text_padding); }

NOTIFIER_INLINE void Message::clear() noexcept {
  severity = Severity::info;
  alert = Alert::none;
  refused_link_ = left_out_ = 0;
  text_.clear();
  fields_.clear();
  names_.clear();
  title_ = sentence_ = actor_ = subject_ = link_ = kind_ = event_id_ = readable_time_ = Span();
  link_title_ = language_ = Span();
}

NOTIFIER_INLINE void Message::set_time(std::optional<Timestamp> time, const detail::Language* language) {
  readable_time_ = Span();
  if (!time) return;
  time_ = *time;
  detail::fill(civil_time_, time_);
  write_time(language);
}

NOTIFIER_INLINE void Message::write_time(const detail::Language* language) {
  const std::size_t begin = text_.size();
  detail::append_date(text_, civil_time_, language);
  readable_time_ = since(begin, language == nullptr);
  pad();
}

NOTIFIER_INLINE void Message::set_language(const detail::Language& language) {
  set(link_title_, say(&language, detail::Phrase::link_title));
  set(language_, language.tag);
}

NOTIFIER_INLINE void Message::set_link(std::string_view url) {
  set(link_, url);
  if (detail::is_without(url, detail::is_outside_url)) return;
  link_ = Span(link_.begin(), link_.size(), false);
}

NOTIFIER_INLINE void Message::refuse_bad_link() noexcept {
  if (link_.empty() || detail::is_link(link())) return;
  refused_link_ = link_.size();
  link_ = Span();
}

NOTIFIER_INLINE void Message::add_field(std::string_view label, std::string_view value, bool is_short, bool is_code) {
  const std::size_t begin = text_.size();
  bool inert{};
  if (!detail::append_line(text_, label, inert)) text_.append("Data");
  const std::size_t middle = text_.size();
  inert = !is_code;
  if (is_code ? detail::append_block(text_, value) : detail::append_line(text_, value, inert)) {
    push_field(nullptr, middle - begin, since(middle, inert), is_short, is_code);
    pad();
  } else {
    text_.truncate(begin);
  }
}

NOTIFIER_INLINE void Message::add_link(std::string_view label, std::string_view url) {
  const std::size_t count = fields_.size();
  add_field(label, url, false);
  if (fields_.size() == count) return;
  Entry& entry = fields_.back();
  entry.is_link = true;
  const bool inert = entry.value.is_inert() && detail::is_without(view(entry.value), detail::is_outside_url);
  entry.value = Span(entry.value.begin(), entry.value.size(), inert);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
