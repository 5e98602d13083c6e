// tests/fuzz/mqtt_codec_libfuzzer.cpp - The same target under libFuzzer (clang, PARKWATCH_FUZZ=ON).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "mqtt_codec_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string wrong =
      parkwatch::fuzz::check_mqtt_codec({reinterpret_cast<const char*>(data), size});
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s\n", wrong.c_str());
  std::abort();
}
