#pragma once

#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/model/user.hpp"
#include "notifier/registry/record.hpp"
#include "notifier/registry/ref.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A user, packed.
class UserBlock : public Counted {
 public:
  static Ref<const UserBlock> make(const User& user, std::uint64_t sequence);
  static void destroy(const UserBlock* block) noexcept {
    block->~UserBlock();
    ::operator delete(const_cast<UserBlock*>(block));
  }

  std::string_view id() const noexcept { return reader().text(); }
  std::string_view email() const noexcept;
  User user() const;
  std::uint64_t sequence() const noexcept { return sequence_; }

 private:
  explicit UserBlock(std::uint64_t sequence) noexcept : sequence_(sequence) {}
  PackedReader reader() const noexcept { return PackedReader(reinterpret_cast<const char*>(this + 1)); }

  std::uint64_t sequence_;
};

inline Ref<const UserBlock> UserBlock::make(const User& user, std::uint64_t sequence) {
  Buffer text;
  append_packed(text, user.id);
  append_packed(text, user.username);
  append_packed(text, user.email);
  void* const memory = ::operator new(sizeof(UserBlock) + text.size());
  std::memcpy(static_cast<char*>(memory) + sizeof(UserBlock), text.data(), text.size());
  return Ref<const UserBlock>(new (memory) UserBlock(sequence));
}

inline std::string_view UserBlock::email() const noexcept {
  PackedReader text = reader();
  text.text();
  text.text();
  return text.text();
}

inline User UserBlock::user() const {
  PackedReader text = reader();
  User user;
  user.id = text.text();
  user.username = text.text();
  user.email = text.text();
  return user;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
