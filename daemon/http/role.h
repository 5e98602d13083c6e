// daemon/http/role.h - What a caller may do. Plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parkwatch::http {

// Everyone who may ask may read. A puller may also register itself and move its cursor; an operator
// acknowledge, shelve, silence, reset, sign a shift, and see and correct who is inside; an admin
// everything: take out of service, maintenance windows, loop checks, shelving of critical alarms,
// test messages.
enum class Role : std::uint8_t { viewer, puller, operating, admin };

[[nodiscard]] constexpr std::string_view to_text(Role role) {
  constexpr std::string_view words[] = {"viewer", "puller", "operator", "admin"};
  return words[static_cast<std::size_t>(role)];
}

[[nodiscard]] constexpr std::optional<Role> parse_role(std::string_view word) {
  for (const Role role : {Role::viewer, Role::puller, Role::operating, Role::admin}) {
    if (to_text(role) == word) return role;
  }
  return std::nullopt;
}

// Whether a caller of the one role may do what needs the other.
[[nodiscard]] constexpr bool may(Role caller, Role needed) {
  return needed == Role::viewer || caller == needed || caller == Role::admin;
}

// A person or a machine with a token of its own.
struct TokenHolder {
  std::string name;
  Role role = Role::viewer;
  std::string token;  // never empty
};

}  // namespace parkwatch::http
