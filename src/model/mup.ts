/**
 * The maximal update parametrization for AdamW (Tensor Programs V, arXiv 2203.03466, table 8), as Megatron-LM's `--use-mup` has it:
 * rates found at one width hold at another. With m = hidden_size / mup_base_hidden_size, heads staying as wide as they are:
 *
 *                       start      rate    ε      λ
 *     embedding, norms  std        η       ε      λ
 *     layers' matrices  std / √m   η / m   ε / m  λ
 *     head              std / m    η / m   ε·m    λ·m
 *
 * Megatron divides logits by m in the forward pass and starts and moves the head as the embedding; the head here is its head / m, which
 * is the same function trained in the same way, so a model stays one of HuggingFace's. One thing differs: the head's gradient is m times
 * as large in the norm that clips.
 */
import type { ModelConfig } from '../config/run.ts';
import type { Parameter } from './family.ts';

/** The list, in the order of the forward pass, of a model in its parametrization. Error where embedding and head are one. */
export function parametrized(list: readonly Parameter[], model: ModelConfig): readonly Parameter[] {
  const { hidden_size: D, mup_base_hidden_size: base = D } = model;
  const m = D / base;
  if (m === 1) return list;
  if (model.lora || list.some(({ also }) => also !== undefined))
    throw new Error(`mup_base_hidden_size is ${base}: µP is for whole models with a head of their own`);
  const last = list.length - 1;
  return list.map((parameter, i): Parameter => {
    const { shape, init } = parameter;
    if (i === 0 || shape.length < 2 || init.kind !== 'normal') return parameter;
    const [start, scales] =
      i === last
        ? [1 / m, { rate: 1 / m, epsilon: m, decay: m }]
        : [1 / Math.sqrt(m), { rate: 1 / m, epsilon: 1 / m, decay: 1 }];
    return { ...parameter, init: { ...init, std: init.std * start }, scales };
  });
}
