// Reads a mail back out of its bytes (RFC 5322, 2045, 2047).

export interface Mail {
  subject: string;
  from: string;
  text: string;
  html: string;
}

const decoder = new TextDecoder();

function quotedPrintable(text: string, isWord = false): string {
  const source = isWord ? text.replace(/_/g, ' ') : text.replace(/=[ \t]*\r?\n/g, '');
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [piece, hex] of source.matchAll(/=([0-9A-Fa-f]{2})|[^=]+|=/g)) {
    if (hex) bytes.push(parseInt(hex, 16));
    else for (const byte of encoder.encode(piece)) bytes.push(byte);
  }
  return decoder.decode(new Uint8Array(bytes));
}

function base64(text: string): string {
  return decoder.decode(Uint8Array.from(atob(text.replace(/\s+/g, '')), (letter) => letter.charCodeAt(0)));
}

function words(text: string): string {
  return text
    .replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?[^?]+\?([bq])\?([^?]*)\?=/gi, (_, how: string, data: string) => (how.toLowerCase() === 'b' ? base64(data) : quotedPrintable(data, true)));
}

function split(part: string): { headers: Map<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(part);
  const head = end ? part.slice(0, end.index) : part;
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: end ? part.slice(end.index + end[0].length) : '' };
}

function readParts(part: string, found: { text: string; html: string }): Map<string, string> {
  const { headers, body } = split(part);
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    for (const inner of body.split(`--${boundary}`).slice(1)) {
      if (!inner.startsWith('--')) readParts(inner.replace(/^[ \t]*\r?\n/, ''), found);
    }
    return headers;
  }
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  const text = encoding === 'quoted-printable' ? quotedPrintable(body) : encoding === 'base64' ? base64(body) : body;
  if (/^text\/html/i.test(type)) found.html = text;
  else found.text = text;
  return headers;
}

export function readMail(raw: string): Mail {
  const found = { text: '', html: '' };
  const headers = readParts(raw, found);
  return { subject: words(headers.get('subject') ?? ''), from: words(headers.get('from') ?? ''), ...found };
}
