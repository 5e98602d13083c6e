// daemon/http/routes.h - The table of what is answered.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "http/resources.h"
#include "http/role.h"

namespace parkwatch::http {

struct Route {
  std::string_view method;
  std::string_view pattern;  // a level "{name}" takes any one level
  Answer (*handler)(Backend&, const Request&);
  bool open = false;  // needs no token
  Role needed = Role::viewer;
};
[[nodiscard]] std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  // null: not found, or `allow` is not empty
  std::string name;              // what {name} stood for
  std::string allow;             // the methods that the path knows, when not this one
};
[[nodiscard]] Match match_route(std::string_view method, std::string_view path);

}  // namespace parkwatch::http
