// Messages of chat services, drawn from their payloads as those programs draw them. All text goes in as text.

import { html, nothing, type TemplateResult } from 'lit';
import { short } from './strings.js';

type Piece = TemplateResult | string;

/** Marks where the library cut a text. */
export function withCuts(text: string, cut: string): Piece {
  if (cut === '' || !text.trimEnd().endsWith('\u2026')) return text;
  const kept = text.trimEnd().slice(0, -1);
  return html`${kept}<mark title=${cut}>\u2026</mark>`;
}

/** The same at the end of any line. */
export function markCuts(text: string, cut: string): Piece[] {
  return text.split('\n').map((line, at) => html`${at > 0 ? '\n' : ''}${withCuts(line, cut)}`);
}

function unescape(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>' })[name]!);
}

const link = (text: Piece, target: string) => html`<span class="link" title=${target}>${text}</span>`;

function styled(text: string, pattern: RegExp, draw: (match: RegExpExecArray) => Piece, plain: (text: string) => Piece): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    pieces.push(plain(text.slice(at, match.index)), draw(match));
    at = match.index + match[0].length;
  }
  pieces.push(plain(text.slice(at)));
  return pieces;
}

function mrkdwn(text: string, cut: string): Piece[] {
  const marks = /```([^]*?)```|`([^`\n]+)`|<([^>|]+)(?:\|([^>]*))?>|\*([^*\n]+)\*|\b_([^_\n]+)_\b|~([^~\n]+)~/g;
  return styled(text, marks, ([, block, code, target, label, bold, italic, struck]) => {
    if (block !== undefined) return html`<pre>${withCuts(unescape(block).trim(), cut)}</pre>`;
    if (code !== undefined) return html`<code>${withCuts(unescape(code), cut)}</code>`;
    if (target !== undefined) return link(unescape(label ?? target), unescape(target));
    if (bold !== undefined) return html`<b>${unescape(bold)}</b>`;
    if (italic !== undefined) return html`<i>${unescape(italic)}</i>`;
    return html`<s>${unescape(struck!)}</s>`;
  }, (plain) => withCuts(unescape(plain), cut));
}

function markdown(text: string, cut: string): Piece[] {
  const marks = /```([^]*?)```|`([^`\n]+)`|\[([^\]\n]*)\]\((\S+?)\)|\*\*?([^*\n]+)\*\*?|\b_([^_\n]+)_\b/g;
  return styled(text, marks, ([, block, code, label, target, bold, italic]) => {
    if (block !== undefined) return html`<pre>${withCuts(block.trim(), cut)}</pre>`;
    if (code !== undefined) return html`<code>${withCuts(code, cut)}</code>`;
    if (target !== undefined) return link(label!, target);
    return bold !== undefined ? html`<b>${bold}</b>` : html`<i>${italic}</i>`;
  }, (plain) => withCuts(plain, cut));
}

interface SlackText { type: string; text: string }
interface SlackBlock { type: string; text?: SlackText; fields?: SlackText[]; elements?: SlackText[] }
interface SlackMessage { text?: string; blocks?: SlackBlock[]; attachments?: { color?: string; blocks?: SlackBlock[]; text?: string }[] }

function parse<T>(body: string): T | undefined {
  try {
    return JSON.parse(body) as T;
  } catch {
    return undefined;
  }
}

function face(name: string, tag: string, time: string, content: TemplateResult): TemplateResult {
  const first = [...name.trim()][0]?.toLocaleUpperCase() ?? 'N';
  return html`<div class="message"><span class="face" aria-hidden="true">${first}</span><div>
    <div class="who"><bdi>${short(name)}</bdi><span class="app">${tag}</span><span class="quiet">${time}</span></div>${content}</div></div>`;
}

const slackText = ({ type, text }: SlackText, cut: string) => (type === 'mrkdwn' ? mrkdwn(text, cut) : withCuts(unescape(text), cut));

