/**
 * Every worker of the page is bound by the page's content-security policy. A worker started from an address is bound by
 * the headers of its script alone, of which a static host sends none; one started from a blob inherits the page's
 * policy, the one in index.html included. So the worker starts from a blob of one line, which imports its script. A
 * module's imports are loaded and run before the worker hears its first message: nothing sent to it early is lost. The same holds for
 * workers that a worker starts (cpu/startThread.ts).
 */

import { policy } from './scriptPolicy.ts';

const confined = (PlainWorker: typeof Worker): typeof Worker =>
  class extends PlainWorker {
    constructor(script: string | URL, options?: WorkerOptions) {
      const { href, origin } = new URL(script, location.href);
      if (origin !== location.origin)
        throw new TypeError(`A worker of this page comes from ${location.origin}, not ${origin}.`);
      const starter = new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
      const address = URL.createObjectURL(starter);
      super(policy.createScriptURL(address), options);
      // The worker has its own hold on the blob once it has begun to load, which is long before a minute is over.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    }
  };

// Node, where tests run the page's trainer, has none, nor has a worker that cannot start others.
if ('Worker' in globalThis) globalThis.Worker = confined(globalThis.Worker);
