/**
 * Looks inside a model between two steps: norms of every tensor from the pools as the step left them, and what one more forward pass
 * of the step's own rows shows of units and attention scores. It shares the run's weights and writes nothing that a step reads, so
 * the run's bits are the same with it and without (test/train/inspect.cpu.test.ts).
 */
import type { RunConfig } from '../../config/run.ts';
import { layoutPlan, type PlanLayout } from '../../gpu/layout.ts';
import type { CompiledPlan } from '../../graph/executor.ts';
import { Graph, type Tensor } from '../../graph/graph.ts';
import { f32Bits } from '../../graph/kernel.ts';
import type { PlanContext } from '../../graph/memory.ts';
import { type PoolLayout, poolSize } from '../../graph/pool.ts';
import { recorderOf } from '../../model/architecture.ts';
import { attentionShape, forward } from '../../model/forward.ts';
import { parameterList } from '../../model/parameters.ts';
import { attentionOp } from '../../ops/attention/attention.ts';
import { columnMax } from '../../ops/columnMax.ts';
import { swigluOp } from '../../ops/llama/swiglu.ts';
import { squaredReluOp } from '../../ops/adapters/squaredRelu.ts';
import { mlpOp } from '../../ops/mlp.ts';
import { scoreMax } from '../../ops/scoreMax.ts';
import { SLICE_WORDS, tensorNorms } from '../../ops/tensorNorms.ts';
import type { LayerReading, TensorReading } from '../../protocol.ts';
import type { Engine, StepBatch } from './engine.ts';

/** Tokens looked at: a unit silent for so many is as good as dead, and activations stay small beside a large model's weights. */
const mostTokens = 2048;

export interface Readings {
  tensors: TensorReading[];
  layers: LayerReading[];
}

/** A HuggingFace tensor as a part of the pools: first element and elements. */
interface Part {
  name: string;
  from: number;
  size: number;
}

/** Every HuggingFace tensor where it lies; q, k and v of a layer apart. */
function partsOf({ model, optimizer }: RunConfig, layout: PoolLayout): Part[] {
  const trained = parameterList(model, optimizer.decay_embeddings).filter(({ frozen }) => !frozen);
  return trained.flatMap(({ name, shape, parts }) => {
    const width = shape[1] ?? 1;
    let from = layout.slices.get(name)!.offset;
    return parts.map((part) => {
      const size = part.rows * width;
      from += size;
      return { name: part.name, from: from - size, size };
    });
  });
}

/** The words of a part's slice. */
function sliceOf({ from, size }: Part, { regions }: PoolLayout, { optimizer }: RunConfig): number[] {
  const { rate, epsilon, decay } = regions.find(({ end }) => from < end)!;
  const settings = [rate, optimizer.epsilon * epsilon, optimizer.weight_decay * decay];
  return [from / 4, size / 4, ...settings.map(f32Bits)];
}

function normsGraph(layout: PoolLayout, parts: number) {
  const g = new Graph();
  const slices = g.input('slices', [parts, SLICE_WORDS], 'u32');
  const controls = g.input('controls', [4]);
  const [gradients, weights, moments1, moments2] = (['gradients', 'parameters', 'moments1', 'moments2'] as const).map(
    (name) => g.pool(name, poolSize(layout, name)),
  );
  const pools = { gradients: gradients!, weights: weights!, moments1: moments1!, moments2: moments2! };
  const norms = tensorNorms(g, slices, controls, g.state('clip', [4]), pools);
  return { g, slices, controls, norms };
}

/** A forward pass of `rows` rows that ends in each layer's highest activation a unit (F) and highest score a head (H). */
export function activationGraph({ model, data, batch }: RunConfig, rows: number) {
  const g = new Graph();
  const N = rows * batch.length;
  const tokens = g.input('tokens', [N], 'u32');
  const documentStart = data.separateDocuments ? g.input('documentStart', [N], 'u32') : undefined;
  const layers: { units: Tensor; scores: Tensor }[] = [];
  let seen = 0;
  forward(recorderOf(g, model), { tokens, documentStart }, [rows, batch.length], {
    afterLayer() {
      const nodes = g.nodes.slice(seen);
      const outputsOf = (op: unknown) => nodes.find((node) => node.op === op)?.outputs ?? [];
      const [, squared] = outputsOf(mlpOp); // (N, F)
      const active = squared ?? outputsOf(swigluOp)[0] ?? outputsOf(squaredReluOp)[0];
      const [, rotated, statistics] = outputsOf(attentionOp);
      const scores = scoreMax(g, rotated!, statistics!, attentionShape(model, rows, batch.length)); // (N, H)
      layers.push({ units: columnMax(g, active!), scores: columnMax(g, scores) });
      seen = g.nodes.length;
    },
  });
  return { g, tokens, documentStart, layers };
}

