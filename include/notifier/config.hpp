// Switches and limits. Every one can be overridden by defining the macro before the first include, the same in every
// translation unit; what changes the layout of a type also changes the name of the inline namespace.

#pragma once

#ifdef NOTIFIER_SINGLE_HEADER
#error "notifier: one source takes all headers from include/, or all from single_include/, adapters included"
#endif

#include "notifier/version.hpp"

#if defined(_MSVC_LANG)
#define NOTIFIER_CPLUSPLUS _MSVC_LANG
#else
#define NOTIFIER_CPLUSPLUS __cplusplus
#endif
#if NOTIFIER_CPLUSPLUS < 201703L
#error "notifier needs C++17: compile with -std=c++17 (g++, clang) or /std:c++17 /Zc:__cplusplus (MSVC)"
#endif
#undef NOTIFIER_CPLUSPLUS

/// 1: simdjson reads JSON; the program links simdjson (the CMake targets notifier::notifier and
///    notifier::header_only_simdjson do both).
/// 0: NOTIFIER_PICOJSON says who does; header-only, nothing to link. The default of a bare header drop-in.
#ifndef NOTIFIER_SIMDJSON
#define NOTIFIER_SIMDJSON 0
#endif

/// 1 where the compiler has exceptions on; Result::value() throws only then. picojson needs them.
#ifndef NOTIFIER_EXCEPTIONS
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define NOTIFIER_EXCEPTIONS 1
#else
#define NOTIFIER_EXCEPTIONS 0
#endif
#endif

/// Where simdjson does not, 1: picojson reads JSON, the default of a bare header drop-in. 0: the library does itself,
/// and needs nothing else; the default without exceptions. Both are slower than simdjson, and take the same texts.
#ifndef NOTIFIER_PICOJSON
#if NOTIFIER_EXCEPTIONS && !NOTIFIER_SIMDJSON
#define NOTIFIER_PICOJSON 1
#else
#define NOTIFIER_PICOJSON 0
#endif
#endif
#if NOTIFIER_PICOJSON && (NOTIFIER_SIMDJSON || !NOTIFIER_EXCEPTIONS)
#error "notifier: picojson reads neither beside simdjson nor without exceptions: do not define NOTIFIER_PICOJSON=1"
#endif

// ---- ways of use ----------------------------------------------------------------------------------------------------

/// 0: every source that includes a header has all of the library in it; nothing to link. The default.
/// 1: the headers declare, and the library is linked: the CMake target notifier::notifier, or one source of the program
///    that has `#define NOTIFIER_IMPLEMENTATION` before it includes notifier.hpp.
#ifndef NOTIFIER_COMPILED
#define NOTIFIER_COMPILED 0
#endif
#if defined(NOTIFIER_IMPLEMENTATION) && !NOTIFIER_COMPILED
#error "notifier: NOTIFIER_IMPLEMENTATION is for programs that define NOTIFIER_COMPILED=1 in every source"
#endif

// Whether this source has the bodies of the functions that headers declare, and what they begin with. In a compiled
// library they are there for others, and still as good to be inlined within it as if they were not.
#if NOTIFIER_COMPILED && defined(NOTIFIER_IMPLEMENTATION)
#define NOTIFIER_BODIES 1
#if defined(__GNUC__) && !defined(__clang__)  // clang then leaves out the constructors of whole objects
#define NOTIFIER_INLINE [[gnu::used]] inline
#else
#define NOTIFIER_INLINE
#endif
#elif NOTIFIER_COMPILED
#define NOTIFIER_BODIES 0
#define NOTIFIER_INLINE
#else
#define NOTIFIER_BODIES 1
#define NOTIFIER_INLINE inline
#endif

// ---- what is left out -----------------------------------------------------------------------------------------------

/// 1: where an app has many filters, they are compiled to be asked together. 0: each is asked alone, with the same
/// outcome, in less code and, for a thousand of them, a hundred times as long. The default, 0 in WebAssembly.
#ifndef NOTIFIER_FILTERS_TOGETHER
#if defined(__wasm__)
#define NOTIFIER_FILTERS_TOGETHER 0
#else
#define NOTIFIER_FILTERS_TOGETHER 1
#endif
#endif

// ---- limits ---------------------------------------------------------------------------------------------------------

