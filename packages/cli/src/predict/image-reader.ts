import { createHash } from 'node:crypto';
import { decodeImage, type RgbImage } from '@seg/image';
import { readBytes } from '@seg/image/node';

import { ThreadCalls } from './thread-calls.ts';

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

/** Question to the thread of a {@link threadReader}. */
export type ReadQuestion = { file: string; run: string; known: string | null };

/** Reads and decodes in a thread of its own, while this one computes. */
export function threadReader(): ImageReader {
  const thread = new ThreadCalls<ReadQuestion, ReadImage>(new URL('./image-thread.js', import.meta.url), 'decodes');
  return {
    read: (file, run, known) => thread.call({ file, run, known }),
    close: () => thread.close(),
  };
}

/** Reader of this process: in a thread where files are built, since threads cannot run sources. */
export function readerHere(): ImageReader {
  return import.meta.url.endsWith('.js') ? threadReader() : inlineReader;
}