function slackBlock(block: SlackBlock, cut: string): TemplateResult | typeof nothing {
  switch (block.type) {
    case 'header':
      return html`<div class="title">${slackText(block.text!, cut)}</div>`;
    case 'section':
      return html`${block.text ? html`<div class="text">${slackText(block.text, cut)}</div>` : nothing}
        ${block.fields ? html`<div class="pairs">${block.fields.map((field) => html`<div class="text">${slackText(field, cut)}</div>`)}</div>` : nothing}`;
    case 'context':
      return html`<div class="context">${block.elements?.map((element) => html`<span>${slackText(element, cut)}</span>`)}</div>`;
    case 'divider':
      return html`<hr>`;
    default:
      return nothing;
  }
}

export function drawSlack(body: string, name: string, time: string, cut: string): TemplateResult {
  const message = parse<SlackMessage>(body);
  if (!message) return html`<pre>${body}</pre>`;
  if (!message.blocks && message.attachments) return drawRocketChat(body, name, time, cut); // at a Mattermost server
  return face(name, 'APP', time, html`
    ${message.blocks?.length ? message.blocks.map((block) => slackBlock(block, cut)) : html`<div class="text">${mrkdwn(message.text ?? '', cut)}</div>`}
    ${message.attachments?.map(({ color, blocks, text }) => html`<div class="attachment" data-color=${color ?? '#999999'}>${blocks?.map((block) => slackBlock(block, cut))}${text ? html`<div class="text">${mrkdwn(text, cut)}</div>` : nothing}</div>`)}`);
}

interface RocketField { short?: boolean; title: string; value: string }
interface RocketMessage { alias?: string; username?: string; text?: string; attachments?: { color?: string; title?: string; title_link?: string; text?: string; fields?: RocketField[]; footer?: string }[] }

/** Mattermost's messages, too. */
export function drawRocketChat(body: string, name: string, time: string, cut: string): TemplateResult {
  const message = parse<RocketMessage>(body);
  if (!message) return html`<pre>${body}</pre>`;
  return html`<div class="rocket">${face(message.alias ?? message.username ?? name, 'Bot', time, html`
    <div class="text">${markdown(message.text ?? '', cut)}</div>
    ${message.attachments?.map(({ color, title, title_link: target, text, fields, footer }) => html`<div class="attachment" data-color=${color ?? '#999999'}>
      ${title ? html`<div class="subtitle">${target ? link(title, target) : title}</div>` : nothing}${text ? html`<div class="text">${markdown(text, cut)}</div>` : nothing}
      ${fields?.length ? html`<div class="fields">${fields.map((field) => html`<div class=${field.short ? '' : 'long'}><div class="field-title">${field.title}</div><div class="text">${markdown(field.value, cut)}</div></div>`)}</div>` : nothing}${footer ? html`<div class="context"><span>${footer}</span></div>` : nothing}</div>`)}`)}</div>`;
}

interface DiscordEmbed { color?: number; title?: string; description?: string; fields?: { name: string; value: string; inline?: boolean }[]; footer?: { text: string }; timestamp?: string }

function discord(text: string, cut: string): Piece[] {
  return styled(text, /```([^]*?)```|\[([^\]\n]*)\]\((\S+?)\)|\*\*([^*\n]+)\*\*|\\([^0-9A-Za-z\s])/g, ([, block, label, target, bold, escaped]) => {
    if (block !== undefined) return html`<pre>${withCuts(block.trim(), cut)}</pre>`;
    if (target !== undefined) return link(label!, target);
    return bold !== undefined ? html`<b>${bold}</b>` : escaped!;
  }, (plain) => withCuts(plain, cut));
}

export function drawDiscord(body: string, name: string, time: string, cut: string, moment: (at: number) => string): TemplateResult {
  const message = parse<{ embeds?: DiscordEmbed[] }>(body);
  if (!message) return html`<pre>${body}</pre>`;
  return html`<div class="discord-chat">${face(name, 'APP', time, html`${message.embeds?.map(({ color = 0, title, description, fields, footer, timestamp }) => html`<div class="attachment" data-color="#${color.toString(16).padStart(6, '0')}">
      ${title ? html`<div class="title">${discord(title, cut)}</div>` : nothing}${description ? html`<div class="text">${discord(description, cut)}</div>` : nothing}
      ${fields?.length ? html`<div class="fields">${fields.map(({ name, value, inline }) => html`<div class=${inline ? '' : 'long'}><div class="field-title">${name}</div><div class="text">${discord(value, cut)}</div></div>`)}</div>` : nothing}
      ${footer || timestamp ? html`<div class="context"><span>${[footer?.text, timestamp && moment(Date.parse(timestamp))].filter(Boolean).join(' \u2022 ')}</span></div>` : nothing}</div>`)}`)}</div>`;
}

