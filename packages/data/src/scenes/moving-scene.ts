import { ANYTHING, expectOptions, expectValue } from '@seg/checkpoint/expect-options';
import { type Random, seededRandom } from '@seg/core/random';
import type { RgbImage } from '@seg/image';

import { A_SEED, type Scene, type SceneOptions, segmentsOf } from './generate-scene.ts';
import { NoiseField } from './noise-field.ts';
import { layThings, proposeThing, type Thing } from './place-things.ts';
import { renderScene } from './render-scene.ts';
import { layOutStuff } from './stuff-layout.ts';

/** Seed and size of a moving scene. */
export type MovingSceneOptions = SceneOptions & {
  /** Number of frames. */
  frames: number;
};

/** Share of the shorter side around the view: the largest things, of 0.27 · 1.25, are out of sight in it. */
const MARGIN = 0.4;

/** Things in the world, which is three times as large as the view: seven of them are in it on the average. */
const FEWEST_THINGS = 14;

/** Fastest thing and camera, in hundredths of the shorter side a frame: 2 and 1.3 pixels of 128, as in the slow motion of a walk. */
const FASTEST = { thing: 1.6, camera: 1 };

/** A thing on its way, under the id that it keeps while it can be seen. */
type Mover = { id: number; thing: Thing; velocity: [x: number, y: number] };

/**
 * A video of a panoptic scene from a seed: things move, hide behind each other, enter and leave, and the camera pans. Ids
 * stay from frame to frame; a thing that has left and comes back is another one. The same options give the same bytes on
 * every platform.
 *
 * @param options `height` and `width`: 32 to 512 pixels, 128 unless told
 * @throws RangeError for other sizes, and for a number of frames that is none
 */
export function* generateMovingScene(options: MovingSceneOptions): Generator<Scene, void, undefined> {
  const known = { seed: A_SEED, frames: ANYTHING, height: ANYTHING, width: ANYTHING };
  expectOptions('generateMovingScene', options ?? null, known);
  const { seed, frames, height = 128, width = 128 } = options;
  expectValue('generateMovingScene', 'seed', seed, A_SEED);
  checkOptions(frames, height, width);
  const world = new World(seed, height, width);
  for (let frame = 0; frame < frames; frame++) {
    yield world.view(frame);
    world.step();
  }
}

function checkOptions(frames: number, height: number, width: number): void {
  if (!Number.isSafeInteger(frames) || frames < 1) {
    throw new RangeError(`generateMovingScene: expected a number of frames from 1 on, got ${frames}`);
  }
  for (const side of [height, width]) {
    if (!Number.isInteger(side) || side < 32 || side > 512) {
      throw new RangeError(`generateMovingScene: expected sides of 32 to 512 pixels, got ${height}x${width}`);
    }
  }
}

/** Everything that is there, seen or not. */
class World {
  private readonly seen: { height: number; width: number };
  private readonly height: number;
  private readonly width: number;
  private readonly unit: number;
  private readonly margin: number;
  private readonly seed: number;
  private readonly noise: NoiseField;
  private readonly stuff: Uint8Array;
  private readonly movers: Mover[];
  private readonly camera: { x: number; y: number; velocity: [x: number, y: number] };
  private lastId: number;

  constructor(seed: number, height: number, width: number) {
    const random = seededRandom(seed);
    const side = Math.min(height, width);
    this.seed = seed;
    this.seen = { height, width };
    this.unit = side / 128;
    this.margin = Math.round(MARGIN * side);
    this.height = height + 2 * this.margin;
    this.width = width + 2 * this.margin;
    this.noise = new NoiseField(random);
    this.stuff = layOutStuff(random, this.noise, this.height, this.width);
    const count = FEWEST_THINGS + Math.floor(random() * 8);
    this.movers = Array.from({ length: count }, (_, i) => this.mover(random, i + 1, FASTEST.thing));
    this.camera = { x: this.margin, y: this.margin, velocity: velocity(random, FASTEST.camera, side) };
    this.lastId = count;
  }

