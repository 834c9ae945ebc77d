import { expectOptions, expectValue, numberIn, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { NetworkRuntime } from '@seg/models';
import { encodeModel } from '../file/encode-model.ts';
import { runtimeOfSessions } from './runtime-of-sessions.ts';
import { feedsOf, type OrtModule, tensorsOf } from './session-tensors.ts';

/** Options of a runtime in a page. */
export type WebRuntimeOptions = {
  /** onnxruntime-web, which the page has loaded and set up; onnxruntime-node has the same form. */
  ort: OrtModule;
  /** Options of its sessions: `executionProviders: ['webgpu']`, for one. */
  session?: object;
  /** Most sizes of images whose sessions are kept, the last ones used. Default: 4. */
  maxSizes?: number;
};

const OPTIONS = {
  ort: [
    'onnxruntime-web',
    (value) =>
      typeof (value as Partial<OrtModule> | null)?.InferenceSession === 'function' ||
      typeof (value as Partial<OrtModule> | null)?.InferenceSession === 'object',
  ],
  session: ['an object of options', (value) => typeof value === 'object' && value !== null],
  maxSizes: numberIn({ least: 1, most: Number.POSITIVE_INFINITY, isWhole: true }),
} satisfies Record<string, OptionCheck>;

/**
 * Runs networks in onnxruntime-web in place of the backend, for `Segmenter` in a page. Models reach it in memory, so that
 * weights are 2 GiB at most. Every size and number of images is exported when it comes first.
 */
export function webRuntime(whole: WebRuntimeOptions): NetworkRuntime {
  expectOptions('webRuntime', whole ?? null, OPTIONS);
  expectValue('webRuntime', 'ort', whole.ort, OPTIONS.ort);
  const { ort, session: options = {}, maxSizes } = whole;
  return runtimeOfSessions(async (graph) => {
    const session = await ort.InferenceSession.create(encodeModel(graph).model, options);
    return {
      run: async (inputs) => tensorsOf(await session.run(await feedsOf(ort.Tensor, inputs))),
      dispose: () => session.release(),
    };
  }, maxSizes);
}
