// What a person does who is asked what became of something, counted in clicks from the start page: on the servers of this project
// (notifier-server where it has been built, NOTIFIER_SERVER) and in a page alone.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dist, launch, open, pageOf, policy, serve, violations } from './browser.mjs';

const node = isBuiltin('node:sqlite') ? process.execPath : fileURLToPath(new URL('../node_modules/node22/bin/node', import.meta.url));
const servers = [['notifier serve', node, join(dist, 'cli/main.js'), 'serve']];
if (process.env.NOTIFIER_SERVER) servers.push(['notifier-server', process.env.NOTIFIER_SERVER]);

/** Counts what is clicked. */
function person(page) {
  const self = { clicks: 0, click: async (what) => (++self.clicks, what.click()) };
  return self;
}

const hook = (name, url, more = {}) => ({ name, platform: 'webhook', send_all_events: true, type_data: { webhook_url: url }, ...more });

/** A server with three notifiers, one whose target refuses, one that is off and one that takes alerts alone; and its page. */
async function withServer(program, first, work) {
  const folder = await mkdtemp(join(tmpdir(), 'notifier-walk-'));
  const target = { status: 200 };
  const web = createServer((request, response) => {
    request.resume();
    request.on('end', () => (request.url === '/bad' ? response.writeHead(target.status === 200 ? 400 : 200).end('no such queue: billing') : response.end('fine')));
  });
  await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${web.address().port}`;
  const configuration = join(folder, 'configuration.json');
  const notifiers = [hook('Audit trail', `${at}/good`), hook('Billing', `${at}/bad`, { send_all_events: false, selected_events: ['app_restarted'] }), hook('Silent', `${at}/good`, { active: false })];
  await writeFile(configuration, JSON.stringify({ version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers }] }));
  const args = [...first, '--port', '0', '--database', join(folder, 'data'), '--import', configuration, '--host', '127.0.0.1', '--allow-private-targets', '--no-access-log', '--retry-delays', '0.1'];
  const site = await serve({
    policy: () => `${policy.replace("connect-src 'self'", `connect-src 'self' ${server?.url}`)}`,
    pages: { '/': () => pageOf(`base-url="${server.url}" app="shop"`).replace('/setup.js', '/dashboard/page.js').replace('</main>', '<dialog id="access"><form method="dialog"><input id="token"><p id="stale" hidden></p></form></dialog></main>') },
  });
  const child = spawn(program, [...args, '--cors', site.origin], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve) => {
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const [address] = /http:\/\/[^\s/]+(?=\s)/.exec(said) ?? [];
      if (address) resolve(address);
    });
  });
  var server = { url };
  const post = async (event) => assert.equal((await fetch(`${url}/v1/apps/shop/events`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ app_name: 'shop', ...event }) })).status, 202);
  const found = async (query) => (await (await fetch(`${url}/v1/apps/shop/deliveries?${query}`)).json()).deliveries;
  const until = async (query, count) => {
    while ((await found(query)).length !== count) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const browser = await launch();
  try {
    await work({ site, post, until, found, target, browser, look: (options) => open(browser, site.origin, options) });
  } finally {
    await browser.close();
    child.kill();
    await exit;
    web.closeAllConnections();
    web.close();
    await site.close();
    await rm(folder, { recursive: true });
  }
}

for (const [name, program, ...first] of servers) {
  test(`${name}: why a delivery failed is read after two clicks, why nobody was told after three; each has an address`, () =>
    withServer(program, first, async ({ site, post, until, look, browser }) => {
      await post({ id: 'ev-1', type: 'restart', user: { username: 'anna' }, type_data: { reason: 'memory' } });
      await post({ id: 'ev-2', type: 'deployment', type_data: { git_ref: 'abc' } });
      await until('status=dead', 1);
      await until('status=delivered', 2);
      const { page, faults } = await look();
      await page.getByText(/^3 notifiers$/).first().waitFor();
      const anna = person(page);
      await anna.click(page.getByRole('tab', { name: 'History' }));
      await anna.click(page.getByRole('button', { name: /^Billing/ }));
      await page.locator('.reply', { hasText: 'no such queue: billing' }).waitFor();
      assert.equal(await page.locator('.status-code').first().textContent(), '400');
      assert.match(await page.locator('.took').first().textContent(), /^[\d,.]+ (ms|sec)$/);
      assert.equal(anna.clicks, 2);
      assert.deepEqual(await violations(page), []);
      // The address leads there, in another tab, too; and the browser's way back to where one was.
      const address = page.url();
      const { page: other } = await open(browser, address);
      await other.locator('.reply', { hasText: 'no such queue: billing' }).waitFor();
      await other.context().close();
      await page.reload();
      await page.locator('.reply').waitFor();
      await page.goBack();
      await page.getByRole('button', { name: /^Billing/ }).waitFor();
      await page.goForward();
      await page.locator('.reply').waitFor();
      // So does that of a kind of events among the words.
      await page.getByRole('tab', { name: 'Words' }).click();
      await page.locator('[data-type=restart]').click();
      await page.reload();
      await page.locator('[data-type=restart][aria-current=true]').waitFor();

      await page.goto(site.origin);
      await page.getByText(/^3 notifiers$/).first().waitFor();
      const ben = person(page);
      await ben.click(page.getByRole('tab', { name: 'History' }));
      await ben.click(page.getByRole('button', { name: 'Events' }));
      await ben.click(page.getByRole('button', { name: /^Deploy/ }));
      await page.locator('[data-reason=not_selected]', { hasText: 'Billing' }).waitFor();
      await page.locator('[data-reason=inactive]', { hasText: 'Silent' }).waitFor();
      assert.equal(ben.clicks, 3);
      await page.getByText('"git_ref": "abc"').waitFor();
      await page.getByRole('button', { name: /^Audit trail/ }).waitFor();
      assert.deepEqual(await violations(page), []);
      // From there to what it would look like, and why.
      await page.getByRole('button', { name: 'Why', exact: true }).click();
      await page.locator('#told', { hasText: '1 of 3 is told' }).waitFor();
      await page.getByRole('tab', { name: 'Preview' }).click();
      await page.getByText(/abc/).first().waitFor();
      // Why and Preview take any event that came lately.
      const lately = await page.locator('#kind optgroup[label="What came lately"] option').allTextContents();
      assert.equal(lately.length, 2);
      // What failed lately leads there, too.
      await page.getByRole('tab', { name: 'Activity' }).click();
      await page.getByRole('button', { name: 'Details of Billing' }).click();
      await page.locator('.reply', { hasText: 'no such queue: billing' }).waitFor();
      assert.deepEqual(faults, []);
    }));

  test(`${name}: lists are narrowed, what failed is sent again at once, what waits is withdrawn`, () =>
    withServer(program, first, async ({ post, until, found, look, target }) => {
      for (let i = 0; i < 3; ++i) await post({ id: `ev-${i}`, type: 'restart' });
      await until('status=dead', 3);
      const { page, faults } = await look();
      await page.getByRole('tab', { name: 'History' }).click();
      await page.getByRole('button', { name: /^Billing/ }).first().waitFor();
      assert.equal(await page.locator('.row').count(), 6);
      await page.getByLabel('Outcome').selectOption('dead');
      await page.locator('#again-all').waitFor();
      assert.equal(await page.locator('.row').count(), 3);
      assert.match(page.url(), /status%3Ddead/);
      await page.getByLabel('Search').fill('no such QUEUE');
      await page.keyboard.press('Enter');
      await page.locator('#again-all').waitFor({ state: 'detached' });
      assert.equal(await page.locator('.row').count(), 3);
      await page.getByLabel('Search').fill('nothing of the kind');
      await page.keyboard.press('Enter');
      await page.getByText('No delivery matches.').waitFor();
      await page.getByLabel('Search').fill('');
      await page.keyboard.press('Enter');
      await page.locator('.row').nth(2).waitFor();
      target.status = 400;
      await page.locator('#again-all').click();
      await page.getByText('3 deliveries are sent again.').first().waitFor();
      await until('status=delivered', 6);
      await page.getByText('No delivery matches.').waitFor();
      assert.equal((await found('status=dead')).length, 0);
      await page.getByLabel('Outcome').selectOption('');
      await page.locator('.row').nth(5).waitFor();
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(faults, []);
    }));
}

test('in a page alone the history is what the page has seen', async () => {
  const setup = `import '/dashboard/index.js';
const dashboard = globalThis.dashboard = document.querySelector('notifier-dashboard');
dashboard.seed = ${JSON.stringify({ version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: [hook('Audit trail', 'https://audit.example/x'), hook('Silent', 'https://audit.example/y', { active: false })] }] })};
dashboard.addEventListener('notifier-deliver', (event) => {
  event.preventDefault();
  event.detail.respondWith(Promise.reject(new Error('no route to host')));
});`;
  const site = await serve({ policy: () => policy, pages: { '/': pageOf('') }, scripts: { '/setup.js': setup } });
  const browser = await launch();
  try {
    const { page, faults } = await open(browser, site.origin);
    await page.getByText(/^2 notifiers$/).first().waitFor();
    await page.evaluate(() => globalThis.dashboard.accept({ id: 'ev-1', type: 'restart', app_name: 'shop', created_at: new Date().toISOString(), type_data: { reason: 'memory' } }).then(() => undefined));
    const anna = person(page);
    await anna.click(page.getByRole('tab', { name: 'History' }));
    await anna.click(page.getByRole('button', { name: /^Audit trail/ }));
    await page.locator('.reason', { hasText: 'no route to host' }).waitFor();
    assert.equal(anna.clicks, 2);
    await page.locator('#back').click();
    await page.getByRole('button', { name: 'Events' }).click();
    await page.getByRole('button', { name: /restart/i }).click();
    await page.locator('[data-reason=inactive]', { hasText: 'Silent' }).waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    await site.close();
  }
});
