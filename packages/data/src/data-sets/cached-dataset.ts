import { expectOptions, numberIn } from '@seg/checkpoint/expect-options';
import type { MaskDataset, MaskSample } from './mask-sample.ts';

/** Room for samples in memory, 256 MB: a hundred photographs of 1024 x 768 with ten objects each. */
const DEFAULT_BYTES = 2 ** 28;

/** Options of `cachedDataset`. */
export type CacheOptions = {
  /** Most bytes of pixels and masks that are kept. Default: 256 MB */
  bytes?: number;
};

/**
 * Keeps samples in memory after they were read, as many as there is room for, those that were used last. Small sets are
 * decoded once and not at every pass; a set that does not fit is read as before.
 */
export function cachedDataset<T extends Pick<MaskDataset, 'read'>>(dataset: T, options: CacheOptions = {}): T {
  expectOptions('cachedDataset', options, { bytes: numberIn({ least: 0, most: Number.POSITIVE_INFINITY }) });
  const { bytes: most = DEFAULT_BYTES } = options;
  const kept = new Map<number, { reading: Promise<MaskSample>; bytes: number }>();
  let bytes = 0;
  const drop = (index: number) => {
    bytes -= kept.get(index)?.bytes ?? 0;
    kept.delete(index);
  };
  const read = (index: number): Promise<MaskSample> => {
    const found = kept.get(index);
    const entry = found ?? { reading: dataset.read(index), bytes: 0 };
    kept.delete(index); // the last used is last in the map
    kept.set(index, entry);
    if (found === undefined) {
      entry.reading.then(
        (sample) => {
          if (kept.get(index) !== entry) return;
          entry.bytes = bytesOf(sample);
          bytes += entry.bytes;
          for (const oldest of kept.keys()) {
            if (bytes <= most) break;
            drop(oldest);
          }
        },
        () => drop(index),
      );
    }
    return entry.reading;
  };
  return new Proxy(dataset, { get: (target, key) => (key === 'read' ? read : Reflect.get(target, key, target)) });
}

function bytesOf({ image, segments, unknown }: MaskSample): number {
  const ofMasks = segments.reduce((sum, { mask }) => sum + mask.data.length, 0);
  return image.data.length + ofMasks + (unknown?.data.length ?? 0);
}
