/** A model that leaves as a folder and comes back goes on where it stood: through f32 to the bit, through bf16 shards nearly. */
import { expect, test } from 'vitest';
import { openBackend } from '../../src/cli/node/backend.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { type FolderFile, huggingFaceFolder } from '../../src/export/huggingface.ts';
import { decodeSafetensors, encodeSafetensors, toFloat32 } from '../../src/export/safetensors.ts';
import { readCheckpoint } from '../../src/train/bases/base.ts';
import type { Engine } from '../../src/train/engine/engine.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { toBits } from '../export/foreign.ts';
import { openEngine, tinyBatch, tinyConfig } from '../model/tiny.ts';

const config: RunConfig = { ...tinyConfig, model: { ...tinyConfig.model, vocab_size: 260 } };

/** Losses of two steps with fresh moments: the second sees what the first has changed. */
async function nextLosses(engine: Engine): Promise<number[]> {
  engine.resetMoments();
  for (const i of [0, 1]) engine.submitStep(10 + i, () => tinyBatch(config, 7 + i), 1e-3, 1 + i);
  return (await engine.metrics(10, 11)).map(({ loss }) => loss);
}

async function lossesFrom(files: FolderFile[]): Promise<number[]> {
  const engine = await openEngine(config, await openBackend('cpu'));
  engine.load((await readCheckpoint(files)).weights);
  const losses = await nextLosses(engine);
  engine.destroy();
  return losses;
}

/** As `save_pretrained` of another program would: bf16, in two shards with their index. */
function resaved(files: FolderFile[]): FolderFile[] {
  const { tensors } = decodeSafetensors(files.find(({ name }) => name === 'model.safetensors')!.bytes);
  const shards = [1, 2].map((n) => `model-0000${n}-of-00002.safetensors`);
  const names = [...tensors.keys()];
  const index = { metadata: {}, weight_map: Object.fromEntries(names.map((name, i) => [name, shards[i % 2]!])) };
  return [
    ...files.filter(({ name }) => name !== 'model.safetensors' && name !== 'rekindle.json'),
    { name: 'model.safetensors.index.json', bytes: new TextEncoder().encode(JSON.stringify(index)) },
    ...shards.map((name, shard) => ({
      name,
      bytes: encodeSafetensors(
        names
          .filter((_, i) => i % 2 === shard)
          .map((one) => {
            const tensor = tensors.get(one)!;
            return {
              name: one,
              dtype: 'BF16' as const,
              shape: tensor.shape,
              data: toBits(toFloat32(tensor), 'BF16') as Uint16Array,
            };
          }),
      ),
    })),
  ];
}

test('the next losses after export and import are those of the run that went on, and within 2e-3 through bf16 shards', async () => {
  const engine = await openEngine(config, await openBackend('cpu'));
  for (let step = 0; step < 3; step++) engine.submitStep(step, () => tinyBatch(config, step), 1e-2, step + 1);
  const parameters = await engine.weights();
  const files = huggingFaceFolder({ model: config.model, parameters, tokenizer: new ByteTokenizer(), metadata: {} });
  const wanted = await nextLosses(engine);
  engine.destroy();
  expect(wanted[1]).not.toBe(wanted[0]);
  expect(await lossesFrom(files)).toEqual(wanted);
  const through = await lossesFrom(resaved(files));
  // A bf16 has 8 bits: weights move by up to 1 in 512.
  through.forEach((loss, i) => expect(Math.abs(loss - wanted[i]!)).toBeLessThan(2e-3));
  expect(through).not.toEqual(wanted);
});
