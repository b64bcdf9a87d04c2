/** What a host is told by `_headers`: one policy an address, the page's or the frame's, and all other headers everywhere. */
import { expect, test } from 'vitest';
import { frameHeaders, headersFile, securityHeaders } from '../../src/cli/node/policy.mjs';

/** Rules as such hosts read them: a path with a star at its end, or none. */
const rules = headersFile.split(/\n(?=\/)/).map((rule) => {
  const [where, ...lines] = rule.trimEnd().split('\n');
  return { where: where!, headers: lines.map((line) => line.trim().split(/: (.*)/, 2) as [string, string]) };
});
const sentWith = (path: string) =>
  rules
    .filter(({ where }) => (where.endsWith('*') ? path.startsWith(where.slice(0, -1)) : path === where))
    .flatMap(({ headers }) => headers);

test('page, scripts and frame have every header once: the frame its own policy', () => {
  for (const path of ['/', '/index.html', '/assets/trainer.worker-x.js'])
    expect(sentWith(path).toSorted(), path).toEqual(Object.entries(securityHeaders).toSorted());
  for (const path of ['/fetch.html', '/fetch'])
    expect(sentWith(path).toSorted(), path).toEqual(Object.entries(frameHeaders).toSorted());
});

test('the page asks its own server alone, and only its own pages may show the frame', () => {
  const [page, frame] = [securityHeaders, frameHeaders].map((headers) =>
    headers['Content-Security-Policy'].split('; ').filter((one) => /^(connect|frame)-/.test(one)),
  );
  expect(page).toEqual(["connect-src 'self'", "frame-src 'self'"]);
  expect(frame).toEqual(['connect-src https: http:', "frame-ancestors 'self'"]);
});
