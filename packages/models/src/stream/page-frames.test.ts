import { FormatError } from '@seg/checkpoint/errors';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { drawnPixels } from './drawn-pixels.ts';
import type { FrameReader } from './frame.ts';
import { pageFrameReader } from './page-frames.ts';

/** Parts of a page that Node lacks, as far as they are used. */
class Track extends EventTarget {
  kind = 'video';
  readyState = 'live';
}

class Stream {
  private readonly tracks: Track[];
  constructor(tracks: Track[] = []) {
    this.tracks = tracks;
  }
  getVideoTracks() {
    return this.tracks;
  }
}

class Video extends EventTarget {
  ended = false;
  muted = false;
  playsInline = false;
  networkState = 2;
  srcObject: unknown = null;
  isPlaying = false;
  listeners = 0;
  callbacks = new Map<number, (now: number, data: { mediaTime: number }) => void>();
  private asked = 0;
  async play() {
    this.isPlaying = true;
  }
  pause() {
    this.isPlaying = false;
  }
  requestVideoFrameCallback(callback: (now: number, data: { mediaTime: number }) => void) {
    this.callbacks.set(++this.asked, callback);
    return this.asked;
  }
  cancelVideoFrameCallback(asked: number) {
    this.callbacks.delete(asked);
  }
  override addEventListener(...args: Parameters<EventTarget['addEventListener']>) {
    this.listeners++;
    super.addEventListener(...args);
  }
  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>) {
    this.listeners--;
    super.removeEventListener(...args);
  }
  present(mediaTime: number) {
    const callbacks = [...this.callbacks.values()];
    this.callbacks.clear();
    for (const callback of callbacks) callback(0, { mediaTime });
  }
}

let elements: Video[] = [];
beforeEach(() => {
  elements = [];
  vi.stubGlobal('MediaStreamTrack', Track);
  vi.stubGlobal('MediaStream', Stream);
  vi.stubGlobal('HTMLVideoElement', Video);
  vi.stubGlobal('createImageBitmap', async () => 'bitmap');
  vi.stubGlobal('document', { createElement: () => elements[elements.push(new Video()) - 1] });
});
afterEach(() => vi.unstubAllGlobals());

const open = (source: object) => pageFrameReader(source) as FrameReader;

describe('a camera', () => {
  test('with a processor: its frames, and its end, are those of the readable', async () => {
    let cancelled = 0;
    const readable = new ReadableStream({
      start: (controller) => controller.enqueue('frame'),
      cancel: () => void cancelled++,
    });
    vi.stubGlobal('MediaStreamTrackProcessor', class { readable = readable; }); // biome-ignore format: one line
    const reader = open(new Stream([new Track()]));
    expect(await reader.next()).toEqual({ done: false, value: 'frame' });
    const pending = reader.next();
    await reader.stop();
    expect(cancelled).toBe(1);
    expect((await pending).done).toBe(true);
  });

  test('without one: a hidden element plays it, and lets go of it at the end', async () => {
    const track = new Track();
    const reader = open(track);
    const [video] = elements;
    const first = reader.next();
    await vi.waitFor(() => expect(video.callbacks.size).toBe(1));
    expect([video.isPlaying, video.muted]).toEqual([true, true]);
    video.present(1.5);
    expect(await first).toEqual({ done: false, value: { image: 'bitmap', time: 1.5 } });
    const second = reader.next();
    await vi.waitFor(() => expect(video.callbacks.size).toBe(1));
    await reader.stop();
    expect((await second).done).toBe(true);
    expect([video.isPlaying, video.srcObject, video.callbacks.size, video.listeners]).toEqual([false, null, 0, 0]);
    expect(track.readyState).toBe('live'); // whoever opened the camera closes it
  });

  test('that is unplugged ends', async () => {
    const track = new Track();
    const reader = open(track);
    const waiting = reader.next();
    await vi.waitFor(() => expect(elements[0].callbacks.size).toBe(1));
    track.readyState = 'ended';
    track.dispatchEvent(new Event('ended'));
    expect((await waiting).done).toBe(true);
    expect((await reader.next()).done).toBe(true);
  });

  test('that is unplugged before it shows anything ends, too', async () => {
    const track = new Track();
    vi.stubGlobal('document', {
      createElement: () => Object.assign(new Video(), { play: () => new Promise(() => {}) }),
    });
    const waiting = open(track).next();
    track.dispatchEvent(new Event('ended'));
    expect((await waiting).done).toBe(true);
  });

  test.each([
    [() => new Stream(), 'expected a stream with a video track, got none'],
    [() => Object.assign(new Track(), { kind: 'audio' }), 'expected a track of video, got audio'],
  ])('without a picture is refused', (source, message) => {
    expect(() => pageFrameReader(source())).toThrow(`Segmenter.stream: ${message}`);
  });
});

