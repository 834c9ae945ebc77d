import * as tf from '@tensorflow/tfjs-core';

type TapeNode = { saved: tf.Tensor[] };
type EngineInternals = {
  startTape(): void;
  endTape(): void;
  state: { activeTape: TapeNode[] | null };
};

/**
 * A forward pass whose gradient is asked for later. Between the two, values may be downloaded with `await`: set
 * criteria match predictions to targets on the host, and not every backend can read synchronously.
 */
export class Tape {
  private nodes: TapeNode[] = [];

  /** Runs `forward` and remembers its operations. The caller owns the result. */
  record<T extends tf.TensorContainer>(forward: () => T): T {
    const engine = tf.engine() as unknown as EngineInternals;
    engine.startTape();
    try {
      return tf.tidy(forward);
    } finally {
      engine.endTape();
      this.nodes.push(...(engine.state.activeTape ?? []));
      engine.state.activeTape = null;
    }
  }

  /**
   * Continues the recorded pass to a scalar and differentiates both. Spends the tape.
   *
   * @param xs Differentiate with respect to these
   * @returns The loss, and one gradient per x, null where the loss does not depend on it
   */
  gradients(loss: () => tf.Scalar, xs: tf.Tensor[]): { value: tf.Scalar; gradients: (tf.Tensor | null)[] } {
    const engine = tf.engine() as unknown as EngineInternals;
    const nodes = this.nodes;
    this.nodes = [];
    const { value, grads } = tf.engine().gradients(
      () => {
        engine.state.activeTape!.unshift(...nodes);
        return tf.tidy(loss);
      },
      xs,
      undefined,
      true,
    );
    return { value, gradients: grads.map((gradient) => gradient ?? null) };
  }

  /** Frees what the pass saved, where no gradient was asked for. */
  dispose(): void {
    for (const node of this.nodes) tf.dispose(node.saved);
    this.nodes = [];
  }
}
