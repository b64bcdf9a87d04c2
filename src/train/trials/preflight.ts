/** What is known of a run before it starts: what it needs here, how much text there is to each source, how long it took last time. */
import type { RunConfig } from '../../config/run.ts';
import { type Catalogue, type FetchBytes, loadCatalogue } from '../../data/catalogue.ts';
import { sourcesOf } from '../../data/prepare.ts';
import { expectedTokens } from '../../data/size.ts';
import { scorerLength } from '../../evaluate/report.ts';
import type { Calibration, Preflight } from '../../protocol.ts';
import type { RunPart } from '../../recipe/phases.ts';
import { remember, remembered } from '../../storage/adapters.ts';
import { prepareWorld } from '../../world/prepare.ts';
import type { Backend } from '../backends/backend.ts';
import { needsOf } from '../engine/needs.ts';

export interface FileSize {
  source: string;
  bytes: number;
}

/** One kind of run on one adapter: all that decides how long its parts take, and none of how many there are. */
function keyOf({ name }: Backend, config: RunConfig, part: RunPart, files: readonly FileSize[]): string {
  const { rows } = config.evaluation;
  const shape = { ...config, preset: '', seed: 0, base: null, continued: null, evaluation: rows, logEverySteps: 0 };
  return JSON.stringify([name, part, shape, [...sourcesOf(config)].sort(), files]);
}

/** Rows of a world's benchmarks and tokens of its sources. Made once a world: the page asks at every change of a setting. */
class WorldFacts {
  #key = '';
  #facts: { lengths: number[]; tokens: Record<string, number | null> } = { lengths: [], tokens: {} };

  of(config: RunConfig) {
    const key = JSON.stringify([config.data.world, config.seed]);
    if (key !== this.#key) {
      const { corpus, suites } = prepareWorld(config);
      this.#key = key;
      this.#facts = {
        lengths: [...new Set(suites.map((suite) => scorerLength(corpus.world.tokenizer, [suite])))],
        tokens: Object.fromEntries(corpus.sources.map(({ name }) => [name, corpus.poolTokens(name)])),
      };
    }
    return this.#facts;
  }
}

export class Preflights {
  readonly #fetch: FetchBytes;
  readonly #worlds = new WorldFacts();
  #catalogue: Promise<Catalogue | null> | null = null;

  constructor(fetchBytes: FetchBytes) {
    this.#fetch = fetchBytes;
  }

  /** UserError where the configuration is no run. */
  async of(backend: Backend, config: RunConfig, part: RunPart, files: readonly FileSize[]): Promise<Preflight> {
    const calibration = (await remembered('calibrations', keyOf(backend, config, part, files))) ?? null;
    const { context, report } = backend;
    if (config.data.world) {
      const { lengths, tokens } = this.#worlds.of(config);
      return { needs: needsOf(config, context, report, lengths), sourceTokens: tokens, calibration };
    }
    // A page published without its shards can still train on the reader's own text.
    this.#catalogue ??= loadCatalogue(this.#fetch).catch(() => null);
    const shipped = (await this.#catalogue)?.sources ?? [];
    const sizes = new Map(shipped.map(({ name, textBytes, documents }) => [name, { bytes: textBytes, documents }]));
    for (const { source } of files) sizes.set(source, { bytes: 0, documents: 0 });
    for (const { source, bytes } of files) sizes.get(source)!.bytes += bytes;
    const sourceTokens: Record<string, number | null> = {};
    for (const [name, size] of sizes) sourceTokens[name] = expectedTokens(size, config);
    return {
      needs: needsOf(config, context, report),
      sourceTokens: calibration?.sourceTokens ?? sourceTokens,
      calibration,
    };
  }

  remember(
    backend: Backend,
    config: RunConfig,
    part: RunPart,
    files: readonly FileSize[],
    calibration: Calibration,
  ): Promise<void> {
    return remember('calibrations', keyOf(backend, config, part, files), calibration);
  }
}
