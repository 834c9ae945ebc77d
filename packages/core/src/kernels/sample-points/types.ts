/** Options of `gridSample`. */
export type GridSampleOptions = {
  /** −1 and 1 are the centers of the corner pixels, instead of the borders of the image. Default: false. */
  alignCorners?: boolean;
};
