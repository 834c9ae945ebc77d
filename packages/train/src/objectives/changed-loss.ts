import { describeValue } from '@seg/checkpoint/safetensors';
import { SOLO_MASK_TERMS } from '@seg/losses';

/** Values of losses that are names, and what they may be. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  sharedCells: ['last', 'all'],
  unmatched: ['void-ratio', 'constant'],
};

/** Values of losses that are counts. */
const COUNTS = ['numPoints'];

/** Most points of a mask, 2²⁰: those of a map of 1024². More are a slip of the hand, and take all memory. */
const MOST_POINTS = 1_048_576;

/** Largest weight, 10⁶: fifty thousand times the largest published one, and far from what float32 cannot hold. */
const MOST_WEIGHT = 1_000_000;

/** Ranges of values that are no weights: points are kept of no fewer candidates, at most a hundred times as many. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  numPoints: [1, MOST_POINTS],
  oversampleRatio: [1, 100],
  importanceRatio: [0, 1],
};

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
    expectInRange(name, value);
  }
  return { ...published, ...changes };
}

function expectInRange(name: string, value: unknown): void {
  const [least, most] = Object.hasOwn(RANGES, name) ? RANGES[name] : [0, MOST_WEIGHT];
  if (typeof value !== 'number' || (value >= least && value <= most)) return;
  throw new RangeError(`loss: expected ${least} to ${most} as ${name}, got ${value}`);
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
