import type { KeyMap } from '@seg/checkpoint/safetensors';
import type { ParamStore } from '@seg/core';
import { type BackboneConfig, buildBackbone, originalSwinKeys } from '@seg/models';
import type * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import type { GoldenModel } from '../forward/golden-model.ts';
import { forwardEntries, verifyForward } from '../forward/verify-forward.ts';
import { goldenKind } from '../golden/golden.ts';
import { sideSchema } from '../golden/schemas.ts';

const sides = v.pipe(v.array(sideSchema), v.minLength(1), v.maxLength(8));

const swinSchema = v.object({
  ...forwardEntries,
  config: v.object({
    embed: sideSchema,
    depths: sides,
    heads: sides,
    window: sideSchema,
    mlp_ratio: v.optional(v.literal(4)),
  }),
});

const pvtSchema = v.object({
  ...forwardEntries,
  config: v.object({ dims: sides, depths: sides, heads: sides, mlp_ratios: sides, sr_ratios: sides }),
});

/** Backbones of Panoptic SegFormer alone. */
export const BACKBONE_GOLDENS = [
  goldenKind('golden-1', ['swin_t', 'swin_s', 'swin_b', 'swin_l'], swinSchema, (golden, where, options) =>
    verifyForward(where, golden, swinModel(golden), options),
  ),
  goldenKind(
    'golden-1',
    ['pvtv2_b0', 'pvtv2_b1', 'pvtv2_b2', 'pvtv2_b3', 'pvtv2_b4', 'pvtv2_b5'],
    pvtSchema,
    (golden, where, options) => verifyForward(where, golden, pvtModel(golden), options),
  ),
];

/** Swin as Panoptic SegFormer has it: no norm behind the first stage, whose map nothing reads. */
function swinModel({ config: { embed, depths, heads, window } }: v.InferOutput<typeof swinSchema>): GoldenModel {
  const config: BackboneConfig = { type: 'swin', dim: embed, depths, numHeads: heads, window, firstNormed: 1 };
  return backboneModel(config, originalSwinKeys('backbone', 'backbone', 'mask2former'), swinPath);
}

function pvtModel({ config }: v.InferOutput<typeof pvtSchema>): GoldenModel {
  const { dims, depths, heads, mlp_ratios: mlpRatios, sr_ratios: reductions } = config;
  return backboneModel({ type: 'pvt-v2', dims, depths, numHeads: heads, mlpRatios, reductions }, [], (name) => name);
}

/** A backbone alone. What it returns shows as `output/C2` to `output/C5`, all else where `bodyPath` says. */
function backboneModel(config: BackboneConfig, keyMap: KeyMap, bodyPath: (name: string) => string): GoldenModel {
  return {
    keyMap,
    create: (params) => {
      const backbone = buildBackbone(params.root.at('backbone'), config);
      return { run: (pixels) => tapOutputs(params, backbone.forward(pixels)) };
    },
    tapPath: (name) => (name.startsWith('output/') ? name : bodyPath(name)),
  };
}

function tapOutputs({ root }: ParamStore, maps: tf.Tensor4D[]): void {
  for (const [i, map] of maps.entries()) root.tap(map, `output/C${i + 2}`);
}

function swinPath(name: string): string {
  return name
    .replace('backbone.patch_embed', 'backbone.embeddings')
    .replace('backbone.layers', 'backbone.encoder.layers')
    .replace(/attn$/, 'attention');
}
