import { expect, test } from 'vitest';
import { isolated, isolationHeaders } from '../../src/util/isolation.mjs';

test('an isolated answer has each header once, whatever its host sent', async () => {
  const hosts: Record<string, string>[] = [{}, isolationHeaders, { 'cross-origin-opener-policy': 'unsafe-none' }];
  for (const sent of hosts) {
    const answer = isolated(new Response('page', { status: 203, headers: { ...sent, etag: '"1"' } }));
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'cross-origin',
      etag: '"1"',
    });
    expect([answer.status, await answer.text()]).toEqual([203, 'page']);
  }
});
