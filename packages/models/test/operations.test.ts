import { operationsOf, ParamStore, recordKernels } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type BackboneConfig, buildBackbone } from '../src/backbones/backbone.ts';
import { RESNET50 } from '../src/backbones/resnet.ts';
import { SWIN_TINY } from '../src/backbones/swin.ts';

/**
 * Billions of multiplications at 224 × 224, where a multiplication and its addition count as one: of torchvision's
 * resnet50 with its classifier of 0.002, and of Swin-T in Liu et al. 2021, Table 1.
 */
const PUBLISHED: [string, BackboneConfig, number][] = [
  ['ResNet-50', RESNET50, 4.09],
  ['Swin-T', SWIN_TINY, 4.5],
];

onEveryBackend(
  'operations of a pass; seconds on cpu',
  () => {
    test.each(PUBLISHED)('%s has as many as are published', (_, config, billions) => {
      const params = new ParamStore('zeros');
      const backbone = buildBackbone(params.root, config);
      let operations = 0;
      tf.tidy(() => {
        const pixels = tf.zeros<tf.Rank.R4>([1, 224, 224, 3]);
        recordKernels(
          (call) => {
            operations += operationsOf(call);
          },
          () => backbone.forward(pixels),
        );
      });
      params.dispose();
      expect(operations / 2e9 / billions).toBeGreaterThan(0.97);
      expect(operations / 2e9 / billions).toBeLessThan(1.05); // norms, activations and sums are counted, too
    });
  },
  { only: ['wasm', 'node', 'webgpu'] },
);
