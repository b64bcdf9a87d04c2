/** Supervised fine-tuning: the next token, where the batch's targets are an assistant's alone. The mean is over the step's own tokens. */
import { nextToken } from './nextToken.ts';
import type { Objective } from './objective.ts';

export const sft: Objective = { ...nextToken, name: 'sft' };
