// One delivery on its way through libcurl: an HTTP request or a mail.

#pragma once

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/curl_deadline.hpp"
#include "notifier/adapters/curl_options.hpp"
#include "notifier/adapters/curl_settings.hpp"
#include "notifier/adapters/curl_shortage.hpp"
#include "notifier/adapters/curl_smtp.hpp"
#include "notifier/adapters/curl_smtp_session.hpp"
#include "notifier/adapters/reply_excerpt.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/net/address_guard.hpp"
#include "notifier/net/url.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::net {

/// A libcurl handle with what its transfer needs; used for one delivery after the other, since that keeps most
/// settings.
class CurlTransfer {
 public:
  /// @param is_mail  whether it carries mails or HTTP requests
  CurlTransfer(const CurlOptions& options, bool is_mail)
      : options_(&options), easy_(curl_easy_init(), curl_easy_cleanup), is_mail_(is_mail) {
    CURL* easy = easy_.get();
    if (easy == nullptr) return;
    set_common_options(easy, options);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_);
    deadline_.watch(easy);
    if (is_mail) {
      set_up_mail(easy);
    } else {
      set_up_http(easy);
    }
  }
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  CURL* handle() const noexcept { return easy_.get(); }
  bool is_mail() const noexcept { return is_mail_; }
  std::uint64_t tag() const noexcept { return tag_; }
  /// Since it was prepared.
  std::int64_t duration_ms() const noexcept {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now() - begun_).count();
  }
  Delivery take_delivery() { return std::move(delivery_); }
  /// The beginning of what came as a reply's body; of a mail, what the relay said, without its login.
  std::string_view reply() const noexcept {
    return is_mail_ ? said_ : std::string_view(body_).substr(0, reply_excerpt_source_bytes);
  }

  /// Prepares the handle for a delivery.
  /// @param url    the delivery's, parsed from its text; null for a mail
  /// @param until  see CurlTransport::start()
  void prepare(std::uint64_t tag, Delivery&& delivery, const Url* url, std::int64_t until) {
    tag_ = tag;
    deadline_.begin(until);
    begun_ = std::chrono::steady_clock::now();
    blocked_ = GuardReason::none;
    body_.clear();
    said_.clear();
    reply_headers_.clear();
    header_bytes_ = 0;
    has_headers_ = false;
    is_full_ = false;
    is_short_ = false;
    socket_ = -1;
    peer_size_ = 0;
    error_text_[0] = '\0';
    std::string text;
    if (url != nullptr) {
      append_normalized(*url, text);
      host_ = url->host;
    }
    delivery_ = std::move(delivery);
    if (is_mail_) {
      begin_mail();
    } else {
      deadline_.limit(easy_.get(), options_->timeout_ms);
      prepare_http(text);
    }
  }

  /// What came of it, once goes_on() says no.
  /// @param remaining  gets a mail's recipients to be tried again, where it is not the same for all
  /// @param refused    gets those that are not, likewise
  Verdict judge(CURLcode code, Timestamp now, std::vector<std::string>& remaining, std::vector<std::string>& refused) {
    if (taken_ == 0 && deadline_.is_late()) {
      return {Verdict::Action::postpone, 0, "the time for the attempt was over before it began", std::nullopt};
    }
    if (taken_ == 0 && is_local_failure(code)) return classify(TransportFailure::local);
    if (blocked_ != GuardReason::none && code == CURLE_COULDNT_CONNECT) return classify(TransportFailure::blocked);
    return is_mail_ ? judge_mail(remaining, refused) : judge_http(code, now);
  }

  /// Whether the transfer is to be made again, for recipients of a mail that the relay did not take at once. To be
  /// called once after each, when the handle belongs to no multi handle.
  bool goes_on(CURLcode code) {
    if (!is_mail_ || (taken_ == 0 && (deadline_.is_late() || is_local_failure(code)))) return false;
    std::optional<TransportFailure> failure;
    if (code != CURLE_OK) failure = transport_failure(code);
    SmtpOutcome outcome = session_.outcome(left_.size(), failure);
    for (const std::size_t i : outcome.refused) refused_.push_back(std::move(left_[i]));
    std::vector<std::string> left;
    for (const std::size_t i : outcome.remaining) left.push_back(std::move(left_[i]));
    left_ = std::move(left);
    taken_ += outcome.taken;
    verdict_ = outcome.verdict;
    said_ = reply_excerpt(outcome.said, delivery_, {options_->relay->user, options_->relay->password});
    if (outcome.is_to_go_on) prepare_mail();
    return outcome.is_to_go_on;
  }

 private:
  struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, FreeList>;

  static void append(List& list, const std::string& text) {
    curl_slist* longer = curl_slist_append(list.get(), text.c_str());
    if (longer == nullptr) return;
    static_cast<void>(list.release());
    list.reset(longer);
  }

  // ---- HTTP ----

  void set_up_http(CURL* easy) {
    set_protocols(easy, "http,https", CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options_->user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  }

  void prepare_http(const std::string& url) {
    CURL* easy = easy_.get();
    headers_.reset();
    append(headers_, "Expect:");  // a hundred bytes do not wait for a permission to be sent
    for (const Header& header : delivery_.headers) {
      append(headers_, header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
    }
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(delivery_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, delivery_.body.joined(joined_).data());
    const bool is_post = delivery_.method.empty() || delivery_.method == "POST";
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_post ? nullptr : delivery_.method.c_str());
  }

  Verdict judge_http(CURLcode code, Timestamp now) const {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (!has_headers_ || status < 200) return classify(transport_failure(code));
    std::vector<HeaderView> headers;
    for (const Header& header : reply_headers_) headers.push_back({header.name, header.value});
    const HttpReply reply{static_cast<int>(status), headers, body_};
    const Verdict verdict = classify(delivery_.platform, reply, now);
    const bool is_whole = code == CURLE_OK || is_full_;
    // A body that breaks off takes nothing from a status that says it all; where a success is said in the body, it may
    // be the very part that is missing.
    const bool is_open = !is_whole && status < 300 && verdict.action != Verdict::Action::delivered;
    return is_open ? classify(transport_failure(code)) : verdict;
  }

  /// Whether nothing was sent, for want of descriptors, ports, memory or threads here.
  bool is_local_failure(CURLcode code) const {
    long request = 0;
    long error = 0;
    switch (code) {
      case CURLE_COULDNT_CONNECT:
        if (is_short_) return true;
        curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &error);
        if (error == EADDRNOTAVAIL)
          return peer_size_ != 0 && lacks_ports(reinterpret_cast<const sockaddr*>(&peer_), peer_size_);
        return is_shortage(static_cast<int>(error));
      case CURLE_COULDNT_RESOLVE_HOST:
        return std::string_view(error_text_).find("thread failed to start") != std::string_view::npos ||
               lacks_descriptors();
      case CURLE_SSL_CACERT_BADFILE: return is_among_last(socket_);
      case CURLE_OUT_OF_MEMORY:
        curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &request);
        return is_mail_ ? sent_ == 0 : request == 0;
      default: return false;
    }
  }

  /// The guard's place: what is connected to is this very address, whatever the name resolved to before. The relay of
  /// mails is the host's own choice.
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* to) {
    CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
    const GuardReason reason = transfer.is_mail_ ? GuardReason::none : transfer.judge_address(*to);
    if (reason != GuardReason::none) {
      transfer.blocked_ = reason;
      return CURL_SOCKET_BAD;
    }
    transfer.socket_ = ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    if (transfer.socket_ < 0 && is_shortage(errno)) transfer.is_short_ = true;
    transfer.peer_size_ = (std::min)(static_cast<socklen_t>(sizeof transfer.peer_), to->addrlen);
    std::memcpy(&transfer.peer_, &to->addr, transfer.peer_size_);
    return transfer.socket_;
  }

  GuardReason judge_address(const curl_sockaddr& to) const {
    IpAddress address;
    if (to.family == AF_INET) {
      sockaddr_in in{};
      std::memcpy(&in, &to.addr, sizeof in);
      address = IpAddress::v4(&in.sin_addr);
    } else if (to.family == AF_INET6) {
      sockaddr_in6 in{};
      std::memcpy(&in, &to.addr, (std::min)(sizeof in, static_cast<std::size_t>(to.addrlen)));
      address = IpAddress::v6(&in.sin6_addr);
    } else {
      return GuardReason::reserved;
    }
    return options_->guard.judge_address(address, host_);
  }

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
    CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
    std::string_view line(data, size * count);
    transfer.header_bytes_ += line.size();
    if (transfer.header_bytes_ > most_header_bytes) return 0;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (line.substr(0, 5) == "HTTP/") {  // the first line of a reply; one of an interim reply is not the last
      transfer.reply_headers_.clear();
      transfer.has_headers_ = false;
    } else if (line.empty()) {
      transfer.has_headers_ = true;
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      const std::string_view name = line.substr(0, colon);
      if (equals_lower(name, "retry-after") || equals_lower(name, "date")) {
        transfer.reply_headers_.push_back({std::string(name), std::string(line.substr(colon + 1))});
      }
    }
    return size * count;
  }

  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
    CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
    const std::size_t room = NOTIFIER_MAX_REPLY_BYTES - transfer.body_.size();
    transfer.body_.append(data, (std::min)(room, size * count));
    transfer.is_full_ = size * count > room;
    return transfer.is_full_ ? 0 : size * count;
  }

  // ---- SMTP ----

  void set_up_mail(CURL* easy) {
    const SmtpRelay& relay = *options_->relay;
    set_protocols(easy, "smtp,smtps", CURLPROTO_SMTP | CURLPROTO_SMTPS);
    curl_easy_setopt(easy, CURLOPT_URL, relay.url.c_str());
    if (!relay.user.empty()) {
      curl_easy_setopt(easy, CURLOPT_USERNAME, relay.user.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, relay.password.c_str());
    }
    const curl_usessl use[] = {CURLUSESSL_TRY, CURLUSESSL_ALL, CURLUSESSL_NONE};
    curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(use[static_cast<std::size_t>(relay.starttls)]));
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, this);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);  // for on_debug(); nothing is printed
#if LIBCURL_VERSION_NUM >= 0x080200
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLOWFAILS, 1L);
#elif LIBCURL_VERSION_NUM >= 0x074500
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
#endif
  }

  void begin_mail() {
    left_ = delivery_.to;
    refused_.clear();
    taken_ = 0;
    prepare_mail();
  }

  /// Prepares a transaction for the recipients that are left.
  void prepare_mail() {
    CURL* easy = easy_.get();
    sent_ = 0;
    session_.clear();
    recipients_.reset();
    deadline_.limit(easy, options_->timeout_ms);
    for (const std::string& recipient : left_) append(recipients_, recipient);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, delivery_.from.c_str());
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients_.get());
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(delivery_.body.size()));
  }

  Verdict judge_mail(std::vector<std::string>& remaining, std::vector<std::string>& refused) {
    const std::size_t count = delivery_.to.size();
    if (left_.size() == count || refused_.size() == count || taken_ == count) return verdict_;
    remaining = std::move(left_);
    refused = std::move(refused_);
    if (!remaining.empty() || taken_ == 0) return verdict_;
    return {Verdict::Action::delivered, 250, "the mail server took it, but refuses some of its recipients",
            std::nullopt};
  }

  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self) {
    std::string_view line(data, size * count);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    static_cast<CurlTransfer*>(self)->session_.line(line);
    return size * count;
  }

  /// Sees the commands as they are sent; nothing of them is kept.
  static int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
    if (type == CURLINFO_HEADER_OUT) static_cast<CurlTransfer*>(self)->session_.command({data, size});
    return 0;
  }

  static std::size_t on_read(char* out, std::size_t size, std::size_t count, void* self) {
    CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
    const std::string_view piece = transfer.delivery_.body.piece(transfer.sent_);
    const std::size_t part = (std::min)(piece.size(), size * count);
    if (part != 0) std::memcpy(out, piece.data(), part);
    transfer.sent_ += part;
    return part;
  }

  static constexpr std::size_t most_header_bytes = 64 * 1024;

  const CurlOptions* options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  const bool is_mail_;

  std::uint64_t tag_ = 0;
  std::chrono::steady_clock::time_point begun_;
  CurlDeadline deadline_;
  Delivery delivery_;

  std::string host_;
  std::string joined_;  // the body, where it is in two parts
  List headers_;
  GuardReason blocked_ = GuardReason::none;
  bool is_short_ = false;    // a socket was not to be had
  int socket_ = -1;          // the last that was
  sockaddr_storage peer_{};  // whom it was for
  socklen_t peer_size_ = 0;
  char error_text_[CURL_ERROR_SIZE] = {};
  std::vector<Header> reply_headers_;
  std::size_t header_bytes_ = 0;
  bool has_headers_ = false;
  std::string body_;
  bool is_full_ = false;

  List recipients_;
  std::size_t sent_ = 0;
  SmtpSession session_;
  std::vector<std::string> left_;     // recipients who have yet to get it
  std::vector<std::string> refused_;  // those who will not
  std::size_t taken_ = 0;             // how many have got it
  Verdict verdict_;                   // of the last transaction
  std::string said_;                  // by the relay, likewise
};

}  // namespace detail::net
NOTIFIER_NAMESPACE_END
