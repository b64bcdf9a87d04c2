/** From person to person: a run saved on one page is opened on another that has nothing of it, compared there, and its model goes on. */
import { readFileSync } from 'node:fs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { RunConfig } from '../../../src/config/run.ts';
import type { HeldOutPoint } from '../../../src/protocol.ts';
import { planRun } from '../../../src/recipe/phases.ts';
import { axeFinds } from '../setup/axe.ts';
import { entriesOf } from '../setup/indexedDb.ts';
import { screenshot, withPage } from '../setup/harness.ts';
import { small } from '../setup/small.ts';

const brief = `${small}&base.schedule.warmupSteps=2&evaluation.everySteps=0`;
/** Of the sender: text mixed otherwise, an earlier switch, a batch of its own. */
const sent = `#v=1&p=smoke&${brief}&seed=5&base.steps=10&continued.steps=6&continued.switchDivisor=2&batch.accumulation=2&tokenizer=bpe:300&model.vocab_size=300&continued.qa.qa-definitions=0&continued.qa.news=40`;
const own = `#v=1&p=smoke&${brief}&base.steps=8&continued.steps=4`;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
type Files = Record<string, Uint8Array>;

async function trained(page: Page): Promise<void> {
  await button(page, 'Start').click();
  await button(page, 'Start again').waitFor();
}
async function savedRun(page: Page): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await button(page, 'Everything as one .zip').click();
  return readFileSync(await (await download).path());
}
const zipNamed = (name: string, files: Files) => ({
  ...{ name, mimeType: 'application/zip' },
  buffer: Buffer.from(zipSync(files, { level: 0 })),
});
const configIn = (files: Files): RunConfig => JSON.parse(strFromU8(files['config.json']!));
const heldOutIn = (files: Files): HeldOutPoint[] =>
  strFromU8(files['held-out.jsonl']!)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a run saved by one page is opened by another, stands beside its own, and is continued from its model', async () => {
  let sentFiles: Files = {};
  await withPage(
    async (page) => {
      await trained(page);
      sentFiles = unzipSync(await savedRun(page));
    },
    { address: sent },
  );
  const weights = sentFiles['model/model.safetensors']!;
  const without = (...names: string[]): Files =>
    Object.fromEntries(Object.entries(sentFiles).filter(([name]) => !names.some((start) => name.startsWith(start))));

  await withPage(
    async (page) => {
      await trained(page);
      const add = page.getByLabel('Add runs that were shared with you');
      const rows = page.locator('.runs tbody tr');

      const refused: [string, Files, RegExp][] = [
        ['cut', { ...sentFiles, 'model/model.safetensors': weights.subarray(0, -8) }, /bytes/],
        ['halved', without('model/tokenizer.json'), /Its model folder has no tokenizer\.json/],
        [
          'other',
          { ...sentFiles, 'config.json': strToU8(JSON.stringify({ ...configIn(sentFiles), seed: 6 })) },
          /another run/,
        ],
        ['no-run', without('metrics.jsonl'), /no config\.json with a metrics\.jsonl/],
      ];
      for (const [name, files, sentence] of refused) {
        await add.setInputFiles(zipNamed(`${name}.zip`, files));
        const told = page.getByText(`${name}.zip could not be added: `);
        await told.waitFor();
        await expect.poll(() => told.textContent(), { message: name }).toMatch(sentence);
      }
      const whole = zipNamed('ada.zip', sentFiles);
      await add.setInputFiles({ ...whole, name: 'torn.zip', buffer: whole.buffer.subarray(0, 9000) });
      await page.getByText('torn.zip could not be added: It is not a .zip, or is damaged or cut short').waitFor();
      await expect.poll(() => rows.count(), { message: 'nothing of them is in the list' }).toBe(0);

      await add.setInputFiles(zipNamed('bare.zip', without('model/')));
      await page.getByText('bare.zip has no model, so its run can be compared, but not continued.').waitFor();
      await add.setInputFiles(whole);
      await page.getByText('One run was added.').waitFor();
      await rows.nth(2).waitFor();
      await expect
        .poll(() => page.getByText('Continue from it').count(), { message: 'only where there is a model' })
        .toBe(1);

      // The model is there after a reload too.
      await page.reload();
      await page.getByText('Continue from it').click();
      const told = page.locator('.continued');
      await told.getByText('for 6 steps from its last learning rate').waitFor();
      expect(await axeFinds(page)).toEqual([]);
      await screenshot(page, 'continue-from-shared');
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await screenshot(page, 'continue-from-shared-narrow');
      await told.getByRole('button', { name: 'Continue pretraining from this model' }).click();
      await page.locator('.numbers', { hasText: 'of 22' }).waitFor();
      await button(page, 'Start again').waitFor();

      const files = unzipSync(await savedRun(page));
      const [before, after] = [configIn(sentFiles), configIn(files)];
      const taken = ({ batch, evaluation, seed, model, tokenizer, continued }: RunConfig) => {
        const { general, qa, steps, switchDivisor } = continued!;
        return { batch, evaluation, seed, model, tokenizer, general, qa, steps, switchDivisor };
      };
      expect(after.preset).toBe(before.preset);
      expect(taken(after)).toEqual(taken(before));
      expect(after.continued!.schedule.peak).toBe(planRun(before, 'all').at(15).lr);
      expect(files['model/tokenizer.json']).toEqual(sentFiles['model/tokenizer.json']);
      // To the bit: weights travel as f32, as they are trained, and the rows are the same ones.
      const [end, begin] = [heldOutIn(sentFiles).at(-1)!, heldOutIn(files)[0]!];
      expect(Object.keys(end.loss)).toHaveLength(7);
      expect(begin.loss).toEqual(end.loss);
      expect(heldOutIn(files).at(-1)!.loss).not.toEqual(end.loss);

      // What is kept of the model goes with its row.
      const kept = async () => (await entriesOf(page, 'rekindle-shared', 'models')).length;
      await expect.poll(kept).toBe(1);
      await rows.filter({ hasText: 'From ada.zip' }).getByRole('button', { name: 'Edit' }).click();
      await button(page, 'Delete').click();
      await button(page, 'Delete for good').click();
      await expect.poll(kept).toBe(0);
    },
    { address: own, colorScheme: 'light' },
  );
});
