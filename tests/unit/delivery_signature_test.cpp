#include "notifier/delivery/signature.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using notifier::Delivery;
using notifier::Sha256Mac;
using notifier::Timestamp;

namespace {

const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr Timestamp sent_at{1614265330'999};

/// Answers with the published MAC where it is asked for the published message, so that all but the HMAC itself is
/// tested.
struct PublishedHmac {
  bool operator()(std::string_view key, std::string_view message, Sha256Mac& out) const {
    out.fill(0);
    if (message != "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}") return true;
    if (key != *notifier::decode_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")) return true;
    const std::string mac = *notifier::decode_base64("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    std::copy(mac.begin(), mac.end(), reinterpret_cast<char*>(out.data()));
    return true;
  }
};

Delivery published() {
  Delivery delivery;
  delivery.idempotency_key = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  delivery.headers = {{"content-type", "application/json"}};
  delivery.body = "{\"test\": 2432232314}";
  return delivery;
}

std::string header(const Delivery& delivery, std::string_view name) {
  std::string all;
  for (const auto& each : delivery.headers) {
    if (each.name == name) all += each.value + ";";
  }
  return all;
}

std::string fault(std::string_view text) {
  const auto key = notifier::parse_signing_secret(text);
  return key ? "" : key.error().message;
}

}  // namespace

TEST_CASE("the published vector is signed as published") {
  Delivery delivery = published();
  REQUIRE(notifier::sign(delivery, {secret}, sent_at, PublishedHmac()));
  CHECK(header(delivery, "webhook-id") == "msg_p5jXN8AQM9LWM0D4loKWxJek;");
  CHECK(header(delivery, "webhook-timestamp") == "1614265330;");
  CHECK(header(delivery, "webhook-signature") == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=;");
  CHECK(header(delivery, "content-type") == "application/json;");
}

TEST_CASE("while keys rotate every secret signs") {
  Delivery delivery = published();
  const std::string other = "whsec_" + std::string(32, 'A');
  REQUIRE(notifier::sign(delivery, {other, secret}, sent_at, PublishedHmac()));
  CHECK(header(delivery, "webhook-signature") ==
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=;");
}

TEST_CASE("a later attempt's signature takes the place of the one before") {
  Delivery delivery = published();
  delivery.headers.push_back({"Webhook-Id", "old"});
  REQUIRE(notifier::sign(delivery, {secret}, sent_at, PublishedHmac()));
  REQUIRE(notifier::sign(delivery, {secret}, {sent_at.ms + 60'000}, PublishedHmac()));
  CHECK(delivery.headers.size() == 4);
  CHECK(header(delivery, "Webhook-Id") == "msg_p5jXN8AQM9LWM0D4loKWxJek;");
  CHECK(header(delivery, "webhook-timestamp") == "1614265390;");
}

TEST_CASE("what can't be signed is left as it was, and no secret is told") {
  const Delivery before = published();
  const auto refused = [&](Delivery delivery, const std::vector<std::string>& secrets, bool works) {
    const std::size_t headers = delivery.headers.size();
    const auto done = notifier::sign(delivery, secrets, sent_at,
                                     [&](std::string_view, std::string_view, Sha256Mac&) { return works; });
    CHECK(delivery.headers.size() == headers);
    REQUIRE_FALSE(done);
    CHECK(done.error().message.find("MfKQ9r8") == std::string::npos);
  };
  refused(before, {}, true);
  refused(before, {secret, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"}, true);
  refused(before, {secret}, false);
  Delivery dotted = before;
  dotted.idempotency_key = "msg.1614265330";
  refused(dotted, {secret}, true);
  dotted.idempotency_key.clear();
  refused(dotted, {secret}, true);
}

TEST_CASE("a signing secret is 24 to 64 bytes in base64") {
  CHECK(notifier::parse_signing_secret(secret)->size() == 24);
  std::string longest = "whsec_";
  notifier::append_base64(std::string(64, '\xff'), longest);
  CHECK(notifier::parse_signing_secret(longest)->size() == 64);
  std::string longer = "whsec_";
  notifier::append_base64(std::string(65, '\xff'), longer);
  std::string shorter = "whsec_";
  notifier::append_base64(std::string(23, '\xff'), shorter);
  CHECK(fault(longer) == "must have a key of 24 to 64 bytes");
  CHECK(fault(shorter) == "must have a key of 24 to 64 bytes");
  CHECK(fault("whsec_") == "must have a key of 24 to 64 bytes");
  CHECK(fault("") == "must have a key of 24 to 64 bytes");
  const std::string no_base64 = "must be base64, with or without whsec_ before it";
  CHECK(fault("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") == no_base64);
  CHECK(fault("whsec_" + secret) == no_base64);
  CHECK(fault("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") == no_base64);
  CHECK(fault(secret + " ") == no_base64);
  CHECK(fault(" " + secret) == no_base64);
  CHECK(fault(secret + "\n") == no_base64);
  CHECK(fault(secret + "=") == no_base64);
  CHECK(fault(secret + "A") == no_base64);
  CHECK(fault("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-") == no_base64);
}

TEST_CASE("a signing secret may lack whsec_ and padding, and is the same key") {
  for (std::size_t size = 20; size <= 70; ++size) {
    CAPTURE(size);
    std::string key;
    for (std::size_t i = 0; i < size; ++i) key += static_cast<char>(i * 37 + size);
    std::string padded;
    notifier::append_base64(key, padded);
    const std::string bare = padded.substr(0, padded.find('='));
    for (const std::string& text : {"whsec_" + padded, "whsec_" + bare, padded, bare}) {
      const auto read = notifier::parse_signing_secret(text);
      CHECK(read.has_value() == (size >= 24 && size <= 64));
      CHECK(notifier::is_signing_secret(text) == read.has_value());
      if (read) CHECK(*read == key);
    }
    if (size % 3 == 1) {  // one of two signs of padding is none
      CHECK_FALSE(notifier::parse_signing_secret("whsec_" + bare + "="));
      CHECK_FALSE(notifier::is_signing_secret(bare + "="));
    }
    CHECK_FALSE(notifier::parse_signing_secret(padded + "===="));
  }
  // The last digit has bits that no byte uses: keys that people make up.
  const std::string made_up = std::string(42, 'A') + "B";
  CHECK(*notifier::parse_signing_secret(made_up) == std::string(32, '\0'));
  CHECK(*notifier::parse_signing_secret("whsec_" + made_up + "=") == std::string(32, '\0'));
}

TEST_CASE("the signed time is in whole seconds, rounded down") {
  CHECK(notifier::signed_content("a", {0}, "b") == "a.0.b");
  CHECK(notifier::signed_content("a", {999}, "b") == "a.0.b");
  CHECK(notifier::signed_content("a", {-1}, "b") == "a.-1.b");
  CHECK(notifier::signed_content("a", {-1000}, "") == "a.-1.");
}

TEST_CASE("base64 goes there and back") {
  const char* const pairs[][2] = {{"", ""},
                                  {"f", "Zg=="},
                                  {"fo", "Zm8="},
                                  {"foo", "Zm9v"},
                                  {"foob", "Zm9vYg=="},
                                  {"fooba", "Zm9vYmE="},
                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& pair : pairs) {
    std::string out;
    notifier::append_base64(pair[0], out);
    CHECK(out == pair[1]);
    CHECK(notifier::decode_base64(pair[1]).value_or("none") == pair[0]);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    std::string out;
    notifier::append_base64(all.substr(256 - size), out);
    CHECK(notifier::decode_base64(out) == all.substr(256 - size));
  }
}

TEST_CASE("base64 that is not canonical is refused") {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Z===", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Z=9v", "Zg==Zg==", "Zm9_"}) {
    CAPTURE(text);
    CHECK_FALSE(notifier::decode_base64(text));
  }
}