interface CardElement { type: string; text?: string; color?: string; size?: string; isSubtle?: boolean; fontType?: string; weight?: string; facts?: { title: string; value: string }[] }

export function drawMicrosoftTeams(body: string, name: string, time: string, cut: string): TemplateResult {
  const card = parse<{ attachments?: { content: { body?: CardElement[]; actions?: { title: string; url: string }[] } }[] }>(body)?.attachments?.[0]?.content;
  if (!card) return html`<pre>${body}</pre>`;
  return html`<div class="teams-chat">${face(name, 'Workflows', time, html`<div class="attachment">${card.body?.map(({ text = '', color, isSubtle, fontType, weight, facts }) => {
    if (facts) return html`<dl>${facts.map(({ title, value }) => html`<dt>${title}</dt><dd class="text">${discord(value, cut)}</dd>`)}</dl>`;
    if (fontType) return html`<div class="text code">${discord(text.replace(/\n\n/g, '\n'), cut)}</div>`;
    return html`<div class="text ${color ? `title ${color}` : isSubtle ? 'context' : weight ? 'field-title' : ''}">${discord(text, cut)}</div>`;
  })}${card.actions?.map(({ title, url }) => html`<div><span class="button small" title=${url}>${title}</span></div>`)}</div>`)}</div>`;
}

interface ChatWidget { textParagraph?: { text: string }; decoratedText?: { topLabel: string; text: string }; buttonList?: { buttons: { text: string; onClick: { openLink: { url: string } } }[] } }

function chatHtml(text: string, cut: string): Piece[] {
  return styled(text.replace(/<br>/g, '\n'), /<a href="([^"]*)">([^<]*)<\/a>|<b>([^<]*)<\/b>|<i>([^<]*)<\/i>/g, ([, target, label, bold, italic]) => {
    if (target !== undefined) return link(unescape(label!), unescape(target));
    return bold !== undefined ? html`<b>${unescape(bold)}</b>` : html`<i>${unescape(italic!)}</i>`;
  }, (plain) => withCuts(unescape(plain), cut));
}

export function drawGoogleChat(body: string, name: string, time: string, cut: string): TemplateResult {
  const message = parse<{ text?: string; cardsV2?: { card: { sections: { widgets: ChatWidget[] }[] } }[] }>(body);
  if (!message) return html`<pre>${body}</pre>`;
  return html`<div class="teams-chat">${face(name, 'App', time, html`<div class="text">${withCuts(unescape(message.text ?? ''), cut)}</div>
    <div class="attachment">${message.cardsV2?.flatMap(({ card }) => card.sections.flatMap(({ widgets }) => widgets)).map(({ textParagraph, decoratedText, buttonList }) => {
      if (buttonList) return html`<div>${buttonList.buttons.map(({ text, onClick }) => html`<span class="button small" title=${onClick.openLink.url}>${text}</span>`)}</div>`;
      return decoratedText ? html`<div><div class="subtitle">${decoratedText.topLabel}</div><div class="text">${chatHtml(decoratedText.text, cut)}</div></div>` : html`<div class="text">${chatHtml(textParagraph?.text ?? '', cut)}</div>`;
    })}</div>`)}</div>`;
}

interface TelegramEntity { type: string; offset: number; length: number }

export function drawTelegram(body: string, name: string, time: string, cut: string): TemplateResult {
  const message = parse<{ text?: string; entities?: TelegramEntity[] }>(body);
  if (!message) return html`<pre>${body}</pre>`;
  const text = message.text ?? '';
  const pieces: Piece[] = [];
  let at = 0;
  for (const { type, offset, length } of message.entities ?? []) {
    const part = withCuts(text.slice(offset, offset + length), cut);
    pieces.push(...linked(text.slice(at, offset), cut), type === 'pre' ? html`<pre>${part}</pre>` : html`<b>${part}</b>`);
    at = offset + length;
  }
  return html`<div class="discord-chat">${face(name, 'bot', time, html`<div class="text">${[...pieces, ...linked(text.slice(at), cut)]}</div>`)}</div>`;
}

