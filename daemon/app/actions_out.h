// daemon/app/actions_out.h - Commands that alarms publish, out to the broker and their fate back.
// Lives on the loop's thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/action.h"
#include "model/input.h"
#include "notify/command_queue.h"

namespace parkwatch::app {

struct ActionsOutCalls {
  std::function<Timestamp()> now;  // the gateway clock
  // QoS 1, not retained; `done` with what went wrong, "": it was acknowledged.
  std::function<void(std::string topic, std::string payload, std::function<void(std::string)> done)>
      publish;
  std::function<void(ActionReport)> report;  // for the pipeline
  std::function<void(const std::string&)> log;
};

class ActionsOut {
 public:
  ActionsOut(boost::asio::io_context& loop, std::string park, std::string generation,
             ActionsOutCalls calls);
  ~ActionsOut() { *alive_ = false; }
  ActionsOut(const ActionsOut&) = delete;
  ActionsOut& operator=(const ActionsOut&) = delete;

  // Commands that an earlier run decided and of which it knew no fate (Pipeline::commands()).
  // Those that `plan` would not send are left alone: its NewPlant withdraws them.
  void resume(const std::vector<AlarmEvent>& commands, const ActionPlan& plan);
  void committed(const std::vector<AlarmEvent>& transitions);
  void clock_stepped(Duration by);
  void stop();
  [[nodiscard]] std::size_t waiting() const { return queue_.waiting(); }

 private:
  void pump();

  notify::CommandQueue queue_;
  const ActionsOutCalls calls_;
  bool stopped_ = false;
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace parkwatch::app
