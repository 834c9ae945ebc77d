/** WGSL of `clippedAt(i)`: element i of `gradient`, scaled by what `norm` has beyond `uniforms.clipNorm`. */
export const CLIPPED = `
  fn clippedAt(i: i32) -> f32 {
    let scale = min(1.0, uniforms.clipNorm / (norm[0] + 1e-6));
    return gradient[i] * select(scale, 1.0, uniforms.clipNorm < 0.0);
  }`;

/** The uniform that {@link CLIPPED} reads: WGSL knows no infinity, so a negative number stands for none. */
export function clipUniform(clipNorm: number): { clipNorm: number } {
  return { clipNorm: clipNorm === Number.POSITIVE_INFINITY ? -1 : clipNorm };
}
