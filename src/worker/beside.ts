/** Addresses of what lies beside index.html, for workers. */

// A worker's own address is that of the blob it starts from (util/confine.ts); the module's is where the script lies.
const script = import.meta.url;

/**
 * Of a folder. Built, scripts lie in assets/; while developing, they are served from /src/worker/. In one file (ui/oneFile.ts) folders
 * have their names alone.
 */
export const beside = (folder: string): string =>
  import.meta.env.MODE === 'one-file'
    ? `${folder}/`
    : new URL(`${import.meta.env.DEV ? '/' : '../'}${folder}/`, script).href;
