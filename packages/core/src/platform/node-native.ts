import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import type { BackendOptions, BackendTraits } from '../backend/backend-info.ts';
import { BackendError } from '../errors.ts';
import { hostRequire } from './host-require.ts';

type NativeBackend = tf.KernelBackend & { isUsingGpuDevice?: boolean; binding?: { TF_Version?: string } };

/** Folder below a project's own into which scripts/build-tfjs-node.mjs puts the package. */
const BUILT = '.seg/tfjs-node/node_modules/@tensorflow/tfjs-node';

/**
 * Starts TensorFlow's own library through tfjs-node. Looked for in this order: the folder in SEG_TFJS_NODE, what
 * scripts/build-tfjs-node.mjs built in this folder or one above, the installed packages.
 */
export async function startTensorflow(
  name: 'node' | 'node-gpu',
  { threads }: BackendOptions = {},
): Promise<BackendTraits> {
  restoreRemovedFunctions();
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  if (threads !== undefined) {
    // read when the library is loaded: threads of an op, and of the ops of a graph
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS = String(threads);
  }
  const source = loadFirst(places(name));
  await tf.setBackend('tensorflow');
  const { isUsingGpuDevice = false, binding } = tf.backend() as NativeBackend;
  if (name === 'node-gpu' && !isUsingGpuDevice) {
    throw new BackendError(`node-gpu: expected TensorFlow to find a CUDA device, got none (${source})`);
  }
  return {
    description: `TensorFlow ${binding?.TF_Version ?? ''}, ${isUsingGpuDevice ? 'CUDA' : 'CPU'}`,
    threads: threads ?? availableParallelism(),
    halfPrecision: false,
    maxBufferBytes: Number.MAX_SAFE_INTEGER,
  };
}

/** Node 23 dropped two functions of `util` that tfjs-node calls in every op; Node 22 warns of them. */
function restoreRemovedFunctions(): void {
  const util = hostRequire('node:util'); // an ES module's view of it cannot be written to
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

function places(name: 'node' | 'node-gpu'): string[] {
  const folders: string[] = [];
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    folders.push(join(folder, BUILT));
    if (dirname(folder) === folder) break;
  }
  const built = folders.filter((folder) => existsSync(folder));
  const given = process.env.SEG_TFJS_NODE;
  return [...(given === undefined ? [] : [given]), ...built, `@tensorflow/tfjs-${name}`, '@tensorflow/tfjs-node'];
}

/** Loads the first that loads, and returns its place. */
function loadFirst(candidates: string[]): string {
  const failures: string[] = [];
  for (const source of candidates) {
    try {
      quietly(() => hostRequire(source));
      return source;
    } catch (error) {
      failures.push(`${source} (${error instanceof Error ? error.message.split('\n')[0] : error})`);
    }
  }
  throw new BackendError(`node: expected tfjs-node, got ${failures.join('; ')}. See docs/native-tensorflow.md`);
}

/**
 * Loads without `console.warn`: tfjs-node brings tfjs's own backends along, and tfjs warns of each of their kernels
 * that is there already. Loading is synchronous, so no warning of anyone else is lost.
 */
function quietly(load: () => void): void {
  const { warn } = console;
  console.warn = () => {};
  try {
    load();
  } finally {
    console.warn = warn;
  }
}
