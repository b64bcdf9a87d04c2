/** The runs drawn behind the page's own: each by its average, seeds together as a mean and a band where that is asked for. */
import { signal } from '@preact/signals';
import { planRun } from '../../recipe/phases.ts';
import { History } from '../chart/columns.ts';
import { nearest } from '../chart/downsample.ts';
import type { OtherLine } from '../chart/drawn.ts';
import { stepScale, type Unit } from '../chart/scale.ts';
import type { Smoother } from '../chart/smooth.ts';
import { countedIn } from '../chart/unit.ts';
import { figureWords } from '../words/figure.ts';
import { shownConfig } from '../recipe/config.ts';
import { amend, currentId, curves, records } from './ledger.ts';
import { averageOf, bySeedlessKey, type RunRecord } from './record.ts';

/** Seeds of a recipe as one line. */
export const grouped = signal(false);

/** Runs of another preset than the one shown that were asked for: unasked they would only stretch the axes. */
const asked = signal<ReadonlySet<string>>(new Set());

const isOfShownPreset = ({ config }: RunRecord) => config.preset === shownConfig.value.preset;

export const isDrawn = (record: RunRecord): boolean =>
  !record.hidden && (isOfShownPreset(record) || asked.value.has(record.id));

export function draw(record: RunRecord, wanted: boolean): void {
  const others = [...asked.peek()].filter((id) => id !== record.id);
  asked.value = new Set(wanted ? [...others, record.id] : others);
  amend(record.id, { hidden: !wanted });
}

/** Points along a group's mean: one for every second pixel of a wide screen. */
const GRID = 600;

interface Drawn {
  record: RunRecord;
  curve: History;
  average: Float64Array;
  x: Float64Array;
}

/** The latest average of a curve, and its x: worked out again only when the strength or the unit changes. */
const averages = new WeakMap<History, { strength: number; smoother: Smoother }>();
const places = new WeakMap<History, { unit: Unit; x: Float64Array }>();

export function averageAlong(record: RunRecord, curve: History, strength: number): Float64Array {
  let known = averages.get(curve);
  if (known?.strength !== strength) {
    known = { strength, smoother: averageOf(record, curve, strength) };
    averages.set(curve, known);
  }
  return known.smoother.values;
}

function placesOf({ config, part }: RunRecord, curve: History, unit: Unit): Float64Array {
  let known = places.get(curve);
  if (known?.unit !== unit) {
    known = { unit, x: unit === 'seconds' ? curve.seconds : inSteps(unit) };
    places.set(curve, known);
  }
  return known.x;

  function inSteps(of: Exclude<Unit, 'seconds'>): Float64Array {
    const counted = countedIn(of, config, planRun(config, part));
    return curve.step.map((step) => counted.of(step));
  }
}

export function otherLines(unit: Unit, strength: number): readonly OtherLine[] {
  const known = curves.value;
  const drawn = records.value.flatMap((record): Drawn[] => {
    const curve = known.get(record.id);
    if (!curve || curve.length === 0 || !isDrawn(record)) return [];
    return [{ record, curve, average: averageAlong(record, curve, strength), x: placesOf(record, curve, unit) }];
  });
  const single = ({ record, curve, average, x }: Drawn): OtherLine => ({
    id: record.id,
    name: record.name,
    x,
    y: average,
    phase: curve.phase,
    length: curve.length,
    place: record.place,
    band: null,
  });
  const isOther = ({ record }: Drawn) => record.id !== currentId.value;
  if (!grouped.value) return drawn.filter(isOther).map(single);

  return bySeedlessKey(drawn, ({ record }) => record).flatMap((members) =>
    members.length > 1 ? [together(members)] : members.filter(isOther).map(single),
  );
}

/** Mean and extent of the members' averages, as far as the shortest of them goes. */
function together(members: readonly Drawn[]): OtherLine {
  const { record, curve } = members.at(-1)!;
  const scale = stepScale(planRun(record.config, record.part), false);
  const end = Math.min(...members.map((member) => member.curve.step[member.curve.length - 1]));
  const steps: number[] = [];
  for (let i = 0; i <= GRID; i++) {
    const at = nearest(curve.step, curve.length, scale.step(i / GRID));
    const step = curve.step[at];
    if (step <= end && step !== steps.at(-1)) steps.push(step);
  }
  const [x, y, low, high] = Array.from({ length: 4 }, () => new Float64Array(steps.length));
  const phase = new Uint8Array(steps.length);
  steps.forEach((step, i) => {
    low[i] = Infinity;
    high[i] = -Infinity;
    for (const member of members) {
      const at = nearest(member.curve.step, member.curve.length, step);
      const value = member.average[at];
      y[i] += value / members.length;
      x[i] += member.x[at] / members.length;
      low[i] = Math.min(low[i], value);
      high[i] = Math.max(high[i], value);
      phase[i] = member.curve.phase[at];
    }
  });
  return {
    id: record.id,
    name: figureWords.files.group(record.name),
    x,
    y,
    phase,
    length: steps.length,
    place: record.place,
    band: { low, high },
  };
}
