import type { Size } from '@seg/core';
import { expectOptions, numberIn, oneOf } from '@seg/core/expect-options';
import { expectSize, expectValues } from './expect-numbers.ts';

/** Options of connected components: the neighborhood, and the label of nothing. */
export type ComponentOptions = {
  /** 4 joins sides, 8 also corners. Default: 4. */
  neighbors?: 4 | 8;
  /** Label that belongs to no component. Default: 0. */
  background?: number;
};

const OPTIONS = { neighbors: oneOf(4, 8), background: numberIn() };

/** Regions of pixels that touch. */
export type Components = {
  /** [H · W], 1 to `count` in the order of their first pixels, 0 on the background */
  components: Int32Array;
  count: number;
};

/**
 * Splits a label map into connected regions of equal label, by union-find in two passes (Rosenfeld and Pfaltz 1966).
 *
 * @param labels [H · W]
 */
export function connectedComponents(labels: ArrayLike<number>, size: Size, options: ComponentOptions = {}): Components {
  expectOptions('connectedComponents', options, OPTIONS);
  expectSize('connectedComponents', 'size', size);
  const [height, width] = size;
  expectValues('connectedComponents', 'labels', labels, height * width);
  const { neighbors = 4, background = 0 } = options;
  const parents = Int32Array.from({ length: height * width }, (_, i) => i);
  for (let i = 0; i < parents.length; i++) {
    if (labels[i] === background) continue;
    const x = i % width;
    const joinIfEqual = (other: number) => {
      if (labels[other] === labels[i]) join(parents, other, i);
    };
    if (x > 0) joinIfEqual(i - 1);
    if (i < width) continue;
    joinIfEqual(i - width);
    if (neighbors === 8 && x > 0) joinIfEqual(i - width - 1);
    if (neighbors === 8 && x < width - 1) joinIfEqual(i - width + 1);
  }
  return number(parents, (i) => labels[i] !== background);
}

/** The smaller root becomes the parent, so a root is its region's first pixel. */
function join(parents: Int32Array, a: number, b: number): void {
  const [rootA, rootB] = [find(parents, a), find(parents, b)];
  parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
}

function find(parents: Int32Array, i: number): number {
  while (parents[i] !== i) i = parents[i] = parents[parents[i]]; // halves the path
  return i;
}

function number(parents: Int32Array, isCounted: (i: number) => boolean): Components {
  const components = new Int32Array(parents.length);
  let count = 0;
  for (let i = 0; i < parents.length; i++) {
    if (isCounted(i)) components[i] = parents[i] === i ? ++count : components[find(parents, i)];
  }
  return { components, count };
}