export function drawMatrix(body: string, name: string, time: string, cut: string): TemplateResult {
  const message = parse<{ formatted_body?: string }>(body);
  if (!message) return html`<pre>${body}</pre>`;
  const text = (message.formatted_body ?? '').replace(/<br>|<\/(?:li|ul|p)>/g, '\n').replace(/<(?:ul|p|\/?code)>/g, '').replace(/<li>/g, '\u2022 ').trim();
  const marks = /<a href="([^"]*)">([^<]*)<\/a>|<b>([^<]*)<\/b>|<i>([^<]*)<\/i>|<pre>([^<]*)<\/pre>|<span data-mx-color="([^"]*)">([^<]*)<\/span>/g;
  return html`<div class="discord-chat">${face(name, 'Bot', time, html`<div class="text">${styled(text, marks, ([, target, label, bold, italic, code, color, dot]) => {
    if (target !== undefined) return link(unescape(label!), unescape(target));
    if (code !== undefined) return html`<pre>${withCuts(unescape(code), cut)}</pre>`;
    if (dot !== undefined) return html`<svg width="10" height="10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill=${color!}></circle></svg>`;
    return bold !== undefined ? html`<b>${withCuts(unescape(bold), cut)}</b>` : html`<i>${unescape(italic!)}</i>`;
  }, (plain) => html`${markCuts(unescape(plain), cut)}`)}</div>`)}</div>`;
}

interface PagerDutyEvent { event_action?: string; payload?: { summary: string; source: string; severity?: string; custom_details?: Record<string, string> }; links?: { href: string; text: string }[] }

/** An alert of an incident, its end, or a change. */
export function drawPagerDuty(body: string, name: string, time: string, cut: string): TemplateResult {
  const { event_action: action, payload, links } = parse<PagerDutyEvent>(body) ?? {};
  if (!payload) return html`<pre>${body}</pre>`;
  const { summary, source, severity, custom_details: { Message: message = '', ...details } = {} } = payload;
  const [state, tone] = action === 'resolve' ? ['Resolved', 'Good'] : action ? ['Triggered', severity === 'error' ? 'Attention' : 'Warning'] : ['Change', 'Accent'];
  return html`<div class="teams-chat">${face(name, state!, time, html`<div class="attachment"><div class="title ${tone}">${withCuts(summary, cut)}</div>
    <div class="context"><span>${[source, action && severity].filter(Boolean).join(' \u2022 ')}</span></div><div class="text">${linked(message, cut)}</div>
    <dl>${Object.entries(details).map(([label, value]) => html`<dt>${label}</dt><dd class="text">${linked(value, cut)}</dd>`)}</dl>
    ${links?.map(({ href, text }) => html`<div><span class="button small" title=${href}>${text}</span></div>`)}</div>`)}</div>`;
}

/** A notification of plain text: ntfy's, Gotify's and Pushover's. */
export function drawPush(body: string, name: string, time: string, cut: string): TemplateResult {
  const push = parse<{ title?: string; message?: string; click?: string; url?: string; extras?: { 'client::notification'?: { click: { url: string } } } }>(body);
  if (!push) return html`<pre>${body}</pre>`;
  const target = push.click ?? push.url ?? push.extras?.['client::notification']?.click.url;
  return html`<div class="teams-chat">${face(name, 'Push', time, html`<div class="attachment"><div class="title">${withCuts(push.title ?? '', cut)}</div><div class="text">${linked(push.message ?? '', cut)}</div>${target ? html`<div>${link(target, target)}</div>` : nothing}</div>`)}</div>`;
}

/** What programs make a link of by themselves. */
function linked(text: string, cut: string): Piece[] {
  return styled(text, /https?:\/\/[!#-;=?-\[\]_a-z~]+/gi, ([target]) => link(target!, target!), (plain) => html`${markCuts(plain, cut)}`);
}
