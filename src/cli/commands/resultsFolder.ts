/** Where an experiment of any kind leaves its results: the same command again goes on with what is there. */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunConfig } from '../../config/run.ts';
import { rowSchema } from '../../recipe/results/readResults.ts';
import type { Experiment } from '../../recipe/experiments.ts';
import { type ExperimentResults, type ResultRow, resultsTable } from '../../recipe/results/results.ts';
import { type ResultsFile, resultsFile } from '../../recipe/results/resultsFile.ts';
import { type Base, readBase } from '../../train/bases/base.ts';
import { UserError } from '../../util/errors.ts';
import { makeFolders } from '../folders.ts';
import { checkOwn } from '../outFolder.ts';
import { readFolder } from '../readFolder.ts';
import { readJson, readJsonAs } from '../readJson.ts';
import { commonWords } from '../words/common.ts';
import { experimentWords } from '../words/experiment.ts';
import { outFolderWords } from '../words/places.ts';
import { asUserError } from '../writeFolder.ts';

/** DIR/rows holds one file an arm and seed; config.json, results.json and table.md follow from them. */
export class ResultsFolder {
  readonly #path: string;
  readonly #name: string;
  readonly #config: RunConfig;
  readonly #chance: ExperimentResults['chance'];

  constructor(folder: string, name: string, config: RunConfig, chance: ExperimentResults['chance']) {
    this.#path = folder;
    this.#name = name;
    this.#config = config;
    this.#chance = chance;
    checkOwn(folder, (names) => names.includes('rows'));
    const known = path.join(folder, 'config.json');
    const text = `${JSON.stringify(config, null, 2)}\n`;
    if (existsSync(known) && JSON.stringify(readJson(known)) !== JSON.stringify(config)) {
      throw new UserError(commonWords.otherConfiguration(folder, experimentWords.results));
    }
    try {
      makeFolders(path.join(folder, 'rows'));
      this.#write('config.json', text);
    } catch (error) {
      throw asUserError(error, outFolderWords.cannotBeWritten(folder));
    }
  }

  rows(): ResultRow[] {
    const folder = path.join(this.#path, 'rows');
    const names = readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort();
    const wanted = experimentWords.removeRow;
    return names.map((file) => readJsonAs(path.join(folder, file), rowSchema, wanted) as ResultRow);
  }

  add(row: ResultRow): void {
    this.#write(`rows/${row.arm}-${row.seed}.json`, `${JSON.stringify(row)}\n`);
  }

  results(adapter: string): ResultsFile {
    const { preset } = this.#config;
    return { experiment: this.#name, preset, adapter, config: this.#config, chance: this.#chance, rows: this.rows() };
  }

  summarise(experiments: readonly Experiment[], adapter: string): void {
    this.write(adapter, (results) => experiments.map((one) => resultsTable(one, results)).join('\n'));
  }

  /** results.json, and table.md as `tableOf` has it. */
  write(adapter: string, tableOf: (results: ExperimentResults) => string): void {
    const results = this.results(adapter);
    this.#write('results.json', resultsFile(results));
    this.#write('table.md', tableOf(results));
  }

  basePath(seed: number): string {
    return path.join(this.#path, 'bases', `${this.#config.preset}-${seed}`);
  }

  /** A base an earlier call of the command has trained. */
  async base(seed: number): Promise<Base | null> {
    return existsSync(this.basePath(seed)) ? readBase(readFolder(this.basePath(seed))) : null;
  }

  /** Whole or not at all, also while another process writes the same file. */
  #write(name: string, text: string): void {
    const part = path.join(this.#path, `${name}.part-${process.pid}`);
    writeFileSync(part, text);
    renameSync(part, path.join(this.#path, name));
  }
}
