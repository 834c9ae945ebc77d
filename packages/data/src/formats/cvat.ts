import { describeValue, FormatError } from '@seg/checkpoint/safetensors';
import { IMAGE_LIMITS, type ImageSize } from '@seg/image';
import { SaxesParser } from 'saxes';

import { attempt, type FaultSink } from '../data-sets/data-fault.ts';

/** One shape of an image: a polygon, or runs of a mask within a box. */
export type CvatShape = {
  where: string;
  label: string;
  /** Shapes that share a group other than 0 are parts of one object. */
  group: string | null;
  polygon: number[] | null;
  mask: { x: number; y: number; width: number; height: number; runs: number[] } | null;
};

/** One image of CVAT's XML. */
export type CvatImage = { name: string; subset: string | null; size: ImageSize; shapes: CvatShape[] };

/** CVAT's XML "for images": labels in order, and images with shapes. */
export type CvatFile = { labels: string[]; images: CvatImage[] };

/** Elements within elements that are followed: CVAT's own have six. */
const MOST_DEPTH = 64;

/**
 * Reads CVAT's XML "for images" 1.1: polygons, boxes and ellipses, turned or not, and masks. Points, polylines and cuboids have
 * no mask and are faults; tracks of videos are refused. No entity beyond XML's five is expanded, nothing is fetched.
 *
 * @throws FormatError of one line where the text is no such XML
 */
export function parseCvat(text: string, name: string, report: FaultSink): CvatFile {
  const reader = new CvatReader(name, report);
  const parser = new SaxesParser({ fileName: name });
  parser.on('error', (error) => {
    throw new FormatError(`${name}: expected XML, got ${error.message.split('\n')[0].slice(0, 200)}`);
  });
  parser.on('opentag', ({ name: tag, attributes }) => reader.open(tag, attributes as Record<string, string>));
  parser.on('text', (content) => reader.text(content));
  parser.on('closetag', () => reader.close());
  parser.write(text).close();
  return reader.result();
}

class CvatReader {
  private readonly name: string;
  private readonly report: FaultSink;
  private readonly path: string[] = [];
  private readonly labels: string[] = [];
  private readonly images: CvatImage[] = [];
  private image: CvatImage | null = null;
  private label = '';
  private hasRoot = false;

  constructor(name: string, report: FaultSink) {
    this.name = name;
    this.report = report;
  }

  open(name: string, attributes: Record<string, string>): void {
    this.path.push(name);
    if (this.path.length > MOST_DEPTH) {
      throw new FormatError(`${this.name}: expected at most ${MOST_DEPTH} elements within each other, got more`);
    }
    if (this.path.length === 1 && name !== 'annotations') {
      throw new FormatError(`${this.name}: expected the element annotations, got ${describeValue(name)}`);
    }
    this.hasRoot = true;
    if (this.at('annotations/image')) this.openImage(attributes);
    else if (this.at('annotations/track')) throw tracksOf(this.name);
    else if (this.path.length === 3 && this.image !== null) this.openShape(name, attributes);
    else if (/\/label\/name$/.test(this.path.join('/'))) this.label = '';
  }

  text(content: string): void {
    if (/\/label\/name$/.test(this.path.join('/'))) this.label += content;
  }

  close(): void {
    if (/\/label\/name$/.test(this.path.join('/'))) this.labels.push(this.label.trim());
    if (this.at('annotations/image')) this.image = null;
    this.path.pop();
  }

  result(): CvatFile {
    if (!this.hasRoot) throw new FormatError(`${this.name}: expected the element annotations, got none`);
    return { labels: [...new Set(this.labels)], images: this.images };
  }

  private at(place: string): boolean {
    return this.path.join('/') === place;
  }

  private openImage(attributes: Record<string, string>): void {
    const where = `${this.name}: image ${this.images.length + 1}`;
    attempt('annotation', this.report, () => {
      const { name, subset, width, height } = attributes;
      if (!name) throw new FormatError(`${where}: expected a name, got ${describeValue(name)}`);
      const size: ImageSize = [side(height, `${where}: expected height`), side(width, `${where}: expected width`)];
      this.image = { name, subset: subset || null, size, shapes: [] };
      this.images.push(this.image);
    });
  }

