import type { Random } from '@seg/core';
import type { Category } from '@seg/image';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { jitterColor } from './color-jitter.ts';
import { type CopyPasteOptions, copyPaste } from './copy-paste.ts';
import { cropRandomly, type RandomCropOptions } from './crop.ts';
import { flipHorizontally, flipVertically } from './flip.ts';
import { type MosaicOptions, mosaic } from './mosaic.ts';
import { resizeShortestEdge, type ShortestEdgeOptions } from './resize.ts';
import { jitterScale, type ScaleJitterOptions } from './scale-jitter.ts';
import { expectSteps } from './step-checks.ts';
import { turnSample } from './turn.ts';

/** One change to samples, as plain data that a recipe can hold and a worker can be sent. */
export type AugmentStep =
  | { kind: 'flip'; axis?: 'horizontal' | 'vertical' /** Default: 0.5 */; chance?: number }
  /** By one, two or three quarters, with a chance of 0.5 unless told. */
  | { kind: 'turn'; chance?: number }
  | ({ kind: 'scale-jitter' } & ScaleJitterOptions)
  | ({ kind: 'shortest-edge' } & ShortestEdgeOptions)
  | ({ kind: 'crop' } & RandomCropOptions)
  | { kind: 'color' }
  | { kind: 'one-of'; choices: readonly (readonly AugmentStep[])[] }
  | ({
      kind: 'mosaic';
      chance: number /** Steps of samples that do not become one */;
      otherwise?: readonly AugmentStep[];
    } & MosaicOptions)
  | ({
      kind: 'copy-paste';
      chance: number;
      /** Steps of the other image before it is pasted; their result should be as large as the sample. */
      source: readonly AugmentStep[];
    } & Pick<CopyPasteOptions, 'share' | 'leastShare'>);

/** Needs of steps besides the sample. */
export type AugmentContext = {
  /** Draws another sample of the data set, for mosaics and pasting. */
  another?: (random: Random) => Promise<MaskSample>;
  /** Only things are pasted. Default: everything is */
  categories?: readonly Pick<Category, 'isThing'>[];
};

/**
 * Takes a sample through steps, in order. Equal random numbers give equal results.
 *
 * @throws Error where a step needs other samples and there are none to draw
 */
export async function augmentSample(
  sample: MaskSample,
  steps: readonly AugmentStep[],
  random: Random,
  context: AugmentContext = {},
): Promise<MaskSample> {
  expectSteps('augmentSample', steps);
  let current = sample;
  for (const step of steps) current = await augmentOnce(current, step, random, context);
  return current;
}

async function augmentOnce(
  sample: MaskSample,
  step: AugmentStep,
  random: Random,
  context: AugmentContext,
): Promise<MaskSample> {
  const { kind: _, ...own } = (step ?? {}) as never as Record<string, never>;
  switch (step?.kind) {
    case 'flip':
      if (random() >= (step.chance ?? 0.5)) return sample;
      return step.axis === 'vertical' ? flipVertically(sample) : flipHorizontally(sample);
    case 'turn':
      if (random() >= (step.chance ?? 0.5)) return sample;
      return turnSample(sample, (1 + Math.floor(3 * random())) as 1 | 2 | 3);
    case 'scale-jitter':
      return jitterScale(sample, own as never as ScaleJitterOptions, random);
    case 'shortest-edge':
      return resizeShortestEdge(sample, own as never as ShortestEdgeOptions, random);
    case 'crop':
      return cropRandomly(sample, own as never as RandomCropOptions, random);
    case 'color':
      return { ...sample, image: jitterColor(sample.image, random) };
    case 'one-of': {
      if (step.choices.length === 0) throw new RangeError('augmentSample: expected choices of one-of, got none');
      const choice = step.choices[Math.floor(random() * step.choices.length)];
      return augmentSample(sample, choice, random, context);
    }
    case 'mosaic':
      return random() < step.chance
        ? mosaicOf(sample, step, random, context)
        : augmentSample(sample, step.otherwise ?? [], random, context);
    case 'copy-paste':
      return random() < step.chance ? pasted(sample, step, random, context) : sample;
    default:
      throw new Error(
        `augmentSample: expected a known kind of step, got ${JSON.stringify((step as { kind?: unknown } | null)?.kind ?? null)}`,
      );
  }
}

async function mosaicOf(
  sample: MaskSample,
  options: MosaicOptions,
  random: Random,
  context: AugmentContext,
): Promise<MaskSample> {
  const others: MaskSample[] = [];
  for (let i = 0; i < 3; i++) others.push(await drawn('mosaic', random, context));
  const { size, range, leastShare } = options;
  return mosaic([sample, others[0], others[1], others[2]], { size, range, leastShare }, random);
}

async function pasted(
  sample: MaskSample,
  step: Extract<AugmentStep, { kind: 'copy-paste' }>,
  random: Random,
  context: AugmentContext,
): Promise<MaskSample> {
  const { categories } = context;
  const other = await drawn('copy-paste', random, context);
  const source = await augmentSample(other, step.source, random, context);
  const isThing = categories && ((category: number) => categories[category].isThing);
  return copyPaste(sample, source, { share: step.share, leastShare: step.leastShare, isThing }, random);
}

async function drawn(kind: string, random: Random, { another }: AugmentContext): Promise<MaskSample> {
  if (another === undefined) throw new Error(`augmentSample: expected other samples for ${kind}, got none`);
  return another(random);
}