test('a video element: frames as it presents them, done when it has ended, nothing left behind', async () => {
  const video = new Video();
  const reader = open(video);
  const first = reader.next();
  video.present(0.04);
  expect(await first).toEqual({ done: false, value: { image: 'bitmap', time: 0.04 } });
  const last = reader.next();
  video.ended = true;
  video.dispatchEvent(new Event('ended'));
  expect((await last).done).toBe(true);
  expect((await reader.next()).done).toBe(true);
  await reader.stop();
  expect([video.listeners, video.callbacks.size]).toEqual([0, 0]);
});

describe('a video element that presents nothing more', () => {
  test('is an error where it cannot read on, by its words, while somebody waits and behind it', async () => {
    const video = Object.assign(new Video(), { currentSrc: 'https://seg.example/a.mp4', error: null as unknown });
    const reader = open(video);
    const waiting = reader.next();
    await vi.waitFor(() => expect(video.callbacks.size).toBe(1));
    video.dispatchEvent(new Event('error')); // of one <source> of several
    video.error = { code: 2, message: 'PIPELINE_ERROR_READ' };
    video.dispatchEvent(new Event('error'));
    const message =
      'Segmenter.stream: expected a video element that plays https://seg.example/a.mp4, got PIPELINE_ERROR_READ';
    await expect(waiting).rejects.toThrow(message);
    await expect(reader.next()).rejects.toThrow(message);
    await reader.stop();
    expect([video.listeners, video.callbacks.size]).toEqual([0, 0]);
  });

  test('is an error from the start where none of its sources can be read', async () => {
    const reader = open(Object.assign(new Video(), { networkState: 3 }));
    await expect(reader.next()).rejects.toThrow('plays its source, got no source that it can read');
  });

  test('has ended where it was emptied, and is waited for where it pauses or jumps', async () => {
    const video = new Video();
    const reader = open(video);
    const first = reader.next();
    await vi.waitFor(() => expect(video.callbacks.size).toBe(1));
    video.dispatchEvent(new Event('emptied')); // of the source before this one
    for (const type of ['pause', 'seeking', 'waiting', 'stalled']) video.dispatchEvent(new Event(type));
    video.present(3);
    expect(await first).toEqual({ done: false, value: { image: 'bitmap', time: 3 } });
    const waiting = reader.next();
    video.dispatchEvent(new Event('emptied'));
    expect((await waiting).done).toBe(true);
    expect((await reader.next()).done).toBe(true);
    const bare = Object.assign(new Video(), { networkState: 0 });
    const other = open(bare).next();
    bare.dispatchEvent(new Event('emptied'));
    expect((await other).done).toBe(true);
  });
});

test('everything else is not for a page alone', () => {
  expect(pageFrameReader([])).toBe(null);
  expect(drawnPixels({ data: new Uint8Array(3), width: 1, height: 1 })).toBe(null);
});

test('what a canvas draws is read at the size it is shown at', () => {
  class VideoFrame {
    displayWidth = 2;
    displayHeight = 1;
    codedWidth = 16;
  }
  class OffscreenCanvas {
    getContext() {
      const getImageData = (_x: number, _y: number, width: number, height: number) => ({
        data: Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => i),
      });
      return { drawImage: () => {}, getImageData };
    }
  }
  vi.stubGlobal('VideoFrame', VideoFrame);
  vi.stubGlobal('OffscreenCanvas', OffscreenCanvas);
  expect(drawnPixels(new VideoFrame())).toEqual({ data: Uint8Array.of(0, 1, 2, 4, 5, 6), width: 2, height: 1 });
  expect(() => drawnPixels(Object.assign(new VideoFrame(), { displayWidth: 0 }))).toThrow('got 0x1');
  const getImageData = () => {
    throw new DOMException('The canvas has been tainted by cross-origin data.', 'SecurityError');
  };
  vi.stubGlobal('OffscreenCanvas', class { getContext = () => ({ drawImage: () => {}, getImageData }); }); // biome-ignore format: one line
  expect(() => drawnPixels(new VideoFrame())).toThrow(
    new FormatError('Segmenter.stream: expected pixels that this page may read, got those of another origin'),
  );
});
