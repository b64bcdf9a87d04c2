import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentType, JSX } from 'preact';
import { pageWords } from '../words/page.ts';

/** A part of the page that is fetched when it is first asked for. */
export function fetched(
  load: () => Promise<ComponentType>,
  waiting: (children?: ComponentChildren) => JSX.Element,
): ComponentType {
  const part = signal<ComponentType | 'missing' | null>(null);
  return function Fetched() {
    const Part = part.value;
    if (Part === null) {
      load().then(
        (loaded) => (part.value = loaded),
        () => (part.value = 'missing'),
      );
      return waiting();
    }
    return Part === 'missing' ? waiting(<p role="alert">{pageWords.sheetMissing}</p>) : <Part />;
  };
}
