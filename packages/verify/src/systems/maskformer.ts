import { type HuggingFaceMaskFormer, MaskFormer, type MaskFormerConfig, readMaskFormerConfig } from '@seg/models';
import * as v from 'valibot';

import type { GoldenModel } from '../forward/golden-model.ts';
import { forwardEntries, verifyForward } from '../forward/verify-forward.ts';
import { goldenKind } from '../golden/golden.ts';
import { backbonePath } from './backbone-taps.ts';
import { huggingFaceConfig } from './hugging-face-config.ts';

const forwardSchema = v.object({ ...forwardEntries, config: v.unknown() });

/** Forward passes of MaskFormer, in Hugging Face's names. */
export const MASKFORMER_GOLDENS = [
  goldenKind('golden-1', ['maskformer'], forwardSchema, (golden, where, options) =>
    verifyForward(where, golden, goldenModel(maskFormerConfig(where, golden.config)), options),
  ),
];

function goldenModel(config: MaskFormerConfig): GoldenModel {
  return {
    keyMap: [],
    ignored: (key) => key.includes('encoder.model.layernorm.'), // of the classification model
    create: (params) => {
      const model = new MaskFormer(params, config);
      return { run: (pixels) => void model.forwardAll(pixels) };
    },
    tapPath: (name) => tapPath(name, config),
  };
}

/** Model that a golden file describes. */
export function maskFormerConfig(where: string, config: unknown): MaskFormerConfig {
  // training cases tell the decoder's number of queries once more
  const { num_queries, ...json } = huggingFaceConfig<HuggingFaceMaskFormer & { num_queries?: number }>(where, config);
  return readMaskFormerConfig(`${where}: config`, json);
}

const FPN = 'model.pixel_level_module.decoder.fpn';
const QUERIES = 'model.transformer_module';

function tapPath(name: string, { backbone }: MaskFormerConfig): string | null {
  const [part, second, third] = name.split('.');
  switch (part) {
    case 'backbone':
      return backbonePath(
        'model.pixel_level_module.encoder',
        second,
        third,
        backbone.type === 'swin' ? 'swin.maskformer' : 'resnet',
      );
    case 'pixel':
      return second === 'stem' ? `${FPN}.stem` : `${FPN}.layers.${second.slice('layer'.length)}.${third}`;
    case 'transformer':
      return `${QUERIES}.input_projection`;
    case 'mask_features':
      return 'model.pixel_level_module.decoder.mask_projection';
    case 'decoder':
      return `${QUERIES}.decoder.layers.${second}.${third}`;
    case 'prediction':
      return `${QUERIES}.${name}`;
    default:
      return null;
  }
}
