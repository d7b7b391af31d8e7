// Whole programs without this library: notifiers in a map by app, events in, payloads out. One as a good user writes it, one tuned.

import { QuotedPrintable, mail, skeletons } from './mail.mjs';
import { describe, slackColors } from './message.mjs';

const slackEscape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const plain = (text) => ({ type: 'plain_text', text, emoji: false });

const slackLink = (url, label) => ({ type: 'mrkdwn', text: `<${slackEscape(url)}|${label}>`, verbatim: true });

/** The payload as objects, and JSON.stringify. */
export function slackIdiomatic(message) {
  const inner = [];
  let cells = [];
  const flush = () => {
    for (let i = 0; i < cells.length; i += 10) inner.push({ type: 'section', fields: cells.slice(i, i + 10) });
    cells = [];
  };
  for (const { label, value, code, link, wide } of message.fields) {
    if (code) continue;
    const cell = link ? slackLink(value, label) : plain(`${label}: ${slackEscape(value)}`);
    if (wide) {
      flush();
      inner.push({ type: 'section', text: cell });
    } else cells.push(cell);
  }
  if (message.link) cells.push(slackLink(message.link, 'View details'));
  flush();
  for (const { label, value, code } of message.fields) {
    if (code) inner.push({ type: 'section', text: { type: 'mrkdwn', text: `*${label}*\n\`\`\`\n${slackEscape(value)}\n\`\`\``, verbatim: true } });
  }
  const elements = [plain(slackEscape(`${message.actor} \u00b7 ${message.kind} \u00b7 ${message.time}`))];
  inner.push({ type: 'context', elements });
  const title = slackEscape(message.title);
  const sentence = slackEscape(message.sentence);
  return JSON.stringify({
    text: `${title}\n${sentence}`,
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [{ type: 'header', text: plain(title) }, { type: 'section', text: plain(sentence) }],
    attachments: [{ color: slackColors[message.color], blocks: inner }],
  });
}

const quote = JSON.stringify;
const special = /[&<>]/;
const escapeRarely = (text) => (special.test(text) ? slackEscape(text) : text);
const plainText = (text) => `{"type":"plain_text","text":${quote(text)},"emoji":false}`;

const linkText = (url, label) => `{"type":"mrkdwn","text":${quote(`<${escapeRarely(url)}|${label}>`)},"verbatim":true}`;

