import type { ParamStore } from '@seg/core';
import {
  axisProbabilities,
  cellMaskLogits,
  cellMaskProbabilities,
  RESNET50,
  RESNET101,
  SOLO_ORIGINAL_KEYS,
  Solo,
  type SoloConfig,
  type SoloPrediction,
} from '@seg/models';
import { pointsNms } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import type { Golden } from './golden-file.ts';
import type { GoldenModel } from './golden-models.ts';
import { otherOutcomes } from './points-nms-ties.ts';

type OriginalHead = {
  num_classes: number;
  in_channels: number;
  stacked_convs: number;
  seg_feat_channels: number;
  num_grids: number[];
  scale_ranges: [number, number][];
  ins_out_channels?: number;
};

type OriginalConfig = { backbone: { depth: number }; head: OriginalHead; mask_feat_head?: { out_channels: number } };

/** How a golden file of a SOLO is built and where its taps are. */
export function soloGolden(golden: Golden): GoldenModel {
  const config = soloConfig(golden);
  return {
    keyMap: SOLO_ORIGINAL_KEYS,
    ignored: () => false,
    create: (params) => {
      const model = new Solo(params, config);
      return { run: (pixels) => tapOutputs(params, model.forward(pixels)) };
    },
    tapPath,
    others: (name, tapped) => eitherOutcome(golden, name, tapped),
  };
}

/** The authors' configs as the golden files hold them; those of losses have the head's alone. */
export function soloConfig({ model, config }: Golden): SoloConfig {
  const {
    backbone,
    head,
    mask_feat_head: maskFeatures,
  } = ('head' in config ? config : { ...config, backbone: { depth: 50 }, head: config }) as OriginalConfig;
  const common = {
    backbone: backbone.depth === 101 ? RESNET101 : RESNET50,
    numClasses: head.num_classes,
    fpnDim: head.in_channels,
    headDim: head.seg_feat_channels,
    numHeadLayers: head.stacked_convs,
    grids: head.num_grids,
    scaleRanges: head.scale_ranges,
  };
  if (model === 'solov2') {
    return { ...common, model, kernelDim: head.ins_out_channels!, maskFeatureDim: maskFeatures!.out_channels };
  }
  return { ...common, model: model === 'solo' ? 'solo' : 'decoupled_solo' };
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

/** Of scores behind points NMS: what they are if ties fall the other way. */
async function eitherOutcome(
  { taps }: Golden,
  name: string,
  tapped: ReadonlyMap<string, tf.Tensor>,
): Promise<ArrayLike<number> | undefined> {
  if (!name.endsWith('category_scores')) return undefined;
  const logitsName = name.replace('inference', 'train').replace('scores', 'logits');
  const noise = taps?.find((tap) => tap.name === logitsName)?.noise;
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
