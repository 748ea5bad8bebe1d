/* What lies over the surface: axes, paths, marks, colour bar, and what is told of a place. */

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const FONT = '"DejaVu Sans", "Segoe UI", system-ui, sans-serif';

function write(text, x, y, align = 'center', size = 12) {
  const string = text.replace(/^-/, '\u2212');
  pen.font = `${size}px ${FONT}`;
  pen.textAlign = align;
  pen.textBaseline = 'middle';
  pen.lineWidth = 3;
  pen.lineJoin = 'round';
  pen.strokeStyle = style('--plate');
  pen.globalAlpha = 0.85;
  pen.strokeText(string, x, y);
  pen.globalAlpha = 1;
  pen.fillStyle = style('--ink');
  pen.fillText(string, x, y);
}

let taken = [];  // boxes of the texts so far

/* The first free place of four around a point; none: the text is left out. */
function writeBeside(string, s, size) {
  const wide = 0.68 * size * string.length, high = size + 3;
  if (taken.some((o) => o.s === s)) return;
  for (const [side, y] of [[1, -11], [-1, -11], [1, 11], [-1, 11]]) {
    const box = {x: s.x + side * (11 + wide / 2), y: s.y + y, wide, high, s};
    if (taken.some(
            (o) => 2 * Math.abs(o.x - box.x) < o.wide + wide &&
                2 * Math.abs(o.y - box.y) < o.high + high))
      continue;
    taken.push(box);
    write(string, box.x, box.y, 'center', size);
    return;
  }
}

/* Numbers and names along the two edges of the floor that are nearest to the viewer: each so far
 * out that its box is clear of what is further in. */
function drawAxes(eye) {
  const sideX = eye.back[0] > 0 ? 1 : -1, sideY = eye.back[1] > 0 ? 1 : -1;
  const label = (string, sx, sy, ox, oy, from, size) => {
    const edge = seen(eye, [sx, sy, 0]), out = seen(eye, [sx + 0.1 * ox, sy + 0.1 * oy, 0]);
    if (!(edge.depth > 0 && out.depth > 0)) return;
    const far = Math.hypot(out.x - edge.x, out.y - edge.y) || 1;
    const dx = (out.x - edge.x) / far, dy = (out.y - edge.y) / far;
    pen.font = `${size}px ${FONT}`;
    const wide = pen.measureText(string).width,
          reach = from + 5 + Math.abs(dx) * wide / 2 + Math.abs(dy) * size / 2;
    // Nor into the colour bar, on a narrow screen.
    const x = Math.min(edge.x + reach * dx, scene.clientWidth - 108 - wide / 2);
    write(string, Math.max(x, wide / 2 + 3), edge.y + reach * dy, 'center', size);
  };
  for (const x of page.x.ticks) label(text(x, 3), sceneX(x), sideY * halfY, 0, sideY, 4, 12);
  for (const y of page.y.ticks) label(text(y, 3), sideX * halfX, sceneY(y), sideX, 0, 4, 12);
  label(page.x.name, 0, sideY * halfY, 0, sideY, 34, 13);
  label(page.y.name, sideX * halfX, 0, sideX, 0, 34, 13);
}

function drawLine(a, b, colour, wide, alpha) {
  pen.strokeStyle = colour;
  pen.lineWidth = wide;
  pen.globalAlpha = alpha;
  pen.beginPath();
  pen.moveTo(a.x, a.y);
  pen.lineTo(b.x, b.y);
  pen.stroke();
}

function drawDot(s, radius, colour, alpha) {
  pen.globalAlpha = alpha;
  pen.beginPath();
  pen.arc(s.x, s.y, radius, 0, 7);
  pen.fillStyle = colour;
  pen.fill();
  pen.strokeStyle = '#14161a';
  pen.lineWidth = 1;
  pen.stroke();
}

