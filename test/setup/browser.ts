/** Around every file of the browser tier: what left its pages for another server fails it. */
import { afterAll } from 'vitest';
import { whatLeft } from '../browser/setup/launch.ts';

// Registered before the file's own, so it runs after them, when what the file opened is closed.
afterAll(async () => {
  const left = await whatLeft();
  if (left.length > 0) throw new Error(`requests left the page for other servers:\n${left.join('\n')}`);
});
