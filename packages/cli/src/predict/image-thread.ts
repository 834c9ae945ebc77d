import { parentPort } from 'node:worker_threads';
import { FormatError } from '@seg/checkpoint';

import { readWithDigest, type ThreadAnswer } from './image-reader.ts';

type Request = { id: number; file: string; run: string; known: string | null };

parentPort?.on('message', async ({ id, file, run, known }: Request) => {
  let answer: ThreadAnswer;
  try {
    answer = { id, read: await readWithDigest(file, run, known) };
  } catch (error) {
    answer = { id, error: (error as Error).message, isRefusal: error instanceof FormatError };
  }
  const pixels = 'read' in answer ? answer.read.image?.data.buffer : undefined;
  parentPort?.postMessage(answer, pixels instanceof ArrayBuffer ? [pixels] : []);
});
