// daemon/http/response.h - What a request is answered with, errors included (RFC 9457). Plain
// values.
#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/result.h"

namespace parkwatch::http {

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;  // values without control characters
  std::string body;
  std::shared_ptr<const void> lease;  // of the memory for answers; given back when this is written
};

// A JSON document with status 200 (or another).
[[nodiscard]] Response json_response(const boost::json::object& document, unsigned status = 200);

// application/problem+json with type "about:blank", the status' own title, and `detail`: what is
// wrong, with the name of the thing. `extra` members are added as they are.
[[nodiscard]] Response problem(unsigned status, std::string_view detail,
                               const boost::json::object& extra = {});
// The status that an error's kind stands for: bad_input 400, refused 403, not_found 404, conflict
// 409, gone 410, transient 503 (with Retry-After), anything else 500.
[[nodiscard]] Response problem(const Error& error);

// The reason phrase of a status that this server uses, e.g. 404 -> "Not Found".
[[nodiscard]] std::string_view reason_phrase(unsigned status);

}  // namespace parkwatch::http
