"""What Python's email package reads with its strict policy: not one defect, and the very texts of the message."""

import email
import email.policy
import html
import json
import re
import subprocess
import sys

policy = email.policy.SMTP + email.policy.strict


def check(condition, what, message, detail=None):
    if not condition:
        sys.exit(f"{what}: {detail!r}\n{message['title'][:300]!r}\n{message['email'][:3000]}")


def tidy(text):
    return re.sub(r"\s+", " ", text).strip()


def without_spaces(text):
    return re.sub(r"\s+", "", text)


count = 0
for line in subprocess.run(sys.argv[1:], capture_output=True, check=True).stdout.splitlines():
    message = json.loads(line)
    count += 1
    mail = email.message_from_bytes(message["email"].encode("ascii"), policy=policy)
    check(not mail.defects, "defects", message, mail.defects)
    for name, value in mail.items():
        check(not getattr(value, "defects", ()), f"defects of {name}", message, getattr(value, "defects", ()))
    check(mail.get_content_type() == "multipart/alternative", "type", message, mail.get_content_type())
    # In an address, Python before 3.13 leaves the white space between two encoded words, which RFC 2047 takes out.
    check([(without_spaces(address.display_name), address.addr_spec) for address in mail["From"].addresses]
          == [(without_spaces(message["email_from_name"]), "notifier@example.com")], "from", message, mail["From"])
    check([str(address) for address in mail["To"].addresses] == ["ops@example.com", "on-call.team@example.org"],
          "to", message, mail["To"])
    check(mail["Date"].datetime is not None, "date", message, mail["Date"])
    check(mail["Auto-Submitted"] == "auto-generated", "auto-submitted", message)
    check(len(mail.keys()) == len(set(mail.keys())) <= 10, "headers", message, mail.keys())

    parts = list(mail.iter_parts())
    check([part.get_content_type() for part in parts] == ["text/plain", "text/html"], "parts", message)
    for part in parts:
        check(not part.defects, "defects of a part", message, part.defects)
    plain, markup = (part.get_content().replace("\r\n", "\n") for part in parts)

    cut = message["email_cut"]
    if "subject" not in cut:
        check(tidy(mail["Subject"]) == tidy(message["title"]), "subject", message, mail["Subject"])
    if not [part for part in cut if part not in ("subject", "link")]:
        for text in [message["title"], message["sentence"]] + [field["value"] for field in message["fields"]]:
            check(text in plain, "text", message, text)
            # Names, in quotes in the message, are in bold.
            quoted = markup.replace("<b>", "&quot;").replace("</b>", "&quot;")
            check(html.escape(text, quote=False).replace('"', "&quot;") in quoted, "html", message, text)

print(f"{count} messages")
