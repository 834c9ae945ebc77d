import {
  defineKernel,
  deformableSampling,
  init,
  joinedLinears,
  Linear,
  linear,
  mayFuse,
  mayFuseOnWasm,
  offsetSampling,
  offsetSamplingOfParts,
  operationsPerStep,
  partsInSteps,
  positionedLinear,
  type Scope,
  type Size,
  type Steps,
  tidySteps,
  turnBefore,
} from '@seg/core';
import { A_DIM, A_SIZE, expectConfig, expectDivisor, expectValue, listOf } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a deformable attention: `numPoints` samples per head and level. */
export type DeformableAttentionConfig = { dim: number; numHeads: number; numLevels: number; numPoints: number };

/** Queries of a step are a multiple of it, as the tiles of products are. */
const QUERIES = 64;

/** Floating point operations in the time of a number of a sample: four corners are read, weighted and summed. */
const SAMPLE = 96;

/** Queries, what they sample, and where each looks first. */
export type DeformableAttentionInputs = {
  /** [B, Q, C] content: only offsets and weights see it */
  query: tf.Tensor3D;
  /** [Q, C] or [B, Q, C], added to the queries. Default: none */
  queryPosition?: tf.Tensor;
  /** [B, S, C] all levels, one after the other, row by row */
  value: tf.Tensor3D;
  /** [B | 1, Q, L | 1, 2] as (x, y) in [0, 1], or [B | 1, Q, L | 1, 4] as boxes (cx, cy, w, h) */
  reference: tf.Tensor4D;
  /** Height and width of each level */
  levels: Size[];
  /** [B, S] ones where a value is valid, zeros in padding */
  valid?: tf.Tensor2D;
};

const CONFIG = { dim: A_DIM, numHeads: A_DIM, numLevels: A_DIM, numPoints: A_DIM };

/** Multi-scale deformable attention. Zhu et al. 2021, eq. 3. */
export class DeformableAttention {
  readonly scope: Scope;
  readonly config: DeformableAttentionConfig;
  readonly offsets: Linear;
  readonly weights: Linear;
  readonly value: Linear;
  readonly output: Linear;

  constructor(scope: Scope, config: DeformableAttentionConfig) {
    expectConfig('DeformableAttention', config, CONFIG, ['dim', 'numHeads', 'numLevels', 'numPoints']);
    expectDivisor('DeformableAttention', 'numHeads', config.dim, config.numHeads);
    const { dim, numHeads, numLevels, numPoints } = config;
    const samples = numHeads * numLevels * numPoints;
    this.scope = scope;
    this.config = config;
    this.offsets = new Linear(scope.at('sampling_offsets'), {
      inDim: dim,
      outDim: samples * 2,
      init: { weight: init.zeros, bias: () => tf.tensor1d(startingOffsets(config)) },
    });
    this.weights = new Linear(scope.at('attention_weights'), {
      inDim: dim,
      outDim: samples,
      init: { weight: init.zeros, bias: init.zeros },
    });
    this.value = new Linear(scope.at('value_proj'), { inDim: dim, outDim: dim });
    this.output = new Linear(scope.at('output_proj'), { inDim: dim, outDim: dim });
  }

  /** @returns [B, Q, C] */
  forward(inputs: DeformableAttentionInputs): tf.Tensor3D {
    return tf.tidy(() => this.output.forward(this.gather(inputs)));
  }

  /** {@link forward} in steps, to the same bytes: where there are many queries, some after the others. */
  forwardSteps(inputs: DeformableAttentionInputs): Steps<tf.Tensor3D> {
    return tidySteps(this.projected(inputs));
  }

  /** All of {@link forward} but the projection behind. @returns [B, Q, C] */
  gather(inputs: DeformableAttentionInputs): tf.Tensor3D {
    return tf.tidy(() => {
      if (!this.scope.training && mayFuse()) return this.sampleParts(inputs);
      return this.sample(inputs, () => this.masked(this.value.forward(inputs.value), inputs.valid));
    });
  }

  /** {@link gather} in steps, to the same bytes. */
  *gatherSteps(inputs: DeformableAttentionInputs): Steps<tf.Tensor3D> {
    const { query, value } = inputs;
    const projection = 2 * this.value.weight.size * query.shape[0] * value.shape[1];
    const operations = projection + query.shape[1] * this.operations(query.shape[0]);
    const isLong = operations > operationsPerStep();
    if (isLong && this.scope.store.observer === null) return yield* tidySteps(this.inParts(inputs));
    yield* turnBefore(operations);
    return this.gather(inputs);
  }

