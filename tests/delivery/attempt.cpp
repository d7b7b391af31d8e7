// Makes attempts with libcurl, past outbox and server, and says what came of each:
//
//     attempt [--timeout MS] [--allow ENTRY]... [--lookup NAME=ADDRESS[+ADDRESS],...]... URL...
//
// One line for each URL: its place, the verdict's action, status, milliseconds taken, reason. All URLs are tried at
// once; after an argument `then`, those that follow are tried when the others have ended, by a new transport.
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
#include <mutex>
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
    } else if (argument == "then") {
      rounds.emplace_back();
    } else {
      rounds.back().push_back(argument);
    }
  }
  std::size_t place = 0;
  for (const auto& urls : rounds) {
    notifier::CurlOptions options;
    options.timeout_ms = timeout_ms;
    options.guard = guard;
    auto transport = notifier::CurlTransport::create(options);
    if (!transport) return 1;
    const auto begun = std::chrono::steady_clock::now();
    for (const std::string& url : urls) {
      notifier::Delivery delivery;
      delivery.idempotency_key = "msg_" + std::to_string(place);
      delivery.platform = notifier::Platform::webhook;
      delivery.url = url;
      delivery.body = "{}";
      (*transport)->start(place++, std::move(delivery));
    }
    while ((*transport)->in_flight() > 0) {
      (*transport)->run(1000, [&](notifier::CurlResult&& result) {
        const auto taken = std::chrono::steady_clock::now() - begun;
        std::printf("%d %s %d %d %s\n", static_cast<int>(result.tag),
                    std::string(to_string(result.verdict.action)).c_str(), result.verdict.status,
                    static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(taken).count()),
                    std::string(result.verdict.reason).c_str());
      });
    }
  }
  std::fflush(stdout);
  std::_Exit(0);  // a lookup that hangs has a thread, which nobody waits for
}
