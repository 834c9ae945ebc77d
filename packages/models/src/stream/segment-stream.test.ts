import type { RgbImage } from '@seg/image';
import { describe, expect, test } from 'vitest';

import type { FrameSource } from './frame.ts';
import { segmentStream } from './segment-stream.ts';

/** Image of one pixel, told by its red. */
function pixel(red: number): RgbImage {
  return { data: Uint8Array.of(red, 0, 0), width: 1, height: 1 };
}

/** Frame that knows whether it was closed, and how often. */
class Closable {
  readonly data = Uint8Array.of(7, 0, 0);
  readonly width = 1;
  readonly height = 1;
  closed = 0;
  close() {
    this.closed++;
  }
}

const redOf = async ({ data }: RgbImage) => data[0];
const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

function streamOf(images: RgbImage[]): ReadableStream<RgbImage> {
  return new ReadableStream({
    start: (controller) => {
      for (const image of images) controller.enqueue(image);
      controller.close();
    },
  });
}

async function collect(source: FrameSource, options = {}) {
  const results = [];
  for await (const { frame, result } of segmentStream(source, redOf, options)) results.push([frame, result]);
  return results;
}

/** Source of frames every few milliseconds, which counts those that are open and tells its end. */
function camera({ count = 1000, every = 1, failAt = -1 } = {}) {
  const frames: Closable[] = [];
  const state = { frames, isReleased: false };
  async function* source() {
    try {
      for (let i = 0; i < count; i++) {
        await sleep(every);
        if (i === failAt) throw new Error('expected a camera, got an unplugged one');
        frames.push(new Closable());
        yield frames[i] as unknown as RgbImage;
      }
    } finally {
      state.isReleased = true;
    }
  }
  return { source: source(), state };
}

function expectReleased({ frames, isReleased }: { frames: Closable[]; isReleased: boolean }): void {
  expect(frames.map(({ closed }) => closed)).toEqual(frames.map(() => 1));
  expect(isReleased).toBe(true);
}

describe('every frame in order', () => {
  const three = [pixel(1), pixel(2), pixel(3)];
  const expected = [[0, 1], [1, 2], [2, 3]]; // biome-ignore format: one line
  async function* later() {
    for (const image of three) {
      await sleep(1);
      yield image;
    }
  }

  test.each([
    ['an array', () => three],
    ['an async iterable', later],
    ['a ReadableStream', () => streamOf(three)],
  ])('of %s', async (_, source) => {
    expect(await collect(source() as FrameSource)).toEqual(expected);
  });

  test('RGBA loses its alpha, a time of its own is kept, others count from the first frame', async () => {
    const rgba = { data: Uint8ClampedArray.of(9, 8, 7, 0), width: 1, height: 1 };
    const timed = { image: rgba, time: 2.5 };
    const stamped = Object.assign(pixel(4), { timestamp: 40_000 });
    const results = [];
    for await (const one of segmentStream([timed, stamped, pixel(5)] as never, redOf, {})) results.push(one);
    expect(results[0].image.data).toEqual(Uint8Array.of(9, 8, 7));
    expect(results.map(({ time }) => time).slice(0, 2)).toEqual([2.5, 0.04]);
    expect(results[2].time).toBe(0);
  });

  test('the source waits: no frame is read before it is asked for', async () => {
    let read = 0;
    const source = (function* () {
      for (;;) yield pixel(read++);
    })();
    const stream = segmentStream(source, redOf, {});
    expect(read).toBe(0);
    await stream.next();
    await sleep(5);
    expect(read).toBe(1);
    await stream.return?.();
    expect(source.next().done).toBe(true);
  });

  test.each([
    [undefined, 'expected frames in an iterable'],
    [{}, 'expected frames in an iterable'],
    [[null], 'expected an image with data'],
    [[{ data: Uint8Array.of(1), width: 1, height: 1 }], 'expected 3 bytes for each pixel of 1x1, got 1'],
    [[{ image: pixel(1), time: Number.NaN }], 'expected seconds as time of frame 0, got NaN'],
  ])('%o is refused', async (source, message) => {
    await expect(collect(source as never)).rejects.toThrow(`Segmenter.stream: ${message}`);
  });

  test.each([{ signal: {} }, { latest: 1 }])('options %o are refused at once', (options) => {
    expect(() => segmentStream([], redOf, options as never)).toThrow(/^Segmenter\.stream: expected .*, got /);
  });
});

