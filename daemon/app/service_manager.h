// daemon/app/service_manager.h - Words for systemd: ready, stopping, alive. Does nothing without
// it.
#pragma once
#include <string>
#include <string_view>

#include "model/time.h"

namespace parkwatch::app {

// The protocol of sd_notify(3): one datagram to the socket named by NOTIFY_SOCKET. Lives on the
// loop's thread.
class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET and WATCHDOG_USEC. Call before any thread starts.
  ServiceManager();

  // "READY=1", "STOPPING=1", "RELOADING=1", "WATCHDOG=1", "STATUS=...": lines of the protocol. A
  // service manager that does not listen is not our failure.
  void tell(std::string_view state) const;
  // How often to say WATCHDOG=1: half of what the unit allows; zero: it does not ask.
  [[nodiscard]] Duration watchdog_every() const { return watchdog_every_; }

 private:
  std::string socket_;
  Duration watchdog_every_{0};
};

}  // namespace parkwatch::app
