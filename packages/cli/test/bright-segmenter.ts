import type { RgbImage, SegmentMap } from '@seg/image';
import { type InstanceList, measureSegments, packMask } from '@seg/postprocess';

import type { ImageSegmenter } from '../src/predict/segmenter.ts';

/** Finds dark and bright halves of an image: the same in every run, and of every image its own. */
export function brightSegmenter(options: { failAfter?: number; onSegment?: () => void } = {}): ImageSegmenter {
  let calls = 0;
  return {
    categories: [
      { id: 1, name: 'dark', isThing: true },
      { id: 2, name: 'bright', isThing: true, color: [250, 240, 10] },
    ],
    tasks: ['panoptic', 'instance', 'semantic'],
    dispose: () => {},
    segment: async (image, { task }) => {
      options.onSegment?.();
      if (calls++ === options.failAfter) throw new Error('expected a power supply, got none');
      return task === 'instance' ? instancesOf(image) : mapOf(image);
    },
  };
}

function halves({ data, width, height }: RgbImage): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => Number(data[3 * i] >= 128));
}

function mapOf(image: RgbImage): SegmentMap {
  const ids = Int32Array.from(halves(image), (half) => half + 1);
  const claims = [1, 2].map((id) => ({ id, category: id - 1, isThing: true, score: 0.5 + id / 10 }));
  const segments = measureSegments(ids, image.width, claims).filter(({ area }) => area > 0);
  return { ids, width: image.width, height: image.height, segments };
}

function instancesOf(image: RgbImage): InstanceList {
  const half = halves(image);
  const { width, height } = image;
  const instances = [0, 1].map((category) => {
    const inside = half.map((one) => Number(one === category));
    return { category, score: 0.9, mask: packMask(inside, 0, 1, [height, width]) };
  });
  return { instances, width, height };
}
