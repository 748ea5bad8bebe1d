/* The landscape that the page holds, and what is shown of it. WebGL draws the surface, a flat
 * canvas over it all else. Texts of the file only ever become text, never markup. In the scene the
 * longer axis goes from -1 to 1, heights from 0 to HEIGHT. */
'use strict';

const HEIGHT = 0.9, STEPS = 160, LINE_POINTS = 4000;
const get = (id) => document.getElementById(id);
const page = JSON.parse(get('data').textContent);
const scene = get('scene'), over = get('over'), pen = over.getContext('2d');
const gl = scene.getContext('webgl2', {antialias: true, preserveDrawingBuffer: true});

/* An array that the page holds as base64. */
function decoded(id, type) {
  const text = atob(get(id).textContent.trim()), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new type(bytes.buffer);
}

const arrays = {};
for (const a of page.arrays)
  arrays[a.name] = decoded(a.name, a.type === 'f64' ? Float64Array : Float32Array);
const maps = page.maps.map((m) => decoded(m, Uint8Array));

const nx = page.x.n, ny = page.y.n;
const width = page.x.max - page.x.min, depth = page.y.max - page.y.min;
const halfX = Math.max(width / Math.max(width, depth), 1 / 3),
      halfY = Math.max(depth / Math.max(width, depth), 1 / 3);

/* As <loss/scale.h> has it. */
function stretch(scale, v) {
  if (scale.kind === 'log') return v > 0 ? Math.log10(v) : NaN;
  if (scale.kind === 'symmetric log')
    return Math.sign(v) * Math.log10(1 + Math.abs(v) / scale.linear);
  return v;
}

function place(scale, v) {
  const low = stretch(scale, scale.low), high = stretch(scale, scale.high);
  return high > low            ? (stretch(scale, v) - low) / (high - low) :
      isNaN(stretch(scale, v)) ? NaN :
                                 0.5;
}

function unstretch(scale, t) {
  const low = stretch(scale, scale.low), s = low + t * (stretch(scale, scale.high) - low);
  if (scale.kind === 'log') return 10 ** s;
  if (scale.kind === 'symmetric log') return Math.sign(s) * scale.linear * (10 ** Math.abs(s) - 1);
  return s;
}

function text(v, digits = 4) {
  if (v === 0 || !isFinite(v)) return String(v);
  const size = Math.abs(v);
  return size >= 1e5 || size < 1e-4 ? v.toExponential(digits - 1).replace(/\.?0+e/, 'e') :
                                      String(+v.toPrecision(digits));
}

let view;  // of page.views
let fine;  // what is drawn: {nx, ny, places}, places from 0 to 1; NaN: a hole
let drapes =
    [];  // lines of the runs: [{colour, points: [[x, y, z], or null where there is a gap]}]
let hover = null;  // {x, y} in the axes' numbers
const camera = {
  yaw: -0.65,
  pitch: 0.58,
  zoom: 1,
  target: [0, 0, 0.4 * HEIGHT],
  shift: [0, 0],  // pixels that the middle of the picture lies beside that of the canvas
  distance: 4
};
const shows = {
  contours: true,
  marks: true,
  paths: true,
  points: false,
  light: true
};

const sceneX = (x) => halfX * (2 * (x - page.x.min) / width - 1);
const sceneY = (y) => halfY * (2 * (y - page.y.min) / depth - 1);

/* The height's place above a place of the grid (0 to n - 1), on the triangles that are drawn. */
function placeAt(gx, gy) {
  if (!(gx >= 0 && gy >= 0 && gx <= nx - 1 && gy <= ny - 1)) return NaN;
  const fx = gx * parts, fy = gy * parts, ix = Math.min(Math.floor(fx), fine.nx - 2),
        iy = Math.min(Math.floor(fy), fine.ny - 2), u = fx - ix, v = fy - iy;
  const i = iy * fine.nx + ix, a = fine.places[i], b = fine.places[i + 1],
        d = fine.places[i + fine.nx], c = fine.places[i + fine.nx + 1];
  if (isNaN(a + b + c + d)) return NaN;
  return u > v ? a + u * (b - a) + v * (c - b) : a + v * (d - a) + u * (c - d);
}

const gridX = (x) => (x - page.x.min) / width * (nx - 1);
const gridY = (y) => (y - page.y.min) / depth * (ny - 1);
const heightAt = (x, y) => HEIGHT * placeAt(gridX(x), gridY(y));

/* The height of a checkpoint's own loss; NaN where the view is of something else. */
const ownHeight = (run, i) =>
    HEIGHT * (view.has_own ? place(view.scale, run.own[view.split]?.[i] ?? NaN) : NaN);

function valuesOf(v) {
  if (!v.less) return arrays[v.array];
  return arrays[v.array].map((value, i) => value - arrays[v.less][i]);
}
