// daemon/http/reader_pool.cpp - Readers that are not in use wait here.
#include "http/reader_pool.h"

namespace parkwatch::http {

Result<std::unique_ptr<store::Reader>> ReaderPool::take() {
  {
    const std::lock_guard lock{mutex_};
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return open_();
}

void ReaderPool::give_back(std::unique_ptr<store::Reader> reader) {
  const std::lock_guard lock{mutex_};
  idle_.push_back(std::move(reader));
}

}  // namespace parkwatch::http
