// daemon/http/listen.h - The address that is listened on. Pure.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "model/result.h"

namespace parkwatch::http {

// "127.0.0.1:7300", "[::1]:0", "localhost:7300" (127.0.0.1).
// Errors: permanent - no such address, or one that others can reach although there is no token.
[[nodiscard]] Result<boost::asio::ip::tcp::endpoint> listen_endpoint(const std::string& listen,
                                                                     bool has_token);

}  // namespace parkwatch::http
