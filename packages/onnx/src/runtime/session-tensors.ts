import * as tf from '@tensorflow/tfjs-core';

/** Tensor of onnxruntime, as all its packages have it. */
export type OrtTensor = { readonly data: unknown; readonly dims: readonly number[]; readonly type: string };

/** Module of onnxruntime, node or web: what a session needs of it. */
export type OrtModule = {
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  InferenceSession: {
    // biome-ignore lint/suspicious/noExplicitAny: each package has options of its own
    create(model: Uint8Array, options?: any): Promise<OrtSession>;
  };
};

/** Session of onnxruntime. */
export type OrtSession = {
  // biome-ignore lint/suspicious/noExplicitAny: the packages' own types differ in what else a value can be
  run(feeds: any): Promise<Readonly<Record<string, any>>>;
  release(): Promise<void>;
};

/** Copies of tensors in onnxruntime's form. */
export async function feedsOf<T>(
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => T,
  inputs: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, T>> {
  const feeds: Record<string, T> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    feeds[name] = new Tensor('float32', (await tensor.data()) as Float32Array, tensor.shape);
  }
  return feeds;
}

/** Copies of results as tensors; the caller disposes them. */
export function tensorsOf(results: Readonly<Record<string, OrtTensor>>): Map<string, tf.Tensor> {
  return new Map(
    Object.entries(results).map(([name, { data, dims, type }]) => {
      return [name, tf.tensor(data as Float32Array, [...dims], type === 'float32' ? 'float32' : 'int32')];
    }),
  );
}
