// daemon/model/result.h - A value or an error, for functions whose failure the caller must handle.
// std::expected needs C++23 with this compiler, so this is its small part that we use.
#pragma once
#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace parkwatch {

// Named by what the caller must do, not by where the error arose.
enum class ErrorKind {
  incomplete,  // not a fault: call again with more bytes
  bad_input,   // count it, quarantine it, go on with the next
  not_found,   // what was asked for does not exist
  conflict,    // the state changed meanwhile: look again (HTTP 409)
  gone,        // it was there and will not come back (HTTP 410)
  refused,     // not allowed, or not now
  transient,   // try again later: a full disk, a broken link
  permanent,   // trying again will not help: a wrong configuration, a foreign file
  damaged,     // what is stored cannot be read: begin anew with what can
};

struct Error {
  ErrorKind kind = ErrorKind::permanent;
  std::string message;  // for a person: what is wrong, with the name of the thing
};

// The value of a function that only succeeds or fails.
struct Done {};

template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return Error{...};` read as what they mean.
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return held_.index() == 0; }
  [[nodiscard]] bool ok() const { return held_.index() == 0; }

  // REQUIRES: ok()
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok()
  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return std::get<1>(held_);
  }

 private:
  T& value() {
    assert(ok());
    return std::get<0>(held_);
  }
  const T& value() const {
    assert(ok());
    return std::get<0>(held_);
  }

  std::variant<T, Error> held_;
};

}  // namespace parkwatch
