// Events and registries for the benchmarks in JavaScript: made from a fixed seed, in the proportions of corpus.hpp.

function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const appId = (index) => `5343eccd${((index * 2654435761) % 0xffffffff).toString(16).padStart(8, '0')}0a140000`;
export const appName = (index) => `app-${index}`;

const words = ['connection', 'refused', 'timeout', 'after', 'migrating', 'table', 'listening', 'on', 'port', 'worker', 'exited', 'with', 'status'];

/** Compact events of about 790 bytes; a few busy apps and a long tail. */
export function makeEvents({ seed = 1, events = 2000, apps = 10_000 } = {}) {
  const pick = random(seed);
  const hex = (digits) => Array.from({ length: digits }, () => '0123456789abcdef'[pick(16)]).join('');
  const text = (bytes) => {
    let out = '';
    while (out.length < bytes) out += (out ? ' ' : '') + words[pick(words.length)];
    return out;
  };
  return Array.from({ length: events }, () => {
    const u = pick(1 << 24) / (1 << 24);
    const app = Math.floor(u * u * u * apps);
    const id = hex(24);
    const base = {
      id,
      created_at: `2025-11-21T08:42:${10 + pick(50)}.103Z`,
      user: { username: 'johndoe', email: 'john@doe.com', id: 'us-0e6d8e46-5cd0-42a4-acba-372b2be605ac' },
      app_id: appId(app),
      app_name: appName(app),
    };
    const kind = pick(100);
    const of = (type, type_data) => JSON.stringify({ ...base, type, type_data });
    if (kind < 40) {
      const sha = hex(40);
      return of('deployment', {
        deployment_id: hex(24), deployment_type: 'deployment', pusher: 'johndoe', git_ref: sha,
        git_ref_url: `https://github.com/johndoe/repo/commit/${sha}`,
        status: ['success', 'success', 'success', 'build-error', 'crashed-error', 'aborted'][pick(6)], duration: pick(400), stack: 'scalingo-22',
        finished_at: '2025-11-21T08:42:10.000Z', last_commits: { commits: [{ id: hex(40), message: text(60) }], remaining: 2 },
      });
    }
    if (kind < 55) return of('scale', { previous_containers: { web: '1:S', worker: '1:M' }, containers: { web: '3:S', worker: '2:M' }, note: text(420) });
    if (kind < 70) return of('restart', { scope: ['web', 'worker'], reason: 'user_restart', note: text(460) });
    if (kind < 80) return of('crash', { container_type: 'web-1', crash_logs: text(380), logs_url: `https://my.example.com/apps/shop/events/${id}` });
    if (kind < 90) return of('run', { command: 'bundle exec rake db:migrate', audit_log_id: hex(24), audit_log_size: 122445385, detached: false, note: text(400) });
    return of('edit_variable', { name: 'DATABASE_URL', old_value: text(200), value: text(220) });
  });
}

/** A snapshot with three notifiers an app: Slack, email and webhook. */
export function makeSnapshot(notifiers) {
  const apps = Array.from({ length: Math.ceil(notifiers / 3) }, (_, n) => ({
    id: appId(n),
    name: appName(n),
    notifiers: [
      { name: 'chat', platform: 'slack', send_all_events: true, type_data: { webhook_url: `https://hooks.slack.com/services/T${n}/B${n}/secret${n}` } },
      { name: 'mail', platform: 'email', send_all_events: true, type_data: { emails: [`ops${n}@example.com`], user_ids: [] } },
      { name: 'hook', platform: 'webhook', send_all_events: true, type_data: { webhook_url: `https://hooks.example.com/in/${n}` } },
    ],
  }));
  return { version: 1, apps, email_from: 'Notifier <notifier@example.com>' };
}
