// tools/parkwatch/api.cpp - See the header.
#include "tools/parkwatch/api.h"

#include <boost/json.hpp>
#include <fstream>

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

// An answer as deep as this is none of the daemon's.
constexpr std::size_t depth_max = 32;

ErrorKind kind_of(unsigned status) {
  switch (status) {
    case 400:
      return ErrorKind::bad_input;
    case 404:
      return ErrorKind::not_found;
    case 409:
      return ErrorKind::conflict;
    case 410:
      return ErrorKind::gone;
    default:
      return ErrorKind::refused;
  }
}

// Answers that a later try may turn into success: too many connections, a store in trouble.
bool may_pass(const Result<HttpAnswer>& answer) {
  if (!answer) return answer.error().kind == ErrorKind::transient;
  const unsigned status = answer->status;
  return status == 429 || (status >= 502 && status <= 504);
}

}  // namespace

Result<json::object> object_of(const HttpAnswer& answer) {
  json::error_code ec;
  json::parse_options options;
  options.max_depth = depth_max;
  json::value value = json::parse(answer.body, ec, {}, options);
  if (ec || !value.is_object()) {
    return Error{ErrorKind::bad_input,
                 "the answer is no JSON object; is this address a Parkwatch daemon's?"};
  }
  return std::move(value.get_object());
}

Result<std::string> read_token(const std::string& path) {
  if (path.empty()) return std::string{};
  std::ifstream file{path};
  std::string token;
  if (!file) return Error{ErrorKind::permanent, path + ": the token file cannot be read"};
  std::getline(file, token);
  if (token.ends_with('\r')) token.pop_back();
  const bool printable = !token.empty() && token.find_first_of(" \t\r\n") == std::string::npos;
  if (!printable) return Error{ErrorKind::permanent, path + ": its first line is no token"};
  return token;
}

Error error_of(const HttpAnswer& answer) {
  std::string detail;
  if (const auto problem = object_of(answer)) {
    for (const char* key : {"detail", "title"}) {
      const json::value* found = problem->if_contains(key);
      if (found == nullptr || !found->is_string()) continue;
      detail = std::string{found->get_string()};
      break;
    }
  }
  if (detail.empty()) detail = "the daemon answered with status " + std::to_string(answer.status);
  if (answer.status == 401) {
    detail = "not authorised: " + detail + "; give the daemon's token with --token-file FILE";
  }
  return {kind_of(answer.status), std::move(detail)};
}

int failed(Console& console, const Error& error) {
  say_error(console, error.message);
  return exit_code_of(error);
}

void say_warnings(Console& console, const json::object& answer) {
  const json::array* warnings = member_array(answer, "warnings");
  for (const json::value& one : warnings == nullptr ? json::array{} : *warnings) {
    if (one.is_string()) say_error(console, "warning: " + std::string{one.get_string()});
  }
}

int exit_code_of(const Error& error) {
  return error.kind == ErrorKind::transient ? exit_not_reachable : exit_no;
}

Result<HttpAnswer> send_patiently(HttpClient& client, const HttpRequest& request,
                                  Console& console) {
  for (unsigned tries = 0;; ++tries) {
    auto answer = client.send(request);
    if (!may_pass(answer)) return answer;
    if (tries == 0) {
      const Error error = answer ? error_of(*answer) : answer.error();
      say_error(console, error.message + " (trying again)");
    }
    console.pause(pause_before_try(tries));
  }
}

Result<HttpAnswer> Api::call(const HttpRequest& request) {
  auto answer = client_.send(request);
  if (!answer) return answer.error();
  if (answer->status < 200 || answer->status >= 300) return error_of(*answer);
  return answer;
}

Result<json::object> Api::get(const std::string& target) {
  HttpRequest request;
  request.target = target;
  const auto answer = call(request);
  if (!answer) return answer.error();
  return object_of(*answer);
}

Result<json::object> Api::command(const std::string& method, const std::string& target,
                                  const json::object& body) {
  HttpRequest request;
  request.method = method;
  request.target = target;
  if (!body.empty()) request.body = json::serialize(body);
  // A command is answered when it is committed, which a slow disk may delay.
  request.extra_time = std::chrono::seconds{30};
  const auto answer = call(request);
  if (!answer) return answer.error();
  if (answer->body.empty()) return json::object{};
  return object_of(*answer);
}

}  // namespace parkwatch::cli
