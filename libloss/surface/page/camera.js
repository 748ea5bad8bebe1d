/* Where things are on the screen, and what of the surface is under a place on it. */

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const add = (a, b, t = 1) => [a[0] + t * b[0], a[1] + t * b[1], a[2] + t * b[2]];
const FOCAL = 1 / Math.tan(0.35);

function look() {
  const {yaw, pitch} = camera, cp = Math.cos(pitch), sp = Math.sin(pitch);
  const back = [cp * Math.sin(-yaw), -cp * Math.cos(yaw), sp],
        right = [Math.cos(yaw), -Math.sin(yaw), 0];
  const up = [-sp * Math.sin(-yaw), sp * Math.cos(yaw), cp];
  return {
    back,
    right,
    up,
    eye: add(camera.target, back, camera.distance / camera.zoom),
    aspect: scene.clientWidth / scene.clientHeight
  };
}

/* A place in the scene as pixels of the page; depth along the view. */
function seen(eye, p) {
  const d = add(p, eye.eye, -1), depth = -dot(d, eye.back), f = FOCAL * scene.clientHeight / 2;
  return {
    x: scene.clientWidth / 2 + camera.shift[0] + f * dot(d, eye.right) / depth,
    y: scene.clientHeight / 2 + camera.shift[1] - f * dot(d, eye.up) / depth,
    depth
  };
}

function matrix(eye) {
  const near = 0.02, far = 40, aside = 2 * camera.shift[0] / scene.clientWidth,
        below = 2 * camera.shift[1] / scene.clientHeight,
        rows = [eye.right, eye.up, eye.back].map((axis) => [...axis, -dot(axis, eye.eye)]);
  const scaled = [
    rows[0].map((v, i) => v * FOCAL / eye.aspect - rows[2][i] * aside),
    rows[1].map((v, i) => v * FOCAL + rows[2][i] * below),
    rows[2].map(
        (v, i) => v * (far + near) / (near - far) + (i === 3 ? 2 * far * near / (near - far) : 0)),
    rows[2].map((v) => -v)
  ];
  const out = new Float32Array(16);
  scaled.forEach((row, i) => row.forEach((v, k) => {
    out[4 * k + i] = v;
  }));
  return out;
}

/* The box of the surface and its texts on the screen, from that distance. */
function boxSeen(distance) {
  const eye = {...look(), eye: add(camera.target, look().back, distance)}, all = [];
  for (const x of [-1.1, 1.1])
    for (const y of [-1.1, 1.1])
      for (const z of [0, HEIGHT]) all.push(seen(eye, [x * halfX, y * halfY, z]));
  const of = (which, key) => which(...all.map((s) => s[key]));
  return {
    left: of(Math.min, 'x'),
    right: of(Math.max, 'x'),
    top: of(Math.min, 'y'),
    bottom: of(Math.max, 'y'),
    near: of(Math.min, 'depth')
  };
}

/* As near as that fits, and in the middle; the colour bar has its room on the right. */
function fit() {
  const w = scene.clientWidth, h = scene.clientHeight, room = 110;
  for (let round = 0; round < 4; round++) {
    let box;
    for (camera.distance = 2.2; camera.distance < 40; camera.distance *= 1.02) {
      box = boxSeen(camera.distance);
      if (box.near > 0.1 && box.right - box.left < w - room - 20 && box.bottom - box.top < h - 40)
        break;
    }
    camera.shift[0] += (w - room - box.left - box.right) / 2;
    camera.shift[1] += (h - 16 - box.top - box.bottom) / 2;
  }
}

/* Where a ray first meets the surface: its place in the grid; null: nowhere. */
function meet(from, along, reach, steps = STEPS) {
  let before = NaN, tBefore = 0;
  const above = (t) => {
    const p = add(from, along, t);
    return p[2] -
        HEIGHT * placeAt((p[0] / halfX + 1) / 2 * (nx - 1), (p[1] / halfY + 1) / 2 * (ny - 1));
  };
  for (let i = 0; i <= steps; i++) {
    const t = reach[0] + (reach[1] - reach[0]) * i / steps, now = above(t);
    if (before * now <= 0) {
      let low = tBefore, high = t;
      for (let k = 0; k < 24; k++) {
        const middle = (low + high) / 2;
        if (before * above(middle) > 0)
          low = middle;
        else
          high = middle;
      }
      const p = add(from, along, high);
      return {
        x: page.x.min + (p[0] / halfX + 1) / 2 * width,
        y: page.y.min + (p[1] / halfY + 1) / 2 * depth
      };
    }
    before = now;
    tBefore = t;
  }
  return null;
}

function pick(px, py) {
  const eye = look(), f = FOCAL * scene.clientHeight / 2, far = camera.distance / camera.zoom;
  const u = (px - scene.clientWidth / 2 - camera.shift[0]) / f,
        v = (scene.clientHeight / 2 + camera.shift[1] - py) / f;
  const along = add(add(add([0, 0, 0], eye.back, -1), eye.right, u), eye.up, v);
  return meet(eye.eye, along, [Math.max(far - 2.5, 0.05), far + 2.5], 3 * STEPS);
}

function hidden(eye, p) {
  const d = add(eye.eye, p, -1), length = Math.hypot(...d);
  return meet(p, d.map((v) => v / length), [0.02, Math.min(length, 3)], STEPS / 2) !== null;
}
