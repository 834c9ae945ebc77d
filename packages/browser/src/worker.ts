// Entry of the worker: nothing else may happen here, since every bundler makes a file of its own of it.
import { serveSegmenter } from './serve-segmenter.ts';
import type { CallPort } from './wire/messages.ts';

// imported anywhere else, by a tool that looks at every export for one, it does nothing
if ('WorkerGlobalScope' in globalThis) serveSegmenter(globalThis as unknown as CallPort);
