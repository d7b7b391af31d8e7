// Links that a host makes of templates: of a kind's wordings, and of its settings, for all kinds.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inert_text.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

using namespace notifier;

namespace {

Vocabulary with_link(std::string_view link) {
  Vocabulary vocabulary = Vocabulary::empty();
  Wording wording;
  wording.title = "t";
  wording.link = link;
  const auto added = vocabulary.add_event_kind({"k", Scope::app, ""}, {wording});
  INFO(added.error().message);
  REQUIRE(added);
  return vocabulary;
}

std::string fault_of(std::string_view link) {
  Vocabulary vocabulary = Vocabulary::empty();
  Wording wording;
  wording.link = link;
  const auto added = vocabulary.add_event_kind({"k", Scope::app, ""}, {wording});
  return added ? "" : added.error().message.substr(std::string_view("the event kind can't be added: ").size());
}

/// The link of an event of the kind, behind it the size of one that was refused.
std::string link_of(const Vocabulary& vocabulary, std::string_view type_data, std::string_view base = "",
                    std::string_view envelope = R"("app_name":"shop",)") {
  const std::string event = "{" + std::string(envelope) + R"("type":"k","type_data":)" + std::string(type_data) + "}";
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  Message message;
  describe(Event::read(*root, event), base, message, vocabulary);
  CHECK(is_inert_or_does_not_say_so(message.link()));
  const std::size_t refused = message.refused_link();
  return std::string(message.link()) + (refused == 0 ? "" : " refused: " + std::to_string(refused));
}

/// What a registry makes of events: the link as Slack has it, and what is said of it.
class Linked {
 public:
  explicit Linked(const Links& links, std::string link_base = "") {
    REQUIRE(registry.load(R"({"apps":[{"id":"a","name":"shop","notifiers":[{"id":"n","name":"n","platform":"slack",
        "send_all_events":true,"type_data":{"webhook_url":"https://hooks.example.com/x"}}]}]})"));
    Settings settings;
    settings.links = links;
    settings.link_base = std::move(link_base);
    const auto set = registry.set_settings(settings);
    INFO(set.error().message);
    REQUIRE(set);
  }
  std::string operator()(std::string_view event) {
    Router router(registry);
    std::string found = "(none)";
    const auto routed = router.route(event, [&](const DeliveryView& delivery) {
      const std::string body(delivery.body);
      const std::size_t at = body.find("https://dash");
      found = at == std::string::npos ? "" : body.substr(at, body.find_first_of("|>\"", at) - at);
      for (const Truncation& cut : delivery.truncations) {
        found += " " + std::string(cut.part) + " " + std::to_string(cut.length) + " " + std::to_string(cut.kept);
      }
    });
    REQUIRE(routed);
    return found;
  }
  Registry registry;
};

}  // namespace

TEST_CASE("a kind's link is a URL with slots, which are percent-encoded") {
  const Vocabulary vocabulary =
      with_link("https://dash.example.org/apps/{region}/{@app}/deploy/{deployment.uuid}?n={n}[&by={@user}]#{t:time}");
  CHECK(link_of(vocabulary, R"({"region":"osc fr/1","deployment":{"uuid":"a?b#c&d"},"n":7,"t":"x"})") ==
        "https://dash.example.org/apps/osc%20fr%2F1/shop/deploy/a%3Fb%23c%26d?n=7#x");
  CHECK(link_of(vocabulary, R"({"region":"\u00e9","deployment":{"uuid":"~a.b-c_d"},"n":true,"t":"<>\"|\\{}%"})", "",
                R"("app_name":"s/p","user":{"username":"an na"},)") ==
        "https://dash.example.org/apps/%C3%A9/s%2Fp/deploy/~a.b-c_d?n=true&by=an%20na#%3C%3E%22%7C%5C%7B%7D%25");
  CHECK(link_of(with_link("http://{region}.example.org/"), R"({"region":"fr1"})") == "http://fr1.example.org/");
  CHECK(link_of(with_link("https://x.example/{a|b}"), R"({"b":"/"})") == "https://x.example/%2F");
  CHECK(link_of(with_link("https://x.example/{on?a b/c}/{n#one/# x}"), R"({"on":true,"n":3})") ==
        "https://x.example/a%20b/3%20x");
  CHECK(link_of(with_link("https://x.example/{tags*2:{.}}"), R"({"tags":["a","b","c"]})") ==
        "https://x.example/a%2C%20b%20and%201%20more");
  CHECK(link_of(with_link("https://x.example/[{region}|eu]/{id}"), R"({"id":"a b"})") == "https://x.example/eu/a%20b");
}

