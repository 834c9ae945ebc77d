import { FormatError } from '@seg/checkpoint';

import type { BackboneConfig } from './backbone.ts';
import { RESNET50 } from './resnet.ts';
import { SWIN_SMALL } from './swin.ts';

/** The `backbone_config` of a Hugging Face segmentation model. */
export type HuggingFaceBackbone = {
  model_type: string;
  embedding_size?: number;
  hidden_sizes?: number[];
  layer_type?: string;
  embed_dim?: number;
  depths?: number[];
  num_heads?: number[];
  window_size?: number;
  drop_path_rate?: number;
};

/** Our backbone config from Hugging Face's; Swin-S where there is none, as there. */
export function readBackboneConfig(file: string, json: HuggingFaceBackbone | undefined): BackboneConfig {
  if (json === undefined || json === null) return SWIN_SMALL;
  switch (json.model_type) {
    case 'resnet':
      if (!['bottleneck', 'basic', undefined].includes(json.layer_type)) {
        throw new FormatError(`${file}: expected layer_type bottleneck or basic, got ${json.layer_type}`);
      }
      return {
        type: 'resnet',
        stemDim: json.embedding_size ?? RESNET50.stemDim,
        depths: sizes(file, 'depths', json.depths ?? RESNET50.depths),
        dims: sizes(file, 'hidden_sizes', json.hidden_sizes ?? RESNET50.dims),
        ...(json.layer_type === 'basic' && { block: 'basic' }),
      };
    case 'swin':
    case 'maskformer-swin':
      return {
        type: 'swin',
        dim: json.embed_dim ?? 96,
        depths: sizes(file, 'depths', json.depths ?? [2, 2, 6, 2]),
        numHeads: sizes(file, 'num_heads', json.num_heads ?? [3, 6, 12, 24]),
        window: json.window_size ?? 7,
        dropPath: json.drop_path_rate ?? 0.3,
      };
    default:
      throw new FormatError(
        `${file}: expected a backbone of type resnet or swin, got ${JSON.stringify(json.model_type)}`,
      );
  }
}

function sizes(file: string, field: string, value: unknown): number[] {
  const isList =
    Array.isArray(value) && value.length === 4 && value.every((item) => Number.isSafeInteger(item) && item > 0);
  if (!isList)
    throw new FormatError(`${file}: expected four positive numbers as ${field}, got ${JSON.stringify(value)}`);
  return value as number[];
}
