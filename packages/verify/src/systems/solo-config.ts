import { FormatError } from '@seg/checkpoint/safetensors';
import { RESNET50, RESNET101, type SoloConfig } from '@seg/models';
import * as v from 'valibot';

import { noiseSchema, sideSchema } from '../golden/schemas.ts';

const range = v.tuple([sideSchema, sideSchema]);

/** Head of a SOLO in the authors' names. */
export const headEntries = {
  num_classes: sideSchema,
  in_channels: sideSchema,
  stacked_convs: sideSchema,
  seg_feat_channels: sideSchema,
  num_grids: v.pipe(v.array(sideSchema), v.length(5)),
  scale_ranges: v.pipe(v.array(range), v.length(5)),
  strides: v.pipe(v.array(sideSchema), v.length(5)),
  sigma: noiseSchema,
  ins_out_channels: v.optional(sideSchema),
};

/** Published backbones. */
export const backboneSchema = v.object({ depth: v.picklist([50, 101]), style: v.optional(v.literal('pytorch')) });
/** Mask features of SOLOv2. */
export const maskFeatureSchema = v.object({ out_channels: sideSchema });

const headSchema = v.object(headEntries);

type OriginalConfig = {
  depth: 50 | 101;
  head: v.InferOutput<typeof headSchema>;
  maskFeatures?: v.InferOutput<typeof maskFeatureSchema>;
};

/**
 * Our config of an authors' one.
 *
 * @throws FormatError where a SOLOv2 has no kernels or mask features
 */
export function soloConfig(
  where: string,
  model: 'solo' | 'decoupled_solo' | 'solov2',
  { depth, head, maskFeatures }: OriginalConfig,
): SoloConfig {
  const common = {
    backbone: depth === 101 ? RESNET101 : RESNET50,
    numClasses: head.num_classes,
    fpnDim: head.in_channels,
    headDim: head.seg_feat_channels,
    numHeadLayers: head.stacked_convs,
    grids: head.num_grids,
    scaleRanges: head.scale_ranges,
  };
  if (model !== 'solov2') return { ...common, model };
  if (head.ins_out_channels === undefined || maskFeatures === undefined) {
    throw new FormatError(`${where}: expected ins_out_channels and mask_feat_head in a config of SOLOv2, got neither`);
  }
  return { ...common, model, kernelDim: head.ins_out_channels, maskFeatureDim: maskFeatures.out_channels };
}
