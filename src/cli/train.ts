/** `npm run recipe -- …`: one run from a configuration, from its beginning or from a base checkpoint, into a folder. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { resolveConfig } from '../config/resolve.ts';
import { SWITCHES_NOTHING, switchesNothing } from '../config/sources.ts';
import type { GivenFile } from '../data/prepare.ts';
import { parameterCount } from '../model/parameters.ts';
import type { FirstCheck, HeldOutPoint, Inspection, Notice, Sample } from '../protocol.ts';
import { configureFromBase } from '../recipe/baseCheckpoint.ts';
import { conclude } from '../recipe/conclusion.ts';
import { conclusionSentences } from '../recipe/conclusionWords.ts';
import { type Base, checkBase, readBase } from '../train/base.ts';
import { prepareData } from '../train/data.ts';
import { exportModel } from '../train/exportModel.ts';
import { type MetricRow, Run } from '../train/run.ts';
import { UserError } from '../util/errors.ts';
import { argumentsOf, buildFolder, integer, newFolder, say } from './arguments.ts';
import { documentOptions, givenDocuments, readJson } from './documents.ts';
import { describeAdapter, type OpenNodeDevice } from './node/dawn.ts';
import { ensureData } from './node/data.mjs';
import { projectRoot } from './node/project.mjs';
import { readFolder } from './readFolder.ts';

export async function fetchShard(name: string): Promise<Uint8Array> {
  return new Uint8Array(readFileSync(path.join(projectRoot, 'public/data', name)));
}

/** Writes config.json, metrics.jsonl, inspections.jsonl, evaluations.json, summary.json and model/ into `--out`. */
export async function train(args: string[], open: OpenNodeDevice): Promise<void> {
  const given = argumentsOf(args, {
    preset: { type: 'string' },
    config: { type: 'string' },
    base: { type: 'string' },
    ...documentOptions,
    tokenizer: { type: 'string' },
    set: { type: 'string', multiple: true },
    seed: { type: 'string' },
    out: { type: 'string' },
  });
  const out = newFolder(given.out);
  const { files, names, uses } = await givenDocuments(given);
  const base = given.base === undefined ? null : readBase(readFolder(given.base));
  const config = resolveConfig({
    preset: given.preset ?? (given.config === undefined ? base?.metadata.preset : undefined),
    file: given.config === undefined ? undefined : readJson(given.config),
    set: given.set,
    seed: given.seed === undefined ? undefined : integer(given.seed, 'seed'),
    tokenizer: given.tokenizer,
    data: names,
    uses,
    from: base ? (preset) => configureFromBase(base.metadata, preset) : undefined,
  });
  if (base) for (const { message } of await checkBase(base, config)) say(`note: ${message}`);
  if (files.length > 0 && switchesNothing(config)) say(`note: ${SWITCHES_NOTHING}`);
  ensureData();
  await buildFolder(out, (folder) => trainInto(folder, config, files, base, open));
}

async function trainInto(
  folder: string,
  config: ReturnType<typeof resolveConfig>,
  files: readonly GivenFile[],
  base: Base | null,
  open: OpenNodeDevice,
): Promise<void> {
  const data = await prepareData(config, files, fetchShard, (what) => say(what), base?.tokenizer);
  const { device, report } = await open();
  say(`adapter: ${describeAdapter(report)}`);
  const metrics: MetricRow[] = [];
  const heldOut: HeldOutPoint[] = [];
  const samples: Sample[] = [];
  const checks: FirstCheck[] = [];
  const notices: Notice[] = [];
  const inspections: Inspection[] = [];
  const started = performance.now();
  let switchStep: number | null = null;
  let said = 0;
  const listener = {
    state(state: { kind: string; done?: number; total?: number }) {
      if (state.kind !== 'compiling' || state.done === state.total) say(state.kind);
    },
    metric(row: MetricRow) {
      metrics.push(row);
      if (performance.now() - said < 2000) return;
      said = performance.now();
      say(`step ${row.step + 1}/${run.plan.endStep} ${row.phase} loss ${row.loss.toFixed(4)} lr ${row.lr.toExponential(2)} ${row.tokensPerSecond.toFixed(0)} tokens/s`);
    },
    heldOut(point: HeldOutPoint) {
      heldOut.push(point);
      say(`held out at ${point.step}: ${Object.entries(point.loss).map(([name, loss]) => `${name} ${loss.toFixed(4)}`).join(', ')}`);
    },
    switched: (change: { step: number }) => void (switchStep = change.step),
    sources: () => {},
    sample: (sample: Sample) => void samples.push(sample),
    check(check: FirstCheck) {
      checks.push(check);
      say(`first step: ${check.message}`);
    },
    notice(notice: Notice) {
      notices.push(notice);
      say(`note: ${notice.message}`);
    },
    inspection: (inspection: Inspection) => void inspections.push(inspection),
  };
  for (const message of data.notes) listener.notice({ code: 'data', step: null, message });
  const run = await Run.create(device, report.software, config, data, listener, base);
  const end = await run.train();
  if (end.kind === 'diverged') throw new UserError(end.message);

  const line = (row: MetricRow): string => {
    const { step, tokens, phase, loss, lr, gradNorm, tokensPerSecond } = row;
    return JSON.stringify({ step, tokens, phase, loss, lr, gradNorm, tokensPerSecond, blend: run.plan.at(step).blend });
  };
  const last = metrics.at(-1)!;
  const losses = { step: metrics.map(({ step }) => step), loss: metrics.map(({ loss }) => loss), length: metrics.length };
  const concluded = conclude({ config, plan: run.plan, heldOut, losses });
  const conclusion = concluded ? conclusionSentences(concluded) : [];
  for (const sentence of conclusion) say(sentence);
  const summary = {
    adapter: describeAdapter(report),
    parameters: parameterCount(config.model),
    steps: last.step + 1,
    tokens: last.tokens,
    seconds: (performance.now() - started) / 1000,
    finalLoss: last.loss,
    heldOutLoss: heldOut.at(-1)?.loss ?? {},
    switchStep,
    conclusion,
    checks,
    notices,
  };
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  write('config.json', `${JSON.stringify(config, null, 2)}\n`);
  write('metrics.jsonl', metrics.map((row) => `${line(row)}\n`).join(''));
  write('evaluations.json', `${JSON.stringify({ heldOut, samples }, null, 2)}\n`);
  write('inspections.jsonl', inspections.map((inspection) => `${JSON.stringify(inspection)}\n`).join(''));
  write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  mkdirSync(path.join(folder, 'model'));
  for (const { name, bytes } of await exportModel(run)) writeFileSync(path.join(folder, 'model', name), bytes);
  run.destroy();
}
