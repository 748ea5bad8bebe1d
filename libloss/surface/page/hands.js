/* What mouse, fingers, keys and the address do. */

function show(number) {
  view = page.views[number] || page.views[0];
  places = Float32Array.from(valuesOf(view), (v) => isFinite(v) ? place(view.scale, v) : NaN);
  get('views').value = String(page.views.indexOf(view));
  get('title').textContent = document.title = view.title;
  scene.setAttribute('aria-label', view.title);
  get('caption').replaceChildren(...view.caption.map((line) => {
    const div = document.createElement('div');
    div.textContent = line;
    return div;
  }));
  uploadSurface();
  makeDrapes();
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
    places.forEach((t, i) => {
      if (isNaN(t) || (2 * (i % nx) >= nx) !== isRight || (2 * i >= nx * ny) !== isUpper) return;
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

const fingers = new Map();
scene.addEventListener('pointerdown', (e) => {
  fingers.set(e.pointerId, e);
  scene.setPointerCapture(e.pointerId);
});
scene.addEventListener('pointermove', (e) => {
  const before = fingers.get(e.pointerId), box = scene.getBoundingClientRect();
  if (!before) {
    hover = pick(e.clientX - box.left, e.clientY - box.top);
  } else {
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
    remember();
  });
scene.addEventListener('pointerleave', () => {
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
    Enter: reset
  };
  if (!keys[e.key]) return;
  e.preventDefault();
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
    get(name).checked = shows[name] = number(name, 0, 1, 1) > 0;
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
