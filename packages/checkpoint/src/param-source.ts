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
