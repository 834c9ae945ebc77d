// Keeps what was fetched, so that a second visit needs no network.
import { element } from './dom.js';

export async function connectOffline() {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', ({ data: { notKept, reason } }) => {
    if (notKept) element('offline').textContent = `Not kept for visits without a network: ${notKept} (${reason}).`;
  });
  try {
    await navigator.serviceWorker.register('service-worker.js');
    await navigator.serviceWorker.ready;
    element('offline').textContent =
      'This page works without a network from the next visit on, with the models that were loaded.';
  } catch {
    element('offline').textContent = 'This browser keeps nothing for visits without a network.';
  }
}
