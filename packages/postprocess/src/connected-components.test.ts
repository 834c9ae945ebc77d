import { seededRandom } from '@seg/core';
import { expect, test } from 'vitest';

import { connectedComponents } from './connected-components.ts';

test('regions of equal label are numbered by their first pixel; corners join only among eight', () => {
  // biome-ignore format: a picture
  const labels = [
    7, 7, 0, 3,
    0, 7, 3, 0,
    3, 0, 0, 7,
  ];
  const four = connectedComponents(labels, [3, 4]);
  expect([...four.components]).toEqual([1, 1, 0, 2, 0, 1, 3, 0, 4, 0, 0, 5]);
  const eight = connectedComponents(labels, [3, 4], { neighbors: 8 });
  expect([...eight.components]).toEqual([1, 1, 0, 2, 0, 1, 2, 0, 3, 0, 0, 4]);
  expect([four.count, eight.count]).toEqual([5, 4]);
});

test('agrees with flood fill on noise', () => {
  const random = seededRandom(3);
  for (const neighbors of [4, 8] as const) {
    const labels = Uint8Array.from({ length: 40 * 31 }, () => Math.floor(random() * 3));
    const { components, count } = connectedComponents(labels, [31, 40], { neighbors });
    expect(components).toEqual(flood(labels, 31, 40, neighbors));
    expect(count).toBe(Math.max(...components));
  }
});

test('an empty or uniform map has no component, or one', () => {
  expect(connectedComponents(new Uint8Array(6), [2, 3]).count).toBe(0);
  expect(connectedComponents(new Uint8Array(6), [2, 3], { background: 255 }).count).toBe(1);
});

function flood(labels: Uint8Array, height: number, width: number, neighbors: 4 | 8): Int32Array {
  const components = new Int32Array(labels.length);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] === 0 || components[start] > 0) continue;
    const open = [start];
    components[start] = ++count;
    for (let i: number | undefined = open.pop(); i !== undefined; i = open.pop()) {
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const x: number = (i % width) + dx;
          const y: number = Math.floor(i / width) + dy;
          const isNeighbor = neighbors === 8 || dx === 0 || dy === 0;
          if (!isNeighbor || x < 0 || y < 0 || x >= width || y >= height) continue;
          const other = y * width + x;
          if (labels[other] !== labels[start] || components[other] > 0) continue;
          components[other] = count;
          open.push(other);
        }
      }
    }
  }
  return components;
}
