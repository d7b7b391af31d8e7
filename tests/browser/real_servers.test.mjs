// The dashboard on the servers of this project, on another origin than its page, delivering to a real target:
// `notifier serve` and, where it has been built, notifier-server (NOTIFIER_SERVER).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dist, launch, open, pageOf, policy, serve, violations } from './browser.mjs';

/** One that has SQLite. */
const node = isBuiltin('node:sqlite') ? process.execPath : fileURLToPath(new URL('../node_modules/node22/bin/node', import.meta.url));
const servers = [['notifier serve', node, join(dist, 'cli/main.js'), 'serve']];
if (process.env.NOTIFIER_SERVER) servers.push(['notifier-server', process.env.NOTIFIER_SERVER]);

/** What webhooks are sent to: answers as told, and counts. */
async function startTarget() {
  const target = { status: 200, received: [] };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    target.received.push(JSON.parse(body));
    response.writeHead(target.status).end('ok');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  target.url = `http://127.0.0.1:${server.address().port}/hook`;
  target.close = () => (server.closeAllConnections(), server.close());
  return target;
}

for (const [name, program, ...first] of servers) {
  test(`${name}: what it delivers, fails to deliver and delivers again is seen as it happens`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'notifier-dashboard-'));
    const target = await startTarget();
    const configuration = join(folder, 'configuration.json');
    const hook = { name: 'Audit trail', platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url } };
    await writeFile(configuration, JSON.stringify({ version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: [hook] }] }));
    // The page may ask this one server beside its own.
    const site = await serve({ policy: () => `${policy.replace("connect-src 'self'", `connect-src 'self' ${server.url}`)}; trusted-types lit-html notifier-dashboard-mail`, pages: { '/': pageOf('view="activity"') }, scripts: { '/setup.js': () => setup(server.url) } });
    const server = await start(program, [...first, '--port', '0', '--database', join(folder, 'data'), '--import', configuration, '--token', 'sesame', '--host', '127.0.0.1', '--cors', site.origin, '--allow-private-targets', '--no-access-log']);
    const browser = await launch();
    const { page, faults } = await open(browser, site.origin);
    const send = (id) => fetch(`${server.url}/v1/apps/shop/events`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: 'Bearer sesame' }, body: JSON.stringify({ id, type: 'restart', app_name: 'shop', type_data: {} }) });
    try {
      await page.locator('#live', { hasText: /^Live$/ }).waitFor();
      assert.equal((await send('e1')).status, 202);
      await page.locator('.delivered').waitFor();
      assert.deepEqual(target.received.map(({ id }) => id), ['e1']);

      target.status = 404;
      await send('e2');
      await page.getByRole('button', { name: 'Send again to Audit trail' }).waitFor();
      await page.locator('.lost .quiet').waitFor();
      assert.deepEqual(await violations(page), []);

      // What was before the page was opened is there, too.
      await page.reload();
      target.status = 200;
      await page.getByRole('button', { name: 'Send again to Audit trail' }).click();
      await page.locator('.lost').waitFor({ state: 'detached' });
      await page.locator('.delivered').nth(1).waitFor();
      assert.deepEqual(target.received.map(({ id }) => id), ['e1', 'e2', 'e2']);

      await page.getByRole('tab', { name: 'Notifiers' }).click();
      await page.getByRole('button', { name: 'Send test to Audit trail' }).click();
      await page.getByText('The test to Audit trail has arrived.').first().waitFor();
      await page.getByRole('tab', { name: 'Activity' }).click();
      await page.locator('.delivered').nth(2).waitFor();
      assert.equal(target.received[3].type, 'test');
      await page.getByRole('tab', { name: 'Preview' }).click();
      await page.frameLocator('iframe').getByText('shop: deployment succeeded').first().waitFor();
      assert.deepEqual(faults, []);
    } finally {
      await browser.close();
      await server.stop();
      target.close();
      await site.close();
      await rm(folder, { recursive: true });
    }
  });
}

