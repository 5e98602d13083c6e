// daemon/mqtt/peer_owner.h - Whose process holds the other end of a loopback connection, by the
// kernel's socket table. So no other user of the machine can borrow our connection to the broker.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace parkwatch::mqtt_session {

// Owner of the established socket at 127.0.0.1:`peer_port` that is connected to
// 127.0.0.1:`our_port`; empty when there is none. The gate's seam: tests put their own in.
using PeerOwnerLookup =
    std::function<std::optional<uid_t>(std::uint16_t peer_port, std::uint16_t our_port)>;

// The same in the text of /proc/net/tcp (proc(5): addresses are "%08X:%04X", state 01 is
// ESTABLISHED, the eighth column is the user). Lines that do not read so are passed over. Pure.
[[nodiscard]] std::optional<uid_t> find_peer_owner(std::string_view table, std::uint16_t peer_port,
                                                   std::uint16_t our_port);

// Reads /proc/self/net/tcp. Loop's thread, once a connection; the file is made by the kernel, no
// disk is touched.
[[nodiscard]] std::optional<uid_t> peer_owner_of_kernel(std::uint16_t peer_port,
                                                        std::uint16_t our_port);

}  // namespace parkwatch::mqtt_session
