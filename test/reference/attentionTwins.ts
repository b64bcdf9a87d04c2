/** f64 twins of rotary positions and causal grouped-query attention. */
import type { Twin } from './interpret.ts';

export const attentionTwins: Record<string, Twin> = {};
