/** A model made elsewhere, in the page: what it is, what is wrong with it, what it does untrained, and its adapters trained. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FolderFile } from '../../src/export/huggingface.ts';
import { foreignFolder } from '../export/foreign.ts';
import { randomWeights, tinyConfig } from '../export/tinyModel.ts';
import { withPage } from './setup/harness.ts';

const STEPS = 4;
/** Most of the work is to put all of a run's text to the model's tokenizer: the six sources that a base is made on, and no questions. */
const sources = 6;
const withoutQuestions = 'continued.qa.qa-definitions=0&continued.qa.qa-facts=0';
const model = { ...tinyConfig(), vocab_size: 268, max_position_embeddings: 64 };
const shards = foreignFolder(model, randomWeights(model, 1, 0.02), { dtype: 'BF16', shards: 2 });

let place: string;
beforeAll(() => void (place = mkdtempSync(path.join(os.tmpdir(), 'rekindle-model-'))));
afterAll(() => rmSync(place, { recursive: true }));

function written(name: string, files: readonly FolderFile[]): string {
  const folder = path.join(place, name);
  mkdirSync(folder);
  for (const { name: file, bytes } of files) writeFileSync(path.join(folder, file), bytes);
  return folder;
}
const changed = (name: string, change: (bytes: Uint8Array) => Uint8Array | null): FolderFile[] =>
  shards.flatMap((file) => {
    const bytes = file.name === name ? change(file.bytes) : file.bytes;
    return bytes === null ? [] : [{ name: file.name, bytes }];
  });
const withJson = (name: string, more: object): FolderFile[] =>
  changed(name, (bytes) =>
    new TextEncoder().encode(JSON.stringify({ ...JSON.parse(new TextDecoder().decode(bytes)), ...more })),
  );

const choose = (page: Page, folder: string) => page.getByLabel('Choose a folder').setInputFiles(folder);
const shard = 'model-00002-of-00002.safetensors';

test('a folder of bf16 shards is shown, tried and continued by adapters; a hostile one is one sentence and changes nothing', () =>
  withPage(
    async (page) => {
      await page.getByText('Runs on').waitFor();
      const hostile: [string, FolderFile[], RegExp][] = [
        ['cut', changed(shard, (bytes) => bytes.subarray(0, bytes.length - 10)), /bytes of data|bytes, but has/],
        ['lacking', changed(shard, () => null), /has no model-00002/],
        ['other', withJson('config.json', { hidden_size: 24, num_attention_heads: 6 }), /has shape/],
        ['gpt2', withJson('config.json', { model_type: 'gpt2' }), /model_type must be one of/],
        ['scaled', withJson('config.json', { rope_parameters: { rope_type: 'yarn', factor: 4 } }), /rope_type/],
        ['small', withJson('config.json', { vocab_size: 8 }), /has shape .*vocab_size should probably be 268/],
      ];
      for (const [name, files, sentence] of hostile) {
        await choose(page, written(name, files));
        await expect
          .poll(() => page.locator('.problem[role=alert]').allTextContents(), { message: name })
          .toEqual([expect.stringMatching(sentence)]);
        await expect
          .poll(() => page.getByText('Continue pretraining from this model').count(), { message: name })
          .toBe(0);
      }

      await choose(page, written('mine', shards));
      await page.getByText('NemotronForCausalLM', { exact: true }).waitFor();
      await expect.poll(() => page.locator('.problem[role=alert]').count()).toBe(0);
      await page.getByText('BF16, ').waitFor();
      await page.getByRole('button', { name: 'Held-out loss and samples' }).click();
      const table = page.getByRole('table', { name: 'Before any training here' });
      await table.waitFor();
      // Random weights of 268 ids know nothing: ln 268 = 5.59.
      await expect.poll(() => table.locator('td').count()).toBe(sources);
      const losses = await table.locator('td').allTextContents();
      for (const loss of losses) expect(Math.abs(Number(loss) - Math.log(268))).toBeLessThan(0.3);

      await page.getByLabel('Only adapters (LoRA)').check();
      await page.getByLabel('up and gate').check();
      await page.getByRole('button', { name: 'Continue pretraining from this model' }).click();
      await page.getByRole('button', { name: 'Start again' }).waitFor();
      await expect.poll(() => page.locator('figcaption').textContent()).toContain(`${STEPS} steps`);
      await page.getByRole('button', { name: 'Download the adapter' }).waitFor();
    },
    {
      address: `#v=1&p=smoke&continued.steps=${STEPS}&evaluation.everySteps=0&evaluation.rows=1&batch.sequences=2&batch.length=32&${withoutQuestions}`,
    },
  ));
