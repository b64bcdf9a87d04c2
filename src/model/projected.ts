import type { Tensor } from '../graph/graph.ts';
import { linear } from '../ops/linear.ts';
import { scaled } from '../ops/adapters/scale.ts';
import type { Recorder } from './architecture.ts';
import { adapterOf, isAdapted, LORA_A, LORA_B } from './family.ts';

/** x Wᵀ (+ residual), and what an adapter of W adds: (α/r)·x Aᵀ Bᵀ. The factor meets x Aᵀ, which is r wide. */
export function projected({ g, model, weight }: Recorder, x: Tensor, name: string, residual?: Tensor): Tensor {
  const y = linear(g, x, weight(name), residual);
  if (!model.lora || !isAdapted(model.lora, name)) return y;
  const { rank, alpha } = model.lora;
  const low = linear(g, x, weight(adapterOf(name, LORA_A)));
  return linear(g, alpha === rank ? low : scaled(g, low, alpha / rank), weight(adapterOf(name, LORA_B)), y);
}