  /** Floating point operations of a query of each image. */
  private operations(batch: number): number {
    const { dim, numLevels, numPoints } = this.config;
    return batch * (2 * (this.offsets.weight.size + this.weights.weight.size) + SAMPLE * numLevels * numPoints * dim);
  }

  private *projected(inputs: DeformableAttentionInputs): Steps<tf.Tensor3D> {
    const gathered = yield* this.gatherSteps(inputs);
    return yield* this.output.forwardSteps(gathered);
  }

  private *inParts({ value, valid, ...inputs }: DeformableAttentionInputs): Steps<tf.Tensor3D> {
    const values = this.masked(yield* this.value.forwardSteps(value), valid);
    const { queryPosition, reference, levels } = inputs;
    const query = queryPosition === undefined ? inputs.query : tf.add<tf.Tensor3D>(inputs.query, queryPosition);
    const [batch, length] = query.shape;
    const rows = { length, operations: this.operations(batch), multiple: QUERIES };
    const parts = yield* partsInSteps(rows, (start, size) => {
      const some = tf.slice(query, [0, start, 0], [-1, size, -1]);
      const near = tf.slice(reference, [0, start, 0, 0], [-1, size, -1, -1]);
      return this.sample({ query: some, reference: near, levels }, () => values);
    });
    return tf.concat(parts, 1);
  }

  /** @param valuesOf Projects the values, [B, S, C] */
  private sample(
    { query, queryPosition, reference, levels }: Omit<DeformableAttentionInputs, 'value' | 'valid'>,
    valuesOf: () => tf.Tensor3D,
  ): tf.Tensor3D {
    const { dim, numHeads, numLevels, numPoints } = this.config;
    const [batch, numQueries] = query.shape;
    const placed = queryPosition === undefined ? query : tf.add<tf.Tensor3D>(query, queryPosition);
    const offsets = this.scope.tap(this.offsets.forward(placed), 'sampling_offsets');
    const logits = this.scope.tap(this.weights.forward(placed), 'attention_weights');
    const values = tf.reshape(valuesOf(), [batch, -1, numHeads, dim / numHeads]) as tf.Tensor4D;
    if (mayFuse() || mayFuseOnWasm()) return offsetSampling({ value: values, offsets, logits, reference }, levels);
    const rows = tf.reshape(logits, [batch * numQueries * numHeads, numLevels * numPoints]);
    const weights = tf.reshape(tf.softmax(rows), [batch, numQueries, numHeads, numLevels, numPoints]) as tf.Tensor5D;
    return deformableSampling(values, this.locate(offsets, reference, levels), weights, levels);
  }

  /** {@link sample} with one product for offsets and weights, and for values too where they are made of the same tokens. */
  private sampleParts(inputs: DeformableAttentionInputs): tf.Tensor3D {
    const { query, queryPosition, value, reference, levels, valid } = inputs;
    const { numHeads, numPoints, dim } = this.config;
    const isSame = query === value && valid === undefined;
    const [weight, bias] = this.joined(isSame);
    const count = this.weights.weight.shape[1];
    const samples = queryPosition
      ? positionedLinear({ x: query, position: queryPosition, weight, bias }, 3 * count)
      : linear(query, weight, bias);
    this.tapParts(samples, count);
    const first = { offsets: 0, logits: 2 * count, value: isSame ? 3 * count : 0 };
    const sampled = { samples, value: isSame ? samples : this.masked(this.value.forward(value), valid), reference };
    return offsetSamplingOfParts(sampled, { levels, numHeads, dim, numPoints, first });
  }

  /** Weights and biases of offsets, logits and, if wanted, values, side by side. */
  private joined(withValues: boolean): [weight: tf.Tensor, bias: tf.Tensor] {
    const layers = [this.offsets, this.weights, ...(withValues ? [this.value] : [])];
    return joinedLinears(this.scope, `joined${layers.length}`, layers) as [tf.Tensor, tf.Tensor];
  }

  /** Shows offsets and logits to an observer. */
  private tapParts(samples: tf.Tensor3D, count: number): void {
    if (this.scope.store.observer === null) return;
    this.scope.tap(tf.slice(samples, [0, 0, 0], [-1, -1, 2 * count]), 'sampling_offsets');
    this.scope.tap(tf.slice(samples, [0, 0, 2 * count], [-1, -1, count]), 'attention_weights');
  }

  /** Padding is zeroed behind the projection, so that its bias does not leak in. */
  private masked(projected: tf.Tensor3D, valid: tf.Tensor2D | undefined): tf.Tensor3D {
    return valid === undefined ? projected : tf.mul(projected, tf.expandDims(valid, -1));
  }

