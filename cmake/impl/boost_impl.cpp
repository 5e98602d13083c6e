// The one translation unit that compiles the non-template parts of Asio, its TLS part and Beast, so
// that no other file pays for them.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
