import { FILE_ENDINGS } from '../../config/files.ts';
import { addFiles } from './files.ts';

/** `awaited`: the source whose file is asked for. */
export function FileInput({
  id,
  multiple,
  describedBy,
  awaited,
}: {
  id: string;
  multiple?: boolean;
  describedBy?: string;
  awaited?: string;
}) {
  return (
    <input
      id={id}
      type="file"
      multiple={multiple}
      accept={FILE_ENDINGS.join(',')}
      aria-describedby={describedBy}
      onChange={(event) => {
        void addFiles([...(event.currentTarget.files ?? [])], awaited);
        event.currentTarget.value = '';
      }}
    />
  );
}
