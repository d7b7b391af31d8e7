// TLS, where the server is told to speak it: a certificate and its key, read from files.

#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <utility>

namespace server {

/// A certificate with its key, for connections that begin from now on. Copies are one.
class TlsCertificate {
 public:
  /// Reads PEM files: a certificate with those that lead from it to an authority, and its key without a password.
  /// @return what is wrong, or nothing; then this is what it was before
  std::string read(const std::string& certificate_file, const std::string& key_file) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (context == nullptr) return "there is no TLS here";
    SSL_CTX* const raw = context.get();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    // What a client may ask for again and again costs more than it does.
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(raw,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // Nobody is asked for a password.
    SSL_CTX_set_default_passwd_cb(raw, [](char*, int, int, void*) { return -1; });
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(raw, certificate_file.c_str()) != 1)
      return "cannot read the certificate " + certificate_file + why();
    if (SSL_CTX_use_PrivateKey_file(raw, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
      return "cannot read the key " + key_file + why();
    if (SSL_CTX_check_private_key(raw) != 1) return "the key " + key_file + " is not that of " + certificate_file;
    context_ = std::move(context);
    return {};
  }

  /// Whether there is one: whether the server speaks TLS.
  bool is_there() const { return context_ != nullptr; }
  SSL_CTX* context() const { return context_.get(); }

 private:
  /// OpenSSL's reason, which names no part of a key.
  static std::string why() {
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason == nullptr ? std::string() : std::string(": ") + reason;
  }

  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace server
