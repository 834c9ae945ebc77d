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
  const frames = elementReader(video);
  const playing = video.play();
  playing.catch(() => {}); // told by next()
  return {
    next: async () => {
      await playing;
      return frames.next();
    },
    stop: async () => {
      await frames.stop();
      video.pause();
      video.srcObject = null;
    },
  };
}

/** A copy of each frame that the element presents while somebody waits for one; done when it has ended. */
function elementReader(video: HTMLVideoElement): FrameReader {
  let finish = () => {};
  const ended = new Promise<IteratorResult<unknown, unknown>>((resolve) => {
    finish = () => resolve({ done: true, value: undefined });
  });
  const track = (video.srcObject as MediaStream | null)?.getVideoTracks?.()[0];
  video.addEventListener('ended', finish);
  track?.addEventListener('ended', finish);
  let asked: number | undefined;
  const presented = () =>
    new Promise<IteratorResult<unknown, unknown>>((resolve, reject) => {
      asked = video.requestVideoFrameCallback((_, { mediaTime }) => {
        asked = undefined;
        createImageBitmap(video).then((image) => resolve({ done: false, value: { image, time: mediaTime } }), reject);
      });
    });
  return {
    next: async () => {
      if (video.ended || track?.readyState === 'ended') return { done: true, value: undefined };
      return Promise.race([presented(), ended]);
    },
    stop: async () => {
      if (asked !== undefined) video.cancelVideoFrameCallback(asked);
      video.removeEventListener('ended', finish);
      track?.removeEventListener('ended', finish);
      finish();
    },
  };
}
