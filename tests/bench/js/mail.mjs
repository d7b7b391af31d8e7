// A mail as a good user would write it: quoted-printable and all.

import { mailColors } from './message.mjs';

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const encode = (character) => (character < '\x7f' ? `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : encodeURIComponent(character).replaceAll('%', '='));

/** Encodes text line by line; soft breaks keep lines at 76 characters. What begins a line with a dot or `From` is encoded. */
export class QuotedPrintable {
  out = '';
  column = 0;

  text(text, html) {
    for (let i = 0; i < text.length; ) {
      const character = String.fromCodePoint(text.codePointAt(i));
      if (this.column === 75 && character !== '\n') this.softBreak();
      if (this.column === 0 && (character === '.' || text.startsWith('From', i))) this.token(encode(character));
      else if (character === '\n') {
        if (html) this.token('<br>');
        this.lineBreak();
      } else if (html && character in entities) this.token(entities[character]);
      else if (character === '=' || character >= '\x7f') this.token(encode(character));
      else this.token(character < ' ' && character !== '\t' ? ' ' : character);
      i += character.length;
    }
  }

  /** Ours, with `\n` between lines; ends at the start of a line. */
  skeleton(text) {
    for (const character of text) {
      if (character === '\n') this.end();
      else this.token(character === '=' ? '=3D' : character);
    }
    if (this.column !== 0) this.softBreak();
  }

  token(token) {
    if (this.column + token.length > 75) this.softBreak();
    this.out += token;
    this.column += token.length;
  }

  lineBreak() {
    if (this.column !== 0 && this.out.endsWith(' ')) {
      this.out = this.out.slice(0, -1);
      --this.column;
      this.token('=20');
    }
    this.end();
  }

  softBreak() {
    this.out += '=';
    this.end();
  }

  end() {
    this.out += '\r\n';
    this.column = 0;
  }
}

export const skeletons = {
  top: '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="margin:0;padding:16px;background:#f3f4f6">\n<table role="presentation" align="center" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;background:#ffffff;color:#1f2933;font:15px/1.5 Helvetica,Arial,sans-serif;border-top:4px solid ',
  title: '">\n<tr><td style="padding:20px 24px 4px;font-size:18px;font-weight:bold">\n',
  sentence: '</td></tr>\n<tr><td style="padding:4px 24px 12px">\n',
  table: '</td></tr>\n<tr><td style="padding:4px 24px 12px">\n<table role="presentation" cellpadding="0" cellspacing="0" style="font:14px/1.5 Helvetica,Arial,sans-serif">\n',
  label: '<tr><td style="padding:2px 16px 2px 0;color:#6b7280" valign="top">\n',
  value: '</td><td style="padding:2px 0;word-break:break-word">\n',
  fieldLink: '<a href="',
  row: '</td></tr>\n',
  tableEnd: '</table>\n',
  code: '</td></tr>\n<tr><td style="padding:4px 24px 12px;color:#6b7280;font-size:14px">\n',
  pre: '<pre style="margin:4px 0 0;padding:12px;background:#f3f4f6;color:#1f2933;font-size:13px;white-space:pre-wrap;word-break:break-word">',
  preEnd: '</pre>\n',
  link: '</td></tr>\n<tr><td style="padding:4px 24px 12px"><a href="',
  linkEnd: '" style="display:inline-block;padding:8px 16px;background:#1f2933;color:#ffffff;text-decoration:none">View details</a>\n',
  origin: '</td></tr>\n<tr><td style="padding:8px 24px 20px;color:#6b7280;font-size:13px">\n',
  end: '</td></tr>\n</table>\n</body>\n</html>\n',
};

function origin(out, message) {
  for (const word of [message.kind, ' - ', message.actor, ' - ', message.time]) out.token(word);
  out.lineBreak();
}

function plainPart(out, message) {
  out.text(message.title, false);
  out.lineBreak();
  out.lineBreak();
  out.text(message.sentence, false);
  out.lineBreak();
  out.lineBreak();
  for (const code of [false, true]) {
    const fields = message.fields.filter((field) => field.code === code);
    for (const field of fields) {
      out.text(field.label, false);
      out.token(code ? ':' : ': ');
      if (code) out.lineBreak();
      out.text(field.value, false);
      out.lineBreak();
    }
    if (fields.length) out.lineBreak();
    if (!code && message.link) {
      out.text(message.link, false);
      out.lineBreak();
      out.lineBreak();
    }
  }
  origin(out, message);
  return out.out;
}

function htmlPart(out, message) {
  out.skeleton(skeletons.top);
  out.token(mailColors[message.color]);
  out.skeleton(skeletons.title);
  out.text(message.title, true);
  out.lineBreak();
  out.skeleton(skeletons.sentence);
  if (message.name) {
    const at = message.sentence.indexOf('"');
    out.text(message.sentence.slice(0, at), true);
    out.token('<b>');
    out.text(message.name, true);
    out.token('</b>');
    out.text(message.sentence.slice(at + message.name.length + 2), true);
  } else out.text(message.sentence, true);
  out.lineBreak();
  let inTable = false;
  for (const field of message.fields) {
    if (field.code) continue;
    if (!inTable) out.skeleton(skeletons.table);
    inTable = true;
    out.skeleton(skeletons.label);
    out.text(field.label, true);
    out.lineBreak();
    out.skeleton(skeletons.value);
    if (field.link) {
      out.skeleton(skeletons.fieldLink);
      out.text(field.value, true);
      out.token('">');
    }
    out.text(field.value, true);
    if (field.link) out.token('</a>');
    out.lineBreak();
    out.skeleton(skeletons.row);
  }
  if (inTable) out.skeleton(skeletons.tableEnd);
  if (message.link) {
    out.skeleton(skeletons.link);
    out.text(message.link, true);
    out.softBreak();
    out.skeleton(skeletons.linkEnd);
  }
  for (const field of message.fields) {
    if (!field.code) continue;
    out.skeleton(skeletons.code);
    out.text(field.label, true);
    out.lineBreak();
    out.skeleton(skeletons.pre);
    out.text(field.value, true);
    out.softBreak();
    out.skeleton(skeletons.preEnd);
  }
  out.skeleton(skeletons.origin);
  origin(out, message);
  out.skeleton(skeletons.end);
  return out.out;
}

/**
 * @param ids  boundary, thread and key: hashes of 128 bits, which are handed to the programs in JavaScript for nothing
 * @param Writer  how to write quoted-printable
 */
export function mail(message, from, to, { key, thread, boundary }, Writer) {
  return `From: ${from}\r\nTo: ${to}\r\nMessage-ID: <${key}@example.com>\r\nSubject: ${message.title}\r\nDate: ${message.mailTime}\r\nReferences: <thread_${thread}@example.com>\r\nAuto-Submitted: auto-generated\r\nX-Notifier-Event: ${message.kind}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="=_${boundary}"\r\n\r\n--=_${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${plainPart(new Writer(), message)}\r\n--=_${boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${htmlPart(new Writer(), message)}\r\n--=_${boundary}--\r\n`;
}
