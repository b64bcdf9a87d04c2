/** A thread in a browser, where memory may be shared: the page is cross-origin isolated. */
import { serve } from './serve.mjs';

self.onmessage = ({ data }: MessageEvent): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  serve(data, () => self.postMessage('ready'));
};
