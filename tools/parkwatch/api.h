// tools/parkwatch/api.h - The daemon's HTTP API as calls: JSON in and out, problems as errors. One
// thread; calls block.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "model/result.h"
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"
#include "tools/parkwatch/http_client.h"

namespace parkwatch::cli {

// The token in the first line of a file; empty without a file. Errors: permanent, naming the file.
[[nodiscard]] Result<std::string> read_token(const std::string& path);

// What a person must know of an answer that is no success: the detail of its problem document (RFC
// 9457) or else its status; for 401 and 403 also what to do. Never transient: there is a daemon.
// not_found, conflict, gone, bad_input by status; refused for the rest.
[[nodiscard]] Error error_of(const HttpAnswer& answer);

[[nodiscard]] int exit_code_of(const Error& error);
// Says it, and gives its exit code.
[[nodiscard]] int failed(Console& console, const Error& error);

// The `warnings` of an answer: what was done, and is perhaps not what was meant.
void say_warnings(Console& console, const boost::json::object& answer);

// Sends until there is an answer that waiting would not change: a daemon that is away or too busy
// (429, 502, 503, 504) is asked again, with growing pauses, and said once.
[[nodiscard]] Result<HttpAnswer> send_patiently(HttpClient& client, const HttpRequest& request,
                                                Console& console);

// The JSON object in a body. Errors: bad_input.
[[nodiscard]] Result<boost::json::object> object_of(const HttpAnswer& answer);

class Api {
 public:
  explicit Api(HttpClient& client) : client_(client) {}

  // The answer to a request if its status is 2xx. Errors: transient - not reachable; as error_of().
  [[nodiscard]] Result<HttpAnswer> call(const HttpRequest& request);
  // The JSON object of a GET. Errors: as call(); bad_input - the answer is no such thing.
  [[nodiscard]] Result<boost::json::object> get(const std::string& target);
  // Sends an object; an empty answer gives an empty object.
  [[nodiscard]] Result<boost::json::object> command(const std::string& method,
                                                    const std::string& target,
                                                    const boost::json::object& body);

 private:
  HttpClient& client_;
};

}  // namespace parkwatch::cli
