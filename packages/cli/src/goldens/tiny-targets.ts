import type { MaskTargets } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

type Region = { label: number; inside: (x: number, y: number) => boolean };

/** The two images of the tiny training cases of mask-classification models. docs/goldens.md, loss cases. */
const IMAGES: Region[][] = [
  [
    { label: 1, inside: (x, y) => x < 40 && y < 30 },
    { label: 3, inside: (x, y) => (x - 60) ** 2 + (y - 20) ** 2 < 324 },
    { label: 0, inside: (_x, y) => y >= 40 },
  ],
  [
    { label: 4, inside: (x, y) => (x + y) % 32 < 16 },
    { label: 2, inside: (x, y) => x >= 10 && x < 86 && y >= 10 && y < 54 },
  ],
];

/** @returns One target set per image; the caller disposes the masks */
export function tinyTargets([height, width]: [number, number]): MaskTargets[] {
  return IMAGES.map((regions) => ({
    classes: Int32Array.from(regions, ({ label }) => label),
    masks: tf.tensor3d(
      Float32Array.from({ length: regions.length * height * width }, (_, i) => {
        const [region, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
        return regions[region].inside(x, y) ? 1 : 0;
      }),
      [regions.length, height, width],
    ),
  }));
}
