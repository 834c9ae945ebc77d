import type { ImageGeometry } from '@seg/core';
import { MAX_DEEPLAB_PRESETS, MaxDeepLab, type MaxDeepLabConfig } from '@seg/models';
import { maxDeepLabPanoptic, type SegmentMap } from '@seg/postprocess';
import type * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import { compareMap } from '../compare/compare-map.ts';
import type { TapResult } from '../compare/tap-result.ts';
import type { GoldenModel } from '../forward/golden-model.ts';
import { forwardEntries, verifyForward } from '../forward/verify-forward.ts';
import { goldenKind } from '../golden/golden.ts';
import { countSchema, numberSchema, runsSchema, sideSchema, sizeSchema } from '../golden/schemas.ts';

const schema = v.object({
  ...forwardEntries,
  model: v.picklist(['max_deeplab_s', 'max_deeplab_l']),
  config: v.object({
    slots: sideSchema,
    embedding: sideSchema,
    classes: sideSchema,
    thing_classes: countSchema,
    memory_channels: sideSchema,
    mask_stride: v.optional(v.literal(4)),
    output_stride: v.optional(v.literal(16)),
    batch_norm_epsilon: v.optional(v.literal(0.001)),
  }),
  panoptic: v.array(
    v.object({
      name: v.string(),
      pixel_threshold: numberSchema,
      class_threshold: numberSchema,
      thing_area_limit: countSchema,
      stuff_area_limit: countSchema,
      shape: sizeSchema,
      /** class · 256 + slot + 1 for things, class · 256 for stuff, 0 for void; classes from 1 */
      rle: runsSchema,
    }),
  ),
});

type MaxDeepLabGolden = v.InferOutput<typeof schema>;

/** Forward passes of MaX-DeepLab and their panoptic maps. */
export const MAX_DEEPLAB_GOLDENS = [
  goldenKind('golden-1', ['max_deeplab_s', 'max_deeplab_l'], schema, (golden, where, options) =>
    verifyForward(where, golden, goldenModel(golden), options),
  ),
];

const MASKS = 'output/mask_logits';
const CLASSES = 'output/class_logits';

/** Keys and tap names of the golden are the model's own. */
function goldenModel(golden: MaxDeepLabGolden): GoldenModel {
  return {
    keyMap: [],
    create: (params) => {
      const model = new MaxDeepLab(params, maxDeepLabConfig(golden));
      return {
        run: (pixels) => void model.forwardAll(pixels),
        decoded: (_, tapped) => panopticChecks(golden, tapped),
      };
    },
    tapPath: (name) => name,
    decodedPaths: [MASKS, CLASSES],
  };
}

function maxDeepLabConfig({ model, config }: MaxDeepLabGolden): MaxDeepLabConfig {
  const preset = MAX_DEEPLAB_PRESETS[model === 'max_deeplab_l' ? 'coco-panoptic-l' : 'coco-panoptic-s'];
  const { classes: numClasses, slots: numSlots, memory_channels: memoryDim, embedding: embeddingDim } = config;
  return { ...preset, numClasses, numSlots, memoryDim, embeddingDim };
}

async function* panopticChecks(
  { config, panoptic }: MaxDeepLabGolden,
  tapped: ReadonlyMap<string, tf.Tensor>,
): AsyncGenerator<TapResult> {
  const prediction = {
    maskLogits: tapped.get(MASKS) as tf.Tensor4D,
    classLogits: tapped.get(CLASSES) as tf.Tensor3D,
  };
  const things = new Set(Array.from({ length: config.thing_classes }, (_, category) => category));
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
    yield compareMap(`panoptic ${expected.name}`, panopticLabels(map), expected.rle);
  }
}

/** The map as deeplab2 numbers it. */
export function panopticLabels({ ids, segments }: SegmentMap): Int32Array {
  const labels = new Map(segments.map(({ id, category, isThing }) => [id, (category + 1) * 256 + (isThing ? id : 0)]));
  return ids.map((id) => labels.get(id) ?? 0);
}