/// Longest event, in bytes. An event carries at most some kilobytes of facts and, for a crash, its log.
#ifndef NOTIFIER_MAX_EVENT_BYTES
#define NOTIFIER_MAX_EVENT_BYTES (8u * 1024u * 1024u)
#endif

/// Longest body of an API request, in bytes: a notifier with every event type selected is below 4 KiB.
#ifndef NOTIFIER_MAX_BODY_BYTES
#define NOTIFIER_MAX_BODY_BYTES (1024u * 1024u)
#endif

/// Longest snapshot or configuration, in bytes: a million notifiers take about half of it. At most 4 GiB - 1, the most
/// simdjson reads.
#ifndef NOTIFIER_MAX_SNAPSHOT_BYTES
#define NOTIFIER_MAX_SNAPSHOT_BYTES (2047u * 1024u * 1024u)
#endif

/// Deepest nesting of arrays and objects. Real events nest four deep; the slow readers recurse once per level.
#ifndef NOTIFIER_MAX_DEPTH
#define NOTIFIER_MAX_DEPTH 256u
#endif

/// Longest name of a notifier or an app, and longest id, in bytes.
#ifndef NOTIFIER_MAX_NAME_BYTES
#define NOTIFIER_MAX_NAME_BYTES (10u * 1024u)
#endif
#ifndef NOTIFIER_MAX_ID_BYTES
#define NOTIFIER_MAX_ID_BYTES 255u
#endif

/// Longest filter of a notifier, in bytes of JSON; the most fields it may ask for, and the most combinations that its
/// `$or` may come to.
#ifndef NOTIFIER_MAX_FILTER_BYTES
#define NOTIFIER_MAX_FILTER_BYTES 4096u
#endif
#ifndef NOTIFIER_MAX_FILTER_FIELDS
#define NOTIFIER_MAX_FILTER_FIELDS 64u
#endif
#ifndef NOTIFIER_MAX_FILTER_ALTERNATIVES
#define NOTIFIER_MAX_FILTER_ALTERNATIVES 256u
#endif

/// Longest `grouping` and longest `quiet` of a notifier, in bytes of JSON.
#ifndef NOTIFIER_MAX_GROUPING_BYTES
#define NOTIFIER_MAX_GROUPING_BYTES 4096u
#endif

/// How many bytes of events one digest for a webhook has at most; it counts all.
#ifndef NOTIFIER_MAX_DIGEST_BYTES
#define NOTIFIER_MAX_DIGEST_BYTES (256u * 1024u)
#endif

/// 1: deliveries of notifiers with `grouping`, quiet hours or a mute say what an outbox needs to hold them back and to
/// tell them together. 0: they do not, and each is sent at once, which makes a WebAssembly module smaller.
#ifndef NOTIFIER_ARRIVALS
#define NOTIFIER_ARRIVALS 1
#endif

/// Longest webhook URL, in bytes.
#ifndef NOTIFIER_MAX_URL_BYTES
#define NOTIFIER_MAX_URL_BYTES 2048u
#endif

/// How much of a target's answer is read and looked at, in bytes: its success or its error code, not what else it may
/// say.
#ifndef NOTIFIER_MAX_REPLY_BYTES
#define NOTIFIER_MAX_REPLY_BYTES (20u * 1024u)
#endif

/// Most event types one notifier may select, and most users and most addresses one email notifier may name.
#ifndef NOTIFIER_MAX_SELECTED_EVENTS
#define NOTIFIER_MAX_SELECTED_EVENTS 1024u
#endif
#ifndef NOTIFIER_MAX_RECIPIENTS
#define NOTIFIER_MAX_RECIPIENTS 200u
#endif

/// Most signing secrets of one webhook: two while a key rotates, and some more.
#ifndef NOTIFIER_MAX_SIGNING_SECRETS
#define NOTIFIER_MAX_SIGNING_SECRETS 8u
#endif

/// Most headers of its own that one webhook's requests have.
#ifndef NOTIFIER_MAX_HEADERS
#define NOTIFIER_MAX_HEADERS 32u
#endif

/// Longest body of a webhook's own, as compact JSON, in bytes.
#ifndef NOTIFIER_MAX_BODY_TEMPLATE_BYTES
#define NOTIFIER_MAX_BODY_TEMPLATE_BYTES 16384u
#endif

