// The dashboard on the servers of this project, on another origin than its page, delivering to a real target:
// `notifier serve` and, where it has been built, notifier-server (NOTIFIER_SERVER).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dist, launch, open, pageOf, policy, serve, violations } from './browser.mjs';

const servers = [['notifier serve', process.execPath, join(dist, 'cli/main.js'), 'serve']];
if (process.env.NOTIFIER_SERVER) servers.push(['notifier-server', process.env.NOTIFIER_SERVER]);

/** What webhooks are sent to: answers as told, and counts. */
async function startTarget() {
  const target = { status: 200, received: [] };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    target.received.push(JSON.parse(body));
    response.writeHead(target.status).end();
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
      await page.getByText('The test to Audit trail is on its way.').first().waitFor();
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
