import * as tf from '@tensorflow/tfjs-core';
import { platform } from '#platform';

import { BackendError } from '../errors.ts';
import { registerGradients } from '../gradients/register-gradients.ts';
import { repairKernels } from '../kernels/repairs/repair-kernels.ts';
import { loadWasmKernels } from '../kernels/wasm/wasm-kernels.ts';
import type {
  BackendInfo,
  BackendName,
  BackendOptions,
  BackendTraits,
  PassedOver,
  StartedBackend,
} from './backend-info.ts';
import { checkOptions } from './check-options.ts';
import { startCpu } from './cpu.ts';
import { checkBackend, dropDeviceErrors } from './device-errors.ts';
import { lossOf } from './lost-device.ts';
import { claimBackends } from './single-copy.ts';
import { startWasm } from './wasm.ts';

/** From the fastest to the slowest. */
const ORDER: readonly BackendName[] = ['webgpu', 'node-gpu', 'node', 'wasm', 'cpu'];

/** Backends that `auto` may take: plain JavaScript, many times slower than the rest, only who asks for it gets. */
const AUTOMATIC = ORDER.filter((name) => name !== 'cpu');

/** Milliseconds that a start may take unless told. */
const TIME_LIMIT = 60_000;

type Start = { attempt: Promise<StartedBackend>; threads: number | undefined };

/** Each start and the threads that it was asked for: a backend is started once in the life of a process. */
const started = new Map<BackendName, Start>();

/** The lost backend in whose place another is started. */
let replaced: tf.KernelBackend | undefined;

/**
 * Starts a backend and makes it the one that ops run on, with the gradients and kernels that tfjs lacks. Backend
 * packages are loaded on demand. `auto` takes the first of webgpu, node-gpu, node, wasm that starts on real hardware,
 * and tells why it passed over the others; plain JavaScript, `cpu`, is only taken by name.
 *
 * @throws RangeError naming an option that is unknown or cannot be
 * @throws BackendError if the backend cannot start here, or not within the time limit, or belongs to another copy of this
 *   package
 */
export async function useBackend(name: BackendName | 'auto', options: BackendOptions = {}): Promise<BackendInfo> {
  checkOptions(options);
  forgetLostDevice();
  checkBackend();
  claimBackends('useBackend');
  if (name !== 'auto') return { name, ...(await activate(name, options, false)), passedOver: [] };
  const passedOver: PassedOver[] = [];
  for (const candidate of AUTOMATIC) {
    try {
      return { name: candidate, ...(await activate(candidate, options, true)), passedOver };
    } catch (error) {
      passedOver.push({ name: candidate, reason: reasonOf(error) });
    }
  }
  const reasons = passedOver.map(({ name, reason }) => `\n  ${name}: ${reason}`).join('');
  throw new BackendError(
    `useBackend: expected one of ${AUTOMATIC.join(', ')} to start, got none. Ask for cpu by name for plain JavaScript${reasons}`,
  );
}

/**
 * Starts a new device where the one in use was lost: in sleep, by a driver that starts anew, or by too much work. What was on
 * it is lost; `ParamStore.restore` brings weights back.
 *
 * @returns True where there was a loss
 * @throws BackendError where no device can be had
 */
export async function reviveBackend(): Promise<boolean> {
  if (tf.getBackend() !== 'webgpu' || lossOf(tf.backend()) === undefined) return false;
  await useBackend('webgpu');
  return true;
}

function forgetLostDevice(): void {
  const { registry } = tf.engine();
  if (!('webgpu' in registry) || registry.webgpu === replaced || lossOf(registry.webgpu) === undefined) return;
  replaced = registry.webgpu;
  started.delete('webgpu');
  dropDeviceErrors();
}

async function activate(name: BackendName, options: BackendOptions, hardwareOnly: boolean): Promise<BackendTraits> {
  const { emulated = false, ...traits } = await withinLimit(name, startOnce(name, options), options.timeLimit);
  if (hardwareOnly && emulated) {
    throw new BackendError(
      `${name}: expected a graphics processor, got ${traits.description}. Ask for ${name} by name to use it`,
    );
  }
  const registered = registryName(name);
  await tf.setBackend(registered);
  await tf.ready();
  if (name === 'webgpu') (await import('./webgpu.ts')).chooseStorage(options);
  if (name === 'wasm') await loadWasmKernels(traits.threads);
  registerGradients();
  repairKernels(registered);
  return traits;
}

async function startOnce(name: BackendName, options: BackendOptions): Promise<StartedBackend> {
  const known = started.get(name);
  if (known !== undefined) return withThreads(name, known, options.threads);
  const attempt = start(name, options);
  started.set(name, { attempt, threads: options.threads });
  attempt.catch(() => started.delete(name)); // a later call may find it installed
  return attempt;
}

/** @throws BackendError where it runs, or was to run, on another number of threads */
async function withThreads(name: BackendName, { attempt, threads }: Start, wanted = threads): Promise<StartedBackend> {
  const traits = await attempt;
  if (wanted === threads || wanted === traits.threads || !hasThreads(name)) return traits;
  throw new BackendError(
    `${name}: expected ${wanted} threads, got a backend that another call has started with ${traits.threads}`,
  );
}

const hasThreads = (name: BackendName): boolean => name === 'wasm' || name === 'node';

/** A start that goes on beyond the limit is kept: a later call may find it done. */
async function withinLimit<T>(name: BackendName, attempt: Promise<T>, limit = TIME_LIMIT): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new BackendError(`${name}: expected to start within ${limit} ms, got no answer`)),
      limit,
    );
  });
  try {
    return await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function start(name: BackendName, options: BackendOptions): Promise<StartedBackend> {
  switch (name) {
    case 'webgpu':
      return (await import('./webgpu.ts')).startWebgpu();
    case 'node-gpu':
    case 'node':
      return platform.startNative(name, options);
    case 'wasm':
      return startWasm(options);
    case 'cpu':
      return startCpu();
    default:
      name satisfies never;
      throw new BackendError(`useBackend: expected auto, ${ORDER.join(', ')}, got ${name}`);
  }
}

/** The name under which tfjs knows a backend. */
function registryName(name: BackendName): string {
  return name === 'node' || name === 'node-gpu' ? 'tensorflow' : name;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
