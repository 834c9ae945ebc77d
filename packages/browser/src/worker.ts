// Entry of the worker: nothing else may happen here, since every bundler makes a file of its own of it.
import { serveSegmenter } from './serve-segmenter.ts';
import type { CallPort } from './wire/messages.ts';

serveSegmenter(globalThis as unknown as CallPort);
