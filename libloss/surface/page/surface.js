/* The surface and the floor, drawn with WebGL 2. */

const VERTEX = `#version 300 es
in vec3 at; in vec3 normal; uniform mat4 camera; out float t; out vec3 n;
void main() { t = at.z / ${HEIGHT.toFixed(1)}; n = normal; gl_Position = camera * vec4(at, 1.0); }`;
/* Contour lines have one width on the screen. What is level has the colour of the bar. */
const FRAGMENT = `#version 300 es
precision highp float;
in float t; in vec3 n; out vec4 colour;
uniform sampler2D map; uniform float levels[32]; uniform int n_levels; uniform float line;
uniform vec3 light; uniform float strength;
void main() {
  vec3 c = texture(map, vec2(clamp(t, 0.0, 1.0) * 255.0 / 256.0 + 0.5 / 256.0, 0.5)).rgb;
  float lit = (dot(normalize(n), light) - light.z) * strength;
  c = mix(c, lit > 0.0 ? vec3(1.0) : vec3(0.0), min(abs(lit), 0.35));
  float slope = fwidth(t), ink = 0.0;
  for (int i = 0; i < n_levels; i++)
    if (slope > 1e-6) // a plateau at a level is no line
      ink = max(ink, clamp(line + 0.5 - abs(t - levels[i]) / slope, 0.0, 1.0));
  colour = vec4(mix(c, vec3(0.09, 0.1, 0.12), 0.85 * ink), 1.0);
}`;
const LINE_VERTEX = `#version 300 es
in vec3 at; uniform mat4 camera; void main() { gl_Position = camera * vec4(at, 1.0); }`;
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
  ['at', 'normal'].forEach((name, i) => gl.bindAttribLocation(p, i, name));
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
  map: gl.createTexture(),
  n: 0,
  nFrame: 0
};

function uploadSurface() {
  const vertices = new Float32Array(6 * nx * ny),
        indices = new Uint32Array(6 * (nx - 1) * (ny - 1));
  const z = (i) => HEIGHT * places[i], dx = 2 * halfX / (nx - 1), dy = 2 * halfY / (ny - 1);
  let n = 0;
  for (let iy = 0, i = 0; iy < ny; iy++)
    for (let ix = 0; ix < nx; ix++, i++) {
      const slope =
          (before, after,
           step) => { /* between the neighbours that are there */
                      const a = isNaN(z(before)) ? i : before, b = isNaN(z(after)) ? i : after;
                      return a === b ? 0 : (z(b) - z(a)) / (step * ((a !== i) + (b !== i)));
          };
      const sx = slope(ix ? i - 1 : i, ix < nx - 1 ? i + 1 : i, dx),
            sy = slope(iy ? i - nx : i, iy < ny - 1 ? i + nx : i, dy);
      const length = Math.hypot(sx, sy, 1) || 1;
      vertices.set(
          [
            -halfX + ix * dx, -halfY + iy * dy, z(i) || 0, -sx / length || 0, -sy / length || 0,
            1 / length || 1
          ],
          6 * i);
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
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, maps[view.map]);
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
      shows.light && eye.back[2] < top ? 0.45 : 0);  // from above there is none
  gl.uniform1f(at('line'), 0.55 * ratio);
  gl.uniform1fv(
      at('levels'), new Float32Array(32).map((_, i) => place(view.scale, view.levels[i] ?? NaN)));
  gl.uniform1i(at('n_levels'), shows.contours ? Math.min(view.levels.length, 32) : 0);
  gl.bindTexture(gl.TEXTURE_2D, gpu.map);
  gl.bindBuffer(gl.ARRAY_BUFFER, gpu.vertices);
  gl.enableVertexAttribArray(1);
  gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 24, 0);
  gl.vertexAttribPointer(1, 3, gl.FLOAT, false, 24, 12);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gpu.indices);
  gl.drawElements(gl.TRIANGLES, gpu.n, gl.UNSIGNED_INT, 0);
  gl.disableVertexAttribArray(1);
  gl.useProgram(gpu.lines);
  gl.uniformMatrix4fv(gl.getUniformLocation(gpu.lines, 'camera'), false, camera16);
  gl.uniform4f(gl.getUniformLocation(gpu.lines, 'ink'), 0.34, 0.35, 0.37, 0.6);  // premultiplied
  gl.bindBuffer(gl.ARRAY_BUFFER, gpu.frame);
  gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
  gl.drawArrays(gl.LINES, 0, gpu.nFrame);
}
