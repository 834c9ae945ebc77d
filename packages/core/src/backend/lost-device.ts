import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../errors.ts';

/** Backends whose device is gone: what they hold is lost. */
const lost = new WeakMap<object, string>();

type Owners = { state: { tensorInfo: WeakMap<object, { backend: object }> } };

/** Notes that the device of a backend is gone. */
export function loseBackend(backend: object, reason: string): void {
  lost.set(backend, reason);
}

/** Reason for which the device of a backend is gone; undefined while it is there. */
export function lossOf(backend: object): string | undefined {
  return lost.get(backend);
}

/** @throws BackendError where the device of a backend is gone */
export function expectDevice(backend: object): void {
  const reason = lost.get(backend);
  if (reason !== undefined) throw lossError(reason);
}

function lossError(reason: string, cause?: unknown): BackendError {
  const message = `webgpu: expected a device, got a lost one (${reason}); the next call starts another`;
  return new BackendError(message, { cause });
}

/**
 * The error of a computation that failed: where the device was lost meanwhile, one that says so, with what it led to as its
 * cause.
 */
export async function explainLoss(error: unknown): Promise<unknown> {
  await new Promise((resolve) => setTimeout(resolve, 0)); // the device tells of its loss behind what fails by it
  const reason = tf.getBackend() === 'webgpu' ? lost.get(tf.backend()) : undefined;
  return reason === undefined ? error : lossError(reason, error);
}

/** True for a tensor whose values a lost device held. */
export function isLost({ dataId }: tf.Tensor): boolean {
  const { state } = tf.engine() as unknown as Owners;
  const owner = state.tensorInfo.get(dataId as object)?.backend;
  return owner !== undefined && lost.has(owner);
}
