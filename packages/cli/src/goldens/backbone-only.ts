import type { KeyMap } from '@seg/checkpoint';
import type { ParamStore } from '@seg/core';
import { type BackboneConfig, createBackbone, originalSwinKeys } from '@seg/models';
import type * as tf from '@tensorflow/tfjs-core';

import type { Golden } from './golden-file.ts';
import type { GoldenModel } from './golden-models.ts';

type SwinGoldenConfig = { embed: number; depths: number[]; heads: number[]; window: number };
type PvtGoldenConfig = {
  dims: number[];
  depths: number[];
  heads: number[];
  mlp_ratios: number[];
  sr_ratios: number[];
};

/** Swin as Panoptic SegFormer has it: no norm behind the first stage, whose map nothing reads. */
export function swinGolden(golden: Golden): GoldenModel {
  const { embed, depths, heads, window } = golden.config as SwinGoldenConfig;
  const config: BackboneConfig = { type: 'swin', dim: embed, depths, numHeads: heads, window, firstNormed: 1 };
  return backboneGolden(config, originalSwinKeys('backbone', 'backbone', 'mask2former'), swinPath);
}

/** The PVTv2 of a golden file, alone. */
export function pvtV2Golden(golden: Golden): GoldenModel {
  const { dims, depths, heads, mlp_ratios: mlpRatios, sr_ratios: reductions } = golden.config as PvtGoldenConfig;
  const config: BackboneConfig = { type: 'pvt-v2', dims, depths, numHeads: heads, mlpRatios, reductions };
  return backboneGolden(config, [], (name) => name);
}

/** A backbone alone. What it returns shows as `output/C2` to `output/C5`, all else where `bodyPath` says. */
function backboneGolden(config: BackboneConfig, keyMap: KeyMap, bodyPath: (name: string) => string): GoldenModel {
  return {
    keyMap,
    ignored: () => false,
    create: (params) => {
      const backbone = createBackbone(params.root.at('backbone'), config);
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
