/** Difference of one recorded value from ours, and the allowed one. */
export type TapResult = {
  name: string;
  /** Largest absolute difference of a sampled value. */
  absolute: number;
  /** The same over the largest magnitude of the tensor. */
  relative: number;
  /** Bound of `absolute`. */
  allowed: number;
  ok: boolean;
  /** Fault that is no difference of sampled values: the shape, or the probe. */
  note?: string;
};

/** Result of a comparison that failed before any number could be compared. */
export function failed(name: string, allowed: number, note: string): TapResult {
  return { name, absolute: Infinity, relative: Infinity, allowed, ok: false, note };
}

/** Result of a difference within its bound or beyond it; a difference that is no number is beyond. */
export function judged(name: string, absolute: number, allowed: number, magnitude: number, note?: string): TapResult {
  const ok = absolute <= allowed && note === undefined;
  return { name, absolute, relative: magnitude > 0 ? absolute / magnitude : absolute, allowed, ok, note };
}
