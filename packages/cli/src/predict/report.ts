import { escapeControls } from '@seg/coco-eval';
import type { BackendInfo } from '@seg/core';
import type { Category, Segment, SegmentMap } from '@seg/image';

import { formatTable } from '../render/table.ts';
import type { InputImage } from './input-images.ts';

/** Backend as reports name it. */
export type Backend = Pick<BackendInfo, 'name' | 'description' | 'passedOver'>;
/** Segments of an image, and the time they took. */
export type ImageReport = { input: InputImage; map: SegmentMap; milliseconds: number };
/** Panoptic quality in percent. */
export type Quality = { pq: number; images: number };

/** Printer of what prediction finds. */
export type Report = {
  start(backend: Backend): void;
  image(report: ImageReport, categories: readonly Category[]): void;
  /** An image that could not be read, and is left out. */
  skipped(error: Error): void;
  finish(folder: string, quality: Quality | null): void;
};

type Print = (text: string) => void;

/**
 * For people: a table of segments an image, the time it took, the quality at the end.
 *
 * @param print Takes results
 * @param note Takes everything else
 */
export function textReport(print: Print, note: Print): Report {
  return {
    start: ({ name, description, passedOver }) => {
      for (const other of passedOver) note(`backend ${other.name} passed over: ${other.reason}`);
      note(`backend ${name}: ${description}`);
    },
    image: ({ input, map, milliseconds }, categories) => {
      const { width, height } = map;
      print(`\n${escapeControls(input.file)}  ${width}x${height}  ${(milliseconds / 1000).toFixed(2)} s`);
      print(map.segments.length === 0 ? 'no segments' : segmentTable(map.segments, categories));
    },
    skipped: ({ message }) => note(`skipped: ${escapeControls(message)}`),
    finish: (folder, quality) => {
      note(`results are in ${escapeControls(folder)}`);
      if (quality !== null) print(`PQ ${quality.pq.toFixed(1)} over ${quality.images} images`);
    },
  };
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
export function jsonReport(print: Print, note: Print): Report {
  let backend: Backend | null = null;
  const images: unknown[] = [];
  return {
    start: (info) => {
      backend = info;
    },
    image: ({ input, map, milliseconds }, categories) => {
      const segments = map.segments.map(({ category, ...rest }) => {
        return { ...rest, category_id: categories[category].id, category: categories[category].name };
      });
      const { width, height } = map;
      images.push({ file: input.file, width, height, milliseconds: Math.round(milliseconds), segments });
    },
    skipped: ({ message }) => note(`skipped: ${escapeControls(message)}`),
    finish: (out, quality) => print(JSON.stringify({ backend, out, images, quality }, null, 2)),
  };
}
