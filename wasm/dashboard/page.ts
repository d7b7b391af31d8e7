// The page of `notifier serve`: the app, the view, the place in it and the language come from the address, as
// /?app=shop&view=history&place=deliveries%3Fstatus%3Ddead&locale=fr.

import './index.js';

const dashboard = document.querySelector('notifier-dashboard')!;
const access = document.querySelector<HTMLDialogElement>('#access')!;
const field = document.querySelector<HTMLInputElement>('#token')!;
const names = ['app', 'locale', 'view', 'place'] as const;

function readAddress(isAgain: boolean): void {
  const asked = new URLSearchParams(location.search);
  for (const name of names) {
    const value = asked.get(name) ?? '';
    if (value || (isAgain && name !== 'locale')) dashboard.setAttribute(name, value || (name === 'view' ? 'notifiers' : ''));
  }
}
readAddress(false);
addEventListener('popstate', () => readAddress(true));

// A link to the page shows what is seen now, and what was seen before is where the browser goes back to.
dashboard.addEventListener('notifier-view', ({ detail }) => {
  const address = new URL(location.href);
  for (const name of ['app', 'view', 'place'] as const) {
    if (detail[name] && (name !== 'place' || /^(history|words)$/.test(detail.view))) address.searchParams.set(name, detail[name]);
    else address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.pushState(null, '', address);
});

// A token lives as long as the tab. A browser may keep nothing: then as long as the page.
const place = 'notifier-token';
function keep(token: string): void {
  try {
    if (token) sessionStorage.setItem(place, token);
    else sessionStorage.removeItem(place);
  } catch {
    // Then it is asked for again.
  }
}
try {
  dashboard.token = sessionStorage.getItem(place) ?? '';
} catch {
  // None is kept.
}

// Above a form that is open, too: what was entered there stays.
dashboard.addEventListener('notifier-error', ({ detail }) => {
  if (detail.status !== 401 || access.open) return;
  document.querySelector<HTMLElement>('#stale')!.hidden = dashboard.token === '';
  keep('');
  access.showModal();
});
access.addEventListener('close', () => (field.value = ''));
access.addEventListener('submit', (event) => {
  event.preventDefault();
  const token = field.value.trim();
  access.close();
  keep(token);
  // The same once more is tried once more.
  dashboard.token = '';
  dashboard.token = token;
});
