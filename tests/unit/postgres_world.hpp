// A PostgreSQL of a test's own, in a folder that is gone at its end.

#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace postgres_test {

/// A server, which hears on a socket in its folder alone. It refuses to run as root: then it runs as nobody.
class Server {
 public:
  Server() {
    char name[] = "/tmp/notifier_postgres_XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    folder_ = name;
    if (::geteuid() == 0) REQUIRE(::chown(name, nobody, nobody) == 0);
    const int made = wait_for(start({programs() + "initdb", "-D", folder_ + "/data", "-U", "notifier", "-A", "trust",
                                     "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"}));
    REQUIRE_MESSAGE(made == 0, "initdb fails: is postgresql installed? tests/setup says how");
    run();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    stop(SIGQUIT);
    wait_for(start({"/bin/rm", "-rf", folder_ + "/data"}));
    static_cast<void>(std::system(("rm -rf " + folder_).c_str()));
  }

  /// An empty database of its own for each caller.
  std::string make_database() {
    const std::string name = "d" + std::to_string(++count_);
    REQUIRE(wait_for(start({programs() + "createdb", "-h", folder_, "-U", "notifier", name})) == 0);
    return url(name);
  }
  std::string url(const std::string& name) const { return "postgresql://notifier@/" + name + "?host=" + folder_; }

  void run() {
    server_ = start({programs() + "postgres", "-D", folder_ + "/data", "-k", folder_, "-c", "listen_addresses=", "-c",
                     "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=60"});
    for (int tries = 0; tries < 600; ++tries) {
      if (wait_for(start({programs() + "pg_isready", "-q", "-h", folder_})) == 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("PostgreSQL does not start");
  }
  /// @param signal  SIGINT: in order, its clients are cut off; SIGQUIT: at once
  void stop(int signal) {
    if (server_ <= 0) return;
    ::kill(server_, signal);
    wait_for(std::exchange(server_, -1));
  }

 private:
  static constexpr unsigned nobody = 65534;

  static std::string programs() {
    static const std::string found = [] {
      glob_t list{};
      std::string last;
      if (::glob("/usr/lib/postgresql/*/bin/initdb", 0, nullptr, &list) == 0) {
        last = list.gl_pathv[list.gl_pathc - 1];
        last.resize(last.size() - std::string("initdb").size());
      }
      ::globfree(&list);
      return last;
    }();
    return found;
  }

  /// Starts a program, which ends with this process at the latest.
  static pid_t start(const std::vector<std::string>& words) {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) std::abort();
    if (child != 0) return child;
    if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::getppid() != parent) ::_exit(125);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int each = 0; each < 3; ++each) ::dup2(nothing, each);
    static_cast<void>(::chdir("/"));
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  static int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  std::string folder_;
  pid_t server_ = -1;
  int count_ = 0;
};

/// The one of this program, started when it is first asked for.
inline Server& server() {
  static Server one;
  return one;
}

}  // namespace postgres_test
