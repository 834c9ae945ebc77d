import { init, Linear, movedBoxes, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Nearer to 0 and 1 than this, the inverse sigmoid does not follow. */
const MARGIN = 1e-5;

/**
 * Moves a reference by what a query says: σ(MLP(q) + σ⁻¹(reference)). Zhu et al. 2021, section A.4, "iterative bounding
 * box refinement". Keys are mmdetection's, `reg_branches.{i}`.
 */
export class BoxRefinement {
  readonly layers: Linear[];

  /** @param startingBias Of width and height before the sigmoid, in a new model */
  constructor(scope: Scope, dim: number, startingBias: number) {
    const bias = () => tf.tensor1d([0, 0, startingBias, startingBias]);
    this.layers = [
      new Linear(scope.at(0), { inDim: dim, outDim: dim, init: 'torch' }),
      new Linear(scope.at(2), { inDim: dim, outDim: dim, init: 'torch' }),
      new Linear(scope.at(4), { inDim: dim, outDim: 4, init: { weight: init.zeros, bias } }),
    ];
  }

  /**
   * @param queries [B, N, C]
   * @param reference [B | 1, N, 2] points, from which width and height start at ½, or [B, N, 4] boxes
   * @returns [B, N, 4] boxes (cx, cy, w, h) in [0, 1]
   */
  forward(queries: tf.Tensor3D, reference: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => {
      const [first, second, third] = this.layers;
      const moved = third.forward(second.forward(first.forward(queries, 'relu'), 'relu'));
      return movedBoxes({ moved, reference }, { margin: MARGIN });
    });
  }
}
