import * as tf from '@tensorflow/tfjs-core';

type Pass = object;
type LateDisposal = { passes: Set<Pass>; tensors: readonly tf.Tensor[] };

/** Passes in steps that have begun and not ended: they may rest, and hold tensors meanwhile. */
const open = new Set<Pass>();
let waiting: LateDisposal[] = [];

/** Tells that a pass begins. @returns Tells that it has ended */
export function beginPass(): () => void {
  const pass = {};
  open.add(pass);
  return () => {
    open.delete(pass);
    for (const { passes, tensors } of waiting) if (passes.delete(pass) && passes.size === 0) tf.dispose([...tensors]);
    waiting = waiting.filter(({ passes }) => passes.size > 0);
  };
}

/** Disposes of shared tensors as soon as all passes have ended that may hold them, those that have begun by now. */
export function disposeBehindPasses(tensors: readonly tf.Tensor[]): void {
  if (open.size === 0) tf.dispose([...tensors]);
  else waiting.push({ passes: new Set(open), tensors });
}
