/**
 * Text and a model from an address: asked for by a frame that is there only meanwhile, shown with licence and size before anything is fetched,
 * and read like chosen files. Nobody is asked before a button is pressed.
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FileHost, modelRevision, openHost } from '../data/remote/host.ts';
import { openViewer, type Viewer } from '../data/remote/viewer.ts';
import { foreignFolder } from '../export/foreign.ts';
import { randomWeights, tinyConfig } from '../export/tinyModel.ts';
import { withPage } from './setup/harness.ts';

const texts = Array.from({ length: 300 }, (_, i) => `Document ${i} of the set is about the number ${i * i}.`);
const shard = new Uint8Array(
  parquetWriteBuffer({ columnData: [{ name: 'text', data: texts, type: 'STRING' }], rowGroupSize: 100 }),
);
const story = new TextEncoder().encode('Once upon a time there was a file at an address.\n\n'.repeat(400));
const config = { ...tinyConfig(), vocab_size: 268, max_position_embeddings: 256 };
const folder = foreignFolder(config, randomWeights(config, 1, 0.02), { dtype: 'BF16', shards: 2 });

let viewer: Viewer;
let host: FileHost;
beforeAll(async () => {
  viewer = await openViewer(shard, []);
  const ofModel = folder.map(({ name, bytes }) => [`/who/model/resolve/${modelRevision}/${name}`, bytes] as const);
  host = await openHost(new Map([['/texts/story.txt', story], ...ofModel]));
});
afterAll(() => Promise.all([viewer.close(), host.close()]));

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const field = (page: Page) => page.getByLabel('HuggingFace data set, or the address of a file');
const problems = (page: Page) => page.locator('.problem[role=alert]').allTextContents();

async function look(page: Page, address: string): Promise<void> {
  await field(page).fill(address);
  await button(page, 'Look').click();
}
const own = (page: Page) => page.locator('li.file');
async function isAlone(page: Page): Promise<void> {
  await expect.poll(() => page.frames().length).toBe(1);
}

test('a file, a data set and a model arrive from their addresses; a fault is one sentence, and cancelling ends it', () =>
  withPage(
    async (page) => {
      await page.getByText('Runs on').waitFor();
      await page.getByText('From an address').first().click();
      await field(page).fill(`${host.address}/texts/story.txt`);
      await page.getByText('The server sees this machine’s network address').waitFor();
      expect([...host.asked, ...viewer.asked]).toEqual([]);
      expect(page.frames()).toHaveLength(1);

      await button(page, 'Look').click();
      await button(page, 'No licence is stated: fetch 20 kB anyway').waitFor();
      expect(host.asked.map(({ method }) => method)).toEqual(['HEAD']);
      await isAlone(page);
      await button(page, 'No licence is stated: fetch 20 kB anyway').click();
      await own(page).getByText('story.txt').waitFor();
      await page.getByText('Once upon a time there was a file at an address.').first().waitFor({ state: 'attached' });
      await isAlone(page);

      await look(page, `${viewer.servers.hub}/datasets/who/what`);
      await page.getByText('cc-by-4.0', { exact: true }).waitFor();
      await page.getByText('default, train').waitFor({ state: 'attached' });
      await page.getByLabel('Text to fetch, MB').fill('1');
      expect(viewer.asked.some(({ path }) => path.endsWith('.parquet'))).toBe(false);
      await button(page, 'Accept cc-by-4.0 and fetch up to 1 MB').click();
      await own(page).getByText('what-train.jsonl').waitFor();
      await page.getByText(texts[0]!).waitFor({ state: 'attached' });

      host.faults = { page: true };
      await look(page, `${host.address}/texts/story.txt`);
      await expect
        .poll(() => problems(page))
        .toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+ has a web page instead of story\.txt: [^.]+\.$/)]);
      await isAlone(page);

      host.faults = { stuck: true };
      await look(page, `${host.address}/texts/story.txt`);
      await button(page, 'No licence is stated: fetch 20 kB anyway').click();
      await page.getByText('10 kB of 20 kB').waitFor();
      expect(page.frames()).toHaveLength(2);
      await button(page, 'Cancel').click();
      await button(page, 'No licence is stated: fetch 20 kB anyway').waitFor();
      await isAlone(page);
      expect(await problems(page)).toEqual([]);
      await expect.poll(() => own(page).count()).toBe(2);

      host.faults = {};
      await page.getByText('From an address').last().click();
      await page.getByLabel('HuggingFace model, or the address of a folder').fill(`${host.address}/who/model`);
      await button(page, 'Look').last().click();
      await page.getByText(modelRevision.slice(0, 12)).waitFor();
      await button(page, /^Accept own-licence and fetch \d+ kB$/).click();
      await page.getByText('NemotronForCausalLM', { exact: true }).waitFor();
      await isAlone(page);
      expect(await problems(page)).toEqual([]);
    },
    { mayAsk: () => [host.address, viewer.servers.hub] },
  ));
