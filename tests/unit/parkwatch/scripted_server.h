// tests/unit/parkwatch/scripted_server.h - An HTTP server on loopback that answers from a script,
// one answer a request, and remembers what it was asked.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace parkwatch::test {

struct Asked {
  std::string method;
  std::string target;
  std::string body;
  std::string accept;
  std::string authorization;
};

struct Scripted {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};
  // Instead of all that: these bytes as they are, and then the connection is closed.
  std::string raw{};
  bool close_after = false;  // the connection, without having said so
  bool silent = false;       // never answers; the connection stays
};

// One connection at a time, in a thread of its own. After the script's end every request is
// answered 418, so that a loop that asks too often ends. Answers keep the connection.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Scripted> script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  // What was asked so far.
  [[nodiscard]] std::vector<Asked> asked() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A problem document as the daemon sends it.
[[nodiscard]] Scripted problem_answer(unsigned status, const std::string& detail,
                                      const std::string& extra = "");

}  // namespace parkwatch::test