  private mover(random: Random, id: number, fastest: number): Mover {
    const { height, width } = this.seen;
    const thing = proposeThing(random, height, width, []);
    const [x, y] = [(thing.x * this.width) / width, (thing.y * this.height) / height];
    return { id, thing: { ...thing, x, y }, velocity: velocity(random, fastest, Math.min(height, width)) };
  }

  /** Picture and truth that the camera has. */
  view(frame: number): Scene {
    const { height, width, stuff, unit } = this;
    const placement = layThings(
      this.movers.map(({ thing }) => thing),
      height,
      width,
    );
    const grain = seededRandom(this.seed + 7919 * (frame + 1)); // a prime, so that neighboring seeds differ in all frames
    const image = renderScene(seededRandom(this.seed), this.noise, { stuff, placement, height, width, unit, grain });
    const ids = Int32Array.from(placement.owner, (owner, i) =>
      owner > 0 ? this.movers[owner - 1].id + 4 : stuff[i] + 1,
    );
    const categoryOf = new Map(this.movers.map(({ id, thing }) => [id + 4, thing.kind + 1]));
    const panoptic = this.crop(ids, 1);
    const data = this.crop(image.data as Uint8Array, 3);
    const picture: RgbImage = { data, ...this.seen };
    return {
      image: picture,
      panoptic,
      segments: segmentsOf(panoptic, this.seen.width, (id) => categoryOf.get(id) ?? id + 8),
    };
  }

  /** One frame on. */
  step(): void {
    for (const mover of this.movers) this.moveOn(mover);
    const { camera, margin } = this;
    const [x, y] = [camera.x + camera.velocity[0], camera.y + camera.velocity[1]];
    if (x < 0 || x > 2 * margin) camera.velocity[0] *= -1;
    else camera.x = x;
    if (y < 0 || y > 2 * margin) camera.velocity[1] *= -1;
    else camera.y = y;
  }

  /** Turns at the edge of the world; where nobody saw it, it comes back as another. */
  private moveOn(mover: Mover): void {
    const {
      thing,
      velocity: [dx, dy],
    } = mover;
    const [x, y] = [thing.x + dx, thing.y + dy];
    const turns = [x < 0 || x > this.width, y < 0 || y > this.height];
    mover.thing = { ...thing, x: turns[0] ? thing.x : x, y: turns[1] ? thing.y : y };
    mover.velocity = [turns[0] ? -dx : dx, turns[1] ? -dy : dy];
    if ((turns[0] || turns[1]) && !this.isInSight(thing)) mover.id = ++this.lastId;
  }

  private isInSight({ x, y, radius }: Thing): boolean {
    const { camera, seen } = this;
    const reach = 1.3 * radius;
    const isBeside = (at: number, start: number, length: number) => at + reach < start || at - reach > start + length;
    return !isBeside(x, camera.x, seen.width) && !isBeside(y, camera.y, seen.height);
  }

  private crop<T extends Uint8Array | Int32Array>(values: T, channels: number): T {
    const { height, width } = this.seen;
    const [left, top] = [Math.round(this.camera.x), Math.round(this.camera.y)];
    const cropped = new (values.constructor as new (length: number) => T)(height * width * channels);
    for (let row = 0; row < height; row++) {
      const start = ((top + row) * this.width + left) * channels;
      cropped.set(values.subarray(start, start + width * channels), row * width * channels);
    }
    return cropped;
  }
}

/** Between a quarter of the fastest and all of it, in any direction. */
function velocity(random: Random, fastest: number, side: number): [x: number, y: number] {
  const component = () => {
    const speed = (0.25 + 0.75 * random()) * fastest * (side / 100);
    return random() < 0.5 ? -speed : speed;
  };
  return [component(), component()];
}
