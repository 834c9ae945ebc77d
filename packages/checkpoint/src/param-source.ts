import { expectValue, type OptionCheck } from './expect-options.ts';

/** Stored values by checkpoint key. */
export type ParamSource = {
  keys(): Iterable<string>;
  /** Shape and values in the stored layout, or null where the key is absent. */
  read(key: string): StoredValue | null;
  /** Shape alone, or null where the key is absent: spares reading tensors that do not fit. */
  shape?(key: string): readonly number[] | null;
};

/** One stored tensor: row-major values in the checkpoint's own layout. */
export type StoredValue = { shape: readonly number[]; values: Float32Array };

const PARAM_SOURCE: OptionCheck = [
  'tensors with keys and read',
  (value) => ['keys', 'read'].every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function'),
];

/** @throws RangeError unless it has what is read of tensors */
export function expectSource(where: string, source: ParamSource): void {
  expectValue(where, 'source', source, PARAM_SOURCE);
}
