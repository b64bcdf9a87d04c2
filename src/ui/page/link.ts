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
/** The hash the page was last told of, or wrote. Another one in the bar: a link was followed, and its event is on the way. */
let known = globalThis.location?.hash;

/** Puts a hash into the address bar once no other has come for a while; a link followed meanwhile comes first. */
export function writeHash(hash: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (location.hash !== known || location.hash === hash) return;
    history.replaceState(null, '', location.pathname + location.search + hash);
    known = location.hash;
  }, REST);
}

export function keepLink(): void {
  const arrive = () => {
    known = location.hash;
    const asked = viewOf(location.hash);
    if (asked && !isEmbedded) view.value = asked;
    if (asked === 'run' && location.hash !== RUN_HASH) readLink(location.hash);
  };
  arrive();
  addEventListener('hashchange', arrive);
  effect(() => {
    // What was to be written spoke of the sheet that is left.
    if (view.value !== 'run') return clearTimeout(timer);
    const isDefault = !isEdited.value && ownSources.value.length === 0 && preset.value === DEFAULT_PRESET;
    writeHash(isDefault ? '' : encodeHash(config.value));
  });
}
