/** Finds the end of a JPEG in bytes of which more and more are there; goes on where it stopped. */
export class JpegEnd {
  private at = 2;
  private isInScan = false;

  /** Bytes up to the end of EOI (ISO 10918-1, B.1.1.3); null where it is not there yet. */
  find(bytes: Uint8Array): number | null {
    while (this.at + 1 < bytes.length) {
      const marker = bytes[this.at + 1];
      if (bytes[this.at] !== 0xff || (this.isInScan && isWithinScan(marker)) || marker === 0xff) this.at++;
      else if (marker === 0xd9) return this.at + 2;
      else if (!this.skipSegment(bytes)) return null;
    }
    return null;
  }

  /** Skips marker, length and data; false where the length is not there yet. */
  private skipSegment(bytes: Uint8Array): boolean {
    if (this.at + 3 >= bytes.length) return false;
    this.isInScan = bytes[this.at + 1] === 0xda;
    this.at += 2 + bytes[this.at + 2] * 256 + bytes[this.at + 3];
    return true;
  }
}

/** A byte of 255 of the scan's own is followed by zero, and restarts belong to it. */
function isWithinScan(marker: number): boolean {
  return marker === 0 || (marker >= 0xd0 && marker <= 0xd7);
}
