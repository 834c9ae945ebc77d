import { escapeControls } from '@seg/coco-eval';
import type { BackendInfo } from '@seg/core';
import type { Category, Segment, SegmentMap } from '@seg/image';

import { formatTable } from '../render/table.ts';
import type { InputImage } from './input-images.ts';

/** What the report says of a backend. */
export type Backend = Pick<BackendInfo, 'name' | 'description' | 'passedOver'>;
/** What the report says of an image. */
export type ImageReport = { input: InputImage; map: SegmentMap; milliseconds: number };
/** What the report says of panoptic quality. */
export type Quality = { pq: number; images: number };

/** What prediction says while it works. */
export type Report = {
  start(backend: Backend): void;
  image(report: ImageReport, categories: readonly Category[]): void;
  finish(folder: string, quality: Quality | null): void;
};

type Print = (text: string) => void;

/** For people: a table of segments an image, the time it took, the quality at the end. */
export function textReport(print: Print): Report {
  return {
    start: ({ name, description, passedOver }) => {
      for (const other of passedOver) print(`backend ${other.name} passed over: ${other.reason}`);
      print(`backend ${name}: ${description}`);
    },
    image: ({ input, map, milliseconds }, categories) => {
      const { width, height } = input.size;
      print(`\n${escapeControls(input.file)}  ${width}x${height}  ${(milliseconds / 1000).toFixed(2)} s`);
      print(map.segments.length === 0 ? 'no segments' : segmentTable(map.segments, categories));
    },
    finish: (folder, quality) => {
      print(`\nresults are in ${escapeControls(folder)}`);
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
export function jsonReport(print: Print): Report {
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
      images.push({ file: input.file, ...input.size, milliseconds: Math.round(milliseconds), segments });
    },
    finish: (out, quality) => print(JSON.stringify({ backend, out, images, quality }, null, 2)),
  };
}
