// The cloud: colors as points in three dimensions, drawn by WebGL, turned by hand.
//
// Places are in units of the color space (0-255); the view scales them to a cube of side 2.

const POINT = `
attribute vec3 place; attribute vec3 color; attribute float size;
uniform mat4 view; uniform float scale; varying vec3 shade;
void main() {
  gl_Position = view * vec4(place, 1.0);
  gl_PointSize = size * scale / gl_Position.w;
  shade = color;
}`;
const DISC = `
precision mediump float; varying vec3 shade; uniform vec3 rim;
void main() {
  float r = length(gl_PointCoord - 0.5);
  if (r > 0.5) discard;
  gl_FragColor = vec4(r > 0.36 ? rim : shade, 1.0);
}`;
const LINE = `
attribute vec3 place; attribute vec3 color; uniform mat4 view; varying vec3 shade;
void main() { gl_Position = view * vec4(place, 1.0); shade = color; }`;
const FLAT = `precision mediump float; varying vec3 shade; void main() { gl_FragColor = vec4(shade, 1.0); }`;

const FRAME = [0, 255].flatMap((x) => [0, 255].flatMap((y) => [0, 255].map((z) => [x, y, z])));
export const BOXES = {
  srgb: { low: [0, 0, 0], high: [255, 255, 255] },
  oklab: { low: [0, -85, -95], high: [255, 85, 75] },
};

// While it turns, so many points are drawn, evenly of all, in one call; more or fewer as the frames come in
// time for 60 a second. Where the processor draws, 100,000 take six to ten times as long as 12,000. All of
// them, as soon as it rests.
const MOVING_POINTS = 12_000;
const LEAST_POINTS = 4_000;
const REST = 140; // ms

