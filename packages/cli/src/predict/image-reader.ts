import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { FormatError } from '@seg/checkpoint';
import { decodeImage, type RgbImage } from '@seg/image';
import { readBytes } from '@seg/image/node';

/** Read image with the digest of its bytes; null in place of pixels where the digest was known already. */
export type ReadImage = { digest: string; image: RgbImage | null };

/** Reader of images. */
export type ImageReader = {
  /**
   * @param run Digest of model and options, which the digest of an image includes
   * @param known Digest of the image at an earlier time
   * @throws FormatError naming the file
   */
  read(file: string, run: string, known: string | null): Promise<ReadImage>;
  close(): Promise<void>;
};

/** Reads and decodes in this thread. */
export async function readWithDigest(file: string, run: string, known: string | null): Promise<ReadImage> {
  const bytes = await readBytes(file);
  const digest = createHash('sha256').update(run).update(bytes).digest('hex');
  return { digest, image: digest === known ? null : await decodeImage(bytes, file) };
}

/** Reads in this thread, when it is asked. */
export const inlineReader: ImageReader = { read: readWithDigest, close: async () => {} };

/** Answer of the thread of a {@link threadReader}. */
export type ThreadAnswer = { id: number } & ({ read: ReadImage } | { error: string; isRefusal: boolean });

/** Reads and decodes in a thread of its own, while this one computes. */
export function threadReader(): ImageReader {
  const thread = new Worker(new URL('./image-thread.js', import.meta.url));
  const waiting = new Map<number, { resolve(value: ReadImage): void; reject(error: Error): void }>();
  let asked = 0;
  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  thread.on('message', (answer: ThreadAnswer) => {
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    if ('read' in answer) resolve(answer.read);
    else reject(answer.isRefusal ? new FormatError(answer.error) : new Error(answer.error));
  });
  thread.on('error', fail);
  thread.on('exit', () => fail(new Error('predict: expected the thread that decodes to go on, got its end')));
  return {
    read: (file, run, known) =>
      new Promise((resolve, reject) => {
        const id = asked++;
        waiting.set(id, { resolve, reject });
        thread.postMessage({ id, file, run, known });
      }),
    close: async () => {
      thread.removeAllListeners('exit');
      await thread.terminate();
    },
  };
}

/** Reader of this process: in a thread where files are built, since threads cannot run sources. */
export function readerHere(): ImageReader {
  return import.meta.url.endsWith('.js') ? threadReader() : inlineReader;
}
