/**
 * `node src/cli/run.mjs test/bench/curation.ts [MB]`: megabytes of text a CPU second of each stage of curation on one core, on made-up
 * pages of some two thousand characters, and the memory all of them took. Small inputs tell: every stage goes through its documents from
 * the first to the last and keeps only hashes and numbers of them.
 */
import { exact } from '../../src/data/stages/exact.ts';
import { fuzzy } from '../../src/data/stages/fuzzy.ts';
import { heuristics } from '../../src/data/stages/heuristics.ts';
import { perplexity } from '../../src/data/stages/perplexity.ts';
import { dsir } from '../../src/data/stages/dsir.ts';
import { type Documents, inMemory, type RawDocument, StageReport } from '../../src/data/stages/stage.ts';
import { Draws } from '../../src/world/draws.ts';
import { cpuSecondsOf } from './cpuTime.ts';
