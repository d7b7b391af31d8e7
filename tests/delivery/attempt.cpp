// Makes attempts with libcurl, past outbox and server, and says what came of each:
//
//     attempt [--timeout MS] [--allow ENTRY]... [--lookup NAME=ADDRESS[+ADDRESS],...]... [--smtp URL] URL...
//
// One line for each URL: its place, the verdict's action, status, milliseconds taken, reason. All URLs are tried at
// once; after an argument `then`, those that follow are tried when the others have ended, by a new transport; after
// `next`, by the same one. `to:ADDRESS,...` is a mail; who remains and who was refused follows the reason, after bars.
//
// Names given with --lookup have a resolver of their own, in this program, in place of the system's: each lookup gives
// the next of the answers, the last one again and again. `hang` is an answer that takes a minute. That is the one thing
// here that is not as in life, since a name server of our own would need a network of its own.

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "notifier/adapters/curl.hpp"

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

notifier::Delivery request(std::size_t place, const std::string& url) {
  notifier::Delivery delivery;
  delivery.idempotency_key = "msg_" + std::to_string(place);
  delivery.platform = notifier::Platform::webhook;
  delivery.url = url;
  delivery.body = "{}";
  return delivery;
}

notifier::Delivery mail(std::size_t place, const std::string& recipients) {
  notifier::Delivery delivery;
  delivery.idempotency_key = "msg_" + std::to_string(place);
  delivery.platform = notifier::Platform::email;
  delivery.from = "n@example.com";
  delivery.to = split(recipients, ',');
  const auto rest = std::make_shared<const std::string>("Subject: " + std::to_string(place) + "\r\n\r\nText\r\n");
  delivery.body = notifier::Body("To: <" + recipients + ">\r\n", rest);
  return delivery;
}

std::mutex lookup_mutex;
std::map<std::string, std::vector<std::string>> lookups;

/// The next answer of our own resolver, or nothing for a name that it does not have.
std::string next_answer(const char* name) {
  const std::lock_guard<std::mutex> lock(lookup_mutex);
  const auto at = lookups.find(name == nullptr ? "" : name);
  if (at == lookups.end()) return {};
  const std::string answer = at->second.front();
  if (at->second.size() > 1) at->second.erase(at->second.begin());
  return answer;
}

}  // namespace

// libcurl calls these: a program's own functions come before those of the libraries it links.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** out) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string answer = next_answer(name);
  if (answer.empty()) return real(name, service, hints, out);
  if (answer == "hang") std::this_thread::sleep_for(std::chrono::minutes(1));
  addrinfo* first = nullptr;
  addrinfo** last = &first;
  for (const std::string& address : split(answer, '+')) {
    addrinfo numeric{};
    numeric.ai_flags = AI_NUMERICHOST;
    numeric.ai_socktype = SOCK_STREAM;
    if (const int status = real(address.c_str(), service, &numeric, last); status != 0) return status;
    while (*last != nullptr) last = &(*last)->ai_next;
  }
  *out = first;
  return 0;
}

int main(int argc, char** argv) {
  int timeout_ms = 2000;
  notifier::AddressGuard guard;
  std::optional<notifier::SmtpRelay> relay;
  std::vector<std::vector<std::string>> rounds(1);
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--timeout") {
      timeout_ms = std::atoi(argv[++i]);
    } else if (argument == "--allow") {
      if (!guard.allow(argv[++i])) return 2;
    } else if (argument == "--lookup") {
      const auto parts = split(argv[++i], '=');
      lookups[parts[0]] = split(parts[1], ',');
    } else if (argument == "--smtp") {
      auto parsed = notifier::SmtpRelay::parse(argv[++i]);
      if (!parsed) return 2;
      relay = *parsed;
    } else if (argument == "then" || argument == "next") {
      rounds.emplace_back();
      if (argument == "next") rounds.back().push_back(argument);
    } else {
      rounds.back().push_back(argument);
    }
  }
  std::size_t place = 0;
  std::unique_ptr<notifier::CurlTransport> transport;
  for (auto& urls : rounds) {
    const bool is_same = !urls.empty() && urls[0] == "next";
    if (is_same) urls.erase(urls.begin());
    if (!is_same) {
      notifier::CurlOptions options;
      options.timeout_ms = timeout_ms;
      options.guard = guard;
      options.relay = relay;
      auto made = notifier::CurlTransport::create(options);
      if (!made) return 1;
      transport = *std::move(made);
    }
    const auto begun = std::chrono::steady_clock::now();
    for (const std::string& url : urls) {
      transport->start(place, url.substr(0, 3) == "to:" ? mail(place, url.substr(3)) : request(place, url));
      ++place;
    }
    while (transport->in_flight() > 0) {
      transport->run(1000, [&](notifier::CurlResult&& result) {
        const auto taken = std::chrono::steady_clock::now() - begun;
        std::string text(result.verdict.reason);
        if (result.delivery.platform == notifier::Platform::email) {
          text += "|" + join(result.remaining) + "|" + join(result.refused);
        }
        std::printf("%d %s %d %d %s\n", static_cast<int>(result.tag),
                    std::string(to_string(result.verdict.action)).c_str(), result.verdict.status,
                    static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(taken).count()),
                    text.c_str());
      });
    }
  }
  std::fflush(stdout);
  std::_Exit(0);  // a lookup that hangs has a thread, which nobody waits for
}