/** The payload put together from text, only values go through JSON.stringify. */
export function slackTuned(message) {
  const title = escapeRarely(message.title);
  const sentence = escapeRarely(message.sentence);
  let inner = '';
  let fields = 0;
  const flush = () => {
    if (fields) inner += ']},';
    fields = 0;
  };
  const cell = (text) => {
    if (fields === 10) flush();
    inner += `${fields === 0 ? '{"type":"section","fields":[' : ','}${text}`;
    ++fields;
  };
  for (const { label, value, code, link, wide } of message.fields) {
    if (code) continue;
    const text = link ? linkText(value, label) : plainText(`${label}: ${escapeRarely(value)}`);
    if (wide) {
      flush();
      inner += `{"type":"section","text":${text}},`;
    } else cell(text);
  }
  if (message.link) cell(linkText(message.link, 'View details'));
  flush();
  for (const { label, value, code } of message.fields) {
    if (code) inner += `{"type":"section","text":{"type":"mrkdwn","text":${quote(`*${label}*\n\`\`\`\n${escapeRarely(value)}\n\`\`\``)},"verbatim":true}},`;
  }
  const origin = plainText(escapeRarely(`${message.actor} \u00b7 ${message.kind} \u00b7 ${message.time}`));
  return `{"text":${quote(`${title}\n${sentence}`)},"mrkdwn":false,"unfurl_links":false,"unfurl_media":false,"blocks":[{"type":"header","text":${plainText(title)}},{"type":"section","text":${plainText(sentence)}}],"attachments":[{"color":"${slackColors[message.color]}","blocks":[${inner}{"type":"context","elements":[${origin}]}]}]}`;
}

const ready = new Map(Object.values(skeletons).map((text) => {
  const out = new QuotedPrintable();
  out.skeleton(text);
  return [text, out.out];
}));
// Line ends of a skeleton that does not begin at the start of a line fall elsewhere; those two follow a colour and a link.
const plainLine = /^[\x20-\x3c\x3e-\x7e]*$/;
const plainHtml = /^[\x20!#-%'-;?-~]*$/;

/** Encoded skeletons are kept; text without anything to encode is cut by the line. */
class TunedQuotedPrintable extends QuotedPrintable {
  skeleton(text) {
    const known = this.column === 0 ? ready.get(text) : undefined;
    if (known === undefined) super.skeleton(text);
    else this.out += known;
  }

  text(text, html) {
    if (!(html ? plainHtml : plainLine).test(text) || text.includes('.') || text.includes('From')) {
      if (this.column === 0 && (text.startsWith('.') || text.startsWith('From'))) return super.text(text, html);
      if (!(html ? plainHtml : plainLine).test(text) || text.length + this.column > 75) return super.text(text, html);
    }
    for (let at = 0; at < text.length; ) {
      if (this.column === 75) this.softBreak();
      const part = text.slice(at, at + 75 - this.column);
      this.out += part;
      this.column += part.length;
      at += part.length;
    }
  }
}

export class Program {
  #notifiers = new Map();
  #slack;
  #Writer;
  /** Hashes by event and notifier: see collectIds(). */
  ids;

  constructor(configuration, ids, tuned) {
    this.ids = ids;
    this.#slack = tuned ? slackTuned : slackIdiomatic;
    this.#Writer = tuned ? TunedQuotedPrintable : QuotedPrintable;
    for (const { id, notifiers } of configuration.apps) this.#notifiers.set(id, notifiers.map((notifier) => ({ ...notifier, platform: notifier.type, selected: new Set() })));
  }

  #accepting(event) {
    return (this.#notifiers.get(event.app_id) ?? []).filter(({ active, send_all_events, selected }) => active && (send_all_events || selected.has(event.type)));
  }

  match(json) {
    return this.#accepting(JSON.parse(json)).map(({ id }) => id);
  }

  /** Calls `tell(notifier, payload)` for each notifier that is told. */
  #each(json, event, tell) {
    let message;
    for (const notifier of this.#accepting(event)) {
      if (notifier.platform === 'webhook') {
        tell(notifier, json);
        continue;
      }
      message ??= describe(event);
      if (notifier.platform === 'slack') tell(notifier, this.#slack(message));
      else tell(notifier, mail(message, 'Notifier <notifier@example.com>', notifier.type_data.emails[0], this.ids.get(event.id + notifier.id), this.#Writer));
    }
  }

  /** The payloads of the notifiers that are told. */
  route(json) {
    const payloads = [];
    this.#each(json, JSON.parse(json), (notifier, payload) => payloads.push(payload));
    return payloads;
  }

  /** Lines of events to lines of deliveries. */
  routeLines(bytes) {
    let out = '';
    for (const line of new TextDecoder().decode(bytes).split('\n')) {
      if (line === '') continue;
      const event = JSON.parse(line);
      this.#each(line, event, ({ id, name, platform, type_data }, payload) => {
        const head = { event_id: event.id, notifier_id: id, notifier_name: name, platform };
        const headers = { 'content-type': 'application/json', 'user-agent': 'notifier/2.0' };
        if (platform === 'email') {
          out += `${JSON.stringify({ ...head, from: 'notifier@example.com', to: type_data.emails, message: payload, truncations: [] })}\n`;
          return;
        }
        if (platform === 'webhook') headers['webhook-id'] = this.ids.get(event.id + id).key;
        out += `${JSON.stringify({ ...head, method: 'POST', url: type_data.webhook_url, headers, body: payload, truncations: [] })}\n`;
      });
    }
    return new TextEncoder().encode(out);
  }
}

/** The hashes of 128 bits that the programs above are handed: of all events, from our own deliveries. */
export function collectIds(engine, events) {
  const ids = new Map();
  for (const event of events) {
    for (const { eventId, notifierId, idempotencyKey: key, raw = '' } of engine.route(event)) {
      const [, thread] = /thread_([0-9a-f]{32})/.exec(raw) ?? [];
      const [, boundary] = /boundary="=_([0-9a-f]{32})/.exec(raw) ?? [];
      ids.set(eventId + notifierId, { key, thread, boundary });
    }
  }
  return ids;
}
