/**
 * The fourth paper's comparisons: a row an arm and seed, models kept between them, and a table of means with the differences that the paper
 * is about. The same command again goes on where it stopped.
 */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { resultsSchema } from '../../recipe/results/readResults.ts';
import { alignmentRow, findings, findingsTable, type AlignmentRow } from '../../recipe/alignment.ts';
import {
  type AlignmentExperiment,
  alignmentExperiments,
  type Lab,
  runAlignmentSeed,
} from '../../train/align/experiments.ts';
import { type AlignedModel, alignedFolder, isReward, readAligned, rewardFolder } from '../../train/align/model.ts';
import { UserError } from '../../util/errors.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { OutFolder } from '../outFolder.ts';
import { readFolder } from '../readFolder.ts';
import { readJsonAs } from '../readJson.ts';
import { experimentWords } from '../words/experiment.ts';
import { writeFolder } from '../writeFolder.ts';

/** The comparisons of this list, in the order in which each finds what it shares with others; null: it names something else. */
export function alignmentExperimentsNamed(list: string): AlignmentExperiment[] | null {
  const names = list.split(',');
  const found = alignmentExperiments.filter((one) => names.includes(one));
  return found.length === names.length ? found : null;
}

/** A model as an earlier arm has left it, a reward model with its head. */
export const readKept = (folder: string): Promise<AlignedModel> => readAligned(readFolder(folder));

export async function alignmentExperiment(
  names: readonly AlignmentExperiment[],
  { out, seeds, device }: { out: string; seeds: readonly number[]; device?: DeviceName },
  host: Host,
): Promise<number> {
  const name = names.join(',');
  const folder = OutFolder.share(out, (there) =>
    there.every((one) => ['results.json', 'table.md', 'models'].includes(one)),
  );
  try {
    const known = existsSync(folder.at('results.json'))
      ? readJsonAs(folder.at('results.json'), resultsSchema, experimentWords.removeResults)
      : null;
    if (known && known.experiment !== name)
      throw new UserError(experimentWords.otherExperiment(out, known.experiment, name));
    const rows: AlignmentRow[] = known?.rows ?? [];
    const table = (): string => names.map((one) => `## ${one}\n\n${findingsTable(one, rows)}`).join('\n');
    const backend = await host.open(device);
    const adapter = describeAdapter(backend.report);
    const summarise = (): void => {
      const told = Object.fromEntries(names.map((one) => [one, findings(one, rows)]));
      const head = JSON.stringify({ experiment: name, preset: 'alignment', adapter, findings: told });
      folder.write(
        'results.json',
        `${head.slice(0, -1)},"rows":[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}\n`,
      );
      folder.write('table.md', table());
    };
    const labOf = (seed: number): Lab => {
      const models = path.join(out, 'models', String(seed));
      mkdirSync(models, { recursive: true });
      return {
        backend,
        async kept<M extends AlignedModel>(model: string, make: () => Promise<M>): Promise<M> {
          const at = path.join(models, model);
          // What was kept under a name is of the sort that is made for it.
          if (existsSync(at)) return (await readKept(at)) as M;
          const made = await make();
          const record = { stage: model, seed };
          // `make` may have kept it under this name itself.
          if (!existsSync(at))
            writeFolder(at, await (isReward(made) ? rewardFolder(made, record) : alignedFolder(made, record)));
          return made;
        },
        say: (line) => host.say(experimentWords.seed(seed, line)),
        done: (arm) => rows.some((one) => one.arm === arm && one.seed === seed),
        row(arm, measures, flops, gaps) {
          rows.push(alignmentRow(arm, seed, measures, flops, gaps));
          host.say(experimentWords.measures(seed, arm, measures));
          summarise();
        },
        stopped: () => host.ended.aborted,
      };
    };
    // A comparison ends in all seeds before the next begins: one that is interrupted has told something.
    for (const one of names)
      for (const seed of seeds) if (!(await runAlignmentSeed(one, labOf(seed), seed))) return INTERRUPTED;
    summarise();
    host.print(table());
    return 0;
  } finally {
    folder.release();
  }
}
