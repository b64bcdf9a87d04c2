/**
 * Values that follow from others unless someone states them: the four-fold MLP, the width of a head, the vocabulary
 * of a tokenizer, the continued run's peak rate. Presets use the same formulas, so there is one place where each
 * ratio stands.
 */
import type { ScheduleConfig, TokenizerConfig, WorldConfig } from './run.ts';

/**
 * initializer_range for a width: 0.4/√D. Products of a normalised row with an initial matrix then have variance 0.16
 * at any width, so logits start with σ² = 0.16 and the first loss at ln V + σ²/2 = ln V + 0.08 nats, within 2 % of ln
 * V for every V ≥ 55. (Nemotron's 0.0134 at D = 6144 is 1.05/√D, GPT-2's 0.02 at D = 768 is 0.55/√D: both start a
 * byte-sized vocabulary more than 2 % too high; a fixed 0.0134 at D = 64 would be 0.11/√D, an attention that starts
 * almost uniform.) Five significant digits, so that it reads well in a config and in a link.
 */
export function defaultInitializerRange(hidden_size: number): number {
  return significant(0.4 / Math.sqrt(hidden_size), 5);
}

/** Ids of the byte tokenizer: 256 bytes and the end of text. */
export const BYTE_TOKENIZER_SIZE = 257;

/** n rounded up to a multiple of 4: kernels read rows as vec4, four columns at a time. */
export function multipleOf4(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/**
 * V for a tokenizer, padded to a multiple of 4. A BPE may turn out smaller on little text, its V then keeps unused
 * rows. The world's word list counts every name and value, digits, story and template words: 320 rows in the full
 * world and 192 in the one of facts alone hold it (toy-world.md §1); the generator checks.
 */
export function vocabularyFor(tokenizer: TokenizerConfig, world: WorldConfig | null): number {
  switch (tokenizer.kind) {
    case 'byte':
      return multipleOf4(BYTE_TOKENIZER_SIZE);
    case 'bpe':
      return multipleOf4(tokenizer.vocab_size);
    case 'given':
      return 4; // it is measured against the embedding when it is read
    case 'word':
      return world?.skills === 'facts' ? 192 : 320;
  }
}

/** Rate a schedule ends at, whatever its number of steps. */
export function endingRate(schedule: ScheduleConfig): number {
  return schedule.kind === 'constant' ? schedule.peak : schedule.end;
}

/** A rate with as many significant digits as are meant: 0.3 · 0.1 is 0.03 and not 0.030000000000000002. */
export function significant(value: number, digits = 12): number {
  return Number(value.toPrecision(digits));
}
