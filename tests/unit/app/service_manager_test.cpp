// tests/unit/app/service_manager_test.cpp - The words reach the socket that the environment names.
#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>

#include "tests/support/temp_dir.h"

namespace service_manager_test {

using namespace parkwatch;
using namespace std::chrono_literals;

TEST_CASE("service manager: ready and the watchdog's period are told and read", "[app]") {
  const test::TempDir dir;
  const std::string path = (dir.path() / "notify").string();
  const int handle = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.c_str(), path.size());
  REQUIRE(::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(::setenv("NOTIFY_SOCKET", path.c_str(), 1) == 0);
  REQUIRE(::setenv("WATCHDOG_USEC", "20000000", 1) == 0);

  const app::ServiceManager manager;
  CHECK(manager.watchdog_every() == 10s);
  manager.tell("READY=1");
  std::array<char, 64> buffer{};
  const ssize_t got = ::recv(handle, buffer.data(), buffer.size(), 0);
  CHECK(std::string(buffer.data(), static_cast<std::size_t>(got)) == "READY=1");
  CHECK(::close(handle) == 0);
}

TEST_CASE("service manager: without one nothing is told and no watchdog is asked for", "[app]") {
  REQUIRE(::unsetenv("NOTIFY_SOCKET") == 0);
  REQUIRE(::unsetenv("WATCHDOG_USEC") == 0);
  const app::ServiceManager manager;
  CHECK(manager.watchdog_every() == 0s);
  manager.tell("READY=1");
}

}  // namespace service_manager_test
