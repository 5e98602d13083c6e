// tests/unit/mqtt/peer_owner_test.cpp - The kernel's table of sockets, as text and as it is.
#include "mqtt/peer_owner.h"

#include <unistd.h>

#include <boost/asio.hpp>
#include <catch2/catch.hpp>

namespace peer_owner_test {

using namespace parkwatch::mqtt_session;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// As `cat /proc/net/tcp` shows it: 127.0.0.1:40000 (user 1000) is connected to 127.0.0.1:35000
// (user 0).
const std::string table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:88B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 "
    "1 0 100 0\n"
    "   1: 0100007F:9C40 0100007F:88B8 01 00000000:00000000 00:00000000 00000000  1000        0 12 "
    "1 0 20 4\n"
    "   2: 0100007F:88B8 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 13 "
    "1 0 20 4\n"
    "   3: 0100007F:9C41 0100007F:88B8 06 00000000:00000000 03:00001000 00000000     0        0 0 "
    "3 0\n"
    "   4: 0200007F:9C42 0100007F:88B8 01 00000000:00000000 00:00000000 00000000  1001        0 14 "
    "1 0 20 4\n";

}  // namespace

TEST_CASE("peer owner: the owner of the other end is found, not that of ours") {
  CHECK(find_peer_owner(table, 40000, 35000) == uid_t{1000});
  CHECK(find_peer_owner(table, 35000, 40000) == uid_t{0});
}

TEST_CASE("peer owner: a socket that is not established, or not of 127.0.0.1, has none") {
  CHECK_FALSE(find_peer_owner(table, 40001, 35000));  // TIME_WAIT, shown as the superuser's
  CHECK_FALSE(find_peer_owner(table, 40002, 35000));  // 127.0.0.2
  CHECK_FALSE(find_peer_owner(table, 35000, 0));      // listens
  CHECK_FALSE(find_peer_owner(table, 40003, 35000));
}

TEST_CASE("peer owner: text that is no such table gives none") {
  CHECK_FALSE(find_peer_owner("", 1, 2));
  CHECK_FALSE(find_peer_owner("\n\n \n", 1, 2));
  CHECK_FALSE(find_peer_owner("1: 0100007F:9C40 0100007F:88B8 01", 40000, 35000));
  CHECK_FALSE(find_peer_owner("1: 0100007F:9C40 0100007F:88B8 01 a b c x1000 0", 40000, 35000));
  for (std::size_t cut = 0; cut < table.size(); cut += 7) {
    const auto owner = find_peer_owner(table.substr(cut), 40000, 35000);
    CHECK((!owner || *owner == 1000));
  }
}

TEST_CASE("peer owner: the kernel names us as the owner of a connection that we made") {
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  tcp::socket client(io);
  client.connect(acceptor.local_endpoint());
  const std::uint16_t ours = acceptor.local_endpoint().port();
  CHECK(peer_owner_of_kernel(client.local_endpoint().port(), ours) == ::geteuid());
  CHECK_FALSE(peer_owner_of_kernel(ours, ours));
  client.close();
}

}  // namespace peer_owner_test
