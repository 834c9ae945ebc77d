/** Seeds `start` to `start + count − 1`. */
export type SeedRange = { start: number; count: number };

/** Disjoint ranges of seeds. */
export type SceneSplit = 'training' | 'validation' | 'testing';

/** Seed ranges that do not meet: no scene is in two splits. */
export const SCENE_SPLITS: Readonly<Record<SceneSplit, SeedRange>> = {
  training: { start: 0, count: 1_000_000_000 },
  validation: { start: 1_000_000_000, count: 1_000_000_000 },
  testing: { start: 2_000_000_000, count: 1_000_000_000 },
};

/**
 * The seed of the scene with this index in a split.
 *
 * @throws RangeError where the split has no such index
 */
export function sceneSeed(split: SceneSplit, index: number): number {
  if (!Object.hasOwn(SCENE_SPLITS, split)) {
    throw new RangeError(`sceneSeed: expected ${Object.keys(SCENE_SPLITS).join(', ')} as split, got ${split}`);
  }
  const { start, count } = SCENE_SPLITS[split];
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`sceneSeed: expected an index from 0 to ${count - 1} in ${split}, got ${index}`);
  }
  return start + index;
}
