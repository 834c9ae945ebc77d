import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../errors.ts';
import { PickleCursor } from './pickle-cursor.ts';
import { ByteSpan, expectTuple, InertObject, isBuildable, PickleFunction } from './pickle-values.ts';

/** Globals that a pickle may name, and the value of each. */
export type PickleRules = {
  /** Values and functions by `module.name`. */
  globals: ReadonlyMap<string, unknown>;
  /** Resolves a persistent id. Without it the opcode is refused. */
  persistent?(id: unknown): unknown;
};

/** Longer byte strings stay in the file. */
const MAX_KEPT_BYTES = 1024;
/** Longer texts stay in the file. */
const MAX_KEPT_TEXT = 16_384;
/** All text and bytes that are kept. */
const MAX_KEPT_TOTAL = 64 * 2 ** 20;
/** Marks open at once: a checkpoint opens some ten, a hostile file one a byte. */
const MAX_DEPTH = 10_000;
/** Bytes of what calls and states are given: the memo could give the same list or text over and over. */
const MAX_GIVEN = 64 * 2 ** 20;
/** One reference of a list in memory. */
const ITEM_BYTES = 8;

/** Stack and memo of a pickle in the making. */
export class PickleMachine {
  readonly cursor: PickleCursor;
  /** Offset of the opcode that is carried out. */
  at = 0;
  /** Globals without a rule, and where they are first named. */
  readonly refused = new Map<string, number>();
  readonly memo = new Map<number, unknown>();
  private readonly rules: PickleRules;
  private stack: unknown[] = [];
  private readonly marked: unknown[][] = [];
  private kept = 0;
  private given = 0;

  constructor(source: ByteSource, offset: number, rules: PickleRules) {
    this.cursor = new PickleCursor(source, offset);
    this.rules = rules;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length === 0) throw new FormatError('expected a value on the stack, got none');
    return this.stack.pop();
  }

  top(): unknown {
    if (this.stack.length === 0) throw new FormatError('expected a value on the stack, got none');
    return this.stack[this.stack.length - 1];
  }

  mark(): void {
    if (this.marked.length >= MAX_DEPTH) throw new FormatError(`expected at most ${MAX_DEPTH} open marks, got more`);
    this.marked.push(this.stack);
    this.stack = [];
  }

  /** The values above the last mark, which is taken away. */
  popMark(): unknown[] {
    const items = this.stack;
    const below = this.marked.pop();
    if (below === undefined) throw new FormatError('expected a mark on the stack, got none');
    this.stack = below;
    return items;
  }

  /** Opcode POP, which takes away a mark where nothing is above it. */
  drop(): void {
    if (this.stack.length > 0) this.stack.pop();
    else this.popMark();
  }

  remembered(index: number): unknown {
    if (!this.memo.has(index)) throw new FormatError(`expected a value in memo ${index}, got none`);
    return this.memo.get(index);
  }

  global(module: unknown, name: unknown): unknown {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw new FormatError('expected a global by two names, got other values');
    }
    const path = `${module}.${name}`;
    const known = this.rules.globals.get(path);
    if (known !== undefined) return known;
    if (!this.refused.has(path)) this.refused.set(path, this.at);
    return new InertObject();
  }

  persistent(id: unknown): unknown {
    if (this.rules.persistent === undefined) throw new FormatError('expected no persistent ids, got one');
    return this.rules.persistent(id);
  }

  /** Opcodes REDUCE and NEWOBJ: only our own functions run. */
  call(callee: unknown, args: unknown): unknown {
    if (callee instanceof InertObject) return new InertObject();
    if (!(callee instanceof PickleFunction) || !Array.isArray(args)) {
      throw new FormatError('expected a function and its arguments, got other values');
    }
    this.give(args);
    return callee.call(args);
  }

  build(target: unknown, state: unknown): void {
    if (isBuildable(target)) {
      this.give(expectTuple('a state', state));
      target.setState(state);
    } else if (!(target instanceof InertObject || target instanceof Map)) {
      throw new FormatError('expected an object to give state to, got another value');
    } // attributes of an OrderedDict, such as the _metadata of PyTorch, hold no tensors
  }

  /** Bytes of a given length, or their place in the file where they are many. */
  bytes(length: number): Uint8Array | ByteSpan {
    if (length > MAX_KEPT_BYTES) return this.span(length, false);
    this.keep(length);
    return this.cursor.take(length).slice();
  }

  /** UTF-8 text of a given length, or its place in the file where it is long. */
  text(length: number): string | ByteSpan {
    if (length > MAX_KEPT_TEXT) return this.span(length, true);
    this.keep(length);
    return new TextDecoder().decode(this.cursor.take(length));
  }

  /** A string of Python 2, one character for each byte. */
  byteText(length: number): string | ByteSpan {
    const bytes = this.bytes(length);
    return bytes instanceof ByteSpan ? bytes : String.fromCharCode(...bytes);
  }

  /** A line of one of the older opcodes. */
  line(): string {
    const line = this.cursor.line();
    this.keep(line.length);
    return line;
  }

  /** Counts values, and what is directly in them. */
  private give(values: readonly unknown[]): void {
    this.given += values.reduce((sum: number, value) => sum + ITEM_BYTES + bytesIn(value), 0);
    if (this.given > MAX_GIVEN) throw new FormatError(`expected at most ${MAX_GIVEN} bytes given to calls, got more`);
  }

  private span(length: number, isText: boolean): ByteSpan {
    return new ByteSpan(this.cursor.source, this.cursor.skip(length), length, isText);
  }

  private keep(length: number): void {
    this.kept += length;
    if (this.kept > MAX_KEPT_TOTAL) throw new FormatError(`expected at most ${MAX_KEPT_TOTAL} bytes of text, got more`);
  }
}

function bytesIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return ITEM_BYTES * value.length;
  return value instanceof Map || value instanceof Set ? ITEM_BYTES * value.size : 0;
}
