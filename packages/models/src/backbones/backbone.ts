import type { Scope, Steps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import type { FieldsOf, Kinds } from '../description/check-fields.ts';
import { PVT_V2_FIELDS, PvtV2, type PvtV2Config } from './pvt-v2.ts';
import { RESNET_FIELDS, ResNet, type ResNetConfig } from './resnet.ts';
import { SWIN_FIELDS, Swin, type SwinConfig } from './swin.ts';

/** The config of any backbone; `type` says which. */
export type BackboneConfig = ResNetConfig | SwinConfig | PvtV2Config;

/** Images in, one feature map per stride (4, 8, 16, 32) out. */
export type Backbone = {
  readonly dims: readonly number[];
  forward(pixels: tf.Tensor4D): tf.Tensor4D[];
  /** {@link forward} block by block. */
  forwardSteps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]>;
};

/** The backbone that a config names. */
export function buildBackbone(scope: Scope, config: BackboneConfig): Backbone {
  switch (config.type) {
    case 'resnet':
      return new ResNet(scope, config);
    case 'swin':
      return new Swin(scope, config);
    case 'pvt-v2':
      return new PvtV2(scope, config);
    default:
      throw new RangeError(
        `buildBackbone: expected resnet, swin, pvt-v2, got ${JSON.stringify(config satisfies never)}`,
      );
  }
}

const FIELDS: { [K in BackboneConfig['type']]: FieldsOf<Omit<Extract<BackboneConfig, { type: K }>, 'type'>> } = {
  resnet: RESNET_FIELDS,
  swin: SWIN_FIELDS,
  'pvt-v2': PVT_V2_FIELDS,
};

/** A check for each field of a backbone's config in a file. */
export const BACKBONE: Kinds = { by: 'type', kinds: FIELDS };
