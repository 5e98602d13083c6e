// tools/trial/plants.h - The configurations that ran, out of a store. One thread.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "config/config.h"
#include "store/history.h"

namespace parkwatch::trial {

class Plants {
 public:
  // `history` must outlive this.
  explicit Plants(store::History& history) : history_(history) {}

  // Null: it is not kept, is damaged, or this version cannot read it; fault() then says which.
  [[nodiscard]] std::shared_ptr<const config::Config> config_of(const std::string& hash);
  [[nodiscard]] std::shared_ptr<const Plant> of(const std::string& hash);
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  store::History& history_;
  std::map<std::string, std::shared_ptr<const config::Config>> configs_;
  std::string fault_;
};

}  // namespace parkwatch::trial
