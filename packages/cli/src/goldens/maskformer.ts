import {
  type HuggingFaceBackbone,
  type HuggingFaceMaskFormer,
  MaskFormer,
  type MaskFormerConfig,
  readMaskFormerConfig,
} from '@seg/models';

import { backbonePath } from './backbone-taps.ts';
import type { Golden } from './golden-file.ts';
import type { GoldenModel } from './golden-models.ts';

/** How a golden file of MaskFormer is built and where its taps are. */
export function maskFormerGolden(golden: Golden): GoldenModel {
  const config = maskFormerConfig(golden);
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

/** The model that a golden file describes. */
export function maskFormerConfig({ config }: Golden): MaskFormerConfig {
  const {
    backbone,
    image: _image,
    batch: _batch,
    deep_supervision: _supervision,
    num_queries: _queries, // the decoder's, told once more
    ...json
  } = config as HuggingFaceMaskFormer & { backbone?: HuggingFaceBackbone };
  return readMaskFormerConfig('golden', { ...json, backbone_config: json.backbone_config ?? backbone });
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
