/**
 * Options at the border of every package, for those above that have no checkpoints.
 *
 * @packageDocumentation
 */

// biome-ignore lint/performance/noReExportAll: the same door, one layer up
export * from '@seg/checkpoint/expect-options';
