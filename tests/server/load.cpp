// Loads a notifier-server with concurrent clients, each on one connection with one request under way.
//
//     notifier_load PORT SECONDS [mixed|read] [SERVER_PID]
//
// `mixed`: lists, shows, adds, edits, tests, removes and takes events in, a third of it writes; each client checks that
// what was acknowledged is there. `read`: lists and shows alone. Prints one line of JSON; fails where any answer was
// not the right one, or where the server's memory grew by more than 24 MB after the first fifth of the time.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int client_count = 32;
constexpr long memory_margin_kb = 24 * 1024;

/// One answer of the server: status and body.
struct Answer {
  int status = 0;
  std::string_view body;
};

/// A client goes round a cycle of requests; each knows what must come back.
class Client {
 public:
  Client(int port, int number, bool writes) : app_("load-" + std::to_string(number)), writes_(writes) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int socket() const { return socket_; }
  std::size_t errors() const { return errors_; }
  std::size_t reads() const { return reads_; }
  std::size_t writes() const { return write_count_; }
  std::vector<float>& latencies() { return latencies_; }

  void send_next() {
    const std::string path = "/v1/apps/" + app_;
    switch (step_) {
      case Step::app: request("POST", "/v1/apps", "{\"app\":{\"name\":\"" + app_ + "\"}}"); break;
      case Step::keep: request("POST", path + "/notifiers", draft("kept")); break;
      case Step::show: request("GET", path + "/notifiers/" + kept_, ""); break;
      case Step::list: request("GET", path + "/notifiers", ""); break;
      case Step::add: request("POST", path + "/notifiers", draft("added")); break;
      case Step::edit: request("PATCH", path + "/notifiers/" + added_, "{\"notifier\":{\"name\":\"edited\"}}"); break;
      case Step::check: request("GET", path + "/notifiers/" + added_, ""); break;
      case Step::event:
        request("POST", path + "/events", "{\"type\":\"deployment\",\"type_data\":{\"status\":\"success\"}}");
        break;
      case Step::remove: request("DELETE", path + "/notifiers/" + added_, ""); break;
      case Step::gone: request("GET", path + "/notifiers/" + added_, ""); break;
    }
  }

  /// Takes in what has arrived; false where the connection is gone.
  bool receive() {
    char buffer[65536];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(count));
    const std::size_t head = input_.find("\r\n\r\n");
    if (head == std::string::npos) return true;
    const std::size_t length_at = input_.find("Content-Length: ");
    const std::size_t length = length_at < head ? std::strtoul(input_.c_str() + length_at + 16, nullptr, 10) : 0;
    if (input_.size() < head + 4 + length) return true;

