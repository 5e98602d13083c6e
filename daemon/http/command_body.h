// daemon/http/command_body.h - Reads the JSON object that a command carries. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/response.h"
#include "model/time.h"

namespace parkwatch::http {

// Like Parameters: remembers the first mistake and names a member that nobody asked for.
class CommandBody {
 public:
  // An empty text is an empty object. Depth and size are bounded.
  explicit CommandBody(const std::string& text);

  // UTF-8 without control characters (line ends and tabs but for), at most `bytes_max`.
  [[nodiscard]] std::optional<std::string> text(std::string_view key, std::size_t bytes_max);
  [[nodiscard]] std::string required_text(std::string_view key, std::size_t bytes_max);
  // An array of such texts, none empty; at most `count_max`.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key, std::size_t count_max,
                                               std::size_t bytes_max);
  // 1 or more.
  [[nodiscard]] std::uint64_t required_number(std::string_view key);
  // 0 when it is not there.
  [[nodiscard]] std::uint64_t number(std::string_view key);
  [[nodiscard]] std::optional<double> real(std::string_view key);  // finite
  [[nodiscard]] bool boolean(std::string_view key, bool fallback);
  // When something ends: "for", a duration like "30m", or "until", a time in RFC 3339. At most one.
  struct End {
    std::optional<Timestamp> until;
    Duration length{0};
  };
  [[nodiscard]] End end();
  [[nodiscard]] std::optional<Timestamp> time(std::string_view key);
  void mistake(std::string_view key, std::string_view what);

  // Empty when all is well, else what to answer (400).
  [[nodiscard]] std::optional<Response> finish();

 private:
  const boost::json::value* find(std::string_view key);

  boost::json::object object_;
  std::vector<std::string_view> asked_;
  std::string mistake_;
};

}  // namespace parkwatch::http