export class CloudView {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl", { antialias: false });
    this.turn = 0.7;
    this.tilt = 0.45;
    this.distance = 4.6;
    this.space = "srgb";
    this.centers = [];
    this.lines = { places: new Float32Array(0), colors: new Float32Array(0) };
    this.waiting = false;
    this.moving = MOVING_POINTS;
    if (!this.gl) return;
    const gl = this.gl;
    this.points = program(gl, POINT, FLAT);
    this.discs = program(gl, POINT, DISC);
    this.strokes = program(gl, LINE, FLAT);
    this.buffers = Object.fromEntries(
      ["place", "color", "size", "centerPlace", "centerColor", "centerSize", "linePlace", "lineColor"].map(
        (name) => [name, gl.createBuffer()]));
    this.places = new Map(); // of uniforms and attributes, looked up once
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (this.back = null));
    gl.enable(gl.DEPTH_TEST);
    new ResizeObserver(() => this.later()).observe(canvas);
  }

  get works() {
    return Boolean(this.gl);
  }

  // places: Float32Array of 3 n; sizes: Float32Array of n, in pixels at the middle of the cube
  setPoints(places, sizes, space) {
    this.space = space;
    this.count = sizes.length;
    this.fill("place", places);
    this.fill("size", sizes);
  }

  setColors(colors) {
    this.fill("color", colors);
    this.later();
  }

  // The hand turns it, or zooms.
  turnBy(turn, tilt, nearer = 0) {
    this.turn += turn;
    this.tilt = Math.min(1.5, Math.max(-1.5, this.tilt + tilt));
    this.distance = Math.min(9, Math.max(2.2, this.distance + nearer));
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = null;
      this.later();
    }, REST);
    this.later();
  }

  setCenters(places, colors) {
    this.centers = places;
    this.fill("centerPlace", new Float32Array(places.flat()));
    this.fill("centerColor", new Float32Array(colors.flat().map((v) => v / 255)));
    this.fill("centerSize", new Float32Array(places.map(() => 15)));
    this.later();
  }

  setLines(places, colors) {
    this.lines = { places, colors };
    this.later();
  }

  fill(name, values) {
    const gl = this.gl;
    if (!gl) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW);
  }

  later() {
    if (this.waiting || !this.gl) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  matrix() {
    const { low, high } = BOXES[this.space];
    const scale = 2 / Math.max(...high.map((v, i) => v - low[i]));
    const middle = high.map((v, i) => (v + low[i]) / 2);
    const [ct, st, cp, sp] = [Math.cos(this.turn), Math.sin(this.turn), Math.cos(this.tilt), Math.sin(this.tilt)];
    // In Oklab lightness stands upright; in RGB green does.
    const up = this.space === "oklab" ? 0 : 1;
    const [a, b] = this.space === "oklab" ? [1, 2] : [0, 2];
    const rows = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
    rows[0][a] = ct; rows[0][b] = st;
    rows[1][up] = cp; rows[1][a] = st * sp; rows[1][b] = -ct * sp;
    rows[2][up] = sp; rows[2][a] = -st * cp; rows[2][b] = ct * cp;
    const moved = rows.map((row) => [...row.map((v) => v * scale), -scale * dot(row, middle)]);
    const aspect = this.canvas.clientWidth / Math.max(1, this.canvas.clientHeight);
    const lens = 2.3; // the smaller side of the canvas holds the whole box
    const x = moved[0].map((v) => (v * lens) / Math.max(1, aspect));
    const y = moved[1].map((v) => v * lens * Math.min(1, aspect));
    const depth = moved[2].map((v, i) => -v + (i === 3 ? this.distance : 0));
    const near = 0.5;
    const far = 12;
    const z = depth.map((v, i) => (v * (far + near)) / (far - near) - (i === 3 ? (2 * far * near) / (far - near) : 0));
    const row = [x, y, z, depth];
    return Float32Array.from([0, 1, 2, 3].flatMap((column) => row.map((r) => r[column])));
  }

  draw() {
    const gl = this.gl;
    const ratio = this.resting ? 1 : Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [this.canvas.clientWidth * ratio, this.canvas.clientHeight * ratio].map(Math.round);
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    gl.viewport(0, 0, width, height);
    const back = (this.back ??= getComputedStyle(this.canvas).getPropertyValue("background-color").match(/[\d.]+/g).map((v) => v / 255));
    gl.clearColor(back[0], back[1], back[2], 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const view = this.matrix();
    const rim = back[0] > 0.5 ? [0.1, 0.1, 0.1] : [1, 1, 1];
    this.drawLines(view, frameOf(this.space), back[0] > 0.5 ? 0.72 : 0.33);
    this.drawLines(view, this.lines.places, this.lines.colors);
    const stride = this.resting ? Math.max(1, Math.ceil((this.count ?? 0) / this.budget())) : 1;
    this.drawPoints(this.points, view, "", this.count ?? 0, rim, ratio, stride);
    gl.disable(gl.DEPTH_TEST); // centers shine through their clouds
    this.drawPoints(this.discs, view, "center", this.centers.length, rim, ratio);
    gl.enable(gl.DEPTH_TEST);
  }

  // How many points a frame may have, by how the last ones came.
  budget() {
    const now = performance.now();
    const took = now - (this.drawnAt ?? now);
    this.drawnAt = now;
    if (took > 22 && took < 200) this.moving = Math.max(LEAST_POINTS, 0.8 * this.moving);
    else if (took > 0 && took < 18) this.moving = Math.min(Math.max(MOVING_POINTS, this.count ?? 0), 1.1 * this.moving);
    return this.moving;
  }

  // Of every `stride` points the first: its neighbors in the buffers are stepped over.
  drawPoints(owner, view, kind, count, rim, ratio, stride = 1) {
    if (!count) return;
    const gl = this.gl;
    const name = (word) => (kind ? kind + word[0].toUpperCase() + word.slice(1) : word);
    gl.useProgram(owner);
    gl.uniformMatrix4fv(this.uniform(owner, "view"), false, view);
    gl.uniform1f(this.uniform(owner, "scale"), ratio * 4.6);
    if (owner === this.discs) gl.uniform3f(this.uniform(owner, "rim"), ...rim);
    this.attribute(owner, "place", this.buffers[name("place")], 3, stride);
    this.attribute(owner, "color", this.buffers[name("color")], 3, stride);
    this.attribute(owner, "size", this.buffers[name("size")], 1, stride);
    const drawn = Math.floor((count - 1) / stride) + 1;
    if (!kind) this.shown = drawn;
    gl.drawArrays(gl.POINTS, 0, drawn);
  }

  drawLines(view, places, colors) {
    if (!places.length) return;
    const gl = this.gl;
    if (typeof colors === "number") colors = new Float32Array(places.length).fill(colors);
    gl.useProgram(this.strokes);
    gl.uniformMatrix4fv(this.uniform(this.strokes, "view"), false, view);
    this.fill("linePlace", places);
    this.attribute(this.strokes, "place", this.buffers.linePlace, 3);
    this.fill("lineColor", colors);
    this.attribute(this.strokes, "color", this.buffers.lineColor, 3);
    gl.drawArrays(gl.LINES, 0, places.length / 3);
  }

  uniform(owner, name) {
    return this.known(owner, `uniform ${name}`, () => this.gl.getUniformLocation(owner, name));
  }

  known(owner, name, find) {
    if (!this.places.has(owner)) this.places.set(owner, new Map());
    const found = this.places.get(owner);
    if (!found.has(name)) found.set(name, find());
    return found.get(name);
  }

  attribute(owner, name, buffer, size, stride = 1) {
    const gl = this.gl;
    const at = this.known(owner, name, () => gl.getAttribLocation(owner, name));
    if (at < 0) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, gl.FLOAT, false, 4 * size * stride, 0);
  }

  // Where a place shows: [x, y] in CSS pixels of the canvas.
  onScreen(place, view = this.matrix()) {
    const at = [0, 1, 3].map((row) => view[row] * place[0] + view[4 + row] * place[1] + view[8 + row] * place[2] + view[12 + row]);
    return [((at[0] / at[2] + 1) / 2) * this.canvas.clientWidth, ((1 - at[1] / at[2]) / 2) * this.canvas.clientHeight];
  }

  // The center under a point of the screen, or -1.
  centerAt(x, y) {
    const view = this.matrix();
    let best = -1;
    let least = 12;
    this.centers.forEach((place, i) => {
      const [a, b] = this.onScreen(place, view);
      const distance = Math.hypot(a - x, b - y);
      if (distance < least) [best, least] = [i, distance];
    });
    return best;
  }
}

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function frameOf(space) {
  const { low, high } = BOXES[space];
  const corners = FRAME.map((corner) => corner.map((v, i) => (v ? high[i] : low[i])));
  const edges = [];
  corners.forEach((a, i) => corners.slice(i + 1).forEach((b) => {
    if (a.filter((v, j) => v !== b[j]).length === 1) edges.push(...a, ...b);
  }));
  return new Float32Array(edges);
}

function program(gl, vertex, fragment) {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return made;
}
