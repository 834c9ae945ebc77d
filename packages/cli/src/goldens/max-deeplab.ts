import type { ImageGeometry, Size } from '@seg/core';
import { MAX_DEEPLAB_PRESETS, MaxDeepLab, type MaxDeepLabConfig } from '@seg/models';
import { maxDeepLabPanoptic, type SegmentMap } from '@seg/postprocess';
import type * as tf from '@tensorflow/tfjs-core';

import type { TapResult } from './compare-tap.ts';
import type { Golden } from './golden-file.ts';
import type { GoldenModel } from './golden-models.ts';

/** A panoptic map of the golden: class · 256 + slot + 1 for things, class · 256 for stuff, 0 for void; classes from 1. */
type PanopticGolden = {
  name: string;
  pixel_threshold: number;
  class_threshold: number;
  thing_area_limit: number;
  stuff_area_limit: number;
  shape: Size;
  rle: [value: number, count: number][];
};

type MaxDeepLabGolden = Golden & { panoptic: PanopticGolden[] };

const MASKS = 'output/mask_logits';
const CLASSES = 'output/class_logits';
/** Pixels of a map that may differ: logits at a border can tie within rounding. */
const ALLOWED_PIXELS = 2;

/** Keys and tap names of the golden are the model's own. */
export function maxDeepLabGolden(golden: Golden): GoldenModel {
  return {
    keyMap: [],
    ignored: () => false,
    create: (params) => {
      const model = new MaxDeepLab(params, maxDeepLabConfig(golden));
      return { run: (pixels) => void model.forwardAll(pixels) };
    },
    tapPath: (name) => name,
    decoded: { paths: [MASKS, CLASSES], check: (tapped) => panopticChecks(golden as MaxDeepLabGolden, tapped) },
  };
}

/** The model that a golden file describes. */
export function maxDeepLabConfig({ model, config }: Golden): MaxDeepLabConfig {
  const preset = MAX_DEEPLAB_PRESETS[model === 'max_deeplab_l' ? 'coco-panoptic-l' : 'coco-panoptic-s'];
  return { ...preset, numClasses: config.classes as number, numSlots: config.slots as number };
}

async function* panopticChecks(
  { config, panoptic }: MaxDeepLabGolden,
  tapped: ReadonlyMap<string, tf.Tensor>,
): AsyncGenerator<TapResult> {
  const prediction = {
    maskLogits: tapped.get(MASKS) as tf.Tensor4D,
    classLogits: tapped.get(CLASSES) as tf.Tensor3D,
  };
  const things = new Set(Array.from({ length: config.thing_classes as number }, (_, category) => category));
  for (const expected of panoptic) {
    const size = expected.shape;
    const geometry: ImageGeometry = { originalSize: size, resizedSize: size, paddedSize: size };
    const map = await maxDeepLabPanoptic(prediction, geometry, {
      things,
      classThreshold: expected.class_threshold,
      pixelThreshold: expected.pixel_threshold,
      thingArea: expected.thing_area_limit,
      stuffArea: expected.stuff_area_limit,
    });
    yield mapCheck(expected, panopticLabels(map));
  }
}

/** The map as deeplab2 numbers it. */
export function panopticLabels({ ids, segments }: SegmentMap): Int32Array {
  const labels = new Map(segments.map(({ id, category, isThing }) => [id, (category + 1) * 256 + (isThing ? id : 0)]));
  return ids.map((id) => labels.get(id) ?? 0);
}

function mapCheck({ name, rle }: PanopticGolden, labels: Int32Array): TapResult {
  const expected = rle.flatMap(([value, count]) => new Array<number>(count).fill(value));
  const absolute = expected.reduce((differing, value, i) => differing + (labels[i] === value ? 0 : 1), 0);
  const ok = absolute <= ALLOWED_PIXELS && labels.length === expected.length;
  return { name: `panoptic ${name}`, absolute, relative: absolute / expected.length, allowed: ALLOWED_PIXELS, ok };
}
