import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../errors.ts';
import { listFaults } from '../list-faults.ts';
import { expectAcyclic } from './acyclic.ts';
import { OPCODES, STOP, unsupportedName } from './opcodes.ts';
import { PickleMachine, type PickleRules } from './pickle-machine.ts';

/** Published checkpoints need below 400 000, optimizer state included. */
const MAX_OPCODES = 2_000_000;

/** Value that a pickle builds, and the offset of its end in the file. */
export type Unpickled = { value: unknown; end: number };

/**
 * Interprets a pickle (protocols 0 to 5) from `offset` on. Builds numbers, text, bytes, lists, dicts (`Map`), sets and
 * what `rules` make of the globals they name; nothing else can happen, as there is nothing else to call. Every global
 * without a rule is refused, all of them in one error. Byte strings beyond a kilobyte stay in the file
 * ({@link ByteSpan}), so memory grows with the number of opcodes, which is bounded, and not with the tensors.
 *
 * @throws FormatError naming the file and the offset
 */
export function unpickle(source: ByteSource, offset: number, rules: PickleRules): Unpickled {
  const machine = new PickleMachine(source, offset, rules);
  try {
    run(machine);
    expectAcyclic(machine.top());
  } catch (error) {
    refuse(machine); // first: what goes wrong behind a refused global may be its doing
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${source.name}: pickle at ${machine.at}: ${error.message}`);
  }
  refuse(machine);
  return { value: machine.top(), end: machine.cursor.offset };
}

function run(machine: PickleMachine): void {
  for (let count = 0; ; count++) {
    machine.at = machine.cursor.offset;
    const code = machine.cursor.byte();
    if (code === STOP) return;
    const opcode = OPCODES[code];
    if (opcode === undefined) throw new FormatError(`expected a known opcode, got ${unsupportedName(code)}`);
    if (count >= MAX_OPCODES) throw new FormatError(`expected at most ${MAX_OPCODES} opcodes, got more`);
    opcode(machine);
  }
}

function refuse({ cursor, refused }: PickleMachine): void {
  if (refused.size === 0) return;
  const names = [...refused].map(([name, at]) => `${name} at ${at}`);
  throw new FormatError(`${cursor.source.name}: expected tensors and plain containers only, got ${listFaults(names)}`);
}
