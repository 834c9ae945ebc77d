import type { MaskTargets, Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

type Inside = (x: number, y: number) => boolean;
type Region = { label: number; inside: Inside };

/** The two images of the tiny training cases of SOLO, labels counted from 1 as in their files. */
const IMAGES: Region[][] = [
  [
    { label: 3, inside: rectangle(11, 13, 37, 29) },
    { label: 1, inside: disc(121, 53, 901) },
    { label: 5, inside: rectangle(100, 30, 61, 47) },
    { label: 2, inside: rectangle(5, 100, 13, 11) },
    { label: 4, inside: rectangle(23, 21, 151, 97) },
  ],
  [
    { label: 2, inside: disc(47, 80, 1500) },
    { label: 2, inside: rectangle(133, 17, 45, 83) },
    { label: 3, inside: rectangle(60, 3, 19, 23) },
    { label: 1, inside: (x, y) => rectangle(3, 2, 90, 70)(x, y) && x + 2 * y < 150 },
  ],
];

function rectangle(left: number, top: number, width: number, height: number): Inside {
  return (x, y) => x >= left && x < left + width && y >= top && y < top + height;
}

function disc(centerX: number, centerY: number, squaredRadius: number): Inside {
  return (x, y) => (x - centerX) ** 2 + (y - centerY) ** 2 < squaredRadius;
}

/** @returns One target set per image; the caller disposes the masks */
export function soloTargets([height, width]: Size): MaskTargets[] {
  return IMAGES.map((regions) => {
    const values = new Float32Array(regions.length * height * width);
    for (let i = 0; i < values.length; i++) {
      const [x, y] = [i % width, Math.floor(i / width) % height];
      values[i] = regions[Math.floor(i / (height * width))].inside(x, y) ? 1 : 0;
    }
    return {
      classes: Int32Array.from(regions, ({ label }) => label - 1),
      masks: tf.tensor3d(values, [regions.length, height, width]),
    };
  });
}
