/** Small choices kept in this browser. Private windows may refuse storage; the page then simply forgets. */
const PREFIX = 'rekindle.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Nothing depends on it.
  }
}

export function unlearn(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // It was not remembered either.
  }
}
