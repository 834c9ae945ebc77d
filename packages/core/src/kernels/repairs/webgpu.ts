import * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { composed, type Repair, tensorsOf } from './repair.ts';

/** Shaders of tfjs-webgpu that do not compile, are cached under too short a key, lose NaN, or bind nothing. */
export const webgpuRepairs: Repair[] = [
  // tfjs binds every operand at once, beyond the eight or ten buffers that adapters allow
  composed('AddN', 'webgpu', (operands) => Object.values(operands).reduce((sum, operand) => tf.add(sum, operand))),
  // its shaders index a vector of five or more components, which WGSL does not have
  {
    kernelName: 'PadV2',
    backendName: 'webgpu',
    replace: (original) => (args) => {
      const { x } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      const { paddings, constantValue } = args.attrs as unknown as {
        paddings: [number, number][];
        constantValue: number;
      };
      if (x.rank < 5) return original!.kernelFunc(args);
      return tf.tidy(() => padAxisByAxis(x, paddings, constantValue));
    },
  },
  // a buffer of no bytes cannot be bound: a product over no terms is zero
  {
    kernelName: 'BatchMatMul',
    backendName: 'webgpu',
    replace: (original) => (args) => {
      const { a, b } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      if (a.size > 0 && b.size > 0) return original!.kernelFunc(args);
      const { transposeA, transposeB } = args.attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      return tf.zeros([...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!]);
    },
  },
  // sums of integers along an axis that is not the last produce an invalid shader, hence zeros
  ...['Sum', 'Max', 'Min', 'Any', 'All', 'Prod'].map(reducedAsFloat),
  // its shader does not compile for integers, those that a cast has only named floats among them; tfjs's others compute with
  // floats, too: exact to 2²⁴
  {
    kernelName: 'Transpose',
    backendName: 'webgpu',
    replace: (original) => (args) => {
      const { x } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      if (!isWhole(x, args.backend)) return original!.kernelFunc(args);
      const { perm } = args.attrs as unknown as { perm: number[] };
      return tf.tidy(() => tf.cast(tf.transpose(floatsOf(x), perm), x.dtype));
    },
  },
  // five axes and more are read back to the host, which cannot wait
  {
    kernelName: 'Tile',
    backendName: 'webgpu',
    replace: (original) => (args) => {
      const { x } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      if (x.rank < 5) return original!.kernelFunc(args);
      return tf.tidy(() => tiledAxisByAxis(x, (args.attrs as unknown as { reps: number[] }).reps));
    },
  },
  // segments beyond the sums are added to the first: here to one more, which is cut off
  {
    kernelName: 'UnsortedSegmentSum',
    backendName: 'webgpu',
    replace: (original) => (args) => {
      const { x, segmentIds } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      const { numSegments } = args.attrs as unknown as { numSegments: number };
      return tf.tidy(() => {
        const inputs = { x, segmentIds: tf.minimum(segmentIds, tf.scalar(numSegments, 'int32')) };
        const attrs = { numSegments: numSegments + 1 };
        const sums = original!.kernelFunc({ ...args, inputs, attrs }) as tf.TensorInfo;
        return tf.slice(tf.engine().makeTensorFromTensorInfo(sums), 0, numSegments);
      });
    },
  },
  // its shader clamps NaN to 0, that of ClipByValue hands it on
  composed('Relu6', 'webgpu', ({ x }) => tf.clipByValue(x, 0, 6)),
  // the length of the axis is written into the shader but not into its key
  composed('Cumsum', 'webgpu', ({ x }, { axis, exclusive, reverse }) =>
    cumulated(x, axis as number, exclusive as boolean, reverse as boolean),
  ),
];

/** True for whole numbers, those that a cast has only named floats among them: kernels of tfjs that call each other do not see the name. */
function isWhole(x: tf.Tensor, backend: unknown): boolean {
  const { tensorMap } = backend as { tensorMap: { get(dataId: object): { dtype: tf.DataType } } };
  return ['int32', 'bool'].includes(tensorMap.get(x.dataId).dtype);
}

/** Whole numbers as floats in memory, too. */
function floatsOf(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.cast(x, 'float32'), 0);
}

