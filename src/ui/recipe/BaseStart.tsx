/** Where the run's base comes from, if the run does not train it. */
import { useId } from 'preact/hooks';
import { closeFolder, folderName, folderProblem, openFolder, shippedBase, wantsShipped } from './base.ts';
import { againstBase, config, givenBase } from './config.ts';
import { recipeWords } from '../words/recipe.ts';

export function ShippedBase() {
  const offer = shippedBase.value;
  if (!offer || givenBase.value) return null;
  return (
    <div>
      <label>
        <input
          type="checkbox"
          checked={wantsShipped.value}
          onChange={(event) => (wantsShipped.value = event.currentTarget.checked)}
        />
        {recipeWords.base.shipped}
      </label>
      <p class="note">{recipeWords.base.shippedNote(offer.bytes, config.value.base.steps)}</p>
    </div>
  );
}

export function ModelToContinue() {
  const id = useId();
  const base = givenBase.value;
  return (
    <div class="stack-2">
      <h2>
        <label for={id}>{recipeWords.base.heading}</label>
      </h2>
      <input
        id={id}
        class="plain"
        type="file"
        multiple
        accept=".json,.safetensors,.zip"
        aria-describedby={`${id}-note`}
        onChange={(event) => {
          void openFolder([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <p class="note" id={`${id}-note`}>
        {recipeWords.base.note}
      </p>
      {folderProblem.value && (
        <p class="problem" role="alert">
          {folderProblem.value}
        </p>
      )}
      {base && (
        <>
          <p>{recipeWords.base.use(folderName.value!, base.preset, base.seed, base.steps, base.endingRate)}</p>
          <ul class="note">
            {againstBase.value.warnings.map(({ kind, message }) => (
              <li key={kind}>{message}</li>
            ))}
          </ul>
          <button type="button" class="quiet" onClick={closeFolder}>
            {recipeWords.base.remove}
          </button>
        </>
      )}
    </div>
  );
}
