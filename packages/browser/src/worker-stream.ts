import type { RgbImage } from '@seg/image';
import type { FrameSource, StreamedFrame, StreamOptions, Task } from '@seg/models';
import { segmentStream } from '@seg/models/stream';
import type { InstanceList, SegmentMap } from '@seg/postprocess';

import type { SegmentCall } from './serve-segmenter.ts';
import type { Calls } from './wire/calls.ts';

/**
 * Frames through the model of a worker.
 *
 * @param stream Number of the stream, by which the worker keeps its tracker until it ends
 */
export function workerStream(
  calls: Calls,
  stream: number,
  source: FrameSource,
  { latest, signal, track = false, ...options }: StreamOptions & { task?: Task },
): AsyncIterableIterator<StreamedFrame<InstanceList | SegmentMap>> {
  const given = track === false ? undefined : { stream, options: track === true ? {} : track };
  // Behind the abort of the last call, which would begin to track anew
  const forget = () => queueMicrotask(() => calls.call('forget', stream).catch(() => {}));
  const segment = async (image: RgbImage, ended: AbortSignal) => {
    if (given) ended.addEventListener('abort', forget); // once, however often
    const call: SegmentCall = { pictures: [image], options: { ...options, track: given } };
    const [found] = (await calls.call('segment', call, { signal: ended })) as (InstanceList | SegmentMap)[];
    return found;
  };
  return segmentStream(source, segment, { latest, signal });
}
