// Signatures for receivers that know GitHub's or Stripe's, and what signs them.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "api_world.hpp"
#include "notifier/delivery/signature.hpp"

using namespace notifier;

namespace {

/// No HMAC: the beginning of the key and of the message, so that one sees what is signed with what.
struct Shown {
  bool operator()(std::string_view key, std::string_view message, Sha256Mac& out) const {
    out.fill(0);
    for (std::size_t i = 0; i < 16; ++i) {
      if (i < key.size()) out[i] = static_cast<std::uint8_t>(key[i]);
      if (i < message.size()) out[i + 16] = static_cast<std::uint8_t>(message[i]);
    }
    return true;
  }
};

std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) / 16];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
  }
  return out + std::string(32 - out.size(), '0');
}

Delivery delivery_of(std::string body) {
  Delivery delivery;
  delivery.idempotency_key = "msg_1";
  delivery.headers = {{"webhook-id", "msg_1"}};
  delivery.body = std::move(body);
  return delivery;
}

std::string header(const Delivery& delivery, std::string_view name) {
  for (const Header& each : delivery.headers) {
    if (each.name == name) return each.value;
  }
  return "none";
}

constexpr Timestamp sent_at{1614265330'999};

struct Shop {
  Shop() { REQUIRE(registry.add_app({"app-1", "shop", {}, {}})); }

  /// The problems of a webhook, as "field code; ".
  template <class Outcome>
  static std::string problems(const Outcome& outcome) {
    std::string out;
    if (outcome) return out;
    for (const FieldError& fault : outcome.error().fields) out += fault.field + " " + fault.code + "; ";
    return out;
  }

  auto add(const std::string& more) {
    NotifierDraft draft;
    draft.name = "n";
    draft.platform = "webhook";
    draft.type_data = R"({"webhook_url":"https://example.com/x")" + more + "}";
    return registry.add("shop", draft);
  }
  auto update(const std::string& id, const std::string& type_data) {
    NotifierDraft patch;
    patch.type_data = type_data;
    return registry.update("shop", id, patch);
  }

  Registry registry;
};

const std::string whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

}  // namespace

TEST_CASE("GitHub's signature is of the body alone, by the first secret") {
  Delivery delivery = delivery_of("{\"a\":1}");
  REQUIRE(sign(delivery, {"github:It's a Secret", "github:older"}, sent_at, Shown()));
  CHECK(header(delivery, "x-hub-signature-256") == "sha256=" + hex("It's a Secret") + hex("{\"a\":1}"));
  CHECK(header(delivery, "webhook-signature") == "none");
  CHECK(header(delivery, "webhook-timestamp") == "none");
  CHECK(header(delivery, "webhook-id") == "msg_1");
  REQUIRE(sign(delivery, {"github:x"}, {0}, Shown()));
  CHECK(delivery.headers.size() == 2);
}

TEST_CASE("Stripe's signature is of time and body, by each secret as it is written") {
  Delivery delivery = delivery_of("{\"a\":1}");
  REQUIRE(sign(delivery, {"stripe:" + whsec, "stripe:b"}, sent_at, Shown()));
  CHECK(header(delivery, "stripe-signature") == "t=1614265330,v1=" + hex("whsec_MfKQ9r8GKY") +
                                                    hex("1614265330.{\"a\":") + ",v1=" + hex("b") +
                                                    hex("1614265330.{\"a\":"));
  CHECK(delivery.headers.size() == 2);
}

TEST_CASE("neither needs a delivery's key of one form, and what cannot sign is refused") {
  Delivery delivery = delivery_of("{}");
  delivery.idempotency_key = "a.b";
  CHECK(sign(delivery, {"github:x"}, sent_at, Shown()));
  CHECK(sign(delivery, {"stripe:x"}, sent_at, Shown()));
  CHECK_FALSE(sign(delivery, {whsec}, sent_at, Shown()));
  delivery.idempotency_key = "msg_1";
  const auto refused = [&](const std::vector<std::string>& secrets) {
    const auto done = sign(delivery, secrets, sent_at, Shown());
    REQUIRE_FALSE(done);
    CHECK(done.error().message.find("It's") == std::string::npos);
  };
  refused({"github:"});
  refused({"stripe:"});
  refused({"gitlab:It's a secret"});
  refused({"GitHub:It's a secret"});
  refused({"stripe:It's a secret", "github:It's a secret"});
  refused({"stripe:It's a secret", whsec});
  refused({whsec, "stripe:It's a secret"});
}

