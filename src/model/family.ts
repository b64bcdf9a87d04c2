/**
 * A family of models, as pure data: which weights a configuration has, under which HuggingFace names. How its layer computes is
 * architecture.ts's; this half is small enough for the page, which counts parameters before anything is loaded.
 */
import type { Lora, LoraTarget, ModelConfig, UpdateScales } from '../config/run.ts';

/** Initial values: drawn from N(0, std²), all 0, or all 1. */
export type Init = { kind: 'normal'; std: number } | { kind: 'zeros' } | { kind: 'ones' };

/** A HuggingFace tensor inside a storage tensor: `rows` rows of it (elements, for a vector). */
export interface ParameterPart {
  name: string;
  rows: number;
}

/**
 * A *storage tensor*: one block of the parameter pool. It may hold several HuggingFace tensors one under the other (`parts`, by rows): q, k
 * and v of a layer are stored as one matrix so that one product computes all three. Rows are kept in HuggingFace's order, so export
 * slices and never permutes.
 */
export interface Parameter {
  /** HuggingFace's name; for q, k and v together `….self_attn.qkv_proj.weight`, which no HF file contains. */
  name: string;
  /** [out, in] for a matrix, [n] for a vector; row-major. */
  shape: number[];
  /** HF tensors in row order; their rows add up to shape[0]. */
  parts: ParameterPart[];
  /** Whether AdamW's decoupled decay applies. */
  decay: boolean;
  init: Init;
  /** A second name under which it is read: of an embedding that is the head too. */
  also?: string;
  /** Never trained: it has no gradient, and stays to the bit. */
  frozen?: boolean;
  /** By what its AdamW differs from the run's settings: mup.ts. */
  scales?: UpdateScales;
}

export interface Family {
  /** HuggingFace's `model_type`. */
  readonly type: string;
  /** Its storage tensors in the order of the forward pass, the embedding first and the head last. */
  parameters(model: ModelConfig, decayEmbeddings: boolean): Parameter[];
}

/** A matrix [out, in] that starts at N(0, std²); decayed unless said otherwise. */
export const matrix = (name: string, shape: [number, number], std: number, decay = true): Parameter => ({
  name,
  shape,
  parts: [{ name, rows: shape[0] }],
  decay,
  init: { kind: 'normal', std },
});

/** A vector [n] that starts at 0 and is not decayed: a norm's weight or bias. */
export const zeros = (name: string, n: number): Parameter => ({
  name,
  shape: [n],
  parts: [{ name, rows: n }],
  decay: false,
  init: { kind: 'zeros' },
});

/** A vector [n] that starts at 1 and is not decayed: the weight of a norm that stores γ itself. */
export const ones = (name: string, n: number): Parameter => ({ ...zeros(name, n), init: { kind: 'ones' } });

export const LORA_A = '.lora_A.weight';
export const LORA_B = '.lora_B.weight';
/** The name of an adapter's half: `….q_proj.weight` → `….q_proj.lora_A.weight`. */
export const adapterOf = (name: string, half: typeof LORA_A | typeof LORA_B): string => name.replace(/\.weight$/, half);

const TARGETS: Record<LoraTarget, RegExp> = {
  qkv: /\.qkv_proj\.weight$/,
  o: /\.o_proj\.weight$/,
  up: /\.(gate_)?up_proj\.weight$/,
  down: /\.down_proj\.weight$/,
};

/** Whether a stored matrix has an adapter. */
export const isAdapted = ({ targets = ['qkv', 'o'] }: Lora, name: string): boolean =>
  targets.some((target) => TARGETS[target].test(name));

/**
 * The same weights frozen, and adapters of the matrices that are targets: W + (α/r)·B·A with A (r, in), and B (out, r), which begins at 0. The
 * factor stands in the product and not in A, so that a rate moves A as it does in PEFT. HF tensors stored together have one A and a part of B each. A begins as PEFT's does, at a variance of
 * 1/(3·in). Adapters are not decayed: what decays a frozen weight would move it.
 */
export function adapters(list: readonly Parameter[], lora: Lora): Parameter[] {
  const { rank } = lora;
  const frozen = list.map((parameter): Parameter => ({ ...parameter, decay: false, frozen: true }));
  const added = list
    .filter(({ name }) => isAdapted(lora, name))
    .flatMap(({ name, shape: [rows, columns], parts }) => [
      matrix(adapterOf(name, LORA_A), [rank, columns!], 1 / Math.sqrt(3 * columns!), false),
      {
        ...matrix(adapterOf(name, LORA_B), [rows!, rank], 0, false),
        parts: parts.map((part) => ({ name: adapterOf(part.name, LORA_B), rows: part.rows })),
        init: { kind: 'zeros' } as const,
      },
    ]);
  return [...frozen, ...added];
}
