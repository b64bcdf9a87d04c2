/** One line below what is chosen from this machine; what it opens is fetched when it is opened. */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { recipeWords } from '../words/recipe.ts';

export function FromAddress({ of: Part }: { of: ComponentType }) {
  const wanted = useSignal(false);
  return (
    <details onToggle={({ currentTarget }) => (wanted.value ||= currentTarget.open)}>
      <summary>{recipeWords.setup.fromAddress}</summary>
      {wanted.value && <Part />}
    </details>
  );
}
