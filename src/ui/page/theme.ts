/** Light or dark: the system's choice unless the reader made one, which this browser remembers. */
import { computed, effect, signal } from '@preact/signals';
import { recall, remember } from '../run/memory.ts';

export type ThemeChoice = 'auto' | 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', () => (systemIsDark.value = system.matches));

const stored = recall('theme');
export const themeChoice = signal<ThemeChoice>(stored === 'light' || stored === 'dark' ? stored : 'auto');

export const theme = computed(() => ({
  resolved: themeChoice.value === 'auto' ? (systemIsDark.value ? 'dark' : 'light') : themeChoice.value,
}));

effect(() => {
  const choice = themeChoice.value;
  if (choice === 'auto') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset['theme'] = choice;
  remember('theme', choice);
});
