/** Rows [from, to) of tiles of one image; `first` counts the tiles of the chunk before them. */
export type TilePart = { image: number; from: number; to: number; first: number };

/** Tiles that are worked on together: rows of one image, or several images. */
export type TileChunk = { parts: TilePart[]; tiles: number };

/** Divides the tiles of 2×2 pixels of a batch into chunks of about the given number. */
export function tileChunks(
  batch: number,
  height: number,
  width: number,
  tilesAtOnce: number,
): { chunks: TileChunk[]; tilesX: number; most: number } {
  const [tilesY, tilesX] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const rowsAtOnce = Math.max(1, Math.min(tilesY, Math.floor(tilesAtOnce / tilesX)));
  const imagesAtOnce = rowsAtOnce < tilesY ? 1 : Math.max(1, Math.floor(tilesAtOnce / (tilesX * tilesY)));
  const chunks: TileChunk[] = [];
  for (let image = 0; image < batch; image += imagesAtOnce) {
    for (let from = 0; from < tilesY; from += rowsAtOnce) {
      const to = Math.min(tilesY, from + rowsAtOnce);
      const count = Math.min(imagesAtOnce, batch - image);
      const each = (to - from) * tilesX;
      const parts = Array.from({ length: count }, (_, i) => ({ image: image + i, from, to, first: i * each }));
      chunks.push({ parts, tiles: count * each });
    }
  }
  return { chunks, tilesX, most: Math.max(...chunks.map(({ tiles }) => tiles)) };
}
