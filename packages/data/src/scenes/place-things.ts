import type { Random } from '@seg/core/random';

import { hsv, type Rgb } from './color.ts';
import { THING_SHAPES } from './shapes.ts';

/** Look of a thing's surface. */
export type Finish = 'plain' | 'speckled' | 'striped';

/** One thing in a scene: where it is and how it is painted. Lengths in pixels. */
export type Thing = {
  /** Category id − 1. */
  kind: number;
  x: number;
  y: number;
  radius: number;
  /** Unit vector along its own first axis. */
  axis: readonly [number, number];
  /** Its second axis is this much longer. */
  aspect: number;
  color: Rgb;
  finish: Finish;
};

/** A thing with its place. */
export type Placement = {
  things: Thing[];
  /** Index + 1 of the front thing at each pixel, 0 for none. */
  owner: Uint8Array;
};

/** Share of things in the color that is typical of their kind; the others have any. */
const TYPICAL = 0.85;
/** Share of a thing that must stay visible for its shape to be told. */
const LEAST_VISIBLE = 0.45;

/**
 * Puts things into the scene from front to back: a thing stays if nearly half of it can be seen past those in front, so
 * every segment is learnable and many are occluded. Every other one is aimed at an earlier one, to touch or overlap it.
 */
export function placeThings(random: Random, height: number, width: number): Placement {
  const side = Math.min(height, width);
  const wanted = 3 + Math.floor(random() * 6 * Math.max(1, Math.max(height, width) / side - 0.5));
  const placement: Placement = { things: [], owner: new Uint8Array(height * width) };
  for (let attempt = 0; attempt < 3 * wanted && placement.things.length < wanted; attempt++) {
    const thing = proposeThing(random, height, width, placement.things);
    const leastArea = 0.0016 * side * side;
    if (visibleArea(thing, placement.owner, height, width) >= leastArea) paint(placement, thing, height, width);
  }
  return placement;
}

/** Puts a thing behind those that are there already. */
function paint(placement: Placement, thing: Thing, height: number, width: number): void {
  placement.things.push(thing);
  forEachPixelOf(thing, height, width, (i) => {
    if (placement.owner[i] === 0) placement.owner[i] = placement.things.length;
  });
}

/** Puts things where they are, front to back, however much of them is seen. */
export function layThings(things: readonly Thing[], height: number, width: number): Placement {
  const placement: Placement = { things: [], owner: new Uint8Array(height * width) };
  for (const thing of things) paint(placement, thing, height, width);
  return placement;
}

/** The pixels of a thing that nothing in front covers; 0 where that is too small a part of it. */
function visibleArea(thing: Thing, owner: Uint8Array, height: number, width: number): number {
  let [whole, visible] = [0, 0];
  forEachPixelOf(thing, height, width, (i) => {
    whole++;
    if (owner[i] === 0) visible++;
  });
  return visible >= LEAST_VISIBLE * whole ? visible : 0;
}

/** A thing of any kind, somewhere in the scene. */
export function proposeThing(random: Random, height: number, width: number, placed: Thing[]): Thing {
  const kind = Math.floor(random() * THING_SHAPES.length);
  const radius = proposeRadius(random) * Math.min(height, width);
  const { x, y } = proposePlace(random, radius, height, width, placed);
  const hue = random() < TYPICAL ? kind / THING_SHAPES.length + 0.1 * (random() - 0.5) : random();
  const finish = (['plain', 'speckled', 'striped'] as const)[Math.floor(random() * 3)];
  const color = hsv(hue, 0.45 + 0.5 * random(), 0.5 + 0.5 * random());
  return { kind, x, y, radius, axis: direction(random), aspect: 0.85 + 0.3 * random(), color, finish };
}

/** A fraction of the shorter side: some small, most in the middle, some large. */
function proposeRadius(random: Random): number {
  const chance = random();
  if (chance < 0.18) return 0.05 + 0.04 * random();
  return chance < 0.8 ? 0.09 + 0.08 * random() : 0.17 + 0.1 * random();
}

function proposePlace(random: Random, radius: number, height: number, width: number, placed: Thing[]) {
  if (placed.length > 0 && random() < 0.5) {
    const neighbor = placed[Math.floor(random() * placed.length)];
    const [dx, dy] = direction(random);
    const distance = (radius + neighbor.radius) * (0.6 + 0.4 * random());
    const [x, y] = [neighbor.x + dx * distance, neighbor.y + dy * distance];
    if (x >= 0 && x < width && y >= 0 && y < height) return { x, y };
  }
  return { x: random() * width, y: random() * height };
}

/** A unit vector, by rejection from the square: no trigonometry, which differs in the last bit by platform. */
export function direction(random: Random): readonly [number, number] {
  for (;;) {
    const [x, y] = [2 * random() - 1, 2 * random() - 1];
    const squared = x * x + y * y;
    if (squared > 1e-3 && squared <= 1) return [x / Math.sqrt(squared), y / Math.sqrt(squared)];
  }
}

function forEachPixelOf(thing: Thing, height: number, width: number, visit: (index: number) => void): void {
  const { kind, x, y, radius, axis, aspect } = thing;
  const inside = THING_SHAPES[kind];
  const reach = 1.25 * radius;
  const [left, right] = [Math.max(0, Math.floor(x - reach)), Math.min(width - 1, Math.ceil(x + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(y - reach)), Math.min(height - 1, Math.ceil(y + reach))];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const dx = (column + 0.5 - x) / radius;
      const dy = (row + 0.5 - y) / radius;
      if (inside(dx * axis[0] + dy * axis[1], (dy * axis[0] - dx * axis[1]) / aspect)) visit(row * width + column);
    }
  }
}
