import { describeValue, FormatError } from '@seg/checkpoint/safetensors';
import { IMAGE_LIMITS, type ImageSize } from '@seg/image';

import { attempt, type FaultSink } from '../data-sets/data-fault.ts';

/** Objects of one file of LabelMe. */
export type LabelMeFile = {
  /** Path of the image as the file has it, null where it has none. */
  imagePath: string | null;
  /** True where the image is in the file, too. */
  hasImageData: boolean;
  size: ImageSize | null;
  objects: LabelMeObject[];
};

/** One object: a label, and the parts that a group puts together. */
export type LabelMeObject = {
  where: string;
  label: string;
  polygons: number[][];
  /** Masks as PNGs, each with the corner at which it lies. */
  masks: { x: number; y: number; png: Uint8Array }[];
};

type LabelMeShape = { label?: unknown; points?: unknown; shape_type?: unknown; group_id?: unknown; mask?: unknown };

/** Names of a rectangle that stands askew, by its four corners: X-AnyLabeling's and LabelMe's. */
const TURNED: readonly string[] = ['rotation', 'oriented_rectangle'];

/** Corners of the polygon that a circle becomes: off by less than a tenth of a pixel up to a radius of 300. */
const CIRCLE_CORNERS = 128;

/**
 * Reads what a file of LabelMe says: polygons, rectangles, turned or not, circles and masks. Shapes of one label that share a `group_id` are
 * parts of one object. Points and lines have no area and are faults.
 *
 * @param json Parsed
 * @param name Of the file, for messages
 */
export function parseLabelMe(json: unknown, name: string, report: FaultSink): LabelMeFile {
  const { shapes, imagePath, imageData, imageHeight, imageWidth } = (json ?? {}) as Record<string, unknown>;
  if (!Array.isArray(shapes)) throw new FormatError(`${name}: expected a list shapes, got ${describeValue(shapes)}`);
  const objects = new Map<string, LabelMeObject>();
  shapes.forEach((shape: LabelMeShape | null, i) => {
    const where = `${name}: shapes[${i}]`;
    attempt('annotation', report, () => {
      const { label, group_id: group = null } = shape ?? {};
      if (typeof label !== 'string' || label === '') {
        throw new FormatError(`${where}: expected a label, got ${describeValue(label)}`);
      }
      const key = group === null ? String(i) : JSON.stringify([label, group]);
      const object = objects.get(key) ?? { where, label, polygons: [], masks: [] };
      addShape(object, shape!, where);
      objects.set(key, object);
    });
  });
  return {
    imagePath: typeof imagePath === 'string' && imagePath !== '' ? imagePath : null,
    hasImageData: typeof imageData === 'string' && imageData !== '',
    size: readSize(imageHeight, imageWidth, name),
    objects: [...objects.values()],
  };
}

function readSize(height: unknown, width: unknown, name: string): ImageSize | null {
  if ((height ?? null) === null && (width ?? null) === null) return null;
  const isSide = (side: unknown) => Number.isInteger(side) && (side as number) >= 1;
  const [tall, wide] = [height as number, width as number];
  if (isSide(height) && isSide(width) && Math.max(tall, wide) <= IMAGE_LIMITS.maxSide) return [tall, wide];
  const found = `${describeValue(height)} and ${describeValue(width)}`;
  throw new FormatError(`${name}: expected imageHeight and imageWidth of an image, got ${found}`);
}

function addShape(
  object: LabelMeObject,
  { shape_type: kind = 'polygon', points, mask }: LabelMeShape,
  where: string,
): void {
  const corners = readPoints(points, where);
  if (kind === 'polygon') object.polygons.push(require(corners, 3, where).flat());
  else if (kind === 'rectangle') object.polygons.push(rectangle(require(corners, 2, where), where));
  else if (TURNED.includes(kind as string)) object.polygons.push(require(corners, 4, where).flat());
  else if (kind === 'circle') object.polygons.push(circle(require(corners, 2, where)));
  else if (kind === 'mask') object.masks.push(readMask(require(corners, 2, where), mask, where));
  else throw new FormatError(`${where}: expected a polygon, rectangle, circle or mask, got ${describeValue(kind)}`);
}

function readPoints(points: unknown, where: string): number[][] {
  const isPoint = (point: unknown) =>
    Array.isArray(point) && point.length === 2 && Array.from(point).every(Number.isFinite);
  if (Array.isArray(points) && Array.from(points).every(isPoint)) return points as number[][];
  throw new FormatError(`${where}: expected points of x and y, got ${describeValue(points)}`);
}

function require(points: number[][], least: number, where: string): number[][] {
  if (points.length >= least) return points;
  throw new FormatError(`${where}: expected ${least} or more points, got ${points.length}`);
}

/** Of two opposite corners, or of all four, as X-AnyLabeling has them. */
function rectangle(corners: number[][], where: string): number[] {
  if (corners.length === 4) return corners.flat();
  if (corners.length !== 2) throw new FormatError(`${where}: expected 2 or 4 corners, got ${corners.length}`);
  const [[x0, y0], [x1, y1]] = corners;
  return [x0, y0, x1, y0, x1, y1, x0, y1];
}

/** Around the first point, through the second. */
function circle([[x, y], [rimX, rimY]]: number[][]): number[] {
  const radius = Math.hypot(rimX - x, rimY - y);
  return Array.from({ length: CIRCLE_CORNERS }, (_, k) => {
    const angle = (2 * Math.PI * k) / CIRCLE_CORNERS;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  }).flat();
}

function readMask([[x, y]]: number[][], mask: unknown, where: string): LabelMeObject['masks'][number] {
  const png = typeof mask === 'string' ? fromBase64(mask) : null;
  if (png === null) throw new FormatError(`${where}: expected a mask as base64 of a PNG, got ${describeValue(mask)}`);
  return { x: Math.round(x), y: Math.round(y), png };
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, '')), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
