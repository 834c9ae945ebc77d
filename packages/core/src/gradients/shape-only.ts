/** Kernels of which a derivative asks for no value of what went in, but for its shape at most. */
const SHAPE_ONLY: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'AddN', 'Sum', 'Mean', 'Neg'],
  ...['Reshape', 'ExpandDims', 'Concat', 'Pack', 'Slice', 'PadV2', 'Tile', 'BroadcastTo'],
  ...['ResizeBilinear', 'ResizeNearestNeighbor'],
]);

/** True where the values that a tape saves for a kernel may be freed at once: a disposed tensor keeps its shape. */
export function needsShapesOnly(kernelName: string): boolean {
  return SHAPE_ONLY.has(kernelName);
}
