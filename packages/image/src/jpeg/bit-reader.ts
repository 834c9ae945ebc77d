import type { HuffmanTable } from './huffman-table.ts';

/** First and last restart marker (ITU-T T.81, B.1.1.3). */
const [RST0, RST7] = [0xd0, 0xd7];

/** Codes below are no markers that a scan ends with. */
const SOF0 = 0xc0;

/** Bits of a code that is found in one step; see huffman-table.ts. */
const LOOKAHEAD = 9;

/**
 * Bits of one scan. Where data end at a marker too early, zeros follow and `isExhausted` says so, as in libjpeg, whose
 * treatment of damage this follows; where the file itself ends, there is no picture.
 */
export class BitReader {
  /** Set when zeros were made up since the last restart. */
  isExhausted = false;
  private readonly bytes: Uint8Array;
  private readonly refuse: () => Error;
  private at: number;
  private bits = 0;
  private count = 0;
  /** Code of the marker at `at`, 0 where data are. */
  private marker = 0;

  /** @param refuse Makes the error of a file that is cut short */
  constructor(bytes: Uint8Array, start: number, refuse: () => Error) {
    this.bytes = bytes;
    this.at = start;
    this.refuse = refuse;
  }

  /** Decodes one symbol (T.81, F.2.2.3). A code that is none counts 17 bits and means 0. */
  decode({ lookup, maxCode, offset, symbols }: HuffmanTable): number {
    if (this.count < LOOKAHEAD) this.fill();
    if (this.count >= LOOKAHEAD) {
      const found = lookup[(this.bits >>> (this.count - LOOKAHEAD)) & 511];
      if (found !== 0) {
        this.count -= found >> 8;
        return found & 255;
      }
    }
    let code = this.receive(1);
    let length = 1;
    for (; code > maxCode[length]; length++) code = (code << 1) | this.receive(1);
    return length > 16 ? 0 : symbols[code + offset[length]];
  }

  /** Reads up to 16 bits as they are. */
  receive(length: number): number {
    if (this.count < length) this.need(length);
    this.count -= length;
    return (this.bits >>> this.count) & ((1 << length) - 1);
  }

  /** Reads a number of up to 15 bits whose first bit is its sign (T.81, F.2.2.1, EXTEND). */
  receiveSigned(length: number): number {
    if (length === 0) return 0;
    const value = this.receive(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /**
   * Passes on to the data after a restart marker. One that is missing or out of order is dealt with as libjpeg does
   * (`jpeg_resync_to_restart`).
   *
   * @param expected 0 to 7
   */
  restart(expected: number): void {
    this.count = 0;
    if (this.marker === 0) this.nextMarker();
    while (this.isBefore(expected)) this.nextMarker();
    const number = this.marker - RST0;
    const isAhead = number === ((expected + 1) & 7) || number === ((expected + 2) & 7);
    if (this.marker > RST7 || this.marker < RST0 || isAhead) return; // its own interval comes later
    this.at += 2;
    this.marker = 0;
    this.isExhausted = false;
  }

  /** Ends the scan. @returns Where the next marker is */
  finish(): number {
    if (this.marker === 0) this.nextMarkerOrEnd();
    while (this.marker >= RST0 && this.marker <= RST7) this.nextMarkerOrEnd();
    return this.at;
  }

  /** Tells if the marker is an earlier restart, or no marker that there is. */
  private isBefore(expected: number): boolean {
    const number = this.marker - RST0;
    return this.marker < SOF0 || number === ((expected - 1) & 7) || number === ((expected - 2) & 7);
  }

  private nextMarker(): void {
    if (!this.nextMarkerOrEnd()) throw this.refuse();
  }

  private nextMarkerOrEnd(): boolean {
    const { bytes } = this;
    let at = this.marker === 0 ? this.at : this.at + 2;
    for (; at + 1 < bytes.length; at++) {
      if (bytes[at] !== 0xff || bytes[at + 1] === 0 || bytes[at + 1] === 0xff) continue;
      this.at = at;
      this.marker = bytes[at + 1];
      return true;
    }
    this.at = bytes.length;
    this.marker = 0;
    return false;
  }

  /** Makes sure of so many bits, of zeros where a marker stands. */
  private need(length: number): void {
    this.fill();
    if (this.count >= length) return;
    if (this.marker === 0) throw this.refuse();
    this.isExhausted = true;
    this.bits <<= 25 - this.count;
    this.count = 25;
  }

  /** Takes bytes up to a marker. After 0xff comes 0, which is left out, or a marker, with any number of 0xff before. */
  private fill(): void {
    const { bytes } = this;
    while (this.count <= 24 && this.marker === 0 && this.at < bytes.length) {
      let byte = bytes[this.at++];
      if (byte === 0xff) {
        while (byte === 0xff) byte = bytes[this.at++];
        if (byte === undefined) return;
        if (byte !== 0) {
          this.marker = byte;
          this.at -= 2;
          return;
        }
        byte = 0xff;
      }
      this.bits = (this.bits << 8) | byte;
      this.count += 8;
    }
  }
}
