/* The surface and the floor, drawn with WebGL 2. */

const VERTEX = `#version 300 es
in vec3 at; in vec3 normal; in float hidden; uniform mat4 camera;
out float t; out vec3 n; out float sky;
void main() {
  t = at.z / ${HEIGHT.toFixed(1)}; n = normal; sky = hidden;
  gl_Position = camera * vec4(at, 1.0);
}`;
/* Contour lines have one width on the screen. What is level has the colour of the bar; slopes and
 * hollows move at a right angle to it: rows of the map are in shade, plain, in light. */
const FRAGMENT = `#version 300 es
precision highp float;
in float t; in vec3 n; in float sky; out vec4 colour;
uniform sampler2D map; uniform float levels[32]; uniform int n_levels; uniform float line;
uniform vec3 light; uniform float strength;
void main() {
  float lit = strength * (2.0 * (dot(normalize(n), light) - max(light.z, 0.0)) - 1.1 * sky);
  vec3 c = texture(map, vec2(clamp(t, 0.0, 1.0) * 255.0 / 256.0 + 0.5 / 256.0,
                             0.5 + clamp(lit, -1.0, 1.0) / 3.0)).rgb;
  float slope = fwidth(t), ink = 0.0;
  for (int i = 0; i < n_levels; i++)
    if (slope > 1e-6) // a plateau at a level is no line
      ink = max(ink, clamp(line + 0.5 - abs(t - levels[i]) / slope, 0.0, 1.0));
  colour = vec4(mix(c, vec3(0.09, 0.1, 0.12), 0.85 * ink), 1.0);
}`;
const LINE_VERTEX = `#version 300 es
in vec3 at; uniform mat4 camera; uniform float size;
void main() { gl_Position = camera * vec4(at, 1.0); gl_PointSize = size; }`;
const LINE_FRAGMENT = `#version 300 es
precision highp float; uniform vec4 ink; out vec4 colour; void main() { colour = ink; }`;

function program(vertex, fragment) {
  const p = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const s = gl.createShader(kind);
    gl.shaderSource(s, source);
    gl.compileShader(s);
    gl.attachShader(p, s);
  }
  ['at', 'normal', 'hidden'].forEach((name, i) => gl.bindAttribLocation(p, i, name));
  gl.linkProgram(p);
  if (!gl.getProgramParameter(p, gl.LINK_STATUS))
    throw new Error('WebGL: ' + gl.getProgramInfoLog(p));
  return p;
}

const gpu = gl && {
  surface: program(VERTEX, FRAGMENT),
  lines: program(LINE_VERTEX, LINE_FRAGMENT),
  vertices: gl.createBuffer(),
  indices: gl.createBuffer(),
  frame: gl.createBuffer(),
  points: gl.createBuffer(),
  map: gl.createTexture(),
  n: 0,
  nFrame: 0,
  nPoints: 0
};

/* Of the fine surface at vertex (ix, iy), scene units: between the neighbours that are there. */
function slopes(ix, iy) {
  const i = iy * fine.nx + ix, z = (k) => HEIGHT * fine.places[k];
  const slope = (before, after, step) => {
    const a = isNaN(z(before)) ? i : before, b = isNaN(z(after)) ? i : after;
    return a === b ? 0 : (z(b) - z(a)) / (step * ((a !== i) + (b !== i)));
  };
  return [
    slope(ix ? i - 1 : i, ix < fine.nx - 1 ? i + 1 : i, 2 * halfX / (fine.nx - 1)),
    slope(iy ? i - fine.nx : i, iy < fine.ny - 1 ? i + fine.nx : i, 2 * halfY / (fine.ny - 1))
  ];
}

function uploadSurface() {
  const {nx, ny, places} = fine, hidden = hiddenSky();
  const vertices = new Float32Array(7 * nx * ny),
        indices = new Uint32Array(6 * (nx - 1) * (ny - 1));
  let n = 0;
  for (let iy = 0, i = 0; iy < ny; iy++)
    for (let ix = 0; ix < nx; ix++, i++) {
      const [sx, sy] = slopes(ix, iy), length = Math.hypot(sx, sy, 1) || 1;
      vertices.set(
          [
            halfX * (2 * ix / (nx - 1) - 1), halfY * (2 * iy / (ny - 1) - 1),
            HEIGHT * places[i] || 0, -sx / length || 0, -sy / length || 0, 1 / length || 1,
            hidden(ix, iy)
          ],
          7 * i);
      if (ix < nx - 1 && iy < ny - 1 &&
          !isNaN(places[i] + places[i + 1] + places[i + nx] + places[i + nx + 1])) {
        indices.set([i, i + 1, i + nx + 1, i, i + nx + 1, i + nx], n);
        n += 6;
      }
    }
  gl.bindBuffer(gl.ARRAY_BUFFER, gpu.vertices);
  gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STATIC_DRAW);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gpu.indices);
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices.subarray(0, n), gl.STATIC_DRAW);
  gpu.n = n;
  gl.bindTexture(gl.TEXTURE_2D, gpu.map);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, 256, 3, 0, gl.RGB, gl.UNSIGNED_BYTE, maps[view.map]);
  for (const [name, value] of [
           [gl.TEXTURE_MIN_FILTER, gl.LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
           [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]])
    gl.texParameteri(gl.TEXTURE_2D, name, value);
}

