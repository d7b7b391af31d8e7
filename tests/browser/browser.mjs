// A real browser, and a server whose pages stand under the strictest policy that the dashboard promises to work with.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const dist = process.env.NOTIFIER_DIST ?? fileURLToPath(new URL('../../wasm/dist/', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'";
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html; charset=utf-8', '.css': 'text/css' };

export const launch = () =>
  chromium.launch({
    executablePath: process.env.NOTIFIER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

/** Serves the package, from `dist`; `pages` are HTML by path, `scripts` and `styles` likewise; `api` answers what begins with /v1. */
export async function serve({ pages = {}, scripts = {}, styles = {}, api, policy: own = () => policy } = {}) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    response.setHeader('Content-Security-Policy', own());
    if (path.startsWith('/v1/') && api) return api(request, response);
    for (const [given, type] of [[pages, '.html'], [scripts, '.js'], [styles, '.css']]) {
      if (given[path] === undefined) continue;
      response.setHeader('Content-Type', types[type]);
      return response.end(typeof given[path] === 'function' ? given[path]() : given[path]);
    }
    try {
      const bytes = await readFile(join(dist, normalize(path)));
      response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve)));
  return { origin, server, close };
}

/** Opens a page, in which `beforehand` has run before all else; whatever goes wrong in it, and each breach of the policy, ends up in `faults`. */
export async function open(browser, url, { beforehand, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', timezoneId: 'UTC', ...options });
  if (beforehand) await context.addInitScript(beforehand);
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = [];
  const outside = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => /Content Security Policy|Trusted/i.test(message.text()) && !/Failed to load/.test(message.text()) && faults.push(message.text()));
  page.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(new URL(url).origin) && !/^(about|data|blob):/.test(target)) outside.push(target);
  });
  await page.goto(url);
  return { page, context, faults, outside };
}

/** What axe-core finds wrong, as lines. */
export async function violations(page) {
  const loaded = await page.evaluate(() => 'axe' in globalThis);
  // Not by a script element: the page's policy has its say there.
  if (!loaded) await page.evaluate(`${await readFile(axe, 'utf8')}; 0`);
  const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return result.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`));
}

/** The label, else the id, else the value, of what has the focus, however deep. */
export const focused = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.getAttribute('aria-label') ?? (at?.id || (at?.value ?? ''));
  });

/** A page with the dashboard; `setup` is the body of a module that has the element as `dashboard`. */
export const pageOf = (attributes, title = 'Test') =>
  `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="stylesheet" href="/dashboard/page.css"><script type="module" src="/setup.js"></script></head>
<body><main><h1>${title}</h1><notifier-dashboard ${attributes}></notifier-dashboard></main></body></html>`;

/** A configuration with one notifier of each platform, and people. */
export const shop = {
  version: 1,
  apps: [{
    id: 'app-1', name: 'shop', owner: { id: 'us-1', username: 'anna', email: 'anna@example.org' },
    notifiers: [
      { name: 'Team channel', platform: 'slack', send_all_events: true, send_all_alerts: true, type_data: { webhook_url: 'https://hooks.slack.example/services/T0/B0/secret' } },
      { name: 'On call', platform: 'email', send_all_alerts: true, selected_events: ['app_crashed', 'app_deployed'], type_data: { user_ids: ['us-1'], emails: ['oncall@example.org'] } },
      { name: 'Audit trail', platform: 'webhook', send_all_events: true, type_data: { webhook_url: 'https://audit.example/hook' } },
      { name: 'Ops room', platform: 'rocket_chat', active: false, selected_events: ['app_restarted'], type_data: { webhook_url: 'https://chat.example/hooks/1' } },
    ],
  }],
  users: [{ id: 'us-1', username: 'anna', email: 'anna@example.org' }, { id: 'us-2', username: 'ben', email: 'ben@example.org' }],
};