/** The page of the command line, and a server with its own database that the page asks; `site` is where the page is. */
async function withPage(program, first, work) {
  const folder = await mkdtemp(join(tmpdir(), 'notifier-dashboard-'));
  const target = await startTarget();
  const server = {
    args: ['--database', join(folder, 'data'), '--host', '127.0.0.1', '--allow-private-targets', '--retry-delays', '0.3,60', '--no-access-log'],
    async begin(...options) {
      Object.assign(server, await start(program, [...first, ...server.args, '--port', server.url ? new URL(server.url).port : '0', '--cors', site.origin, ...options]));
    },
  };
  const html = await readFile(join(dist, 'dashboard/index.html'), 'utf8');
  const site = await serve({
    policy: () => policy.replace("connect-src 'self'", `connect-src 'self' ${server.url}`),
    pages: { '/': () => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '').replace('base-url=""', `base-url="${server.url}"`) },
  });
  const browser = await launch();
  try {
    await work({ server, site, target, look: (address = site.origin) => open(browser, address) });
  } finally {
    await browser.close();
    await server.stop?.();
    target.close();
    await site.close();
    await rm(folder, { recursive: true });
  }
}

for (const [name, program, ...first] of servers) {
  test(`${name}: from nothing at all to a tested Slack notifier, by what the page says`, () =>
    withPage(program, first, async ({ server, target, look }) => {
      await server.begin();
      const { page, faults } = await look(name === 'notifier serve' ? `${server.url}/` : undefined);
      await page.getByLabel('Name of the app').fill('shop');
      await page.getByRole('button', { name: 'Create app' }).click();
      await page.getByText('shop was created.').first().waitFor();
      await page.getByRole('button', { name: 'Add notifier' }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Team channel');
      await page.getByRole('radio', { name: 'Slack' }).check();
      await page.getByLabel('Webhook URL').fill(target.url);
      await page.locator('#save').click();
      await page.getByRole('button', { name: 'Send test to Team channel' }).click();
      await page.getByText('The test to Team channel has arrived.').first().waitFor();
      target.status = 403;
      await page.getByRole('button', { name: 'Send test to Team channel' }).click();
      await page.locator('.toast.failed', { hasText: /^\s*The test to Team channel failed: .+ \(403\)/ }).waitFor();
      target.status = 503;
      await page.getByRole('button', { name: 'Send test to Team channel' }).click();
      await page.locator('.toast.failed', { hasText: /The test to Team channel has not arrived yet: .+ \(503\)\. It is tried again at \d+:\d\d/ }).waitFor();
      // The same under Activity: once tried, and after the next attempt twice.
      await page.getByRole('tab', { name: 'Activity' }).click();
      await page.locator('.waiting', { hasText: /tried 2 times, again at .+ \(503\)/ }).waitFor();
      const told = await page.locator('.waiting').allTextContents();
      await page.reload();
      if (name !== 'notifier serve') await page.getByRole('tab', { name: 'Activity' }).click();
      await page.locator('.waiting', { hasText: /tried 2 times/ }).waitFor();
      assert.deepEqual(await page.locator('.waiting').allTextContents(), told, 'what the stream tells is what the list has');
      // A target that is gone for good switches its notifier off; that is said, and still after a reload.
      target.status = 410;
      await page.getByRole('tab', { name: 'Notifiers' }).click();
      await page.getByRole('button', { name: 'Send test to Team channel' }).click();
      const off = page.getByRole('listitem').filter({ hasText: /Team channel.*Switched off.*gone.*\d+:\d\d/s });
      await off.waitFor();
      await page.reload();
      await page.getByRole('tab', { name: 'Notifiers' }).click();
      await off.waitFor();
      assert.match(JSON.stringify(target.received), /is a test of the notifier/);
      assert.deepEqual(faults, []);
    }));

  test(`${name}: a server that comes back with another token asks for it, and what was being entered stays`, () =>
    withPage(program, first, async ({ server, look }) => {
      await server.begin('--token', 'monday');
      const headers = { Authorization: 'Bearer monday', 'Content-Type': 'application/json' };
      assert.equal((await fetch(`${server.url}/v1/apps`, { method: 'POST', headers, body: '{"app":{"name":"shop"}}' })).status, 201);
      const { page, faults } = await look();
      await page.getByLabel('Access token').fill('monday');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Add notifier' }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Half a notifier');
      await server.stop();
      await page.locator('.notice.bad', { hasText: 'The server cannot be reached.' }).waitFor();
      await server.begin('--token', 'tuesday');
      await page.locator('#stale').waitFor();
      assert.equal(await page.getByText('The server is back.').count(), 0, 'not before it lets one in');
      await page.getByLabel('Access token').fill('tuesday');
      await page.keyboard.press('Enter');
      await page.getByLabel('Webhook URL').fill('https://hooks.slack.com/services/T0/B0/X');
      assert.equal(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), 'Half a notifier');
      await page.locator('.notice.bad').waitFor({ state: 'detached' });
      await page.locator('#save').click();
      await page.getByText('Half a notifier was added.').first().waitFor();
      assert.doesNotMatch(page.url() + (await page.content()), /monday|tuesday/);
      assert.deepEqual(faults, []);
    }));

  test(`${name}: the vocabulary is edited from another origin; what somebody else has changed stays; a reload and Back lead to what was open`, () =>
    withPage(program, first, async ({ server, site, look }) => {
      await server.begin();
      const json = { 'Content-Type': 'application/json' };
      assert.equal((await fetch(`${server.url}/v1/apps`, { method: 'POST', headers: json, body: '{"app":{"name":"shop"}}' })).status, 201);
      const stored = async () => (await (await fetch(`${server.url}/v1/vocabulary`)).json()).vocabulary;
      const { page, faults } = await look(`${site.origin}/?app=shop&view=words&place=kinds/restart`);
      assert.notEqual(new URL(server.url).origin, new URL(page.url()).origin);
      await page.locator('[data-type=restart][aria-current=true]').waitFor();
      const save = async () => {
        await page.locator('#save').click();
        await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
      };
      await page.getByLabel('Sentence').last().fill('[{@app}|It] runs again.');
      await save();
      assert.equal((await stored()).event_kinds[0].wordings.at(-1).sentence, '[{@app}|It] runs again.');
      // Another writer comes in between.
      await page.getByLabel('Sentence').last().fill('[{@app}|It] is back.');
      const put = await fetch(`${server.url}/v1/vocabulary`, { method: 'PUT', headers: json, body: JSON.stringify({ vocabulary: { ...(await stored()), secret_names: ['badge'] } }) });
      assert.equal(put.status, 200, await put.text());
      await page.locator('#save').click();
      await page.getByText('Somebody else has changed the vocabulary meanwhile').waitFor();
      await page.locator('#discard').click();
      await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
      await page.getByLabel('Sentence').last().fill('[{@app}|It] is back.');
      await save();
      assert.deepEqual([(await stored()).secret_names, (await stored()).event_kinds[0].wordings.at(-1).sentence], [['badge'], '[{@app}|It] is back.']);
      // A kind, a type, a reload and back again.
      await page.locator('[data-type=crash]').click();
      await page.locator('[data-type=crash][aria-current=true]').waitFor();
      await page.locator('#part-types').click();
      await page.locator('#add-row').waitFor();
      const address = page.url();
      await page.reload();
      await page.locator('#part-types[aria-pressed=true]').waitFor();
      assert.equal(page.url(), address);
      await page.goBack();
      await page.locator('[data-type=crash][aria-current=true]').waitFor();
      await page.goBack();
      await page.locator('[data-type=restart][aria-current=true]').waitFor();
      assert.equal(await page.getByLabel('Sentence').last().inputValue(), '[{@app}|It] is back.');
      assert.deepEqual(faults, []);
    }));
}

const setup = (url) => `import '/dashboard/index.js';
const dashboard = document.querySelector('notifier-dashboard');
dashboard.token = 'sesame';
dashboard.app = 'shop';
dashboard.baseUrl = ${JSON.stringify(url)};`;

/** Starts a program that prints where it listens. */
async function start(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const [address] = /http:\/\/[^\s/]+(?=\s)/.exec(said) ?? [];
      if (address) resolve(address);
    });
    exit.then((code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  return { url, stop: () => (child.kill(), exit) };
}
