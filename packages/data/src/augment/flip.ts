import type { PanopticSample } from '../data-sets/panoptic-sample.ts';

/** Left and right exchanged. */
export function flipHorizontally(sample: PanopticSample): PanopticSample {
  const { data, width, height } = sample.image;
  const flipped = new Uint8Array(data.length);
  const ids = new Int32Array(sample.ids.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [source, target] = [y * width + width - 1 - x, y * width + x];
      ids[target] = sample.ids[source];
      for (let c = 0; c < 3; c++) flipped[3 * target + c] = data[3 * source + c];
    }
  }
  return { ...sample, image: { data: flipped, width, height }, ids };
}
