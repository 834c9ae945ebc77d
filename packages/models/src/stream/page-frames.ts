import type { FrameReader } from './frame.ts';

/** Frames of a track (W3C, "MediaStreamTrack Insertable Media Processing using Streams"), where a browser has it. */
type TrackProcessor = new (options: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> };

/**
 * Reader of a camera's stream or track, or of a video element; null for all else. The camera goes on: whoever opened it
 * closes it.
 *
 * @throws TypeError where a stream has no picture, or the browser cannot read one here
 */
export function pageFrameReader(source: object): FrameReader | null {
  if (isA('HTMLVideoElement', source)) return elementReader(source as HTMLVideoElement);
  if (isA('MediaStreamTrack', source)) return trackReader(source as MediaStreamTrack);
  if (!isA('MediaStream', source)) return null;
  const [track] = (source as MediaStream).getVideoTracks();
  if (track === undefined) throw new TypeError('Segmenter.stream: expected a stream with a video track, got none');
  return trackReader(track);
}

function isA(name: string, value: object): boolean {
  const kind = (globalThis as Record<string, unknown>)[name];
  return typeof kind === 'function' && value instanceof kind;
}

function trackReader(track: MediaStreamTrack): FrameReader {
  if (track.kind !== 'video') throw new TypeError(`Segmenter.stream: expected a track of video, got ${track.kind}`);
  const processor = (globalThis as { MediaStreamTrackProcessor?: TrackProcessor }).MediaStreamTrackProcessor;
  return processor === undefined ? shownReader(track) : processedReader(new processor({ track }));
}

function processedReader({ readable }: { readable: ReadableStream<VideoFrame> }): FrameReader {
  const reader = readable.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    stop: () => reader.cancel(),
  };
}

/** Plays a track in a video element that nobody sees: Firefox, and the main thread of Safari, have no processor. */
function shownReader(track: MediaStreamTrack): FrameReader {
  if (typeof document === 'undefined') {
    throw new TypeError('Segmenter.stream: expected a browser that reads tracks in a worker, got one that does not');
  }
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const playing = video.play();
  playing.catch(() => {}); // told by next()
  const frames = elementReader(video, playing);
  return {
    next: frames.next,
    stop: async () => {
      await frames.stop();
      video.pause();
      video.srcObject = null;
    },
  };
}

/** `networkState` of an element without a source (HTML, "Media elements"). */
const EMPTY = 0;

/** `networkState` of an element none of whose sources can be read. */
const NO_SOURCE = 3;

/**
 * A copy of each frame that the element presents while somebody waits for one; done when it has ended or was emptied, by another
 * source for one. Pauses and jumps are waited out.
 *
 * @param ready Awaited before the first frame
 * @throws Error where the element cannot read on
 */
function elementReader(video: HTMLVideoElement, ready?: Promise<void>): FrameReader {
  let finish = () => {};
  let fail = () => {};
  let [isOver, hasPresented] = [false, false];
  const over = new Promise<IteratorResult<unknown, unknown>>((resolve, reject) => {
    finish = () => resolve({ done: true, value: undefined });
    fail = () => {
      if (video.error || video.networkState === NO_SOURCE) reject(failureOf(video)); // there may be other sources
    };
  });
  // One that comes before the first frame may tell of the source that the element had before
  const empty = () => (hasPresented || video.networkState === EMPTY) && finish();
  const settled = () => void (isOver = true);
  over.then(settled, settled); // told by next()
  const track = (video.srcObject as MediaStream | null)?.getVideoTracks?.()[0];
  const listeners = [
    [video, 'ended', finish],
    [video, 'emptied', empty],
    [video, 'error', fail],
    [track, 'ended', finish],
  ] as const;
  for (const [target, type, heard] of listeners) target?.addEventListener(type, heard, true); // errors of its <source>s, too
  let asked: number | undefined;
  const presented = () =>
    new Promise<IteratorResult<unknown, unknown>>((resolve, reject) => {
      asked = video.requestVideoFrameCallback((_, { mediaTime }) => {
        asked = undefined;
        hasPresented = true;
        createImageBitmap(video).then((image) => resolve({ done: false, value: { image, time: mediaTime } }), reject);
      });
    });
  return {
    next: async () => {
      fail();
      if (video.ended || track?.readyState === 'ended') return { done: true, value: undefined };
      return isOver ? over : Promise.race([over, ready === undefined ? presented() : ready.then(presented)]);
    },
    stop: async () => {
      if (asked !== undefined) video.cancelVideoFrameCallback(asked);
      for (const [target, type, heard] of listeners) target?.removeEventListener(type, heard, true);
      finish();
    },
  };
}

function failureOf({ error, currentSrc }: HTMLVideoElement): Error {
  const found = error?.message || (error ? `error ${error.code}` : 'no source that it can read');
  return new Error(`Segmenter.stream: expected a video element that plays ${currentSrc || 'its source'}, got ${found}`);
}
