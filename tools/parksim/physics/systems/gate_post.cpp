// tools/parksim/physics/systems/gate_post.cpp - See the header.
#include "tools/parksim/physics/systems/gate_post.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr double counter_so_far = 1000.0;
constexpr double hazmat_spacing_s = 60.0;  // the lane for hazardous goods is empty between

}  // namespace

GatePost::GatePost(const std::string& site, const std::string& name, bool hazmat_lane, bool cards,
                   Panel& panel, std::uint64_t seed)
    : traffic(seed, site + " traffic " + name),
      ordinary(name, "1", 0.0, Random{seed, site + " lane " + name}),
      door(site, name, panel, seed),
      barrier_(
          panel.add(word_tag(site, name, "barrier", {"closed", "open", "moving"}, seconds{10}))),
      passages_(panel.add(counter_tag(site, name, "passages", "passages", seconds{30}))),
      cycles_(panel.add(counter_tag(site, name, "barrier_cycles", "cycles", seconds{30}))),
      wrong_(panel.add(flag_tag(site, name, "hazmat_in_ordinary_lane", seconds{60}))) {
  if (hazmat_lane) {
    hazmat.emplace(name, "h", hazmat_spacing_s, Random{seed, site + " hazmat lane " + name});
    occupied_ = panel.add(flag_tag(site, name, "hazmat_lane_occupied", seconds{30}));
  }
  if (cards) dispenser.emplace(site, name, panel);
}

void GatePost::show(Panel& panel) const {
  double word = 2.0;
  if (ordinary.arm() <= 0.0) word = 0.0;
  if (ordinary.arm() >= 1.0) word = 1.0;
  panel.set(barrier_, word);
  const double passed = ordinary.passed() + (hazmat ? hazmat->passed() : 0.0);
  const double cycled = ordinary.cycled() + (hazmat ? hazmat->cycled() : 0.0);
  panel.set(passages_, counter_so_far + passed);
  panel.set(cycles_, counter_so_far + cycled);
  panel.set(wrong_, ordinary.has_hazmat() ? 1.0 : 0.0);
  if (hazmat) panel.set(*occupied_, hazmat->is_occupied() ? 1.0 : 0.0);
}

}  // namespace parkwatch::parksim
