// daemon/mqtt/peer_owner.cpp - Reads the kernel's table of TCP sockets.
#include "mqtt/peer_owner.h"

#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace parkwatch::mqtt_session {
namespace {

// The table's next word; `line` is left behind it.
std::string_view next_word(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

// As the kernel writes it: the address is printed as the integer that it is in memory.
std::string loopback_text(std::uint16_t port) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%08X:%04X", htonl(INADDR_LOOPBACK), unsigned{port});
  return text.data();
}

}  // namespace

std::optional<uid_t> find_peer_owner(std::string_view table, std::uint16_t peer_port,
                                     std::uint16_t our_port) {
  const std::string peer = loopback_text(peer_port);
  const std::string ours = loopback_text(our_port);
  while (!table.empty()) {
    const std::size_t end = std::min(table.find('\n'), table.size());
    std::string_view line = table.substr(0, end);
    table.remove_prefix(std::min(end + 1, table.size()));
    next_word(line);  // its number
    if (next_word(line) != peer || next_word(line) != ours || next_word(line) != "01") continue;
    next_word(line);  // queues
    next_word(line);  // timer
    next_word(line);  // retransmits
    const std::string_view user = next_word(line);
    uid_t uid = 0;
    const auto [rest, error] = std::from_chars(user.data(), user.data() + user.size(), uid);
    if (error == std::errc{} && rest == user.data() + user.size()) return uid;
  }
  return std::nullopt;
}

std::optional<uid_t> peer_owner_of_kernel(std::uint16_t peer_port, std::uint16_t our_port) {
  std::ifstream file("/proc/self/net/tcp");
  std::string line;
  while (std::getline(file, line)) {
    if (const auto uid = find_peer_owner(line, peer_port, our_port)) return uid;
  }
  return std::nullopt;
}

}  // namespace parkwatch::mqtt_session
