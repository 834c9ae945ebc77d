/** True for systems that can find one object several times: SOLO has a suppression of its own, masks of MaX-DeepLab no overlap. */
export const hasDoubles = (model: string): boolean =>
  model === 'mask2former' || model === 'maskformer' || model === 'panoptic_segformer';
