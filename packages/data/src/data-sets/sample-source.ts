/** Samples of any kind, read one at a time: `PanopticDataset`, `MaskDataset`, or a list of one's own. */
export type SampleSource<Sample> = {
  readonly length: number;
  read(index: number): Promise<Sample>;
};
