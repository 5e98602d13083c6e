// Precompiled for the libraries that speak over sockets: Boost's headers are most of their build
// time.
#pragma once
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
