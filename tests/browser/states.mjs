// The states of the dashboard, and how a person gets there. For tests that look at each, and for pictures.

import { startApi, noteOf } from './api_server.mjs';
import { open, pageOf, serve, shop } from './browser.mjs';

const event = (id, type, rest = {}) => ({ id, created_at: new Date().toISOString(), type, app_name: 'shop', user: { username: 'anna' }, type_data: {}, ...rest });
const longEvent = event('e-long', 'crash', { type_data: { container_type: 'web', crash_logs: 'Error: connect ECONNREFUSED 10.0.0.7:5432\n'.repeat(500) } });

export const hostileNames = [
  '<img src=x onerror="globalThis.hacked=1">', '${alert(1)}', 'x'.repeat(250), '\u{1F984}\u{10FFFD}\u202Etxet', '"><script>globalThis.hacked=1</script>', '\u{1F984}'.repeat(60),
];
const hook = (name, at = 0) => ({ name, platform: ['slack', 'webhook', 'rocket_chat'][at % 3], send_all_events: true, type_data: { webhook_url: `https://example.com/${at}` } });
const configurations = {
  shop,
  nothing: { version: 1, apps: [] },
  signed: { version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: [
    { name: 'Audit trail', platform: 'webhook', send_all_events: true, muted_until: new Date(Date.now() + 3_600_000).toISOString(), type_data: { webhook_url: 'https://audit.example/hook', signing_secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', headers: { 'X-Team': 'shop' } } },
    { name: 'Team channel', platform: 'slack', send_all_events: true, type_data: { webhook_url: 'https://hooks.slack.example/services/T0/B0/secret' } },
  ] }] },
  empty: { version: 1, apps: [{ id: 'app-1', name: 'shop' }] },
  hostile: { version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: hostileNames.map(hook) }] },
  many: { version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: Array.from({ length: 10_000 }, (_, at) => hook(`Notifier ${at}`, at)) }] },
  factory: {
    ...shop,
    vocabulary: {
      event_kinds: [{ type: 'furnace_hot', wordings: [
        { when: 'level=critical', severity: 'error', title: '{furnace} is overheating', sentence: '{furnace} is at {temperature} \u00b0C[ since {since:time}].', fields: 'Limit: {limit}; Operator: {operator}' },
        { severity: 'warning', title: '{furnace} is hot', sentence: '{furnace} is at {temperature} \u00b0C.' },
      ], sample: { type_data: { level: 'critical', furnace: 'F2', temperature: 1312, limit: 1250, operator: 'Anna', since: '2026-05-14T09:46:00Z' } } }],
      platforms: [{ name: 'pager', display_name: 'The pager', fields: [{ key: 'number', required: true }], request: { method: 'POST', url: 'https://pager.example.com/send', body: { text: '{@title}' } } }],
    },
  },
  several: { version: 1, apps: [...shop.apps, { id: 'app-2', name: 'warehouse' }] },
};

