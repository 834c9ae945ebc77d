import { FormatError } from '@seg/checkpoint/safetensors';

import { exifOrientation, xmpOrientation } from '../orientation.ts';
import type { ColorMarks } from './colors.ts';
import { type Component, type Frame, type Scan, ZIGZAG } from './frame.ts';
import { type HuffmanTable, huffmanTable } from './huffman-table.ts';
import { standardTables } from './standard-tables.ts';

/** Markers of segments (ITU-T T.81, table B.1). */
const MARKER = {
  DHT: 0xc4,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DRI: 0xdd,
  APP0: 0xe0,
  APP1: 0xe1,
  APP14: 0xee,
};

/** First of the markers that are segments or frames; what is below is reserved. */
const FIRST_MARKER = 0xc0;

/** Most blocks of a minimum coded unit (T.81, B.2.3). */
const MOST_UNIT_BLOCKS = 10;

const ADOBE_XMP = 'http://ns.adobe.com/xap/1.0/\0';

/** Everything that a JPEG says outside its scans, as far as it has been read. */
export class JpegSegments {
  frame: Frame | null = null;
  marks: ColorMarks = { isJfif: false, adobeTransform: null };
  private exif: number | null = null;
  private xmp: number | null = null;
  private restartInterval = 0;
  private readonly steps: (Uint16Array | undefined)[] = [];
  private readonly dc: (HuffmanTable | undefined)[];
  private readonly ac: (HuffmanTable | undefined)[];
  private readonly bytes: Uint8Array;
  private readonly name: string;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
    ({ dc: this.dc, ac: this.ac } = standardTables());
  }

  /** EXIF's 1 to 8, of XMP where EXIF does not say, 1 where none does. */
  get orientation(): number {
    return this.exif ?? this.xmp ?? 1;
  }

  /**
   * Reads segments from an offset on.
   *
   * @returns The next scan, or null at the end of the image or the file
   * @throws FormatError where a segment is cut short, damaged, or of a coding that is not read
   */
  nextScan(from: number): Scan | null {
    const { bytes } = this;
    for (let at = from; ; ) {
      while (at < bytes.length && !this.isMarker(at)) at++;
      if (at + 1 >= bytes.length || bytes[at + 1] === MARKER.EOI) return null;
      const marker = bytes[at + 1];
      if (marker < FIRST_MARKER || marker === MARKER.SOI) throw this.damaged(`marker ${marker.toString(16)}`);
      const end = at + 4 > bytes.length ? Number.POSITIVE_INFINITY : at + 2 + ((bytes[at + 2] << 8) | bytes[at + 3]);
      if (end > bytes.length) throw this.cutShort();
      if (end < at + 4) throw this.damaged('a segment of no length');
      const body = bytes.subarray(at + 4, end);
      if (marker === MARKER.SOS) return this.readScan(body, end);
      this.readSegment(marker, body);
      at = end;
    }
  }

  /** Makes the error of a file that ends too early. */
  cutShort(): FormatError {
    const found = `one cut short at ${this.bytes.length} bytes`;
    return new FormatError(`decodeImage: ${this.name}: expected a whole JPEG, got ${found}`);
  }

  /** Makes the error of a file that is not as it should be. */
  damaged(found: string): FormatError {
    return new FormatError(`decodeImage: ${this.name}: expected a sound JPEG, got ${found}`);
  }

  /** Tells if a marker is here that has to be read: no restart, none that fills. */
  private isMarker(at: number): boolean {
    if (this.bytes[at] !== 0xff) return false;
    const code = this.bytes[at + 1];
    return code !== undefined && code > 1 && code !== 0xff && !(code >= 0xd0 && code <= 0xd7);
  }

  private readSegment(marker: number, body: Uint8Array): void {
    if (marker === MARKER.DHT) this.readHuffmanTables(body);
    else if (marker === MARKER.DQT) this.readSteps(body);
    else if (marker === MARKER.DRI) this.readRestartInterval(body);
    else if (marker === MARKER.APP0) this.marks.isJfif ||= body.length >= 14 && startsWith(body, 'JFIF\0');
    else if (marker === MARKER.APP1) this.readOrientation(body);
    else if (marker === MARKER.APP14 && body.length >= 12 && startsWith(body, 'Adobe'))
      this.marks.adobeTransform = body[11];
    else if (marker < 0xd0 && marker !== 0xc8 && marker !== 0xcc) this.readFrame(marker, body);
  }

  private readRestartInterval(body: Uint8Array): void {
    if (body.length !== 2) throw this.damaged(`a restart interval of ${body.length} bytes`);
    this.restartInterval = (body[0] << 8) | body[1];
  }

  private readOrientation(body: Uint8Array): void {
    if (startsWith(body, 'Exif\0\0')) this.exif ??= exifOrientation(body.subarray(6));
    else if (startsWith(body, ADOBE_XMP)) this.xmp ??= xmpOrientation(body.subarray(ADOBE_XMP.length));
  }

  private readHuffmanTables(body: Uint8Array): void {
    for (let at = 0; at < body.length; ) {
      const [kind, place] = [body[at] >> 4, body[at] & 15];
      const counts = body.subarray(at + 1, at + 17);
      const size = counts.reduce((sum, count) => sum + count, 0);
      const symbols = body.subarray(at + 17, at + 17 + size);
      const table = counts.length < 16 || symbols.length < size ? null : huffmanTable(counts, symbols);
      if (table === null || kind > 1 || place > 3 || (kind === 0 && symbols.some((symbol) => symbol > 15)))
        throw this.damaged('Huffman tables that are none');
      (kind === 0 ? this.dc : this.ac)[place] = table;
      at += 17 + size;
    }
  }

  private readSteps(body: Uint8Array): void {
    for (let at = 0; at < body.length; ) {
      const [isWide, place] = [body[at] >> 4 !== 0, body[at] & 15];
      const size = isWide ? 128 : 64;
      if (place > 3 || at + 1 + size > body.length) throw this.damaged('quantization tables that are none');
      const steps = new Uint16Array(64);
      for (let k = 0; k < 64; k++) {
        const from = at + 1 + (isWide ? 2 * k : k);
        steps[ZIGZAG[k]] = isWide ? (body[from] << 8) | body[from + 1] : body[from];
      }
      this.steps[place] = steps;
      at += 1 + size;
    }
  }

  private readFrame(marker: number, body: Uint8Array): void {
    if (this.frame !== null) throw this.damaged('two frames');
    if (body.length < 6 || body.length < 6 + 3 * body[5]) throw this.damaged('a part of a frame header');
    if (marker > 0xc2 || body[0] !== 8) {
      const found = `SOF${marker - FIRST_MARKER} with ${body[0]} bits`;
      throw new FormatError(
        `decodeImage: ${this.name}: expected a baseline or progressive 8-bit JPEG of Huffman's coding, got ${found}`,
      );
    }
    const height = (body[1] << 8) | body[2];
    const width = (body[3] << 8) | body[4];
    const components = Array.from({ length: body[5] }, (_, i) => {
      const [id, factors, table] = body.subarray(6 + 3 * i, 9 + 3 * i);
      return { id, across: factors >> 4, down: factors & 15, table };
    });
    if (components.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4))
      throw this.damaged('sampling factors beyond 1 to 4');
    this.frame = frameOf(width, height, marker === 0xc2, components);
  }

  private readScan(body: Uint8Array, start: number): Scan {
    const { frame } = this;
    if (frame === null) throw this.damaged('a scan before its frame');
    const count = body[0];
    if (count < 1 || count > 4 || body.length < 4 + 2 * count) throw this.damaged('a part of a scan header');
    const components = Array.from({ length: count }, (_, i) => this.scanComponent(frame, body, 1 + 2 * i));
    if (new Set(components.map(({ component }) => component)).size < count) throw this.damaged('a component twice');
    const [first, last, bits] = body.subarray(1 + 2 * count, 4 + 2 * count);
    const band = frame.isProgressive
      ? { first, last, high: bits >> 4, low: bits & 15 }
      : { first: 0, last: 63, high: 0, low: 0 };
    const scan = { components, ...band, restartInterval: this.restartInterval, start };
    this.checkScan(frame, scan);
    return scan;
  }

  private scanComponent(frame: Frame, body: Uint8Array, at: number): Scan['components'][number] {
    const component = frame.components.find(({ id }) => id === body[at]);
    if (component === undefined) throw this.damaged('a scan of another component');
    component.steps ??= this.steps[component.table] ?? null;
    if (component.steps === null) throw this.damaged('a scan without its quantization table');
    return { component, dc: this.dc[body[at + 1] >> 4] ?? null, ac: this.ac[body[at + 1] & 15] ?? null };
  }

  /** Bands as T.81, G.1.1.1.1 allows them, with the tables that they need. */
  private checkScan({ isProgressive }: Frame, scan: Scan): void {
    const { components, first, last, high, low } = scan;
    const needsDc = first === 0 && high === 0;
    const needsAc = isProgressive ? first > 0 : true;
    const isBand = first === 0 ? !isProgressive || last === 0 : last >= first && last < 64 && components.length === 1;
    if (!isBand || low > 13 || (high !== 0 && low !== high - 1))
      throw this.damaged('a scan of impossible coefficients');
    if (components.some(({ dc, ac }) => (needsDc && dc === null) || (needsAc && ac === null)))
      throw this.damaged('a scan without its Huffman table');
    const blocks = components.reduce((sum, { component }) => sum + component.across * component.down, 0);
    if (components.length > 1 && blocks > MOST_UNIT_BLOCKS) throw this.damaged(`units of ${blocks} blocks`);
  }
}

