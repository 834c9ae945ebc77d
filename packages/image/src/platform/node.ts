import { deflateSync } from 'node:zlib';

import { checkImageSize, type ImageLimits } from '../image-limits.ts';
import type { RgbImage } from '../rgb-image.ts';

/** Reader of formats other than JPEG and PNG, for messages. */
export const OTHER_READER = 'the package sharp';

/** Packs bytes as zlib data. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes);
}

/** The part of sharp that is used. */
type Sharp = (bytes: Uint8Array, options: object) => Pipeline;
type Pipeline = {
  metadata(): Promise<{ width: number; height: number }>;
  rotate(): Pipeline;
  removeAlpha(): Pipeline;
  toColourspace(name: 'srgb'): Pipeline;
  raw(): Pipeline;
  toBuffer(options: {
    resolveWithObject: true;
  }): Promise<{ data: Uint8Array; info: { width: number; height: number } }>;
};

/**
 * Decodes a format that is not ours with sharp, where it is installed: WebP, TIFF, AVIF and GIF as Pillow reads them, or
 * near. Color profiles are left alone, as Pillow leaves them; files that are cut short are errors.
 *
 * @returns null where sharp is not installed
 */
export async function decodeOther(bytes: Uint8Array, name: string, limits: ImageLimits): Promise<RgbImage | null> {
  const sharp = await findSharp();
  if (sharp === null) return null;
  const options = { ignoreIcc: true, failOn: 'truncated', limitInputPixels: limits.maxPixels };
  const size = await sharp(bytes, options).metadata();
  checkImageSize(name, size.width, size.height, limits);
  const pipeline = sharp(bytes, options).rotate().removeAlpha().toColourspace('srgb').raw();
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}

/** Loaded by a name in a variable, so that a bundler does not look for a package that may be absent. */
async function findSharp(): Promise<Sharp | null> {
  const name = 'sharp';
  try {
    return ((await import(/* @vite-ignore */ name)) as { default: Sharp }).default;
  } catch {
    return null; // not installed, or not for this machine
  }
}
