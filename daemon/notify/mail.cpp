// daemon/notify/mail.cpp - See the header. No state.
#include "notify/mail.h"

#include <array>
#include <chrono>

#include "notify/robot_body.h"
#include "notify/signature.h"

namespace parkwatch::notify {
namespace {

constexpr std::size_t plain_bytes_max = 64 << 10;

std::string two(unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); }

std::string folded_base64(std::string_view text) {
  const std::string all = base64(text);
  std::string out;
  for (std::size_t at = 0; at < all.size(); at += 76) out += all.substr(at, 76) + "\r\n";
  return out;
}

// Letters, digits and what an atom of a Message-ID may hold.
std::string id_atom(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    out += plain ? c : '_';
  }
  return out;
}

std::string message_id(const Sender& sender, std::string_view id) {
  return '<' + id_atom(id) + '@' + id_atom(sender.origin.park) + ".parkwatch>";
}

struct Ids {
  std::string own;
  std::string thread;  // empty: begins one
};

Ids ids_of(const Sender& sender, const ReceiverSpec& receiver, const NotifyMessage& message) {
  if (message.kind == MessageKind::test) {
    return {message_id(sender, "test-" + receiver.name + '-' + std::to_string(to_us(message.at))),
            {}};
  }
  if (message.kind == MessageKind::report) {
    return {message_id(sender, "report-" + hex(hmac_sha256("report", message.report->plain))), {}};
  }
  if (message.notices.empty() || message.kind == MessageKind::digest) {
    const std::string id = sender.origin.park + '-' + sender.origin.generation + "-digest-" +
                           std::to_string(message.tally.first) + '-' +
                           std::to_string(message.tally.last) + '-' +
                           std::to_string(message.tally.total());
    return {message_id(sender, id), {}};
  }
  const News& first = message.notices.front();
  const std::string root =
      message_id(sender, sender.origin.park + '-' + sender.origin.generation + '-' +
                             std::to_string(first.alert->event.occurrence));
  const std::string own = message_id(sender, notice_id(sender.origin, first));
  if (own == root || first.alert->event.occurrence == 0) return {own, {}};
  return {own, root};
}

std::string html_color_of(Wording::Tone tone) {
  constexpr std::array<std::string_view, 6> colors{"#c00000", "#d46a00", "#a08000",
                                                   "#a0409a", "#2e7d32", "#666666"};
  return std::string{colors.at(static_cast<std::size_t>(tone))};
}

struct Parts {
  std::string subject;
  std::string plain;
  std::string html;

  void add(const Wording& words) {
    plain += words.title + '\n' + words.detail + '\n';
    html += "<p style=\"margin:0 0 4px;font-weight:bold;color:" + html_color_of(words.tone) +
            "\">" + html_escaped(words.title) + "</p><p style=\"margin:0 0 8px\">" +
            html_escaped(words.detail) + "</p>";
    if (!words.guidance.empty()) html += "<ol>";
    int number = 0;
    for (const std::string& line : words.guidance) {
      plain += "  " + std::to_string(++number) + ". " + line + '\n';
      html += "<li>" + html_escaped(line) + "</li>";
    }
    if (!words.guidance.empty()) html += "</ol>";
    plain += '\n';
  }
};

