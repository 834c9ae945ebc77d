/** Red, green and blue from 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Hue, saturation and value to RGB (Smith 1978).
 *
 * @param hue In turns; wraps
 */
export function hsv(hue: number, saturation: number, value: number): Rgb {
  const channel = (offset: number) => {
    const k = (((hue * 6 + offset) % 6) + 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

/** A blend of two colors: t of the second. */
export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}
