// A factory line tells its shift in Slack and its maintenance by mail of events of its own. Prints what it would send:
//
//     npm install notifier-wasm nodemailer && node quickstart.mjs
//     node quickstart.mjs --send smtp://user:password@mail.example.com    # sends it: put your own webhook and address in first

import { createEngine } from 'notifier-wasm';
import { Sender } from 'notifier-wasm/node';

const engine = await createEngine();
engine.configure({ emailFrom: 'Line 1 <line-1@factory.example>' });
engine.vocabulary({
  standard: false,
  categories: [{ id: 'furnaces', name: 'furnaces', display_name: 'Furnaces' }],
  event_types: [{ id: 'heat', name: 'furnace_heat', display_name: 'Furnace too hot' }],
  event_kinds: [
    {
      type: 'furnace_overheated',
      selectable_as: 'furnace_heat',
      wordings: [
        {
          when: 'level=critical',
          severity: 'error',
          title: '{furnace} is overheating',
          sentence: '{furnace} is at {temperature} \u00b0C[ since {since:time}].',
          fields: 'Limit: {limit} \u00b0C; Operator: {operator}',
          link: '{panel:link}',
        },
        { severity: 'warning', title: '{furnace} is warm', sentence: '{furnace} is at {temperature} \u00b0C.' },
      ],
    },
  ],
});
engine.addApp({ id: 'line-1', name: 'Line 1' });
engine.addNotifier('line-1', {
  name: 'shift', platform: 'slack', selected_events: ['furnace_heat'],
  type_data: { webhook_url: 'https://hooks.slack.com/services/T000/B000/your-own' },
});
engine.addNotifier('line-1', {
  name: 'maintenance', platform: 'email', selected_events: ['furnace_heat'],
  filter: { type_data: { level: ['critical'] } }, type_data: { emails: ['maintenance@factory.example'] },
});

const deliveries = engine.route({
  id: 'e-1', type: 'furnace_overheated', app_id: 'line-1', created_at: '2026-05-14T09:46:00Z',
  type_data: {
    furnace: 'F2', level: 'critical', temperature: 1312, limit: 1250, operator: 'Ada', since: '2026-05-14T09:41:00Z',
    panel: 'https://panel.factory.example/f2',
  },
});
for (const delivery of deliveries) {
  console.log(`${delivery.notifierName}, by ${delivery.platform}:\n${delivery.platform === 'email' ? delivery.raw : delivery.body}`);
}
const [option, smtp] = process.argv.slice(2);
const sender = option === '--send' ? new Sender(smtp && { smtp }) : undefined;
for (const delivery of sender ? deliveries : []) console.log(`${delivery.notifierName}: ${(await sender.send(delivery)).reason}`);
sender?.close();
