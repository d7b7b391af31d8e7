// Events read with RapidJSON's DOM, Slack payloads written with its Writer.

#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>

#include "message.hpp"

namespace peer {

struct Rapidjson {
  static constexpr bool keeps_order = true;
  using Value = rapidjson::Value;

  static rapidjson::Document parse(const std::string& text) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
    if (document.HasParseError()) throw std::runtime_error("no JSON");
    return document;
  }
  static const Value& member(const Value& object, const char* key) { return object[key]; }
  static std::string text(const Value& object, const char* key) {
    auto found = object.FindMember(key);
    return found == object.MemberEnd() ? std::string() : scalar(found->value);
  }
  template <class F>
  static void each_member(const Value& object, F&& f) {
    for (auto& member : object.GetObject())
      f(std::string(member.name.GetString(), member.name.GetStringLength()), scalar(member.value));
  }
  template <class F>
  static void each_element(const Value& array, F&& f) {
    for (auto& value : array.GetArray()) f(scalar(value));
  }

  template <class F>
  static void each_object(const Value& array, F&& f) {
    for (auto& value : array.GetArray()) f(value);
  }

  static std::string slack(const Message& m) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> w(buffer);
    auto string = [&w](const char* key, const std::string& value) {
      w.Key(key);
      w.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    auto plain = [&](const std::string& text) {
      w.StartObject();
      string("type", "plain_text");
      string("text", text);
      w.Key("emoji");
      w.Bool(false);
      w.EndObject();
    };
    auto markdown = [&](const std::string& text) {
      w.StartObject();
      string("type", "mrkdwn");
      string("text", text);
      w.Key("verbatim");
      w.Bool(true);
      w.EndObject();
    };
    std::string title = slack_escape(m.title), sentence = slack_escape(m.sentence);
    w.StartObject();
    string("text", title + "\n" + sentence);
    for (const char* key : {"mrkdwn", "unfurl_links", "unfurl_media"}) {
      w.Key(key);
      w.Bool(false);
    }
    w.Key("blocks");
    w.StartArray();
    for (bool is_header : {true, false}) {
      w.StartObject();
      string("type", is_header ? "header" : "section");
      w.Key("text");
      plain(is_header ? title : sentence);
      w.EndObject();
    }
    w.EndArray();
    w.Key("attachments");
    w.StartArray();
    w.StartObject();
    string("color", m.slack_color);
    w.Key("blocks");
    w.StartArray();
    int in_section = 0;
    auto end_section = [&] {
      if (in_section != 0) {
        w.EndArray();
        w.EndObject();
      }
      in_section = 0;
    };
    auto begin_field = [&] {
      if (in_section == 0) {
        w.StartObject();
        string("type", "section");
        w.Key("fields");
        w.StartArray();
      }
      ++in_section;
    };
    for (const Field& field : m.fields) {
      if (field.is_code) continue;
      if (field.is_wide) {
        end_section();
        w.StartObject();
        string("type", "section");
        w.Key("text");
        plain(field.label + ": " + slack_escape(field.value));
        w.EndObject();
        continue;
      }
      begin_field();
      if (field.is_link) {
        markdown(slack_link(field.value, field.label));
      } else {
        plain(field.label + ": " + slack_escape(field.value));
      }
      if (in_section == 10) end_section();
    }
    if (!m.link.empty()) {
      begin_field();
      markdown(slack_link(m.link, "View details"));
    }
    end_section();
    for (const Field& field : m.fields) {
      if (!field.is_code) continue;
      w.StartObject();
      string("type", "section");
      w.Key("text");
      markdown("*" + field.label + "*\n```\n" + slack_escape(field.value) + "\n```");
      w.EndObject();
    }
    w.StartObject();
    string("type", "context");
    w.Key("elements");
    w.StartArray();
    plain(origin(m));
    w.EndArray();
    w.EndObject();
    w.EndArray();
    w.EndObject();
    w.EndArray();
    w.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
  }

 private:
  static std::string scalar(const Value& value) {
    if (value.IsString()) return {value.GetString(), value.GetStringLength()};
    if (value.IsBool()) return value.GetBool() ? "true" : "false";
    if (value.IsInt64()) return std::to_string(value.GetInt64());
    return {};
  }
};

}  // namespace peer
