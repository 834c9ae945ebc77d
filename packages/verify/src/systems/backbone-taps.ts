/**
 * Places of a backbone's golden taps: `stem`, `embeddings`, `resN`, `stageN.output`, `stageN.blockM`.
 *
 * @param scope Of the backbone
 */
export function backbonePath(
  scope: string,
  place: string,
  detail: string | undefined,
  type: 'resnet' | 'swin' | 'swin.maskformer' | 'pvt-v2',
): string {
  const body = type === 'swin.maskformer' ? `${scope}.model` : scope;
  const stage = Number(/\d+/.exec(place)?.[0]);
  if (place === 'stem') return `${body}.embedder`;
  if (place === 'embeddings') return `${body}.embeddings`;
  if (place.startsWith('res')) return `backbone.output.${stage - 2}`;
  if (detail === 'output') return `backbone.output.${stage - 1}`;
  const block = detail?.slice('block'.length);
  return type === 'resnet'
    ? `${body}.encoder.stages.${stage - 1}.layers.${block}`
    : `${body}.encoder.layers.${stage - 1}.blocks.${block}`;
}
