/**
 * Token ids of one document while it is written. Reused from document to document; never longer than its room, which
 * no source nears.
 */
export class Line {
  readonly ids = new Uint16Array(1024);
  length = 0;

  put(id: number): void {
    this.ids[this.length++] = id;
  }

  say(ids: ArrayLike<number>): void {
    for (let i = 0; i < ids.length; i++) this.ids[this.length++] = ids[i]!;
  }

  /** A copy of what was written. */
  tokens(): Uint16Array {
    return this.ids.slice(0, this.length);
  }
}