    latencies_.push_back(std::chrono::duration<float, std::milli>(Clock::now() - sent_).count());
    const Answer answer{std::atoi(input_.c_str() + 9), std::string_view(input_).substr(head + 4, length)};
    judge(answer);
    input_.clear();
    send_next();
    return true;
  }

  static void fail(const char* what) {
    std::fprintf(stderr, "notifier_load: %s\n", what);
    std::exit(1);
  }

 private:
  enum class Step { app, keep, show, list, add, edit, check, event, remove, gone };

  static std::string draft(const char* name) {
    return std::string("{\"notifier\":{\"platform_id\":\"5982f145d48c3600273ef08a\",\"name\":\"") + name +
           "\",\"selected_events\":[\"deployment\"],\"type_data\":{\"webhook_url\":\"https://example.com/x\"}}}";
  }

  void request(const char* method, const std::string& path, const std::string& body) {
    std::string text =
        std::string(method) + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n";
    if (!body.empty()) {
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    }
    text += "\r\n" + body;
    sent_ = Clock::now();
    ++(method[0] == 'G' ? reads_ : write_count_);
    if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) ++errors_;
  }

  void expect(const Answer& answer, int status, std::string_view part) {
    if (answer.status == status && answer.body.find(part) != std::string_view::npos) return;
    if (errors_++ == 0) {
      std::fprintf(stderr, "step %d: %d %.*s\n", static_cast<int>(step_), answer.status,
                   static_cast<int>(std::min<std::size_t>(answer.body.size(), 300)), answer.body.data());
    }
  }

  static std::string id_in(std::string_view body) {
    const std::size_t at = body.find("\"id\":\"");
    return at == std::string_view::npos ? "none" : std::string(body.substr(at + 6, body.find('"', at + 6) - at - 6));
  }

  void judge(const Answer& answer) {
    switch (step_) {
      case Step::app:
        if (answer.status != 201 && answer.status != 422) expect(answer, 201, "");
        step_ = Step::keep;
        return;
      case Step::keep:
        expect(answer, 201, "kept");
        kept_ = id_in(answer.body);
        step_ = Step::show;
        return;
      case Step::show:
        expect(answer, 200, kept_);
        step_ = Step::list;
        return;
      case Step::list:
        expect(answer, 200, kept_);
        step_ = !writes_ || ++round_ % 3 != 0 ? Step::show : Step::add;
        return;
      case Step::add:
        expect(answer, 201, "added");
        added_ = id_in(answer.body);
        step_ = Step::edit;
        return;
      case Step::edit:
        expect(answer, 200, "edited");
        step_ = Step::check;
        return;
      case Step::check:
        expect(answer, 200, "edited");
        step_ = Step::event;
        return;
      case Step::event:
        expect(answer, 202, added_);
        step_ = Step::remove;
        return;
      case Step::remove:
        expect(answer, 204, "");
        step_ = Step::gone;
        return;
      case Step::gone:
        expect(answer, 404, "base");
        step_ = Step::show;
        return;
    }
  }

  int socket_ = -1;
  std::string app_;
  bool writes_;
  Step step_ = Step::app;
  int round_ = 0;
  std::string kept_;
  std::string added_;
  std::string input_;
  Clock::time_point sent_;
  std::size_t errors_ = 0;
  std::size_t reads_ = 0;
  std::size_t write_count_ = 0;
  std::vector<float> latencies_;
};

/// The memory a process holds, in kilobytes; 0 without a process.
long memory_of(const char* pid) {
  if (pid == nullptr) return 0;
  std::ifstream status("/proc/" + std::string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, 6, "VmRSS:") == 0) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int port = std::atoi(argv[1]);
  const auto duration = std::chrono::duration<double>(std::atof(argv[2]));
  const bool writes = argc < 4 || std::strcmp(argv[3], "read") != 0;
  const char* pid = argc > 4 ? argv[4] : nullptr;

  std::vector<std::unique_ptr<Client>> clients;
  std::vector<pollfd> sockets;
  for (int i = 0; i < client_count; ++i) {
    clients.push_back(std::make_unique<Client>(port, i, writes));
    sockets.push_back({clients.back()->socket(), POLLIN, 0});
    clients.back()->send_next();
  }
  const auto start = Clock::now();
  long warm_memory = 0;
  while (Clock::now() - start < duration) {
    if (::poll(sockets.data(), sockets.size(), 60'000) <= 0) Client::fail("the server does not answer");
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      if (sockets[i].revents != 0 && !clients[i]->receive()) Client::fail("the server closed a connection");
    }
    if (warm_memory == 0 && Clock::now() - start > duration / 5) warm_memory = memory_of(pid);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const long memory = memory_of(pid);

  std::size_t errors = 0, reads = 0, write_count = 0;
  std::vector<float> latencies;
  for (const auto& client : clients) {
    errors += client->errors();
    reads += client->reads();
    write_count += client->writes();
    latencies.insert(latencies.end(), client->latencies().begin(), client->latencies().end());
  }
  std::sort(latencies.begin(), latencies.end());
  const auto quantile = [&](double q) {
    return latencies[static_cast<std::size_t>(q * static_cast<double>(latencies.size() - 1))];
  };
  std::printf(
      "{\"clients\":%d,\"seconds\":%.1f,\"requests_per_second\":%.0f,\"reads\":%zu,\"writes\":%zu,\"errors\":%zu,"
      "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,\"memory_kb\":[%ld,%ld]}\n",
      client_count, seconds, static_cast<double>(reads + write_count) / seconds, reads, write_count, errors,
      quantile(0.5), quantile(0.99), latencies.back(), warm_memory, memory);
  return errors == 0 && memory - warm_memory <= memory_margin_kb ? 0 : 1;
}
