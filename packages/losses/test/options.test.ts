import type * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import {
  assignCells,
  MASK2FORMER_LOSS,
  MASKFORMER_LOSS,
  MAX_DEEPLAB_LOSS,
  mask2FormerTerms,
  maskClassificationLoss,
  maskFormerTerms,
  matchLocations,
  matchMask2Former,
  matchMaskFormer,
  matchThingMasks,
  maxDeepLabLoss,
  maxDeepLabTerms,
  PANOPTIC_SEGFORMER_LOSS,
  panopticGrid,
  panopticSegFormerTerms,
  pqClassLoss,
  pqMaskLoss,
  SOLO_LOSS,
  sigmoidFocal,
  sigmoidFocalLoss,
  soloLoss,
  soloTerms,
} from '../src/index.ts';

const none = {} as never;
const masks = {} as tf.Tensor2D;
const grid = { things: new Set([0]), stride: 4 };
const pq = { alpha: 0.75, unmatched: 'constant' };

type Call = [call: (options: never) => unknown, good: object, field: string, faulty: unknown, expected: string];

/** Each with options that it takes, and one field of them that cannot be. */
const calls: Record<string, Call> = {
  sigmoidFocal: [(o) => sigmoidFocal(masks, masks, o), {}, 'gamma', Number.NaN, 'a number'],
  sigmoidFocalLoss: [(o) => sigmoidFocalLoss(masks, masks, 1, o), {}, 'alpha', '0.25', 'a number'],
  matchMask2Former: [(o) => matchMask2Former([], [], o, none), MASK2FORMER_LOSS, 'numPoints', 1.5, 'a whole number'],
  mask2FormerTerms: [
    (o) => mask2FormerTerms([], [], none, o),
    MASK2FORMER_LOSS,
    'noObjectWeight',
    Number.NaN,
    'a number',
  ],
  maskClassificationLoss: [(o) => maskClassificationLoss([], o), MASKFORMER_LOSS, 'diceWeight', Number.NaN, 'a number'],
  matchMaskFormer: [(o) => matchMaskFormer([], [], o), MASKFORMER_LOSS, 'maskWeight', undefined, 'a number'],
  maskFormerTerms: [(o) => maskFormerTerms([], [], [], o), MASKFORMER_LOSS, 'noObjectWeight', '1', 'a number'],
  maxDeepLabTerms: [
    (o) => maxDeepLabTerms(none, [], [], o),
    MAX_DEEPLAB_LOSS,
    'unmatched',
    'void',
    'void-ratio, constant',
  ],
  maxDeepLabLoss: [(o) => maxDeepLabLoss(none, o), MAX_DEEPLAB_LOSS, 'pqWeight', Number.NaN, 'a number'],
  pqClassLoss: [(o) => pqClassLoss(none, none, none, o), pq, 'unmatched', 'constructor', 'void-ratio, constant'],
  pqMaskLoss: [(o) => pqMaskLoss(none, none, none, o), { alpha: 1 }, 'alpha', Number.NaN, 'a number'],
  panopticGrid: [(o) => panopticGrid(none, o), grid, 'things', [0], 'a Set'],
  panopticSegFormerTerms: [
    (o) => panopticSegFormerTerms(none, [], none, o),
    PANOPTIC_SEGFORMER_LOSS,
    'boxWeight',
    -1,
    'a number',
  ],
  matchLocations: [(o) => matchLocations([], [], o), PANOPTIC_SEGFORMER_LOSS, 'iouWeight', Number.NaN, 'a number'],
  matchThingMasks: [
    (o) => matchThingMasks(none, [], none, [], o),
    PANOPTIC_SEGFORMER_LOSS,
    'maskWeight',
    null,
    'a number',
  ],
  assignCells: [(o) => assignCells([], o), SOLO_LOSS, 'sharedCells', 'first', 'last, all'],
  soloTerms: [(o) => soloTerms(none, [], [], o), SOLO_LOSS, 'mask', { kind: 'dise', weight: 3 }, 'a term of kind dice'],
  soloLoss: [(o) => soloLoss(none, o), SOLO_LOSS, 'categoryWeight', Number.NaN, 'a number'],
};

it.each(Object.keys(calls))('%s refuses what it does not know and what cannot be', async (name) => {
  const [call, good, field, faulty, expected] = calls[name];
  const given = async (options: unknown) => call(options as never);
  await expect(given({ ...good, gama: 2 })).rejects.toThrow(
    new RegExp(`^${name}: expected nothing but .*, got gama 2$`),
  );
  await expect(given({ ...good, [field]: faulty })).rejects.toThrow(
    new RegExp(`^${name}: expected ${expected}.* as ${field}, got `),
  );
  await expect(given(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
});
