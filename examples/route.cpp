// notifier-route: who is told of each event, and the bytes each of them gets.
//
//     notifier-route CONFIG.json < events.ndjson > deliveries.ndjson
//
// CONFIG.json is a registry's snapshot, or written by hand. Each line of input is one event, each line of output one
// delivery; with --explain, each line of output says for one event why every notifier receives it or not. The output
// holds secrets: the webhook URLs. A byte order mark at the beginning of either input is skipped. Exit status: 0; 1
// where an event could not be read or the output not be written; 2 where the program was called wrongly or the
// configuration has faults.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#elif defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#endif

#include "notifier/routing/router.hpp"
#include "notifier/text/byte_order_mark.hpp"

namespace {

constexpr char usage[] =
    "usage: notifier-route [--explain] [--now TIME] CONFIG.json < events.ndjson > deliveries.ndjson\n"
    "\n"
    "  --explain   print for each event why every notifier receives it or not, in place of deliveries\n"
    "  --now TIME  Date of the mails whose events have no time, as 2018-05-14T09:46:42Z; 1970-01-01T00:00:00Z without "
    "it\n";

struct Options {
  const char* config = nullptr;
  bool explain = false;
  notifier::Timestamp now;
};

bool parse_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--explain") {
      options.explain = true;
    } else if (argument == "--now") {
      if (++i == argc || !notifier::parse_timestamp(argv[i], options.now)) {
        std::fputs("notifier-route: --now needs a time with its zone, as 2018-05-14T09:46:42Z\n", stderr);
        return false;
      }
    } else if (argument.size() > 1 && argument[0] == '-') {
      std::fprintf(stderr, "notifier-route: unknown option %s\n%s", argv[i], usage);
      return false;
    } else if (options.config != nullptr) {
      std::fputs(usage, stderr);
      return false;
    } else {
      options.config = argv[i];
    }
  }
  if (options.config == nullptr) std::fputs(usage, stderr);
  return options.config != nullptr;
}

bool read_file(const char* path, std::string& out) {
  std::FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) return false;
  std::size_t size = 0;
  do {
    out.resize(size + (std::size_t{1} << 20));
    const std::size_t got = std::fread(&out[size], 1, out.size() - size, file);
    size += got;
    if (got == 0) break;
  } while (true);
  out.resize(size);
  const bool good = std::ferror(file) == 0;
  std::fclose(file);
  return good;
}

/// Reads what there is of stdin, and waits only where there is nothing.
/// @return how many bytes; 0 at the end and, with `failed` set, on an error.
std::size_t read_input(char* to, std::size_t most, bool& failed) {
#if defined(__unix__) || defined(__APPLE__)
  ssize_t got = 0;
  do {
    got = ::read(STDIN_FILENO, to, most);
  } while (got < 0 && errno == EINTR);
  failed = got < 0;
  return failed ? 0 : static_cast<std::size_t>(got);
#else
  const std::size_t got = std::fread(to, 1, most, stdin);
  failed = std::ferror(stdin) != 0;
  return got;
#endif
}

/// Lines of stdin, read by large chunks. What is too long for an event is passed over, and comes as its beginning.
class LineReader {
 public:
  /// The next line without its end, valid until the next call; false at the end of the input.
  /// @param before_reading  called before more input is read, which may take its time
  template <class F>
  bool next(std::string_view& line, F&& before_reading) {
    for (;;) {
      const char* const begin = buffer_.data() + begin_;
      const void* const newline =
          end_ > searched_ ? std::memchr(buffer_.data() + searched_, '\n', end_ - searched_) : nullptr;
      if (newline != nullptr || (is_over_ && begin_ < end_)) {
        const char* const stop = newline != nullptr ? static_cast<const char*>(newline) : buffer_.data() + end_;
        line = std::string_view(begin, static_cast<std::size_t>(stop - begin));
        begin_ = searched_ = (std::min)(begin_ + line.size() + 1, end_);
        if (std::exchange(is_first_, false)) line = notifier::detail::without_byte_order_mark(line);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        return true;
      }
      if (is_over_) return false;
      searched_ = end_;
      before_reading();
      fill();
    }
  }

  bool failed() const { return failed_; }

 private:
  static constexpr std::size_t chunk = 1024 * 1024;
  static constexpr std::size_t longest = std::size_t{NOTIFIER_MAX_EVENT_BYTES} + chunk;

  void fill() {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ > longest) end_ = longest - chunk;  // the rest of a line that is refused for its length
    searched_ = end_;
    if (buffer_.size() < end_ + chunk) buffer_.resize(end_ + chunk);
    const std::size_t got = read_input(buffer_.data() + end_, chunk, failed_);
    end_ += got;
    is_over_ = got == 0;
  }

  std::vector<char> buffer_ = std::vector<char>(chunk);
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;
  std::size_t end_ = 0;
  bool is_first_ = true;
  bool is_over_ = false;
  bool failed_ = false;
};

/// Collects output and writes it by large chunks.
class Output {
 public:
  notifier::Buffer& line() { return buffer_; }
  void end_line() {
    buffer_.append('\n');
    if (buffer_.size() >= 1024 * 1024) flush();
  }
  bool flush() {
    if (buffer_.size() == 0) return good_;
    good_ = std::fwrite(buffer_.data(), 1, buffer_.size(), stdout) == buffer_.size() && good_;
    good_ = std::fflush(stdout) == 0 && good_;
    buffer_.clear();
    return good_;
  }
  bool good() const { return good_; }

 private:
  notifier::Buffer buffer_;
  bool good_ = true;
};