/* The checkpoints' own losses: training did not run on this plane. Pale dots, joined, on stems. */
function drawOwn(eye, run) {
  let before = null;
  const dots = [];
  run.x.forEach((x, i) => {
    const at = [sceneX(x), sceneY(run.y[i])], z = ownHeight(run, i);
    const see = (h) =>
        isNaN(h) ? null : {...seen(eye, [...at, h]), alpha: hidden(eye, [...at, h]) ? 0.25 : 1};
    const own = see(z), on = see(heightAt(x, run.y[i]));
    if (own && on) drawLine(on, own, '#5f646d', 1.6, own.alpha);
    if (own && before) drawLine(before, own, '#3a3f4b', 2, Math.min(own.alpha, before.alpha));
    if (own) dots.push(own);
    before = own;
  });
  for (const s of dots) drawDot(s, 3, '#ffffff', s.alpha);
}

function drawPaths(eye) {
  pen.lineCap = 'round';
  for (const run of page.runs) drawOwn(eye, run);
  drapes.forEach((drape, number) => {
    const points = drape.points.map((p) => p && {...seen(eye, p), hidden: hidden(eye, p)});
    for (const [colour, wide] of [['#14161a', 4.6], [drape.colour, 2.6]])
      for (let i = 1; i < points.length; i++)
        if (points[i] && points[i - 1])
          drawLine(points[i - 1], points[i], colour, wide, points[i].hidden ? 0.15 : 1);
    drawCheckpoints(eye, page.runs[number]);
  });
  pen.globalAlpha = 1;
}

function drawCheckpoints(eye, run) {
  const texts = [];
  run.x.forEach((x, i) => {
    const z = heightAt(x, run.y[i]), p = [sceneX(x), sceneY(run.y[i]), z + 0.006], s = seen(eye, p);
    if (isNaN(z)) return;
    const isHidden = hidden(eye, p);
    drawDot(s, 3.4, run.colour, isHidden ? 0.15 : 1);
    if (!isHidden) texts.push({text: String(run.epoch[i]), s});
  });
  // The ends come first, then as many as there is room for.
  for (const t of [texts[texts.length - 1], ...texts])
    if (t) writeBeside(t.text, t.s, 11);
}

/* Shapes, not colours alone; hollow: within the sampling error. */
const MARKS = {
  minimum: {colour: '#299ef5', corners: [[-0.95, -0.6], [0.95, -0.6], [0, 1]]},
  saddle: {colour: '#ffcc29', corners: [[-1, 0], [0, -1], [1, 0], [0, 1]]},
  maximum: {colour: '#ed4033', corners: [[-0.95, 0.6], [0, -1], [0.95, 0.6]]},
};

function drawMarks(eye) {
  for (const m of view.marks) {
    const z = heightAt(m.x, m.y), p = [sceneX(m.x), sceneY(m.y), z], s = seen(eye, p),
          kind = MARKS[m.kind];
    if (isNaN(z) || s.depth < 0) continue;
    const isHidden = hidden(eye, p);
    pen.globalAlpha = isHidden ? 0.25 : 1;
    pen.beginPath();
    kind.corners.forEach(([x, y]) => pen.lineTo(s.x + 8 * x, s.y + 8 * y));
    pen.closePath();
    pen.lineJoin = 'round';
    pen.strokeStyle = '#14161a';
    pen.lineWidth = m.within_error ? 4.5 : 3;
    pen.stroke();
    pen.fillStyle = pen.strokeStyle = kind.colour;
    pen.lineWidth = 2;
    if (m.within_error)
      pen.stroke();
    else
      pen.fill();
    pen.globalAlpha = 1;
    if (!isHidden) writeBeside(text(m.loss), s, 12);
  }
}