Parts parts_of(const Voice& voice, const ReceiverSpec& receiver, const NotifyMessage& message) {
  Parts parts;
  if (message.kind == MessageKind::report) {
    return {'[' + voice.park + "] " + message.report->title, message.report->plain,
            message.report->html};
  }
  const bool digest = message.kind == MessageKind::digest;
  std::uint64_t unlisted = 0;
  if (message.kind == MessageKind::test) {
    parts.subject = test_text(voice, receiver.name);
    parts.add({Wording::Tone::quiet, parts.subject, wall_clock(voice, message.at), {}});
  } else if (digest) {
    parts.subject = digest_title(voice, message.tally, message.flood);
    parts.add({Wording::Tone::high, parts.subject, "", {}});
    unlisted = message.tally.total() -
               std::min<std::uint64_t>(message.tally.total(), message.tally.worst.size());
  }
  for (const News& news : digest ? message.tally.worst : message.notices) {
    const Wording words = words_of(voice, news);
    if (parts.subject.empty()) parts.subject = words.title;
    if (parts.plain.size() > plain_bytes_max) {
      ++unlisted;
    } else {
      parts.add(words);
    }
  }
  if (unlisted != 0) {
    parts.add({Wording::Tone::quiet, and_more(voice, unlisted), "", {}});
  }
  parts.plain += voice.park + (receiver.link.empty() ? "" : " · " + receiver.link) + '\n';
  const std::string href = html_escaped(receiver.link);
  parts.html += "<p>" + html_escaped(voice.park) +
                (href.empty() ? "" : " · <a href=\"" + href + "\">" + href + "</a>") + "</p>";
  parts.subject = '[' + voice.park + "] " + parts.subject;
  return parts;
}

}  // namespace

std::string mail_date(Timestamp at) {
  constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(at - day).count();
  std::string out{weekdays.at(std::chrono::weekday{day}.c_encoding())};
  out += ", " + two(static_cast<unsigned>(date.day())) + ' ';
  out += months.at(static_cast<unsigned>(date.month()) - 1);
  return out + ' ' + std::to_string(static_cast<int>(date.year())) + ' ' +
         two(static_cast<unsigned>(s / 3600)) + ':' + two(static_cast<unsigned>(s / 60 % 60)) +
         ':' + two(static_cast<unsigned>(s % 60)) + " +0000";
}

std::string mail_words(std::string_view text) {
  // 45 bytes give 60 characters: a word of RFC 2047 is at most 75.
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min<std::size_t>(45, text.size());
    while (end < text.size() && end > 0 &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
      --end;
    }
    if (end == 0) end = std::min<std::size_t>(45, text.size());
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, end)) + "?=";
    text.remove_prefix(end);
  }
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string mail_of(const Sender& sender, const ReceiverSpec& receiver,
                    const NotifyMessage& message) {
  const Voice voice{sender.origin.park, receiver.language, sender.to_local};
  const Ids ids = ids_of(sender, receiver, message);
  const Parts parts = parts_of(voice, receiver, message);
  const std::string boundary = "pw" + hex(hmac_sha256("boundary", ids.own)).substr(0, 32);
  std::string to;
  for (const std::string& address : receiver.to)
    to += (to.empty() ? "<" : ",\r\n <") + address + '>';
  std::string out = "From: " + mail_words("Parkwatch " + sender.origin.park) + " <" +
                    receiver.from + ">\r\nTo: " + to +
                    "\r\nSubject: " + mail_words(one_line(parts.subject, 300)) +
                    "\r\nDate: " + mail_date(message.at) + "\r\nMessage-ID: " + ids.own + "\r\n";
  if (!ids.thread.empty()) {
    out += "In-Reply-To: " + ids.thread + "\r\nReferences: " + ids.thread + "\r\n";
  }
  out += "Auto-Submitted: auto-generated\r\n";
  for (const News& news : message.notices) {
    if (message.kind == MessageKind::digest) break;
    out += "X-Parkwatch-Id: " + id_atom(notice_id(sender.origin, news)) + "\r\n";
  }
  out += "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"" + boundary +
         "\"\r\n\r\n";
  const auto part = [&](const char* type, const std::string& text) {
    out += "--" + boundary + "\r\nContent-Type: " + type +
           "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + folded_base64(text);
  };
  part("text/plain", parts.plain);
  const bool whole = message.kind == MessageKind::report;
  part("text/html", whole ? parts.html
                          : "<!DOCTYPE html><html><body style=\"font-family:sans-serif\">" +
                                parts.html + "</body></html>");
  return out + "--" + boundary + "--\r\n";
}

}  // namespace parkwatch::notify
