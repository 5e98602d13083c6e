// daemon/app/told_fault.h - Remembers beyond this run that commits failed and who has heard of it:
// the store can keep nothing then, so a file beside it does. One thread.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "model/time.h"

namespace parkwatch::app {

class ToldFault {
 public:
  struct Told {
    Timestamp since;
    std::string fault;
    std::set<std::string> heard;  // who need not be told of it again
  };
  // By name, who is told: whether something of the fault waits for them.
  using Waiting = std::map<std::string, bool>;
  // `run`: what writes or deletes the file, in order, on any thread; a failing disk may hold it up.
  ToldFault(const std::string& state_directory, std::function<void(std::function<void()>)> run);

  // What an earlier run has told and perhaps not ended. Reads the file; `now` where it has no time.
  [[nodiscard]] std::optional<Told> earlier(Timestamp now);
  // Commits fail, or work again (""): is being told.
  void changed(const std::string& fault, Timestamp at);
  // Notes who has heard, and forgets all once the fault is over and nobody waits; `waiting` is
  // asked while it must be remembered.
  void tick(const std::function<Waiting()>& waiting);

 private:
  const std::string path_;
  const std::function<void(std::function<void()>)> run_;
  bool stands_ = false;
  bool kept_ = false;  // there is a file, or will be
  std::string first_line_;
  std::set<std::string> heard_;  // as in the file
};

}  // namespace parkwatch::app
