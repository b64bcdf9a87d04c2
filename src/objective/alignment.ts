/** The objectives of alignment: registered by whoever aligns (src/train/align), so that pretraining does not load them. */
import { dpo } from './dpo.ts';
import { registerObjective } from './objectives.ts';
import { pairwise } from './pairwise.ts';
import { reward } from './reward.ts';
import { rpo } from './rpo.ts';
import { sft } from './sft.ts';

export function registerAlignment(): void {
  registerObjective('sft', () => sft);
  registerObjective('reward', reward);
  registerObjective('pairwise', () => pairwise);
  registerObjective('dpo', dpo);
  registerObjective('rpo', rpo);
}
