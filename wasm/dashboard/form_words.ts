// Words that a notifier's form alone says, beside those of strings.ts. Hosts replace them in the same way.

import { teach } from './strings.js';

export const formWords = {
  method: 'Method',
  methodHint: 'What requests are made by.',
  ownHeaders: 'Headers of its own',
  ownHeadersHint: 'One a line, as X-Team: shop. They are never shown again.',
  threadId: 'Thread',
  threadIdHint: 'Optional. The number at the end of the link that Copy Thread Link gives.',
  channel: 'Channel',
  channelHint: 'Optional. The channel\u2019s own name, as town-square, or @anna; else the webhook\u2019s.',
  username: 'Sender\u2019s name',
  usernameHint: 'Optional. Counts where the server lets webhooks choose.',
  'help.mattermost': 'In Mattermost: the menu of products, Integrations, Incoming Webhooks.',
  'help.discord': 'In Discord: the channel\u2019s settings, Integrations, Webhooks, Copy Webhook URL.',
  filter: 'Only where',
  filterNone: 'Every event of these types is told. A condition narrows that.',
  filterJson: 'Filter (JSON)',
  filterNoJson: 'This is not JSON yet.',
  filterTwice: '{field} is asked for twice: put its values into one condition.',
  filterPast: 'What came lately',
  filterPasses: 'would be told',
  filterStops: 'would not',
  onlyFailures: 'Only failures',
  onlyFailuresHint: 'Only what went wrong: crashes, failed deployments, backups and payments, and whatever calls itself an error.',
  asJson: 'As JSON',
  asRows: 'As conditions',
  condition: 'Condition {number}',
  addCondition: 'Add a condition',
  removeCondition: 'Remove condition {number}',
  field: 'Field of the event',
  comparison: 'Comparison',
  values: 'Values',
  valuesHint: 'one, or another',
  'comparison.is': 'is',
  'comparison.isNot': 'is not',
  'comparison.contains': 'contains',
  'comparison.beginsWith': 'begins with',
  'comparison.endsWith': 'ends with',
  'comparison.above': 'is more than',
  'comparison.atLeast': 'is at least',
  'comparison.below': 'is less than',
  'comparison.atMost': 'is at most',
  'comparison.exists': 'is there',
  'comparison.isAbsent': 'is not there',
};

export type FormKey = keyof typeof formWords;

teach(formWords);
