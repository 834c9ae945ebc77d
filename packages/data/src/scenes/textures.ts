import type { Random } from '@seg/core/random';

import { hsv, mix, type Rgb } from './color.ts';
import type { NoiseField } from './noise-field.ts';
import type { Thing } from './place-things.ts';

/** The color at a point. Lengths in scene units: 128 to the shorter side. */
export type Texture = (x: number, y: number) => Rgb;

/** Textures of sky, grass, brick and water, each drawn anew for a scene. */
export function drawStuffTextures(random: Random, noise: NoiseField): Texture[] {
  return [sky, grass, brick, water].map((draw) => draw(random, noise));
}

/** Wide clouds on a vertical gradient. */
function sky(random: Random, noise: NoiseField): Texture {
  const hue = random() < 0.75 ? 0.55 + 0.1 * random() : 0.02 + 0.1 * random();
  const high = hsv(hue, 0.3 + 0.5 * random(), 0.65 + 0.3 * random());
  const low = hsv(hue + 0.05, 0.1 + 0.2 * random(), 0.85 + 0.15 * random());
  const white: Rgb = [0.95, 0.95, 0.97];
  const [offset, cover] = [40 * random(), 0.25 + 0.35 * random()];
  return (x, y) => {
    const cloud = noise.at(x / 34 + offset, y / 15) + 0.5 * noise.at(x / 13, y / 7 + offset);
    return mix(mix(high, low, Math.min(1, y / 128)), white, Math.max(0, Math.min(0.8, cloud - 0.6 + cover)));
  };
}

/** Fine upright blades over wide patches. */
function grass(random: Random, noise: NoiseField): Texture {
  const hue = 0.2 + 0.16 * random();
  const dark = hsv(hue + 0.03, 0.55 + 0.3 * random(), 0.22 + 0.15 * random());
  const light = hsv(hue, 0.4 + 0.35 * random(), 0.5 + 0.3 * random());
  const offset = 40 * random();
  return (x, y) => {
    const blades = noise.at(x / 1.3 + offset, y / 4.5);
    const patches = noise.at(x / 22, y / 22 + offset);
    return mix(dark, light, Math.max(0, Math.min(1, 0.5 + 0.5 * blades + 0.25 * patches)));
  };
}

/** Courses of bricks in mortar, every other one shifted by half a brick, each brick of its own brightness. */
function brick(random: Random, noise: NoiseField): Texture {
  const clay = hsv(random() < 0.7 ? 0.01 + 0.07 * random() : random(), 0.2 + 0.4 * random(), 0.4 + 0.35 * random());
  const mortar = hsv(0.1, 0.08, random() < 0.7 ? 0.7 + 0.2 * random() : 0.25);
  const course = 6 + 5 * random();
  const length = course * (1.8 + 0.6 * random());
  const joint = 1 + 0.4 * random();
  const [shiftX, shiftY] = [20 * random(), 20 * random()];
  return (x, y) => {
    const row = Math.floor((y + shiftY) / course);
    const along = x + shiftX + (row & 1) * 0.5 * length;
    const column = Math.floor(along / length);
    if (y + shiftY - row * course < joint || along - column * length < joint) return mortar;
    const brightness = 1 + 0.22 * noise.cell(column, row) + 0.08 * noise.at(x / 1.5, y / 1.5);
    return [clay[0] * brightness, clay[1] * brightness, clay[2] * brightness];
  };
}

/** Wavy level stripes. */
function water(random: Random, noise: NoiseField): Texture {
  const hue = 0.48 + 0.16 * random();
  const deep = hsv(hue, 0.6 + 0.3 * random(), 0.25 + 0.25 * random());
  const crest = hsv(hue, 0.2 + 0.3 * random(), 0.65 + 0.3 * random());
  const period = 5 + 5 * random();
  const offset = 40 * random();
  return (x, y) => {
    const phase = y / period + 0.9 * noise.at(x / 14 + offset, y / 9) + 0.35 * noise.at(x / 5, y / 5);
    const t = phase - Math.floor(phase);
    const wave = 4 * t * (1 - t); // a parabola in place of a sine
    return mix(deep, crest, 0.85 * wave * wave + 0.1 * noise.at(x / 3, y / 1.5));
  };
}

/** The texture of one thing: its color, shaded as if it were domed, with its finish. Coordinates as for stuff. */
export function thingTexture(thing: Thing, unit: number, light: readonly [number, number], noise: NoiseField): Texture {
  const [centerX, centerY, radius] = [thing.x / unit, thing.y / unit, thing.radius / unit];
  const { axis, color, finish } = thing;
  return (x, y) => {
    const dx = (x - centerX) / radius;
    const dy = (y - centerY) / radius;
    let brightness = 1 + 0.3 * (dx * light[0] + dy * light[1]);
    if (finish === 'speckled') brightness += 0.22 * noise.at(x / 2, y / 2);
    if (finish === 'striped') {
      const across = (dx * axis[0] + dy * axis[1]) * radius * 0.22;
      if (across - Math.floor(across) < 0.5) brightness *= 0.78;
    }
    return [color[0] * brightness, color[1] * brightness, color[2] * brightness];
  };
}