function startsWith(body: Uint8Array, text: string): boolean {
  return String.fromCharCode(...body.subarray(0, text.length)) === text;
}

type Sampling = Pick<Component, 'id' | 'across' | 'down' | 'table'>;

/** Sizes of a frame and its components (T.81, A.1.1 and A.2). Coefficients have no room yet. */
function frameOf(width: number, height: number, isProgressive: boolean, sampling: Sampling[]): Frame {
  const mostAcross = Math.max(1, ...sampling.map(({ across }) => across));
  const mostDown = Math.max(1, ...sampling.map(({ down }) => down));
  const unitsAcross = Math.ceil(width / (8 * mostAcross));
  const unitsDown = Math.ceil(height / (8 * mostDown));
  const components = sampling.map((one): Component => {
    const size = {
      width: Math.ceil((width * one.across) / mostAcross),
      height: Math.ceil((height * one.down) / mostDown),
    };
    return {
      ...one,
      ...size,
      steps: null,
      blocksAcross: Math.ceil(size.width / 8),
      blocksDown: Math.ceil(size.height / 8),
      stride: unitsAcross * one.across,
      coefficients: new Int16Array(0),
    };
  });
  return { width, height, isProgressive, components, mostAcross, mostDown, unitsAcross, unitsDown };
}
