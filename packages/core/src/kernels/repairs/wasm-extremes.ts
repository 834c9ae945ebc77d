import * as tf from '@tensorflow/tfjs-core';

import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';
import { type Repair, tensorsOf } from './repair.ts';

/** Elements that are worth a thread: as many as those of `reluGradient`, a comparison each. */
const GRAIN = 131_072;

/** XNNPACK clamps NaN to the lower bound, and tfjs's maximum and minimum lose one in the second operand. */
export const wasmExtremeRepairs: Repair[] = [
  clamped('ClipByValue', ({ clipValueMin, clipValueMax }) => [clipValueMin!, clipValueMax!]),
  clamped('Relu6', () => [0, 6]),
  extreme('Maximum', 'maximum'),
  extreme('Minimum', 'minimum'),
];

function clamped(kernelName: string, boundsOf: (attrs: Record<string, number>) => Bounds): Repair {
  return {
    kernelName,
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      if (x.dtype !== 'float32') return original!.kernelFunc(args);
      return clamp(args.backend as WasmBackend, x, boundsOf(args.attrs as Record<string, number>));
    },
  };
}

function extreme(kernelName: string, kernel: 'maximum' | 'minimum'): Repair {
  return {
    kernelName,
    backendName: 'wasm',
    replace: (original) => (args) => {
      const backend = args.backend as WasmBackend;
      const { a, b } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return original!.kernelFunc(args);
      const [x, bound] = a.size === 1 ? [b, a] : [a, b];
      if (bound.size !== 1 || bound.rank > x.rank) return tf.tidy(() => elementwise(backend, kernel, a, b));
      const value = elementOf(backend, bound);
      return clamp(backend, x, kernel === 'maximum' ? [value, Infinity] : [-Infinity, value]);
    },
  };
}

type Bounds = [low: number, high: number];

function clamp(backend: WasmBackend, x: tf.TensorInfo, bounds: Bounds): tf.TensorInfo {
  return writeTensor(backend, x.shape, (to) =>
    wasmModule(backend).run('clamp', [addressOf(backend, x), to, ...bounds], elementsOf(x, GRAIN)),
  );
}

/** The one element of a tensor. */
function elementOf(backend: WasmBackend, scalar: tf.TensorInfo): number {
  return new Float32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, scalar), 1)[0];
}

function elementwise(backend: WasmBackend, kernel: 'maximum' | 'minimum', a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const operands = [a, b].map((x) => (x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape)));
  const addresses = operands.map((x) => addressOf(backend, x));
  const out = writeTensor(backend, shape, (to) =>
    wasmModule(backend).run(kernel, [...addresses, to], elementsOf(operands[0]!, GRAIN)),
  );
  return tf.engine().makeTensorFromTensorInfo(out);
}
