import type { ParamStore } from '@seg/core';
import {
  axisProbabilities,
  cellMaskLogits,
  cellMaskProbabilities,
  SOLO_ORIGINAL_KEYS,
  Solo,
  type SoloPrediction,
} from '@seg/models';
import { pointsNms } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import type { GoldenModel } from '../forward/golden-model.ts';
import { forwardEntries, verifyForward } from '../forward/verify-forward.ts';
import { goldenKind } from '../golden/golden.ts';
import { otherOutcomes } from './points-nms-ties.ts';
import { backboneSchema, headEntries, maskFeatureSchema, soloConfig } from './solo-config.ts';
import { decodeSchema, instanceChecks, noiseFloorSchema } from './solo-instances.ts';

const schema = v.object({
  ...forwardEntries,
  model: v.picklist(['solo', 'decoupled_solo', 'solov2']),
  config: v.object({
    backbone: backboneSchema,
    head: v.object(headEntries),
    mask_feat_head: v.optional(maskFeatureSchema),
  }),
  noiseFloor: v.optional(noiseFloorSchema, {}),
  decode: v.optional(decodeSchema),
});

type SoloGolden = v.InferOutput<typeof schema>;

/** Forward passes of SOLO, Decoupled SOLO and SOLOv2, and their instances. */
export const SOLO_GOLDENS = [
  goldenKind('golden-1', ['solo', 'decoupled_solo', 'solov2'], schema, (golden, where, options) =>
    verifyForward(where, golden, goldenModel(where, golden), options),
  ),
];

function goldenModel(where: string, golden: SoloGolden): GoldenModel {
  const { config, decode } = golden;
  const { backbone, head, mask_feat_head: maskFeatures } = config;
  const solo = soloConfig(where, golden.model, { depth: backbone.depth, head, maskFeatures });
  return {
    keyMap: SOLO_ORIGINAL_KEYS,
    create: (params) => {
      const model = new Solo(params, solo);
      return {
        run: (pixels) => tapOutputs(params, model.forward(pixels)),
        decoded: decode && ((pixels) => instanceChecks(decode, golden, model, pixels, head.strides)),
      };
    },
    tapPath,
    alternatives: (name, tapped) => eitherOutcome(golden, name, tapped),
  };
}

/** Shows what the golden files record of a prediction under their own names, all cells materialized. */
function tapOutputs({ root }: ParamStore, prediction: SoloPrediction): void {
  const { categoryLogits, masks } = prediction;
  for (const [level, logits] of categoryLogits.entries()) {
    const train = root.at(`train.level${level}`);
    const inference = root.at(`inference.level${level}`);
    const cells = Int32Array.from({ length: logits.shape[1] ** 2 }, (_, cell) => cell);
    train.tap(logits, 'category_logits');
    // recorded channels last, where all other maps have them first
    inference.tap(tf.transpose(pointsNms(tf.sigmoid(logits)), [0, 2, 3, 1]), 'category_scores');
    switch (masks.kind) {
      case 'fixed-kernels':
        train.tap(cellMaskLogits(masks, { image: 0, level }, cells), 'mask_logits');
        inference.tap(cellMaskProbabilities(masks, { image: 0, level }, cells), 'masks');
        break;
      case 'row-column': {
        const { columns, rows } = axisProbabilities(masks, { image: 0, level });
        train.tap(masks.levels[level].columns, 'mask_logits_x');
        train.tap(masks.levels[level].rows, 'mask_logits_y');
        inference.tap(columns, 'masks_x');
        inference.tap(rows, 'masks_y');
        break;
      }
      case 'dynamic-kernels':
        train.tap(masks.kernels[level], 'kernels');
        break;
      default:
        throw masks satisfies never;
    }
  }
}

/** Scores behind points NMS if ties fell the other way. */
async function eitherOutcome(
  { taps }: SoloGolden,
  name: string,
  tapped: ReadonlyMap<string, tf.Tensor>,
): Promise<ArrayLike<number> | undefined> {
  if (!name.endsWith('category_scores')) return undefined;
  const logitsName = name.replace('inference', 'train').replace('scores', 'logits');
  const noise = taps.find((tap) => tap.name === logitsName)?.noise;
  const [logits, scores] = [tapped.get(logitsName), tapped.get(name)];
  if (noise === undefined || !logits || !scores) return undefined;
  const [, height, width] = logits.shape;
  const inLayout = tf.transpose(scores, [0, 3, 1, 2]); // [B, h, w, K], as they were tapped from
  const values = await Promise.all([logits.data(), inLayout.data()]);
  inLayout.dispose();
  return otherOutcomes(...values, [height, width!], noise);
}

function tapPath(name: string): string | null {
  const [part, place] = name.split('.');
  const index = Number(/\d+/.exec(place ?? '')?.[0]);
  switch (part) {
    case 'backbone':
      return `backbone.output.${index - 2}`;
    case 'fpn':
      return `neck.output.${index - 2}`;
    case 'split':
      return `bbox_head.levels.${index}`;
    case 'mask_features':
      return 'mask_feat_head';
    default:
      return name;
  }
}
