// Beast's parser, with a body that is counted while it comes.

#pragma once

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "memory_budget.hpp"
#include "notifier/config.hpp"

namespace server {

/// Reads the body of one request, whose head a HeadReader has judged: its length or its chunks, decoded.
///
/// Beast joins the fields of a trailer with those of the head; here they are dropped (RFC 9110, 6.5.1), so that nothing
/// that was judged changes. It keeps extensions of chunks, long trailers and zeros before a chunk's size for as long as
/// they grow: the connection ends where more than `most_framing_bytes` wait to be understood.
class BodyParser final : private boost::beast::http::basic_parser<true> {
  using Base = boost::beast::http::basic_parser<true>;
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;

 public:
  static constexpr std::size_t most_framing_bytes = 16 * 1024;
  enum class Outcome { more, complete, not_understood, too_large, no_room };

  explicit BodyParser(MemoryBudget& budget) : share_(budget) {
    eager(true);
    header_limit(1 << 20);  // the reader of heads has its own
    body_limit(boost::none);
  }

  /// @param head  what the HeadReader has read
  Outcome begin(std::string_view head) {
    std::size_t consumed = 0;
    return put(head, consumed);
  }

  /// Takes what has arrived. @param consumed  how much of it is done with; the rest is to be given again, with more
  Outcome put(std::string_view bytes, std::size_t& consumed) {
    consumed = 0;
    Code code;
    while (!is_done() && consumed < bytes.size()) {
      const std::string_view rest = bytes.substr(consumed);
      const std::size_t count = Base::put(boost::asio::const_buffer(rest.data(), rest.size()), code);
      consumed += count;
      if (code == boost::beast::http::error::need_more) {
        if (is_header_done() && chunked() && bytes.size() - consumed > most_framing_bytes)
          return Outcome::not_understood;
        break;
      }
      if (code == boost::beast::http::error::body_limit) return Outcome::too_large;
      if (code == boost::beast::http::error::buffer_overflow) return Outcome::no_room;
      if (code) return Outcome::not_understood;
      if (count == 0) break;
    }
    return is_done() ? Outcome::complete : Outcome::more;
  }

  /// Whether the client wants to go on after the answer.
  using Base::keep_alive;
  const std::string& body() const { return body_; }

 private:
  void on_request_impl(boost::beast::http::verb, View, View, int, Code&) override {}
  void on_response_impl(int, View, int, Code&) override {}
  void on_field_impl(boost::beast::http::field, View, View, Code&) override {}
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(View part, Code& code) override { return append(part, code); }
  void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View part, Code& code) override { return append(part, code); }
  void on_finish_impl(Code&) override {}

  std::size_t append(View part, Code& code) {
    const std::size_t size = body_.size() + part.size();
    if (size > NOTIFIER_MAX_EVENT_BYTES) {
      code = boost::beast::http::error::body_limit;
      return 0;
    }
    if (size > body_.capacity() && !grow(size)) {
      code = boost::beast::http::error::buffer_overflow;
      return 0;
    }
    body_.append(part.data(), part.size());
    return part.size();
  }

  /// Room for what has come, and not for what is only said to come.
  bool grow(std::size_t size) {
    std::size_t wanted = (std::max)(size, 2 * body_.capacity());
    if (const auto length = content_length()) wanted = (std::max)(size, (std::min)(wanted, std::size_t{*length}));
    if (!share_.grow(wanted - body_.capacity())) return false;
    body_.reserve(wanted);
    return true;
  }

  std::string body_;
  MemoryShare share_;
};

}  // namespace server
