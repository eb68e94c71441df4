// Voronoi cells: what is nearer to one center than to all others, cut out of the box of the space.

import { BOXES } from "./cloud.js";

// Edges of every cell as pairs of places, and their colors; 64 cells are all that an eye tells apart.
export const MOST_CELLS = 64;

export function edgesOf(centers, colors, space) {
  const places = [];
  const shades = [];
  centers.forEach((center, i) => {
    for (const [a, b] of cellOf(center, centers, space)) {
      places.push(...a, ...b);
      const shade = colors[i].map((v) => v / 255);
      shades.push(...shade, ...shade);
    }
  });
  return { places: new Float32Array(places), colors: new Float32Array(shades) };
}

function cellOf(center, centers, space) {
  let faces = boxOf(BOXES[space]);
  for (const other of centers) {
    const normal = other.map((v, i) => v - center[i]);
    if (normal.every((v) => v === 0)) continue;
    const middle = other.map((v, i) => (v + center[i]) / 2);
    faces = cut(faces, normal, dotted(normal, middle));
  }
  const seen = new Map();
  for (const face of faces) {
    face.forEach((a, i) => {
      const b = face[(i + 1) % face.length];
      const key = [a, b].map((p) => p.map((v) => v.toFixed(2)).join(" ")).sort().join("|");
      seen.set(key, [a, b]);
    });
  }
  return seen.values();
}

function boxOf({ low, high }) {
  const at = (x, y, z) => [x ? high[0] : low[0], y ? high[1] : low[1], z ? high[2] : low[2]];
  return [
    [at(0, 0, 0), at(0, 0, 1), at(0, 1, 1), at(0, 1, 0)],
    [at(1, 0, 0), at(1, 1, 0), at(1, 1, 1), at(1, 0, 1)],
    [at(0, 0, 0), at(1, 0, 0), at(1, 0, 1), at(0, 0, 1)],
    [at(0, 1, 0), at(0, 1, 1), at(1, 1, 1), at(1, 1, 0)],
    [at(0, 0, 0), at(0, 1, 0), at(1, 1, 0), at(1, 0, 0)],
    [at(0, 0, 1), at(1, 0, 1), at(1, 1, 1), at(0, 1, 1)],
  ];
}

// What of a convex body lies where normal . x <= limit; the cut becomes a face.
function cut(faces, normal, limit) {
  const kept = [];
  const rim = [];
  for (const face of faces) {
    const part = [];
    face.forEach((a, i) => {
      const b = face[(i + 1) % face.length];
      const [da, db] = [dotted(normal, a) - limit, dotted(normal, b) - limit];
      if (da <= 0) part.push(a);
      if (da < 0 !== db < 0 && da !== db) {
        const t = da / (da - db);
        const at = a.map((v, j) => v + t * (b[j] - v));
        part.push(at);
        rim.push(at);
      }
    });
    if (part.length > 2) kept.push(part);
  }
  if (rim.length > 2) kept.push(around(rim, normal));
  return kept;
}

// Corners of a flat face in the order in which they go around it.
function around(corners, normal) {
  const middle = [0, 1, 2].map((i) => corners.reduce((sum, c) => sum + c[i], 0) / corners.length);
  const first = corners[0].map((v, i) => v - middle[i]);
  const second = crossed(normal, first);
  const angle = (c) => {
    const d = c.map((v, i) => v - middle[i]);
    return Math.atan2(dotted(d, second) / Math.hypot(...second), dotted(d, first) / Math.hypot(...first));
  };
  return corners.map((c) => [angle(c), c]).sort((a, b) => a[0] - b[0]).map(([, c]) => c);
}

const dotted = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const crossed = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