/// Tells on a terminal how far it is, where the output is a file and takes more than a second.
class Progress {
 public:
  Progress() {
#if defined(__unix__) || defined(__APPLE__)
    struct stat status;
    is_on_ = isatty(STDERR_FILENO) != 0 && fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode);
#endif
  }
  void tick(std::uint64_t events, std::uint64_t lines) {
    if (!is_on_ || events % 64 != 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(1)) return;
    last_ = now;
    std::fprintf(stderr, "\r%llu events, %llu lines written ", static_cast<unsigned long long>(events),
                 static_cast<unsigned long long>(lines));
    is_shown_ = true;
  }
  /// Before anything else goes to the terminal.
  void clear() {
    if (is_shown_) std::fputs("\r\x1b[K", stderr);
    is_shown_ = false;
  }

 private:
  bool is_on_ = false;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

void write_delivery(notifier::json::Writer& out, const notifier::DeliveryView& delivery) {
  out.begin_object();
  out.member("event_id", delivery.event_id);
  out.member("notifier_id", delivery.notifier_id);
  out.member("notifier_name", delivery.notifier_name);
  out.member("platform", to_string(delivery.platform));
  if (notifier::is_mail(delivery.platform)) {
    out.member("from", delivery.from);
    out.key("to");
    out.begin_array();
    for (const std::string_view to : delivery.to) out.string(to);
    out.end_array();
    out.member("message", delivery.body);
  } else {
    out.member("method", delivery.method);
    out.member("url", delivery.url);
    out.key("headers");
    out.begin_object();
    for (const notifier::HeaderView& header : delivery.headers) out.member(header.name, header.value);
    out.end_object();
    out.member("body", delivery.body);
  }
  out.key("truncations");
  out.begin_array();
  for (const notifier::Truncation& cut : delivery.truncations) {
    out.begin_object();
    out.member("part", cut.part);
    out.key("length");
    out.unsigned_integer(cut.length);
    out.key("kept");
    out.unsigned_integer(cut.kept);
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

void report(std::uint64_t line, const notifier::Error& error) {
  std::fprintf(stderr, "notifier-route: line %llu", static_cast<unsigned long long>(line));
  if (error.offset != notifier::Error::no_offset) {
    std::fprintf(stderr, ", byte %llu", static_cast<unsigned long long>(error.offset));
  }
  std::fprintf(stderr, ": %s\n", error.message.c_str());
}

bool load(const char* path, notifier::Registry& registry) {
  std::string config;
  if (!read_file(path, config)) {
    std::fprintf(stderr, "notifier-route: cannot read %s\n", path);
    return false;
  }
  const auto loaded = registry.load(config);
  if (loaded) return true;
  const notifier::Error& error = loaded.error();
  std::fprintf(stderr, "notifier-route: %s: %s\n", path, error.message.c_str());
  for (const notifier::FieldError& fault : error.fields) {
    std::fprintf(stderr, "  %s %s\n", fault.field.c_str(), fault.message.c_str());
  }
  return false;
}

/// @return false where a line could not be read as an event.
bool route_all(notifier::Router& router, bool explain, Output& output) {
  LineReader lines;
  Progress progress;
  bool all_good = true;
  std::uint64_t line_number = 0;
  std::uint64_t events = 0;
  std::uint64_t written = 0;
  std::string_view line;
  // Who follows a log sees what comes of it at once.
  while (output.good() && lines.next(line, [&] { output.flush(); })) {
    ++line_number;
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    notifier::Error error;
    bool good = false;
    if (line.size() > NOTIFIER_MAX_EVENT_BYTES) {
      error.message = "the event is longer than " + std::to_string(NOTIFIER_MAX_EVENT_BYTES) + " bytes";
    } else if (explain) {
      const auto explained = router.explain(line);
      good = explained.has_value();
      if (good) {
        notifier::json::Writer writer(output.line());
        write_json(writer, *explained);
        output.end_line();
        ++written;
      } else {
        error = explained.error();
      }
    } else {
      const auto routed = router.route(line, [&](const notifier::DeliveryView& delivery) {
        notifier::json::Writer writer(output.line());
        write_delivery(writer, delivery);
        output.end_line();
        ++written;
      });
      good = routed.has_value();
      if (!good) error = routed.error();
    }
    ++events;
    if (!good) {
      all_good = false;
      progress.clear();
      report(line_number, error);
    }
    progress.tick(line_number, written);
  }
  progress.clear();
  if (written == 0 && events != 0 && all_good && !lines.failed()) {
    std::fputs("notifier-route: nobody is told of any of these events; --explain says why\n", stderr);
  }
  if (!lines.failed()) return all_good;
  std::fputs("notifier-route: cannot read the events\n", stderr);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
#if defined(_WIN32)
  // The bytes that come and go are the same everywhere.
  _setmode(_fileno(stdin), _O_BINARY);
  _setmode(_fileno(stdout), _O_BINARY);
#endif
  if (argc == 2 && (std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0)) {
    std::fputs(usage, stdout);
    return 0;
  }
  Options options;
  if (!parse_options(argc, argv, options)) return 2;
  notifier::Registry registry;
  if (!load(options.config, registry)) return 2;

  notifier::RouterOptions router_options;
  router_options.clock = [&options] { return options.now; };
  notifier::Router router(registry, router_options);
  Output output;
  const bool all_good = route_all(router, options.explain, output);
  if (!output.flush()) {
    std::fputs("notifier-route: cannot write the output\n", stderr);
    return 1;
  }
  return all_good ? 0 : 1;
}
