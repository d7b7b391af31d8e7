// notifier-show: what notifier-route wrote, for people to read.
//
//     notifier-show EVENTS.ndjson DELIVERIES.ndjson EXPLANATIONS.ndjson
//
// For each event: who is told and what they get, who is not and why. Colours where the output is a terminal.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/json/document.hpp"

namespace {

using notifier::json::Document;
using notifier::json::View;

bool colours = false;

std::string in_colour(const char* code, std::string_view text) {
  return colours ? std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string bold(std::string_view text) { return in_colour("1", text); }
std::string dim(std::string_view text) { return in_colour("2", text); }

std::vector<std::string> read_lines(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "notifier-show: cannot read %s\n", path);
    std::exit(1);
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// Prints a text behind a bar, each of its lines cut where a terminal ends.
void print_behind_bar(std::string_view text, std::string_view bar = "|") {
  constexpr std::size_t widest = 100;
  constexpr int most_lines = 12;
  int printed = 0;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    if (end == std::string_view::npos) end = text.size();
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.size() ? end : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (++printed > most_lines) {
      std::printf("      %s %s\n", dim(bar).c_str(), dim("(and so on)").c_str());
      return;
    }
    std::size_t length = line.size();
    const bool cut = length > widest;
    if (cut) length = widest;
    while (cut && length > 0 && (static_cast<unsigned char>(line[length]) & 0xC0u) == 0x80u) --length;
    std::printf("      %s %.*s%s\n", dim(bar).c_str(), static_cast<int>(length), line.data(), cut ? " ..." : "");
  }
}

/// Slack and Rocket.Chat read `&amp;`, `&lt;` and `&gt;` as the characters they stand for.
std::string without_entities(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    char character = text.front();
    std::size_t length = 1;
    if (text.substr(0, 5) == "&amp;") length = 5;
    if (text.substr(0, 4) == "&lt;") character = '<', length = 4;
    if (text.substr(0, 4) == "&gt;") character = '>', length = 4;
    plain += character;
    text.remove_prefix(length);
  }
  return plain;
}

void print_field(std::string_view label, std::string_view value) {
  if (value.size() > 1 && value.front() == '`' && value.back() == '`') value = value.substr(1, value.size() - 2);
  print_behind_bar(without_entities(label) + ": " + without_entities(value), ":");
}

void print_slack(View body) {
  print_behind_bar(without_entities(body["text"].string()));
  body["attachments"].for_each_element([](View attachment) {
    attachment["blocks"].for_each_element([](View block) {
      block["fields"].for_each_element(
          [](View field) { print_behind_bar(without_entities(field["text"].string()), ":"); });
      print_behind_bar(without_entities(block["text"]["text"].string()), ":");
      block["elements"].for_each_element(
          [](View element) { print_behind_bar(without_entities(element["text"].string()), ":"); });
    });
  });
}

void print_rocket_chat(View body) {
  print_behind_bar(body["text"].string());
  body["attachments"].for_each_element([](View attachment) {
    attachment["fields"].for_each_element(
        [](View field) { print_field(field["title"].string(), field["value"].string()); });
    print_behind_bar(attachment["text"].string(), ":");
    print_behind_bar(attachment["title_link"].string(), ":");
  });
}

/// Without the backslashes before what could mean something else.
std::string without_backslashes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

void print_discord(View body) {
  body["embeds"].for_each_element([](View embed) {
    print_behind_bar(without_backslashes(embed["title"].string()));
    print_behind_bar(without_backslashes(embed["description"].string()), ":");
    embed["fields"].for_each_element(
        [](View field) { print_field(field["name"].string(), without_backslashes(field["value"].string())); });
  });
}

void print_microsoft_teams(View body) {
  body["attachments"].for_each_element([](View attachment) {
    attachment["content"]["body"].for_each_element([](View block) {
      if (block["text"].exists()) print_behind_bar(without_backslashes(block["text"].string()), ":");
      block["facts"].for_each_element(
          [](View fact) { print_field(fact["title"].string(), without_backslashes(fact["value"].string())); });
    });
  });
}

void print_google_chat(View body) {
  print_behind_bar(body["text"].string());
  body["cardsV2"].for_each_element([](View card) {
    card["card"]["sections"].for_each_element([](View section) {
      section["widgets"].for_each_element([](View widget) {
        const View paragraph = widget["textParagraph"];
        const View field = widget["decoratedText"];
        if (paragraph.exists()) print_behind_bar(without_entities(paragraph["text"].string()), ":");
        if (field.exists()) print_field(field["topLabel"].string(), field["text"].string());
      });
    });
  });
}

