// What notifiers of a platform hold of their own (`type_data`), as a form asks for it: the platform's row says what there is.

import type { TypeData } from 'notifier-wasm';
import './form_words.js';
import './more_platforms.js';
import { fieldsOf } from './platform_fields.js';
import type { StringKey } from './strings.js';

/** What is entered, by the keys of `type_data`: as it was typed; of people, who was chosen. */
export interface Entered {
  readonly [key: string]: string | ReadonlySet<string> | undefined;
}

/** The words of a field: what it is called, and what helps with it. Others are called by their keys. */
export const wordsOf: Readonly<Record<string, { label: StringKey; hint?: StringKey }>> = {
  webhook_url: { label: 'url', hint: 'urlHint' },
  signing_secret: { label: 'secret', hint: 'secretHint' },
  signature: { label: 'signature', hint: 'signatureHint' },
  method: { label: 'method', hint: 'methodHint' },
  headers: { label: 'ownHeaders', hint: 'ownHeadersHint' },
  body: { label: 'ownBody', hint: 'ownBodyHint' },
  thread_id: { label: 'threadId', hint: 'threadIdHint' },
  channel: { label: 'channel', hint: 'channelHint' },
  username: { label: 'username', hint: 'usernameHint' },
  bot_token: { label: 'botToken', hint: 'botTokenHint' },
  chat_id: { label: 'chatId', hint: 'chatIdHint' },
  message_thread_id: { label: 'messageThreadId', hint: 'messageThreadIdHint' },
  api_url: { label: 'apiUrl', hint: 'apiUrlHint' },
  server_url: { label: 'server' },
  app_token: { label: 'appToken', hint: 'accessTokenHint' },
  homeserver_url: { label: 'homeserver' },
  room_id: { label: 'roomId', hint: 'roomIdHint' },
  api_token: { label: 'apiToken', hint: 'accessTokenHint' },
  user_key: { label: 'userKey', hint: 'accessTokenHint' },
  device: { label: 'device', hint: 'deviceHint' },
  routing_key: { label: 'routingKey', hint: 'accessTokenHint' },
  region: { label: 'region', hint: 'regionHint' },
  topic: { label: 'topic', hint: 'topicHint' },
  access_token: { label: 'accessToken', hint: 'accessTokenHint' },
  user_ids: { label: 'people' },
  emails: { label: 'emails', hint: 'emailsHint' },
};

/** How a field is called in the page: short names for what is there since ever, keys for all else. */
export function idOf(key: string): string {
  return { webhook_url: 'url', signing_secret: 'secret', user_ids: 'people' }[key] ?? key;
}

/** What a form starts with. What is never shown starts empty. */
export function enter(platform: string, data: TypeData): Entered {
  const form: Record<string, string | ReadonlySet<string>> = {};
  for (const { key, kind, shown } of fieldsOf(platform)) {
    const value = shown ? data[key] : undefined;
    if (kind === 'users') form[key] = new Set(Array.isArray(value) ? value.map(String) : []);
    else if (kind === 'json') form[key] = value === undefined || value === null ? '' : JSON.stringify(value, undefined, 2);
    else form[key] = Array.isArray(value) ? value.join(', ') : value === undefined || value === null ? '' : String(value);
  }
  return form;
}

/**
 * What was entered, as `type_data`. An optional field that is empty now is removed where it was set; what is never shown stays as it is.
 *
 * @param before what the notifier has; nothing for a new one
 * @param gone keys of what is never shown that is to be removed
 */
export function typeData(platform: string, form: Entered, before?: TypeData, gone?: ReadonlySet<string>): TypeData {
  const data: Record<string, unknown> = {};
  for (const { key, kind, required, shown } of fieldsOf(platform)) {
    const value = form[key] ?? '';
    const text = typeof value === 'string' ? value.trim() : '';
    if (kind === 'users') data[key] = typeof value === 'string' ? [] : [...value];
    else if (kind === 'addresses') data[key] = text.split(/[,;\s]+/).filter(Boolean);
    else if (text === '' && (!required || (!shown && before))) {
      if ((shown && before?.[key] !== undefined) || gone?.has(key)) data[key] = null;
    } else if (kind === 'headers') data[key] = readHeaders(text);
    else if (kind === 'json') data[key] = readJson(text);
    // Of another signature than the first, a key is any text.
    else if (kind === 'signing_secrets' && !form['signature'] && /\s/.test(text)) data[key] = text.split(/\s+/);
    else data[key] = text;
  }
  return data;
}

/** The fields in which JSON is asked for and something else stands, by their paths. */
export function noJson(platform: string, form: Entered): string[] {
  const isNone = (value: Entered[string]) => typeof value === 'string' && value.trim() !== '' && readJson(value) === undefined;
  return fieldsOf(platform).filter(({ key, kind }) => kind === 'json' && isNone(form[key])).map(({ key }) => `type_data.${key}`);
}

/** What a text stands for; nothing where it is no JSON yet. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines of `Name: value`. What has no colon becomes a name without a value, which the library's rules judge. */
function readHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    headers[(colon < 0 ? line : line.slice(0, colon)).trim()] = colon < 0 ? '' : line.slice(colon + 1).trim();
  }
  return headers;
}
