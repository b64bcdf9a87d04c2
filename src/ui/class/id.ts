/** A number that this browser makes up for the time its tab is open, to tell laptops apart. It says nothing of a person. */
const STORE = 'rekindle.laptop';

export function laptopId(): number {
  const kept = Number(sessionStorage.getItem(STORE));
  if (kept) return kept;
  const made = crypto.getRandomValues(new Uint32Array(1))[0]! || 1;
  sessionStorage.setItem(STORE, String(made));
  return made;
}
