import * as tf from '@tensorflow/tfjs-core';

import { onOwnTape } from './gradients/own-tape.ts';
import { needsShapesOnly } from './gradients/shape-only.ts';
import { withWished } from './gradients/wished.ts';

type TapeNode = {
  kernelName: string;
  inputs: tf.NamedTensorMap;
  saved: tf.Tensor[];
  outputs: tf.Tensor[];
  gradient?: (dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
};
type EngineInternals = {
  startTape(): void;
  endTape(): void;
  state: { activeTape: TapeNode[] | null; gradientDepth: number };
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
    if (engine.state.gradientDepth === 1) freeUnread(engine.state.activeTape!);
    try {
      return tf.tidy(forward);
    } finally {
      engine.endTape();
      this.nodes.push(...(engine.state.activeTape ?? []));
      engine.state.activeTape = null;
    }
  }

  /**
   * Continues the recorded pass to a scalar and differentiates both. Spends the tape, also where the loss or a gradient fails.
   *
   * @param xs Differentiate with respect to these
   * @returns The loss, and one gradient per x, null where the loss does not depend on it
   * @throws RangeError where there are none of these
   */
  gradients(loss: () => tf.Scalar, xs: tf.Tensor[]): { value: tf.Scalar; gradients: (tf.Tensor | null)[] } {
    if (xs.length === 0) throw new RangeError('Tape.gradients: expected tensors to differentiate by, got none');
    const { state } = tf.engine() as unknown as EngineInternals;
    const nodes = this.nodes;
    this.nodes = [];
    const whole = () => {
      state.activeTape!.unshift(...nodes);
      if (state.gradientDepth === 1) freeUnread(state.activeTape!);
      const value = tf.tidy(loss);
      if (state.gradientDepth === 1) freeAsUsed(state.activeTape!, xs);
      return value;
    };
    const differentiate = () => tf.engine().gradients(whole, xs, undefined, true);
    const { value, grads } = onOwnTape(() => tf.tidy(differentiate)); // tidy: the loss too goes where a gradient fails
    return { value, gradients: grads.map((gradient) => gradient ?? null) };
  }

  /** Frees what the pass saved, where no gradient was asked for. */
  dispose(): void {
    for (const node of this.nodes) tf.dispose(node.saved);
    this.nodes = [];
  }
}

/** Frees at once what a node saves for its shape alone: sums and reshapes keep no map alive. */
function freeUnread(nodes: TapeNode[]): void {
  nodes.push = (...added) => {
    for (const { kernelName, saved } of added) if (needsShapesOnly(kernelName)) tf.dispose(saved);
    return Array.prototype.push.apply(nodes, added);
  };
}

/**
 * Frees what each node saved, the gradients of its outputs, and what it made beside those of its inputs, when the next node's turn
 * comes; also gradients that were added to earlier ones. tfjs keeps all of it until all is differentiated: of Mask2Former with
 * ResNet-50 at 512 × 512 more than the 4 GiB that a WebAssembly heap may have.
 */
function freeAsUsed(nodes: TapeNode[], xs: tf.Tensor[]): void {
  const wanted = new Set(xs.map(({ id }) => id));
  const handedOn = new WeakSet<tf.Tensor>();
  const reached = new Set<number>();
  let spent: tf.Tensor[] = [];
  for (const node of nodes) {
    const { gradient, outputs, saved } = node;
    if (gradient === undefined) continue;
    // `this`: tfjs calls a copy of the node, with the inputs alone that a gradient is asked for
    node.gradient = function (this: TapeNode, dys) {
      tf.dispose(spent);
      const given = dys.filter((dy): dy is tf.Tensor => dy !== null);
      spent = [...given.filter((dy) => !wanted.has(outputs[dys.indexOf(dy)]!.id)), ...saved];
      // one tensor may be the gradient of several: each gets one of its own
      const owned = (dx: tf.Tensor): tf.Tensor => {
        const result = handedOn.has(dx) || dys.includes(dx) || saved.includes(dx) ? tf.clone(dx) : dx;
        handedOn.add(result);
        return result;
      };
      const gradients = tf.tidy(() => {
        const names = Object.keys(this.inputs);
        const wished = Object.entries(withWished(names, () => gradient(dys))).filter(([name]) => name in this.inputs);
        return wished.map(([name, derive]) => [name, owned(derive())] as const);
      });
      for (const [name, dx] of gradients) {
        const { id } = this.inputs[name]!;
        if (reached.has(id)) spent.push(dx); // tfjs adds it to that of another node
        reached.add(id);
      }
      return Object.fromEntries(gradients.map(([name, dx]) => [name, () => dx]));
    };
  }
}
