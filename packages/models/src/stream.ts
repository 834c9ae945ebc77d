/**
 * Frames of a video or a camera through any function that answers one image, without tfjs.
 *
 * @packageDocumentation
 */

export { type ReadOptions, segmentStream } from './stream/segment-stream.ts';
