// HMAC-SHA256 from OpenSSL (1.1 or 3), for signing deliveries. Link crypto.

#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string_view>

#include "notifier/delivery/signature.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// For sign() and signature_header(). Safe to call from several threads.
struct OpensslHmac {
  bool operator()(std::string_view key, std::string_view message, Sha256Mac& out) const noexcept {
    unsigned size = 0;
    return HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.data(), &size) != nullptr &&
           size == out.size();
  }
};

NOTIFIER_NAMESPACE_END
