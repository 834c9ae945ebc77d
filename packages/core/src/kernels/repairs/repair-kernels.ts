import * as tf from '@tensorflow/tfjs-core';
import { wasmConvolutionRepairs } from '../conv2d/wasm-repairs.ts';
import { wasmProductRepairs } from '../mat-mul/wasm-repairs.ts';
import { wasmMaxPoolRepairs } from '../max-pool/wasm-repairs.ts';
import { reductionsOfNothing } from './of-nothing.ts';
import type { Repair } from './repair.ts';
import { wasmBlockRepairs } from './wasm-blocks.ts';
import { wasmCastRepairs } from './wasm-cast.ts';
import { wasmExtremeRepairs } from './wasm-extremes.ts';
import { wasmIdentityRepairs } from './wasm-identity.ts';
import { wasmIndexingRepairs } from './wasm-indexing.ts';
import { wasmSoftmaxRepairs } from './wasm-softmax.ts';
import { wasmSoftplusRepairs } from './wasm-softplus.ts';
import { wasmSumRepairs } from './wasm-sums.ts';
import { wasmTransposeRepairs } from './wasm-transpose.ts';

const REPAIRS: Repair[] = [
  ...wasmBlockRepairs,
  ...wasmCastRepairs,
  ...wasmConvolutionRepairs,
  ...wasmExtremeRepairs,
  ...wasmIdentityRepairs,
  ...wasmIndexingRepairs,
  ...wasmMaxPoolRepairs,
  ...wasmProductRepairs,
  ...wasmSoftmaxRepairs,
  ...wasmSoftplusRepairs,
  ...wasmSumRepairs,
  ...wasmTransposeRepairs,
];

/** Repairs that backends bring with them. */
const brought = new Set<Repair>();

/** Takes in the repairs of a backend that is about to start: those that pages without it need not fetch. */
export function bringRepairs(repairs: readonly Repair[]): void {
  for (const repair of repairs) brought.add(repair);
}

const repaired = new Set<string>();

/** Replaces the kernels of a backend that tfjs lacks, gets wrong or does slowly. Once for each backend. */
export function repairKernels(backendName: string): void {
  if (repaired.has(backendName)) return;
  repaired.add(backendName);
  const all = [...REPAIRS, ...brought, ...reductionsOfNothing]; // these around what is repaired
  for (const repair of all.filter((candidate) => candidate.backendName === backendName)) {
    const original = tf.getKernel(repair.kernelName, backendName);
    if (original !== undefined) tf.unregisterKernel(repair.kernelName, backendName);
    tf.registerKernel({
      ...original,
      kernelName: repair.kernelName,
      backendName,
      kernelFunc: repair.replace(original),
    });
  }
}
