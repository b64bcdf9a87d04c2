/** The address bar says the recipe, as differences from the preset, so that copying it shares the recipe. */
import { effect } from '@preact/signals';
import { encodeHash } from '../../config/url.ts';
import { config, isEdited, ownSources, preset, readLink } from '../recipe/config.ts';
import { isEmbedded } from './lesson.ts';
import { DEFAULT_PRESET } from '../../config/presets.ts';
import { RUN_HASH, view, viewOf } from './route.ts';

/** Milliseconds a change must rest: browsers refuse more than about three address changes a second. */
const REST = 500;

let timer: ReturnType<typeof setTimeout>;

/** Puts a hash into the address bar once no other has come for a while. */
export function writeHash(hash: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (location.hash !== hash) history.replaceState(null, '', location.pathname + location.search + hash);
  }, REST);
}

export function keepLink(): void {
  const arrive = () => {
    const asked = viewOf(location.hash);
    if (asked && !isEmbedded) view.value = asked;
    if (asked === 'run' && location.hash !== RUN_HASH) readLink(location.hash);
  };
  arrive();
  addEventListener('hashchange', arrive);
  effect(() => {
    if (view.value !== 'run') return;
    const isDefault = !isEdited.value && ownSources.value.length === 0 && preset.value === DEFAULT_PRESET;
    writeHash(isDefault ? '' : encodeHash(config.value));
  });
}
