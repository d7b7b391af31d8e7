// Our payloads are what the platforms' own types describe, all in one run of the compiler.

import { payloads } from './payloads.mjs';
import { checkTypes } from './types.mjs';

const values = [];
[...payloads()].forEach((message, i) => {
  if (i % 6 !== 0) return;
  values.push(['Mattermost', message.mattermost], ['Discord', message.discord], ['Teams', message.microsoft_teams], ['Google', message.google_chat]);
  // Keys and chat are the notifier's.
  const { event_action } = message.pagerduty;
  values.push([event_action ? 'Alert' : 'Change', { routing_key: 'R', ...(event_action && { dedup_key: 'alert_1' }), ...message.pagerduty }]);
  values.push(['Telegram', { chat_id: '-100', ...message.telegram }]);
});
checkTypes(
  `import type { MessageAttachment } from '@mattermost/types/message_attachments';
import type { RESTPostAPIWebhookWithTokenJSONBody as Discord } from 'discord-api-types/v10';
import type { chat_v1 } from '@googleapis/chat';
type Google = chat_v1.Schema$Message;
import type { ApiMethods } from '@grammyjs/types';
type Telegram = Parameters<ApiMethods<never>['sendMessage']>[0];
import type { EventParameters, ChangeParameters } from '@pagerduty/pdjs/build/src/events.js';
type Alert = EventParameters['data'];
// PagerDuty's documentation lets the time be left out, which is that of the arrival then; its types do not.
type Change = Omit<ChangeParameters['data'], 'payload'> & { payload: Omit<ChangeParameters['data']['payload'], 'timestamp'> & { timestamp?: string } };
import type { IAdaptiveCard } from '@microsoft/teams.cards';
// Microsoft's documentation writes the width so; its types, in lower case.
type Card = Omit<IAdaptiveCard, 'msteams'> & { msteams: { width: 'Full' } };
interface Teams {
  type: 'message';
  attachments: { contentType: 'application/vnd.microsoft.card.adaptive'; contentUrl: null; content: Card }[];
}
interface Mattermost {
  text: string;
  attachments: MessageAttachment[];
}`,
  values,
);
console.log(`${values.length} payloads`);
