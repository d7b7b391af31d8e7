// One delivery on its way through libcurl: an HTTP request or a mail.

#pragma once

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/curl_options.hpp"
#include "notifier/adapters/curl_smtp.hpp"
#include "notifier/delivery/address_guard.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/delivery/delivery.hpp"
#include "notifier/delivery/url.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::net {

/// Settings that HTTP and SMTP share. A name or a proxy from the environment has no say in them.
inline void set_common_options(CURL* easy, const CurlOptions& options) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout_ms));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
#if LIBCURL_VERSION_NUM >= 0x075700
  // A resolver that hangs does so in a thread of its own, which is not waited for.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

inline void set_protocols(CURL* easy, const char* names, long bits) {
#if LIBCURL_VERSION_NUM >= 0x075500
  static_cast<void>(bits);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, names);
#else
  static_cast<void>(names);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, bits);
#endif
}

inline TransportFailure transport_failure(CURLcode code) noexcept {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return TransportFailure::unresolved;
    case CURLE_COULDNT_CONNECT: return TransportFailure::refused;
    case CURLE_OPERATION_TIMEDOUT: return TransportFailure::timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED: return TransportFailure::tls;
    default: return TransportFailure::broken;
  }
}

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
  Delivery take_delivery() { return std::move(delivery_); }

  /// Prepares the handle for a delivery.
  /// @param url  the delivery's, parsed from its text; null for a mail
  void prepare(std::uint64_t tag, Delivery&& delivery, unsigned attempt, const Url* url) {
    tag_ = tag;
    attempt_ = attempt;
    blocked_ = GuardReason::none;
    body_.clear();
    reply_headers_.clear();
    header_bytes_ = 0;
    has_headers_ = false;
    is_full_ = false;
    is_postponed_ = false;
    sent_ = 0;
    replies_.clear();
    std::string text;
    if (url != nullptr) {
      append_normalized(*url, text);
      host_ = url->host;
    }
    delivery_ = std::move(delivery);
    if (is_mail_) {
      prepare_mail();
    } else {
      prepare_http(text);
    }
  }

  /// What came of it.
  Verdict judge(CURLcode code, Timestamp now) const {
    if (blocked_ != GuardReason::none && code == CURLE_COULDNT_CONNECT) return classify(TransportFailure::blocked);
    return is_mail_ ? judge_mail(code) : judge_http(code, now);
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
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
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
    const HttpReply reply{static_cast<int>(status), headers.data(), headers.size(), body_};
    const Verdict verdict = classify(delivery_.platform, reply, now);
    const bool is_whole = code == CURLE_OK || is_full_;
    // A body that breaks off takes nothing from a status that says it all; where a success is said in the body, it may
    // be the very part that is missing.
    const bool is_open = !is_whole && status < 300 && verdict.action != Verdict::Action::delivered;
    return is_open ? classify(transport_failure(code)) : verdict;
  }

  /// The guard's place: what is connected to is this very address, whatever the name resolved to before.
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* to) {
    CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
    IpAddress address;
    if (to->family == AF_INET) {
      sockaddr_in in{};
      std::memcpy(&in, &to->addr, sizeof in);
      address = IpAddress::v4(&in.sin_addr);
    } else if (to->family == AF_INET6) {
      sockaddr_in6 in{};
      std::memcpy(&in, &to->addr, (std::min)(sizeof in, static_cast<std::size_t>(to->addrlen)));
      address = IpAddress::v6(&in.sin6_addr);
    } else {
      transfer.blocked_ = GuardReason::reserved;
      return CURL_SOCKET_BAD;
    }
    const GuardReason reason = transfer.options_->guard.judge_address(address, transfer.host_);
    if (reason != GuardReason::none) {
      transfer.blocked_ = reason;
      return CURL_SOCKET_BAD;
    }
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
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
#if LIBCURL_VERSION_NUM >= 0x080200
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLOWFAILS, 1L);
#elif LIBCURL_VERSION_NUM >= 0x074500
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
#endif
  }

  void prepare_mail() {
    CURL* easy = easy_.get();
    recipients_.reset();
    for (const std::string& recipient : delivery_.to) append(recipients_, recipient);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, delivery_.from.c_str());
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients_.get());
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(delivery_.body.size()));
  }

  Verdict judge_mail(CURLcode code) const {
    const std::size_t recipients = delivery_.to.size();
    if (is_postponed_) {
      const auto reply = replies_.refusal_of_recipient(recipients);
      return classify_smtp(reply.code, reply.text);
    }
    if (code == CURLE_OK) {
      const auto last = replies_.last();
      Verdict verdict = classify_smtp(last.code, last.text);
      if (verdict.action == Verdict::Action::delivered && replies_.refusal_of_recipient(recipients).code != 0) {
        verdict.reason = "the mail server took it, but refuses some of its recipients";
      }
      return verdict;
    }
    const auto reply = replies_.final_refusal(recipients);
    return reply.code != 0 ? classify_smtp(reply.code, reply.text) : classify(transport_failure(code));
  }

  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self) {
    std::string_view line(data, size * count);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    static_cast<CurlTransfer*>(self)->replies_.add(line);
    return size * count;
  }

  /// Gives the mail. While some recipients are refused for now, nobody gets it at first, so that nobody gets it twice;
  /// later those get it who can.
  static std::size_t on_read(char* out, std::size_t size, std::size_t count, void* self) {
    CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
    if (transfer.sent_ == 0 && transfer.attempt_ <= attempts_for_all) {
      const int code = transfer.replies_.refusal_of_recipient(transfer.delivery_.to.size()).code;
      if (code >= 400 && code <= 499) {
        transfer.is_postponed_ = true;
        return CURL_READFUNC_ABORT;
      }
    }
    const std::string_view piece = transfer.delivery_.body.piece(transfer.sent_);
    const std::size_t part = (std::min)(piece.size(), size * count);
    if (part != 0) std::memcpy(out, piece.data(), part);
    transfer.sent_ += part;
    return part;
  }

  static constexpr std::size_t most_header_bytes = 64 * 1024;
  /// So many attempts are made to reach all recipients of a mail with one message.
  static constexpr unsigned attempts_for_all = 2;

  const CurlOptions* options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  const bool is_mail_;

  std::uint64_t tag_ = 0;
  unsigned attempt_ = 1;
  Delivery delivery_;

  std::string host_;
  std::string joined_;  // the body, where it is in two parts
  List headers_;
  GuardReason blocked_ = GuardReason::none;
  std::vector<Header> reply_headers_;
  std::size_t header_bytes_ = 0;
  bool has_headers_ = false;
  std::string body_;
  bool is_full_ = false;

  List recipients_;
  std::size_t sent_ = 0;
  SmtpReplies replies_;
  bool is_postponed_ = false;
};

}  // namespace detail::net
NOTIFIER_NAMESPACE_END