describe('the latest frame', () => {
  test('a slow model drops the oldest, closes them, and sees the last one', async () => {
    const { source, state } = camera({ count: 30, every: 2 });
    const seen: number[] = [];
    const slow = async () => void (await sleep(15));
    for await (const { frame } of segmentStream(source, slow, { latest: true })) seen.push(frame);
    expect(seen.length).toBeLessThan(20);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(29);
    expect(state.frames.length).toBe(30);
    expectReleased(state);
  });

  test('a fast model sees all of them', async () => {
    const { source } = camera({ count: 5, every: 10 });
    expect((await collect(source, { latest: true })).map(([frame]) => frame)).toEqual([0, 1, 2, 3, 4]);
  });

  test('a source that is always ready leaves turns to others', async () => {
    const source = (async function* () {
      for (;;) yield pixel(1);
    })();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    for await (const { frame } of segmentStream(source, redOf, { latest: true })) if (frame > 20) break;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});

describe.each([{ latest: true }, { latest: false }])('with %o, everything is let go of', ({ latest }) => {
  test('when the loop is left', async () => {
    const { source, state } = camera();
    for await (const { frame } of segmentStream(source, redOf, { latest })) if (frame >= 3) break;
    await sleep(10);
    expectReleased(state);
  });

  test('when the model fails', async () => {
    const { source, state } = camera();
    const fails = () => Promise.reject(new Error('expected memory, got none'));
    await expect(segmentStream(source, fails, { latest }).next()).rejects.toThrow('expected memory');
    await sleep(10);
    expectReleased(state);
  });

  test('when the source fails, behind the frames before it', async () => {
    const { source, state } = camera({ failAt: 2 });
    const seen: number[] = [];
    const all = async () => {
      for await (const { frame } of segmentStream(source, redOf, { latest })) seen.push(frame);
    };
    await expect(all()).rejects.toThrow('expected a camera, got an unplugged one');
    expect(seen).toEqual([0, 1]);
    expectReleased(state);
  });

  test('when the signal ends it in the middle of the model, with its reason', async () => {
    const { source, state } = camera();
    const controller = new AbortController();
    const slow = async () => void (await sleep(20));
    const stream = segmentStream(source, slow, { latest, signal: controller.signal });
    const first = stream.next();
    setTimeout(() => controller.abort('enough'), 10);
    await expect(first).rejects.toBe('enough');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await sleep(10);
    expectReleased(state);
  });

  test('when a frame is awaited that never comes: by the signal, or by return()', async () => {
    let isCancelled = false;
    const silent = () => new ReadableStream<RgbImage>({ cancel: () => void (isCancelled = true) });
    const controller = new AbortController();
    const waiting = segmentStream(silent(), redOf, { latest, signal: controller.signal }).next();
    setTimeout(() => controller.abort(new Error('enough')), 5);
    await expect(waiting).rejects.toThrow('enough');
    expect(isCancelled).toBe(true);

    isCancelled = false;
    const stream = segmentStream(silent(), redOf, { latest });
    const pending = stream.next();
    await sleep(5);
    expect(await stream.return?.()).toEqual({ done: true, value: undefined });
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(isCancelled).toBe(true);
  });

  test.each([
    ['throws', () => Promise.reject(new Error('expected an end, got none'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])('a source whose end %s hides no error of the model and no signal', async (_, end) => {
    const source = () => {
      const iterator = { next: async () => ({ done: false, value: pixel(1) }), return: end };
      return { [Symbol.asyncIterator]: () => iterator } as unknown as FrameSource;
    };
    const fails = () => Promise.reject(new Error('expected memory, got none'));
    await expect(segmentStream(source(), fails, { latest }).next()).rejects.toThrow('expected memory');
    const controller = new AbortController();
    const obeys = (_image: RgbImage, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const waiting = segmentStream(source(), obeys, { latest, signal: controller.signal }).next();
    setTimeout(() => controller.abort('enough'), 5);
    await expect(waiting).rejects.toBe('enough');
  });

  test('a signal that has ended before reads nothing', async () => {
    let read = 0;
    const source = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: pixel(read++) }) }) };
    const stream = segmentStream(source as never, redOf, { latest, signal: AbortSignal.abort('over') });
    await expect(stream.next()).rejects.toBe('over');
    expect(read).toBe(0);
  });
});
