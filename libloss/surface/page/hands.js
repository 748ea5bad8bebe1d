/* What mouse, fingers, keys and the address do. */

function show(number) {
  view = page.views[number] || page.views[0];
  fine =
      smoothed(Float64Array.from(valuesOf(view), (v) => isFinite(v) ? place(view.scale, v) : NaN));
  get('views').value = String(page.views.indexOf(view));
  get('title').textContent = document.title = view.title;
  scene.setAttribute('aria-label', view.title);
  const notes = [...view.caption];
  if (parts > 1) notes.push(`smooth between ${nx} \u00d7 ${ny} grid points, which were measured`);
  get('caption').replaceChildren(...notes.map((line) => element('div', line)));
  const legend =
      page.runs.map((run) => key(run.colour, `${run.name}: on the surface, with epochs`));
  if (view.has_own && page.runs.length)
    legend.push(key('#ffffff', 'the checkpoints\u2019 own losses, off the plane'));
  get('legend').replaceChildren(...legend);
  uploadSurface();
  uploadPoints();
  makeDrapes();
}

function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

/* A line of the legend: a dot, and what it is. */
function key(colour, text) {
  const line = element('span', text), dot = element('i', '');
  dot.style.background = colour;
  line.prepend(dot);
  return line;
}

function turn(dx, dy) {
  camera.yaw += dx * 0.008;
  camera.pitch = Math.min(Math.max(camera.pitch + dy * 0.008, 0), Math.PI / 2);
}

function zoom(factor) {
  camera.zoom = Math.min(Math.max(camera.zoom * factor, 0.3), 20);
}

/* From the side that is lowest, so that it hides least. */
function lowestSide() {
  const sides = [0, 1, 2, 3].map((k) => ({yaw: -0.65 + k * Math.PI / 2, sum: 0, n: 0}));
  for (const side of sides) {
    const isRight = Math.sin(-side.yaw) > 0, isUpper = -Math.cos(side.yaw) > 0;
    fine.places.forEach((t, i) => {
      if (isNaN(t) || (2 * (i % fine.nx) >= fine.nx) !== isRight ||
          (2 * i >= fine.nx * fine.ny) !== isUpper)
        return;
      side.sum += t;
      side.n++;
    });
  }
  const mean = (side) => side.n ? side.sum / side.n : Infinity;
  return sides.reduce((a, b) => mean(b) < mean(a) - 0.02 ? b : a).yaw;
}

function reset() {
  Object.assign(
      camera,
      {yaw: lowestSide(), pitch: 0.58, zoom: 1, target: [0, 0, 0.4 * HEIGHT], shift: [0, 0]});
  fit();
}

function pan(dx, dy) {
  const eye = look(), per = camera.distance / camera.zoom / (FOCAL * scene.clientHeight / 2);
  camera.target = add(add(camera.target, eye.right, -dx * per), eye.up, dy * per);
}

/* The place that is told goes to the next grid point: by keys. */
function step(dx, dy) {
  const from = hover || {x: (page.x.min + page.x.max) / 2, y: (page.y.min + page.y.max) / 2};
  const near = (g, d, n) => Math.min(Math.max(Math.round(g) + (hover ? d : 0), 0), n - 1);
  hover = {
    x: page.x.min + near(gridX(from.x), dx, nx) * width / (nx - 1),
    y: page.y.min + near(gridY(from.y), dy, ny) * depth / (ny - 1)
  };
}

const pickEvent = (e) => {
  const box = scene.getBoundingClientRect();
  return pick(e.clientX - box.left, e.clientY - box.top);
};

const fingers = new Map();
let tap = null;  // where the only finger came down, while it has not moved
scene.addEventListener('pointerdown', (e) => {
  tap = fingers.size ? null : e;
  fingers.set(e.pointerId, e);
  scene.setPointerCapture(e.pointerId);
});
scene.addEventListener('pointermove', (e) => {
  const before = fingers.get(e.pointerId);
  if (tap && Math.hypot(e.clientX - tap.clientX, e.clientY - tap.clientY) < 6) {
    return;
  } else if (!before) {
    hover = pickEvent(e);
  } else {
    tap = null;
    const dx = e.clientX - before.clientX, dy = e.clientY - before.clientY;
    const other = [...fingers.values()].find((f) => f.pointerId !== e.pointerId);
    if (other) {
      const apart = (f) => Math.hypot(f.clientX - other.clientX, f.clientY - other.clientY);
      zoom(apart(e) / (apart(before) || 1));
      pan(dx / 2, dy / 2);
    } else if (e.shiftKey || e.buttons & 6) {
      pan(dx, dy);
    } else {
      turn(dx, dy);
    }
    fingers.set(e.pointerId, e);
    hover = null;
  }
  redraw();
});
for (const name of ['pointerup', 'pointercancel'])
  scene.addEventListener(name, (e) => {
    fingers.delete(e.pointerId);
    if (tap && name === 'pointerup') hover = pickEvent(e);  // a finger cannot hover
    tap = null;
    remember();
    redraw();
  });
