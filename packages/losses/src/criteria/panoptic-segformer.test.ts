import { expectGradient, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import {
  PANOPTIC_SEGFORMER_LOSS,
  type PanopticSegFormerOutputs,
  panopticSegFormerLoss,
  panopticSegFormerTerms,
} from './panoptic-segformer.ts';
import { matchLocations, matchThingMasks, type PanopticTargets } from './panoptic-segformer-matching.ts';

const random = (shape: number[], seed: number) => tf.randomUniform(shape, 0.1, 0.9, 'float32', seed);

/** Two images, one layer of each kind, five queries of three classes, two stuff classes; maps of 3×4. */
function outputs(filtered: number): PanopticSegFormerOutputs {
  return {
    locations: [{ classLogits: random([2, 5, 3], 1) as tf.Tensor3D, boxes: random([2, 5, 4], 2) as tf.Tensor3D }],
    thingMasks: [random([2, 3, 4, filtered], 3) as tf.Tensor4D],
    stuffMasks: [random([2, 3, 4, 2], 4) as tf.Tensor4D],
    stuffLogits: [random([2, 2], 5) as tf.Tensor2D],
  };
}

/** The first image has the given things and stuff, the second nothing. */
function targets(things: number[], stuff: number[]): PanopticTargets[] {
  const image = (classes: number[], present: number[]): PanopticTargets => ({
    things: {
      classes: Int32Array.from(classes),
      masks: tf.ones([classes.length, 24, 32]),
      boxes: tf.fill([classes.length, 4], 0.5),
    },
    stuff: { classes: Int32Array.from(present), masks: tf.ones([present.length, 24, 32]) },
  });
  return [image(things, stuff), image([], [])];
}

async function lossOf(found: PanopticSegFormerOutputs, wanted: PanopticTargets[]): Promise<number> {
  const locations = await matchLocations(found.locations, wanted, PANOPTIC_SEGFORMER_LOSS);
  const [last, tail] = [found.locations.at(-1)!, found.thingMasks.at(-1)!];
  const masks = await matchThingMasks(last, locations.at(-1)!, tail, wanted, PANOPTIC_SEGFORMER_LOSS);
  const terms = panopticSegFormerTerms(found, wanted, { locations, masks }, PANOPTIC_SEGFORMER_LOSS);
  return (await panopticSegFormerLoss(terms).data())[0];
}

onEveryBackend("Panoptic SegFormer's loss", () => {
  test.each([
    ['no thing', [], [1]],
    ['no stuff', [2, 2], []],
    ['nothing at all', [], []],
  ] as [string, number[], number[]][])('images with %s have a finite loss', async (_, things, stuff) => {
    const loss = await lossOf(outputs(Math.max(1, things.length)), targets(things, stuff));
    expect(loss).toBeGreaterThan(0);
    expect(loss).toBeLessThan(100);
  });

  test('exactly as many queries as things pass the filter', async () => {
    const { locations } = outputs(1);
    const [[first, second]] = await matchLocations(locations, targets([0, 2, 2], []), PANOPTIC_SEGFORMER_LOSS);
    expect([first.rows.length, second.rows.length]).toEqual([3, 0]);
  });

  test('the gradient in boxes is that of central differences', async () => {
    const [found, wanted] = [outputs(2), targets([0, 1], [0])];
    const [locations] = await matchLocations(found.locations, wanted, PANOPTIC_SEGFORMER_LOSS);
    const matching = { locations: [locations], masks: locations.map(({ columns }) => ({ rows: columns, columns })) };
    const total = (boxes: tf.Tensor) => {
      const moved = { ...found, locations: [{ ...found.locations[0], boxes: boxes as tf.Tensor3D }] };
      return panopticSegFormerLoss(panopticSegFormerTerms(moved, wanted, matching, PANOPTIC_SEGFORMER_LOSS));
    };
    await expectGradient(total, found.locations[0].boxes, { epsilon: 1e-3, tolerance: 1e-2 });
  });
});
