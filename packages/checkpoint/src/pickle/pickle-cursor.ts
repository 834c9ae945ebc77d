import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../errors.ts';

/** Bytes read at a time: opcodes are a few bytes each, reads of a file cost a system call. */
const WINDOW_BYTES = 65_536;
/** Longest line of a text opcode: a name, a number, an array of numpy in protocol 0. */
const MAX_LINE_BYTES = 2 ** 24;

/** Reads a pickle from front to back in windows, so that large byte strings in it are passed over, not read. */
export class PickleCursor {
  readonly source: ByteSource;
  offset: number;
  private window: Uint8Array = new Uint8Array(0);
  private start = 0;

  constructor(source: ByteSource, offset: number) {
    this.source = source;
    this.offset = offset;
  }

  byte(): number {
    return this.take(1)[0];
  }

  /** A view of the next `length` bytes, at most a window's. Copy what is to be kept. */
  take(length: number): Uint8Array {
    const at = this.skip(length);
    const inside = at - this.start;
    if (inside >= 0 && inside + length <= this.window.length) return this.window.subarray(inside, inside + length);
    this.start = at;
    this.window = this.source.read(at, Math.min(Math.max(WINDOW_BYTES, length), this.source.size - at));
    return this.window.subarray(0, length);
  }

  /** Passes over `length` bytes and returns where they begin. */
  skip(length: number): number {
    const at = this.offset;
    if (!Number.isSafeInteger(length) || length < 0 || at + length > this.source.size) {
      throw new FormatError(`expected ${length} more bytes, got the end of the file at ${this.source.size}`);
    }
    this.offset += length;
    return at;
  }

  view(length: number): DataView {
    const bytes = this.take(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  /** A line of text without its line feed. */
  line(): string {
    let text = '';
    for (let code = this.byte(); code !== 0x0a; code = this.byte()) {
      if (text.length >= MAX_LINE_BYTES)
        throw new FormatError(`expected a line of at most ${MAX_LINE_BYTES} bytes, got more`);
      text += String.fromCharCode(code);
    }
    return text;
  }
}
