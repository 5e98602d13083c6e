// daemon/mqtt/as_result.h - How our coroutines wait for Asio: the error code is part of the result.
#pragma once
#include <boost/asio.hpp>

namespace parkwatch::mqtt_session {

inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace parkwatch::mqtt_session
