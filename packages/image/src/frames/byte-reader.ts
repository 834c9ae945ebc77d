/** Reader of bytes that come in pieces of any length: standard input, or the body of a response. */
export class ByteReader {
  private readonly source: AsyncIterator<Uint8Array>;
  private pieces: Uint8Array[] = [];
  private length = 0;
  private hasEnded = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, which stay; fewer than `count` where the source has no more. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.length < count && !this.hasEnded) {
      const { done, value } = await this.source.next();
      if (done) this.hasEnded = true;
      else this.push(value);
    }
    return this.front(Math.min(count, this.length));
  }

  /** The next bytes, which are gone then; fewer than `count` where the source has no more. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    this.length -= bytes.length;
    for (let left = bytes.length; left > 0; ) {
      const [first] = this.pieces;
      if (first.length <= left) this.pieces.shift();
      else this.pieces[0] = first.subarray(left);
      left -= Math.min(left, first.length);
    }
    return bytes;
  }

  /** Lets go of the source. */
  async stop(): Promise<void> {
    await this.source.return?.();
  }

  private push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.length += piece.length;
  }

  /** A copy, unless one piece has all of it. */
  private front(count: number): Uint8Array {
    const [first] = this.pieces;
    if (first === undefined || first.length >= count) return (first ?? new Uint8Array()).subarray(0, count);
    const bytes = new Uint8Array(count);
    for (let at = 0, k = 0; at < count; k++) {
      const part = this.pieces[k].subarray(0, count - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
