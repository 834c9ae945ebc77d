import { readAs } from '@seg/checkpoint/safetensors';
import {
  type HuggingFaceMask2Former,
  MASK2FORMER_ORIGINAL_KEYS,
  Mask2Former,
  type Mask2FormerConfig,
  RESNET50,
  RESNET101,
  readMask2FormerConfig,
} from '@seg/models';
import * as v from 'valibot';

import type { GoldenModel } from '../forward/golden-model.ts';
import { forwardEntries, verifyForward } from '../forward/verify-forward.ts';
import { goldenKind } from '../golden/golden.ts';
import { sideSchema } from '../golden/schemas.ts';
import { backbonePath } from './backbone-taps.ts';
import { huggingFaceConfig } from './hugging-face-config.ts';

const originalSchema = v.object({
  num_classes: sideSchema,
  num_queries: sideSchema,
  hidden_dim: sideSchema,
  conv_dim: v.optional(sideSchema),
  mask_dim: sideSchema,
  nheads: sideSchema,
  enc_layers: sideSchema,
  dec_layers: sideSchema,
  pixel_dim_feedforward: sideSchema,
  dim_feedforward: sideSchema,
  resnet_depth: v.picklist([50, 101]),
  stride_in_1x1: v.optional(v.literal(false)),
});

const forwardSchema = v.object({ ...forwardEntries, config: v.unknown() });

/** Forward passes of Mask2Former, in Hugging Face's names and in the authors'. */
export const MASK2FORMER_GOLDENS = [
  goldenKind('golden-1', ['mask2former'], forwardSchema, (golden, where, options) =>
    verifyForward(where, golden, goldenModel(where, golden), options),
  ),
];

function goldenModel(where: string, golden: v.InferOutput<typeof forwardSchema>): GoldenModel {
  const config = mask2FormerConfig(where, golden);
  return {
    keyMap: isOriginal(golden.keyStyle) ? MASK2FORMER_ORIGINAL_KEYS : [],
    create: (params) => {
      const model = new Mask2Former(params, config);
      return { run: (pixels) => void model.forwardAll(pixels) };
    },
    tapPath: (name) => tapPath(name, config),
  };
}

/** Model that a golden file describes, in either naming. */
export function mask2FormerConfig(
  where: string,
  { keyStyle, config }: { keyStyle?: string; config: unknown },
): Mask2FormerConfig {
  return isOriginal(keyStyle)
    ? originalConfig(readAs(`${where}: config`, originalSchema, config))
    : readMask2FormerConfig(`${where}: config`, huggingFaceConfig<HuggingFaceMask2Former>(where, config));
}

function isOriginal(keyStyle: string | undefined): boolean {
  return keyStyle?.startsWith('original') === true;
}

function originalConfig(original: v.InferOutput<typeof originalSchema>): Mask2FormerConfig {
  return {
    model: 'mask2former',
    backbone: original.resnet_depth === 101 ? RESNET101 : RESNET50,
    numClasses: original.num_classes,
    numQueries: original.num_queries,
    dim: original.hidden_dim,
    maskDim: original.mask_dim,
    numHeads: original.nheads,
    numPoints: 4,
    numEncoderLayers: original.enc_layers,
    encoderFfnDim: original.pixel_dim_feedforward,
    numDecoderLayers: original.dec_layers,
    decoderFfnDim: original.dim_feedforward,
  };
}

const ENCODER = 'model.pixel_level_module.encoder';
const DECODER = 'model.pixel_level_module.decoder';
const QUERIES = 'model.transformer_module';

function tapPath(name: string, { backbone }: Mask2FormerConfig): string | null {
  const [part, second, third] = name.split('.');
  switch (part) {
    case 'backbone':
      return backbonePath(ENCODER, second, third, backbone.type);
    case 'pixel':
      return pixelPath(name.slice('pixel.'.length));
    case 'mask_features':
      return `${DECODER}.mask_projection`;
    case 'decoder':
      return `${QUERIES}.decoder.layers.${second}.${third}`;
    case 'prediction':
      return `${QUERIES}.${name}`;
    default:
      return null;
  }
}

function pixelPath(name: string): string {
  const layer = /^encoder\.(\d+)(?:\.(\w+))?$/.exec(name);
  if (layer === null) return `${DECODER}.${name}`;
  const at = `${DECODER}.encoder.layers.${layer[1]}`;
  switch (layer[2]) {
    case 'sampling_offsets':
      return `${at}.self_attn.sampling_offsets`;
    case 'attention_logits':
      return `${at}.self_attn.attention_weights`;
    case 'msda_output':
      return `${at}.self_attn`;
    default:
      return at;
  }
}
