// tests/unit/parksim/water_systems_test.cpp - Balances and lags of the simulated wastewater plant,
// emergency pool and zero-discharge plant.
#include <cmath>

#include "tests/unit/parksim/system_trace.h"

namespace parkwatch::parksim::water_systems_test {
namespace {

using namespace std::chrono_literals;

SystemTrace plant(std::vector<SystemIncident> incidents, const std::string& discharge_class = "1a",
                  const std::string& inlet = "a") {
  return {"wastewater-plant",
          {{"site", {"w"}},
           {"blowers", {"B1"}},
           {"pumps", {"P1"}},
           {"class", {discharge_class}},
           {"inlet", {inlet}}},
          std::move(incidents)};
}

SystemTrace pool(std::vector<SystemIncident> incidents) {
  return {"emergency-pool",
          {{"site", {"p"}},
           {"plant_gates", {"G1"}},
           {"space_gates", {"G2"}},
           {"border_gates", {"G3"}},
           {"pumps", {"P1", "P2"}}},
          std::move(incidents)};
}

SystemTrace zld(std::vector<SystemIncident> incidents) {
  return {
      "zero-liquid-discharge", {{"site", {"z"}}, {"stages", {"R1", "R2"}}}, std::move(incidents)};
}

}  // namespace

TEST_CASE("wastewater plant: a quiet day meets class 1A and the design", "[parksim]") {
  SystemTrace trace = plant({});
  trace.run(24h);
  CHECK(trace.total("w/influent/flow", 0s, 24h) == Approx(4440.0).epsilon(0.02));
  CHECK(trace.highest("w/effluent/cod") < 40.0);
  CHECK(trace.highest("w/effluent/nh3n") < 2.5);
  CHECK(trace.highest("w/effluent/tn") < 12.0);
  CHECK(trace.highest("w/effluent/tp") < 0.4);
  CHECK(trace.highest("w/effluent/ss") < 8.0);
  CHECK(trace.highest("w/influent/cod") < 400.0);
  CHECK(trace.at("w/influent/flow", 11h) > trace.at("w/influent/flow", 23h) * 1.2);
}

TEST_CASE("wastewater plant: a lesser class lets more through, and meets its own limits",
          "[parksim]") {
  // GB 18918-2002, table 1; class 2 has no total nitrogen.
  SystemTrace better = plant({}, "1b");
  SystemTrace lesser = plant({}, "2");
  better.run(24h);
  lesser.run(24h);
  const auto between = [](SystemTrace& trace, const char* quantity, double low, double high) {
    const std::string tag = std::string{"w/effluent/"} + quantity;
    CHECK(trace.lowest(tag) > low);
    CHECK(trace.highest(tag) < high);
  };
  between(better, "cod", 30.0, 50.0);
  between(better, "nh3n", 1.5, 6.0);
  between(better, "tn", 9.0, 16.0);
  between(better, "tp", 0.45, 0.8);
  between(better, "ss", 10.0, 16.0);
  between(lesser, "cod", 60.0, 85.0);
  between(lesser, "nh3n", 10.0, 20.0);
  between(lesser, "tp", 1.4, 2.3);
  between(lesser, "ss", 15.0, 24.0);
}

TEST_CASE("wastewater plant: a sewer of grade C is more dilute, also with a tanker's leachate",
          "[parksim]") {
  SystemTrace usual = plant({{"leachate", 2h, 2h}});
  SystemTrace diluted = plant({{"leachate", 2h, 2h}}, "1a", "c");
  for (SystemTrace* trace : {&usual, &diluted}) trace->run(4h);
  CHECK(usual.at("w/influent/cod", 1h) > 250.0);
  CHECK(diluted.at("w/influent/cod", 1h) < 220.0);
  CHECK(diluted.last("w/influent/cod") == Approx(0.6 * usual.last("w/influent/cod")).epsilon(0.05));
}

TEST_CASE("wastewater plant: acid reaches the effluent hours later, weaker, and is diluted away",
          "[parksim]") {
  SystemTrace trace = plant({{"phosphoric-acid", 2h, 4h}});
  trace.run(4h);
  CHECK(trace.last("w/influent/ph") < 5.0);
  CHECK(trace.last("w/effluent/ph") > 6.2);
  trace.run(4h);
  CHECK(trace.lowest("w/effluent/ph") < 6.0);
  CHECK(trace.lowest("w/effluent/ph") > trace.lowest("w/influent/ph") + 0.5);
  trace.run(40h);
  CHECK(trace.last("w/effluent/ph") == Approx(7.3).margin(0.1));
}

TEST_CASE(
    "wastewater plant: thiourea mixes into the reactor, and nitrifiers come back when it is "
    "rinsed out",
    "[parksim]") {
  SystemTrace trace = plant({{"nitrification-inhibited", 1h, 72h}});
  trace.run(73h);
  CHECK(trace.at("w/effluent/nh3n", 5h) < trace.at("w/effluent/nh3n", 1h) + 0.3);
  CHECK(trace.last("w/effluent/nh3n") > 3.5);
  CHECK(trace.last("w/effluent/tn") > trace.at("w/effluent/tn", 1h) + 2.0);
  trace.run(72h);
  CHECK(trace.last("w/effluent/nh3n") < 2.0);
}

TEST_CASE("wastewater plant: without air the oxygen is eaten, with it the nitrifiers live",
          "[parksim]") {
  SystemTrace trace = plant({{"blower-trip", 1h, 2h}});
  trace.run(3h);
  CHECK(trace.last("w/B1/command") == 1.0);
  CHECK(trace.last("w/B1/running") == 0.0);
  CHECK(trace.last("w/aeration/do") < 0.1);
  CHECK(trace.last("w/effluent/nh3n") > trace.at("w/effluent/nh3n", 1h));
  trace.run(1h);
  CHECK(trace.last("w/aeration/do") > 2.3);
}

TEST_CASE("wastewater plant: the mode switch stays on until the effluent is good", "[parksim]") {
  SystemTrace trace = plant({{"first-start", 6h, 24h}});
  trace.run(40h);
  CHECK(trace.last("w/plant/commissioning") == 1.0);
  // Half of the sludge denitrifies less, and settles worse.
  CHECK(trace.highest("w/effluent/ss") > 10.0);
  CHECK(trace.highest("w/effluent/tn") > 11.0);
  trace.run(72h);
  CHECK(trace.last("w/plant/commissioning") == 0.0);
  CHECK(trace.last("w/effluent/ss") < 6.8);
}

TEST_CASE("wastewater plant: brine shows in the conductivity alone, and is rinsed out",
          "[parksim]") {
  SystemTrace trace = plant({{"brine-valve", 10h, 1h}});
  SystemTrace usual = plant({});
  trace.run(14h);
  usual.run(14h);
  // 240 kg/h into 220 m3/h are 1,100 mg/L, of which the sewer's mixing holds a third back.
  CHECK(trace.at("w/influent/conductivity", 11h) - usual.at("w/influent/conductivity", 11h) ==
        Approx(1400.0).margin(120.0));
  CHECK(trace.last("w/influent/conductivity") < 1250.0);
  // Its 2.4 m3/h of water dilute the rest by 1 %.
  CHECK(trace.at("w/influent/cod", 11h) == Approx(usual.at("w/influent/cod", 11h)).epsilon(0.015));
}

TEST_CASE("wastewater plant: what is sent into the sewer adds its water, its load and its dilution",
          "[parksim]") {
  SystemTrace usual = plant({});
  SystemTrace tanker = plant({{"leachate", 2h, 90min}});
  SystemTrace rain = plant({{"storm", 2h, 90min}});
  for (SystemTrace* trace : {&usual, &tanker, &rain}) trace->run(3h + 29min);
  const auto more = [&](SystemTrace& trace, const char* tag) {
    return trace.last(tag) - usual.last(tag);
  };
  const double flow = usual.last("w/influent/flow");
  CHECK(more(tanker, "w/influent/flow") == Approx(4.0).margin(0.2));
  // 50 kg/h of COD and 4 kg/h of ammonia nitrogen; a sewer of 20 minutes has seen 98 % of them.
  CHECK(more(tanker, "w/influent/cod") == Approx(50'000.0 / flow).epsilon(0.1));
  CHECK(more(tanker, "w/influent/nh3n") == Approx(4'000.0 / flow).epsilon(0.1));
  CHECK(more(rain, "w/influent/flow") == Approx(50.0).margin(0.2));
  CHECK(rain.last("w/influent/cod") / usual.last("w/influent/cod") ==
        Approx(flow / (flow + 50.0)).margin(0.02));
}

TEST_CASE("wastewater plant: COD that no sludge can eat leaves as it came", "[parksim]") {
  SystemTrace usual = plant({});
  SystemTrace trace = plant({{"refractory-cod", 0h, 96h}});
  usual.run(96h);
  trace.run(96h);
  const auto mean = [](const SystemTrace& run, const char* tag) {
    return run.total(tag, 72h, 96h) / 24.0;
  };
  const double in = mean(trace, "w/influent/cod") - mean(usual, "w/influent/cod");
  const double out = mean(trace, "w/effluent/cod") - mean(usual, "w/effluent/cod");
  // 1.6 m3/h and 0.38 more each day, of 2,000 mg/L, in 185 m3/h; the tanks are 20 hours behind.
  CHECK(in == Approx((1.6 + 0.38 * 3.5) * 2000.0 / 187.0 - 4.0).margin(3.0));
  CHECK(out == Approx(in).margin(5.0));
}

TEST_CASE("wastewater plant: bulking sludge settles more slowly and is carried over", "[parksim]") {
  SystemTrace trace = plant({{"sludge-bulking", 0h, 72h}});
  trace.run(72h);
  // 40 and 6 mL/g more each day; 1 % of the settling velocity each.
  CHECK(trace.at("w/effluent/ss", 24h) == Approx(6.0 * std::exp(0.46)).margin(0.2));
  CHECK(trace.last("w/effluent/ss") == Approx(6.0 * std::exp(0.58)).margin(0.2));
}

TEST_CASE("wastewater plant: poisoned sludge lets the COD through, hours later", "[parksim]") {
  SystemTrace trace = plant({{"biocide", 2h, 14h}});
  trace.run(16h);
  CHECK(trace.at("w/influent/cod", 6h) > 350.0);
  CHECK(trace.at("w/effluent/cod", 4h) < 60.0);
  CHECK(trace.last("w/effluent/cod") > 120.0);
  CHECK(trace.last("w/effluent/cod") < trace.last("w/influent/cod"));
}

TEST_CASE("emergency pool: a cloud that rains out gives half of its water in half an hour",
          "[parksim]") {
  SystemTrace trace = pool({{"cloud-rains-out", 1h, 2h}});
  trace.run(4h);
  CHECK(trace.at("p/weather/rain", 59min) == 0.0);
  CHECK(trace.at("p/weather/rain", 1h + 1min) == Approx(1.95).margin(0.05));
  CHECK(trace.at("p/weather/rain", 90min) == Approx(1.0).margin(0.05));
  CHECK(trace.at("p/weather/rain", 2h) == Approx(0.5).margin(0.05));
  CHECK(trace.last("p/pool/level") > trace.at("p/pool/level", 1h));
}

TEST_CASE("emergency pool: the rain of two showers is pumped away again", "[parksim]") {
  SystemTrace trace = pool({});
  trace.run(24h);
  CHECK(trace.highest("p/weather/rain") == 8.0);
  // The first shower brings 135 m3, the second 180 m3, on a pool with 320 m3.
  CHECK(trace.at("p/pool/level", 6h) == Approx(0.455).margin(0.01));
  CHECK(trace.highest("p/P2/running") == 1.0);
  CHECK(trace.last("p/pool/level") == Approx(0.30).margin(0.02));
}

TEST_CASE("emergency pool: fire water fills it while its pumps wait, all gates shut", "[parksim]") {
  SystemTrace trace = pool({{"fire-fighting", 6h, 2h}});
  trace.run(8h);
  CHECK(trace.last("p/pool/level") - trace.at("p/pool/level", 6h) == Approx(1.8).margin(0.02));
  CHECK(trace.last("p/G1/closed") == 1.0);
  CHECK(trace.last("p/G2/closed") == 1.0);
  CHECK(trace.last("p/G3/closed") == 1.0);
  CHECK(trace.last("p/P1/running") == 0.0);
  trace.run(10h);
  CHECK(trace.last("p/G1/closed") == 0.0);
  CHECK(trace.last("p/P1/running") == 1.0);
  CHECK(trace.last("p/pool/level") < 1.0);
}

TEST_CASE("emergency pool: a jammed gate stays half way, a dead link orders nothing", "[parksim]") {
  SystemTrace jammed = pool({{"gate-jammed", 1h, 1h}});
  jammed.run(2h);
  CHECK(jammed.last("p/G2/command") == 1.0);
  CHECK(jammed.highest("p/G2/closed") == 0.0);
  CHECK(jammed.last("p/G1/closed") == 1.0);
  SystemTrace dead = pool({{"fire-fighting", 1h, 1h}, {"linkage-dead", 1h, 1h}});
  dead.run(2h);
  CHECK(dead.last("p/pool/event_level") == 3.0);
  CHECK(dead.highest("p/G1/command") == 0.0);
  const auto& told = dead.samples("p/G1/closed");
  CHECK(told.back().time - local_midnight <= 1h);
}

TEST_CASE("emergency pool: each level of an event shuts its gates and those below", "[parksim]") {
  SystemTrace drum = pool({{"drum-leaks", 1h, 1h}});
  drum.run(2h);
  CHECK(drum.last("p/pool/event_level") == 1.0);
  CHECK(drum.last("p/G1/closed") == 1.0);
  CHECK(drum.highest("p/G2/command") == 0.0);
  CHECK(drum.highest("p/G3/command") == 0.0);
  SystemTrace lorry = pool({{"plant-gate-jammed", 1h, 1h}, {"lorry-overturns", 1h, 1h}});
  lorry.run(2h);
  CHECK(lorry.last("p/pool/event_level") == 2.0);
  CHECK(lorry.highest("p/G1/closed") == 0.0);
  CHECK(lorry.last("p/G2/closed") == 1.0);
  CHECK(lorry.highest("p/G3/command") == 0.0);
}

TEST_CASE("emergency pool: what runs into the ditch is diluted by it and mixed", "[parksim]") {
  SystemTrace trace = pool({{"brine-at-outfall", 1h, 4h}});
  SystemTrace acid = pool({{"acid-at-outfall", 1h, 4h}});
  SystemTrace both = pool({{"acid-at-outfall", 1h, 4h}, {"caustic-at-outfall", 1h, 4h}});
  for (SystemTrace* run : {&trace, &acid, &both}) run->run(5h);
  // 3.2 m3/h of 100 mS/cm into 60 m3/h of 0.75; the ditch is uneven by some percent.
  CHECK(trace.last("p/outfall/conductivity") ==
        Approx((3.2 * 100'000.0 + 60.0 * 750.0) / 63.2).epsilon(0.1));
  CHECK(trace.last("p/outfall/cod") < 20.0);
  CHECK(acid.last("p/outfall/ph") < 4.5);
  CHECK(both.last("p/outfall/ph") == Approx(7.6).margin(0.05));
}

TEST_CASE("zero discharge: water and salt balance when all is well", "[parksim]") {
  SystemTrace trace = zld({});
  trace.run(48h);
  const double feed = trace.total("z/feed/flow", 24h, 48h);
  CHECK(feed == Approx(20'000.0).epsilon(0.01));
  CHECK(trace.total("z/reuse/flow", 24h, 48h) / feed == Approx(0.94).margin(0.002));
  CHECK(trace.total("z/concentrate/flow", 24h, 48h) / feed == Approx(0.06).margin(0.002));
  const double salt_in = feed * 3200.0 * 0.65e-6 * 0.98;
  const double salt_out =
      trace.total("z/crystalliser/nacl", 24h, 48h) + trace.total("z/crystalliser/na2so4", 24h, 48h);
  CHECK(salt_out == Approx(salt_in).epsilon(0.02));
  CHECK(trace.highest("z/outlet/flow") == 0.0);
}

TEST_CASE("zero discharge: what leaks is missing from the water, brine from the salt",
          "[parksim]") {
  SystemTrace water = zld({{"feed-leak", 1h, 4h}});
  water.run(5h);
  const auto missing = [](const SystemTrace& trace) {
    return trace.last("z/feed/flow") - trace.last("z/reuse/flow") -
           trace.last("z/concentrate/flow");
  };
  CHECK(missing(water) == Approx(60.0).margin(10.0));
  SystemTrace brine = zld({{"brine-leak", 1h, 20h}});
  brine.run(21h);
  CHECK(missing(brine) == Approx(0.0).margin(10.0));
  CHECK(brine.last("z/crystalliser/nacl") < brine.at("z/crystalliser/nacl", 1h) * 0.85);
}

TEST_CASE("zero discharge: a stuck concentrate valve costs recovery, a coat misleads the meter",
          "[parksim]") {
  SystemTrace valve = zld({{"concentrate-valve-open", 1h, 2h}});
  valve.run(3h);
  CHECK(valve.last("z/reuse/flow") / valve.last("z/feed/flow") == Approx(0.893).margin(0.01));
  valve.run(1h);
  CHECK(valve.last("z/reuse/flow") / valve.last("z/feed/flow") == Approx(0.94).margin(0.01));
  SystemTrace coat = zld({{"conductivity-coated", 1h, 10h}});
  coat.run(11h);
  CHECK(coat.last("z/feed/conductivity") < 3200.0 * 0.91);
  CHECK(coat.last("z/crystalliser/nacl") > coat.at("z/crystalliser/nacl", 1h) * 0.95);
}

TEST_CASE("zero discharge: only the first stage fouls", "[parksim]") {
  SystemTrace trace = zld({{"ro-fouling", 1h, 4h}});
  trace.run(5h);
  // 0.112 of the 0.71 mm of a channel.
  CHECK(trace.last("z/R1/dp") == Approx(140.0 / std::pow(1.0 - 0.112 / 0.71, 3.0)).margin(2.0));
  CHECK(trace.highest("z/R2/dp") == 140.0);
  trace.run(1h);
  CHECK(trace.last("z/R1/dp") == 140.0);
}

TEST_CASE("zero discharge: brine that passes o-rings takes its salt into the reuse water",
          "[parksim]") {
  SystemTrace quiet = zld({});
  SystemTrace torn = zld({{"o-ring-torn", 1h, 12h}});
  for (SystemTrace* trace : {&quiet, &torn}) trace->run(13h);
  // 60 m3/h, four times as salty as the feed, in 783 m3/h.
  const double added = torn.last("z/reuse/conductivity") - quiet.last("z/reuse/conductivity");
  CHECK(added == Approx(60.0 / 783.0 * 4.0 * 3200.0).epsilon(0.05));
  CHECK(torn.last("z/reuse/flow") == quiet.last("z/reuse/flow"));
  CHECK(torn.last("z/crystalliser/nacl") < quiet.last("z/crystalliser/nacl"));
}

TEST_CASE("zero discharge: without lime first magnesium, then calcium stays dissolved",
          "[parksim]") {
  SystemTrace trace = zld({{"softener-starved", 1h, 12h}});
  trace.run(13h);
  CHECK(trace.at("z/softened/calcium", 1h) == Approx(8.0).margin(0.1));
  CHECK(trace.last("z/softened/calcium") == Approx(90.0).margin(0.5));
  CHECK(trace.last("z/softened/magnesium") == Approx(40.0).margin(0.5));
  trace.run(16h);
  CHECK(trace.last("z/softened/calcium") == Approx(8.0).margin(0.1));
}

TEST_CASE("zero discharge: a bed that is used up lets all fluoride through", "[parksim]") {
  SystemTrace trace = zld({{"fluoride-bed-spent", 1h, 20h}});
  trace.run(21h);
  CHECK(trace.at("z/softened/fluoride", 1h) == Approx(4.0).margin(0.05));
  CHECK(trace.last("z/softened/fluoride") == Approx(18.0).margin(0.1));
}

TEST_CASE("zero discharge: the split parts the salts, and a torn leaf lets sulphate by",
          "[parksim]") {
  SystemTrace trace = zld({{"split-leaf-torn", 1h, 10h}});
  trace.run(11h);
  // 34 g/L of salt, of which 38 % are sulphate; 2 % of it pass a whole membrane.
  const double sulphate_mg_l = 34'000.0 * 0.38 * 0.676;
  CHECK(trace.at("z/split/sulphate", 1h) == Approx(sulphate_mg_l * 0.02).epsilon(0.05));
  CHECK(trace.last("z/split/sulphate") == Approx(sulphate_mg_l * 0.118).epsilon(0.05));
  CHECK(trace.last("z/crystalliser/na2so4") < trace.at("z/crystalliser/na2so4", 1h));
  const auto salts = [&](Span at) {
    return trace.at("z/crystalliser/nacl", at) + trace.at("z/crystalliser/na2so4", at);
  };
  CHECK(salts(11h) == Approx(salts(1h)).epsilon(0.03));
}

TEST_CASE("zero discharge: clean tubes concentrate to 200 g/L, scaled ones and too much water less",
          "[parksim]") {
  SystemTrace scaled = zld({{"evaporator-scaled", 1h, 10h}});
  SystemTrace flooded = zld({{"concentrate-valve-open", 1h, 10h}});
  for (SystemTrace* trace : {&scaled, &flooded}) {
    trace->run(11h);
    CHECK(trace->at("z/concentrated/density", 1h) == Approx(1130.0).margin(3.0));
    CHECK(trace->last("z/concentrated/density") < 1095.0);
    trace->run(14h);
    CHECK(trace->last("z/concentrated/density") == Approx(1130.0).margin(3.0));
  }
}

}  // namespace parkwatch::parksim::water_systems_test
