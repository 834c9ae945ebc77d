import type * as tf from '@tensorflow/tfjs-core';

import { isRehearsal } from '../../backend/rehearsal.ts';
import { storedIn } from './half-storage.ts';

/** Tensor under the name and type that a shader gives it. */
export type Binding = {
  name: string;
  tensor: tf.TensorInfo;
  access: 'read' | 'read_write';
  type: string;
  /** True where the shader takes the tensor's buffer as halves. Default: it is made floats before */
  halves?: boolean;
};

/** Call of a shader: everything that one dispatch takes. */
export type Dispatch = {
  key: string;
  bindings: readonly Binding[];
  uniforms: readonly { name: string; type: 'i32' | 'f32'; value: number }[];
  /** Workgroups of 64. */
  groups: number;
  code: string;
};

type Uniform = { type: 'int32' | 'float32'; data: number[] };

/** Part of tfjs's webgpu backend that its own programs use. All of it is public there. */
type WebgpuBackend = {
  device: GPUDevice;
  pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
  uploadToGPU(dataId: object): void;
  tensorToBinding(tensor: tf.TensorInfo): GPUBindingResource;
  makeUniforms(uniforms: Uniform[]): GPUBindingResource;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
};

/** Workgroups that every adapter takes along one dimension (`maxComputeWorkgroupsPerDimension`). */
const MOST_GROUPS = 65535;
/** Dispatches that wait before a submission: tfjs's own WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE. */
const MOST_WAITING = 15;

/**
 * Puts one dispatch behind those of tfjs, in its pass and by its rules of who owns a buffer. Unlike a program of tfjs it may
 * have several results, and none of its uniforms are shapes.
 */
export function dispatch(given: tf.KernelBackend, { key, bindings, uniforms, groups, code }: Dispatch): void {
  const backend = given as unknown as WebgpuBackend;
  const made = pipelineOf(backend, { key, bindings, uniforms, groups, code });
  if (isRehearsal()) return;
  const pipeline = made as GPUComputePipeline; // rehearsals end when all are there
  for (const { tensor, halves } of bindings) {
    const dataId = tensor.dataId as object;
    const isThere = halves && storedIn(given, dataId).resource != null; // uploading would make it floats
    if (!isThere) backend.uploadToGPU(dataId);
  }
  const resources = bindings.map(({ tensor }) => backend.tensorToBinding(tensor));
  if (uniforms.length > 0) resources.push(uniformsOf(backend, uniforms));
  const bindGroup = backend.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
  for (const { tensor } of bindings) backend.commandQueueOwnedIds.add(tensor.dataId as object);
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder.beginComputePass();
  backend.computePassEncoder.setPipeline(pipeline);
  backend.computePassEncoder.setBindGroup(0, bindGroup);
  const rows = Math.ceil(groups / MOST_GROUPS);
  backend.computePassEncoder.dispatchWorkgroups(Math.ceil(groups / rows), rows);
  if (++backend.dispatchCountInPass < MOST_WAITING) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** Buffers of uniforms by the numbers in them; null for numbers that were there once, as those of an optimizer's step are. */
const filled = new WeakMap<GPUDevice, Map<string, GPUBuffer | null>>();
/** Numbers that are known, 4096 times: those of images of some forty sizes, a few hundred bytes each at most. */
const MOST_FILLED = 4096;

/** Uniforms that come again have a buffer that is never written again: passes over images of one size have the same of them. */
function uniformsOf(backend: WebgpuBackend, uniforms: Dispatch['uniforms']): GPUBindingResource {
  const buffers = filled.get(backend.device) ?? new Map<string, GPUBuffer | null>();
  filled.set(backend.device, buffers);
  const key = uniforms.map(({ type, value }) => `${type}${value}`).join();
  const known = buffers.get(key);
  if (known === undefined) {
    if (buffers.size >= MOST_FILLED) buffers.clear(); // not destroyed: commands that wait may read them
    buffers.set(key, null);
    return backend.makeUniforms(uniforms.map(uniformOf));
  }
  const buffer = known ?? filledBuffer(backend.device, uniforms);
  buffers.set(key, buffer);
  return { buffer };
}

const uniformOf = ({ type, value }: Dispatch['uniforms'][number]): Uniform => ({
  type: type === 'i32' ? 'int32' : 'float32',
  data: [value],
});

function filledBuffer(device: GPUDevice, uniforms: Dispatch['uniforms']): GPUBuffer {
  const size = 16 * Math.ceil(uniforms.length / 4);
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true });
  const view = new DataView(buffer.getMappedRange());
  for (const [i, { type, value }] of uniforms.entries()) {
    if (type === 'i32') view.setInt32(4 * i, value, true);
    else view.setFloat32(4 * i, value, true);
  }
  buffer.unmap();
  return buffer;
}

/** Pipelines stand in tfjs's cache, so that what waits for its pipelines waits for ours. */
function pipelineOf(
  { device, pipelineCache }: WebgpuBackend,
  call: Dispatch,
): GPUComputePipeline | Promise<GPUComputePipeline> {
  const key = ['seg', call.key, ...call.bindings.map(({ type }) => type)].join(' ');
  if (pipelineCache[key] !== undefined) return pipelineCache[key];
  const descriptor: GPUComputePipelineDescriptor = {
    label: call.key,
    layout: 'auto',
    compute: { module: device.createShaderModule({ label: call.key, code: textOf(call) }) },
  };
  pipelineCache[key] = isRehearsal()
    ? device.createComputePipelineAsync(descriptor)
    : device.createComputePipeline(descriptor);
  return pipelineCache[key];
}

function textOf({ bindings, uniforms, code }: Dispatch): string {
  const arrays = bindings.map(
    ({ name, access, type }, i) => `@group(0) @binding(${i}) var<storage, ${access}> ${name}: ${type};`,
  );
  const sizes = uniforms.map(({ name, type }) => `${name}: ${type}`).join(', ');
  const struct =
    uniforms.length === 0
      ? ''
      : `struct Uniforms { ${sizes} }\n@group(0) @binding(${bindings.length}) var<uniform> uniforms: Uniforms;`;
  return `${arrays.join('\n')}
    ${struct}
    ${code}
    @compute @workgroup_size(64)
    fn start(
      @builtin(local_invocation_index) lane: u32,
      @builtin(workgroup_id) group: vec3<u32>,
      @builtin(num_workgroups) groups: vec3<u32>,
    ) {
      main(i32((group.y * groups.x + group.x) * 64u + lane));
    }`;
}
