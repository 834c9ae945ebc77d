import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../errors.ts';

/** Function that a pickle may call: ours, in place of the one it names. */
export class PickleFunction {
  readonly call: (args: readonly unknown[]) => unknown;

  constructor(call: (args: readonly unknown[]) => unknown) {
    this.call = call;
  }
}

/** An object of a class that is known and of no use here. It holds nothing and takes whatever it is given. */
export class InertObject {}

/** An object that a pickle makes first and fills afterwards (opcode BUILD). */
export type Buildable = { setState(state: unknown): void };

/** True for objects that take state. */
export function isBuildable(value: unknown): value is Buildable {
  return typeof value === 'object' && value !== null && 'setState' in value && typeof value.setState === 'function';
}

/** A byte string or text that stays in the file, being long. */
export class ByteSpan {
  readonly source: ByteSource;
  readonly offset: number;
  readonly length: number;
  /** UTF-8 in the file where bytes were written as text of code points below 256 (Python 3 in protocols 0 to 2). */
  readonly isText: boolean;

  constructor(source: ByteSource, offset: number, length: number, isText: boolean) {
    this.source = source;
    this.offset = offset;
    this.length = length;
    this.isText = isText;
  }
}

/** The bytes of a pickled byte string, which Python 2 and `_codecs.encode` leave as text. */
export function bytesOfPickled(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return latin1Bytes(value);
  if (!(value instanceof ByteSpan)) throw new FormatError('expected bytes, got another value');
  const bytes = value.source.read(value.offset, value.length);
  return value.isText ? latin1Bytes(new TextDecoder().decode(bytes)) : bytes;
}

function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A tuple, which unlike a list nothing can be appended to. */
export function tuple(items: readonly unknown[]): readonly unknown[] {
  return Object.freeze([...items]);
}

/** A tuple or list. @throws FormatError naming what was expected as one */
export function expectTuple(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new FormatError(`expected ${what} as a tuple, got ${typeof value}`);
  return value;
}
