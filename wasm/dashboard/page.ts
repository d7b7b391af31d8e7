// The page of `notifier serve`: the app and the language come from the address, as /?app=shop&locale=fr.

import './index.js';

const dashboard = document.querySelector('notifier-dashboard')!;
const access = document.querySelector<HTMLFormElement>('#access')!;
const field = document.querySelector<HTMLInputElement>('#token')!;
const asked = new URLSearchParams(location.search);
for (const name of ['app', 'locale', 'view']) {
  const value = asked.get(name);
  if (value) dashboard.setAttribute(name, value);
}

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
