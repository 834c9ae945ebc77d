/** The picture of `segment.js`, with the same model, in a worker of `@seg/browser`. */
export async function segmentInWorker(segmenter) {
  try {
    await segmenter.load(new URL('/model/', location.origin).href, { backend: 'wasm' });
    const data = Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => (i * 7919) % 251);
    const { segments } = await segmenter.segment({ width: 96, height: 64, data }, { threshold: 0.3 });
    const found = segments.map(({ category, score, area }) => `${category} ${score.toFixed(4)} ${area}`);
    const { name, description } = segmenter.loaded.backend;
    segmenter.dispose();
    return { name, description, found };
  } catch (error) {
    return { error: String(error) };
  }
}
