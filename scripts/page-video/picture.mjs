// A picture with segments, the same in Node and in a page.
const [width, height] = [80, 60];

export const CATEGORIES = [{ name: 'cat', color: [200, 30, 0] }, { name: 'sky' }];

export const MAP = {
  ids: Int32Array.from({ length: width * height }, (_, i) => (i % width < 30 ? 1 : i < 20 * width ? 2 : 0)),
  segments: [
    { id: 1, category: 0, isThing: true, score: 0.9, area: 1800, bbox: [0, 0, 30, 60] },
    { id: 2, category: 1, isThing: false, score: 0.5, area: 1000, bbox: [30, 0, 50, 20] },
  ],
  width,
  height,
};

/** RGB of the photograph. */
export function photograph() {
  return { data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 7) % 256), width, height };
}