TEST_CASE("a notifier says by which signature, and what signs it comes with that") {
  Shop shop;
  const auto plain = shop.add(",\"signing_secret\":\"" + whsec + "\"");
  REQUIRE(plain);
  CHECK(signing_secrets_of(*plain) == std::vector<std::string>{whsec});
  const auto standard = shop.add(",\"signature\":\"standard\",\"signing_secret\":\"" + whsec + "\"");
  REQUIRE(standard);
  CHECK(signing_secrets_of(*standard) == std::vector<std::string>{whsec});
  const auto github = shop.add(R"(,"signature":"github","signing_secret":["my secret","\u00fc"])");
  REQUIRE(github);
  CHECK(signing_secrets_of(*github) == std::vector<std::string>{"github:my secret", "github:\xC3\xBC"});
  const auto stripe = shop.add(",\"signature\":\"stripe\",\"signing_secret\":\"" + whsec + "\"");
  REQUIRE(stripe);
  CHECK(signing_secrets_of(*stripe) == std::vector<std::string>{"stripe:" + whsec});
  const auto none = shop.add(R"(,"signature":"github")");
  REQUIRE(none);
  CHECK(signing_secrets_of(*none).empty());
}

TEST_CASE("a text is a key for GitHub and Stripe alone, and one line of it") {
  Shop shop;
  const std::string malformed = "type_data.signing_secret invalid_secret; ";
  CHECK(Shop::problems(shop.add(R"(,"signing_secret":"my secret")")) == malformed);
  CHECK(Shop::problems(shop.add(R"(,"signature":"standard","signing_secret":"my secret")")) == malformed);
  CHECK(Shop::problems(shop.add(R"(,"signature":"gitlab","signing_secret":"x")")) ==
        "type_data.signature unknown; " + malformed);
  for (const char* const bad : {"", " x", "x ", "a\\nb", "\\u0000", "\\u007f"}) {
    CAPTURE(bad);
    CHECK(Shop::problems(shop.add(std::string(R"(,"signature":"stripe","signing_secret":")") + bad + "\"")) ==
          malformed);
  }
  const std::string longest(255, 'x');
  CHECK(shop.add(R"(,"signature":"github","signing_secret":")" + longest + "\""));
  CHECK(Shop::problems(shop.add(R"(,"signature":"github","signing_secret":")" + longest + "x\"")) == malformed);
  CHECK(Shop::problems(shop.add(R"(,"signature":"github","signing_secret":[1])")) == "type_data.signing_secret type; ");
}

TEST_CASE("another signature is refused while the key that is kept is none for it") {
  Shop shop;
  const auto added = shop.add(R"(,"signature":"github","signing_secret":"my secret")");
  REQUIRE(added);
  CHECK(shop.update(added->id, R"({"signature":"stripe"})"));
  CHECK(Shop::problems(shop.update(added->id, R"({"signature":"standard"})")) ==
        "type_data.signing_secret invalid_secret; ");
  CHECK(Shop::problems(shop.update(added->id, R"({"signature":null})")) == "type_data.signing_secret invalid_secret; ");
  const auto changed = shop.update(added->id, "{\"signature\":null,\"signing_secret\":\"" + whsec + "\"}");
  REQUIRE(changed);
  CHECK(signing_secrets_of(*changed) == std::vector<std::string>{whsec});
  // Base64 is a text as well.
  CHECK(shop.update(added->id, R"({"signature":"github"})"));
}

TEST_CASE("a preview has the headers of the signature that there will be, and nothing of the key") {
  api_world::World world;
  const auto headers = [&](const std::string& more) {
    const Outcome outcome = world.call(
        "POST", "/v1/apps/shop/notifiers/preview",
        R"({"notifier":{"platform_id":"5982f145d48c3600273ef08a","type_data":{"webhook_url":"https://example.com/x")" +
            more + R"(}},"event":{"type":"test"}})");
    CHECK(outcome.response.status == 200);
    CHECK(outcome.response.body.find("my secret") == std::string::npos);
    return api_world::at(outcome.response.body, {"preview", "headers"});
  };
  CHECK(headers(R"(,"signature":"github","signing_secret":"my secret")")
            .find(R"("x-hub-signature-256":"computed when sent"})") != std::string::npos);
  CHECK(headers(R"(,"signature":"stripe","signing_secret":"my secret")")
            .find(R"("stripe-signature":"computed when sent"})") != std::string::npos);
  CHECK(headers(R"(,"signature":"github")").find("signature") == std::string::npos);
  CHECK(headers(",\"signing_secret\":\"" + whsec + "\"")
            .find(R"("webhook-timestamp":"computed when sent","webhook-signature":"computed when sent"})") !=
        std::string::npos);
}
