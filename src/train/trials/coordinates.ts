/**
 * The coordinate check: how large activations are before training and after its first steps, model by model. Where they grow with width,
 * a rate found at one width does not hold at another (Tensor Programs V, arXiv 2203.03466, appendix D.1).
 */
import type { RunConfig } from '../../config/run.ts';
import type { FetchBytes } from '../../data/catalogue.ts';
import type { GivenFile } from '../../data/prepare.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import { Graph, type Tensor } from '../../graph/graph.ts';
import { architectureOf, forward } from '../../model/forward.ts';
import { recorderOf } from '../../model/architecture.ts';
import { linear } from '../../ops/linear.ts';
import type { Reading } from '../../protocol.ts';
import { placeAfter, placeOfStep } from '../../recipe/place.ts';
import { COORDINATE_STEPS } from '../../recipe/widths/widths.ts';
import type { Backend } from '../backends/backend.ts';
import { Engine } from '../engine/engine.ts';
import { prepareData } from '../run/data.ts';

/** Tokens looked at: root mean squares over so many hardly differ from those over more. */
const mostTokens = 1024;

/** A forward pass of `rows` rows of T tokens: (N, D) behind each layer, and logits (N, V). */
function probeGraph({ model, batch, data }: RunConfig, rows: number) {
  const g = new Graph();
  const N = rows * batch.length;
  const tokens = g.input('tokens', [N], 'u32');
  const documentStart = data.separateDocuments ? g.input('documentStart', [N], 'u32') : undefined;
  const record = recorderOf(g, model);
  const layers: Tensor[] = [];
  const states = forward(record, { tokens, documentStart }, [rows, batch.length], {
    afterLayer: () => void layers.push(g.nodes.at(-1)!.outputs[0]!),
  });
  const logits = linear(g, states, architectureOf(model).head(record));
  return { g, tokens, documentStart, seen: [...layers, logits] };
}

const rootMeanSquare = (of: (i: number) => number, count: number): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += of(i) ** 2;
  return Math.sqrt(sum / count);
};

/** Readings of one model from the seed's weights, at its peak rate without warm-up; null if it was ended. */
export async function coordinatesOf(
  backend: Backend,
  config: RunConfig,
  files: readonly GivenFile[],
  fetchBytes: FetchBytes,
  isEnded: () => boolean,
): Promise<Reading[] | null> {
  const { batch, base } = config;
  const { batches } = await prepareData(config, files, fetchBytes, () => {});
  batches.check(base.blend);
  const engine = await Engine.create(backend, config, tokenIndex);
  const rows = Math.max(1, Math.min(batch.sequences, Math.floor(mostTokens / batch.length)));
  const { g, tokens, documentStart, seen } = probeGraph(config, rows);
  const plan = await engine.executor.compile(g, { keep: seen, label: 'coordinates' });
  try {
    engine.initialize(config.seed);
    const start = placeOfStep(0, batch);
    const first = batches.draw(start, base.blend);
    plan.host(tokens).set(first.tokens.subarray(0, tokens.size));
    if (documentStart) plan.host(documentStart).set(first.documentStart.subarray(0, documentStart.size));
    const look = (): Promise<Float32Array[]> => {
      plan.upload();
      plan.submit(['step']);
      return Promise.all(seen.map(async (tensor) => Float32Array.from(await plan.read(tensor))));
    };
    const readings: Reading[] = [];
    let before: Float32Array[] = [];
    for (let step = 0; step <= COORDINATE_STEPS.at(-1)!; step++) {
      if (isEnded()) return null;
      if (COORDINATE_STEPS.some((one) => one === step)) {
        const values = await look();
        if (step === 0) before = values;
        values.forEach((value, i) =>
          readings.push({
            step,
            site: i === seen.length - 1 ? 'logits' : `layer ${i + 1}`,
            rms: rootMeanSquare((j) => value[j]!, value.length),
            change: rootMeanSquare((j) => value[j]! - before[i]![j]!, value.length),
          }),
        );
      }
      const draw = (micro: number) =>
        batches.draw(placeAfter(start, step * batch.accumulation + micro, batch), base.blend);
      engine.submitStep(step, draw, base.schedule.peak, step + 1);
    }
    return readings;
  } finally {
    plan.destroy();
    engine.destroy();
  }
}
