import { describeValue } from '@seg/checkpoint';
import { SOLO_MASK_TERMS } from '@seg/losses';

/** Values of losses that are names, and what they may be. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  sharedCells: ['last', 'all'],
  unmatched: ['void-ratio', 'constant'],
};

/** Values of losses that are counts. */
const COUNTS = ['numPoints'];

/**
 * Puts values of a recipe in place of a published loss's.
 *
 * @throws RangeError at a name that the loss does not have, or a value that is none: a
 *   system's grids, for example, belong to the model
 */
export function changedLoss<T extends object>(published: T, changes: Readonly<Record<string, unknown>> = {}): T {
  for (const [name, value] of Object.entries(changes)) {
    const expected = Object.hasOwn(published, name) ? expectation(name, published[name as keyof T]) : null;
    if (expected === null) {
      const known = Object.entries(published).filter(([key, one]) => expectation(key, one) !== null);
      throw new RangeError(`loss: expected ${known.map(([key]) => key).join(', ')}, got ${name}`);
    }
    if (!expected.isMet(value)) {
      throw new RangeError(`loss: expected ${expected.text} as ${name}, got ${describeValue(value)}`);
    }
  }
  return { ...published, ...changes };
}

type Expectation = { text: string; isMet(value: unknown): boolean };

/** @returns null where a recipe cannot say the value */
function expectation(name: string, published: unknown): Expectation | null {
  const choices = Object.hasOwn(CHOICES, name) ? CHOICES[name] : null;
  if (choices !== null) return { text: choices.join(' or '), isMet: (value) => choices.includes(value as string) };
  if (name === 'mask') return { text: 'a mask term of SOLO', isMet: isMaskTerm };
  if (typeof published !== 'number') return null;
  if (COUNTS.includes(name)) {
    return { text: 'a whole number above 0', isMet: (value) => Number.isSafeInteger(value) && (value as number) > 0 };
  }
  return { text: 'a number of 0 or more', isMet: isWeight };
}

const isWeight = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;

/** Kind and weights, as one of SOLO's terms has them. */
function isMaskTerm(value: unknown): boolean {
  const { kind, ...weights } = { ...(value as object | null) } as Record<string, unknown>;
  const known = Object.values(SOLO_MASK_TERMS).find((term) => term.kind === kind);
  const names = Object.keys({ ...known }).filter((name) => name !== 'kind');
  return (
    names.length > 0 &&
    names.sort().join() === Object.keys(weights).sort().join() &&
    Object.values(weights).every(isWeight)
  );
}
