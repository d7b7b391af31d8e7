"""A real mail server, aiosmtpd, that remembers what it took: one line of JSON on standard output for each mail.

    smtpd.py [CERTIFICATE KEY]     with these, STARTTLS is required

It greylists: every recipient whose address begins with "grey" is refused once. One that begins with "no" is refused for
good, and "slow" takes a second.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("grey") and address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 Greylisted, try again"
        if address.startswith("no"):
            return "550 5.1.1 No such user"
        if address.startswith("slow"):
            await asyncio.sleep(1)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        text = envelope.content.decode("utf-8")
        mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "raw": text, "tls": session.ssl is not None}
        print(json.dumps(mail), flush=True)
        return "250 OK"


async def main():
    options = {}
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        options = {"tls_context": context, "require_starttls": True}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="localhost", **options), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


asyncio.run(main())
