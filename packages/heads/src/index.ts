/**
 * Pixel decoders, query decoders and prediction heads.
 *
 * @packageDocumentation
 */

export {};
