/** The image formats that this package reads. */
export type ImageFormat = 'png' | 'jpeg';

const SIGNATURES: readonly [kind: string, offset: number, bytes: readonly number[]][] = [
  ['png', 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', 0, [0xff, 0xd8, 0xff]],
  ['a GIF', 0, [0x47, 0x49, 0x46, 0x38]],
  ['a WebP', 8, [0x57, 0x45, 0x42, 0x50]],
  ['a BMP', 0, [0x42, 0x4d]],
  ['a TIFF', 0, [0x49, 0x49, 0x2a, 0x00]],
  ['a TIFF', 0, [0x4d, 0x4d, 0x00, 0x2a]],
  ['a HEIF or AVIF', 4, [0x66, 0x74, 0x79, 0x70]],
  ['a PDF', 0, [0x25, 0x50, 0x44, 0x46]],
  ['a JPEG 2000', 4, [0x6a, 0x50, 0x20, 0x20]],
];

/** Recognizes a format by the first bytes, never by the file's name; anything else comes back as words for it. */
export function recognizeFormat(bytes: Uint8Array): ImageFormat | { other: string } {
  if (bytes.length === 0) return { other: 'an empty file' };
  for (const [kind, offset, signature] of SIGNATURES) {
    if (!signature.every((byte, i) => bytes[offset + i] === byte)) continue;
    return kind === 'png' || kind === 'jpeg' ? kind : { other: kind };
  }
  return { other: looksLikeText(bytes) ? 'text' : 'bytes of an unknown kind' };
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 64).every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
