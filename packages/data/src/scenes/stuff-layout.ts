import type { Random } from '@seg/core/random';

import type { NoiseField } from './noise-field.ts';

/** Stuff category per pixel, 0 to 3 for sky, grass, brick and water: either wavy bands or a warped Voronoi diagram. */
export function layOutStuff(random: Random, noise: NoiseField, height: number, width: number): Uint8Array {
  const kinds = shuffled([0, 1, 2, 3], random).slice(0, 2 + Math.floor(random() * 2.4));
  return random() < 0.5 ? bands(kinds, random, noise, height, width) : cells(kinds, random, noise, height, width);
}

function bands(kinds: number[], random: Random, noise: NoiseField, height: number, width: number): Uint8Array {
  if (random() < 0.8) kinds.sort((a, b) => Number(b === 0) - Number(a === 0)); // the sky is mostly above
  const borders = kinds.map((_, i) => (i + 0.35 + 0.6 * random()) / kinds.length).slice(0, -1);
  const swing = 0.02 + 0.1 * random();
  const frequency = 2 + 4 * random();
  const tilt = 0.3 * (random() - 0.5);
  const layout = new Uint8Array(height * width);
  for (let i = 0; i < layout.length; i++) {
    const x = (i % width) / width;
    const y = Math.floor(i / width) / height;
    const level = y + swing * noise.at(x * frequency, 7.5) + tilt * (x - 0.5);
    let band = 0;
    while (band < borders.length && level > borders[band]) band++;
    layout[i] = kinds[band];
  }
  return layout;
}

function cells(kinds: number[], random: Random, noise: NoiseField, height: number, width: number): Uint8Array {
  const sites = Array.from({ length: kinds.length + Math.floor(random() * 2) }, (_, i) => ({
    kind: kinds[i % kinds.length],
    x: random(),
    y: random(),
  }));
  const warp = 0.05 + 0.12 * random();
  const layout = new Uint8Array(height * width);
  for (let i = 0; i < layout.length; i++) {
    const x = (i % width) / width;
    const y = Math.floor(i / width) / height;
    const warpedX = x + warp * noise.at(4 * x, 4 * y);
    const warpedY = y + warp * noise.at(4 * x + 31, 4 * y + 17);
    let least = Number.POSITIVE_INFINITY;
    for (const { kind, x: siteX, y: siteY } of sites) {
      const distance = (siteX - warpedX) * (siteX - warpedX) + (siteY - warpedY) * (siteY - warpedY);
      if (distance < least) {
        least = distance;
        layout[i] = kind;
      }
    }
  }
  return layout;
}

function shuffled(values: number[], random: Random): number[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}
