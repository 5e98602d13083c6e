// tools/parksim/physics/systems/gate_door.cpp - Latch, leaf, readers, and a stack of cards.
#include "tools/parksim/physics/systems/gate_door.h"

#include <algorithm>
#include <utility>

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double open_s[] = {3.0, 7.0};  // while one person goes through
constexpr double shut_between_s = 1.0;
constexpr double wedged_pass_s = 2.0;
constexpr double cards_full = 200.0;
constexpr double refill_after_s = 60.0;
constexpr double cards_so_far = 5000.0;
constexpr Span without_power = std::chrono::minutes{45};

}  // namespace

FaceDoor::FaceDoor(const std::string& site, const std::string& gate, Panel& panel,
                   std::uint64_t seed)
    : gate_(gate),
      random_(seed, site + " post " + gate),
      door_(panel.add(word_tag(site, gate, "door", {"closed", "open", "forced"}, seconds{30}))),
      board_(panel.add(flag_tag(site, gate, "board", seconds{30}))),
      camera_(panel.add(flag_tag(site, gate, "camera", seconds{30}))) {}

void FaceDoor::step(double dt_s, const Causes& causes, bool mine, Panel& panel, GateEvents& events,
                    std::vector<Person>& came, std::vector<Person>& gone) {
  const auto at_work = [&](const char* cause) { return mine && causes.has(cause); };
  const bool unplugged = at_work("exit-reader-unplugged");
  if (!unplugged) {
    for (SystemEvent& event : std::exchange(kept_, {})) events.publish(std::move(event));
  }
  released_s_ = std::max(0.0, released_s_ - dt_s);
  shut_s_ = open_ ? 0.0 : shut_s_ + dt_s;
  const bool wedged = at_work("door-wedged");
  const bool may = open_ ? wedged : shut_s_ >= shut_between_s;
  if (!dark_ && !waiting_.empty() && released_s_ <= 0.0 && may) {
    read_next(unplugged, at_work("entry-clock-lost"), events, came, gone);
    if (wedged) released_s_ = std::max(released_s_, wedged_pass_s);
  }
  // A wedge is put under a leaf that the latch let go; a lever bends the leaf past the latch.
  if (wedged && !open_) released_s_ = std::max(released_s_, wedged_pass_s);
  bent_ = at_work("door-levered") && released_s_ <= 0.0;
  open_ = released_s_ > 0.0 || wedged || bent_;
  show(causes, mine, panel);
}

void FaceDoor::read_next(bool reader_unplugged, bool clock_lost, GateEvents& events,
                         std::vector<Person>& came, std::vector<Person>& gone) {
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  released_s_ = random_.between(open_s[0], open_s[1]);
  const Span slow = next.in && clock_lost ? without_power : Span{0};
  SystemEvent read = events.face(gate_, next.person.id, next.in, slow);
  if (!next.in && reader_unplugged) {
    kept_.push_back(std::move(read));
  } else {
    events.publish(std::move(read));
  }
  (next.in ? came : gone).push_back(std::move(next.person));
}

void FaceDoor::show(const Causes& causes, bool mine, Panel& panel) {
  const auto at_work = [&](const char* cause) { return mine && causes.has(cause); };
  double word = open_ ? 1.0 : 0.0;
  if (bent_) word = 2.0;
  panel.set(door_, word);
  panel.set(board_, at_work("board-dark") ? 0.0 : 1.0);
  panel.set(camera_, at_work("camera-cable-cut") ? 0.0 : 1.0);
  // A small battery carries the cabinet until whoever is in the door is through.
  dark_ = at_work("cabinet-unpowered") && (dark_ || (shut_ && !open_));
  shut_ = !open_;
  for (const TagIndex tag : {door_, board_, camera_}) panel.power(tag, !dark_);
}

Dispenser::Dispenser(const std::string& site, const std::string& gate, Panel& panel)
    : gate_(gate),
      held_(cards_full),
      given_(cards_so_far),
      returned_(cards_so_far),
      dispenser_(panel.add(word_tag(site, gate, "dispenser", {"ready", "jammed"}, seconds{60}))),
      cards_(panel.add(number_tag(site, gate, "cards", "cards", {0.0, 500.0, 0}, seconds{30}))),
      out_(panel.add(counter_tag(site, gate, "cards_out", "cards", seconds{60}))),
      in_(panel.add(counter_tag(site, gate, "cards_in", "cards", seconds{60}))) {}

void Dispenser::step(double dt_s, bool jammed, bool rush, Panel& panel) {
  jammed_ = jammed;
  // Somebody puts new cards in when the rush is over.
  refill_s_ = !rush && held_ < cards_full / 2.0 ? refill_s_ + dt_s : 0.0;
  if (refill_s_ > refill_after_s) held_ = cards_full;
  panel.set(dispenser_, jammed ? 1.0 : 0.0);
  panel.set(cards_, held_);
  panel.set(out_, given_);
  panel.set(in_, returned_);
}

std::optional<std::string> Dispenser::give() {
  if (jammed_ || held_ <= 0.0) return std::nullopt;
  held_ -= 1.0;
  given_ += 1.0;
  return "C-" + gate_ + '-' + std::to_string(static_cast<int>(given_));
}

void Dispenser::take_back() {
  held_ = std::min(cards_full, held_ + 1.0);
  returned_ += 1.0;
}

}  // namespace parkwatch::parksim
