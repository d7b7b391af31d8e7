// How libcurl is set up for every transfer, and what its codes mean.

#pragma once

#include <curl/curl.h>

#include "notifier/adapters/curl_options.hpp"
#include "notifier/delivery/classify.hpp"

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

}  // namespace detail::net
NOTIFIER_NAMESPACE_END
