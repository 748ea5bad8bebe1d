/* How much of the sky the surface hides from itself: by the rule of lossview, at some places, with
 * what lies between them. */

const MOST_SAMPLES = 80;

/* The sine of how high the surface stands around a place of the fine grid, the mean of all
 * directions. */
function hiddenAt(ix, iy) {
  const directions = 12, steps = 7, x = ix / parts, y = iy / parts,
        z = HEIGHT * fine.places[iy * fine.nx + ix];
  const perX = (nx - 1) / (2 * halfX), perY = (ny - 1) / (2 * halfY);
  let sum = 0;
  for (let k = 0; k < directions; k++) {
    const angle = 2 * Math.PI * (k + 0.5) / directions, dx = Math.cos(angle) * perX,
          dy = Math.sin(angle) * perY;
    let steepest = 0;
    for (let step = 0, far = 0.03; step < steps; step++, far *= 1.5) {
      const there = HEIGHT * placeAt(x + far * dx, y + far * dy);
      if (there - z > steepest * far) steepest = (there - z) / far;
    }
    sum += steepest / Math.hypot(1, steepest);
  }
  return sum / directions;
}

/* A function of places of the fine grid: 0 to 1. */
function hiddenSky() {
  const mx = Math.min(fine.nx, MOST_SAMPLES), my = Math.min(fine.ny, MOST_SAMPLES);
  const index = (i, m, all) => Math.floor(i * (all - 1) / (m - 1)),
        samples = new Float32Array(mx * my);
  for (let j = 0, at = 0; j < my; j++)
    for (let i = 0; i < mx; i++, at++)
      samples[at] = hiddenAt(index(i, mx, fine.nx), index(j, my, fine.ny)) || 0;
  const sample = (i, m, all) => {
    const at = i * (m - 1) / (all - 1), low = Math.min(Math.floor(at), m - 2);
    return [low, at - low];
  };
  return (ix, iy) => {
    const [i, u] = sample(ix, mx, fine.nx), [j, v] = sample(iy, my, fine.ny), at = j * mx + i;
    return (1 - v) * ((1 - u) * samples[at] + u * samples[at + 1]) +
        v * ((1 - u) * samples[at + mx] + u * samples[at + mx + 1]);
  };
}