/** What a server keeps of the last hour. */
function kept() {
  const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const events = [event('e-1', 'crash', { created_at: at(-50), type_data: { container_type: 'web', crash_logs: 'Error: connect ECONNREFUSED\n'.repeat(4) } }), event('e-2', 'deployment', { created_at: at(-30) }), event('e-3', 'restart', { created_at: at(-10), user: { username: '\u05d3\u05e0\u05d4 '.repeat(30) } })];
  const attempt = (minutes, outcome, status, reason, reply) => ({ at: at(minutes), outcome, status, reason, ...(reply && { reply }) });
  const say = (id, name, kind, state, attempts, more = {}) => ({ id, notifier_id: `no-${name}`, notifier_name: name, event_id: kind[0], event_type: kind[1], platform: kind[2], state, created_at: at(-50), next_at: null, ended_at: null, attempts, ...more });
  const deliveries = [
    say('k-pending', 'Team channel', ['e-3', 'restart', 'slack'], 'pending', [attempt(-9, 'retry', 503, 'the target cannot take it now', 'upstream connect error or disconnect/reset before headers')], { next_at: at(20) }),
    say('k-held', 'Ops room', ['e-3', 'restart', 'rocket_chat'], 'held', [], { held_until: at(4000) }),
    say('k-ok', 'Audit trail', ['e-2', 'deployment', 'webhook'], 'delivered', [attempt(-29, 'delivered', 200, 'the target took it', 'ok')], { ended_at: at(-29) }),
    say('k-dead', 'x'.repeat(150), ['e-1', 'crash', 'webhook'], 'dead', [attempt(-49, 'retry', 500, 'the target failed', `<html>${'internal error '.repeat(30)}</html>`), attempt(-40, 'fail', 400, 'the target refuses it', '{"error":"no such queue"}')], { ended_at: at(-40) }),
    say('k-mail', 'On call', ['e-1', 'crash', 'email'], 'dead', [{ ...attempt(-45, 'fail', 550, 'the relay refused the mail', '5.1.1 no such user'), refused: ['a@example.org', 'b@example.org'] }], { ended_at: at(-45) }),
    say('k-digest', 'Team channel', ['e-2', 'deployment', 'slack'], 'grouped', [], { ended_at: at(-20) }),
  ];
  const page = (list) => ({ total: list.length, items: list.map((one) => JSON.stringify(one)), next: 0 });
  const is = (wanted, value) => wanted === '' || wanted === value;
  return {
    events: () => page([...events].reverse()),
    deliveries: () => page([]),
    event: (_, id) => JSON.stringify(events.find((one) => one.id === id)),
    find: (_, { id, eventId, state }) => page(deliveries.filter((one) => is(id, one.id) && is(eventId, one.event_id) && is(state, one.state))),
    retry: () => 'due',
  };
}

const row = (page, name) => page.getByRole('listitem').filter({ hasText: name });
const tab = (page, name) => page.getByRole('tab', { name }).click();
const loaded = (page) => page.getByText(/^\d[\d,]* notifiers?$/).first().waitFor();

const paste = async (page, json) => {
  await page.getByLabel('Sample event').selectOption({ label: 'Paste an event\u2026' });
  await page.getByLabel('Event (JSON)').fill(json);
};

/** Events, one of whose deliveries fails, of the last half hour. */
async function happen(page, { mode, server }) {
  const kinds = ['deployment', 'restart', 'crash', 'new_domain', 'scale'];
  const past = Array.from({ length: 29 }, (_, at) => 28 - at).flatMap((minute) => Array.from({ length: (minute * 7) % 5 }, (_, count) => ({ minute, ...event(`${minute}-${count}`, kinds[(minute + count) % 5]) })));
  const badOne = '28-1';
  if (mode === 'page') {
    await page.evaluate(async ({ past, badOne }) => {
      const { now } = Date;
      globalThis.broken = ({ eventId, platform }) => eventId === badOne && platform === 'slack';
      for (const { minute, ...one } of past.map((one) => ({ ...one, created_at: new Date(now() - one.minute * 60_000).toISOString() }))) {
        Date.now = () => now() - minute * 60_000;
        await dashboard.accept(one);
      }
      Date.now = now;
      await dashboard.accept({ ...past[0], id: badOne, created_at: new Date().toISOString() });
    }, { past, badOne });
  } else {
    const { engine } = server;
    for (const { minute, ...one } of [...past, { minute: 0, ...event(badOne, 'crash') }]) {
      const told = { ...one, created_at: new Date(Date.now() - minute * 60_000).toISOString() };
      server.tell('event', told);
      for (const delivery of engine.route(told)) {
        const isBad = one.id === badOne && delivery.platform === 'slack';
        server.tell('delivery', noteOf(delivery, isBad ? 'dead' : minute === 0 ? 'retrying' : 'delivered', { created_at: told.created_at, ...(isBad && { reason: 'Slack answered 404: no_service' }) }));
      }
    }
  }
  await page.getByRole('button', { name: /^Send again/ }).first().waitFor();
}

