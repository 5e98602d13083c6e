// daemon/notify/mail.h - E-mails (RFC 5322, MIME): plain text and HTML, one thread an occurrence.
// Pure.
#pragma once
#include <string>

#include "notify/request.h"
#include "notify/wording.h"

namespace parkwatch::notify {

// "Sun, 31 May 2026 06:03:22 +0000".
[[nodiscard]] std::string mail_date(Timestamp at);
// RFC 2047: any text as a header's value, folded.
[[nodiscard]] std::string mail_words(std::string_view text);
[[nodiscard]] std::string html_escaped(std::string_view text);

// The Message-ID is the notice's id, so that the same mail sent twice can be told; all mails of an
// occurrence refer to that of its raise. Lines end in CR LF; every text is base64.
[[nodiscard]] std::string mail_of(const Sender& sender, const ReceiverSpec& receiver,
                                  const NotifyMessage& message);

}  // namespace parkwatch::notify
