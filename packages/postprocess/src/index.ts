/**
 * From mask predictions to semantic, instance and panoptic maps.
 *
 * @packageDocumentation
 */

// Results
export type { Segment, SegmentMap } from '@seg/image';
export { type BitMask, isInside, packMask } from './bit-mask.ts';
// Maps
export { type ComponentOptions, type Components, connectedComponents } from './connected-components.ts';
// The rules
export { type Instance, type InstanceList, type InstanceOptions, type InstanceRule, instances } from './instances.ts';
export { type LayInstancesOptions, layInstances } from './lay-instances.ts';
export { maskNms, withoutDoubles } from './mask-nms.ts';
export { maskOverlap } from './mask-overlap.ts';
export {
  type ByKind,
  type MaskCandidates,
  type MaskWiseMergeOptions,
  maskWiseMerge,
  mergeMasks,
  scoreMasks,
} from './mask-wise-merge.ts';
export { type MatrixNmsOptions, matrixNms, type ScoredMask } from './matrix-nms.ts';
export { type PanopticOptions, type PanopticRule, panopticMap } from './panoptic-map.ts';
export { pointsNms } from './points-nms.ts';
export { restoreMasks } from './restore-masks.ts';
export { measureSegments, type SegmentClaim } from './segment-map.ts';
export { type SemanticOptions, type SemanticRule, semanticMap } from './semantic-map.ts';
export { type ScoredCell, type SoloCandidate, type SoloOutput, scoredCells } from './solo-candidates.ts';
export {
  SOLO_INSTANCES,
  type SoloInstanceOptions,
  type SoloNms,
  soloCandidates,
  soloInstances,
} from './solo-instances.ts';

// MaX-DeepLab

export {
  type MaxDeepLabPanopticOptions,
  maxDeepLabAreas,
  maxDeepLabPanoptic,
  maxDeepLabSemantic,
} from './max-deeplab-panoptic.ts';
