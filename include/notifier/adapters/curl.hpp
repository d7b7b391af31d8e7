// Sends deliveries with libcurl (7.69 or newer): HTTP/1.1 and 2, and SMTP. Link curl.

#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "notifier/adapters/curl_options.hpp"
#include "notifier/adapters/curl_transfer.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// An attempt that has ended.
struct CurlResult {
  std::uint64_t tag = 0;
  Verdict verdict;
  Delivery delivery;  ///< as it was given to start()
  /// Of a mail that did not become the same for all of its recipients: those who were refused for now, to be tried
  /// again, and those who were refused for good.
  std::vector<std::string> remaining = {};
  std::vector<std::string> refused = {};
  std::string reply =
      {};  ///< the beginning of the reply's body, as it came, or of what a relay said; see reply_excerpt()
};

/// Makes attempts, many at a time, in one thread.
///
///     auto transport = notifier::CurlTransport::create();
///     (*transport)->start(1, delivery);
///     while ((*transport)->in_flight() > 0) {
///       (*transport)->run(1000, [](notifier::CurlResult&& result) { report(result.tag, result.verdict); });
///     }
///
/// Certificates are verified, redirects are a failure, and no proxy, cookie, credential or other setting comes from the
/// environment. The URL is judged by the guard before anything happens, and each address when it is about to be
/// connected to, so that a name which resolves differently then gains nothing. Of a reply, the first
/// NOTIFIER_MAX_REPLY_BYTES of its body are read; then the connection is closed, which is no failure.
///
/// Connections stay open for the next request. Where such a connection turns out to be closed before any answer came,
/// libcurl sends the request once more by a new one, within the same attempt and under the same key.
///
/// The recipients of a mail are independent (RFC 5321): who is accepted gets it at once, in one message for all of
/// them, or in several one after the other where the relay takes fewer at once (452). Who is refused for now (4yz) is
/// to be tried again, who is refused for good (5yz) is not; the result names both.
///
/// Where an attempt could not be made because this machine has no descriptor, port, memory or thread left for it, its
/// verdict is Verdict::Action::postpone.
class CurlTransport {
 public:
  /// @return errc::unsupported where libcurl cannot be initialized
  static Result<std::unique_ptr<CurlTransport>> create(CurlOptions options = {});
  ~CurlTransport();
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  /// Begins an attempt. Always ends with a result: also where the guard forbids the URL or there is no relay.
  /// @param tag    the host's, to know the result by
  /// @param until  when it has to be over, in milliseconds of std::chrono::steady_clock, however much of
  ///               CurlOptions::timeout_ms is left: nothing is sent after that, as by a process that stood still
  ///               meanwhile, and an attempt that was not made is Verdict::Action::postpone
  void start(std::uint64_t tag, Delivery delivery, std::int64_t until = (std::numeric_limits<std::int64_t>::max)());

  /// Moves everything that can be moved, and hands over the results there are, after waiting for one where there is
  /// none.
  /// @param patience_ms  how long to wait at most; 0: not at all
  /// @param done         called as `void(CurlResult&&)`; may call start()
  /// @return how many results there were
  template <class Done>
  std::size_t run(int patience_ms, Done&& done);

  /// Whether mails can be sent.
  bool has_relay() const noexcept { return options_.relay.has_value(); }

  /// Ends a run() that waits. On any thread.
  void wake() noexcept { curl_multi_wakeup(multi_.get()); }

  /// Attempts that have begun and whose results were not handed over.
  std::size_t in_flight() const noexcept { return running_.size() + ended_.size(); }

 private:
  using Transfer = detail::net::CurlTransfer;

  explicit CurlTransport(CurlOptions options)
      : options_(std::move(options)), multi_(curl_multi_init(), curl_multi_cleanup) {}

  std::unique_ptr<Transfer> take(bool is_mail);
  void collect();
  template <class Done>
  std::size_t hand_over(Done& done);
  static Timestamp now() {
    using namespace std::chrono;
    return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
  }