/* The floor: its border, and lines at the ticks. */
function uploadFrame() {
  const at = [], line = (...ends) => at.push(...ends);
  for (const x of [page.x.min, ...page.x.ticks, page.x.max])
    line(sceneX(x), -halfY, 0, sceneX(x), halfY, 0);
  for (const y of [page.y.min, ...page.y.ticks, page.y.max])
    line(-halfX, sceneY(y), 0, halfX, sceneY(y), 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, gpu.frame);
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(at), gl.STATIC_DRAW);
  gpu.nFrame = at.length / 3;
}

function makeDrapes() {
  const all = page.runs.reduce((n, run) => n + run.x.length, 0);
  const steps = Math.max(1, Math.min(40, Math.floor(LINE_POINTS / Math.max(all, 1))));
  drapes = page.runs.map((run) => {
    const points = [];
    for (let i = 0; i < run.x.length; i++)
      for (let k = i ? 1 : steps; k <= steps; k++) {
        const a = Math.max(i - 1, 0), t = k / steps;
        const x = run.x[a] + t * (run.x[i] - run.x[a]), y = run.y[a] + t * (run.y[i] - run.y[a]),
              z = heightAt(x, y);
        points.push(isNaN(z) ? null : [sceneX(x), sceneY(y), z + 0.004]);
      }
    return {colour: run.colour, points};
  });
}

/* What was measured. */
function uploadPoints() {
  const at = [];
  for (let iy = 0; iy < ny; iy++)
    for (let ix = 0; ix < nx; ix++) {
      const z = HEIGHT * placeAt(ix, iy);
      if (!isNaN(z))
        at.push(halfX * (2 * ix / (nx - 1) - 1), halfY * (2 * iy / (ny - 1) - 1), z + 0.004);
    }
  gl.bindBuffer(gl.ARRAY_BUFFER, gpu.points);
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(at), gl.STATIC_DRAW);
  gpu.nPoints = at.length / 3;
}

function drawSurface(eye) {
  const ratio = devicePixelRatio || 1, camera16 = matrix(eye), top = Math.sin(80 * Math.PI / 180);
  gl.viewport(0, 0, scene.width, scene.height);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  gl.enable(gl.DEPTH_TEST);
  gl.enableVertexAttribArray(0);
  gl.useProgram(gpu.surface);
  const at = (name) => gl.getUniformLocation(gpu.surface, name);
  const light = add(add(add([0, 0, 0.5], eye.right, -0.55), eye.up, 0.55), eye.back, 0.6),
        length = Math.hypot(...light);
  gl.uniformMatrix4fv(at('camera'), false, camera16);
  gl.uniform3fv(at('light'), light.map((v) => v / length));
  gl.uniform1f(
      at('strength'),
      shows.light && eye.back[2] < top ? 1 : 0);  // from above there is none
  gl.uniform1f(at('line'), 0.55 * ratio);
  gl.uniform1fv(
      at('levels'), new Float32Array(32).map((_, i) => place(view.scale, view.levels[i] ?? NaN)));
  gl.uniform1i(at('n_levels'), shows.contours ? Math.min(view.levels.length, 32) : 0);
  gl.bindTexture(gl.TEXTURE_2D, gpu.map);
  gl.bindBuffer(gl.ARRAY_BUFFER, gpu.vertices);
  [[3, 0], [3, 12], [1, 24]].forEach(([n, offset], i) => {
    gl.enableVertexAttribArray(i);
    gl.vertexAttribPointer(i, n, gl.FLOAT, false, 28, offset);
  });
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gpu.indices);
  gl.drawElements(gl.TRIANGLES, gpu.n, gl.UNSIGNED_INT, 0);
  gl.disableVertexAttribArray(1);
  gl.disableVertexAttribArray(2);
  drawLines(camera16, gpu.frame, gl.LINES, gpu.nFrame, [0.34, 0.35, 0.37, 0.6], 1);
  if (shows.points)
    drawLines(camera16, gpu.points, gl.POINTS, gpu.nPoints, [0.09, 0.1, 0.12, 1], 2 * ratio);
}

/* @param ink  premultiplied by its opacity */
function drawLines(camera16, buffer, kind, n, ink, size) {
  const at = (name) => gl.getUniformLocation(gpu.lines, name);
  gl.useProgram(gpu.lines);
  gl.uniformMatrix4fv(at('camera'), false, camera16);
  gl.uniform4f(at('ink'), ...ink);
  gl.uniform1f(at('size'), size);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
  gl.drawArrays(kind, 0, n);
}
