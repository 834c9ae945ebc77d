import type { Size } from '@seg/core';

import type { BackboneConfig } from './backbone.ts';

/** Estimates the numbers that are alive at once in a backbone, about: its widest stage and all of its outputs. */
export function backboneActivations(config: BackboneConfig, [height, width]: Size): number {
  const pixels = height * width;
  switch (config.type) {
    case 'resnet':
      // the stem's map at stride 2 and its pooled copy, or input, hidden map and output of a stage
      return pixels * Math.max((5 / 16) * config.stemDim, ...config.dims.map((dim, i) => (3 * dim) / 16 / 4 ** i));
    case 'swin': {
      const { dim, window, numHeads, mlpRatio = 4, patch = 4 } = config;
      const tokens = Math.ceil(height / patch) * Math.ceil(width / patch);
      // skip, norm, queries, keys and values, or the hidden layer; the attention of each token to its window
      const perToken = numHeads.map(
        (heads, i) => (dim * 2 ** i * (2 + Math.max(4, mlpRatio)) + heads * window ** 2) / 4 ** i,
      );
      return tokens * Math.max(...perToken);
    }
    case 'pvt-v2': {
      const { dims, numHeads, mlpRatios, reductions } = config;
      const perPixel = dims.map((dim, i) => {
        const tokens = pixels / 16 / 4 ** i;
        const keys = tokens / reductions[i] ** 2;
        return tokens * (dim * (2 + 2 * mlpRatios[i]) + numHeads[i] * keys);
      });
      return Math.max(...perPixel);
    }
    default:
      throw new RangeError(
        `backbone: expected resnet, swin, pvt-v2 as model, got ${JSON.stringify(config satisfies never)}`,
      );
  }
}

/** Counts the tokens of maps at some strides. */
export function tokensAt([height, width]: Size, ...strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.ceil(height / stride) * Math.ceil(width / stride), 0);
}
