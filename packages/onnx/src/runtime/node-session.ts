import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';

import { writeModel } from '../file/write-model.ts';
import type { OnnxGraph } from '../graph/onnx-graph.ts';
import type { GraphSession } from './graph-session.ts';
import { feedsOf, tensorsOf } from './session-tensors.ts';

/** Options of a session of onnxruntime: threads, providers (`cuda`, for one); see its documentation. */
export type SessionOptions = InferenceSession.SessionOptions;

/**
 * Opens a graph in onnxruntime-node. Its files are in a folder of the system's for as long as it lives.
 *
 * @throws Error of one line, where onnxruntime-node is not installed
 */
export async function openSession(graph: OnnxGraph, options: SessionOptions = {}): Promise<GraphSession> {
  const ort = await loadRuntime();
  const folder = await mkdtemp(path.join(tmpdir(), 'seg-onnx-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const file = path.join(folder, 'model.onnx');
    await writeModel(file, graph, { apart: true }); // mapped, where it would be copied from inside
    const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3, ...options });
    return {
      run: async (inputs) => tensorsOf(await session.run(await feedsOf(ort.Tensor, inputs))),
      dispose: async () => {
        await session.release();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnnxModule = typeof import('onnxruntime-node');

async function loadRuntime(): Promise<OnnxModule> {
  try {
    const loaded = await import('onnxruntime-node');
    return (loaded as unknown as { default?: OnnxModule }).default ?? loaded;
  } catch (error) {
    throw new Error('onnx: expected onnxruntime-node to be installed (npm install onnxruntime-node), got none', {
      cause: error,
    });
  }
}
