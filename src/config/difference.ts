/** What one configuration says otherwise than another: for links, for the run table's summary line, for warnings. */
import { BLENDS, closedSectionOf, OPTIONS, type Option } from './options.ts';
import { formatValue, getPath } from './path.ts';
import type { Blend, RunConfig } from './run.ts';

export interface Difference {
  /** Dotted key, a blend's weight included. */
  key: string;
  label: string;
  /** Values as text, as `--set` takes them; null: the baseline has no such part. */
  from: string | null;
  to: string;
}

/**
 * Every option and weight that differs, in the order of the list of options; `to` applied to `baseline` gives
 * `config`.
 */
export function differences(config: RunConfig, baseline: RunConfig): Difference[] {
  const options = OPTIONS.flatMap((option): Difference[] => {
    if (closedSectionOf(config, option.key) !== null) return [];
    const read = (run: RunConfig) => valueText(option, run);
    const from = closedSectionOf(baseline, option.key) === null ? read(baseline) : null;
    const to = read(config);
    return from === to ? [] : [{ key: option.key, label: labelOf(option), from, to }];
  });
  const weights = BLENDS.flatMap((option): Difference[] => {
    const blend = getPath(config, option.key) as Blend | undefined;
    if (!blend) return [];
    // A continued part that the baseline lacks starts on the base's blend when it is turned on (resolve.ts).
    const old = (getPath(baseline, option.key) as Blend | undefined) ?? baseline.base.blend;
    return [...new Set([...Object.keys(old), ...Object.keys(blend)])].flatMap((name): Difference[] => {
      const weight = (of: Blend) => String(Object.hasOwn(of, name) ? of[name] : 0);
      const key = `${option.key}.${name}`;
      const change = { key, label: `${option.label} ${name}`, from: weight(old), to: weight(blend) };
      return change.from === change.to ? [] : [change];
    });
  });
  return [...options, ...weights];
}

function valueText(option: Option, run: RunConfig): string {
  const value = getPath(run, option.key);
  return option.type === 'section' ? (value === null ? 'off' : 'on') : formatValue(value);
}

/** Base and continued options have the same labels; the section tells them apart. */
function labelOf(option: Option): string {
  const label = option.label.charAt(0).toLowerCase() + option.label.slice(1);
  if (option.key.startsWith('continued.')) return `continued ${label}`;
  return option.key.startsWith('base.') ? `base ${label}` : label;
}

/**
 * One line for a table of runs: `base peak rate 0.004→0.001, +keep documents apart, 2 more`. Values that follow from
 * others are not told apart; the first `most` differences are named.
 */
export function describeDifference(config: RunConfig, baseline: RunConfig, most = 4): string {
  const found = differences(config, baseline).map(({ label, from, to }) => {
    if (to === 'true' || to === 'on') return `+${label}`;
    if (to === 'false' || to === 'off') return `−${label}`;
    return from === null ? `${label} ${short(to)}` : `${label} ${short(from)}→${short(to)}`;
  });
  if (config.preset !== baseline.preset) found.unshift(`preset ${baseline.preset}→${config.preset}`);
  if (found.length === 0) return 'no difference';
  const rest = found.length - most;
  return found.slice(0, most).join(', ') + (rest > 0 ? `, ${rest} more` : '');
}

/** Numbers to three digits, small ones with an exponent: 0.0008 is 8e-4. */
function short(text: string): string {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) return text;
  if (value !== 0 && Math.abs(value) < 0.01) return value.toExponential(2).replace(/\.?0+e/, 'e');
  return Number.isInteger(value) ? text : String(Number(value.toPrecision(3)));
}
