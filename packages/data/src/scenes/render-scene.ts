import type { Random } from '@seg/core/random';
import type { RgbImage } from '@seg/image';

import type { NoiseField } from './noise-field.ts';
import { direction, type Placement } from './place-things.ts';
import { drawStuffTextures, thingTexture } from './textures.ts';

/** Content of a scene, and its size. */
export type RenderOptions = {
  stuff: Uint8Array;
  placement: Placement;
  height: number;
  width: number;
  /** Pixels of a scene unit. Default: 128 units to the shorter side. */
  unit?: number;
  /** Source of the sensor's noise. Default: that of all else. */
  grain?: Random;
};

/** Paints textures, light that falls off across the picture, cast shadows, a slight blur and sensor noise. */
export function renderScene(random: Random, noise: NoiseField, options: RenderOptions): RgbImage {
  const { height, width } = options;
  const radiance = paint(random, noise, options);
  const blurred = blur(radiance, height, width, 0.5 * random());
  const strength = 4 + 14 * random();
  const { grain = random } = options;
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const value = 255 * blurred[i] + strength * (grain() + grain() - 1);
    data[i] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return { data, width, height };
}

function paint(random: Random, noise: NoiseField, options: RenderOptions): Float32Array {
  const { stuff, placement, height, width, unit = Math.min(height, width) / 128 } = options;
  const light = direction(random);
  const backgrounds = drawStuffTextures(random, noise);
  const things = placement.things.map((thing) => thingTexture(thing, unit, light, noise));
  const lamp = drawLamp(random, width / unit, height / unit);
  const reach = (1.5 + 3 * random()) * unit;
  const [shadowX, shadowY] = [Math.round(light[0] * reach), Math.round(light[1] * reach)];
  const radiance = new Float32Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    const column = i % width;
    const row = (i - column) / width;
    const x = (column + 0.5) / unit;
    const y = (row + 0.5) / unit;
    const owner = placement.owner[i];
    const color = owner > 0 ? things[owner - 1](x, y) : backgrounds[stuff[i]](x, y);
    const shaded = isInShadow(placement.owner, owner, row + shadowY, column + shadowX, height, width);
    const shade = lamp(x, y) * (shaded ? 0.7 : 1);
    for (let c = 0; c < 3; c++) radiance[3 * i + c] = color[c] * shade;
  }
  return radiance;
}

/** True if a thing in front stands between this pixel and the light. */
function isInShadow(
  owner: Uint8Array,
  own: number,
  row: number,
  column: number,
  height: number,
  width: number,
): boolean {
  if (row < 0 || row >= height || column < 0 || column >= width) return false;
  const other = owner[row * width + column];
  return other > 0 && (own === 0 || other < own);
}

/** Brightness and tint of the light over the picture: a slope and a warm or cold spot. */
function drawLamp(random: Random, width: number, height: number): (x: number, y: number) => number {
  const [slopeX, slopeY] = direction(random);
  const strength = 0.35 * random();
  const [spotX, spotY] = [random() * width, random() * height];
  const level = 0.75 + 0.25 * random();
  return (x, y) => {
    const slope = (slopeX * (x / width - 0.5) + slopeY * (y / height - 0.5)) * strength;
    const squared = ((x - spotX) * (x - spotX) + (y - spotY) * (y - spotY)) / (width * width + height * height);
    return level + slope + 0.25 / (1 + 8 * squared);
  };
}

/** Mixes every pixel with the mean of its four neighbors. */
function blur(image: Float32Array, height: number, width: number, amount: number): Float32Array {
  const result = new Float32Array(image.length);
  for (let row = 0; row < height; row++) {
    const up = row > 0 ? -3 * width : 0;
    const down = row < height - 1 ? 3 * width : 0;
    for (let column = 0; column < width; column++) {
      const left = column > 0 ? -3 : 0;
      const right = column < width - 1 ? 3 : 0;
      const start = 3 * (row * width + column);
      for (let i = start; i < start + 3; i++) {
        const mean = (image[i + up] + image[i + down] + image[i + left] + image[i + right]) / 4;
        result[i] = image[i] + (mean - image[i]) * amount;
      }
    }
  }
  return result;
}
