/**
 * The published page keeps itself in the browser (worker/serviceWorker.ts), so that it opens without a connection. A
 * newer version waits until the reader asks for it: nothing is changed under a page that is in use.
 */
import { signal } from '@preact/signals';
import { policy } from '../../util/scriptPolicy.ts';
import { savesData } from '../runs/savesData.ts';

/** The worker of a newer version, ready to take over; null: there is none. */
export const newVersion = signal<ServiceWorker | null>(null);
/** It was asked to take over. */
export const isTaking = signal(false);
/** Everything of this version is kept. */
export const isKept = signal(false);

function follow(registration: ServiceWorkerRegistration): void {
  const look = () => {
    isKept.value = registration.active !== null;
    // Without a controller this is the first visit: what is installed is this version.
    newVersion.value = navigator.serviceWorker.controller ? registration.waiting : null;
  };
  const watch = (worker: ServiceWorker | null) => worker?.addEventListener('statechange', look);
  watch(registration.installing);
  registration.addEventListener('updatefound', () => watch(registration.installing));
  look();
}

/** Called when all else is done: the page comes first. Where it may not be kept, it works as before. */
export async function keepOffline(): Promise<void> {
  // While developing, files change under the same names; a file has no worker beside it.
  if (import.meta.hot || import.meta.env.MODE === 'one-file' || !navigator.serviceWorker || savesData()) return;
  try {
    const script = policy.createScriptURL(new URL('service-worker.js', document.baseURI).href);
    const registration = await navigator.serviceWorker.register(script);
    if (registration) follow(registration);
  } catch {
    // Private windows and blocked storage refuse; the connection is then needed.
  }
}

/**
 * Reloads into the newer version; while another tab shows the older one, nothing happens. Chromium may let go of the older worker only
 * when that has been idle for 30 s (LOG.md).
 */
export function takeNewVersion(): void {
  isTaking.value = true;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  newVersion.value?.postMessage('take over');
}
