/**
 * The recipe as it stands in the form: a preset, the reader's own sources in place of its own, and what was stated
 * option by option. Everything else follows (config/resolve.ts), so the form, a link and the command line come to the
 * same run.
 */
import { computed, signal } from '@preact/signals';
import { differences } from '../../config/difference.ts';
import { optionOf, weightKey, BLENDS } from '../../config/options.ts';
import { cloneConfig, getPath } from '../../config/path.ts';
import { DEFAULT_PRESET, presetConfig } from '../../config/presets.ts';
import { replaceSources, setText, withDerived } from '../../config/resolve.ts';
import type { Blend, Lora, RunConfig } from '../../config/run.ts';
import { decodeHash } from '../../config/url.ts';
import { REAL_SOURCES, SOURCE_NAME, type SourceUse } from '../../config/sources.ts';
import { checkConfig } from '../../config/validate.ts';
import { type BaseCheck, type BaseMetadata, checkAgainstBase, configureFromBase } from '../../recipe/baseCheckpoint.ts';
import { planRun } from '../../recipe/phases.ts';
import { recipeWords } from '../words/recipe.ts';
import { isActive } from '../run/controls.ts';
import { runConfig, runPart, runState } from '../run/run.ts';

export const preset = signal(DEFAULT_PRESET);
/** Dotted key → value as text, in the order stated. */
const stated = signal<ReadonlyMap<string, string>>(new Map());
/** Names of the reader's own sources, and where those are read that are not read everywhere. */
export const ownSources = signal<readonly string[]>([]);
const ownUses = signal<readonly SourceUse[]>([]);
/** Sources of the reader's whose files are asked for again. */
const awaited = signal<readonly string[]>([]);
/** What a link asked for and could not have, one sentence each. */
export const linkProblems = signal<readonly string[]>([]);

/** What is known of a model folder that the run shall continue; null: it trains a base, or starts from a shipped one. */
export const givenBase = signal<BaseMetadata | null>(null);
/** Of that model only adapters are trained; null: all of its weights. */
export const lora = signal<Lora | null>(null);
/** What is known of the shipped base that the run starts from: it is there, and wanted (state/base.ts). */
export const chosenShipped = signal<BaseMetadata | null>(null);
export const startsFromShipped = computed(() => chosenShipped.value !== null);

/** The preset with the reader's sources, and what was stated on top of it; `base`: what the run continues. */
function recipeOn(base: BaseMetadata | null): RunConfig {
  const chosen = presetConfig(preset.value);
  const continues = base !== null && chosen.continued !== null;
  const sources = [...ownSources.value, ...awaited.value];
  const start = continues ? configureFromBase(base, chosen) : chosen;
  const next = replaceSources(start, sources, continues, ownUses.value);
  const isSection = (key: string) => optionOf(key)?.type === 'section';
  const inOrder = [...stated.value].sort(([a], [b]) => Number(isSection(b)) - Number(isSection(a)));
  const taken = new Set<string>();
  for (const [key, value] of inOrder) if (setText(next, key, value) === null) taken.add(key);
  const made = withDerived(start, next, taken);
  if (continues && base === givenBase.value && lora.value) made.model.lora = lora.value;
  return made;
}

/** Before a shipped base is looked for: whether one fits depends on this alone. */
export const ownConfig = computed(() => recipeOn(givenBase.value));
export const config = computed(() => (chosenShipped.value ? recipeOn(chosenShipped.value) : ownConfig.value));

/** Sources that the recipe names and that are neither shipped nor given: their files have to be chosen, or chosen again. */
export const missingSources = computed((): readonly string[] => {
  const { data, base, continued } = config.value;
  if (data.world) return [];
  const blends = [
    (givenBase.value ?? chosenShipped.value) ? {} : base.blend,
    continued?.general ?? {},
    continued?.qa ?? {},
  ];
  const names = new Set(blends.flatMap((blend) => Object.keys(blend)));
  return [...names].filter(
    (name) => SOURCE_NAME.test(name) && !Object.hasOwn(REAL_SOURCES, name) && !ownSources.value.includes(name),
  );
});

/** Whether the preset itself names a source. */
export const isPresets = (source: string): boolean => sourcesOf(presetConfig(preset.value)).includes(source);

/** What keeps the recipe from being run, one sentence each. */
export const conflicts = computed(() => [
  ...checkConfig(
    config.value,
    [...ownSources.value, ...missingSources.value],
    (givenBase.value ?? chosenShipped.value) !== null,
  ),
  ...missingSources.value.map(recipeWords.setup.missing),
  ...againstBase.value.errors,
]);

/** How the recipe departs from the model folder it continues. The folder's own tokenizer is the run's. */
export const againstBase = computed((): BaseCheck => {
  const base = givenBase.value;
  return base ? checkAgainstBase(base, config.value, base.tokenizerHash) : { errors: [], warnings: [] };
});

export function choosePreset(name: string): void {
  preset.value = name;
  stated.value = new Map();
}

/** States an option or a weight. Returns what is wrong with the text, in which case nothing has changed. */
export function state(key: string, value: string): string | null {
  const problem = setText(cloneConfig(config.value), key, value);
  if (problem !== null) return problem;
  const next = new Map(stated.value);
  // Stated again, a key is the latest word.
  next.delete(key);
  stated.value = next.set(key, value);
  return null;
}

/**
 * Puts other sources of the reader's in place; weights that were stated go, for the blends are others, unless `keepWeights`
 * says that they were stated for these. Those whose files are still asked for stay, but for `without`.
 */
export function useSources(
  names: readonly string[],
  uses: readonly SourceUse[] = [],
  keepWeights = false,
  without?: string,
): void {
  const stays = (name: string) => name !== without && !names.includes(name) && !isPresets(name);
  awaited.value = missingSources.value.filter(stays);
  ownSources.value = names;
  ownUses.value = uses;
  if (keepWeights) return;
  stated.value = new Map([...stated.value].filter(([key]) => weightKey(key) === null));
}

/** Takes over what a link says; it never starts a run. */
export function readLink(hash: string): void {
  if (hash.length < 2) return;
  const { config: linked, problems } = decodeHash(hash);
  preset.value = linked.preset;
  awaited.value = [];
  stated.value = new Map(differences(linked, presetConfig(linked.preset)).map(({ key, to }) => [key, to]));
  linkProblems.value = problems;
}

export const isEdited = computed(() => stated.value.size > 0);

/** Whether the form says something else than the run that is under way. */
export const differsFromRun = computed(
  () => isActive(runState.value) && JSON.stringify(config.value) !== JSON.stringify(runConfig.value),
);

/** The picture shows the run once there is one, and the recipe in the form until then. */
export const shownConfig = computed(() => runConfig.value ?? config.value);
/** The plan of the next run: without its base where that is there already. */
export const nextPlan = computed(() => {
  const fromBase = config.value.continued !== null && (givenBase.value !== null || startsFromShipped.value);
  return planRun(config.value, fromBase ? 'continued' : 'all');
});
export const shownPlan = computed(() => (runConfig.value ? planRun(runConfig.value, runPart.value) : nextPlan.value));

export { sharesOf } from '../../recipe/groups.ts';

/** Sources of a run in the order in which the blends first name them: the order of colours. */
export function sourcesOf(run: RunConfig): string[] {
  return [...new Set(BLENDS.flatMap(({ key }) => Object.keys((getPath(run, key) as Blend | undefined) ?? {})))];
}