scene.addEventListener('pointerleave', (e) => {
  if (e.pointerType === 'touch') return;  // it leaves when it is lifted
  hover = null;
  redraw();
});
scene.addEventListener('contextmenu', (e) => e.preventDefault());
scene.addEventListener('wheel', (e) => {
  e.preventDefault();
  zoom(2 ** (-e.deltaY / 400));
  redraw();
}, {passive: false});
scene.addEventListener('dblclick', () => {
  reset();
  redraw();
});
scene.addEventListener('keydown', (e) => {
  const keys = {
    ArrowLeft: () => turn(-12, 0),
    ArrowRight: () => turn(12, 0),
    ArrowUp: () => turn(0, 12),
    ArrowDown: () => turn(0, -12),
    '+': () => zoom(1.1),
    '-': () => zoom(1 / 1.1),
    Enter: reset,
    Escape: () => {
      hover = null;
    }
  };
  const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
  if (e.ctrlKey || e.altKey || e.metaKey || !keys[e.key]) return;
  e.preventDefault();
  if (e.shiftKey && steps[e.key])
    step(...steps[e.key]);
  else
    keys[e.key]();
  redraw();
});
addEventListener('resize', () => {
  fit();
  redraw();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
for (const name of Object.keys(shows))
  get(name).addEventListener('change', (e) => {
    shows[name] = e.target.checked;
    redraw();
  });
get('views').addEventListener('change', (e) => {
  show(+e.target.value);
  remember();
  redraw();
});
get('reset').addEventListener('click', () => {
  reset();
  redraw();
});
get('save').addEventListener('click', () => {
  const both = document.createElement('canvas'), to = both.getContext('2d'),
        link = document.createElement('a');
  [both.width, both.height] = [scene.width, scene.height];
  to.fillStyle = style('--paper');
  to.fillRect(0, 0, both.width, both.height);
  for (const c of [scene, over]) to.drawImage(c, 0, 0);
  link.href = both.toDataURL('image/png');
  link.download = 'landscape.png';
  link.click();
});

/* The address keeps the view, so that a link shows the same:
 * #view=1&yaw=..&pitch=..&zoom=..&at=x,y&light=0 */
function remember() {
  location.replace(
      `#view=${page.views.indexOf(view)}&yaw=${camera.yaw.toFixed(3)}&pitch=${
          camera.pitch.toFixed(3)}` +
      `&zoom=${camera.zoom.toFixed(3)}`);
}

function recall() {
  const asked = new URLSearchParams(location.hash.slice(1)),
        number = (name, low, high, otherwise) => {
          const value = parseFloat(asked.get(name));
          return value >= low && value <= high ? value : otherwise;
        };
  show(number('view', 0, page.views.length - 1, 0));
  reset();
  camera.yaw = number('yaw', -1e3, 1e3, camera.yaw);
  camera.pitch = number('pitch', 0, Math.PI / 2, camera.pitch);
  camera.zoom = number('zoom', 0.3, 20, 1);
  for (const name of Object.keys(shows))
    get(name).checked = shows[name] = number(name, 0, 1, +shows[name]) > 0;
  const [x, y] = (asked.get('at') || '').split(',').map(parseFloat);
  if (isFinite(x) && isFinite(y)) hover = {x, y};
}

function begin() {
  if (!gl) {
    get('readout').textContent = 'This browser has no WebGL 2, which the picture is drawn with.';
    return;
  }
  page.views.forEach((v, i) => get('views').append(new Option(v.name, String(i))));
  get('views').hidden = page.views.length < 2;
  get('paths').parentElement.hidden = !page.runs.length;
  get('marks').parentElement.hidden = !page.views.some((v) => v.marks.length);
  for (const [key, value] of Object.entries(page.facts)) {
    const row = get('facts').insertRow();
    row.insertCell().textContent = key;
    row.insertCell().textContent = String(value);
  }
  uploadFrame();
  recall();
  fit();
  draw();
}
begin();
