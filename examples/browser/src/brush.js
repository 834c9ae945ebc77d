/**
 * Paints all pixels nearer to a line than a radius: what a round brush covers on its way from one place to the next.
 *
 * @param mask [height · width], changed in place
 */
export function paintLine(mask, { width, height }, [x0, y0], [x1, y1], radius, value) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx ** 2 + dy ** 2;
  const [left, right] = [
    Math.max(0, Math.floor(Math.min(x0, x1) - radius)),
    Math.min(width, Math.max(x0, x1) + radius),
  ];
  const [top, bottom] = [
    Math.max(0, Math.floor(Math.min(y0, y1) - radius)),
    Math.min(height, Math.max(y0, y1) + radius),
  ];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square));
      if ((x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2 <= radius ** 2) mask[y * width + x] = value;
    }
  }
}
