// The page of `notifier serve`: the app, the view and the language come from the address, as /?app=shop&view=activity&locale=fr.

import './index.js';

const dashboard = document.querySelector('notifier-dashboard')!;
const access = document.querySelector<HTMLFormElement>('#access')!;
const field = document.querySelector<HTMLInputElement>('#token')!;
const asked = new URLSearchParams(location.search);
for (const name of ['app', 'locale', 'view']) {
  const value = asked.get(name);
  if (value) dashboard.setAttribute(name, value);
}

// A link to the page shows what is seen now.
dashboard.addEventListener('notifier-view', ({ detail }) => {
  const address = new URL(location.href);
  address.searchParams.set('view', detail.view);
  history.replaceState(null, '', address);
});

// A token lives as long as the page.
dashboard.addEventListener('notifier-error', ({ detail }) => {
  if (detail.status !== 401 || !access.hidden) return;
  access.hidden = false;
  field.focus();
});
access.addEventListener('submit', (event) => {
  event.preventDefault();
  access.hidden = true;
  dashboard.token = field.value;
  field.value = '';
});
