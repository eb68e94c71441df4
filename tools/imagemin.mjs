// What imagemin-pngquant promises, with huepress as the program it runs; called by scripts/imagemin.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import imageminPngquant from 'imagemin-pngquant';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const picture = png(200, 150, (x, y, noise) => {
  const sun = (x - 140) ** 2 + (y - 40) ** 2 < 700;
  return sun ? [255, 240, 200] : [60 + y, 90 + (y * 4) / 5 + noise / 32, 220 - y + x / 8];
});
const noisy = png(64, 64, (x, y, noise) => [noise, (noise * 7) & 255, (noise * x * y) & 255]);

const sizes = {};
const cases = {
  nothing: {},
  quality: { quality: [0.3, 0.5] },
  'quality up to 100': { quality: [0, 1] },
  'speed 1': { speed: 1 },
  'speed 11': { speed: 11 },
  strip: { strip: true },
  'some dither': { dithering: 0.5 },
  'no dither': { dithering: false },
  posterize: { posterize: 2 },
  all: { quality: [0.2, 0.6], speed: 4, strip: true, dithering: 0.25, posterize: 1 },
};
for (const [name, options] of Object.entries(cases)) {
  test(`a smaller PNG: ${name}`, async () => {
    const made = Buffer.from(await imageminPngquant(options)(picture));
    assert.deepEqual(made.subarray(0, 8), SIGNATURE);
    assert.ok(made.length < picture.length, `${made.length} of ${picture.length}`);
    sizes[name] = made.length;
  });
}

test('less quality is fewer bytes', () => {
  assert.ok(sizes.quality < sizes['quality up to 100']);
});

test('a quality that cannot be had gives the input back', async () => {
  const made = await imageminPngquant({ quality: [1, 1] })(noisy);
  assert.deepEqual(Buffer.from(made), noisy);
});

test('what is no PNG comes back as it is', async () => {
  const text = await readFile(new URL(import.meta.url));
  assert.equal(await imageminPngquant()(text), text);
});

test('a damaged PNG is an error', async () => {
  await assert.rejects(() => imageminPngquant()(picture.subarray(0, 200)));
});

test('twelve at once', async () => {
  const made = await Promise.all(Array.from({ length: 12 }, () => imageminPngquant({ speed: 11 })(picture)));
  for (const one of made) assert.deepEqual(one, made[0]);
});

// An RGB PNG; color(x, y, noise) gives its pixels, noise is random from 0 to 255 and the same each time.
function png(width, height, color) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  let state = 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      rows.set(color(x, y, state >>> 24), y * (1 + width * 3) + 1 + 3 * x);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
