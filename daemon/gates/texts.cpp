// daemon/gates/texts.cpp - Messages and guidance of the gates' rules.
#include "gates/texts.h"

namespace parkwatch::gates {
namespace {

Text message_of(GateRule rule, const std::string& place, Subject subject,
                const std::string& passage) {
  const Text who = text_of(subject);
  const std::string zh_ref = "（通行记录 " + passage + "）";
  const std::string en_ref = " (passage " + passage + ")";
  switch (rule) {
    case GateRule::no_permit:
      return {place + "：" + who.zh + "无预约或许可进入" + zh_ref,
              place + ": a " + who.en + " came in without a permit" + en_ref};
    case GateRule::wrong_gate:
      return {place + "：" + who.zh + "走错闸口" + zh_ref,
              place + ": a " + who.en + " at a gate that is not for it" + en_ref};
    case GateRule::wrong_lane:
      return {place + "：" + who.zh + "偏离规定通道" + zh_ref,
              place + ": a " + who.en + " off its lane" + en_ref};
    case GateRule::overstay:
      return {place + "：" + who.zh + "超时未离开" + zh_ref,
              place + ": a " + who.en + " has been inside for too long" + en_ref};
    case GateRule::card:
      return {place + "：离开时未归还定位卡" + zh_ref,
              place + ": a locating card was not given back" + en_ref};
    case GateRule::tailgating:
      return {place + "：车辆尾随通过" + zh_ref,
              place + ": a vehicle passed without the barrier" + en_ref};
    case GateRule::too_many:
      return {place + "：内部数量超限", place + ": too many inside"};
    case GateRule::count:
      return {place + "：台账与区域计数不符",
              place + ": the zone's counter differs from the ledger"};
    case GateRule::barrier:
      return {place + "：道闸长时间未关", place + ": the barrier stays open"};
    case GateRule::clock:
      return {place + "：设备时钟不准" + zh_ref, place + ": a reader's clock is off" + en_ref};
    case GateRule::silent:
      return {place + "：设备长时间无通行数据", place + ": the device tells no passages"};
    case GateRule::doubt:
      return {place + "：" + who.zh + "是否在园存疑" + zh_ref,
              place + ": a " + who.en + " may have left, and counts as inside" + en_ref};
  }
  return {};
}

Text guidance_of(GateRule rule) {
  switch (rule) {
    case GateRule::no_permit:
      return {"在闸口核实身份和来意，补办许可或请其离开。",
              "Ask at the gate who it is and why; issue a permit or send it out."};
    case GateRule::wrong_gate:
    case GateRule::wrong_lane:
      return {"联系驾驶员，引导至规定闸口和通道；危化品车辆先停在安全地点。",
              "Call the driver and direct it to its gate and lane; stop hazardous goods in a safe "
              "place first."};
    case GateRule::overstay:
      return {"确认人员或车辆所在位置和安全；若已离开，请更正台账。",
              "Find out where it is and whether all is well; correct the ledger if it has left."};
    case GateRule::card:
      return {"联系持卡人归还定位卡。", "Have the card brought back."};
    case GateRule::tailgating:
      return {"查看闸口录像，更正台账。", "Look at the gate's video and correct the ledger."};
    case GateRule::too_many:
      return {"暂停放行，直到数量回到限值以内。", "Let nobody in until there are fewer."};
    case GateRule::count:
      return {"现场清点，更正台账或检修计数器。",
              "Count on the spot; correct the ledger or mend the counter."};
    case GateRule::barrier:
      return {"派人到闸口，检查道闸。", "Send somebody to the gate and check the barrier."};
    case GateRule::clock:
      return {"校准设备时钟和时区，启用网络对时；在此之前台账按网关时间修正。",
              "Set the device's clock and time zone, and have the network keep it; until then the "
              "ledger corrects its times by the gateway's."};
    case GateRule::silent:
      return {"检查设备供电、网络与消息上传；恢复前由值班员登记并更正台账。",
              "Check its supply, network and messages; until it is back write passages down and "
              "correct the ledger."};
    case GateRule::doubt:
      return {"核实是否仍在园内；若已离开，请更正台账。",
              "Find out whether it is still inside; correct the ledger if it has left."};
  }
  return {};
}

}  // namespace

Text text_of(Subject subject) {
  switch (subject) {
    case Subject::person:
      return {"人员", "person"};
    case Subject::vehicle:
      return {"车辆", "vehicle"};
    case Subject::hazmat:
      return {"危化品车辆", "hazardous-goods vehicle"};
  }
  return {};
}

std::string place_of(const LaneKey& key) {
  return "gate/" + key.first + (key.second.empty() ? "" : "/" + key.second);
}

std::string place_of(const CounterKey& key) {
  const std::string word{to_text(key.second)};
  return key.first.empty() ? "inside/" + word : "zone/" + key.first + "/" + word;
}

std::string gate_place(const GatePlan& plan, const std::string& gate) {
  return "gate/" + (plan.gate(gate) == nullptr ? std::string{"unknown"} : gate);
}

Finding finding_of(GateRule rule, const std::string& place, const Moment& m, Subject subject) {
  Finding finding;
  finding.rule = rule;
  finding.place = place;
  finding.on = true;
  finding.at = m.at;
  finding.value = 1;
  finding.sequence = m.sequence;
  finding.index = m.index;
  finding.message =
      message_of(rule, place, subject, std::to_string(m.sequence) + "." + std::to_string(m.index));
  finding.guidance = guidance_of(rule);
  return finding;
}

Finding finding_of_clock(const std::string& place, Duration lag, const Moment& m) {
  Finding finding = finding_of(GateRule::clock, place, m);
  const auto off = std::chrono::round<std::chrono::seconds>(std::chrono::abs(lag));
  finding.value = static_cast<double>(off.count());
  finding.limit = std::chrono::duration<double>(clocks_agree).count();
  const bool slow = lag > Duration{0};
  finding.message.zh += (slow ? "，慢 " : "，快 ") + to_text(off);
  finding.message.en += ": " + to_text(off) + (slow ? " slow" : " fast");
  return finding;
}

}  // namespace parkwatch::gates
