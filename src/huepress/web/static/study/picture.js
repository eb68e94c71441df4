// The picture beside the cloud: rebuilt from the centers, as it was, what differs, who changed; and
// a brush to say what belongs together.

import { $ } from "../dom.js";

const canvas = $("#rebuilt");
const BRUSH = [[230, 30, 90], [20, 160, 255], [255, 190, 0]];

// cloud: colors, picture, columns, rows; step: labels, colors (of the centers)
export function paint(cloud, step, before, shown, classes) {
  const { columns, rows, picture, colors } = cloud;
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
    canvas.classList.toggle("is-small", columns < 320);
  }
  const data = new ImageData(columns, rows);
  const out = new Uint32Array(data.data.buffer);
  const shades = shadesOf(cloud, step, before, shown);
  for (let i = 0; i < picture.length; i++) out[i] = shades[picture[i]];
  if (classes) classes.forEach((mark, i) => mark && (out[i] = mixed(out[i], BRUSH[mark - 1])));
  canvas.getContext("2d").putImageData(data, 0, 0);
  function mixed(pixel, [r, g, b]) {
    const part = (shift, v) => ((((pixel >> shift) & 255) + 2 * v) / 3) << shift;
    return (part(0, r) | part(8, g) | part(16, b) | 0xff000000) >>> 0;
  }
}

const whole = (r, g, b) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

// One shade a color of the cloud: little-endian RGBA.
function shadesOf({ colors }, { labels, rgb }, before, shown) {
  const shades = new Uint32Array(labels.length);
  const bare = rgb.map(([r, g, b]) => whole(r, g, b));
  for (let i = 0; i < shades.length; i++) {
    const [r, g, b] = [colors[3 * i], colors[3 * i + 1], colors[3 * i + 2]];
    if (shown === "original") shades[i] = whole(r, g, b);
    else if (shown === "rebuilt") shades[i] = bare[labels[i]];
    else if (shown === "changed") {
      const gray = (r * 3 + g * 6 + b) / 10;
      const faint = 90 + gray / 4;
      shades[i] = before && before.labels[i] !== labels[i] ? whole(255, 90, 0) : whole(faint, faint, faint);
    } else {
      const center = rgb[labels[i]];
      shades[i] = whole(...[r, g, b].map((v, c) => Math.min(255, Math.max(0, 128 + 2 * (v - center[c])))));
    }
  }
  return shades;
}

// The pixel of the picture under a pointer event: [column, row].
export function pixelAt(event) {
  const box = canvas.getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
  const y = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
  return [Math.min(canvas.width - 1, Math.max(0, x)), Math.min(canvas.height - 1, Math.max(0, y))];
}

export const surface = canvas;