/** By name. `seed`: which configuration; `modes`: where it exists, or where it is enough to look; `attributes`: of the element. */
export const states = [
  { name: 'notifiers', reach: loaded },
  { name: 'empty', seed: 'empty', reach: (page) => page.getByText('No notifiers yet').waitFor() },
  { name: 'no-apps', seed: 'nothing', modes: ['server'], attributes: 'base-url=""', reach: (page) => page.getByText('No app yet').waitFor() },
  {
    name: 'locked-out',
    modes: ['server'],
    reach: async (page, { server }) => {
      await row(page, 'Audit trail').getByRole('button', { name: /^Edit/ }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Audit log');
      await page.locator('dialog notifier-dashboard-payload').waitFor();
      server.token = 'another';
      await page.locator('#save').click();
      await page.locator('#failure', { hasText: 'asks for a valid token' }).waitFor();
    },
  },
  { name: 'none-found', modes: ['page'], reach: async (page) => (await loaded(page), await page.getByLabel('Find a notifier').fill('zzz'), await page.getByText('No notifier matches.').waitFor()) },
  { name: 'many', seed: 'many', modes: ['page'], reach: loaded },
  { name: 'hostile', seed: 'hostile', modes: ['page'], reach: loaded },
  { name: 'several-apps', seed: 'several', modes: ['server'], attributes: 'base-url=""', reach: async (page) => (await loaded(page), await page.locator('#app').waitFor()) },
  { name: 'right-to-left', attributes: 'locale="ar"', modes: ['page'], reach: (page) => row(page, 'On call').waitFor() },
  {
    name: 'right-to-left-edit',
    attributes: 'locale="ar"',
    modes: ['page'],
    reach: async (page) => {
      await row(page, 'On call').getByRole('button', { name: /^Edit/ }).click();
      await page.frameLocator('dialog iframe').getByText('shop: deployment succeeded').first().waitFor();
    },
  },
  {
    name: 'right-to-left-preview',
    attributes: 'locale="ar"',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Preview');
      await page.frameLocator('iframe').getByText('shop: deployment succeeded').first().waitFor();
    },
  },
  {
    name: 'add',
    reach: async (page) => {
      await loaded(page);
      await page.getByRole('button', { name: 'Add notifier' }).click();
      await page.locator('dialog .title').waitFor();
    },
  },
  {
    name: 'add-refused',
    reach: async (page) => {
      await loaded(page);
      await page.getByRole('button', { name: 'Add notifier' }).click();
      await page.locator('#all').uncheck();
      await page.locator('#save').click();
      await page.locator('#name-error').waitFor();
      await page.locator('dialog .title').waitFor();
    },
  },
  {
    name: 'edit',
    reach: async (page) => {
      await row(page, 'On call').getByRole('button', { name: /^Edit/ }).click();
      await page.frameLocator('dialog iframe').getByText('shop: deployment succeeded').first().waitFor();
    },
  },
  {
    name: 'edit-unsaved',
    modes: ['page'],
    reach: async (page) => {
      await row(page, 'On call').getByRole('button', { name: /^Edit/ }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Night shift');
      await page.keyboard.press('Escape');
      await page.locator('#discard').waitFor();
    },
  },
  {
    name: 'server-refuses',
    modes: ['server'],
    reach: async (page, { server }) => {
      server.refuse = ({ method }) => method === 'PATCH';
      await row(page, 'Audit trail').getByRole('button', { name: /^Edit/ }).click();
      await page.locator('dialog notifier-dashboard-payload').waitFor();
      await page.locator('#save').click();
      await page.locator('#name-error', { hasText: 'Has already been taken' }).waitFor();
    },
  },
  {
    name: 'test-shown',
    modes: ['page'],
    reach: async (page) => {
      await row(page, 'Team channel').getByRole('button', { name: 'Show test message of Team channel' }).click();
      await page.locator('dialog notifier-dashboard-payload .title').waitFor();
    },
  },
  {
    name: 'tested',
    attributes: 'delivers',
    reach: async (page) => {
      await page.evaluate(() => takeDeliveries());
      await row(page, 'Team channel').getByRole('button', { name: /^Send test/ }).click();
      await page.getByText('The test to Team channel is on its way.').first().waitFor();
    },
  },
  {
    name: 'test-failed',
    modes: ['server'],
    reach: async (page, { server }) => {
      // Where a stream tells of it.
      await tab(page, 'Activity');
      await page.locator('#live', { hasText: /^Live$/ }).waitFor();
      await tab(page, 'Notifiers');
      await row(page, 'Team channel').getByRole('button', { name: /^Send test/ }).click();
      await page.getByText('The test to Team channel is on its way.').first().waitFor();
      server.tell('delivery', noteOf(server.made.at(-1), 'dead', { attempt: 1, outcome: 'fail', response_status: 404, reason: 'there is no such webhook' }));
      await page.locator('.toast.failed').waitFor();
    },
  },
  ...['switched-off', 'edit-switched-off'].map((name) => ({
    name,
    modes: ['server'],
    reach: async (page, { server }) => {
      const { id } = server.engine.notifiers('shop').find((notifier) => notifier.name === 'Audit trail');
      await tab(page, 'Activity');
      await page.locator('#live', { hasText: /^Live$/ }).waitFor();
      await tab(page, 'Notifiers');
      const outcome = server.engine.switchOff('shop', id, 'the target is gone for good');
      await server.engine.commit([outcome]);
      server.tell('event', outcome.events[0].json);
      await row(page, 'Audit trail').getByText('Switched off').waitFor();
      if (name === 'switched-off') return;
      await row(page, 'Audit trail').getByRole('button', { name: /^Edit/ }).click();
      await page.locator('dialog notifier-dashboard-payload').waitFor();
    },
  })),
  {
    name: 'glance',
    history: kept,
    reach: async (page) => {
      await row(page, 'Audit trail').getByRole('button', { name: 'Details of Audit trail' }).click();
      await page.locator('#last').waitFor();
    },
  },
  {
    name: 'glance-switched-off',
    modes: ['server'],
    history: kept,
    reach: async (page, { server }) => {
      const { id } = server.engine.notifiers('shop').find((notifier) => notifier.name === 'Audit trail');
      await loaded(page);
      const outcome = server.engine.switchOff('shop', id, `the target said that it is gone for good: ${'no such hook '.repeat(20)}`);
      await server.engine.commit([outcome]);
      await page.evaluate(() => dashboard.reload());
      await row(page, 'Audit trail').getByText('Switched off').waitFor();
      await row(page, 'Audit trail').getByRole('button', { name: 'Details of Audit trail' }).click();
      await page.locator('#off').waitFor();
    },
  },
  {
    name: 'glance-muted',
    seed: 'signed',
    reach: async (page) => {
      await row(page, 'Audit trail').getByText('Muted').waitFor();
      await row(page, 'Audit trail').getByRole('button', { name: 'Details of Audit trail' }).click();
      await page.locator('#export').click();
      await page.locator('#said', { hasText: 'left out' }).waitFor();
    },
  },
  {
    name: 'french-glance',
    seed: 'signed',
    modes: ['page'],
    attributes: 'locale="fr"',
    reach: async (page) => {
      await row(page, 'Audit trail').locator('[data-action=show]').click();
      await page.getByText('Secrets conserv\u00e9s').waitFor();
    },
  },
  {
    name: 'duplicate',
    seed: 'signed',
    modes: ['page'],
    reach: async (page) => {
      await row(page, 'Audit trail').getByRole('button', { name: 'Details of Audit trail' }).click();
      await page.locator('#duplicate').click();
      await page.locator('#not-copied').waitFor();
      await page.locator('dialog notifier-dashboard-payload').waitFor();
    },
  },
  {
    name: 'edit-secrets',
    seed: 'signed',
    modes: ['page'],
    reach: async (page) => {
      await row(page, 'Audit trail').getByRole('button', { name: /^Edit/ }).click();
      await page.locator('dialog notifier-dashboard-payload').waitFor();
      await page.locator('[data-secret=signing_secret] [data-do=generate]').click();
      await page.locator('dialog').getByText('Request', { exact: true }).first().click();
      await page.locator('[data-secret=headers] [data-do=take-off]').click();
      await page.getByText('It is removed when this is saved.').waitFor();
    },
  },
  {
    name: 'bulk',
    reach: async (page) => {
      await loaded(page);
      await page.locator('#bulk').click();
      await page.locator('#switch-on').waitFor();
    },
  },
  {
    name: 'bulk-many',
    seed: 'many',
    modes: ['page'],
    reach: async (page) => {
      await loaded(page);
      await page.locator('#bulk').click();
      await page.getByText('9,800 more').waitFor();
    },
  },
  {
    name: 'bulk-remove',
    modes: ['page'],
    reach: async (page) => {
      await loaded(page);
      await page.locator('#bulk').click();
      await page.locator('#remove-all').click();
      await page.locator('#keep').waitFor();
    },
  },
  {
    name: 'bulk-removed',
    modes: ['page'],
    reach: async (page) => {
      await loaded(page);
      await page.locator('#bulk').click();
      await page.locator('#remove-all').click();
      await page.locator('#confirm').click();
      await page.locator('#undo').waitFor();
    },
  },
  {
    name: 'remove',
    reach: async (page) => {
      await row(page, 'On call').getByRole('button', { name: /^Remove/ }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'removed',
    reach: async (page) => {
      await row(page, 'On call').getByRole('button', { name: /^Remove/ }).click();
      await page.locator('#confirm').click();
      await page.locator('#undo').waitFor();
      await row(page, 'On call').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'preview',
    reach: async (page) => {
      await tab(page, 'Preview');
      await page.frameLocator('iframe').getByText('shop: deployment succeeded').first().waitFor();
    },
  },
  {
    name: 'preview-cut',
    reach: async (page) => {
      await tab(page, 'Preview');
      await paste(page, JSON.stringify(longEvent));
      await page.locator('#cuts').first().waitFor();
    },
  },
  {
    name: 'preview-raw',
    reach: async (page) => {
      await tab(page, 'Preview');
      await page.frameLocator('iframe').getByText('shop: deployment succeeded').first().waitFor();
      for (const button of await page.getByRole('button', { name: 'Raw bytes' }).all()) await button.click();
      await page.locator('#raw').nth(3).waitFor();
    },
  },
  {
    name: 'preview-refused',
    reach: async (page) => {
      await tab(page, 'Preview');
      await paste(page, '{"type":"deployment",');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'why',
    reach: async (page) => {
      await tab(page, 'Why');
      await page.getByText('3 of 4 are told').waitFor();
    },
  },
  {
    name: 'activity-quiet',
    reach: async (page) => {
      await tab(page, 'Activity');
      await page.getByText('Nothing has happened yet.').waitFor();
      await page.locator('#live', { hasText: /^Live$/ }).waitFor();
    },
  },
  {
    name: 'activity',
    reach: async (page, context) => {
      if (context.mode === 'page') await page.evaluate(() => takeDeliveries());
      await tab(page, 'Activity');
      await page.locator('#live', { hasText: /^Live$/ }).waitFor();
      await happen(page, context);
    },
  },
  {
    name: 'activity-waiting',
    modes: ['server'],
    reach: async (page, { server }) => {
      await tab(page, 'Activity');
      await page.locator('#live', { hasText: /^Live$/ }).waitFor();
      const later = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
      const why = { attempt: 3, outcome: 'retry', response_status: 503, reason: 'the target cannot take it now' };
      const fates = { slack: ['pending', { ...why, next_at: later(30) }], webhook: ['held', { ...why, attempt: 1, held_until: later(4320) }], email: ['dead', { ...why, outcome: 'fail', response_status: 550, reason: 'the relay refused the mail' }] };
      for (const [at, kind] of ['deployment', 'crash', 'restart'].entries()) {
        const told = event(`w-${at}`, kind);
        server.tell('event', told);
        for (const delivery of server.engine.route(told)) server.tell('delivery', noteOf(delivery, ...(at === 0 ? ['delivered'] : fates[delivery.platform])));
      }
      await page.locator('.waiting').nth(3).waitFor();
    },
  },
  {
    name: 'history',
    modes: ['server'],
    history: kept,
    reach: async (page) => {
      await tab(page, 'History');
      await page.locator('.row').nth(5).waitFor();
    },
  },
  {
    name: 'history-failed',
    modes: ['server'],
    history: kept,
    reach: async (page) => {
      await tab(page, 'History');
      await page.getByLabel('Outcome').selectOption('dead');
      await page.locator('#again-all').waitFor();
    },
  },
  {
    name: 'history-delivery',
    modes: ['server'],
    history: kept,
    reach: async (page) => {
      await tab(page, 'History');
      await page.locator('[data-id=k-dead]').click();
      await page.locator('.reply').first().waitFor();
    },
  },
  {
    name: 'history-waiting',
    modes: ['server'],
    history: kept,
    reach: async (page) => {
      await tab(page, 'History');
      await page.locator('[data-id=k-pending]').click();
      await page.locator('#withdraw').waitFor();
    },
  },
  {
    name: 'history-events',
    modes: ['server'],
    history: kept,
    reach: async (page) => {
      await tab(page, 'History');
      await page.getByRole('button', { name: 'Events' }).click();
      await page.locator('.row').nth(2).waitFor();
    },
  },
  {
    name: 'history-event',
    modes: ['server'],
    history: kept,
    reach: async (page) => {
      await tab(page, 'History');
      await page.getByRole('button', { name: 'Events' }).click();
      await page.getByRole('button', { name: /^Crash/i }).click();
      await page.locator('[data-reason]').first().waitFor();
    },
  },
  {
    name: 'history-gone',
    modes: ['server'],
    history: kept,
    attributes: 'base-url="" app="shop" view="history" place="deliveries/nope"',
    reach: (page) => page.getByText('It is not kept any longer.').waitFor(),
  },
  {
    name: 'words',
    seed: 'factory',
    reach: async (page) => {
      await tab(page, 'Words');
      await page.locator('[data-platform=pager]').waitFor();
    },
  },
  {
    name: 'words-built-in',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.locator('[data-type=crash]').click();
      await page.locator('[data-platform=slack]').getByText(/crashed/).first().waitFor();
    },
  },
  {
    name: 'words-fault',
    seed: 'factory',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.getByLabel('Sentence').first().fill('{furnace} is at {temperature} \u00b0C[ since {since:tim}].');
      await page.locator('.excerpt mark').waitFor();
    },
  },
  {
    name: 'words-types',
    seed: 'factory',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.locator('#part-types').click();
      await page.locator('#add-row').waitFor();
    },
  },
  {
    name: 'words-categories',
    seed: 'factory',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.locator('#part-categories').click();
      await page.locator('#add-row').waitFor();
    },
  },
  {
    name: 'words-sets',
    seed: 'factory',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.locator('#part-sets').click();
      await page.locator('#add-row').waitFor();
      await page.locator('#add-row').click();
    },
  },
  {
    name: 'words-platforms',
    seed: 'factory',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.locator('#part-platforms').click();
      await page.locator('#add-row').waitFor();
      await page.locator('#url').fill('https://pager.example.com/{@notifier.nobody}');
      await page.locator('.excerpt mark').waitFor();
    },
  },
  {
    name: 'words-platforms-french',
    seed: 'factory',
    modes: ['page'],
    attributes: 'locale="fr"',
    reach: async (page) => {
      await tab(page, 'Textes');
      await page.locator('#part-platforms').click();
      await page.locator('#headers').fill('X-Team');
      await page.locator('#headers-error').waitFor();
    },
  },
  {
    name: 'words-json',
    seed: 'factory',
    modes: ['page'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.getByRole('button', { name: 'As JSON' }).click();
      await page.getByLabel('The whole vocabulary').waitFor();
    },
  },
  {
    name: 'words-languages',
    modes: ['server'],
    reach: async (page) => {
      await tab(page, 'Words');
      await page.getByRole('button', { name: 'Languages' }).click();
      await page.locator('#add-french').click();
      await page.getByRole('button', { name: 'Remove French' }).waitFor();
    },
  },
  {
    name: 'words-french',
    seed: 'factory',
    modes: ['page'],
    attributes: 'locale="fr"',
    reach: async (page) => {
      await tab(page, 'Textes');
      await page.getByLabel('Phrase').first().fill('{furnace} est \u00e0 {temperature} \u00b0C[ depuis {since:tim}].');
      await page.locator('.excerpt mark').waitFor();
    },
  },
  {
    name: 'right-to-left-words',
    seed: 'factory',
    modes: ['page'],
    attributes: 'locale="ar"',
    reach: async (page) => {
      await tab(page, 'Words');
      await page.getByLabel('Title').first().fill('\u05d4\u05ea\u05e0\u05d5\u05e8 {furnace} \u05d7\u05dd!');
      await page.locator('[data-platform=slack]').getByText(/\u05d4\u05ea\u05e0\u05d5\u05e8/).first().waitFor();
    },
  },
  {
    name: 'activity-table',
    reach: async (page, context) => {
      if (context.mode === 'page') await page.evaluate(() => takeDeliveries());
      await tab(page, 'Activity');
      await page.locator('#live', { hasText: /^Live$/ }).waitFor();
      await happen(page, context);
      await page.getByRole('button', { name: 'As a table' }).click();
      await page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'loading',
    modes: ['server'],
    before: ({ server }) => (server.wait = new Promise(() => {})),
    reach: (page) => page.locator('[aria-busy]').waitFor(),
  },
  {
    name: 'gone',
    modes: ['server'],
    reach: async (page, { site }) => {
      await loaded(page);
      await page.context().setOffline(true);
      site.server.closeAllConnections();
      await page.getByText('The server cannot be reached.').first().waitFor();
    },
  },
  { name: 'no-app', modes: ['server'], attributes: 'base-url="" app="nowhere"', reach: (page) => page.getByText('There is no such app.').waitFor() },
];

