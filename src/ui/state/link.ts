/** The address bar says the recipe, as differences from the preset, so that copying it shares the recipe. */
import { effect } from '@preact/signals';
import { encodeHash } from '../../config/url.ts';
import { config, isEdited, preset, readLink } from './config.ts';
import { DEFAULT_PRESET } from '../../config/presets.ts';

/** Milliseconds a change must rest: browsers refuse more than about three address changes a second. */
const REST = 500;

export function keepLink(): void {
  readLink(location.hash);
  addEventListener('hashchange', () => readLink(location.hash));
  let timer: ReturnType<typeof setTimeout>;
  effect(() => {
    const isDefault = !isEdited.value && preset.value === DEFAULT_PRESET;
    const hash = isDefault ? '' : encodeHash(config.value);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (location.hash !== hash) history.replaceState(null, '', location.pathname + location.search + hash);
    }, REST);
  });
}
