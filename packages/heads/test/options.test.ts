import { ParamStore, useBackend } from '@seg/core';
import { beforeAll, expect, it } from 'vitest';

import {
  ChannelMapper,
  DecoupledSoloHead,
  DeformablePixelDecoder,
  DetrDecoder,
  FeaturePyramid,
  MaskDecoder,
  MaskedDecoder,
  MaskedDecoderLayer,
  MaskFormerPixelDecoder,
  MaxDeepLabHead,
  PanopticSegFormerHead,
  SemanticDecoder,
  SemanticHead,
  SoloHead,
  SoloV2Head,
} from '../src/index.ts';

beforeAll(async () => void (await useBackend('cpu')));

const scope = () => new ParamStore('zeros').root;

/** Each with the fields of its config, and a fault in one of them. */
const calls: Record<string, [call: (config: never) => unknown, fields: string, fault: [name: string, value: unknown]]> =
  {
    ChannelMapper: [(c) => new ChannelMapper(scope(), c), 'inDims dim', ['inDims', 8]],
    DecoupledSoloHead: [
      (c) => new DecoupledSoloHead(scope(), c),
      'inDim dim numLayers numClasses grids towers',
      ['towers', 'both'],
    ],
    DeformablePixelDecoder: [
      (c) => new DeformablePixelDecoder(scope(), c),
      'inDims dim maskDim numLayers numHeads numPoints ffnDim',
      ['numPoints', Number.NaN],
    ],
    DetrDecoder: [
      (c) => new DetrDecoder(scope(), scope(), c),
      'inDim dim maskDim numQueries numClasses numLayers numHeads ffnDim dropout',
      ['activation', 'rlu'],
    ],
    FeaturePyramid: [(c) => new FeaturePyramid(scope(), c), 'inDims dim numLevels', ['dim', 0]],
    MaskDecoder: [
      (c) => new MaskDecoder(scope(), c),
      'dim numHeads ffnDim selfAttention numBlocks',
      ['selfAttention', 1],
    ],
    MaskFormerPixelDecoder: [
      (c) => new MaskFormerPixelDecoder(scope(), c),
      'inDims dim maskDim numEncoderLayers numHeads ffnDim dropout',
      ['dropout', Number.NaN],
    ],
    MaskedDecoder: [
      (c) => new MaskedDecoder(scope(), scope(), c),
      'dim maskDim numQueries numClasses numLayers numHeads ffnDim numLevels',
      ['preNorm', 'yes'],
    ],
    MaskedDecoderLayer: [
      (c) => new MaskedDecoderLayer(scope(), c),
      'dim numHeads ffnDim',
      ['activation', 'constructor'],
    ],
    MaxDeepLabHead: [
      (c) => new MaxDeepLabHead(scope(), c),
      'pixelDim memoryDim headDim embeddingDim numClasses',
      ['headDim', -1],
    ],
    PanopticSegFormerHead: [
      (c) => new PanopticSegFormerHead(scope(), c),
      'dim numHeads numLevels numPoints ffnDim dropout numEncoderLayers numLocationLayers numThingQueries numThingClasses ' +
        'numStuffClasses numThingBlocks numStuffBlocks',
      ['numThingBlocks', undefined],
    ],
    SemanticDecoder: [
      (c) => new SemanticDecoder(scope(), c),
      'inDim lowLevelDims reducedDims dim',
      ['lowLevelDims', [8]],
    ],
    SemanticHead: [(c) => new SemanticHead(scope(), c), 'inDim dim numClasses', ['numClasses', 1.5]],
    SoloHead: [(c) => new SoloHead(scope(), c), 'inDim dim numLayers numClasses grids', ['grids', [Number.NaN]]],
    SoloV2Head: [
      (c) => new SoloV2Head(scope(), scope(), c),
      'inDim dim numLayers numClasses grids kernelDim maskFeatureDim',
      ['kernelDim', undefined],
    ],
  };

const LISTS: Record<string, unknown> = { inDims: [8, 8, 8, 8], grids: [4], lowLevelDims: [8, 8], reducedDims: [8, 8] };
const OTHERS: Record<string, unknown> = { dropout: 0, selfAttention: true, towers: 'shared' };

it.each(Object.keys(calls))('%s refuses a config that it does not know and that cannot be', (name) => {
  const [call, fields, [field, value]] = calls[name];
  const good = Object.fromEntries(fields.split(' ').map((one) => [one, LISTS[one] ?? OTHERS[one] ?? 8]));
  const given = (config: unknown) => () => call(config as never);
  expect(given({ ...good, numHead: 3 })).toThrow(new RegExp(`^${name}: expected nothing but .*, got numHead 3$`));
  expect(given({ ...good, [field]: value })).toThrow(new RegExp(`^${name}: expected .* as ${field}, got `));
  expect(given(null)).toThrow(`${name}: expected an object of options, got null`);
});
