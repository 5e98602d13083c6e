// daemon/app/tokens.cpp - Reads the tokens.
#include "app/tokens.h"

#include <random>

#include "app/stored_configuration.h"
#include "config/files.h"

namespace parkwatch::app {
namespace {

// 256 bits of the system's randomness.
std::string unknown_token() {
  std::random_device random;
  std::string token;
  for (int i = 0; i < 8; ++i) token += std::to_string(random()) + '.';
  return token;
}

std::string token_in(const std::string& path, std::vector<std::string>& faults) {
  auto token = config::read_token(path);
  if (token) return *std::move(token);
  faults.push_back(token.error().message);
  return unknown_token();
}

}  // namespace

Tokens read_tokens(const config::HttpConfig& http) {
  Tokens tokens;
  if (!http.token_file.empty()) tokens.token = token_in(http.token_file, tokens.faults);
  for (const config::TokenConfig& one : http.tokens) {
    // The configuration knows no other words.
    const http::Role role = http::parse_role(one.role).value_or(http::Role::viewer);
    tokens.holders.push_back({one.name, role, token_in(one.file, tokens.faults)});
  }
  return tokens;
}

OwnCondition tokens_are_well() {
  OwnCondition own = configuration_is_well();
  own.tag = "gateway/tokens";
  return own;
}

OwnCondition token_fault(const std::vector<std::string>& faults) {
  OwnCondition own = tokens_are_well();
  own.on = true;
  own.priority = Priority::high;
  const std::string count = std::to_string(faults.size());
  own.message = {"有 " + count + " 个访问令牌无法读取，其持有人不能登录。第一处：" + faults.front(),
                 count + " tokens cannot be read, and whoever holds them is kept out. The first: " +
                     faults.front()};
  own.guidance = {"改正令牌文件，运行 parkwatch check，然后执行 systemctl restart parkwatchd",
                  "Mend the token file, run parkwatch check, then systemctl restart parkwatchd"};
  return own;
}

}  // namespace parkwatch::app
