// daemon/http/response.cpp - Problem documents and the table of statuses.
#include "http/response.h"

#include <array>

#include "http/json_text.h"
#include "store/convert.h"

namespace parkwatch::http {
namespace {

struct Phrase {
  unsigned status;
  std::string_view text;
};
constexpr std::array phrases{
    Phrase{200, "OK"},
    Phrase{201, "Created"},
    Phrase{204, "No Content"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{406, "Not Acceptable"},
    Phrase{409, "Conflict"},
    Phrase{410, "Gone"},
    Phrase{413, "Content Too Large"},
    Phrase{417, "Expectation Failed"},
    Phrase{421, "Misdirected Request"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{500, "Internal Server Error"},
    Phrase{503, "Service Unavailable"},
    Phrase{505, "HTTP Version Not Supported"},
};

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_input:
      return 400;
    case ErrorKind::refused:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::gone:
      return 410;
    case ErrorKind::transient:
      return 503;
    case ErrorKind::incomplete:
    case ErrorKind::permanent:
    case ErrorKind::damaged:
      break;
  }
  return 500;
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
  for (const Phrase& phrase : phrases) {
    if (phrase.status == status) return phrase.text;
  }
  return "Unknown";
}

Response json_response(const boost::json::object& document, unsigned status) {
  Response response;
  response.status = status;
  append_json(response.body, document);
  response.body += '\n';
  return response;
}

Response problem(unsigned status, std::string_view detail, const boost::json::object& extra) {
  boost::json::object document{
      {"type", "about:blank"},
      {"title", reason_phrase(status)},
      {"status", status},
      {"detail", store::mended_utf8(detail)},
  };
  for (const auto& member : extra) document[member.key()] = member.value();
  Response response = json_response(document, status);
  response.content_type = "application/problem+json";
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response problem(const Error& error) { return problem(status_of(error.kind), error.message); }

}  // namespace parkwatch::http
