// tests/support/sanitized.h - Whether a sanitizer watches: it looks for other mistakes, and takes
// ten times as long, so a property is tried with fewer cases then.
#pragma once

namespace parkwatch::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace parkwatch::test
