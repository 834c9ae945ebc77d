import { type MaskTargets, readTensors, type Size, type TensorValues } from '@seg/core';
import {
  matchLocations,
  matchThingMasks,
  type PanopticSegFormerLossConfig,
  type PanopticSegFormerMatching,
  type PanopticSegFormerOutputs,
  type PanopticSegFormerTerms,
  type PanopticTargets,
  panopticSegFormerLoss,
  panopticSegFormerTerms,
} from '@seg/losses';
import * as tf from '@tensorflow/tfjs-core';

import type { Collective } from '../collective/collective.ts';
import { denominatorShares, timesShare } from '../collective/denominator-shares.ts';
import type { Objective } from '../train-step.ts';

/** Output of a training pass up to the mask decoders. */
type LocatedThings = {
  /** Queries [B, N, C] behind the location decoder, and what each of its layers says */
  locations: { queries: tf.Tensor3D; predictions: PanopticSegFormerOutputs['locations'] };
  /** Tokens [B, L, C] of the levels that have masks */
  maskMemory: { memory: tf.Tensor3D; levels: Size[] };
};

/** Model as {@link panopticSegFormerObjective} needs it; all layers of the mask decoders, the tail last. */
export type PanopticSegFormerTrainable = {
  readonly config: { numThingClasses: number; numStuffClasses: number };
  locate(pixels: tf.Tensor4D): LocatedThings;
  readonly head: {
    allThings(queries: tf.Tensor3D, memory: LocatedThings['maskMemory']): { masks: tf.Tensor4D }[];
    allStuff(memory: LocatedThings['maskMemory']): { logits: tf.Tensor2D[]; masks: tf.Tensor4D[] };
  };
};

/** Things and stuff among the segments of an image. */
type Split = {
  /** Rows of the targets */
  things: number[];
  /** [number of things, 4] as (cx, cy, w, h), shares of the image */
  boxes: number[][];
  /** Rows of the targets by stuff class, counted from 0 */
  stuff: Map<number, number[]>;
};

type Decisions = {
  splits: Split[];
  matching: PanopticSegFormerMatching;
  /** Of all terms: each is divided by the things and stuff in the batch. */
  share: number;
};

/**
 * Detection, thing masks and stuff of Panoptic SegFormer. Classes of the targets count things first, then stuff.
 * Queries are matched by class and box after the location decoder; those that have a thing go on to the mask decoder
 * and are matched once more, with their masks. Li et al. 2022, "Loss Function" and "Training".
 */
export function panopticSegFormerObjective(
  model: PanopticSegFormerTrainable,
  config: PanopticSegFormerLossConfig,
): Objective<LocatedThings & tf.TensorContainerObject, Decisions> {
  return {
    forward: (pixels) => model.locate(pixels) as LocatedThings & tf.TensorContainerObject,
    numClasses: () => model.config.numThingClasses + model.config.numStuffClasses,
    decide: async (located, targets, _, collective) => {
      const splits = await splitTargets(targets, model.config.numThingClasses);
      const matching = await match(model, located, panopticTargets(targets, splits), config);
      return { splits, matching, share: await segmentShare(splits, matching, collective) };
    },
    loss: (located, targets, { splits, matching, share }) => {
      const outputs = allOutputs(model, located, matching.locations.at(-1)!);
      const own = panopticSegFormerTerms(outputs, panopticTargets(targets, splits), matching, config);
      const terms = share === 1 ? own : timesShares(own, share);
      const { classification, box, iou } = terms.locations.at(-1)!;
      return {
        total: panopticSegFormerLoss(terms),
        terms: {
          class: classification,
          box,
          iou,
          thing: terms.thingMasks.at(-1)!,
          stuff: terms.stuffMasks.at(-1)!,
          presence: terms.stuffClasses.at(-1)!,
        },
      };
    },
  };
}

/** Share of one process in terms that are divided by the things and stuff of a batch, at least one of each. */
async function segmentShare(
  splits: readonly Split[],
  { masks }: PanopticSegFormerMatching,
  collective: Collective | undefined,
): Promise<number> {
  const things = masks.reduce((sum, { rows }) => sum + rows.length, 0);
  const kinds = splits.reduce((sum, { stuff }) => sum + stuff.size, 0);
  const of = ([ofThings, ofStuff]: readonly number[]) => Math.max(1, ofThings) + Math.max(1, ofStuff);
  return (await denominatorShares([{ counts: [things, kinds], of }], collective))[0];
}

function timesShares(terms: PanopticSegFormerTerms, share: number): PanopticSegFormerTerms {
  const times = (term: tf.Scalar) => timesShare(term, share);
  return {
    locations: terms.locations.map(({ classification, box, iou }) => ({
      classification: times(classification),
      box: times(box),
      iou: times(iou),
    })),
    thingMasks: terms.thingMasks.map(times),
    stuffMasks: terms.stuffMasks.map(times),
    stuffClasses: terms.stuffClasses.map(times),
  };
}

