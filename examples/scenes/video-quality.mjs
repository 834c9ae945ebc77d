// Quality of a model and a tracker on generated videos: steadiness of ids, and the measures of video panoptic segmentation.
import { PanopticQuality, SegmentationTrackingQuality, VideoPanopticQuality } from '@seg/coco-eval';
import { generateMovingScene, sceneSeed, toCocoCategories } from '@seg/data';
import { SegmentTracker } from '@seg/models';
import { TRAINING } from './recipe.mjs';
import { CATEGORIES } from './scenes.mjs';

/** Video number `index` of a split. */
export function video(split, index, { frames, size }) {
  return generateMovingScene({ seed: sceneSeed(split, index), frames, height: size, width: size });
}

/** Counts objects that are found in both of two neighboring frames, and those of them that keep their id. */
export class KeptIds {
  things = { found: 0, kept: 0 };
  all = { found: 0, kept: 0 };
  #before = new Map();

  /** @param truth A frame of a video @param map What was found in it, under its ids */
  add({ panoptic, segments }, map) {
    const found = foundIds(panoptic, map);
    for (const { id, isThing } of segments) {
      if (!found.has(id) || !this.#before.has(id)) continue;
      const isKept = found.get(id) === this.#before.get(id);
      for (const count of isThing ? [this.things, this.all] : [this.all]) {
        count.found++;
        if (isKept) count.kept++;
      }
    }
    this.#before = found;
  }

  /** Begins another video. */
  next() {
    this.#before = new Map();
  }
}

/** Id of the segment that covers each object with an IoU above one half; there is at most one (Kirillov et al. 2019). */
function foundIds(truth, { ids }) {
  const [areas, others, shared] = [new Map(), new Map(), new Map()];
  const count = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let i = 0; i < truth.length; i++) {
    count(areas, truth[i]);
    count(others, ids[i]);
    count(shared, truth[i] * 2 ** 26 + ids[i]);
  }
  const found = new Map();
  for (const [key, pixels] of shared) {
    const [id, other] = [Math.floor(key / 2 ** 26), key % 2 ** 26];
    if (other > 0 && pixels / (areas.get(id) + others.get(other) - pixels) > 0.5) found.set(id, other);
  }
  return found;
}

/** The measures of a model with one way of giving ids. */
export class VideoQuality {
  ids = new KeptIds();
  pq = new PanopticQuality({ categories: COCO_CATEGORIES });
  vpq = new VideoPanopticQuality({ categories: COCO_CATEGORIES });
  stq = new SegmentationTrackingQuality({ categories: COCO_CATEGORIES });

  /** @param truth A frame of the video @param map What was found in it, under its ids */
  add(name, { panoptic, segments: truth }, map) {
    const segments = map.segments.map(({ id, category }) => ({ id, category_id: CATEGORIES[category].id }));
    const frame = { groundTruth: { ids: panoptic, segments: truth }, prediction: { ids: map.ids, segments } };
    this.ids.add({ panoptic, segments: truth }, map);
    this.pq.add(frame);
    this.vpq.add({ video: name, ...frame });
    this.stq.add({ video: name, ...frame });
  }

  /** Figures in percent. */
  result() {
    const share = ({ found, kept }) => (100 * kept) / found;
    const [{ stq, aq, sq }, vpq] = [this.stq.result(), this.vpq.result()];
    return {
      things: share(this.ids.things),
      all: share(this.ids.all),
      pairs: this.ids.things.found,
      pq: 100 * this.pq.result().all.pq,
      vpq: 100 * vpq.all,
      vpqOfThings: 100 * vpq.things,
      stq: 100 * stq,
      aq: 100 * aq,
      sq: 100 * sq,
    };
  }
}

const COCO_CATEGORIES = toCocoCategories(CATEGORIES);

/**
 * Runs a model over generated videos, and measures the ids of its results, those of a tracker, and those of a tracker that
 * knows places and classes alone.
 */
export async function compareIds(segmenter, { split = 'testing', videos, frames, size = TRAINING.size }) {
  const ways = {
    'ids of the frames': { quality: new VideoQuality(), follow: () => (map) => map },
    tracked: { quality: new VideoQuality(), follow: () => follower((segment) => segment) },
    'tracked without embeddings': {
      quality: new VideoQuality(),
      follow: () => follower(({ embedding: _, ...segment }) => segment),
    },
  };
  for (let index = 0; index < videos; index++) {
    const follow = Object.values(ways).map((way) => ({ ...way, update: way.follow() }));
    for (const { quality } of follow) quality.ids.next();
    for (const truth of video(split, index, { frames, size })) {
      const map = await segmenter.segment(truth.image, { embeddings: true });
      for (const { quality, update } of follow) quality.add(`${index}`, truth, update(map));
    }
  }
  return Object.entries(ways).map(([name, { quality }]) => ({ name, ...quality.result() }));
}

function follower(see) {
  const tracker = new SegmentTracker();
  return (map) => tracker.update({ ...map, segments: map.segments.map(see) });
}