  CurlOptions options_;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
  std::vector<std::unique_ptr<Transfer>> running_;
  std::vector<std::unique_ptr<Transfer>> idle_[2];  // for HTTP, for mail
  std::vector<CurlResult> ended_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline Result<std::unique_ptr<CurlTransport>> CurlTransport::create(CurlOptions options) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CurlTransport> transport(new CurlTransport(std::move(options)));
  if (ready != CURLE_OK || transport->multi_ == nullptr) {
    Error error;
    error.code = errc::unsupported;
    error.message = "libcurl cannot be initialized";
    return error;
  }
  return transport;
}

inline CurlTransport::~CurlTransport() {
  for (const auto& transfer : running_) curl_multi_remove_handle(multi_.get(), transfer->handle());
}

inline std::unique_ptr<CurlTransport::Transfer> CurlTransport::take(bool is_mail) {
  auto& idle = idle_[is_mail ? 1 : 0];
  if (idle.empty()) return std::make_unique<Transfer>(options_, is_mail);
  auto transfer = std::move(idle.back());
  idle.pop_back();
  return transfer;
}

inline void CurlTransport::start(std::uint64_t tag, Delivery delivery, std::int64_t until) {
  const auto end = [&](const Verdict& verdict) { ended_.push_back({tag, verdict, std::move(delivery)}); };
  const bool is_mail = notifier::is_mail(delivery.platform);
  // The pieces borrow from the URL, which moves with the delivery.
  const std::string text = delivery.url;
  Url url;
  if (is_mail) {
    if (!options_.relay) return end({Verdict::Action::fail, 0, "there is no mail server to send by", std::nullopt});
    if (delivery.to.empty()) return end({Verdict::Action::fail, 0, "the mail has no recipient", std::nullopt});
  } else {
    auto parsed = parse_http_url(text);
    if (!parsed) return end({Verdict::Action::fail, 0, describe(GuardReason::invalid_url), std::nullopt});
    url = *parsed;
    const GuardReason reason = options_.guard.judge(url);
    if (reason != GuardReason::none) return end({Verdict::Action::fail, 0, describe(reason), std::nullopt});
  }
  auto transfer = take(is_mail);
  if (transfer->handle() == nullptr) return end(classify(TransportFailure::local));
  transfer->prepare(tag, std::move(delivery), is_mail ? nullptr : &url, until);
  if (curl_multi_add_handle(multi_.get(), transfer->handle()) != CURLM_OK) {
    delivery = transfer->take_delivery();
    return end(classify(TransportFailure::local));
  }
  running_.push_back(std::move(transfer));
}

template <class Done>
std::size_t CurlTransport::run(int patience_ms, Done&& done) {
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  collect();
  if (ended_.empty() && patience_ms > 0) {
    curl_multi_poll(multi_.get(), nullptr, 0, patience_ms, nullptr);
    curl_multi_perform(multi_.get(), &running);
    collect();
  }
  return hand_over(done);
}

inline void CurlTransport::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    CURL* easy = message->easy_handle;
    void* self = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
    auto* transfer = static_cast<Transfer*>(self);
    curl_multi_remove_handle(multi_.get(), easy);
    if (transfer->goes_on(code) && curl_multi_add_handle(multi_.get(), easy) == CURLM_OK) continue;
    CurlResult result;
    result.tag = transfer->tag();
    result.verdict = transfer->judge(code, now(), result.remaining, result.refused);
    result.verdict.duration_ms = transfer->duration_ms();
    result.reply = transfer->reply();
    result.delivery = transfer->take_delivery();
    for (auto& mine : running_) {
      if (mine.get() != transfer) continue;
      ended_.push_back(std::move(result));
      std::swap(mine, running_.back());
      idle_[transfer->is_mail() ? 1 : 0].push_back(std::move(running_.back()));
      running_.pop_back();
      break;
    }
  }
}

template <class Done>
std::size_t CurlTransport::hand_over(Done& done) {
  std::vector<CurlResult> results;
  results.swap(ended_);
  for (CurlResult& result : results) done(std::move(result));
  return results.size();
}

NOTIFIER_NAMESPACE_END