/** Both matchings. The masks for the second are computed off the tape: few queries go on. Disposes the targets. */
async function match(
  model: PanopticSegFormerTrainable,
  located: LocatedThings,
  targets: PanopticTargets[],
  config: PanopticSegFormerLossConfig,
): Promise<PanopticSegFormerMatching> {
  const { predictions } = located.locations;
  let tail: tf.Tensor4D | null = null;
  try {
    const locations = await matchLocations(predictions, targets, config);
    const filtered = locations.at(-1)!;
    tail = tf.tidy(() => thingMasks(model, located, filtered).at(-1)!);
    return { locations, masks: await matchThingMasks(predictions.at(-1)!, filtered, tail, targets, config) };
  } finally {
    tf.dispose([tail, targets] as unknown as tf.TensorContainer);
  }
}

function allOutputs(model: PanopticSegFormerTrainable, located: LocatedThings, filtered: { rows: Int32Array }[]) {
  const stuff = model.head.allStuff(located.maskMemory);
  return {
    locations: located.locations.predictions,
    thingMasks: thingMasks(model, located, filtered),
    stuffMasks: stuff.masks,
    stuffLogits: stuff.logits,
  };
}

/** Masks of each image's filtered queries, then of its first query as padding: by layer, [B, h, w, M] */
function thingMasks(
  model: PanopticSegFormerTrainable,
  { locations, maskMemory }: LocatedThings,
  filtered: { rows: Int32Array }[],
): tf.Tensor4D[] {
  const [batch, numQueries, dim] = locations.queries.shape;
  const most = Math.max(1, ...filtered.map(({ rows }) => rows.length));
  const rows = filtered.flatMap((found, image) =>
    Array.from({ length: most }, (_, i) => image * numQueries + (found.rows[i] ?? 0)),
  );
  const flat = tf.reshape(locations.queries, [batch * numQueries, dim]);
  const queries = tf.reshape(tf.gather(flat, tf.tensor1d(rows, 'int32')), [batch, most, dim]) as tf.Tensor3D;
  return model.head.allThings(queries, maskMemory).map(({ masks }) => masks);
}

/** Segments without a pixel, which a crop has emptied, are neither. */
function splitTargets(targets: MaskTargets[], numThings: number): Promise<Split[]> {
  return Promise.all(
    targets.map(async ({ classes, masks }) => {
      const split: Split = { things: [], boxes: [], stuff: new Map() };
      for (const [row, box] of (await boxesOf(masks)).entries()) {
        const stuff = classes[row] - numThings;
        if (box === null) continue;
        if (stuff < 0) {
          split.things.push(row);
          split.boxes.push(box);
        } else {
          split.stuff.set(stuff, [...(split.stuff.get(stuff) ?? []), row]);
        }
      }
      return split;
    }),
  );
}

/** Around every mask [T, H, W]: (cx, cy, w, h), shares of the image. Null where a mask is empty. */
async function boxesOf(masks: tf.Tensor3D): Promise<(number[] | null)[]> {
  const [count, height, width] = masks.shape;
  if (count === 0) return [];
  const [rows, columns] = await readTensors(() => [tf.max(masks, 2), tf.max(masks, 1)]); // [T, H] and [T, W]
  return Array.from({ length: count }, (_, t) => {
    const vertical = extent(rows.subarray(t * height, (t + 1) * height));
    const horizontal = extent(columns.subarray(t * width, (t + 1) * width));
    if (vertical === null || horizontal === null) return null;
    return [horizontal.center, vertical.center, horizontal.length, vertical.length];
  });
}

/** Of the nonzero elements of a line, as shares of its length; null where there are none. */
function extent(line: TensorValues): { center: number; length: number } | null {
  const first = line.findIndex((value) => value > 0);
  if (first < 0) return null;
  const end = line.findLastIndex((value) => value > 0) + 1;
  return { center: (first + end) / 2 / line.length, length: (end - first) / line.length };
}

/** Things with boxes, and the stuff classes that are present, each with all of its pixels. */
function panopticTargets(targets: MaskTargets[], splits: Split[]): PanopticTargets[] {
  return tf.tidy(() =>
    targets.map(({ classes, masks }, image) => {
      const { things, boxes, stuff } = splits[image];
      const [, height, width] = masks.shape;
      const none = (): tf.Tensor3D => tf.zeros([0, height, width]);
      const chosen = (rows: number[]): tf.Tensor3D => tf.gather(masks, tf.tensor1d(rows, 'int32'));
      const regions = [...stuff.values()].map((rows) => tf.max(chosen(rows), 0, true) as tf.Tensor3D);
      return {
        things: {
          classes: Int32Array.from(things, (row) => classes[row]),
          masks: things.length === 0 ? none() : chosen(things),
          boxes: tf.tensor2d(boxes.flat(), [boxes.length, 4]),
        },
        stuff: {
          classes: Int32Array.from(stuff.keys()),
          masks: regions.length === 0 ? none() : tf.concat(regions, 0),
        },
      };
    }),
  ) as PanopticTargets[];
}
