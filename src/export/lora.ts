/**
 * LoRA's adapters out of a model: merged into its weights, or apart as PEFT saves them. The A that trains is one for
 * q, k and v, and one for gate and up; PEFT's is written once for each.
 */
import { LORA_A, LORA_B } from '../model/family.ts';
import type { Lora } from '../config/run.ts';
import type { FolderFile } from './huggingface.ts';
import type { Weight, Weights } from './parts.ts';
import { encodeSafetensors } from './safetensors.ts';

const TOGETHER = [
  [/\.(q|k|v)_proj\./, '.qkv_proj.'],
  [/\.(gate|up)_proj\./, '.gate_up_proj.'],
] as const;

/** A and B of every adapted matrix, by the matrix's name. */
function* pairs(weights: ReadonlyMap<string, Weight>): Generator<{ name: string; a: Weight; b: Weight }> {
  for (const [name, b] of weights) {
    if (!name.endsWith(LORA_B)) continue;
    const stem = name.slice(0, -LORA_B.length);
    const own = name.replace(LORA_B, LORA_A);
    // A Nemotron's up has no gate beside it, and an A of its own.
    const a = weights.get(own) ?? weights.get(TOGETHER.reduce((so, [part, all]) => so.replace(part, all), own))!;
    yield { name: `${stem}.weight`, a, b };
  }
}

/** W + (α/r)·B·A in place of W and its adapter; sums in f64. */
export function mergedWeights({ rank, alpha }: Lora, weights: ReadonlyMap<string, Weight>): Weights {
  const merged: Weights = new Map([...weights].filter(([name]) => !name.endsWith(LORA_A) && !name.endsWith(LORA_B)));
  for (const { name, a, b } of pairs(weights)) {
    const { shape, data } = merged.get(name)!;
    const [rows, columns] = shape as [number, number];
    const sum = data.slice();
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let delta = 0;
        for (let k = 0; k < rank; k++) delta += b.data[row * rank + k]! * a.data[k * columns + column]!;
        sum[row * columns + column] += (alpha / rank) * delta;
      }
    }
    merged.set(name, { shape, data: sum });
  }
  return merged;
}

/** adapter_config.json and adapter_model.safetensors. */
export function adapterFolder({ rank, alpha }: Lora, weights: ReadonlyMap<string, Weight>): FolderFile[] {
  const found = [...pairs(weights)];
  const targets = new Set(found.map(({ name }) => name.split('.').at(-2)!));
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: '',
    r: rank,
    lora_alpha: alpha,
    target_modules: [...targets],
    ...{ lora_dropout: 0, bias: 'none', fan_in_fan_out: false, inference_mode: true },
  };
  const tensors = found.flatMap(({ name, a, b }) => {
    const at = `base_model.model.${name.slice(0, -'.weight'.length)}`;
    return [
      { name: at + LORA_A, dtype: 'F32' as const, shape: a.shape, data: a.data },
      { name: at + LORA_B, dtype: 'F32' as const, shape: b.shape, data: b.data },
    ];
  });
  return [
    { name: 'adapter_config.json', bytes: new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`) },
    { name: 'adapter_model.safetensors', bytes: encodeSafetensors(tensors, { format: 'pt' }) },
  ];
}
