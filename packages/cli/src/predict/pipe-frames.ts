import type { Readable } from 'node:stream';
import { imageFrames, PIXEL_FORMATS, type PixelFormat, rawFrames, type TimedImage } from '@seg/image';
import { InvalidArgumentError } from 'commander';

import { UsageError } from '../process/exit-code.ts';

/** Formats of `--frames`: raw pixels by ffmpeg's names, and images one behind the other by those of its encoders. */
export const FRAME_FORMATS = [...PIXEL_FORMATS, 'ppm', 'png', 'mjpeg'] as const;

/** Width and height of frames that do not tell them. */
export type FrameSize = { width: number; height: number };

/** Format and size of what comes by standard input. */
export type PipeOptions = { frames?: (typeof FRAME_FORMATS)[number]; size?: FrameSize };

/** 640x480, as ffmpeg and its `-video_size` have it. */
export function parseSize(text: string): FrameSize {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  if (width === undefined || Number(width) === 0 || Number(height) === 0) {
    throw new InvalidArgumentError('expected a size as 640x480');
  }
  return { width: Number(width), height: Number(height) };
}

/** @throws UsageError where raw frames have no size, or images have one */
export function checkPipe({ frames, size }: PipeOptions): void {
  const isRaw = isPixelFormat(frames);
  if (isRaw && size === undefined) {
    throw new UsageError(`predict: expected --size, as 640x480, with --frames ${frames}, got none`);
  }
  if (!isRaw && size !== undefined) {
    throw new UsageError(
      `predict: expected --size with raw frames (--frames ${PIXEL_FORMATS.join(', ')}) alone, got it`,
    );
  }
}

/** Frames of a pipe. */
export function pipeFrames(input: Readable, { frames, size }: PipeOptions): AsyncIterable<TimedImage> {
  if (!isPixelFormat(frames)) return imageFrames(input);
  return rawFrames(input, { ...size!, pixelFormat: frames });
}

function isPixelFormat(format: string | undefined): format is PixelFormat {
  return (PIXEL_FORMATS as readonly (string | undefined)[]).includes(format);
}
