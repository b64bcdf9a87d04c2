/**
 * Addresses of what is published beside the page. A worker's own address is that of the blob it starts from (util/confine.ts); the
 * module's is where the script lies.
 */
const script = import.meta.url;

// Built, a worker lies in assets/; while developing, it is served from /src/worker/. Shards and bases lie beside index.html.
// In one file (ui/oneFile.ts) they have their names alone.
export const beside = (folder: string): string =>
  import.meta.env.MODE === 'one-file'
    ? `${folder}/`
    : new URL(`${import.meta.env.DEV ? '/' : '../'}${folder}/`, script).href;
