import { FormatError } from '../errors.ts';
import type { PickleMachine } from './pickle-machine.ts';
import { InertObject, tuple } from './pickle-values.ts';
import { decimalInteger, decodeLong, pythonFloat, pythonString, rawUnicode } from './text-values.ts';

/** Opcode STOP: the value on top of the stack is the result. */
export const STOP = 0x2e;

type Opcode = (machine: PickleMachine) => void;

/** Opcodes of protocols 0 to 5 that build values, by their byte. Python's pickletools has their definitions. */
export const OPCODES: readonly (Opcode | undefined)[] = table({
  // stack and memo
  '(': (m) => m.mark(),
  '0': (m) => m.drop(),
  '1': (m) => void m.popMark(),
  '2': (m) => m.push(m.top()),
  p: (m) => void m.memo.set(Number(decimalInteger(m.line())), m.top()),
  q: (m) => void m.memo.set(m.cursor.byte(), m.top()),
  r: (m) => void m.memo.set(uint32(m), m.top()),
  g: (m) => m.push(m.remembered(Number(decimalInteger(m.line())))),
  h: (m) => m.push(m.remembered(m.cursor.byte())),
  j: (m) => m.push(m.remembered(uint32(m))),
  '\x94': (m) => void m.memo.set(m.memo.size, m.top()), // MEMOIZE
  '\x80': (m) => expectProtocol(m.cursor.byte()),
  '\x95': (m) => expectFrame(m), // FRAME

  // numbers
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  I: (m) => m.push(integerOrBoolean(m.line())),
  L: (m) => m.push(decimalInteger(m.line().replace(/L$/, ''))),
  F: (m) => m.push(pythonFloat(m.line())),
  J: (m) => m.push(m.cursor.view(4).getInt32(0, true)),
  K: (m) => m.push(m.cursor.byte()),
  M: (m) => m.push(m.cursor.view(2).getUint16(0, true)),
  G: (m) => m.push(m.cursor.view(8).getFloat64(0, false)),
  '\x8a': (m) => m.push(decodeLong(m.cursor, m.cursor.byte())), // LONG1
  '\x8b': (m) => m.push(decodeLong(m.cursor, uint32(m))), // LONG4

  // text and bytes
  S: (m) => m.push(pythonString(m.line())),
  V: (m) => m.push(rawUnicode(m.line())),
  T: (m) => m.push(m.byteText(uint32(m))),
  U: (m) => m.push(m.byteText(m.cursor.byte())),
  X: (m) => m.push(m.text(uint32(m))),
  '\x8c': (m) => m.push(m.text(m.cursor.byte())),
  '\x8d': (m) => m.push(m.text(uint64(m))),
  B: (m) => m.push(m.bytes(uint32(m))),
  C: (m) => m.push(m.bytes(m.cursor.byte())),
  '\x8e': (m) => m.push(m.bytes(uint64(m))),
  '\x96': (m) => m.push(m.bytes(uint64(m))), // BYTEARRAY8

  // containers
  ')': (m) => m.push(tuple([])),
  t: (m) => m.push(tuple(m.popMark())),
  '\x85': (m) => m.push(tuple([m.pop()])),
  '\x86': (m) => m.push(tuple(popped(m, 2))),
  '\x87': (m) => m.push(tuple(popped(m, 3))),
  ']': (m) => m.push([]),
  l: (m) => m.push(m.popMark()),
  a: (m) => appendTo(m, [m.pop()]),
  e: (m) => appendTo(m, m.popMark()),
  '}': (m) => m.push(new Map()),
  d: (m) => m.push(setItems(new Map(), m.popMark())),
  s: (m) => setItemsOf(m, popped(m, 2)),
  u: (m) => setItemsOf(m, m.popMark()),
  '\x8f': (m) => m.push(new Set()),
  '\x90': (m) => addTo(m, m.popMark()),
  '\x91': (m) => m.push(new Set(m.popMark())),

  // objects
  c: (m) => m.push(m.global(m.line(), m.line())),
  '\x93': (m) => m.push(stackGlobal(m)),
  P: (m) => m.push(m.persistent(m.line())),
  Q: (m) => m.push(m.persistent(m.pop())),
  R: (m) => callTop(m),
  '\x81': (m) => callTop(m), // NEWOBJ
  b: (m) => buildTop(m),
});

/** Opcodes that Python knows and this interpreter does not, by name. */
const UNSUPPORTED: Readonly<Record<number, string>> = {
  105: 'INST',
  111: 'OBJ',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  146: 'NEWOBJ_EX',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
};

/** Names an opcode that is not executed, for errors. */
export function unsupportedName(code: number): string {
  return UNSUPPORTED[code] ?? `byte 0x${code.toString(16).padStart(2, '0')}`;
}

function table(opcodes: Record<string, Opcode>): (Opcode | undefined)[] {
  const byCode = new Array<Opcode | undefined>(256).fill(undefined);
  for (const [character, opcode] of Object.entries(opcodes)) byCode[character.charCodeAt(0)] = opcode;
  return byCode;
}

function uint32(m: PickleMachine): number {
  return m.cursor.view(4).getUint32(0, true);
}

function uint64(m: PickleMachine): number {
  return Number(m.cursor.view(8).getBigUint64(0, true));
}

function expectProtocol(protocol: number): void {
  if (protocol > 5) throw new FormatError(`expected pickle protocol 0 to 5, got ${protocol}`);
}

function expectFrame(m: PickleMachine): void {
  const length = uint64(m);
  const { offset, source } = m.cursor;
  if (offset + length > source.size)
    throw new FormatError(`expected a frame of ${length} bytes within the file, got a file of ${source.size}`);
}

function integerOrBoolean(line: string): unknown {
  if (line === '00' || line === '01') return line === '01';
  return decimalInteger(line);
}

function popped(m: PickleMachine, count: number): unknown[] {
  return Array.from({ length: count }, () => m.pop()).reverse();
}

function appendTo(m: PickleMachine, items: unknown[]): void {
  const list = m.top();
  if (list instanceof InertObject) return;
  if (!Array.isArray(list) || Object.isFrozen(list))
    throw new FormatError('expected a list to append to, got something else');
  for (const item of items) list.push(item);
}

function addTo(m: PickleMachine, items: unknown[]): void {
  const set = m.top();
  if (!(set instanceof Set)) throw new FormatError('expected a set to add to, got something else');
  for (const item of items) set.add(item);
}

function setItemsOf(m: PickleMachine, items: unknown[]): void {
  const dict = m.top();
  if (dict instanceof InertObject) return;
  if (!(dict instanceof Map)) throw new FormatError('expected a dict to set items of, got something else');
  setItems(dict, items);
}

function setItems(dict: Map<unknown, unknown>, items: unknown[]): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw new FormatError(`expected keys and values in pairs, got ${items.length}`);
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  return dict;
}

function stackGlobal(m: PickleMachine): unknown {
  const [module, name] = popped(m, 2);
  return m.global(module, name);
}

function callTop(m: PickleMachine): void {
  const [callee, args] = popped(m, 2);
  m.push(m.call(callee, args));
}

function buildTop(m: PickleMachine): void {
  const state = m.pop();
  m.build(m.top(), state);
}
