/** A link for a class: settings, and what of the page is put away or fixed for whoever opens it (page/lesson.ts reads it). */
export interface ClassLink {
  hidden: readonly string[];
  locked: readonly string[];
  /** The settings as config/url.ts writes them, with its #. */
  hash: string;
}

/** Names are of letters, digits, dots, - and _, so that they stand in an address as they are. */
export function classLink(page: string, { hidden, locked, hash }: ClassLink): string {
  const lists = [
    ['hide', hidden],
    ['lock', locked],
  ] as const;
  const query = lists.filter(([, names]) => names.length > 0).map(([name, names]) => `${name}=${names.join(',')}`);
  return page + (query.length > 0 ? `?${query.join('&')}` : '') + hash;
}
