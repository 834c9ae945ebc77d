import { expectCounts, expectList, expectObject, expectThat, isCount } from '../state/expect-value.ts';
import type { TrackingTally } from './video-types.ts';

/**
 * Checks the counts of a video. Pairs are of tracks that are there, and have no more pixels than either.
 *
 * @throws TypeError or RangeError naming the place
 */
export function readTrackingTally(
  where: string,
  stored: unknown,
  categories: ReadonlyMap<number, unknown>,
): TrackingTally {
  const { video, frames, truths, predictions, pairs, classes } = expectObject(where, stored);
  expectThat(typeof video === 'string', where, 'a name of the video', video);
  expectThat(isCount(frames), where, 'a number of frames', frames);
  const [ofTruths, ofPredictions, ofPairs] = [truths, predictions, pairs].map((list, k) =>
    readPixels(`${where}.${['truths', 'predictions', 'pairs'][k]}`, list),
  );
  for (const [pair, pixels] of ofPairs) {
    const [truth, predicted] = pair.split('|');
    const most = Math.min(ofTruths.get(truth) ?? 0, ofPredictions.get(predicted) ?? 0);
    expectThat(pixels <= most, `${where}.pairs`, `at most ${most} pixels of ${pair}`, pixels);
  }
  for (const one of expectList(`${where}.classes`, classes)) {
    const { category, shared, truth, predicted } = expectObject(`${where}.classes`, one);
    expectThat(categories.has(category as number), `${where}.classes`, 'a known category', category);
    expectCounts(`${where}.classes`, [shared, truth, predicted]);
    const isWhole = Number(shared) <= Math.min(Number(truth), Number(predicted));
    expectThat(
      isWhole && Number(truth) + Number(predicted) > 0,
      `${where}.classes`,
      'no more shared than there are',
      shared,
    );
  }
  return stored as TrackingTally;
}

function readPixels(where: string, list: unknown): Map<string, number> {
  const pixels = new Map<string, number>();
  for (const entry of expectList(where, list)) {
    const [key, count] = expectList(where, entry, 2);
    expectThat(typeof key === 'string' && !pixels.has(key), where, 'a track once', key);
    expectThat(isCount(count) && count > 0, where, 'pixels of 1 or more', count);
    pixels.set(key, count);
  }
  return pixels;
}
