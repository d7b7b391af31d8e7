// How a function of the interface answers.

#pragma once

#include "answer.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/result.hpp"

namespace notifier_wasm {

using notifier::Error;
using notifier::Result;
using notifier::json::View;
using notifier::json::Writer;

/// Answers with the JSON that `write` gives.
template <class Write>
notifier_status respond_with(Write&& write) {
  answer.clear();
  Writer out(answer.text);
  write(out);
  return answer.done();
}

/// Answers with a value, or its error.
template <class T>
notifier_status respond(const Result<T>& result) {
  if (!result) return answer.fail(result.error());
  return respond_with([&](Writer& out) { write_json(out, *result); });
}

inline notifier_status respond(const Result<void>& result) {
  if (!result) return answer.fail(result.error());
  return respond_with([](Writer& out) { out.boolean(true); });
}

}  // namespace notifier_wasm