function drawBar() {
  const w = over.clientWidth, h = over.clientHeight, x = w - 84, top = 30, high = h - top - 30,
        map = maps[view.map].subarray(3 * 256);  // the plain row
  for (let i = 0; i < high; i++) {
    const k = 3 * Math.round(255 * (1 - i / (high - 1)));
    pen.fillStyle = `rgb(${map[k]}, ${map[k + 1]}, ${map[k + 2]})`;
    pen.fillRect(x, top + i, 14, 1.5);
  }
  const y = (v) => top + (1 - place(view.scale, v)) * (high - 1) + 0.5;
  pen.fillStyle = '#14161a';
  if (shows.contours)
    for (const level of view.levels) pen.fillRect(x, y(level) - 0.6, 14, 1.2);
  pen.strokeStyle = style('--faint');
  pen.lineWidth = 1;
  pen.strokeRect(x - 0.5, top - 0.5, 15, high + 1);
  for (const tick of view.ticks) {
    pen.fillStyle = style('--ink');
    pen.fillRect(x + 14, y(tick) - 0.5, 5, 1);
    write(text(tick), x + 23, y(tick), 'left');
  }
  if (hover) {
    const t = placeAt(gridX(hover.x), gridY(hover.y));
    pen.fillStyle = style('--ink');
    if (!isNaN(t)) pen.fillRect(x - 5, top + (1 - t) * (high - 1) - 1, 24, 3);
  }
  pen.save();
  pen.translate(x - 12, top + high / 2);
  pen.rotate(-Math.PI / 2);
  write(view.label, 0, 0, 'center', 12);
  pen.restore();
}

function tell() {
  const t = hover ? placeAt(gridX(hover.x), gridY(hover.y)) : NaN;
  if (isNaN(t)) {
    get('readout').textContent = hover ? 'no value here' : '';
    return;
  }
  const i = Math.round(gridY(hover.y)) * nx + Math.round(gridX(hover.x)), lines = [];
  lines.push(`x ${text(hover.x)}   y ${text(hover.y)}   ${view.word} ${
      text(unstretch(view.scale, t), 5)}${view.unit}`);
  const near = view.near.map((q) => `${q.before}${text(arrays[q.array][i])}${q.unit}`).join('');
  lines.push(
      `nearest point (${text(page.x.min + i % nx * width / (nx - 1))}, ` +
      `${text(page.y.min + Math.floor(i / nx) * depth / (ny - 1))}): ${near}`);
  const eye = look(), s = seen(eye, [sceneX(hover.x), sceneY(hover.y), HEIGHT * t]);
  const close = [];
  for (const run of shows.paths ? page.runs : [])
    run.x.forEach((x, k) => {
      const p = seen(eye, [sceneX(x), sceneY(run.y[k]), heightAt(x, run.y[k])]);
      const far = Math.hypot(p.x - s.x, p.y - s.y), loss = text(run.own[view.split]?.[k] ?? NaN);
      if (far < 6)
        close.push({far, text: `${run.name}, epoch ${run.epoch[k]}: its own loss ${loss}`});
    });
  lines.push(...close.sort((a, b) => a.far - b.far).slice(0, 3).map((c) => c.text));
  get('readout').textContent = lines.join('\n');
}

function drawHover(eye) {
  if (!hover) return;
  const s = seen(eye, [sceneX(hover.x), sceneY(hover.y), heightAt(hover.x, hover.y)]);
  for (const [colour, wide] of [['#14161a', 4], ['#ffffff', 2]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = wide;
    pen.beginPath();
    pen.arc(s.x, s.y, 5, 0, 7);
    pen.stroke();
  }
}

function draw() {
  const ratio = devicePixelRatio || 1, w = Math.round(scene.clientWidth * ratio),
        h = Math.round(scene.clientHeight * ratio);
  for (const c of [scene, over])
    if (c.width !== w || c.height !== h) [c.width, c.height] = [w, h];
  const eye = look();
  drawSurface(eye);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, w, h);
  drawAxes(eye);
  taken = [];
  if (shows.marks) drawMarks(eye);
  if (shows.paths) drawPaths(eye);
  drawHover(eye);
  drawBar();
  tell();
}

let isDue = false;
function redraw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}
