/**
 * Property tests (fast-check) draw the same cases at every run, so that `npm test` says the same of the same tree. Others are drawn by
 * `SEED=2 npx vitest run --project node`; what comes in from outside is fuzzed at length by `npm run fuzz`.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });

export default fc;
