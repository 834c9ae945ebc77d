import type { BackendName, BackendOptions } from '@seg/core';
import type { LoadOptions, SegmenterOptions } from '@seg/models';

/** Options of loading a model in a worker: those of `Segmenter.load` that can be sent to it, and its backend. */
export type WorkerLoadOptions = Omit<LoadOptions, 'systems' | 'allowRedirect'> &
  Pick<SegmenterOptions, 'maxWaiting' | 'concurrency'> &
  BackendOptions & {
    /** Backend of the worker. Default: `auto`, WebGPU on a graphics processor, else WebAssembly. */
    backend?: BackendName | 'auto';
  };
