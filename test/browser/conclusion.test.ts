/** What the page says of a finished run: real runs, played; its sentence against the measurements it was made from. */
import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { recording } from '../ui/fake/recordings.ts';
import { enter } from './setup/enter.ts';
import { button, withPlayed } from './setup/played.ts';

/** 'fell' or 'rose', by the plain means over the QA sources at the switch and at the end. */
function qaMoved(preset: 'smoke' | 'tiny'): string {
  const { heldOut } = recording(preset);
  const { switchStep, endStep } = planRun(resolveConfig({ preset }));
  const [before, after] = [switchStep, endStep].map((at) => {
    const { loss } = heldOut.find(({ step }) => step === at)!;
    return (loss['qa-definitions']! + loss['qa-facts']!) / 2;
  });
  return after! < before! ? 'fell' : 'rose';
}

test.each(['smoke', 'tiny'] as const)(
  '%s: the sentence at the end names the QA sources’ held-out change, as measured',
  (preset) =>
    withPlayed(
      { recording: recording(preset) },
      async (page) => {
        await page.getByRole('button', { name: /^Start/ }).click();
        const said = await page.locator('.finding').textContent();
        const { switchStep } = planRun(resolveConfig({ preset }));
        expect(said).toContain(
          `Since the switch at step ${switchStep!.toLocaleString('en')} the held-out loss of the QA sources (qa-definitions, qa-facts) ${qaMoved(preset)} by `,
        );
        expect(said).toMatch(/ ± 0\.\d{3} nats a token/);
        const why = () => page.locator('figcaption').textContent();
        await expect.poll(why).toContain('standard error over the');
        await expect.poll(why).toMatch(/the training loss rose from [\d.]+ to [\d.]+ because the text changed/);
        // The same questions before and after, and each source at start, switch and end.
        const answers = page.getByRole('region', { name: 'The same questions after each phase' });
        await expect
          .poll(() => answers.locator('thead').textContent())
          .toMatch(/After the base run.*Before the switch.*After the switch/);
        await expect.poll(() => answers.locator('tbody tr').count()).toBe(5);
        const head = await page
          .getByRole('region', { name: 'Held-out loss, source by source' })
          .locator('thead')
          .textContent();
        expect(head).toMatch(/Start.*At the switch.*End.*Since the switch/);
      },
      { address: `#v=1&p=${preset}` },
    ),
);

test('equal blends are no switch: neither the sentence nor the picture claims one', () => {
  const general = resolveConfig({ preset: 'smoke' }).continued!.general;
  const names = ['legal', 'news', 'books', 'encyclopedia', 'docs', 'code', 'qa-definitions', 'qa-facts'];
  const equal = names.map((name) => `continued.qa.${name}=${general[name] ?? 0}`).join('&');
  return withPlayed(
    { recording: recording('smoke') },
    async (page) => {
      await page.getByRole('button', { name: /^Start/ }).click();
      const said = await page.locator('.finding').textContent();
      expect(said).toContain('the held-out loss of all sources');
      await expect.poll(() => page.locator('figcaption').textContent()).toContain('nothing switched');
      await expect.poll(() => page.locator('.figure').textContent()).not.toMatch(/since the switch|switch at step/i);
      await expect.poll(() => page.locator('.rule.switch').count()).toBe(0);
    },
    { address: `#v=1&p=smoke&${equal}` },
  );
});

test('the legend puts lines and sources away and back, by pointer and by keyboard', () =>
  withPlayed(
    { recording: recording('smoke') },
    async (page) => {
      await page.getByRole('button', { name: /^Start/ }).click();
      await page.locator('.finding').waitFor();
      const legend = page.getByRole('list', { name: 'Lines and sources; press one to hide it' });
      const books = legend.getByRole('button', { name: 'books' });
      await books.click();
      await expect.poll(() => books.getAttribute('aria-pressed')).toBe('false');
      // Of each of three phases' blends.
      await expect.poll(() => page.locator('.share.away').count()).toBe(3);
      await enter(books);
      await expect.poll(() => books.getAttribute('aria-pressed')).toBe('true');
      await expect.poll(() => page.locator('.share.away').count()).toBe(0);
      // A line of the canvas: what is drawn changes with the press and comes back with the next.
      const drawn = () =>
        page.locator('.loss-plot canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
      const whole = await drawn();
      const average = legend.getByRole('button', { name: 'loss, smoothed' });
      await average.press('Space');
      await expect.poll(drawn).not.toBe(whole);
      await average.click();
      await expect.poll(drawn).toBe(whole);
      const heldOut = button(page, 'Held-out losses');
      await heldOut.click();
      await expect.poll(drawn).not.toBe(whole);
      await expect.poll(() => heldOut.getAttribute('aria-pressed')).toBe('true');
    },
    { address: '#v=1&p=smoke' },
  ));
