/** Two sizes of world the tests look at: the whole one, and the one of facts alone. */
import type { WorldConfig } from '../../src/config/run.ts';

export const WHOLE: WorldConfig = { people: 560, names: 28, values: 16, qaPool: 400, archiveRate: 0.15, skills: 'all' };
export const FACTS: WorldConfig = { people: 40, names: 10, values: 8, qaPool: 60, archiveRate: 0.15, skills: 'facts' };
