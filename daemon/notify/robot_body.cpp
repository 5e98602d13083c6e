// daemon/notify/robot_body.cpp - See the header. No state.
#include "notify/robot_body.h"

#include <algorithm>
#include <boost/json.hpp>

#include "notify/signature.h"

namespace parkwatch::notify {
namespace {

namespace json = boost::json;

constexpr std::size_t title_bytes_max = 120;

bool mentions(const ReceiverSpec& receiver, const NotifyMessage& message) {
  if (receiver.mention.empty()) return false;
  if (message.kind == MessageKind::test) return true;
  return std::any_of(message.notices.begin(), message.notices.end(), [&](const News& news) {
    return news.announces() && news.face.priority >= receiver.mention_from;
  });
}

bool is_mobile(const std::string& mention) {
  return !mention.empty() &&
         std::all_of(mention.begin(), mention.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// How each kind marks up a block; the rest is the same for all.
struct Markup {
  ReceiverKind kind;
  bool plain = false;  // WeCom's text

  [[nodiscard]] std::string text(std::string_view raw) const {
    return plain ? std::string{raw} : escaped(kind, raw);
  }
  [[nodiscard]] std::string title(const Wording& words) const {
    std::string safe = text(words.title);
    if (plain) return safe;
    if (kind == ReceiverKind::wecom) {
      const bool loud = words.tone <= Wording::Tone::low;
      const char* color = loud ? "warning" : words.tone == Wording::Tone::over ? "info" : "comment";
      return std::string{"<font color=\""} + color + "\">" + safe + "</font>";
    }
    return kind == ReceiverKind::dingtalk ? "### " + safe : "**" + safe + "**";
  }
  // DingTalk joins lines unless they are apart or end in two blanks.
  [[nodiscard]] std::string line_end() const {
    return kind == ReceiverKind::dingtalk ? "  \n" : "\n";
  }
  [[nodiscard]] std::string quote(std::string_view raw) const {
    const char* sign = plain || kind == ReceiverKind::feishu ? "" : "> ";
    return sign + text(raw);
  }
  [[nodiscard]] Block block(const Wording& words, bool with_guidance) const {
    std::string out = title(words) + line_end() + quote(words.detail);
    int number = 0;
    for (const std::string& line : words.guidance) {
      if (!with_guidance) break;
      out += line_end() + std::to_string(++number) + ". " + text(line);
    }
    return {out, 1};
  }
  [[nodiscard]] std::string link(const Voice& voice, const std::string& url) const {
    const std::string word = chosen(voice.language, "打开", "Open");
    return plain ? word + ' ' + url : '[' + word + "](" + url + ')';
  }
};

// A title is no Markdown; yet it must not mention anybody.
std::string harmless(std::string_view title) {
  std::string out;
  for (const char c : title) {
    if (c == '@' || c == '<') {
      out += c == '@' ? "＠" : "＜";
    } else {
      out += c;
    }
  }
  return out;
}

struct Content {
  std::string title;
  Wording::Tone tone = Wording::Tone::quiet;
  std::string text;
};

std::string tail_of(const Voice& voice, const ReceiverSpec& receiver, const Markup& markup,
                    const std::string& mention) {
  // The park's name is in every text: robots may ask for it as a keyword.
  std::string out = markup.line_end() + markup.text(voice.park);
  if (!receiver.link.empty()) out += " · " + markup.link(voice, receiver.link);
  if (!mention.empty()) out += ' ' + mention;
  return out;
}

Content content_of(const Voice& voice, const ReceiverSpec& receiver, const NotifyMessage& message,
                   const Markup& markup, const std::string& mention, std::size_t bytes_max) {
  Content out;
  const std::string tail = tail_of(voice, receiver, markup, mention);
  if (message.kind == MessageKind::test) {
    out.title = test_text(voice, receiver.name);
    out.text = bounded(voice, markup.text(out.title), {}, 0, tail, bytes_max);
    return out;
  }
  const bool digest = message.kind == MessageKind::digest;
  std::string head;
  std::vector<Block> blocks;
  std::uint64_t unlisted = 0;
  if (digest) {
    out.title = digest_title(voice, message.tally, message.flood);
    head = markup.title({Wording::Tone::high, out.title, {}, {}});
    unlisted = message.tally.total() -
               std::min<std::uint64_t>(message.tally.total(), message.tally.worst.size());
  }
  const std::vector<News>& listed = digest ? message.tally.worst : message.notices;
  out.tone = digest ? Wording::Tone::high : Wording::Tone::quiet;
  for (const News& news : listed) {
    const Wording words = words_of(voice, news);
    blocks.push_back(markup.block(words, listed.size() == 1));
    out.tone = std::min(out.tone, words.tone);
    if (out.title.empty()) out.title = words.title;
  }
  out.title = one_line(harmless(out.title), title_bytes_max);
  out.text = bounded(voice, head, blocks, unlisted, tail, bytes_max);
  return out;
}

std::string color_of(Wording::Tone tone) {
  switch (tone) {
    case Wording::Tone::critical:
      return "red";
    case Wording::Tone::high:
      return "orange";
    case Wording::Tone::medium:
      return "yellow";
    case Wording::Tone::low:
      return "carmine";
    case Wording::Tone::over:
      return "green";
    case Wording::Tone::quiet:
      break;
  }
  return "grey";
}

std::string dingtalk_body(const Voice& voice, const ReceiverSpec& receiver,
                          const NotifyMessage& message, std::size_t bytes_max) {
  json::array mobiles;
  std::string mention;
  if (mentions(receiver, message)) {
    for (const std::string& mobile : receiver.mention) {
      mobiles.emplace_back(mobile);
      mention += (mention.empty() ? "@" : " @") + mobile;
    }
  }
  const Content content =
      content_of(voice, receiver, message, Markup{receiver.kind, false}, mention, bytes_max);
  json::object markdown{{"title", content.title}, {"text", content.text}};
  json::object out{{"msgtype", "markdown"}, {"markdown", std::move(markdown)}};
  if (!mobiles.empty()) out.emplace("at", json::object{{"atMobiles", std::move(mobiles)}});
  return json::serialize(out);
}

std::string wecom_body(const Voice& voice, const ReceiverSpec& receiver,
                       const NotifyMessage& message) {
  const bool calls = mentions(receiver, message);
  const bool by_mobile =
      calls && std::any_of(receiver.mention.begin(), receiver.mention.end(), is_mobile);
  if (by_mobile) {  // only the plain text mentions a telephone number
    json::array mobiles;
    json::array users;
    for (const std::string& mention : receiver.mention) {
      (is_mobile(mention) ? mobiles : users).emplace_back(mention);
    }
    const Content content =
        content_of(voice, receiver, message, Markup{receiver.kind, true}, {}, wecom_text_max);
    json::object text{{"content", content.text}, {"mentioned_mobile_list", std::move(mobiles)}};
    if (!users.empty()) text.emplace("mentioned_list", std::move(users));
    return json::serialize(json::object{{"msgtype", "text"}, {"text", std::move(text)}});
  }
  std::string mention;
  if (calls) {
    for (const std::string& user : receiver.mention) mention += "<@" + user + '>';
  }
  const Content content = content_of(voice, receiver, message, Markup{receiver.kind, false},
                                     mention, wecom_markdown_max);
  return json::serialize(
      json::object{{"msgtype", "markdown"}, {"markdown", json::object{{"content", content.text}}}});
}

std::string feishu_body(const Voice& voice, const ReceiverSpec& receiver, const std::string& secret,
                        const NotifyMessage& message, std::size_t bytes_max) {
  std::string mention;
  if (mentions(receiver, message)) {
    for (const std::string& user : receiver.mention) mention += "<at id=" + user + "></at>";
  }
  const Content content =
      content_of(voice, receiver, message, Markup{receiver.kind, false}, mention, bytes_max);
  json::object out;
  if (!secret.empty()) {
    out.emplace("timestamp", std::to_string(to_us(message.at) / 1'000'000));
    out.emplace("sign", feishu_sign(secret, message.at));
  }
  const json::object title{{"tag", "plain_text"}, {"content", content.title}};
  const json::object text{{"tag", "lark_md"}, {"content", content.text}};
  json::object card;
  card.emplace("config", json::object{{"wide_screen_mode", true}});
  card.emplace("header", json::object{{"template", color_of(content.tone)}, {"title", title}});
  card.emplace("elements", json::array{json::object{{"tag", "div"}, {"text", text}}});
  out.emplace("msg_type", "interactive");
  out.emplace("card", std::move(card));
  return json::serialize(out);
}

// Quotes and backslashes grow in JSON: shorter and shorter until the body fits.
template <typename Make>
std::string fitting(std::size_t body_max, Make make) {
  std::size_t text_max = body_max - 1'000;
  std::string body = make(text_max);
  while (body.size() > body_max && text_max > 1'000) {
    text_max -= std::min(text_max - 500, std::max<std::size_t>(500, body.size() - body_max));
    body = make(text_max);
  }
  return body;
}

}  // namespace

std::string escaped(ReceiverKind kind, std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '@') {
      out += "＠";
    } else if (c == '<') {
      out += "&lt;";
    } else if (std::string_view{"\\`*_[]~#>|"}.find(c) != std::string_view::npos) {
      if (kind == ReceiverKind::feishu) {
        out += "&#" + std::to_string(static_cast<unsigned>(c)) + ';';
      } else {
        out += '\\';
        out += c;
      }
    } else {
      out += c;
    }
  }
  return out;
}

std::string bounded(const Voice& voice, const std::string& head, const std::vector<Block>& blocks,
                    std::uint64_t unlisted, const std::string& tail, std::size_t bytes_max) {
  std::uint64_t left = unlisted;
  for (const Block& block : blocks) left += block.weight;
  const std::size_t more_max = and_more(voice, left).size() + 1;
  std::string out = head;
  for (const Block& block : blocks) {
    const std::string piece = (out.empty() ? "" : "\n\n") + block.text;
    if (out.size() + piece.size() + more_max + 2 + tail.size() > bytes_max) {
      // At least the beginning of the first one.
      if (out.empty() || out == head) {
        const std::size_t room =
            bytes_max - std::min(bytes_max, out.size() + more_max + tail.size() + 8);
        const std::string first = piece.substr(0, piece.find('\n', 2));
        out += first.size() <= room ? first : one_line(first, room);
        left -= block.weight;
      }
      break;
    }
    out += piece;
    left -= block.weight;
  }
  if (left != 0) out += "\n\n" + and_more(voice, left);
  return out + (out.empty() && !tail.empty() && tail.front() == '\n' ? tail.substr(1) : tail);
}

Request robot_request(const Voice& voice, const ReceiverSpec& receiver,
                      const Secrets::Endpoint& endpoint, const NotifyMessage& message) {
  Request request;
  request.url = endpoint.url;
  request.headers = {"Content-Type: application/json; charset=utf-8"};
  switch (receiver.kind) {
    case ReceiverKind::dingtalk:
      if (!endpoint.secret.empty()) {
        request.url +=
            (request.url.find('?') == std::string::npos ? "?timestamp=" : "&timestamp=") +
            std::to_string(to_us(message.at) / 1000) +
            "&sign=" + dingtalk_sign(endpoint.secret, message.at);
      }
      request.body = fitting(dingtalk_body_max, [&](std::size_t bytes_max) {
        return dingtalk_body(voice, receiver, message, bytes_max);
      });
      break;
    case ReceiverKind::wecom:
      request.body = wecom_body(voice, receiver, message);
      break;
    default:
      request.body = fitting(feishu_body_max, [&](std::size_t bytes_max) {
        return feishu_body(voice, receiver, endpoint.secret, message, bytes_max);
      });
      break;
  }
  return request;
}

}  // namespace parkwatch::notify
