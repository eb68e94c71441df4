// The difference of two pictures, eight times amplified: black where nothing changed.

const GAIN = 8;
// Beyond this many pixels the difference is drawn smaller, to spare memory.
const MOST_PIXELS = 24e6;

const widthOf = (image) => image.naturalWidth ?? image.width;
const heightOf = (image) => image.naturalHeight ?? image.height;

function pixelsOf(image, part, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const { x, y, width: w, height: h } = part ?? { x: 0, y: 0, width: widthOf(image), height: heightOf(image) };
  context.drawImage(image, x, y, w, h, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

// `part` is what of the original the result shows; null: all.
export function drawDifference(canvas, original, result, part = null) {
  const full = part ?? { width: widthOf(original), height: heightOf(original) };
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (full.width * full.height)));
  const width = Math.max(1, Math.round(full.width * scale));
  const height = Math.max(1, Math.round(full.height * scale));
  const a = pixelsOf(original, part, width, height);
  const b = pixelsOf(result, null, width, height);
  const out = new ImageData(width, height);
  for (let i = 0; i < a.length; i += 4) {
    // Over black and over white: what is clear in both is equal, whatever color hides there.
    const [alphaA, alphaB] = [a[i + 3] / 255, b[i + 3] / 255];
    const veil = Math.abs(a[i + 3] - b[i + 3]);
    for (let c = 0; c < 3; c++) {
      const change = Math.abs(a[i + c] * alphaA - b[i + c] * alphaB);
      out.data[i + c] = GAIN * Math.max(change, veil);
    }
    out.data[i + 3] = 255;
  }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(out, 0, 0);
}

// The color of one pixel as #rrggbb, or with alpha as #rrggbbaa.
export function colorAt(image, x, y) {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, x, y, 1, 1, 0, 0, 1, 1);
  const bytes = [...context.getImageData(0, 0, 1, 1).data];
  if (bytes[3] === 255) bytes.pop();
  return "#" + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
