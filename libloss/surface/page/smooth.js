/* The surface between grid points, by lossview's rule: a monotone cubic along x, then along y
 * through what it gives, and the other way round, and the mean of both. Grid points keep their
 * values, and no place of a cell is beyond its four corners. */

const FINE = 240, MOST_PARTS = 16;

/* What an interval is cut into; a grid that is as fine as a picture stays as it is. */
const parts = Math.max(1, Math.min(MOST_PARTS, Math.floor(FINE / (Math.max(nx, ny) - 1))));

/* At an end: of the parabola through three points, where that keeps the curve monotone. */
function endSlope(near, next) {
  const slope = isNaN(next) ? near : (3 * near - next) / 2;
  if (!(slope * near > 0)) return 0;
  return Math.abs(slope) > 3 * Math.abs(near) ? 3 * near : slope;
}

/* At point i, of the straight pieces beside it; 0 at an extremum. */
function slopeAt(piece, i) {
  const before = piece(i - 1), after = piece(i);
  if (isNaN(before)) return isNaN(after) ? 0 : endSlope(after, piece(i + 1));
  if (isNaN(after)) return endSlope(before, piece(i - 2));
  return before * after > 0 ? 2 * before * after / (before + after) : 0;
}

/* n values of `from`, at `start` and every `step`, with others between them into `to`. */
function smoothLine(from, start, step, n, to, toStart, toStep) {
  const value = (i) => from[start + i * step];
  const piece = (i) => i >= 0 && i + 1 < n ? value(i + 1) - value(i) : NaN;
  let slope = slopeAt(piece, 0);
  to[toStart] = value(0);
  for (let i = 0; i + 1 < n; i++) {
    const a = value(i), b = value(i + 1), next = slopeAt(piece, i + 1), low = Math.min(a, b),
          high = Math.max(a, b);
    for (let k = 1; k <= parts; k++) {
      const t = k / parts, u = 1 - t;
      const at = u * u * ((1 + 2 * t) * a + t * slope) + t * t * ((1 + 2 * u) * b - u * next);
      to[toStart + (i * parts + k) * toStep] = k === parts ? b :
          isNaN(a + b)                                     ? NaN :
                                                             Math.min(Math.max(at, low), high);
    }
    slope = next;
  }
}

/* Of values [ny][nx]: [(ny - 1) parts + 1][(nx - 1) parts + 1] */
function smoothed(values) {
  const wide = (nx - 1) * parts + 1, high = (ny - 1) * parts + 1;
  const rows = new Float64Array(wide * ny), columns = new Float64Array(nx * high),
        fine = new Float64Array(wide * high), other = new Float64Array(wide * high);
  for (let iy = 0; iy < ny; iy++) smoothLine(values, iy * nx, 1, nx, rows, iy * wide, 1);
  for (let ix = 0; ix < wide; ix++) smoothLine(rows, ix, wide, ny, fine, ix, wide);
  for (let ix = 0; ix < nx; ix++) smoothLine(values, ix, nx, ny, columns, ix, nx);
  for (let iy = 0; iy < high; iy++) smoothLine(columns, iy * nx, 1, nx, other, iy * wide, 1);
  return {nx: wide, ny: high, places: fine.map((v, i) => v / 2 + other[i] / 2)};
}
