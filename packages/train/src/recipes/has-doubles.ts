import { SYSTEMS } from '@seg/models';

/** True for systems that can find one object several times: SOLO has a suppression of its own, masks of MaX-DeepLab no overlap. */
export const hasDoubles = (model: string): boolean =>
  SYSTEMS.some(({ models, inference }) => models.includes(model) && inference.includes('nmsThreshold'));