/// Longest text of a vocabulary's row, a template among them, in bytes; most wordings of one event kind; most event
/// kinds, event types and categories, each.
#ifndef NOTIFIER_MAX_TEMPLATE_BYTES
#define NOTIFIER_MAX_TEMPLATE_BYTES 2048u
#endif
#ifndef NOTIFIER_MAX_WORDINGS
#define NOTIFIER_MAX_WORDINGS 32u
#endif
#ifndef NOTIFIER_MAX_EVENT_KINDS
#define NOTIFIER_MAX_EVENT_KINDS 10000u
#endif

/// Most platforms of a vocabulary's own, in how many bytes of JSON each may be, and how many different ones a program
/// may get to know while it runs: what is known of one stays.
#ifndef NOTIFIER_MAX_PLATFORMS
#define NOTIFIER_MAX_PLATFORMS 100u
#endif
#ifndef NOTIFIER_MAX_PLATFORM_BYTES
#define NOTIFIER_MAX_PLATFORM_BYTES 32768u
#endif
#ifndef NOTIFIER_MAX_OWN_PLATFORMS
#define NOTIFIER_MAX_OWN_PLATFORMS 1000u
#endif

/// Longest `type_data` of one notifier as JSON text, unknown keys included, in bytes.
#ifndef NOTIFIER_MAX_TYPE_DATA_BYTES
#define NOTIFIER_MAX_TYPE_DATA_BYTES (64u * 1024u)
#endif

/// Longest Rocket.Chat message, in UTF-16 units: the server's setting Message_MaxAllowedSize. At least its default.
#ifndef NOTIFIER_ROCKET_CHAT_MAX_MESSAGE
#define NOTIFIER_ROCKET_CHAT_MAX_MESSAGE 5000u
#endif

// ---- compilers ------------------------------------------------------------------------------------------------------

// A function that is rarely called and would make its callers larger, one that is nothing without its caller's
// constants, and one that is called so often that all it calls is to be within it. Before all other words of a
// declaration.
#if defined(_MSC_VER) && !defined(__clang__)
#define NOTIFIER_NOINLINE __declspec(noinline)
#define NOTIFIER_ALWAYS_INLINE __forceinline
#define NOTIFIER_FLATTEN
#else
#define NOTIFIER_NOINLINE [[gnu::noinline]]
#define NOTIFIER_ALWAYS_INLINE [[gnu::always_inline]]
#if defined(__wasm__)
#define NOTIFIER_FLATTEN
#else
#define NOTIFIER_FLATTEN [[gnu::flatten]]
#endif
#endif

// A small function that is within its callers where they are hot, and called by all others. WebAssembly's sources are
// one or the other; elsewhere size matters less.
#ifndef NOTIFIER_HOT_INLINE
#if defined(__wasm__)
#define NOTIFIER_HOT_INLINE NOTIFIER_NOINLINE
#else
#define NOTIFIER_HOT_INLINE NOTIFIER_ALWAYS_INLINE
#endif
#endif

// ---- namespace ------------------------------------------------------------------------------------------------------

/// @namespace notifier
/// All of the library: an event comes in, and what each of those who are to be told is sent comes out.

// Two versions or configurations in one program get two sets of symbols, never one silently shared.
#if NOTIFIER_SIMDJSON && NOTIFIER_EXCEPTIONS && NOTIFIER_COMPILED
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_simdjson_compiled
#elif NOTIFIER_SIMDJSON && NOTIFIER_EXCEPTIONS
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_simdjson
#elif NOTIFIER_SIMDJSON && NOTIFIER_COMPILED
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_simdjson_noexcept_compiled
#elif NOTIFIER_SIMDJSON
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_simdjson_noexcept
#elif NOTIFIER_PICOJSON && NOTIFIER_COMPILED
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_compiled
#elif NOTIFIER_PICOJSON
#define NOTIFIER_INLINE_NAMESPACE v2_0_0
#elif NOTIFIER_EXCEPTIONS && NOTIFIER_COMPILED
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_alone_compiled
#elif NOTIFIER_EXCEPTIONS
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_alone
#elif NOTIFIER_COMPILED
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_alone_noexcept_compiled
#else
#define NOTIFIER_INLINE_NAMESPACE v2_0_0_alone_noexcept
#endif

#define NOTIFIER_NAMESPACE_BEGIN \
  namespace notifier {           \
  inline namespace NOTIFIER_INLINE_NAMESPACE {
#define NOTIFIER_NAMESPACE_END \
  }                            \
  }
