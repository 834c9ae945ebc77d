import { expectImage } from '@seg/image';
import { expectSize } from './expect-number.ts';

/** @throws RangeError unless there is an image, with a list of what is on it */
export function expectSample(where: string, sample: unknown): void {
  expectImage(where, (sample as { image?: unknown } | null | undefined)?.image);
  expectSegments(where, sample);
}

/** @throws RangeError unless there is a list of segments on an image of some size, whose pixels may be elsewhere */
export function expectSegments(where: string, sample: unknown): void {
  const { image, segments } = (sample ?? {}) as { image?: { width: number; height: number }; segments?: unknown };
  expectSize(where, 'image', [image?.height as number, image?.width as number]);
  if (!Array.isArray(segments)) {
    throw new RangeError(`${where}: expected a list as segments, got ${JSON.stringify(segments) ?? 'none'}`);
  }
}
