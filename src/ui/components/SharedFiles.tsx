/** Files that others saved, chosen to be added, and what came of it, a sentence each. */

interface Props {
  label: string;
  note: string;
  /** Endings, as an input has them. */
  accept: string;
  disabled?: boolean;
  take: (files: readonly File[]) => void;
  told: readonly string[];
}

export function SharedFiles({ label, note, accept, disabled, take, told }: Props) {
  return (
    <>
      <label>
        {label}{' '}
        <input
          type="file"
          multiple
          accept={accept}
          disabled={disabled}
          onChange={({ currentTarget }) => {
            take([...(currentTarget.files ?? [])]);
            // The same file can be chosen again.
            currentTarget.value = '';
          }}
        />
      </label>
      <p class="note">{note}</p>
      <div role="status">
        {told.map((one) => (
          <p key={one}>{one}</p>
        ))}
      </div>
    </>
  );
}
