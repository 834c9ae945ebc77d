import {
  type Category,
  type DrawOptions,
  drawOverlay,
  encodePanopticPng,
  encodePng,
  type RgbImage,
  type SegmentMap,
} from '@seg/image';

import { ThreadCalls } from './thread-calls.ts';

/** Image with its segments, to be drawn. */
export type Drawing = { image: RgbImage; map: SegmentMap; categories: readonly Category[]; options?: DrawOptions };

/** PNG files of an image: segments over the photograph, and COCO's panoptic map; and the seconds that they took. */
export type Pictures = { overlay: Uint8Array; panoptic: Uint8Array; seconds: number };

/** Maker of pictures. */
export type PictureMaker = {
  make(drawing: Drawing): Promise<Pictures>;
  close(): Promise<void>;
};

/** Draws and encodes in this thread. */
export function makePictures({ image, map, categories, options }: Drawing): Pictures {
  const begin = performance.now();
  const overlay = encodePng(drawOverlay(image, map, categories, options));
  const panoptic = encodePanopticPng(map);
  return { overlay, panoptic, seconds: (performance.now() - begin) / 1000 };
}

/** Maker in this thread, when it is asked. */
export const inlinePictures: PictureMaker = { make: async (drawing) => makePictures(drawing), close: async () => {} };

/** Draws and encodes in a thread of its own, while this one computes. */
export function threadPictures(): PictureMaker {
  const thread = new ThreadCalls<Drawing, Pictures>(new URL('./picture-thread.js', import.meta.url), 'draws');
  return { make: (drawing) => thread.call(drawing), close: () => thread.close() };
}

/** Maker of this process: in a thread where files are built, since threads cannot run sources. */
export function picturesHere(): PictureMaker {
  return import.meta.url.endsWith('.js') ? threadPictures() : inlinePictures;
}