/** Rows of a step that are looked at. */
const rowsOf = ({ batch }: RunConfig): number =>
  Math.max(1, Math.min(batch.sequences, Math.floor(mostTokens / batch.length)));

const keptOf = ({ layers }: ReturnType<typeof activationGraph>): Tensor[] =>
  layers.flatMap(({ units, scores }) => [units, scores]);

/** What an inspector allocates besides an engine (train/engine/graphs.ts), known without a device. */
export function inspectionLayouts(config: RunConfig, pools: PoolLayout, context: PlanContext): PlanLayout[] {
  const norms = normsGraph(pools, partsOf(config, pools).length);
  const activations = activationGraph(config, rowsOf(config));
  return [
    layoutPlan(norms.g, pools, context, { keep: [norms.norms] }),
    layoutPlan(activations.g, pools, context, { keep: keptOf(activations) }),
  ];
}

export class Inspector {
  readonly #engine: Engine;
  readonly #parts: Part[];
  readonly #norms: ReturnType<typeof normsGraph>;
  readonly #activations: ReturnType<typeof activationGraph>;
  readonly #plans: { norms: CompiledPlan; activations: CompiledPlan };

  /** Compiles what a look takes: three kernels besides those a forward pass has already. */
  static async create(engine: Engine): Promise<Inspector> {
    const { config, layout, executor } = engine;
    const parts = partsOf(config, layout);
    const norms = normsGraph(layout, parts.length);
    const activations = activationGraph(config, rowsOf(config));
    const [normsPlan, activationsPlan] = await Promise.all([
      executor.compile(norms.g, { keep: [norms.norms], label: 'norms' }),
      executor.compile(activations.g, { keep: keptOf(activations), label: 'activations' }),
    ]);
    normsPlan.host(norms.slices).set(parts.flatMap((part) => sliceOf(part, layout, config)));
    return new Inspector(engine, parts, norms, activations, { norms: normsPlan, activations: activationsPlan });
  }

  private constructor(
    engine: Engine,
    parts: Part[],
    norms: ReturnType<typeof normsGraph>,
    activations: ReturnType<typeof activationGraph>,
    plans: { norms: CompiledPlan; activations: CompiledPlan },
  ) {
    this.#engine = engine;
    this.#parts = parts;
    this.#norms = norms;
    this.#activations = activations;
    this.#plans = plans;
  }

  /** Of the step submitted last, whose (last micro-)batch this is: queued right behind it, so that later steps do not show. */
  async look(batch: StepBatch): Promise<Readings> {
    const { norms, activations } = this.#plans;
    const { tokens, documentStart, layers } = this.#activations;
    norms.host(this.#norms.controls).set(this.#engine.lastControls);
    norms.upload();
    norms.submit(['step']);
    activations.host(tokens).set(batch.tokens.subarray(0, tokens.size));
    if (documentStart) activations.host(documentStart).set(batch.documentStart.subarray(0, documentStart.size));
    activations.upload();
    activations.submit(['step']);
    const [rows, ...highest] = await Promise.all([
      norms.read(this.#norms.norms),
      ...layers.flatMap(({ units, scores }) => [activations.read(units), activations.read(scores)]),
    ]);
    return {
      tensors: this.#parts.map(({ name }, i) => tensorReading(name, rows!.subarray(4 * i, 4 * i + 4))),
      layers: layers.map((_, i) => layerReading(highest[2 * i]!, highest[2 * i + 1]!)),
    };
  }

  destroy(): void {
    this.#plans.norms.destroy();
    this.#plans.activations.destroy();
  }
}

function tensorReading(name: string, [gradient, weight, change, bad]: Float32Array): TensorReading {
  return {
    name,
    gradNorm: Math.sqrt(gradient!),
    finite: bad === 0,
    weightNorm: Math.sqrt(weight!),
    updateRatio: weight! > 0 ? Math.sqrt(change! / weight!) : null,
  };
}

function layerReading(units: Float32Array, scores: Float32Array): LayerReading {
  const dead = units.reduce((count, highest) => count + (highest > 0 ? 0 : 1), 0);
  return { dead: dead / units.length, highestScore: Math.max(...scores) };
}
