// Our payloads are what Slack's own types describe.

import { payloads } from './payloads.mjs';
import { checkTypes } from './types.mjs';

const chosen = [...payloads()].filter((_, i) => i % 6 === 0).map((message) => message.slack);
checkTypes(
  `import type { KnownBlock, MessageAttachment } from '@slack/types';
interface Payload {
  text: string;
  mrkdwn: boolean;
  unfurl_links: boolean;
  unfurl_media: boolean;
  blocks?: KnownBlock[];
  attachments?: MessageAttachment[];
}`,
  chosen.map((payload) => ['Payload', payload]),
);
console.log(`${chosen.length} payloads`);
