import { expectOptions, expectValue, listOf, numberIn, type OptionCheck, oneOf } from '@seg/checkpoint/expect-options';

const A_SHARE = numberIn({ least: 0, most: 1 });
const A_SIDE = numberIn({ least: 1, isWhole: true });
const A_SIZE = listOf(A_SIDE, 2);
const A_RANGE = listOf(numberIn({ least: 0, above: true }), 2);
const STEPS: OptionCheck = ['a list of steps', Array.isArray];
const SIZE_OR_BOUNDS: OptionCheck = ['a height and width, or bounds least and most', isSizeOrBounds];

function isSizeOrBounds(value: unknown): boolean {
  const { least, most } = (value ?? {}) as { least?: unknown; most?: unknown };
  return A_SIZE[1](value) || (A_SIDE[1](least) && A_SIDE[1](most));
}

type Checks = Readonly<Record<string, OptionCheck>>;

/** Checks of what each function of augmentation can be told. */
export const SCALE_JITTER = { size: A_SIZE, range: A_RANGE, leastShare: A_SHARE };
export const SHORTEST_EDGE = { shortestEdges: listOf(A_SIDE), longestEdge: A_SIDE };
export const CROP = { size: SIZE_OR_BOUNDS, keep: oneOf('anything', 'object'), leastShare: A_SHARE };
export const COPY_PASTE = { share: A_SHARE, leastShare: A_SHARE };

/** And of steps beside their kind. */
const KINDS: Readonly<Record<string, Checks>> = {
  flip: { axis: oneOf('horizontal', 'vertical'), chance: A_SHARE },
  turn: { chance: A_SHARE },
  'scale-jitter': SCALE_JITTER,
  'shortest-edge': SHORTEST_EDGE,
  crop: CROP,
  color: {},
  'one-of': { choices: listOf(STEPS) },
  mosaic: { ...SCALE_JITTER, chance: A_SHARE, otherwise: STEPS },
  'copy-paste': { ...COPY_PASTE, chance: A_SHARE, source: STEPS },
};

/** Options that have to be there, by kind. */
const NEEDED: Partial<Record<string, readonly string[]>> = {
  'scale-jitter': ['size'],
  'shortest-edge': ['shortestEdges', 'longestEdge'],
  crop: ['size'],
  'one-of': ['choices'],
  mosaic: ['size', 'chance'],
  'copy-paste': ['chance', 'source'],
};

/** @throws RangeError naming what a step of a known kind cannot be told */
export function expectStep(step: { kind: string }): void {
  const { kind, ...options } = step ?? {};
  if (!Object.hasOwn(KINDS, kind)) return; // refused where the kinds part
  expectAugment(`augmentSample: ${kind}`, options, KINDS[kind], NEEDED[kind]);
}

/** @throws RangeError naming the option */
export function expectAugment(where: string, options: object, checks: Checks, needed: readonly string[] = []): void {
  expectOptions<object>(where, options ?? null, checks);
  for (const name of needed) expectValue(where, name, (options as Record<string, unknown>)[name], checks[name]);
}

/** @throws RangeError unless there is a list of steps */
export function expectSteps(where: string, steps: readonly { kind: string }[]): void {
  expectValue(where, 'steps', steps, STEPS);
  for (const step of steps) expectStep(step);
}
