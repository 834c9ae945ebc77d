import { expectImage } from '@seg/image';

/** @throws RangeError unless there is an image, with a list of what is on it */
export function expectSample(where: string, sample: unknown): void {
  const { image, segments } = (sample ?? {}) as { image?: unknown; segments?: unknown };
  expectImage(where, image);
  if (!Array.isArray(segments)) {
    throw new RangeError(`${where}: expected a list as segments, got ${JSON.stringify(segments) ?? 'none'}`);
  }
}