void print_pagerduty(View body) {
  const View payload = body["payload"];
  const std::string_view action = body["event_action"].string();
  print_behind_bar(std::string(action.empty() ? "change" : action).append(": ").append(payload["summary"].string()));
  payload["custom_details"].for_each_member(
      [](std::string_view name, View value) { print_field(name, value.string()); });
}

/// A title and a text, as notifications have them, or the text alone.
void print_plain(View body) {
  print_behind_bar(body["title"].string());
  print_behind_bar(body["text"].string(), ":");
  print_behind_bar(body["message"].string(), ":");
}

/// A header's value from a message whose lines end with CRLF, unfolded; empty where there is none.
std::string header(std::string_view message, std::string_view name) {
  std::string value;
  const std::size_t head_end = message.find("\r\n\r\n");
  const std::size_t start = message.find("\r\n" + std::string(name) + ": ");
  if (start == std::string_view::npos || start > head_end) return value;
  for (std::size_t i = start + 2 + name.size() + 2; i < head_end; ++i) {
    if (message[i] == '\r' && message[i + 2] != ' ' && message[i + 2] != '\t') break;
    if (message[i] != '\r' && message[i] != '\n') value += message[i];
  }
  return value;
}

std::string from_quoted_printable(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=' || i + 2 >= text.size()) {
      plain += text[i];
    } else {
      if (text[i + 1] != '\r') plain += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    }
  }
  return plain;
}

void print_email(View delivery) {
  const std::string_view message = delivery["message"].string();
  print_behind_bar("Subject: " + header(message, "Subject"));
  const std::size_t part = message.find("text/plain");
  const std::size_t start = part == std::string_view::npos ? part : message.find("\r\n\r\n", part);
  if (start == std::string_view::npos) return;
  const std::string_view head = message.substr(part, start - part);
  const std::size_t end = message.find("\r\n--", start);
  const std::string_view text = message.substr(start + 4, end == std::string_view::npos ? end : end - start - 4);
  print_behind_bar(head.find("quoted-printable") == std::string_view::npos ? std::string(text)
                                                                           : from_quoted_printable(text));
}

void print_delivery(View delivery) {
  const std::string_view platform = delivery["platform"].string();
  std::string target(delivery["method"].string());
  target += target.empty() ? "to" : "";
  delivery["to"].for_each_element([&](View address) { target.append(" ").append(address.string()); });
  if (platform != "email") target.append(" ").append(delivery["url"].string());
  std::printf("\n   %s %s  %s\n", in_colour("32", "->").c_str(), bold(delivery["notifier_name"].string()).c_str(),
              dim(std::string(platform) + ": " + target).c_str());

  if (platform == "email") return print_email(delivery);
  if (platform == "webhook") {
    std::string_view body = delivery["body"].string();
    print_behind_bar(body);
    return;
  }
  Document document;
  const auto body = document.parse(delivery["body"].string());
  if (!body) return;
  if (platform == "slack") return print_slack(*body);
  if (platform == "discord") return print_discord(*body);
  if (platform == "microsoft_teams") return print_microsoft_teams(*body);
  if (platform == "google_chat") return print_google_chat(*body);
  if (platform == "pagerduty") return print_pagerduty(*body);
  if (platform == "rocket_chat" || platform == "mattermost") return print_rocket_chat(*body);
  print_plain(*body);
}

void print_event(View event, const std::vector<std::string>& deliveries, const std::string& explanation) {
  const std::string_view app = event["app_name"].string();
  std::printf(
      "\n%s  %s\n", bold(event["type"].string()).c_str(),
      dim(std::string(app.empty() ? "" : "of ").append(app).append("  ").append(event["created_at"].string())).c_str());
  Document document;
  for (const std::string& line : deliveries) {
    const auto delivery = document.parse(line);
    if (delivery && (*delivery)["event_id"].text() == event["id"].text()) print_delivery(*delivery);
  }
  const auto explained = document.parse(explanation);
  if (!explained) return;
  (*explained)["notifiers"].for_each_element([](View notifier) {
    if (notifier["receives"].boolean()) return;
    std::printf(
        "\n   %s %s\n", in_colour("33", "--").c_str(),
        dim(std::string(notifier["notifier_name"].string()).append(": ").append(notifier["text"].string())).c_str());
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: notifier-show EVENTS.ndjson DELIVERIES.ndjson EXPLANATIONS.ndjson\n");
    return 2;
  }
  colours = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  const std::vector<std::string> events = read_lines(argv[1]);
  const std::vector<std::string> deliveries = read_lines(argv[2]);
  const std::vector<std::string> explanations = read_lines(argv[3]);

  Document document;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto event = document.parse(events[i]);
    if (event) print_event(*event, deliveries, i < explanations.size() ? explanations[i] : std::string());
  }
  std::printf("\n%zu events in, %zu deliveries out. Nothing was sent.\n", events.size(), deliveries.size());
  return 0;
}