function reducedAsFloat(kernelName: string): Repair {
  return {
    kernelName,
    backendName: 'webgpu',
    replace: (original) => (args) => {
      const { x } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      if (kernelName === 'Sum' && x.size === 0) return sumOfNothing(x, args.attrs as unknown as SumAttrs);
      if (!isWhole(x, args.backend)) return original!.kernelFunc(args);
      return tf.tidy(() => {
        const isLogical = kernelName === 'Any' || kernelName === 'All';
        const name = kernelName === 'Any' ? 'Max' : kernelName === 'All' ? 'Min' : kernelName;
        const inputs = { x: floatsOf(x) };
        const attrs = args.attrs as unknown as tf.NamedAttrMap & { axis?: number; reductionIndices?: number };
        const axis = attrs.axis ?? attrs.reductionIndices;
        const result = tf
          .engine()
          .runKernel(name, inputs, { ...attrs, axis, reductionIndices: axis } as never) as tf.Tensor;
        return tf.cast(result, isLogical ? 'bool' : x.dtype === 'bool' ? 'int32' : x.dtype);
      });
    },
  };
}

type SumAttrs = { axis: number | number[]; keepDims: boolean };

/** Zeros: tfjs divides by the number of them, and asks for a buffer of NaN bytes. */
function sumOfNothing(x: tf.Tensor, { axis, keepDims }: SumAttrs): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const shape = x.shape.map((side, i) => (axes.includes(i) ? 1 : side));
  return tf.zeros(keepDims ? shape : shape.filter((_, i) => !axes.includes(i)), x.dtype === 'bool' ? 'int32' : x.dtype);
}

/** One axis at a time, each as the middle of three. */
function padAxisByAxis(x: tf.Tensor, paddings: [number, number][], value: number): tf.Tensor {
  return paddings.reduce((padded, [before, after], axis) => {
    if (before + after === 0) return padded;
    const [outer, inner] = [padded.shape.slice(0, axis), padded.shape.slice(axis + 1)];
    const side = padded.shape[axis]!;
    const middle = tf.reshape(padded, [sizeFromShape(outer), side, sizeFromShape(inner)]);
    const wide = tf.pad(
      middle,
      [
        [0, 0],
        [before, after],
        [0, 0],
      ],
      value,
    );
    return tf.reshape(wide, [...outer, before + side + after, ...inner]);
  }, x);
}

/** One axis at a time, each as the middle of three. */
function tiledAxisByAxis(x: tf.Tensor, reps: number[]): tf.Tensor {
  const shape = x.shape.slice();
  const tiled = reps.reduce((tile, rep, axis) => {
    if (rep === 1) return tile;
    const middle = [sizeFromShape(shape.slice(0, axis)), shape[axis]!, sizeFromShape(shape.slice(axis + 1))];
    shape[axis] = shape[axis]! * rep;
    return tf.tile(tf.reshape(tile, middle), [1, rep, 1]);
  }, x);
  return tf.reshape(tiled, shape);
}

/** Running sums by doubling: after k steps each element holds the sum of the 2ᵏ up to it. */
function cumulated(x: tf.Tensor, axis: number, exclusive: boolean, reverse: boolean): tf.Tensor {
  const at = tf.util.parseAxisParam(axis, x.shape)[0];
  const [outer, side, inner] = [
    sizeFromShape(x.shape.slice(0, at)),
    x.shape[at]!,
    sizeFromShape(x.shape.slice(at + 1)),
  ];
  const shifted = (y: tf.Tensor3D, by: number) => {
    const kept = tf.slice(y, [0, reverse ? by : 0, 0], [outer, side - by, inner]);
    return tf.pad(kept, [[0, 0], reverse ? [0, by] : [by, 0], [0, 0]]);
  };
  let sums = tf.reshape(x, [outer, side, inner]) as tf.Tensor3D;
  if (exclusive) sums = side > 1 ? shifted(sums, 1) : tf.zerosLike(sums);
  for (let by = 1; by < side; by *= 2) sums = tf.add(sums, shifted(sums, by));
  return tf.reshape(sums, x.shape);
}
