import { escapeControls } from '@seg/coco-eval';
import type { BackendInfo } from '@seg/core';
import type { Category, Segment } from '@seg/image';

import type { Progress } from '../render/progress.ts';
import { formatTable } from '../render/table.ts';
import type { InputImage } from './input-images.ts';
import type { Pace } from './pace.ts';
import type { ImageOutcome } from './predict-image.ts';

/** Backend as reports name it. */
export type Backend = Pick<BackendInfo, 'name' | 'description' | 'passedOver'>;
/** Panoptic quality in percent. */
export type Quality = { pq: number; images: number };

/** Printer of what prediction finds. */
export type Report = {
  start(backend: Backend): void;
  image(input: InputImage, outcome: ImageOutcome, categories: readonly Category[]): void;
  progress(line: ReturnType<Pace['line']>): void;
  /** Told to end before the last image; `total` is null where nobody knows it. */
  stopped(folder: string, done: number, total: number | null): void;
  finish(folder: string, quality: Quality | null, pace: Pace): void;
};

type Print = (text: string) => void;

/**
 * For people: a table of segments an image, the time it took, the quality at the end.
 *
 * @param print Takes results
 * @param note Takes everything else
 */
export function textReport(print: Print, note: Print, progress: Progress): Report {
  return {
    ...notes(note, progress),
    image: (input, outcome, categories) => {
      if (outcome.kind === 'kept') return;
      progress.clear();
      if (outcome.kind === 'failed') return note(`skipped: ${escapeControls(outcome.error)}`);
      const { width, height, segments } = outcome.map;
      print(`\n${escapeControls(input.file)}  ${width}x${height}  ${outcome.seconds.model.toFixed(2)} s`);
      print(segments.length === 0 ? 'no segments' : segmentTable(segments, categories));
    },
    finish: (folder, quality, pace) => {
      progress.clear();
      note(`results are in ${escapeControls(folder)}${leftOut(pace)}`);
      if (quality !== null) print(`PQ ${quality.pq.toFixed(1)} over ${quality.images} images`);
    },
  };
}

function notes(note: Print, progress: Progress): Pick<Report, 'start' | 'progress' | 'stopped'> {
  return {
    start: ({ name, description, passedOver }) => {
      for (const other of passedOver) note(`backend ${other.name} passed over: ${other.reason}`);
      note(`backend ${name}: ${description}`);
    },
    progress: ({ done, total, what }) => progress.show(done, total, escapeControls(what)),
    stopped: (folder, done, total) => {
      progress.clear();
      note(total === null ? stoppedFrames(folder, done) : `${stoppedImages(folder, done, total)}; --resume goes on`);
    },
  };
}

function stoppedImages(folder: string, done: number, total: number): string {
  return `stopped behind ${done} of ${total} images in ${escapeControls(folder)}`;
}

function stoppedFrames(folder: string, done: number): string {
  return `stopped behind ${done} frames in ${escapeControls(folder)}`;
}

function leftOut({ counts }: Pace): string {
  return counts.failed === 0 ? '' : `; ${counts.failed} images could not be read, as their records say`;
}

function segmentTable(segments: readonly Segment[], categories: readonly Category[]): string {
  const rows = segments
    .toSorted((a, b) => b.area - a.area)
    .map(({ category, score, area, bbox }) => [
      escapeControls(categories[category].name),
      score.toFixed(3),
      area,
      bbox.join(' '),
    ]);
  return formatTable(['category', 'score', 'area', 'box (x y width height)'], rows);
}

/** For programs: one JSON value at the end. */
export function jsonReport(print: Print, note: Print, progress: Progress): Report {
  let backend: Backend | null = null;
  const images: unknown[] = [];
  return {
    ...notes(() => {}, progress),
    start: (info) => {
      backend = info;
    },
    image: ({ file }, outcome, categories) => {
      if (outcome.kind === 'failed') note(`skipped: ${escapeControls(outcome.error)}`);
      if (outcome.kind !== 'done') return;
      const segments = outcome.map.segments.map(({ category, ...rest }) => {
        return { ...rest, category_id: categories[category].id, category: categories[category].name };
      });
      const { width, height } = outcome.map;
      images.push({ file, width, height, milliseconds: Math.round(1000 * outcome.seconds.model), segments });
    },
    stopped: (folder, done, total) =>
      note(total === null ? stoppedFrames(folder, done) : stoppedImages(folder, done, total)),
    finish: (out, quality) => print(JSON.stringify({ backend, out, images, quality }, null, 2)),
  };
}
