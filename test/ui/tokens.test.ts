/** Contrast of the page's colours, computed from the stylesheet itself (WCAG 2.2: 1.4.3 and 1.4.11). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync('src/ui/style/tokens.css', 'utf8');

/** Tokens of the n-th block that sets --paper: light, dark by the system, dark by choice. */
function theme(n: number): Record<string, string> {
  const block = css.split('--paper:')[n + 1].split('}')[0];
  return Object.fromEntries(
    [...`--paper:${block}`.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]),
  );
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const themes = { light: theme(0), dark: theme(1) };

test('the two dark blocks say the same', () => {
  expect(theme(2)).toEqual(themes.dark);
});

describe.each(Object.entries(themes))('%s', (_, tokens) => {
  test('text is read on paper and on shade', () => {
    for (const ground of ['--paper', '--shade']) {
      for (const name of ['--ink', '--ink-soft', '--ember']) {
        expect(contrast(tokens[name], tokens[ground]), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    expect(contrast(tokens['--on-ember'], tokens['--ember'])).toBeGreaterThanOrEqual(4.5);
  });

  test('marks, series and the borders of controls stand out from paper', () => {
    const names = Object.keys(tokens).filter((name) => name.startsWith('--series') || name === '--line');
    expect(names.length).toBe(8);
    for (const name of names) expect(contrast(tokens[name], tokens['--paper']), name).toBeGreaterThanOrEqual(3);
  });
});
