import { decodeRle, type Rle } from './rle.ts';

/** Outlines of a mask, each [x0, y0, x1, y1, ...] along pixel corners: those around foreground, and those around holes. */
export type RlePolygons = { outlines: number[][]; holes: number[][] };

/**
 * The outlines of a mask. Regions that touch only at a corner are apart. COCO's polygons have no holes: their union is
 * the mask only if there are none, and then `polygonsToRle(outlines)` gives it back.
 */
export function rleToPolygons(rle: Rle): RlePolygons {
  const mask = decodeRle(rle);
  const { height, width } = rle;
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] === 1;
  const seen = new Uint8Array(width * height); // top edges of pixels that an outline has taken
  const polygons: RlePolygons = { outlines: [], holes: [] };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (seen[y * width + x] === 1 || !inside(x, y) || inside(x, y - 1)) continue;
      const { corners, turns } = followOutline(x, y, inside, (column, row) => {
        seen[row * width + column] = 1;
      });
      (turns > 0 ? polygons.outlines : polygons.holes).push(corners);
    }
  }
  return polygons;
}

const STEP_X = [1, 0, -1, 0]; // right, down, left, up
const STEP_Y = [0, 1, 0, -1];
/** The pixel to the right of a walker at a corner who looks in each direction, and the one to the left. */
const RIGHT_OF = [
  [0, 0],
  [-1, 0],
  [-1, -1],
  [0, -1],
] as const;
const LEFT_OF = [
  [0, -1],
  [0, 0],
  [-1, 0],
  [-1, -1],
] as const;

/**
 * Walks along the edges with the foreground to the right, from the top left corner of a pixel to its right.
 *
 * @returns Corners where the walk turns, and right turns less left turns: 4 around foreground, −4 around a hole
 */
function followOutline(
  startX: number,
  startY: number,
  inside: (x: number, y: number) => boolean,
  takeTop: (x: number, y: number) => void,
): { corners: number[]; turns: number } {
  const corners: number[] = [];
  let [x, y, direction, turns] = [startX, startY, 0, 0];
  do {
    if (direction === 0) takeTop(x, y);
    x += STEP_X[direction];
    y += STEP_Y[direction];
    const [rightX, rightY] = RIGHT_OF[direction];
    const [leftX, leftY] = LEFT_OF[direction];
    let turn = 0;
    if (!inside(x + rightX, y + rightY)) turn = 1;
    else if (inside(x + leftX, y + leftY)) turn = -1;
    if (turn === 0) continue;
    corners.push(x, y);
    direction = (direction + turn + 4) % 4;
    turns += turn;
  } while (x !== startX || y !== startY || direction !== 0);
  return { corners, turns };
}