  private openShape(kind: string, attributes: Record<string, string>): void {
    if (kind === 'tag') return;
    const image = this.image!;
    const where = `${this.name}: image ${JSON.stringify(image.name)}: shape ${image.shapes.length + 1}`;
    attempt('annotation', this.report, () => {
      const { label, group_id: group } = attributes;
      if (!label) throw new FormatError(`${where}: expected a label, got ${describeValue(label)}`);
      const shape = { where, label, group: group && group !== '0' ? group : null };
      if (kind === 'mask') image.shapes.push({ ...shape, polygon: null, mask: readMask(attributes, where) });
      else image.shapes.push({ ...shape, polygon: readPolygon(kind, attributes, where), mask: null });
    });
  }
}

function tracksOf(name: string): FormatError {
  return new FormatError(`${name}: expected images, got tracks of a video: export the task as "CVAT for images"`);
}

function side(value: string | undefined, expectation: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value ?? '') && number >= 1 && number <= IMAGE_LIMITS.maxSide) return number;
  throw new FormatError(`${expectation} of 1 to ${IMAGE_LIMITS.maxSide}, got ${describeValue(value)}`);
}

function readPolygon(kind: string, attributes: Record<string, string>, where: string): number[] {
  if (kind === 'polygon') return readPoints(attributes.points, where);
  if (kind === 'box') {
    const [left, top, right, bottom] = numbers(attributes, ['xtl', 'ytl', 'xbr', 'ybr'], where);
    const corners = [left, top, right, top, right, bottom, left, bottom];
    return turned(corners, [(left + right) / 2, (top + bottom) / 2], attributes, where);
  }
  if (kind === 'ellipse') {
    const [x, y, rx, ry] = numbers(attributes, ['cx', 'cy', 'rx', 'ry'], where);
    const corners = Array.from({ length: ELLIPSE_CORNERS }, (_, k) => {
      const angle = (2 * Math.PI * k) / ELLIPSE_CORNERS;
      return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
    }).flat();
    return turned(corners, [x, y], attributes, where);
  }
  throw new FormatError(`${where}: expected a polygon, box, ellipse or mask, got ${describeValue(kind)}`);
}

/** Corners of the polygon that an ellipse becomes: off by less than a tenth of a pixel up to a radius of 300. */
const ELLIPSE_CORNERS = 128;

/** Turns corners about a center by the attribute `rotation`: degrees, clockwise on the screen. */
function turned(
  corners: readonly number[],
  [x, y]: readonly [number, number],
  attributes: Record<string, string>,
  where: string,
): number[] {
  const [degrees] = attributes.rotation === undefined ? [0] : numbers(attributes, ['rotation'], where);
  if (degrees === 0) return [...corners];
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return corners.map((_, i) => {
    const [dx, dy] = [corners[i & ~1] - x, corners[i | 1] - y];
    return i % 2 === 0 ? x + cos * dx - sin * dy : y + sin * dx + cos * dy;
  });
}

function readPoints(points: string | undefined, where: string): number[] {
  const corners = (points ?? '')
    .split(';')
    .map((pair) => pair.split(',').map((text) => (text.trim() ? Number(text) : Number.NaN)));
  if (corners.length >= 3 && corners.every((pair) => pair.length === 2 && pair.every(Number.isFinite))) {
    return corners.flat();
  }
  throw new FormatError(`${where}: expected points x,y;x,y;x,y, got ${describeValue(points)}`);
}

function numbers(attributes: Record<string, string>, names: readonly string[], where: string): number[] {
  return names.map((name) => {
    const value = attributes[name] === '' ? Number.NaN : Number(attributes[name]);
    if (Number.isFinite(value)) return value;
    throw new FormatError(`${where}: expected a number ${name}, got ${describeValue(attributes[name])}`);
  });
}

function readMask(attributes: Record<string, string>, where: string): NonNullable<CvatShape['mask']> {
  const [x, y, width, height] = numbers(attributes, ['left', 'top', 'width', 'height'], where);
  const runs = (attributes.rle ?? '').split(',').map(Number);
  const total = runs.reduce((sum, run) => sum + run, 0);
  const isWhole = [x, y, width, height, ...runs].every((value) => Number.isInteger(value) && value >= 0);
  if (isWhole && total === width * height && Math.max(width, height) <= IMAGE_LIMITS.maxSide) {
    return { x, y, width, height, runs };
  }
  throw new FormatError(`${where}: expected runs of ${width}x${height} pixels, got ${describeValue(attributes.rle)}`);
}
