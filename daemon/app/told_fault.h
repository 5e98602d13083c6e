// daemon/app/told_fault.h - Remembers beyond this run that commits failed and that it was told: the
// store can keep nothing then, so a file beside it does. One thread.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "model/time.h"

namespace parkwatch::app {

class ToldFault {
 public:
  struct Told {
    Timestamp since;
    std::string fault;
  };
  // `run`: what writes or deletes the file, in order, on any thread; a failing disk may hold it up.
  ToldFault(const std::string& state_directory, std::function<void(std::function<void()>)> run);

  // What an earlier run has told and perhaps not ended. Reads the file; `now` where it has no time.
  [[nodiscard]] std::optional<Told> earlier(Timestamp now);
  // Commits fail, or work again (""): is being told.
  void changed(const std::string& fault, Timestamp at);
  // Whether the fault stands, or somebody has not heard its end; asked while it must be remembered.
  void tick(const std::function<bool()>& untold);

 private:
  const std::string path_;
  const std::function<void(std::function<void()>)> run_;
  bool stands_ = false;
  bool kept_ = false;  // there is a file, or will be
};

}  // namespace parkwatch::app
