// Our payloads are what the platforms' own types describe, all in one run of the compiler.

import { payloads } from './payloads.mjs';
import { checkTypes } from './types.mjs';

const values = [];
[...payloads()].forEach((message, i) => {
  if (i % 6 !== 0) return;
  values.push(['Mattermost', message.mattermost], ['Discord', message.discord]);
});
checkTypes(
  `import type { MessageAttachment } from '@mattermost/types/message_attachments';
import type { RESTPostAPIWebhookWithTokenJSONBody as Discord } from 'discord-api-types/v10';
interface Mattermost {
  text: string;
  attachments: MessageAttachment[];
}`,
  values,
);
console.log(`${values.length} payloads`);