const setup = (mode, seed) => `import '/dashboard/index.js';
globalThis.dashboard = document.querySelector('notifier-dashboard');
globalThis.takeDeliveries = () => dashboard.addEventListener('notifier-deliver', (event) => {
  event.preventDefault();
  if (globalThis.broken?.(event.detail.delivery)) event.detail.respondWith(Promise.reject(new Error('Slack answered 404: no_service')));
});
${mode === 'page' ? `dashboard.seed = ${JSON.stringify(configurations[seed]).replaceAll('<', '\\u003c')};` : ''}`;

/** Opens a page and brings it to a state. `close()` ends all of it. */
export async function reach(browser, state, mode, options) {
  const { seed = 'shop' } = state;
  const server = mode === 'server' ? await startApi({ configuration: configurations[seed], ...(state.history && { history: state.history() }) }) : undefined;
  const attributes = [mode === 'server' && !/base-url/.test(state.attributes ?? '') ? 'base-url="" app="shop"' : '', state.attributes ?? ''].join(' ');
  const site = await serve({ pages: { '/': pageOf(attributes, 'Acme console') }, scripts: { '/setup.js': setup(mode, seed) }, api: server?.api });
  const context = { mode, server, site };
  state.before?.(context);
  const opened = await open(browser, site.origin, options);
  const close = async () => {
    await opened.context.close();
    await site.close();
    server?.dispose();
  };
  try {
    await state.reach(opened.page, context);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...opened, ...context, close };
}
