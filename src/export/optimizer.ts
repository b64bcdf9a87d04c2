/**
 * The optimizer's state apart from the model: Adam's two moments of every weight under its HuggingFace name, as
 * `exp_avg.NAME` and `exp_avg_sq.NAME`, and optimizer.json with what PyTorch's AdamW keeps as numbers.
 */
import type { RunConfig } from '../config/run.ts';
import { LORA_A, LORA_B } from '../model/family.ts';
import type { FolderFile } from './huggingface.ts';
import type { Weights } from './parts.ts';
import { encodeSafetensors } from './safetensors.ts';

export interface OptimizerState {
  first: Weights;
  second: Weights;
  /** Steps since both were 0: PyTorch's `step`, which corrects their bias. */
  steps: number;
  /** Of the step that comes next, where one does. */
  rate: number | null;
}

export function optimizerFolder({ model, optimizer }: RunConfig, state: OptimizerState): FolderFile[] {
  const isTrained = (name: string): boolean => !model.lora || name.endsWith(LORA_A) || name.endsWith(LORA_B);
  const tensors = (['first', 'second'] as const).flatMap((moment) =>
    [...state[moment]]
      .filter(([name]) => isTrained(name))
      .map(([name, { shape, data }]) => ({
        name: `${moment === 'first' ? 'exp_avg' : 'exp_avg_sq'}.${name}`,
        dtype: 'F32' as const,
        shape,
        data,
      })),
  );
  const json = {
    format: 'rekindle-optimizer',
    version: 1,
    optimizer: 'AdamW',
    step: state.steps,
    lr: state.rate,
    betas: [optimizer.beta1, optimizer.beta2],
    eps: optimizer.epsilon,
    weight_decay: optimizer.weight_decay,
    // Norms and biases never are; the embedding as the run chose.
    decays_embeddings: optimizer.decay_embeddings,
    max_grad_norm: optimizer.max_grad_norm,
  };
  return [
    { name: 'optimizer.json', bytes: new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`) },
    { name: 'optimizer.safetensors', bytes: encodeSafetensors(tensors, { format: 'pt' }) },
  ];
}
