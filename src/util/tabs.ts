/** What the tabs of this browser, page and worker of each, tell one another: that the list of saved runs has changed. */

export const changesChannel = 'rekindle.changed';

/** To every tab, this one's page included. */
export function announceChange(): void {
  if (!('BroadcastChannel' in globalThis)) return;
  const channel = new BroadcastChannel(changesChannel);
  post(channel, null);
  channel.close();
}

export function post(channel: BroadcastChannel, message: unknown): void {
  // It reaches this origin alone, and knows no other target.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  channel.postMessage(message);
}
