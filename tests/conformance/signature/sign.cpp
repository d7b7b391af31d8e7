// Signs what it is given, line by line, "ID MILLISECONDS BODY SECRET...", with the body in base64, and answers the
// value of the signature's header. A secret may stand in base64 behind "=".

#include <cstdio>
#include <string>
#include <vector>

#include "notifier/adapters/openssl.hpp"
#include "notifier/delivery/signature.hpp"

namespace {

std::vector<std::string> words(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == ' ') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string answer(const std::vector<std::string>& words) {
  if (words.size() < 4) return "bad question";
  const auto body = notifier::decode_base64(words[2]);
  if (!body) return "bad body";
  std::vector<std::string> secrets(words.begin() + 3, words.end());
  for (std::string& secret : secrets) {
    if (secret.substr(0, 1) == "=") secret = notifier::decode_base64(secret.substr(1)).value_or("");
  }
  const auto header =
      notifier::signature_header(words[0], {std::stoll(words[1])}, *body, secrets, notifier::OpensslHmac());
  return header ? *header : header.error().message;
}

}  // namespace

int main() {
  std::string line;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    std::printf("%s\n", answer(words(line)).c_str());
    line.clear();
  }
}
