/**
 * The fourth paper's comparisons: a row an arm and seed, models kept between them, and a table of means with the differences that the paper
 * is about. The same command again goes on where it stopped.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { resultsSchema } from '../../recipe/results/readResults.ts';
import { alignmentRow, findings, findingsTable, type AlignmentRow } from '../../recipe/alignment.ts';
import { type AlignmentExperiment, alignmentExperiments, runAlignmentSeed } from '../../train/align/experiments.ts';
import { alignable, alignedFolder } from '../../train/align/model.ts';
import { UserError } from '../../util/errors.ts';
import { readCheckpoint } from '../../train/bases/base.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { OutFolder } from '../outFolder.ts';
import { readFolder } from '../readFolder.ts';
import { readJsonAs } from '../readJson.ts';
import { experimentWords } from '../words/experiment.ts';
import { writeFolder } from '../writeFolder.ts';

export const isAlignmentExperiment = (name: string): name is AlignmentExperiment =>
  (alignmentExperiments as readonly string[]).includes(name);

export async function alignmentExperiment(
  name: AlignmentExperiment,
  { out, seeds, device }: { out: string; seeds: readonly number[]; device?: DeviceName },
  host: Host,
): Promise<number> {
  const folder = OutFolder.share(out, (names) =>
    names.every((one) => ['results.json', 'table.md', 'models'].includes(one)),
  );
  try {
    const known = existsSync(folder.at('results.json'))
      ? readJsonAs(folder.at('results.json'), resultsSchema, experimentWords.removeResults)
      : null;
    if (known && known.experiment !== name)
      throw new UserError(experimentWords.otherExperiment(out, known.experiment, name));
    const rows: AlignmentRow[] = known?.rows ?? [];
    const backend = await host.open(device);
    const adapter = describeAdapter(backend.report);
    const summarise = (): void => {
      const head = JSON.stringify({ experiment: name, preset: 'alignment', adapter, findings: findings(name, rows) });
      folder.write(
        'results.json',
        `${head.slice(0, -1)},"rows":[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}\n`,
      );
      folder.write('table.md', findingsTable(name, rows));
    };
    for (const seed of seeds) {
      const models = path.join(out, 'models', String(seed));
      mkdirSync(models, { recursive: true });
      const finished = await runAlignmentSeed(
        name,
        {
          backend,
          async kept(model, make) {
            const at = path.join(models, model);
            if (readdirSync(models).includes(model)) return alignable(await readCheckpoint(readFolder(at)));
            const made = await make();
            // `make` may have kept it under this name itself.
            if (!readdirSync(models).includes(model))
              writeFolder(at, await alignedFolder(made, { stage: model, seed }));
            return made;
          },
          say: (line) => host.say(experimentWords.seed(seed, line)),
          done: (arm) => rows.some((one) => one.arm === arm && one.seed === seed),
          row(arm, measures, flops) {
            rows.push(alignmentRow(arm, seed, measures, flops));
            host.say(experimentWords.measures(seed, arm, measures));
            summarise();
          },
          stopped: () => host.ended.aborted,
        },
        seed,
      );
      if (!finished) return INTERRUPTED;
    }
    host.print(findingsTable(name, rows));
    return 0;
  } finally {
    folder.release();
  }
}
