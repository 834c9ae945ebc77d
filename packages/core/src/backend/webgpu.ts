import * as tf from '@tensorflow/tfjs-core';
import { platform } from '#platform';

import { BackendError } from '../errors.ts';
import { bringBodies } from '../kernels/define-kernel.ts';
import { bringRepairs } from '../kernels/repairs/repair-kernels.ts';
import { webgpuRepairs } from '../kernels/repairs/webgpu.ts';
import { setHalfStorage } from '../kernels/webgpu/half-storage.ts';
import { widenOnDemand } from '../kernels/webgpu/widen-on-demand.ts';
import { absentPackage } from './absent-package.ts';
import type { BackendOptions, StartedBackend } from './backend-info.ts';
import { type BufferGiver, limitBindings } from './binding-limit.ts';
import { type BufferPool, boundPool } from './bounded-pool.ts';
import { checkBackend, reportDeviceError } from './device-errors.ts';
import { expectDevice, explainLoss, loseBackend } from './lost-device.ts';

type WebgpuPackage = typeof import('@tensorflow/tfjs-backend-webgpu');

/** Limits that tfjs's and our kernels use; each is raised to what the adapter has. */
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

const FEATURES: GPUFeatureName[] = ['shader-f16', 'timestamp-query'];

/**
 * Starts WebGPU on a device of our own, whose errors fail loudly: in a page on the browser's adapter, in Node on
 * that of the Dawn binding.
 */
export async function startWebgpu(): Promise<StartedBackend> {
  await platform.provideGpu();
  const adapter = await requestAdapter();
  const device = await requestDevice(adapter);
  const [webgpu, { WEBGPU_BODIES }, { WEBGPU_SHAPES }] = await Promise.all([
    loadWebgpu(),
    import('../kernels/webgpu/bodies.ts'),
    import('../kernels/webgpu/shapes.ts'),
  ]);
  bringBodies('webgpu', WEBGPU_BODIES, WEBGPU_SHAPES);
  bringRepairs(webgpuRepairs);
  registerDevice(webgpu, device, adapter.info);
  return {
    description: describe(adapter.info),
    threads: 1,
    halfPrecision: device.features.has('shader-f16'),
    maxBufferBytes: largestBinding(device),
    emulated: isSoftware(adapter.info),
  };
}

/** Lets tensors of inference be stored as halves, or ends that, if a call tells. */
export function chooseStorage({ halfStorage }: BackendOptions): void {
  if (halfStorage === undefined) return;
  if (typeof halfStorage === 'object') setHalfStorage(true, halfStorage.from);
  else setHalfStorage(halfStorage);
}

function largestBinding({ limits }: GPUDevice): number {
  return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

async function loadWebgpu(): Promise<WebgpuPackage> {
  try {
    return await import('@tensorflow/tfjs-backend-webgpu');
  } catch (error) {
    throw absentPackage('webgpu', '@tensorflow/tfjs-backend-webgpu', error);
  }
}

async function requestAdapter(): Promise<GPUAdapter> {
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined) throw new BackendError('webgpu: expected navigator.gpu, got a browser without WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new BackendError('webgpu: expected an adapter, got none');
  return adapter;
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  device.addEventListener('uncapturederror', (event) =>
    reportDeviceError((event as GPUUncapturedErrorEvent).error.message),
  );
  return device;
}

/** Shows the device to tfjs, with reads that fail where the device reported an error before. */
function registerDevice(webgpu: WebgpuPackage, device: GPUDevice, info: GPUAdapterInfo): void {
  if ('webgpu' in tf.engine().registryFactory) tf.removeBackend('webgpu');
  // tfjs would calculate small tensors on the processor, with other roundings than large ones
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const backend = new webgpu.WebGPUBackend(device as never, info as never);
  const commands = backend as unknown as { commandEncoder: GPUCommandEncoder | null };
  boundPool(backend.bufferManager as unknown as BufferPool, () => commands.commandEncoder !== null);
  limitBindings(backend as unknown as BufferGiver, largestBinding(device));
  widenOnDemand(backend as unknown as tf.KernelBackend);
  device.lost.then(({ reason, message }) => loseBackend(backend, message || reason));
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId).catch(async (error: unknown) => {
      throw await explainLoss(error);
    });
    expectDevice(backend);
    checkBackend();
    return values;
  };
  tf.registerBackend('webgpu', () => backend);
}

function describe({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const parts = description === '' ? [vendor, architecture, device] : [description];
  return parts.filter((part) => part !== '').join(' ') || 'an unnamed adapter';
}

function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(describe(info));
}