TEST_CASE("a slot that a link begins with holds a URL itself") {
  CHECK(link_of(with_link("{panel}"), R"({"panel":"https://p.example/a b"})") == "https://p.example/a%20b");
  CHECK(link_of(with_link("{panel:link}"), R"({"panel":"https://p.example/"})") == "https://p.example/");
  CHECK(link_of(with_link("{a|b}"), R"({"a":"javascript:alert`1`","b":"https://p.example/"
})") == "https://p.example/");
  CHECK(link_of(with_link("[{panel}|https://x.example/{id}]"), R"({"id":"/"})") == "https://x.example/%2F");
  CHECK(link_of(with_link("{base}/runs/{id}"), R"({"base":"https://p.example","id":"1/2"})") ==
        "https://p.example/runs/1%2F2");
  CHECK(link_of(with_link("https://x.example/?to={panel:link}"), R"({"panel":"https://p.example/?a=b"})") ==
        "https://x.example/?to=https%3A%2F%2Fp.example%2F%3Fa%3Db");
  for (const char* none : {"ftp://a.example", "javascript:alert`1`", "//a.example", "https://u:p@a.example"}) {
    CHECK(link_of(with_link("{panel}"), R"({"panel":")" + std::string(none) + "\"}") == "");
  }
}

TEST_CASE("where a slot is absent, the app's page is linked; where no URL comes of it, that is told, too") {
  const std::string_view base = "https://d.example";
  CHECK(link_of(with_link("https://x.example/{id}"), "{}", base) == "https://d.example/apps/shop");
  CHECK(link_of(with_link("https://x.example/{id}"), "{}") == "");
  CHECK(link_of(with_link("https://{host}/"), R"({"host":"a.example/b"})", base) ==
        "https://d.example/apps/shop refused: 22");
  CHECK(link_of(with_link("https://{host}/"), R"({"host":"u@a.example"})", base) ==
        "https://d.example/apps/shop refused: 22");
  CHECK(link_of(with_link("https://x.example/{id}"), R"({"id":")" + std::string(3000, 'x') + "\"}").substr(0, 9) ==
        " refused:");
  CHECK(link_of(with_link("none"), "{}", base) == "");
  CHECK(link_of(with_link("https://status.example.org"), "{}", base) == "https://status.example.org");
}

TEST_CASE("what can never be a URL is a fault of the template") {
  const std::string begins = "a link begins with https:// or http://, or with a slot that does";
  CHECK(fault_of("ftp://x.example/{a}") == "wordings[0].link, character 1: " + begins);
  CHECK(fault_of("/apps/{a}") == "wordings[0].link, character 1: " + begins);
  CHECK(fault_of("[{a}|x]") == "wordings[0].link, character 6: " + begins);
  CHECK(fault_of("https://x.example/a b/{c}") == "wordings[0].link, character 20: no URL holds this character");
  CHECK(fault_of("https://x.example/\xC3\xA9") == "wordings[0].link, character 19: no URL holds this character");
  CHECK(fault_of("https://x.example/{token}").find("'token' may be a secret") != std::string::npos);
  CHECK(fault_of("http://{a}") == "");
  CHECK(fault_of("HTTPS://x.example") == "");
}

TEST_CASE("settings link what an event is about by its scope, for all kinds; link_base is the short form") {
  Links links;
  links.app = "https://dash.example.org/{region}/apps/{@app}";
  links.project = "https://dash.example.org/projects/{project_id}";
  links.account = "https://dash.example.org/people/{@user}";
  links.deployment = "https://dash.example.org/{region}/{@app}/deploy/{deployment_uuid}";
  const auto of = [](Linked& linked, std::string_view members) {
    return linked(R"({"app_id":"a",)" + std::string(members) + "}");
  };
  Linked linked(links, "https://dash.base");
  CHECK(of(linked, R"("app_name":"shop","type":"restart","type_data":{"region":"fr 1"})") ==
        "https://dash.example.org/fr%201/apps/shop");
  CHECK(of(linked, R"("app_name":"shop","region":"fr2","type":"unknown")") == "https://dash.example.org/fr2/apps/shop");
  CHECK(of(linked, R"("app_name":"shop","type":"restart")") == "https://dash.base/apps/shop");
  CHECK(of(linked, R"("app_name":"shop","type":"delete_app","region":"fr2")") == "");
  const std::string_view failed =
      R"("app_name":"shop","type":"deployment","type_data":{"status":"build-error","deployment_uuid":"u/1")";
  CHECK(of(linked, std::string(failed) + R"(,"region":"fr1"})") == "https://dash.example.org/fr1/shop/deploy/u%2F1");
  CHECK(of(linked, std::string(failed) + "}") == "https://dash.base/apps/shop/deployments/u%2F1");
  Linked without_base(links);
  CHECK(of(without_base, std::string(failed) + "}") == "");

  // An event that names no app, of a project or an account.
  const auto plain = [&](std::string_view event) {
    json::Document document;
    const auto root = document.parse(event);
    REQUIRE(root);
    Router router(linked.registry);
    std::string body;
    const auto draft = linked.registry.find("n");
    REQUIRE(draft);
    const auto delivery = router.preview(*draft, event);
    REQUIRE(delivery);
    body = std::string(delivery->body);
    const std::size_t at = body.find("https://dash");
    return at == std::string::npos ? "" : body.substr(at, body.find_first_of("|>\"", at) - at);
  };
  CHECK(plain(R"({"project_id":"p 1","type":"new_project"})") == "https://dash.example.org/projects/p%201");
  CHECK(plain(R"({"user":{"username":"anna"},"type":"new_key"})") == "https://dash.example.org/people/anna");
  CHECK(plain(R"({"type":"new_key"})") == "");
}

TEST_CASE("a link that a template made of an event, and that is no URL, is among what was cut") {
  Links links;
  links.app = "https://{region}/{@app}";
  Linked linked(links);
  CHECK(linked(R"({"app_id":"a","app_name":"shop","type":"restart","region":"dash.x"})") == "https://dash.x/shop");
  CHECK(linked(R"({"app_id":"a","app_name":"shop","type":"restart","region":"a:b/c"})") == " link 22 0");
}

TEST_CASE("a document carries the links, and a fault in them names the place") {
  const std::string document = R"({"apps":[],"link_base":"https://b.example",)"
                               R"("links":{"app":"https://d.example/{@app}","account":"https://d.example/"}})";
  Registry registry;
  REQUIRE(registry.load(document));
  CHECK(registry.settings().links.app == "https://d.example/{@app}");
  CHECK(registry.settings().links.project == "");
  Registry again;
  REQUIRE(again.load(registry.snapshot()));
  CHECK(again.snapshot() == registry.snapshot());
  CHECK(again.configuration().find(R"("links":{"app":"https://d.example/{@app}","account":"https://d.example/"})") !=
        std::string::npos);

  const auto fault = [&](std::string_view links) {
    const auto loaded = registry.load(R"({"apps":[],"links":)" + std::string(links) + "}");
    return loaded ? "" : loaded.error().message;
  };
  CHECK(fault(R"({"app":"https://d.example/{@nobody}"})") ==
        "the document has 1 fault: links.app is no template of a link, character 21: of the envelope there are @app, "
        "@project and @user");
  CHECK(fault(R"({"app":"https://d.example/","project":"x"})").find("links.project is no template of a link") !=
        std::string::npos);
  CHECK(fault(R"({"apps":"x"})") == "the document has 1 fault: links.apps is not known here; did you mean app?");
  CHECK(fault(R"({"app":7})") == "the document has 1 fault: links.app must be a string");
  CHECK(fault("[]") == "the document has 1 fault: links must be an object");
  CHECK(fault("null") == "");
  Settings settings;
  settings.links.deployment = "{";
  const auto refused = registry.set_settings(settings);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "links.deployment");
}
