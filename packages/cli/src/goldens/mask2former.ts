import {
  type HuggingFaceMask2Former,
  MASK2FORMER_ORIGINAL_KEYS,
  Mask2Former,
  type Mask2FormerConfig,
  RESNET50,
  RESNET101,
  readMask2FormerConfig,
} from '@seg/models';

import { backbonePath } from './backbone-taps.ts';
import type { Golden } from './golden-file.ts';
import type { GoldenModel } from './golden-models.ts';

type OriginalConfig = {
  num_classes: number;
  num_queries: number;
  hidden_dim: number;
  mask_dim: number;
  nheads: number;
  enc_layers: number;
  dec_layers: number;
  pixel_dim_feedforward: number;
  dim_feedforward: number;
  resnet_depth: number;
};

/** How a golden file of Mask2Former is built and where its taps are. */
export function mask2FormerGolden(golden: Golden): GoldenModel {
  const config = mask2FormerConfig(golden);
  return {
    keyMap: golden.keyStyle?.startsWith('original') ? MASK2FORMER_ORIGINAL_KEYS : [],
    ignored: () => false,
    create: (params) => {
      const model = new Mask2Former(params, config);
      return { run: (pixels) => void model.forwardAll(pixels) };
    },
    tapPath: (name) => tapPath(name, config),
  };
}

/** The model that a golden file describes, in either naming. */
export function mask2FormerConfig({ keyStyle, config }: Golden): Mask2FormerConfig {
  if (!keyStyle?.startsWith('original')) {
    const {
      backbone,
      image: _image,
      batch: _batch,
      ...rest
    } = config as HuggingFaceMask2Former & {
      backbone?: HuggingFaceMask2Former['backbone_config'];
    };
    return readMask2FormerConfig('golden', { ...rest, backbone_config: rest.backbone_config ?? backbone });
  }
  const original = config as OriginalConfig;
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