  /** Points: reference + offset / (width, height). Boxes: center + offset / P · size / 2. @returns [B, Q, h, L, P, 2] */
  private locate(offsets: tf.Tensor3D, reference: tf.Tensor4D, levels: Size[]): tf.Tensor<tf.Rank.R6> {
    const { numHeads, numLevels, numPoints } = this.config;
    const [batch, numQueries] = offsets.shape;
    const flat = [batch * numQueries, numHeads, numLevels, numPoints * 2];
    const [refBatch, refQueries, refLevels, coordinates] = reference.shape;
    // [B·Q, 1, L, 2P]: rank 4 keeps every backend on its fast broadcasting path
    const expand = (x: tf.Tensor, repeats: number): tf.Tensor => {
      const repeated = tf.matMul(tf.reshape(x, [-1, 2]), sideBySide(repeats)); // tfjs-wasm tiles in JavaScript
      const perPoint = tf.reshape(repeated, [refBatch, refQueries, refLevels, repeats * 2]);
      const full = refBatch === batch ? perPoint : tf.tile(perPoint, [batch, 1, 1, 1]);
      return tf.reshape(full, [batch * refQueries, 1, refLevels, repeats * 2]);
    };
    const center = expand(tf.slice(reference, [0, 0, 0, 0], [-1, -1, -1, 2]), numPoints);
    const moved = tf.reshape(offsets, flat);
    const scaled =
      coordinates === 4
        ? tf.mul(moved, tf.mul(expand(tf.slice(reference, [0, 0, 0, 2], [-1, -1, -1, 2]), numPoints), 0.5 / numPoints))
        : tf.mul(moved, pixelSizes(levels, numPoints));
    return tf.reshape(tf.add(center, scaled), [batch, numQueries, numHeads, numLevels, numPoints, 2]);
  }
}

/** [2, 2 · count] of unit matrices: (x, y) times it is (x, y, x, y, …). */
function sideBySide(count: number): tf.Tensor2D {
  const row = (first: number, second: number): number[] => Array.from({ length: count }, () => [first, second]).flat();
  return tf.tensor2d([row(1, 0), row(0, 1)]);
}

/** [1, 1, L, 2P]: one pixel of each level as a share of the map, (1/width, 1/height) for every point. */
function pixelSizes(levels: Size[], numPoints: number): tf.Tensor4D {
  return pixelSizesKernel({}, { levels, numPoints }) as tf.Tensor4D;
}

/** Kernels, so that who writes a pass down sees places where there would be numbers of one size. */
const pixelSizesKernel = defineKernel<Record<string, undefined>, { levels: Size[]; numPoints: number }>({
  name: 'SegPixelSizes',
  reference: (_, { levels, numPoints }) => {
    const perLevel = levels.flatMap(([height, width]) =>
      Array.from({ length: numPoints }, () => [1 / width, 1 / height]).flat(),
    );
    return tf.tensor4d(perLevel, [1, 1, levels.length, numPoints * 2]);
  },
  gradient: 'none',
});

/** Head k looks in direction 2πk / heads, scaled to the unit square's edge, point p a distance of p + 1 pixels. */
function startingOffsets({ numHeads, numLevels, numPoints }: DeformableAttentionConfig): number[] {
  const offsets: number[] = [];
  for (let head = 0; head < numHeads; head++) {
    const angle = (2 * Math.PI * head) / numHeads;
    const direction = [Math.cos(angle), Math.sin(angle)];
    const longest = Math.max(...direction.map(Math.abs));
    for (let level = 0; level < numLevels; level++) {
      for (let point = 1; point <= numPoints; point++)
        offsets.push(...direction.map((side) => (side / longest) * point));
    }
  }
  return offsets;
}

/**
 * Reference points of an encoder in which every pixel is a query: the center of its own cell, the same for all target
 * levels.
 *
 * @returns [1, Σ H·W, 1, 2] as (x, y)
 */
export function cellCenters(levels: Size[]): tf.Tensor4D {
  expectValue('cellCenters', 'levels', levels, listOf(A_SIZE));
  return cellCentersKernel({}, { levels }) as tf.Tensor4D;
}

const cellCentersKernel = defineKernel<Record<string, undefined>, { levels: Size[] }>({
  name: 'SegCellCenters',
  reference: (_, { levels }) => {
    const centers = levels.flatMap(([height, width]) => gridCenters(height, width));
    return tf.tensor4d(centers, [1, centers.length / 2, 1, 2]);
  },
  gradient: 'none',
});

function gridCenters(height: number, width: number): number[] {
  const points: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) points.push((x + 0.5) / width, (y + 0.5) / height);
  }
  return points;
}
