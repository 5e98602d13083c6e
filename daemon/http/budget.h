// daemon/http/budget.h - The memory that all answers in hand may take together. Lives on the loop.
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>

namespace parkwatch::http {

// Sixty-four clients that each ask for the largest page would take half a gigabyte. So a page is
// granted what is left, down to a floor, and is refused below it.
class Budget {
 public:
  explicit Budget(std::size_t bytes_max) : left_(std::make_shared<std::size_t>(bytes_max)) {}

  // A grant gives itself back when it goes.
  class Grant {
   public:
    Grant(std::shared_ptr<std::size_t> left, std::size_t bytes)
        : left_(std::move(left)), bytes_(bytes) {
      *left_ -= bytes_;
    }
    ~Grant() { *left_ += bytes_; }
    Grant(const Grant&) = delete;
    Grant& operator=(const Grant&) = delete;
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

   private:
    std::shared_ptr<std::size_t> left_;
    std::size_t bytes_;
  };

  // Between min(wanted, floor) and `wanted` bytes; null when less is left.
  [[nodiscard]] std::shared_ptr<const Grant> ask(std::size_t wanted) const {
    const std::size_t granted = std::min(wanted, *left_);
    if (granted < std::min(wanted, floor_)) return nullptr;
    return std::make_shared<const Grant>(left_, granted);
  }

 private:
  static constexpr std::size_t floor_ = std::size_t{64} << 10;
  std::shared_ptr<std::size_t> left_;
};

}  // namespace parkwatch::http
