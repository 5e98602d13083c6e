// tools/trial/trend.cpp - Draws a series in characters.
#include "tools/trial/trend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace parkwatch::trial {
namespace {

constexpr std::size_t width = 60;
constexpr std::size_t height = 8;
constexpr std::size_t margin = 12;

class Drawing {
 public:
  explicit Drawing(const Trend& trend) : trend_(trend) {
    low_ = high_ = trend.points.front().value;
    const auto widen = [this](double value) {
      low_ = std::min(low_, value);
      high_ = std::max(high_, value);
    };
    for (const TrendPoint& point : trend.points) widen(point.value);
    for (const TrendLine& line : trend.lines) widen(line.at);
    if (high_ - low_ < 1e-9) {
      low_ -= 1;
      high_ += 1;
    }
    end_ = std::max(trend.end, trend.points.back().at);
    rows_.assign(height, std::string(width, ' '));
    labels_.assign(height, {});
  }

  std::string text() {
    for (const TrendLine& line : trend_.lines) {
      const std::size_t row = row_of(line.at);
      std::replace(rows_[row].begin(), rows_[row].end(), ' ', '-');
      labels_[row] = line.name;
    }
    draw_points();
    if (labels_.front().empty()) labels_.front() = number(high_);
    if (labels_.back().empty()) labels_.back() = number(low_);
    std::string out;
    for (std::size_t row = 0; row < height; ++row) {
      out += padded(labels_[row]) + '|' + trimmed(rows_[row]) + '\n';
    }
    return out + padded("") + '+' + std::string(width, '-') + '\n' + marks() + times();
  }

 private:
  [[nodiscard]] std::size_t row_of(double value) const {
    const double part = (high_ - value) / (high_ - low_);
    return static_cast<std::size_t>(std::lround(part * static_cast<double>(height - 1)));
  }
  [[nodiscard]] std::size_t column_of(Duration at) const {
    if (end_ <= Duration{0}) return 0;
    const double part = static_cast<double>(at.count()) / static_cast<double>(end_.count());
    return static_cast<std::size_t>(std::lround(std::clamp(part, 0.0, 1.0) * (width - 1)));
  }

  void draw_points() {
    double value = trend_.points.front().value;
    for (std::size_t i = 0; i < trend_.points.size(); ++i) {
      const TrendPoint& point = trend_.points[i];
      if (!point.bad) value = point.value;
      const std::size_t first = column_of(point.at);
      const bool last = i + 1 == trend_.points.size();
      const std::size_t next = last ? width : column_of(trend_.points[i + 1].at);
      std::string& row = rows_[row_of(value)];
      for (std::size_t column = first; column < std::max(next, first + 1); ++column) {
        row[column] = point.bad ? 'x' : '*';
      }
    }
  }

  [[nodiscard]] std::string marks() const {
    if (trend_.marks.empty()) return {};
    std::string row(width, ' ');
    for (const TrendMark& mark : trend_.marks) row[column_of(mark.at)] = mark.sign;
    return padded("") + ' ' + trimmed(row) + '\n';
  }
  [[nodiscard]] std::string times() const {
    const std::string end = to_text(end_);
    return padded("") + " 0s" + std::string(width - 2 - std::min(width - 2, end.size()), ' ') +
           end + '\n';
  }

  static std::string number(double value) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%.6g", value);
    return text.data();
  }
  static std::string padded(const std::string& label) {
    const std::string shown = label.substr(0, margin - 1);
    return std::string(margin - 1 - shown.size(), ' ') + shown + ' ';
  }
  static std::string trimmed(std::string row) {
    row.erase(row.find_last_not_of(' ') + 1);
    return row;
  }

  const Trend& trend_;
  double low_ = 0;
  double high_ = 0;
  Duration end_{0};
  std::vector<std::string> rows_;
  std::vector<std::string> labels_;
};

}  // namespace

std::string drawn(const Trend& trend) {
  return trend.points.empty() ? std::string{} : Drawing{trend}.text();
}

}  // namespace parkwatch::trial
