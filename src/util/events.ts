/** What one part tells another: a union of events, one a kind, and a listener that hears them all. */

/** `News` names each kind and what is said in it. */
export type EventOf<News> = { [Kind in keyof News]: { kind: Kind; said: News[Kind] } }[keyof News];

export interface Listener<News> {
  tell(event: EventOf<News>): void;
  /** Whether somebody reads events of this kind: what costs time to find out is not found out otherwise. */
  wants(kind: keyof News): boolean;
}

/** A listener made of what is done with each kind; the others are passed over. */
export function listening<News>(handlers: { [Kind in keyof News]?: (said: News[Kind]) => void }): Listener<News> {
  return {
    tell: ({ kind, said }) => handlers[kind]?.(said),
    wants: (kind) => handlers[kind] !== undefined,
  };
}
